"""What closed forms say of a saturated defence, beside a study's simulation.

Both laws take from the simulation what they cannot know, on the smallest barrage that the same
defence meets, where nothing is short: which share of the threatening rockets is stopped, and how
many rounds each of them costs; and how long a round is guided.

    T   rockets that threaten              u   share of them stopped if nothing is short
    S   rounds in the launchers            f   rounds for each of them if nothing is short
    c   channels, all batteries together   a   offered load, erlangs: f T / duration times guidance

*stock*: S rounds are enough for S / f rockets; those stopped are binomial, (min(T, S / f), u).
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
    names = ("threatened", "leaked", "rounds_used")
    columns = {name: result.column(name) for name in names}
    rows = {row.point: row for row in result.rows() if row.figure == "leaked"}
    found = []
    for i in range(len(result.points())):
        s = result.study.at(result.points()[i])
        at = {name: values[i] for name, values in columns.items()}
        found.append(_check(rows[i], s, at, *_unloaded(result, i, columns)))
    return found


def _unloaded(result: StudyResult, point: int, columns: dict[str, np.ndarray]) -> tuple:
    """Share stopped, and rounds each, of the rockets of the smallest barrage, same defence."""
    points = result.points()
    alike = [i for i, p in enumerate(points) if _defence(p) == _defence(points[point])]
    least = min(alike, key=lambda i: np.nanmean(columns["threatened"][i]))
    threatened, fired, leaked = (
        float(np.nansum(columns[name][least])) for name in ("threatened", "rounds_used", "leaked")
    )
    return 1.0 - leaked / max(threatened, 1.0), fired / max(threatened, 1.0)


def _defence(levels: dict[str, Any]) -> tuple:
    return tuple(v for k, v in levels.items() if k != "salvo")


def _check(row: Any, s: Scenario, at: dict[str, np.ndarray], stop: float, rounds: float) -> Check:
    known = np.isfinite(at["threatened"])
    threatened, fired = at["threatened"][known], float(np.mean(at["rounds_used"][known]))
    stock = sum(b.launchers * b.rounds_per_launcher for b in s.batteries)
    channels = sum(b.channels for b in s.batteries)
    if channels < stock:
        law, served = "channels", threatened * (1.0 - _blocked(s, channels, rounds * threatened))
    else:
        law, served = "stock", np.minimum(threatened, stock / max(rounds, 1e-9))
    left = threatened - stop * served
    spread = float(np.sqrt(np.mean(stop * (1.0 - stop) * served) + np.var(left)))
    holds = abs(fired - rounds * np.mean(served)) <= WITHIN * rounds * np.mean(served)
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
