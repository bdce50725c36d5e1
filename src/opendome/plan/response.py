"""What an operation uses and lets through, as a function of its size, the force and the doctrine.

Learned from studies of the full simulator with ample stock.  When rounds run out, each one that is
missing lets through as many rockets as one fired has saved; tests/unit/test_plan_response.py holds
that against the simulator.  Figures of the force in service are fitted per launch, as logarithms,
by a quadratic polynomial in the logarithm of the launches and the doctrine (study/surrogate.py);
what more batteries, launchers and radars change is measured in pairs (effects.py).
"""

from collections.abc import Callable, Mapping
from math import ceil, exp, log
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.plan import effects
from opendome.plan.assumptions import Assumption
from opendome.plan.effects import Effect
from opendome.plan.file import Response as Wanted

#: Factors of the studies, in the order of the columns of a design.
FACTORS = ("launches", "batteries", "launchers", "radars", "rounds_per_target", "threat_min")
#: Those that the surfaces depend on.
FITTED = ("launches", "rounds_per_target", "threat_min")
#: What counts each kind of item.
COUNTED = {"battery": "batteries", "launcher": "launchers", "radar": "radars"}
#: Standard errors of an interval of 90 %.
LEVEL = 1.645

#: FITTED (n, 3) -> figure (n,).
Surface = Callable[[np.ndarray], np.ndarray]


class Force(NamedTuple):
    """Batteries, launchers of each, and radars beyond one a battery."""

    batteries: int
    launchers: int
    radars: int


class Doctrine(NamedTuple):
    """Rules of fire that an operation is fought by: numbers, or arrays with one value a path."""

    rounds_per_target: Any  # between whole numbers: a mixture
    threat_min: Any  # least probability of falling on a protected place


class Fit(NamedTuple):
    """One figure's fit."""

    name: str
    error: float  # relative, of the surface: cross-validated, without the noise of the points
    noise: float  # relative, of one operation: standard deviation of the logarithm
    replications: int  # behind each design point
    points: int
    kind: str
    share: float = 0.0  # of the variance of a point's mean that is in the surface


class Response(NamedTuple):
    """Rounds used, leakers, and rockets saved by a round, with the errors of the fits."""

    rounds: Surface
    leaked: Surface
    saved: Surface
    fits: tuple[Fit, ...]  # rounds, leaked, saved
    base: Force = Force(1, 1, 0)  # that of the surfaces
    effects: Mapping[str, Effect] = MappingProxyType({})  # of more of each kind

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The errors of the effects, as numbers that a plan may vary: in standard errors."""
        return tuple(
            Assumption(
                f"response.{e.kind}", 0.0, -LEVEL, LEVEL, "normal", "derived",
                f"standard errors of what one more {e.kind} changes: leakers {e.leakers():+.2%} "
                f"({e.leakers(-LEVEL):+.2%} to {e.leakers(LEVEL):+.2%}), {e.pairs} pairs of runs",
            )
            for e in self.effects.values()
        )  # fmt: skip

    def noise(self, figure: int) -> float:
        """Standard deviation of the logarithm of a figure: of one operation and of the fit."""
        return float(np.hypot(self.fits[figure].noise, self.fits[figure].error))

    def operation(
        self, launches: np.ndarray, force: Force, doctrine: Doctrine,
        scores: Mapping[str, Any] = MappingProxyType({}),
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
        """Figures of operations with ample stock.

        Parameters
        ----------
        launches : float array, any shape; 0: no operation
        force : Force
        doctrine : Doctrine
            Numbers, or arrays that broadcast with launches.
        scores : mapping, kind -> number or array that broadcasts with launches
            Errors of the effects, in standard errors.

        Returns
        -------
        rounds, leaked : arrays of the shape of `launches`
        saved : likewise, rockets kept from a protected place by one round
        """
        launches = np.asarray(launches, "f8")
        x = np.empty((*launches.shape, len(FITTED)))
        x[..., 0] = np.maximum(launches, 1.0)
        x[..., 1], x[..., 2] = doctrine
        flat = x.reshape(-1, len(FITTED))
        at = np.flatnonzero(launches.ravel() > 0.0)
        made = np.zeros((3, launches.size))
        for row, surface in zip(made, (self.rounds, self.leaked, self.saved), strict=True):
            row[at] = surface(flat[at])
        made[:, at] *= np.exp(self._changes(launches, force, scores).reshape(3, -1)[:, at])
        shaped = made.reshape(3, *launches.shape)
        return shaped[0] * launches, shaped[1] * launches, shaped[2]

    def _changes(self, launches: np.ndarray, force: Force, scores: Mapping[str, Any]) -> np.ndarray:
        """Changes of the logarithms, (3, *shape), by what the force has more than the base."""
        total = np.zeros((3, *launches.shape))
        ln = np.log(np.maximum(launches, 1.0))
        for kind, column in COUNTED.items():
            more = getattr(force, column) - getattr(self.base, column)
            if more > 0 and kind in self.effects:
                total += self.effects[kind].change(ln, more, scores.get(kind, 0.0))
        return total


def constant(rounds: float, leaked: float, saved: float) -> Response:
    """A response without noise: rounds and leakers per launch, whatever the force."""
    fits = tuple(Fit(n, 0.0, 0.0, 1, 1, "constant") for n in ("rounds", "leaked", "saved"))
    return Response(_same(rounds), _same(leaked), _same(saved), fits)


def _same(value: float) -> Surface:
    return lambda x: np.full(len(x), value)


def learn(table: Mapping[str, np.ndarray]) -> Response:
    """Fit the three figures to the rows of studies.

    Parameters
    ----------
    table : mapping, column -> (rows,)
        `point`, `rep`, `pair`, the factors, and the ledger's rounds_used, leaked, threatened.  Rows
        without a pair have the force in service and give the surfaces.

    Error
    -----
    `fits`: cross-validated over the design points.  A point that is left out misses the surface by
    the surface's error and by the noise of its own mean; the latter is known and taken off.  What
    is left is at least the noise that least squares leave in the surface.
    """
    # Of none, half a rocket: a logarithm needs one.
    used = np.maximum(table["rounds_used"], 0.5)
    through = np.maximum(table["leaked"], 0.5)
    kept = np.maximum(table["threatened"] - table["leaked"], 0.5)
    launches = table["launches"]
    logs = np.log(np.stack([used / launches, through / launches, kept / used]))
    alone = np.flatnonzero(np.asarray(table["pair"]) < 0)
    points, index = np.unique(table["point"][alone], return_inverse=True)
    reps = table["rep"][alone]
    grid = np.full((3, len(points), int(np.max(reps)) + 1), np.nan)
    grid[:, index, reps] = logs[:, alone]
    first = alone[np.unique(index, return_index=True)[1]]
    design = {name: np.asarray(table[name], "f8")[first] for name in FITTED}
    made = [_fit(n, design, g) for n, g in zip(("rounds", "leaked", "saved"), grid, strict=True)]
    (rounds, leaked, saved), fits = zip(*made, strict=True)
    base = Force(*(int(table[c][first[0]]) for c in COUNTED.values()))
    return Response(rounds, leaked, saved, fits, base, effects.learn(table, logs, COUNTED))


def _fit(name: str, design: Mapping[str, np.ndarray], values: np.ndarray) -> tuple[Surface, Fit]:
    from opendome.study import surrogate

    scaled = {n: v if n == "rounds_per_target" else np.log(v) for n, v in design.items()}
    found = surrogate.fit(scaled, values, kinds=surrogate.POLYNOMIALS)
    noise = float(np.sqrt(np.mean(np.nanvar(values, axis=1, ddof=1))))
    low = np.array([np.min(scaled[n]) for n in FITTED])
    high = np.array([np.max(scaled[n]) for n in FITTED])

    def surface(x: np.ndarray) -> np.ndarray:
        """Beyond the design the figure per launch stays that of its edge."""
        inside = x.copy()
        inside[:, [0, 2]] = np.log(inside[:, [0, 2]])
        inside = np.clip(inside, low, high)
        return np.exp(found.predict(dict(zip(FITTED, inside.T, strict=True)))[0])

    reps, points = values.shape[1], len(values)
    n = len(found.factors)
    terms = (n + 1) * (n + 2) / 2 if found.kind == surrogate.QUADRATIC else n + 1
    share = terms / points
    missed2, noise2 = found.scores[0].k_fold ** 2, noise**2 / reps
    error = float(np.sqrt(max(missed2 - noise2, share * noise2)))
    return surface, Fit(name, error, noise, reps, points, found.kind, share)


def check(response: Response, wanted: Wanted) -> None:
    """Refuse to plan on fits that are worse than the plan accepts.

    Raises
    ------
    ScenarioError
        The fit, its error, the limit, and how many replications more are needed.
    """
    limits = (wanted.error_rounds, wanted.error_leaked)
    names = ("error_rounds", "error_leaked")
    lines = [
        f"response.{name}: the surrogate of the {fit.name} errs by {fit.error:.1%} "
        f"(want {limit:.1%} or less); {_needed(fit, limit)}"
        for name, fit, limit in zip(names, response.fits, limits, strict=False)
        if fit.error > limit
    ]
    if lines:
        raise ScenarioError(lines)


def _needed(fit: Fit, limit: float) -> str:
    """What would bring the error down: its part from noise falls with the replications."""
    noise2 = fit.share * fit.noise**2
    rest2 = max(fit.error**2 - noise2 / fit.replications, 0.0)
    if rest2 >= limit**2:
        points = ceil(fit.points * (fit.error / limit) ** 2)
        return f"more replications do not help, try points = {points} instead of {fit.points}"
    more = ceil(noise2 / (limit**2 - rest2)) - fit.replications
    return f"{max(more, 1)} replications more of each of the {fit.points} points are needed"


def multiplier(normal: np.ndarray, deviation: float) -> np.ndarray:
    """Lognormal factors of mean 1 from standard normals."""
    return np.exp(deviation * normal - 0.5 * deviation**2)


def design(wanted: Wanted, force: Force, seed: int) -> list[dict[str, Any]]:
    """Design points of the surfaces: scrambled Sobol' numbers over sizes and doctrines.

    Parameters
    ----------
    force : Force
        What is in service.
    """
    from scipy.stats import qmc

    power = ceil(log(wanted.points, 2))
    unit = qmc.Sobol(len(FITTED), rng=np.random.default_rng(seed)).random_base2(power)
    points = []
    for size, rounds, threat in unit[: wanted.points]:
        points.append({
            "launches": round(_between(wanted.launches_low, wanted.launches_high, size)),
            **force._asdict(),
            "rounds_per_target": 1 + int(2.0 * rounds),
            "threat_min": float(f"{_between(wanted.threat_low, wanted.threat_high, threat):.3g}"),
        })  # fmt: skip
    return points


def pairs(
    wanted: Wanted, force: Force, most: Force, doctrine: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Points of the paired studies: sizes, and at each the force in service and more of one kind.

    Parameters
    ----------
    force, most : Force
        What is in service, and the most that can be bought of each kind.
    doctrine : mapping
        The factors of the doctrine, at the plan's values.
    """
    if not any(most):
        return []
    made = []
    for k in range(wanted.sizes):
        size = round(_between(wanted.launches_low, wanted.launches_high, (k + 0.5) / wanted.sizes))
        forces = [force]
        for name, count in most._asdict().items():
            more = sorted({1, count + 1}) if count else []
            forces += [force._replace(**{name: getattr(force, name) + n}) for n in more]
        made += [{"pair": k, "launches": size, **f._asdict(), **doctrine} for f in forces]
    return made


def _between(low: float, high: float, u: float) -> float:
    """Between two numbers, even in the logarithm."""
    return low * exp(log(high / low) * u)
