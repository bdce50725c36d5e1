"""Where to point a rocket of a class so that it comes down near a target.

Plain numpy: once per replication, over all rockets.  Symbols as in ballistics.py.
"""

from typing import NamedTuple

import numpy as np

from opendome.kernels.earth import on_surface
from opendome.kernels.flight import fly_all
from opendome.kernels.nature import Nature
from opendome.kernels.terrain import flat, ground_heights
from opendome.tables import ROCKETS

ELEVATION_MIN, ELEVATION_MAX = np.radians(3.0), np.radians(75.0)
ELEVATIONS = 128
PASSES_WIND = 3  # corrections of the aim where wind blows


class RangeTables(NamedTuple):
    """Low branch of every class: rows are classes, columns elevations."""

    elevation: np.ndarray  # (n_classes, 128), rad, from below range_min to the greatest range
    range: np.ndarray  # (n_classes, 128), m along the ground, rising
    time: np.ndarray  # (n_classes, 128), s from launch to impact


def shoot(
    cls: np.ndarray, elevation: np.ndarray, classes: np.ndarray, nature: Nature
) -> tuple[np.ndarray, np.ndarray]:
    """Ground range (m) and flight time (s) of one rocket per class row and elevation (rad).

    Northward from the origin, over the ellipsoid; nan where the flight leaves the model.
    """
    rockets = ROCKETS.allocate(len(elevation))
    rockets["cls"], rockets["elevation"] = cls, elevation
    rockets["burn"] = 1.0
    for name in ("t_launch", "x0", "y0", "z0", "azimuth"):
        rockets[name] = 0.0
    fly_all(rockets, classes, nature._replace(terrain=flat()))
    radius = nature.earth.radius
    ground_range = radius * np.arcsin(np.hypot(rockets["x_impact"], rockets["y_impact"]) / radius)
    return ground_range, np.asarray(rockets["t_impact"])


def range_tables(classes: np.ndarray, nature: Nature) -> RangeTables:
    """Ground range and flight time of every class over the elevations of the low branch.

    Parameters
    ----------
    classes : ndarray of CLASSES, (n,)
    nature : Nature

    Raises
    ------
    ValueError
        The range of a class does not rise with elevation up to the greatest range.
    """
    n = len(classes)
    rows = np.arange(n)
    low, high = np.full(n, ELEVATION_MIN), np.full(n, ELEVATION_MAX)
    lowest = low
    # Narrowing sweeps find the top of a smooth curve: 72 deg / 24 / 12^2 = 0.02 deg.
    for sweep in range(3):
        elevation = np.linspace(low, high, 25, axis=1)
        reach, _ = shoot(np.repeat(rows, 25), elevation.ravel(), classes, nature)
        reach = np.nan_to_num(reach.reshape(n, 25), nan=-1.0)
        best = np.argmax(reach, axis=1).clip(1, 23)
        low, high = elevation[rows, best - 1], elevation[rows, best + 1]
        if sweep == 0:
            short = (reach < classes["range_min"][:, None]) & (np.arange(25) < best[:, None])
            lowest = elevation[rows, np.maximum(short.sum(axis=1) - 1, 0)]
    elevation = np.linspace(lowest, 0.5 * (low + high), ELEVATIONS, axis=1)
    reach, time = shoot(np.repeat(rows, ELEVATIONS), elevation.ravel(), classes, nature)
    reach, time = reach.reshape(elevation.shape), time.reshape(elevation.shape)
    rising = (np.diff(reach, axis=1) > 0.0).all(axis=1)
    if not rising.all():
        raise ValueError(f"class row {int(np.argmin(rising))}: range does not rise with elevation")
    return RangeTables(elevation, reach, time)


def elevation_for(ground_range: np.ndarray, cls_row: int, tables: RangeTables) -> np.ndarray:
    """Low-branch elevation (rad) that gives a ground range (m); the ends of the table hold.

    Error
    -----
    A rocket flown with it lands within 0.3 % of the range asked (tests/oracle/test_flight.py).
    """
    # Near the greatest range, range falls with the square of the angle: its root is straight.
    reach = tables.range[cls_row]
    short = np.sqrt(reach[-1] - reach)
    wanted = np.sqrt(np.maximum(reach[-1] - np.asarray(ground_range), 0.0))
    return np.interp(-wanted, -short, tables.elevation[cls_row])


def aim(
    rockets: np.ndarray,
    classes: np.ndarray,
    x_target: np.ndarray,
    y_target: np.ndarray,
    tables: RangeTables,
    radius: float,
) -> int:
    """Point every rocket at its target on the ground, as if its range did not depend on direction.

    Parameters
    ----------
    rockets : ndarray of ROCKETS, (n,)
        Reads cls, x0, y0, z0; writes azimuth and elevation.
    classes : ndarray of CLASSES
    x_target, y_target : ndarray, (n,), m
        Point aimed at.
    tables : RangeTables
    radius : float, m

    Returns
    -------
    int
        How many targets lie outside the ranges of their rockets' class; those are aimed at the
        nearest range that the class can reach, in the target's direction.
    """
    launch = np.column_stack([rockets["x0"], rockets["y0"], rockets["z0"] + radius])
    up = launch / np.linalg.norm(launch, axis=1, keepdims=True)
    height = np.sqrt(radius**2 - np.square(x_target) - np.square(y_target))
    target = np.column_stack([x_target, y_target, height]) / radius
    sideways = np.linalg.norm(np.cross(up, target), axis=1)
    ground_range = radius * np.arctan2(sideways, np.sum(up * target, axis=1))
    north = np.array([0.0, 1.0, 0.0]) - up[:, 1:2] * up
    east = np.cross(north, up)
    rockets["azimuth"] = np.arctan2(np.sum(target * east, 1), np.sum(target * north, 1)) % (
        2.0 * np.pi
    )
    clamped = 0
    for row in range(len(classes)):
        mine = rockets["cls"] == row
        reach = tables.range[row]
        clamped += int(np.sum((ground_range[mine] < reach[0]) | (ground_range[mine] > reach[-1])))
        rockets["elevation"][mine] = elevation_for(ground_range[mine], row, tables)
    return clamped


def place(rockets: np.ndarray, nature: Nature, height: np.ndarray | None = None) -> None:
    """Put the launch points on the ground: fills z0 from x0 and y0."""
    if height is None:
        height = ground_heights(nature.terrain, rockets["x0"], rockets["y0"])
    rockets["z0"] = on_surface(rockets["x0"], rockets["y0"], height, nature.earth)


def aim_through(
    rockets: np.ndarray,
    classes: np.ndarray,
    x_target: np.ndarray,
    y_target: np.ndarray,
    tables: RangeTables,
    nature: Nature,
) -> int:
    """Point every rocket at its target through wind, the earth's turn and terrain.

    A flight with a motor that burns to its end shows how far `aim` is off; the next aim is that
    much to the other side.

    Parameters
    ----------
    rockets, classes, x_target, y_target, tables : as in `aim`
    nature : Nature

    Returns
    -------
    int
        How many targets lie outside the ranges of their rockets' class.

    Error
    -----
    Median, of the range: 2e-5 in still air, 3e-3 in a storm of 20 to 35 m/s
    (tests/oracle/test_flight.py).
    """
    radius = nature.earth.radius
    clamped = aim(rockets, classes, x_target, y_target, tables, radius)
    trial = rockets.copy()
    trial["burn"] = 1.0
    x, y = x_target.astype("f8"), y_target.astype("f8")
    # What lies out of range is not brought nearer by aiming farther.
    most = 0.3 * np.hypot(x_target - rockets["x0"], y_target - rockets["y0"])
    for _ in range(PASSES_WIND if nature.air[:, 2:].any() else 1):
        fly_all(trial, classes, nature)
        off_x, off_y = trial["x_impact"] - x_target, trial["y_impact"] - y_target
        good = np.hypot(x - off_x - x_target, y - off_y - y_target) < most  # not so with a nan
        x[good] -= off_x[good]
        y[good] -= off_y[good]
        aim(trial, classes, x, y, tables, radius)
    rockets["azimuth"], rockets["elevation"] = trial["azimuth"], trial["elevation"]
    return clamped
