"""Defended footprint of a battery: where a rocket may be sent so that a round can still meet it.

    from opendome import engine, footprint, load
    setup = engine.prepare(load("two-towns"))
    found = footprint.footprint(setup, "A", "grad-122")
    found.polygon()   # shapely geometry in the scenario's frame, m
    found.area        # m^2

One battery alone, nobody else in the air, the track perfect but for the hand-over error: the
footprint bounds what the battery can do, it does not tell how well it does under load.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome import frames, tables
from opendome.errors import ScenarioError
from opendome.kernels.aiming import aim
from opendome.kernels.defended import defend
from opendome.kernels.flight import fly_all
from opendome.models import nearest

if TYPE_CHECKING:
    import shapely

    from opendome.engine import Setup

P_SEEN = 0.5  # detection probability of one look from which a body counts as seen; assumed
SIGMA = 30.0  # m, hand-over error on each axis: that of tracks in may-2021; derived
LAUNCHES = 5  # points along either side of the launch area's box
CELLS_MAX = 40_000  # cells of a footprint


@dataclass(frozen=True)
class Footprint:
    """Footprint of one battery against one class, on a grid of cells.

    Attributes
    ----------
    battery, rocket_class : str
    x, y : ndarray (nx,), (ny,), m
        Cell centres, east and north.
    share : ndarray (ny, nx)
        Share of the launch points that reach a cell from which the rocket can be met; nan where
        none reaches it.
    p_kill : ndarray (ny, nx)
        Mean expected single-shot kill probability over the launch points that reach a cell.
    cell : float, m
        Side of a cell.
    """

    battery: str
    rocket_class: str
    x: np.ndarray
    y: np.ndarray
    share: np.ndarray
    p_kill: np.ndarray
    cell: float

    def mask(self, share: float = 1.0) -> np.ndarray:
        """Cells that at least this share of the launch points leaves defended, (ny, nx)."""
        return np.nan_to_num(self.share, nan=-1.0) >= share

    @property
    def area(self) -> float:
        """Area defended against every launch point that reaches it, m^2."""
        return float(self.mask().sum()) * self.cell**2

    @property
    def reached(self) -> float:
        """Area that some launch point reaches, m^2, defended or not, inside the grid."""
        return float(np.isfinite(self.share).sum()) * self.cell**2

    def polygon(self, share: float = 1.0) -> "shapely.Geometry":
        """Outline of `mask(share)` in the scenario's frame, m; empty if nothing is defended."""
        import shapely

        rows, columns = np.nonzero(self.mask(share))
        half = 0.5 * self.cell
        x, y = self.x[columns], self.y[rows]
        return shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))


def footprint(
    setup: "Setup",
    battery: "str | int",
    rocket_class: "str | int",
    *,
    cell: float = 1_000.0,
    reach: float = 25_000.0,
    sigma: float = SIGMA,
    p_min: float = 0.5,
) -> Footprint:
    """Defended footprint of a battery against a class.

    From points of the launch area a rocket of the class is flown to every cell that it can
    reach.  A radar of the scenario must see it, a track needs `confirm_hits` scans, and a round
    must be able to meet it after the reaction time with an expected kill probability of at least
    `p_min`.

    Parameters
    ----------
    setup : engine.Setup
        `engine.prepare(scenario)`.
    battery, rocket_class : str or int
        Name, or row of the table.
    cell : float, m
        Side of a cell, 100 to 10,000.
    reach : float, m
        Half the side of the square around the battery that is looked at.
    sigma : float, m
        Standard deviation of the hand-over error on each axis.
    p_min : float
        Least expected single-shot kill probability.

    Returns
    -------
    Footprint

    Raises
    ------
    ScenarioError
        An unknown battery or class, or a number out of bounds; one line.

    Error
    -----
    Area: about half a cell along the outline.  Launch points: a grid of the area, so the outline
    may move by what lies between two of them.
    """
    b = _row(battery, setup.scoring.battery_names, "battery")
    c = _row(rocket_class, setup.scoring.class_names, "rocket class")
    _bounds(cell, reach, sigma, p_min)
    fixed = setup.fixed
    place = fixed.batteries[b]
    n = int(np.ceil(reach / cell))
    steps = cell * np.arange(-n, n + 1)
    x, y = float(place["x"]) + steps, float(place["y"]) + steps
    grid_x, grid_y = (g.ravel() for g in np.meshgrid(x, y))
    total, met, sure = (np.zeros(grid_x.size) for _ in range(3))
    for x0, y0 in launch_points(setup):
        far = np.hypot(grid_x - x0, grid_y - y0)
        limits = setup.ranges.range[c]
        rows = np.flatnonzero((far >= limits[0]) & (far <= limits[-1]))
        p_kill = _defend(setup, b, c, x0, y0, grid_x[rows], grid_y[rows], sigma)
        total[rows] += 1.0
        met[rows] += p_kill >= p_min
        sure[rows] += p_kill
    with np.errstate(invalid="ignore"):
        share, mean = ((a / total).reshape(len(y), len(x)) for a in (met, sure))
    names = setup.scoring
    return Footprint(
        str(names.battery_names[b]), str(names.class_names[c]), x, y, share, mean, cell
    )


def launch_points(setup: "Setup") -> np.ndarray:
    """Points of the launch area, (n, 2), m: a grid, and the corners of its outline."""
    import shapely

    area = setup.plan.launch_area
    x_min, y_min, x_max, y_max = area.bounds
    x, y = np.meshgrid(np.linspace(x_min, x_max, LAUNCHES), np.linspace(y_min, y_max, LAUNCHES))
    inside = shapely.contains_xy(area, x, y)
    corners = shapely.get_coordinates(area.convex_hull)[:-1]
    return np.vstack([np.column_stack([x[inside], y[inside]]), corners])


def _defend(
    setup: "Setup", b: int, c: int, x0: float, y0: float, x: np.ndarray, y: np.ndarray, s: float
) -> np.ndarray:
    """Expected kill probability of rockets of class c sent from one point to points (x, y)."""
    fixed = setup.fixed
    rockets = tables.ROCKETS.allocate(len(x))
    rockets["cls"], rockets["x0"], rockets["y0"] = c, x0, y0
    rockets["z0"] = frames.surface_z(x0, y0, fixed.radius)
    rockets["burn"], rockets["t_launch"] = 1.0, 0.0
    aim(rockets, fixed.classes, x, y, setup.ranges, fixed.radius)
    nodes = fly_all(rockets, fixed.classes, fixed.air, fixed.drag, fixed.radius)
    p_kill, spare = np.zeros(len(x)), np.zeros(len(x))
    p_fa = float(fixed.radars["p_fa"].max(initial=1e-6))
    snr_min = np.log(p_fa) / np.log(P_SEEN) - 1.0  # p_d = p_fa^(1 / (1 + s)), kernels/radar.py
    delay = float(fixed.tracker[0]["confirm_hits"]) * setup.period
    defend(rockets, nodes, fixed, b, setup.period, snr_min, delay, s, p_kill, spare)
    return p_kill


def _row(wanted: "str | int", names: np.ndarray, what: str) -> int:
    known = [str(name) for name in names]
    if isinstance(wanted, str):
        if wanted not in known:
            raise ScenarioError(f"{what} {wanted!r}: unknown{nearest(wanted, known)}")
        return known.index(wanted)
    if not 0 <= wanted < len(known):
        raise ScenarioError(f"{what} {wanted}: no such row (want 0 to {len(known) - 1})")
    return int(wanted)


def _bounds(cell: float, reach: float, sigma: float, p_min: float) -> None:
    limits: dict[str, tuple[Any, float, float, str]] = {
        "cell": (cell, 100.0, 10e3, "m"),
        "reach": (reach, 1e3, 100e3, "m"),
        "sigma": (sigma, 1.0, 10e3, "m"),
        "p_min": (p_min, 0.0, 1.0, ""),
    }
    for name, (value, low, high, unit) in limits.items():
        if not low <= value <= high:
            raise ScenarioError(f"{name} = {value:g}: want {low:g} to {high:g} {unit}".rstrip())
    cells = (2.0 * reach / cell + 1.0) ** 2
    if cells > CELLS_MAX:
        raise ScenarioError(
            f"cell = {cell:g} m in {2e-3 * reach:g} km: {cells:.0f} cells "
            f"(want {CELLS_MAX} at most)"
        )
