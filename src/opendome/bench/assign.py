"""Static assignment, proven optimal: `opendome bench assign`.

Both laws of `assignment.instances`, CPU seconds on one core, medians of five seeds, targets of the
project beside them.  A problem counts with the relative gap that it was left with; greedy is its
distance from the proven bound.
"""

import resource
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import numpy as np

from opendome.assignment import instances, plans, sparse
from opendome.assignment.problem import Problem
from opendome.assignment.solve import Assignment, solve
from opendome.bench.assign_peer import compact
from opendome.bench.rows import Row

TITLE = "Static assignment: CPU seconds, one core, medians; ratio to the target"

SEEDS = 5
GAP = 1e-6
#: Weapons, targets, target in CPU seconds, only with --full.
SIZES = (
    (200, 200, 0.010, False),
    (1_000, 1_000, 0.25, False),
    (1_500, 1_000, 5.0, True),
    (2_000, 1_000, 15.0, True),
    (10_000, 10_000, 20.0, True),
)
#: Batteries of twenty rounds and threats; an answer within 1 %; a proof at the 99th percentile.
BATTERIES, ROUNDS, THREATS, QUICK_S, PROOF_S = 10, 20, 200, 0.001, 0.010
#: Sizes that the compact model is given, and for how long.
PEER, PEER_S = (20, 50), 60.0
MB = 1e6


class Timed(NamedTuple):
    """A problem that was solved."""

    cpu_s: float
    answer: Assignment


def measure(full: bool = False) -> Iterator[Row]:
    """Measure, row by row; about a minute once the kernels are compiled.

    Parameters
    ----------
    full : bool
        Also the large sizes, 100 problems of batteries, and the compact model on 50 x 50.
    """
    solve(instances.random(60, 40, "ahuja", 0))  # compile
    solve(instances.random(60, 60, "andersen", 0))
    for law in instances.LAWS:
        for weapons, targets, target_s, large in SIZES:
            if full or not large:
                yield from size(weapons, targets, law, target_s)
        yield from batteries(law, 100 if full else 20)
        yield from peer(law, PEER if full else PEER[:1])


def size(weapons: int, targets: int, law: str, target_s: float) -> list[Row]:
    """One size of one law."""
    seeds = range(1, 4 if weapons * targets > 10_000_000 else SEEDS + 1)
    runs, extra = zip(*(one(weapons, targets, law, seed) for seed in seeds), strict=True)
    name = f"{law}, {weapons:,} x {targets:,}"
    cpu = median(run.cpu_s for run in runs)
    rows = [
        Row(f"{name} (target {target_s:g} s)", cpu, "CPU s", cpu / target_s),
        Row(f"{name}: largest relative gap", max(r.answer.gap for r in runs), "1"),
        Row(f"{name}: greedy above the bound", 100.0 * median(extra), "%"),
    ]
    if weapons * targets > 10_000_000:
        rows.append(Row(f"{name}: memory (target 1,500 MB)", peak_mb(), "MB", peak_mb() / 1500.0))
    return rows


def one(weapons: int, targets: int, law: str, seed: int) -> tuple[Timed, float]:
    """One problem, and what greedy loses on it; a function, so that its matrix is let go."""
    given = instances.random(weapons, targets, law, seed)
    run = timed(given)
    return run, greedy_loss(given, run.answer)


def timed(given: Problem, time_limit_s: float | None = None) -> Timed:
    """Solve."""
    start = time.process_time()
    answer = solve(given, time_limit_s=time_limit_s)
    return Timed(time.process_time() - start, answer)


def greedy_loss(given: Problem, answer: Assignment) -> float:
    """What maximum marginal return leaves above the proven bound, relative."""
    _, value = plans.marginal_return(sparse.first(given))
    return value / answer.bound - 1.0


def batteries(law: str, count: int) -> list[Row]:
    """Few weapon types with many rounds: an answer at once, then the proof."""
    for limit in (None, QUICK_S):  # compile
        timed(instances.random(BATTERIES, THREATS, law, 0, ROUNDS), limit)
    quick, quick_gap, proof = [], [], []
    for seed in range(1, count + 1):
        given = instances.random(BATTERIES, THREATS, law, seed, ROUNDS)
        proof.append(timed(given))
        quick.append(timed(given, QUICK_S))
        bound = proof[-1].answer.bound
        quick_gap.append(100.0 * (quick[-1].answer.objective / bound - 1.0))
    name = f"{law}, {BATTERIES} x {ROUNDS} rounds, {THREATS} threats"
    first = 1e3 * median(run.cpu_s for run in quick)
    cpu = [1e3 * run.cpu_s for run in proof]
    last = float(np.percentile(cpu, 99))
    return [
        Row(f"{name}: an answer (target 1 ms)", first, "CPU ms", first / (1e3 * QUICK_S)),
        Row(f"{name}: above the optimum then", median(quick_gap), "%", median(quick_gap)),
        Row(f"{name}: within 1 % then", float(np.mean(np.array(quick_gap) < 1.0)) * 100.0, "%"),
        Row(f"{name}: proven, median", median(cpu), "CPU ms"),
        Row(f"{name}: proven, p99 (target 10 ms)", last, "CPU ms", last / (1e3 * PROOF_S)),
        Row(f"{name}: largest relative gap", max(r.answer.gap for r in proof), "1"),
    ]


def peer(law: str, sizes: tuple[int, ...]) -> list[Row]:
    """The compact model in HiGHS beside ours; the ratio says how many times longer it took."""
    rows = []
    for n in sizes:
        given = instances.random(n, n, law, 1)
        ours = timed(given)
        start = time.process_time()
        theirs = compact(given, GAP, PEER_S)
        took = time.process_time() - start
        name = f"{law}, {n} x {n}: compact model, HiGHS"
        rows += [
            Row(f"{name} (ratio to ours)", took, "CPU s", took / ours.cpu_s),
            Row(f"{name}: relative gap", theirs.gap, "1"),
        ]
    return rows


def peak_mb() -> float:
    """Largest memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
