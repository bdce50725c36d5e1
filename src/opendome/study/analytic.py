"""What closed forms say of a saturated defence, beside a study's simulation.

Both laws take from the simulation what they cannot know: how many rockets threaten, which share of
them is fired at and how often a round kills (from the smallest barrage on the same defence, where
nothing is short), how long a round is guided.

    T   rockets that are fired at if nothing is short     p   rounds that kill, of those fired
    S   rounds in the launchers                           c   channels, all batteries together
    a   offered load, erlangs: T / duration times the mean time of guidance

*stock*: each of the first S rockets meets one round; the kills are binomial, (min(T, S), p).
*channels*: a rocket that finds all channels busy is lost; Erlang's formula gives how many.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome import scenario as scenarios
from opendome.scenario import Scenario
from opendome.study.outcome import StudyResult

#: A law holds where the simulation fired as many rounds as the law assumes, within this share.
WITHIN = 0.02


class Check(NamedTuple):
    """Leakers of a design point, simulated and by a closed form."""

    point: int
    law: str  # stock or channels
    simulated: float
    simulated_low: float
    simulated_high: float
    expected: float
    spread: float  # standard deviation of one replication by the law
    holds: bool  # the rounds fired are those that the law assumes


def erlang_b(c: int, a: float) -> float:
    """Probability that all c servers are busy, of customers that do not wait.

    Error
    -----
    Relative 1e-12 (tests/oracle).

    Source: Erlang (1917); the recursion in Cooper, Introduction to Queueing Theory (1981), 3.3.
    """
    lost = 1.0
    for k in range(1, c + 1):
        lost = a * lost / (k + a * lost)
    return lost


def checks(result: StudyResult) -> list[Check]:
    """Both sides at every design point of a study of barrages."""
    names = ("threatened", "leaked", "rounds_used", "intercepted")
    columns = {name: result.column(name) for name in names}
    rows = {row.point: row for row in result.rows() if row.figure == "leaked"}
    found = []
    for i in range(len(result.points())):
        s = result.study.at(result.points()[i])
        at = {name: values[i] for name, values in columns.items()}
        found.append(_check(rows[i], s, at, *_unloaded(result, i, columns)))
    return found


def _unloaded(result: StudyResult, point: int, columns: dict[str, np.ndarray]) -> tuple:
    """Rounds that kill, and rockets fired at, as shares: of the smallest barrage, same defence."""
    points = result.points()
    alike = [i for i, p in enumerate(points) if _defence(p) == _defence(points[point])]
    least = min(alike, key=lambda i: np.nanmean(columns["threatened"][i]))
    threatened, fired, killed = (
        float(np.nansum(columns[name][least]))
        for name in ("threatened", "rounds_used", "intercepted")
    )
    return killed / max(fired, 1.0), min(fired / max(threatened, 1.0), 1.0)


def _defence(levels: dict[str, Any]) -> tuple:
    return tuple(v for k, v in levels.items() if k != "salvo")


def _check(row: Any, s: Scenario, at: dict[str, np.ndarray], kill: float, reached: float) -> Check:
    known = np.isfinite(at["threatened"])
    threatened, fired = at["threatened"][known], float(np.mean(at["rounds_used"][known]))
    asked = reached * threatened
    stock = sum(b.launchers * b.rounds_per_launcher for b in s.batteries)
    channels = sum(b.channels for b in s.batteries)
    if channels < stock:
        law, served = "channels", asked * (1.0 - _blocked(s, channels, asked))
    else:
        law, served = "stock", np.minimum(asked, stock)
    left = threatened - kill * served
    spread = float(np.sqrt(np.mean(kill * (1.0 - kill) * served) + np.var(left)))
    holds = abs(fired - np.mean(served)) <= WITHIN * np.mean(served)
    expected = float(np.mean(left))
    return Check(row.point, law, row.mean, row.low, row.high, expected, spread, bool(holds))


def _blocked(s: Scenario, channels: int, asked: np.ndarray) -> float:
    """Share of the rockets that find no channel free."""
    duration = sum(b.duration for b in s.threat.barrages)
    return erlang_b(channels, float(np.mean(asked)) / duration * guidance_time(s))


def guidance_time(s: Scenario) -> float:
    """Mean time from order to meeting with as many channels as are asked for, s."""
    from opendome import engine

    free = scenarios.parse(
        s.text, s.name, changes=dict(s.changes) | {"battery[*].channels": 10_000}
    )
    shots = engine.replicate(engine.prepare(free), s.study.seed, 0, trace=True).traces["shots"]
    return float(np.mean(shots["intercept_time_s"] - shots["decision_time_s"]))
