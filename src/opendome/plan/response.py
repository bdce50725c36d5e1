"""What an operation uses and lets through, as a function of its size, the force and the doctrine.

Learned from studies of the full simulator with ample stock.  When rounds run out, each one that is
missing lets through as many rockets as one fired has saved; tests/unit/test_plan_response.py holds
that against the simulator.  Figures are fitted per launch, as logarithms, by a quadratic polynomial
in the logarithm of the launches and the counts (study/surrogate.py).
"""

from collections.abc import Callable, Mapping
from math import ceil, exp, log
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.plan.file import Response as Wanted

#: Factors of the studies, in the order of the columns of a design.
FACTORS = ("launches", "batteries", "launchers", "radars", "rounds_per_target")

#: Factors (n, 5) -> figure (n,).
Surface = Callable[[np.ndarray], np.ndarray]


class Force(NamedTuple):
    """Batteries, launchers of each, and radars beyond one a battery."""

    batteries: int
    launchers: int
    radars: int


class Fit(NamedTuple):
    """One figure's fit."""

    name: str
    error: float  # relative, cross-validated: root mean square of the logarithm
    noise: float  # relative, of one operation: standard deviation of the logarithm
    replications: int  # behind each design point
    points: int
    kind: str


class Response(NamedTuple):
    """Rounds used, leakers, and rockets saved by a round, with the errors of the fits."""

    rounds: Surface
    leaked: Surface
    saved: Surface
    fits: tuple[Fit, ...]  # rounds, leaked, saved

    def noise(self, figure: int) -> float:
        """Standard deviation of the logarithm of a figure: of one operation and of the fit."""
        return float(np.hypot(self.fits[figure].noise, self.fits[figure].error))

    def operation(
        self, launches: np.ndarray, force: Force, rounds_per_target: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Figures of operations with ample stock.

        Parameters
        ----------
        launches : float array, any shape; 0: no operation
        force : Force
        rounds_per_target : float or array that broadcasts with launches
            Between whole numbers: a mixture.

        Returns
        -------
        rounds, leaked : arrays of the shape of `launches`
        saved : likewise, rockets kept from a protected place by one round
        """
        launches = np.asarray(launches, "f8")
        x = np.empty((*launches.shape, len(FACTORS)))
        x[..., 0] = np.maximum(launches, 1.0)
        x[..., 1:4] = force
        x[..., 4] = rounds_per_target
        flat = x.reshape(-1, len(FACTORS))
        at = np.flatnonzero(launches.ravel() > 0.0)
        made = np.zeros((3, launches.size))
        for row, surface in zip(made, self[:3], strict=True):
            row[at] = surface(flat[at])
        shaped = made.reshape(3, *launches.shape)
        return shaped[0] * launches, shaped[1] * launches, shaped[2]


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
        `point`, `rep`, the factors, and the ledger's rounds_used, leaked, threatened.

    Error
    -----
    `fits`: cross-validated over the design points, noise of their means included.
    """
    points, index = np.unique(table["point"], return_inverse=True)
    reps = int(np.max(table["rep"])) + 1
    grid = np.full((3, len(points), reps), np.nan)
    # Of none, half a rocket: a logarithm needs one.
    used = np.maximum(table["rounds_used"], 0.5)
    through = np.maximum(table["leaked"], 0.5)
    kept = np.maximum(table["threatened"] - table["leaked"], 0.5)
    figures = (used / table["launches"], through / table["launches"], kept / used)
    for at, row in zip(grid, figures, strict=True):
        at[index, table["rep"]] = np.log(row)
    first = np.unique(index, return_index=True)[1]
    design = {name: np.asarray(table[name], "f8")[first] for name in FACTORS}
    made = [_fit(n, design, g) for n, g in zip(("rounds", "leaked", "saved"), grid, strict=True)]
    rounds, leaked, saved = (surface for surface, _ in made)
    return Response(rounds, leaked, saved, tuple(fit for _, fit in made))


def _fit(name: str, design: Mapping[str, np.ndarray], values: np.ndarray) -> tuple[Surface, Fit]:
    from opendome.study import surrogate

    scaled = {**design, "launches": np.log(design["launches"])}
    found = surrogate.fit(scaled, values, kinds=surrogate.POLYNOMIALS)
    noise = float(np.sqrt(np.mean(np.nanvar(values, axis=1, ddof=1))))
    low = np.array([np.min(scaled[n]) for n in FACTORS])
    high = np.array([np.max(scaled[n]) for n in FACTORS])

    def surface(x: np.ndarray) -> np.ndarray:
        """Beyond the design the figure per launch stays that of its edge."""
        inside = x.copy()
        inside[:, 0] = np.log(inside[:, 0])
        inside = np.clip(inside, low, high)
        return np.exp(found.predict(dict(zip(FACTORS, inside.T, strict=True)))[0])

    reps = values.shape[1]
    return surface, Fit(name, found.scores[0].k_fold, noise, reps, len(values), found.kind)


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
    noise2 = fit.noise**2 / fit.replications
    rest2 = max(fit.error**2 - noise2, 0.0)
    if rest2 >= limit**2:
        points = ceil(fit.points * (fit.error / limit) ** 2)
        return f"more replications do not help, try points = {points} instead of {fit.points}"
    more = ceil(fit.noise**2 / (limit**2 - rest2)) - fit.replications
    return f"{max(more, 1)} replications more of each of the {fit.points} points are needed"


def multiplier(normal: np.ndarray, deviation: float) -> np.ndarray:
    """Lognormal factors of mean 1 from standard normals."""
    return np.exp(deviation * normal - 0.5 * deviation**2)


def design(wanted: Wanted, force: Force, extra: Force, seed: int) -> list[dict[str, Any]]:
    """Design points: scrambled Sobol' numbers over sizes, forces and doctrines.

    Parameters
    ----------
    force, extra : Force
        What is in service, and the most that can be bought.  Two batteries fewer are simulated
        too, so that the value of the last ones is inside the design.
    """
    from scipy.stats import qmc

    low = [max(force.batteries - 2, 1), force.launchers, 0, 1]
    high = [a + b for a, b in zip(force, extra, strict=True)] + [2]
    power = ceil(log(wanted.points, 2))
    unit = qmc.Sobol(len(FACTORS), rng=np.random.default_rng(seed)).random_base2(power)
    points = []
    for u in unit[: wanted.points]:
        ratio = wanted.launches_high / wanted.launches_low
        counts = [a + min(int(v * (b - a + 1)), b - a)
                  for v, a, b in zip(u[1:], low, high, strict=True)]  # fmt: skip
        launches = round(wanted.launches_low * exp(log(ratio) * u[0]))
        points.append(dict(zip(FACTORS, (launches, *counts), strict=True)))
    return points
