"""Shapes on the ground and in the air in degrees, for maps."""

from typing import Any

import numpy as np

from opendome import frames

ARC_STEP = 5.0  # degrees between two corners of a sector's rim
CORNERS = 32  # of an ellipse


Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def lonlat(x: Any, y: Any, z: Any, origin: tuple[float, float]) -> Three:
    """ENU metres to longitude, latitude (degrees) and height (m)."""
    east, north, up = (np.asarray(a, "f8") for a in (x, y, z))
    lat, lon, h = frames.geodetic(east, north, up, origin)
    return np.asarray(lon), np.asarray(lat), np.asarray(h)


def ellipse(xx: np.ndarray, xy: np.ndarray, yy: np.ndarray) -> Three:
    """Half axes at one sigma (m) and bearing of the major one from north (degrees)."""
    middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    major = np.sqrt(np.maximum(middle + half, 0.0))
    minor = np.sqrt(np.maximum(middle - half, 0.0))
    bearing = 90.0 - 0.5 * np.degrees(np.arctan2(2.0 * xy, xx - yy))
    return major.astype("f4"), minor.astype("f4"), bearing.astype("f4")


def around(
    lon: float, lat: float, major: float, minor: float, bearing: float, n: int = CORNERS
) -> list[list[float]]:
    """Rim of an ellipse on the ground as [lon, lat], closed, anticlockwise.

    Parameters
    ----------
    lon, lat : float, degrees
    major, minor : float, m
        Half axes.
    bearing : float, degrees
        Of the major one, from north.
    """
    a = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    along, aside, turn = major * np.cos(a), minor * np.sin(a), np.radians(bearing)
    east = along * np.sin(turn) - aside * np.cos(turn)
    north = along * np.cos(turn) + aside * np.sin(turn)
    return _rim(east, north, lon, lat)


def sector(
    lon: float, lat: float, boresight: float, half: float, reach: float
) -> list[list[float]]:
    """Rim of a sector on the ground as [lon, lat], closed, anticlockwise.

    Parameters
    ----------
    lon, lat : float, degrees
    boresight, half : float, degrees
        Middle of the sector from north, and half its width; 180 is a whole circle.
    reach : float, m
    """
    n = max(int(2.0 * half / ARC_STEP), 2) + 1
    whole = half >= 179.9
    az = np.radians(np.linspace(boresight + half, boresight - half, n, endpoint=not whole))
    corner = [] if whole else [0.0]
    east = np.array([*corner, *(reach * np.sin(az))])
    north = np.array([*corner, *(reach * np.cos(az))])
    return _rim(east, north, lon, lat)


def _rim(east: np.ndarray, north: np.ndarray, lon: float, lat: float) -> list[list[float]]:
    import pymap3d

    lats, lons, _ = pymap3d.enu2geodetic(east, north, 0.0, lat, lon, 0.0)
    rim = [[float(a), float(b)] for a, b in zip(lons, lats, strict=True)]
    return [*rim, rim[0]]
