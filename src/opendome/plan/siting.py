"""Where to put batteries: the most expected coverage, exact.

A demand is a place and a class of rocket: its weight is the place's share of the aims times the
class's share of those that reach it.  A battery covers it when it can meet such rockets from at
least half of the launch points (footprint.py's rule).  With a probability q that a battery is not
available, the k-th battery that covers a demand adds (1 - q) q^(k - 1) of its weight.

    max  sum_i w_i sum_k (1 - q) q^(k-1) y[i, k]
    sum_k y[i, k] <= sum_j a[i, j] x[j],   sum_j x[j] = n,   x binary, 0 <= y <= 1

q = 0 is the maximal covering location problem.  The weights fall with k, so y needs no binaries.

Source: Church and ReVelle, Papers in Regional Science 32 (1974) 101-118; Daskin, Transportation
Science 17 (1983) 48-70.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from opendome import frames, tables
from opendome.footprint import P_SEEN, SIGMA, launch_points
from opendome.kernels.aiming import aim_through
from opendome.kernels.aiming import place as on_ground
from opendome.kernels.defended import defend
from opendome.kernels.flight import fly_all
from opendome.kernels.flyout import D_STEP, N_D
from opendome.plan.rows import Model

if TYPE_CHECKING:
    from opendome.engine import Setup

P_KILL = 0.5  # least expected kill probability of a meeting that counts; footprint.py's default
NEAREST = 4_000.0  # m, no site nearer to the launch area (published least range, Haaretz 2010)
BACKUPS = 3  # batteries on one demand that count
SCALE = 1e3  # of the weights in HiGHS, whose tolerances are absolute
TIME_LIMIT = 900.0  # s by the clock: against hanging, far from what a busy machine needs
REACHED = 0.5  # share of the launch points from which a battery that covers must meet rockets
SHARES = (0.25, REACHED, 0.75)  # the rule, and an easier and a harder one
ENOUGH = 0.99  # of what any number of batteries can cover


class Ground(NamedTuple):
    """Sites, demands, and what covers what."""

    sites: np.ndarray  # (sites, 2), m, in the scenario's frame; the batteries in service first
    in_service: int
    weight: np.ndarray  # (demands,), sums to 1
    covers: np.ndarray  # (sites, demands) bool


class Sites(NamedTuple):
    """Chosen sites."""

    rows: tuple[int, ...]
    coverage: float  # expected, with unavailability
    once: float  # share of the weight covered at least once
    bound: float  # proven upper bound of `coverage`


def grounds(setup: "Setup", step: float) -> dict[float, Ground]:
    """Sites and demands of a scenario, by the share of launch points that counts as covered.

    Parameters
    ----------
    setup : engine.Setup
    step : float, m
        Candidate sites: places moved to a grid of this step, coarse on purpose.
    """
    fixed, places = setup.fixed, setup.fixed.places
    weight = places["aim_weight"] / places["aim_weight"].sum()
    kept = np.flatnonzero(weight > 1e-5)
    rockets, nodes, place = _flights(setup, kept)
    sites = _candidates(setup, kept, step)
    share = fixed.classes["share"][rockets["cls"]]
    demand = place * len(fixed.classes) + rockets["cls"]
    keys, row = np.unique(demand, return_inverse=True)
    flights = np.bincount(row)
    total = np.bincount(place, share, len(places))
    parts = np.bincount(row, share) / np.maximum(total[keys // len(fixed.classes)], 1e-12)
    w = weight[keys // len(fixed.classes)] * parts
    met = _met(setup, rockets, nodes, sites)
    part = np.array([np.bincount(row, m, len(keys)) for m in met]) / flights
    base = Ground(sites, len(fixed.batteries), w / w.sum(), part >= REACHED)
    return {share: merged(base._replace(covers=part >= share)) for share in SHARES}


def _flights(setup: "Setup", kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One rocket of every class from every launch point to every place that it reaches.

    Returns
    -------
    rockets, nodes : flown
    place : int array, row of the place that each is sent to
    """
    fixed, limits = setup.fixed, setup.ranges.range
    points = launch_points(setup)
    place, cls, point = (
        g.ravel() for g in np.meshgrid(kept, np.arange(len(fixed.classes)), np.arange(len(points)))
    )
    x, y = fixed.places["x"][place], fixed.places["y"][place]
    far = np.hypot(x - points[point, 0], y - points[point, 1])
    ok = (far >= limits[cls, 0]) & (far <= limits[cls, -1])
    place, cls, point, x, y = (a[ok] for a in (place, cls, point, x, y))
    rockets = tables.ROCKETS.allocate(len(x))
    rockets["cls"], rockets["x0"], rockets["y0"] = cls, points[point, 0], points[point, 1]
    rockets["burn"], rockets["t_launch"] = 1.0, 0.0
    on_ground(rockets, fixed.nature)
    aim_through(rockets, fixed.classes, x, y, setup.ranges, fixed.nature)
    nodes = fly_all(rockets, fixed.classes, fixed.nature)
    return rockets, nodes, place


def _candidates(setup: "Setup", kept: np.ndarray, step: float) -> np.ndarray:
    """The batteries in service, then places on the grid, off the launch area."""
    import shapely

    fixed = setup.fixed
    grid = np.column_stack([fixed.places["x"][kept], fixed.places["y"][kept]])
    grid = np.unique(np.round(grid / step) * step, axis=0)
    off = shapely.distance(setup.plan.launch_area, shapely.points(grid)) >= NEAREST
    mine = np.column_stack([fixed.batteries["x"], fixed.batteries["y"]])
    return np.vstack([mine, grid[off]])


def _met(setup: "Setup", rockets: np.ndarray, nodes: np.ndarray, sites: np.ndarray) -> np.ndarray:
    """Whether a battery at each site can meet each flight, (sites, flights)."""
    fixed = setup.fixed
    reach = N_D * D_STEP
    p_fa = float(fixed.radars["p_fa"].max(initial=1e-6))
    snr_min = np.log(p_fa) / np.log(P_SEEN) - 1.0
    delay = float(fixed.tracker[0]["confirm_hits"]) * setup.period
    met = np.zeros((len(sites), len(rockets)), bool)
    for j, (x, y) in enumerate(sites):
        battery = fixed.batteries[:1].copy()
        battery["x"], battery["y"] = x, y
        battery["z"] = frames.surface_z(x, y, fixed.radius) + 50.0
        near = np.hypot(rockets["x_impact"] - x, rockets["y_impact"] - y) <= reach
        rows = np.flatnonzero(near)
        p_kill, spare = np.zeros(len(rows)), np.zeros(len(rows))
        here = fixed._replace(batteries=battery)
        defend(rockets[rows], nodes, here, 0, setup.period, snr_min, delay, SIGMA, p_kill, spare)
        met[j, rows] = p_kill >= P_KILL
    return met


def merged(g: Ground) -> Ground:
    """The same with demands that the same sites cover put together."""
    sets, row = np.unique(g.covers.T, axis=0, return_inverse=True)
    return g._replace(weight=np.bincount(row.ravel(), g.weight), covers=sets.T)


def choose(g: Ground, n: int, unavailable: float, fixed: tuple[int, ...] = ()) -> Sites:
    """The best n sites.

    Parameters
    ----------
    n : int
        Sites in all, those of `fixed` among them.
    unavailable : float
        Probability q, 0 <= q < 1.
    fixed : tuple of int
        Sites that are taken.
    """
    q, model = unavailable, Model()
    levels = 1 if q == 0.0 else BACKUPS
    x = [model.column(1.0, low=float(j in fixed), whole=True) for j in range(len(g.sites))]
    for i, w in enumerate(g.weight):
        by = np.flatnonzero(g.covers[:, i])
        if not len(by):
            continue
        terms = {
            model.column(1.0, cost=-SCALE * float(w) * (1.0 - q) * q**k): 1.0 for k in range(levels)
        }
        model.row(terms | {x[j]: -1.0 for j in by}, -np.inf, 0.0)
    model.row(dict.fromkeys(x, 1.0), n, n)
    found = model.solve(1e-6, TIME_LIMIT)
    rows = tuple(int(j) for j in np.flatnonzero(found.values[x] > 0.5))
    return Sites(rows, expected(g, rows, q), expected(g, rows, 0.0), -found.bound / SCALE)


def least(g: Ground) -> int:
    """Fewest batteries that cover `ENOUGH` of what any number can."""
    can = np.flatnonzero(g.covers.any(axis=0))
    model = Model()
    x = [model.column(1.0, cost=1.0, whole=True) for _ in g.sites]
    y = {i: model.column(1.0) for i in can}
    for i, column in y.items():
        by = np.flatnonzero(g.covers[:, i])
        model.row({column: 1.0, **{x[j]: -1.0 for j in by}}, -np.inf, 0.0)
    weight = {column: SCALE * float(g.weight[i]) for i, column in y.items()}
    model.row(weight, ENOUGH * SCALE * float(g.weight[can].sum()), np.inf)
    return round(float(model.solve(1e-6, TIME_LIMIT).values[x].sum()))


def expected(g: Ground, rows: tuple[int, ...], unavailable: float) -> float:
    """Expected coverage of sites; with q = 0 the share covered at least once."""
    count = g.covers[list(rows)].sum(axis=0)
    if unavailable == 0.0:
        return float(g.weight @ (count > 0))
    return float(g.weight @ (1.0 - unavailable ** np.minimum(count, BACKUPS)))


def extended(g: Ground, more: int, unavailable: float) -> list[Sites]:
    """The batteries in service, and then with 1 .. more further ones, each at the best site."""
    taken = tuple(range(g.in_service))
    made = [Sites(taken, expected(g, taken, unavailable), expected(g, taken, 0.0), np.nan)]
    for _ in range(more):
        made.append(choose(g, len(taken) + 1, unavailable, taken))
        new = [j for j in made[-1].rows if j not in taken]
        taken = (*taken, *new)
        made[-1] = made[-1]._replace(rows=taken)
    return made
