"""Paths of interceptors and pieces of interceptions of a traced replication: what a map draws."""

from typing import Any

import numpy as np

from opendome.casualties import debris_deaths
from opendome.kernels.ballistics import drag_table
from opendome.kernels.flyout_path import FLYOUT_NODES, fly_out_path
from opendome.kernels.intercept import height, place
from opendome.tables import table

FLYOUTS = table(
    "flyouts",
    "flight of every interceptor, second by second, to its planned intercept",
    ("shot", "i8", "-", "number of the shot"),
    ("time_s", "f8", "s", "since the start"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
)

DEBRIS = table(
    "debris",
    "truth: pieces of the interceptions, where they fell",
    ("rocket", "i8", "-", "number of the rocket that was intercepted"),
    ("time_s", "f8", "s", "since the start"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("mass_kg", "f8", "kg", "mass"),
    ("place", "U40", "-", "protected place that it fell on; empty: none"),
    ("deaths", "f8", "1", "deaths expected"),
)


def flyouts(p: Any, air: np.ndarray, shots: np.ndarray) -> np.ndarray:
    """Flight of every shot in the vertical plane to its point, as the flyout table flew it.

    Parameters
    ----------
    p : placement.Parameters
    air : ndarray
        Air table of the scenario: the flyout tables were flown through it.
    shots : tables.SHOTS

    Returns
    -------
    FLYOUTS
    """
    drag = drag_table()
    parts = []
    for shot in shots:
        battery = p.batteries[shot["battery"]]
        kind = p.interceptors[battery["interceptor"]]
        parts.append(_flyout(shot, battery, kind, air, drag, p.radius))
    return np.concatenate(parts) if parts else FLYOUTS.allocate(0)


def _flyout(
    shot: np.void, battery: np.void, kind: np.void, air: np.ndarray, drag: np.ndarray, radius: float
) -> np.ndarray:
    base = height(battery["x"], battery["y"], battery["z"], radius)
    d, h, _ = place(shot["x"], shot["y"], shot["z"], battery, base, radius)
    nodes = np.zeros((FLYOUT_NODES, 3))
    n = fly_out_path(d, h, kind, air, drag, nodes)
    t, along, up = nodes[:n].T
    part = FLYOUTS.allocate(n)
    # The table is read between its points, so a flight to this very point ends up to 0.06 s off.
    share = t / t[-1]
    part["shot"] = shot["id"]
    part["time_s"] = shot["t_launch"] + share * (shot["t_intercept"] - shot["t_launch"])
    reach = along / along[-1] if along[-1] > 0.0 else along
    for name, axis in (("x_m", "x"), ("y_m", "y")):
        part[name] = battery[axis] + reach * (shot[axis] - battery[axis])
    # Height above the launcher, and the round earth falling away below the line of sight.
    part["z_m"] = battery["z"] + up + reach * (shot["z"] - battery["z"] - up[-1])
    return part


def debris(s: Any, pieces: np.ndarray, rockets: np.ndarray, warnings: np.ndarray) -> np.ndarray:
    """Where the pieces of every interception fell.

    Parameters
    ----------
    s : ledger.Scoring
    pieces, rockets, warnings : tables.DEBRIS, ROCKETS, WARNINGS

    Returns
    -------
    DEBRIS
    """
    rows = DEBRIS.allocate(len(pieces))
    rows["rocket"] = rockets["id"][pieces["rocket"]]
    rows["place"] = np.append(s.place_names, "")[pieces["place"]]
    rows["deaths"] = debris_deaths(s, pieces, warnings)[0]
    for name, column in (("time_s", "t"), ("x_m", "x"), ("y_m", "y"), ("mass_kg", "mass")):
        rows[name] = pieces[column]
    return rows
