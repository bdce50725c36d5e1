"""What closed forms say of a saturated defence, beside a study's simulation.

Both laws take from the simulation what they cannot know: how many rockets threaten, how often one
round kills (from the least loaded point of the same defence), how long a round is guided.

    T   rockets that threaten                     p   rounds that kill, of those fired
    S   rounds in the launchers                   c   guidance channels, all batteries together
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
    columns = {n: result.column(n) for n in ("threatened", "leaked", "rounds_used", "intercepted")}
    rows = {row.point: row for row in result.rows() if row.figure == "leaked"}
    return [
        _check(i, rows[i], _at(result, i), {n: v[i] for n, v in columns.items()},
               _kill(result, i, columns))
        for i in range(len(result.points()))
    ]  # fmt: skip


def _at(result: StudyResult, point: int) -> Scenario:
    return result.study.at(result.points()[point])


def _kill(result: StudyResult, point: int, columns: dict[str, np.ndarray]) -> float:
    """Share of rounds that kill at the least loaded point that differs in the barrage only."""
    points = result.points()
    alike = [i for i, p in enumerate(points) if _defence(p) == _defence(points[point])]
    least = min(alike, key=lambda i: np.nanmean(columns["threatened"][i]))
    fired = np.nansum(columns["rounds_used"][least])
    return float(np.nansum(columns["intercepted"][least]) / fired) if fired else 0.0


def _defence(levels: dict[str, Any]) -> tuple:
    return tuple(v for k, v in levels.items() if k != "salvo")


def _check(point: int, row: Any, s: Scenario, at: dict[str, np.ndarray], kill: float) -> Check:
    known = np.isfinite(at["threatened"])
    threatened, fired = at["threatened"][known], float(np.mean(at["rounds_used"][known]))
    stock = sum(b.launchers * b.rounds_per_launcher for b in s.batteries)
    channels = sum(b.channels for b in s.batteries)
    if channels < stock:
        law, served = "channels", threatened * (1.0 - _blocked(s, channels, threatened))
    else:
        law, served = "stock", np.minimum(threatened, stock)
    expected = float(np.mean(threatened - kill * served))
    spread = float(
        np.sqrt(np.mean(kill * (1.0 - kill) * served) + np.var(threatened - kill * served))
    )
    holds = abs(fired - np.mean(served)) <= WITHIN * np.mean(served)
    return Check(point, law, row.mean, row.low, row.high, expected, spread, bool(holds))


def _blocked(s: Scenario, channels: int, threatened: np.ndarray) -> float:
    """Share of the rockets that find no channel free."""
    duration = sum(b.duration for b in s.threat.barrages)
    return erlang_b(channels, float(np.mean(threatened)) / duration * guidance_time(s))


def guidance_time(s: Scenario) -> float:
    """Mean time from order to meeting with as many channels as are asked for, s."""
    from opendome import engine

    free = scenarios.parse(
        s.text, s.name, changes=dict(s.changes) | {"battery[*].channels": 10_000}
    )
    shots = engine.replicate(engine.prepare(free), s.study.seed, 0, trace=True).traces["shots"]
    return float(np.mean(shots["intercept_time_s"] - shots["decision_time_s"]))
