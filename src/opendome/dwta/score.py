"""Policies scored: damage over the fluid bound, on the same evenings with the same fates.

Damage is counted less what luck did to it: a salvo at threat j that kills (h = 1) or misses (h = 0)
changes what j still costs by (p - h) W_j(k') against its expectation, W of the bound's prices.  The
sum is a martingale with mean zero, so that the mean damage stays what it is and its error falls.
"""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from opendome.dwta import bound, play, problem
from opendome.dwta.play import Played
from opendome.kernels import game as kernels
from opendome.kernels.game import Game
from opendome.kernels.prices import Prices

SAMPLES = 4  # evenings that a policy without foresight expects

#: Policies of the table: name, policy, and whether it knows the arrivals.
ENTRIES = (
    ("doctrine", "doctrine", 0),
    ("greedy", "greedy", 0),
    ("threshold with reserve", "threshold_reserve", 0),
    ("static optimum, re-solved", "resolve", 0),
    ("rolling, arrivals unknown", "rolling", 0),
    ("rolling, arrivals known", "rolling", 1),
)


class Case(NamedTuple):
    """An evening with its bound, and what the price policy is given."""

    problem: dict[str, Any]
    game: Game
    expecting: Game  # the same with samples
    bound: bound.Bound
    expected: Prices  # where prices start without foresight
    worth: np.ndarray  # `bound.to_come` of the bound

    def given(self, foresight: int) -> tuple[Game, Prices]:
        """What the price policy is given, with or without the arrivals."""
        return (self.game, self.bound.prices) if foresight else (self.expecting, self.expected)


class Score(NamedTuple):
    """Damage over the bound, in percent, with the half-width of its 95 % interval."""

    percent: float
    half_width: float
    damage: np.ndarray  # (evenings,): mean of each
    bound: np.ndarray  # (evenings,)


def case(size: str, seed: int) -> Case:
    """The evening of a size and seed."""
    made = problem.make(size, seed)
    evenings = [
        problem.draw(made["law"], np.random.default_rng([seed, 3, m])) for m in range(SAMPLES)
    ]
    g = play.game(made)
    found = bound.fluid(g)
    worth = bound.to_come(g, found.prices)
    return Case(made, g, play.game(made, evenings), found, _expected(made, evenings), worth)


def _expected(made: dict[str, Any], evenings: list[list[dict[str, Any]]]) -> Prices:
    """Prices of the mean of sampled evenings: all of them at once, with all capacities as often."""
    n = len(evenings)
    of = [
        {k: v if k in ("pack", "reload") else v * n for k, v in b.items()}
        for b in made["batteries"]
    ]
    everyone = [t for evening in evenings for t in evening]
    return bound.ascend(play.game(made | {"batteries": of, "threats": everyone}))[1]


def score(cases: Iterable[Case], policy: str, foresight: int, replications: int) -> Score:
    """Play a policy on all cases; common random numbers by construction."""
    damage, bounds = [], []
    r = play.rules(policy, foresight=foresight)
    for c in cases:
        g, prices = c.given(foresight)
        found = play.play(c.problem, g, r, range(replications), prices)
        damage.append(np.mean(without_luck(c, found, range(replications))))
        bounds.append(c.bound.value)
    d, b = np.array(damage), np.array(bounds)
    over = d.sum() / b.sum()
    # Ratio of two means over evenings, linearised.
    deviation = np.std(d - over * b, ddof=1) / np.sqrt(len(d)) / b.mean() if len(d) > 1 else np.nan
    return Score(100.0 * (over - 1.0), 196.0 * float(deviation), d, b)


def without_luck(c: Case, played: Played, replications: Iterable[int]) -> np.ndarray:
    """Damage of each replication, less what luck did to it."""
    g, damage = c.game, played.damage.copy()
    order = [np.argsort(play.order(t), kind="stable") for t in c.problem["threats"]]
    for i, replication in enumerate(replications):
        draws, fired = problem.hits(c.problem, replication), np.zeros(len(order), int)
        for _, j, o in played.launches[i]:
            row = g.threats.first[j] + order[j][o]
            hit = draws[j, fired[j]] < g.salvos.p[row]
            fired[j] += 1
            after = c.worth[j, min(g.salvos.again[row], g.slots)]
            damage[i] += (hit - g.salvos.p[row]) * after
    return damage


def seconds(c: Case, policy: str, foresight: int) -> np.ndarray:
    """CPU seconds of every decision of one replication, (slots,)."""
    g, prices = c.given(foresight)
    r, draws = play.rules(policy, foresight=foresight), problem.hits(c.problem, 0)
    took = np.zeros(g.slots)
    for _ in range(2):  # the first pass compiles
        state, (work, plan), n = play.begin(g), play.memory(g, prices), 0
        log = np.zeros((problem.SHOTS * int(g.bounds[1]), 3), np.int64)
        for k in range(g.slots):
            begun = time.process_time()
            n = kernels.turn(g, state, r, work, plan, k, draws, log, n)
            took[k] = time.process_time() - begun
    return took
