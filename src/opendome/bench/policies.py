"""Policies of the dynamic problem against the bound that none can beat (dwta/score.py)."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from opendome.bench.rows import Row

TITLE = "Damage over the fluid bound; common random numbers"

#: Size, evenings, replications.  Luck is taken out: 10 replications are as good as 200 with it.
BRIEF = (("small", 4, 20),)
FULL = (("medium", 30, 10), ("large", 30, 10))
#: Threats, rounds and chances of the evenings that are solved exactly.
IN_TURN = ((20, 20, 2), (20, 20, 3), (40, 40, 3))
#: Neighbouring batteries of such evenings.
NEIGHBOURS = (2, 3, 4)
#: Wall-clock deadline of a decision, for which the price policy does what it can.
DEADLINE_S = 1e-3


def measure(full: bool) -> Iterator[Row]:
    """Each policy's damage over the bound with a 95 % interval, and the time of a decision."""
    from opendome.dwta import in_turn, problem

    evenings = range(30 if full else 6)
    for threats, rounds, chances in IN_TURN:
        made = [in_turn.make(seed, threats, rounds, chances) for seed in evenings]
        where = f"one battery, {rounds} rounds, {threats} threats in turn, {chances} chances"
        yield from exactly(made, where)
    for batteries in NEIGHBOURS if full else NEIGHBOURS[:1]:
        made = [in_turn.neighbours(problem.make("medium", s), batteries) for s in evenings]
        yield from exactly(made, f"{batteries} neighbours of 20 rounds, threats in turn")
    for size, n, replications in FULL if full else BRIEF:
        yield from table(size, n, replications)


def table(size: str, evenings: int, replications: int) -> Iterator[Row]:
    """Rows of one size."""
    from opendome.dwta import score

    cases = [score.case(size, seed) for seed in range(evenings)]
    where = f"{size}, {evenings} evenings x {replications}"
    for name, policy, foresight in score.ENTRIES:
        found = score.score(cases, policy, foresight, replications)
        yield Row(f"{where}: {name}", found.percent, "%")
        yield Row(f"{where}: {name}, half of the 95 % interval", found.half_width, "%")
        if policy == "rolling":
            yield from times(cases, foresight, f"{where}: {name}")
    yield from bounds(cases, where)


def times(cases: Sequence[Any], foresight: int, said: str) -> Iterator[Row]:
    """How long the price policy takes for a decision, and what it does by a deadline."""
    from opendome.dwta import score

    took = np.concatenate([score.seconds(c, "rolling", foresight) for c in cases[:4]])
    p99 = float(np.percentile(took, 99)) * 1e3
    yield Row(f"{said}, 99th percentile of a decision", p99, "ms CPU")
    took, steps = hurried(cases[0], foresight)
    said = f"{said}, deadline {1e3 * DEADLINE_S:g} ms"
    yield Row(f"{said}: 99th percentile", float(np.percentile(took, 99)) * 1e3, "ms")
    yield Row(f"{said}: dual steps, mean", float(steps.mean()), "1")


def bounds(cases: Sequence[Any], where: str) -> list[Row]:
    """How good the bound is: against its own programme, and where prices follow the fates."""
    from opendome.dwta import martingale

    gap = max(c.bound.above / c.bound.value - 1.0 for c in cases)
    below = sum(c.bound.value for c in cases)
    more = [martingale.raised(c.game, c.bound.prices) for c in cases]
    error = np.sqrt(sum(m.half_width**2 for m in more)) / below
    up = sum(m.value for m in more) / below - 1.0
    return [
        Row(f"{where}: bound below the optimum of its programme", 100.0 * gap, "%"),
        Row(f"{where}: bound raised by prices that follow the fates", 100.0 * up, "%"),
        Row(f"{where}: raised by, half of the 95 % interval", 100.0 * float(error), "%"),
    ]


def exactly(evenings: Sequence[dict[str, Any]], where: str) -> list[Row]:
    """Threats in turn: optimum over the two bounds, and policy over the optimum."""
    from opendome.dwta import bound, in_turn, martingale, play, score

    best = below = raised = played = 0.0
    for made in evenings:
        g = play.game(made)
        found = bound.fluid(g)
        case = score.Case(made, g, g, found, found.prices, bound.to_come(g, found.prices))
        r = play.rules("rolling", foresight=1)
        one = play.play(made, g, r, range(50), found.prices)
        played += float(np.mean(score.without_luck(case, one, range(50))))
        best += in_turn.optimum(made)
        below += found.value
        raised += martingale.raised(g, found.prices).value
    return [
        Row(f"{where}: exact optimum over the fluid bound", 100.0 * (best / below - 1.0), "%"),
        Row(f"{where}: exact optimum over the raised bound", 100.0 * (best / raised - 1.0), "%"),
        Row(f"{where}: rolling over the exact optimum", 100.0 * (played / best - 1.0), "%"),
    ]


def hurried(case: Any, foresight: int) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock seconds and dual steps of the decisions of an evening under a deadline."""
    from opendome.dwta import play, problem
    from opendome.kernels import game as kernels

    g, prices = case.given(foresight)
    r, draws = play.rules("rolling", foresight=foresight), problem.hits(case.problem, 0)
    took, steps = np.zeros(g.slots), np.zeros(g.slots)
    for _ in range(2):  # the first pass compiles
        state, memory, n = play.begin(g), play.memory(g, prices), 0
        log = np.zeros((problem.SHOTS * int(g.bounds[1]), 3), np.int64)
        for k in range(g.slots):
            begun = time.perf_counter()
            steps[k] = play.decide_by(g, state, r, memory, k, DEADLINE_S)
            took[k] = time.perf_counter() - begun
            n = kernels.leave(g, state, memory[0], k, draws, log, n)
    return took, steps
