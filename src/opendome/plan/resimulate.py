"""The chosen plan in the full simulator, on futures that nothing was fitted to.

Every operation of every path runs with the stock, the force and the doctrine that the plan has by
then; what it used is taken from the stock before the next.  The prediction for the same operations
comes from the response alone.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from opendome.montecarlo import Progress
from opendome.plan import outlook, studies
from opendome.plan.evaluate import Rule, Run, run
from opendome.plan.outlook import Paths
from opendome.plan.response import Response
from opendome.plan.setting import Package, Setting, force, setting
from opendome.plan.spec import Plan

SEED = 7_000_000  # added to the plan's: no study used these random numbers
LEVEL = 1.96  # standard deviations of an interval of 95 %


class Compared(NamedTuple):
    """A figure over all paths, predicted and simulated."""

    name: str
    predicted: float
    half_width: float  # of the prediction, 95 %: noise of the operations and error of the fit
    simulated: float

    @property
    def agrees(self) -> bool:
        """Whether the simulated figure lies within the stated error."""
        return abs(self.simulated - self.predicted) <= self.half_width


class Again(NamedTuple):
    """What the simulator says of the plan."""

    compared: tuple[Compared, ...]
    rows: tuple[dict[str, Any], ...]  # one an operation
    paths: int

    @property
    def agrees(self) -> bool:
        """Whether every figure does."""
        return all(c.agrees for c in self.compared)


def again(
    plan: Plan, response: Response, rule: Rule, sites: np.ndarray, n: int, workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Again:  # fmt: skip
    """Run the plan in the full simulator.

    Parameters
    ----------
    sites : float array (m, 2), degrees
        Of the batteries that the plan buys.
    n : int
        Paths; those without an operation count, but need no simulation.
    """
    file, values = plan.file, plan.central
    paths = outlook.paths(
        file.outlook, plan.delay, values, file.months, n, file.seed, outlook.FRESH << 16
    )
    quiet = paths._replace(
        rounds=np.zeros_like(paths.rounds), leaked=np.zeros_like(paths.leaked),
        launches=np.minimum(paths.launches, file.response.launches_high),
    )  # fmt: skip
    flat = response._replace(fits=tuple(f._replace(noise=0.0, error=0.0) for f in response.fits))
    s = setting(plan, flat, values, quiet, rule.package)
    predicted = run(s, rule)
    simulated, rows = _through(plan, s, rule, quiet, sites, workers, progress)
    return Again(_compare(response, s, predicted, simulated), tuple(rows), n)


def _through(
    plan: Plan, s: Setting, rule: Rule, paths: Paths, sites: np.ndarray, workers: int,
    progress: Callable[[Progress], None] | None,
) -> tuple[Run, list[dict[str, Any]]]:  # fmt: skip
    """All first operations, then all second ones with the stock that the first left, and so on."""
    seen = _writable(s)
    rows: list[dict[str, Any]] = []
    rng = outlook.stream(plan.file.seed, outlook.FRESH)
    factor = float(plan.central["consumption_factor"])
    for depth in range(int((paths.launches > 0.0).sum(axis=1).max())):
        done = run(seen, rule)
        at = [(i, int(np.flatnonzero(row > 0.0)[depth]))
              for i, row in enumerate(paths.launches) if (row > 0.0).sum() > depth]  # fmt: skip
        points = [_point(plan, s, rule, done, i, m, paths, factor, rng) for i, m in at]
        table = studies.simulate(
            plan, points, sites, 1, plan.file.seed + SEED, workers, progress,
            firsts=[len(rows) + k for k in range(len(points))],
        )  # fmt: skip
        for row, (i, m) in enumerate(at):
            used, leaked = factor * table["rounds_used"][row], table["leaked"][row]
            for forces in (seen.now, seen.bought):
                forces.rounds[i, m], forces.leaked[i, m] = used, leaked
            seen.saved[i, m] = 0.0  # what was missing is in the simulated leakers
            rows.append({"path": i, "month": m, **points[row], "used": used, "leaked": leaked})
    return run(seen, rule), sorted(rows, key=lambda r: (r["path"], r["month"]))


def _writable(s: Setting) -> Setting:
    """A copy whose operations can be replaced by simulated ones."""
    now, bought = (
        f._replace(rounds=f.rounds.copy(), leaked=f.leaked.copy()) for f in (s.now, s.bought)
    )
    return s._replace(now=now, bought=bought, saved=s.saved.copy())


def _point(
    plan: Plan, s: Setting, rule: Rule, done: Run, i: int, m: int, paths: Paths, factor: float,
    rng: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """The operation of path i in month m as a design point."""
    serves = bool(done.bought[i]) and m >= int(s.bought.ready[i])
    have = force(plan, rule.package if serves else Package())
    doctrine = float(plan.central["rounds_per_target"])
    return {
        "launches": round(float(paths.launches[i, m])),
        **have._asdict(),
        "rounds_per_target": int(doctrine) + int(rng.random() < doctrine - int(doctrine)),
        "threat_min": float(plan.central["threat_min"]),
        "stock": max(round(float(done.before[i, m]) / factor), 1),
    }


def _compare(
    response: Response, s: Setting, predicted: Run, simulated: Run
) -> tuple[Compared, ...]:
    """Rounds used and leakers over all paths, with the error that the response states."""
    found = []
    for k, name in enumerate(("rounds_used", "leakers")):
        parts = predicted.used if k == 0 else predicted.leaked
        ours = float(parts.sum())
        theirs = float((simulated.used if k == 0 else simulated.leaked).sum())
        fit = response.fits[k]
        # Noise is each operation's own, the error of a fit may be common to all.
        spread = np.hypot(fit.noise * np.sqrt((parts**2).sum()), fit.error * ours)
        found.append(Compared(name, ours, LEVEL * float(spread), theirs))
    last = float(predicted.stock[:, -1].mean())
    spread = found[0].half_width / s.n
    found.append(Compared("stock_at_the_end", last, spread, float(simulated.stock[:, -1].mean())))
    return tuple(found)
