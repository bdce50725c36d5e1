"""Instances as arrays, and policies played on them."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from opendome.dwta import problem as problems
from opendome.kernels import game as kernels
from opendome.kernels.game import Game, Rules, State
from opendome.kernels.lazy import kept
from opendome.kernels.offer import Offer, offer
from opendome.kernels.prices import Prices, Salvos, Threats
from opendome.kernels.rolling import Plan, found, plan

#: What choosing the launches takes at most, kept free before a deadline.
LAST_S = 2e-4

KINDS = ("doctrine", "greedy", "threshold_reserve", "resolve", "rolling")


class Played(NamedTuple):
    """Replications of one evening under one policy."""

    damage: np.ndarray  # f8 (replications,)
    launches: list[np.ndarray]  # (n, 3) each: slot, threat, number of the opportunity


def rules(policy: str, **changes: Any) -> Rules:
    """Parameters of a policy by name; `changes` replace defaults."""
    given = {
        "kind": KINDS.index(policy), "least": 0.0, "reserve": 0.5, "value_min": 20.0,
        "steps": 20, "looks": 4000, "size": 0.01, "slot_size": 0.001, "slack": 0.01,
        "insure": 1.0, "memory": 0.05, "scale": 20.0, "foresight": 0,
    }  # fmt: skip
    return Rules(**(given | changes))


def game(problem: dict[str, Any], samples: Sequence[list[dict[str, Any]]] = ()) -> Game:
    """Arrays of an instance, and of sampled threats in blocks.

    Parameters
    ----------
    problem : dict
        A checked instance (problem.py).
    samples : sequence of lists of threats
        What `problem.draw` gives: evenings that might come instead.
    """
    evenings = [problem["threats"], *samples]
    everyone = [t for evening in evenings for t in evening]
    threats, salvos = _threats(everyone, problem["assess"])
    of = problem["batteries"]
    launchers, pack, depot, reload, rate, channels = (
        np.array([b[key] for b in of], np.int64) for key in problems.BATTERY
    )
    return Game(
        threats,
        np.array([t["detected"] for t in everyone], np.int64),
        np.cumsum([0, *(len(e) for e in evenings)]),
        salvos,
        launchers,
        pack,
        depot,
        reload,
        rate,
        channels,
        problem["slots"],
    )


def order(threat: dict[str, Any]) -> list[int]:
    """Numbers of a threat's opportunities in order of falling launch slot, battery, rounds."""
    found = threat["opportunities"]
    return sorted(range(len(found)), key=lambda i: (-found[i][1], found[i][0], found[i][4]))


def _threats(threats: list[dict[str, Any]], assess: int) -> tuple[Threats, Salvos]:
    """Tables of threats and salvos; the salvos of a threat in order of falling launch slot."""
    rows, first = [], [0]
    for t in threats:
        rows += [t["opportunities"][i] for i in order(t)]
        first.append(len(rows))
    table = np.array(rows, float).reshape(-1, 5)
    battery, launch, meet, rounds = (table[:, c].astype(np.int64) for c in (0, 1, 2, 4))
    n = len(threats)
    value = np.array([t["value"] for t in threats], float)
    bounds = np.array(first, np.int64)
    return (
        Threats(value, np.ones(n), np.zeros(n, np.int64), bounds[:-1].copy(), bounds[1:].copy()),
        Salvos(battery, launch, meet, meet + assess, rounds, table[:, 3].copy()),
    )


def begin(g: Game) -> State:
    """The evening before its first slot: full launchers, nothing known, nothing in the air."""
    n, batteries = int(g.bounds[1]), len(g.pack)
    shape = batteries, int(g.launchers.max())
    rounds = np.zeros(shape, np.int64)
    for b in range(batteries):
        rounds[b, : g.launchers[b]] = g.pack[b]
    most = len(g.salvos.p)
    return State(
        rounds, np.zeros(shape, np.int64), np.full(shape, -1), g.depot.copy(),
        np.zeros((batteries, g.slots), np.int64), np.zeros(batteries, np.int64),
        np.zeros(n, np.int64), np.full(n, -1), np.zeros(n, np.int64), np.zeros(n, np.int64),
        np.ones(n), np.full(n, -1), np.full((n, batteries), -1), found(most), kept(_reach(g)),
    )  # fmt: skip


def _reach(g: Game) -> np.ndarray:
    """Which batteries have a salvo for which threat, samples too."""
    reach = np.zeros((len(g.threats.value), len(g.pack)), bool)
    owner = np.repeat(np.arange(len(reach)), g.threats.last - g.threats.first)
    reach[owner, g.salvos.battery] = True
    return reach


def memory(g: Game, prices: Prices | None = None) -> tuple[Offer, Plan]:
    """Working memory of the policies; prices from which the price policy starts."""
    batteries = len(g.pack)
    made = plan(batteries, g.slots)
    for part in (made.prices, made.mean):
        for row, given in zip(part, prices or (), strict=prices is not None):
            row[:] = given
    return offer(int(g.bounds[1]), batteries), made


def decide_by(
    g: Game, state: State, r: Rules, memory: tuple[Offer, Plan], k: int, deadline_s: float
) -> int:
    """Let the price policy decide a slot within a time of the wall clock; returns its dual steps.

    As many steps as there is time for, `r.steps` at most; prices of the last slot serve where
    there is time for none, and single rounds by value saved less price where there is none even
    for that.  The answer depends on the machine: `play` counts steps instead.
    """
    begun = time.perf_counter()
    offer, known = memory
    kernels.open_slot(g, state, offer, k)
    room = kernels.survey(g, state, r, offer, k)
    steps, took = 0, 0.0
    while steps < r.steps:
        left = deadline_s - (time.perf_counter() - begun)
        if left < 2.0 * took + LAST_S:
            break
        before = time.perf_counter()
        kernels.think(g, state, r, known, room, k, steps == 0, 1)
        took = time.perf_counter() - before
        steps += 1
    if time.perf_counter() - begun < deadline_s - LAST_S:
        kernels.choose(g, state, known, offer, room, k)
    else:
        kernels.choose_at_once(g, state, known, offer, room, k)
    return steps


def play(
    problem: dict[str, Any],
    g: Game,
    r: Rules,
    replications: Iterable[int],
    prices: Prices | None = None,
) -> Played:
    """Play replications of an evening under a policy.

    Parameters
    ----------
    problem : dict
    g : Game
        Arrays of it, with samples if the policy is to expect any.
    r : Rules
    replications : iterable of int
        They address the draws.
    prices : Prices, optional
        Where the price policy starts.

    Returns
    -------
    Played
        Bit-identical for equal arguments.
    """
    orders = [order(t) for t in problem["threats"]]
    damage, launches = [], []
    for replication in replications:
        work, known = memory(g, prices)
        log = np.zeros((problems.SHOTS * int(g.bounds[1]), 3), np.int64)
        draws = problems.hits(problem, replication)
        harm, n = kernels.play(g, begin(g), r, work, known, draws, log)
        damage.append(harm)
        launches.append(log[:n].copy())
        for row in launches[-1]:
            row[2] = orders[row[1]][row[2] - g.threats.first[row[1]]]
    return Played(np.array(damage), launches)
