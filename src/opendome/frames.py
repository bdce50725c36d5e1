"""WGS84 geodetic <-> local east-north-up (ENU), and the round earth that kernels use.

Kernels work in one ENU frame with its origin at the scenario's origin on the ellipsoid.  Height
above the ground there is the distance from the centre of a sphere of the origin's Gaussian radius
of curvature, less that radius.

Error: sphere against ellipsoid, at most 0.49 m of height within 50 km of the origin and 4.5 m
within 150 km at 31.5 N; at any latitude 0.67 m and 6.0 m (tests/validation/test_frames.py).
"""

from math import cos, sin, sqrt

import numpy as np

from opendome.constants import WGS84_A, WGS84_F


def enu(lat_deg, lon_deg, h, origin):
    """Geodetic (degrees, degrees, m) to ENU metres at `origin` = (lat_deg, lon_deg)."""
    import pymap3d

    x, y, z = pymap3d.geodetic2enu(lat_deg, lon_deg, h, origin[0], origin[1], 0.0)
    return np.asarray(x, "f8"), np.asarray(y, "f8"), np.asarray(z, "f8")


def geodetic(x, y, z, origin):
    """ENU metres at `origin` to geodetic (lat_deg, lon_deg, h in m)."""
    import pymap3d

    return pymap3d.enu2geodetic(x, y, z, origin[0], origin[1], 0.0)


def earth_radius(lat_deg: float) -> float:
    """Gaussian radius of curvature sqrt(M N) of WGS84, m.  Source: Torge, Geodesy (2001), 4.1.3."""
    e2 = WGS84_F * (2.0 - WGS84_F)
    w2 = 1.0 - e2 * sin(np.radians(lat_deg)) ** 2
    return WGS84_A * sqrt(1.0 - e2) / w2


def surface_z(x, y, radius: float):
    """ENU z of the round earth's surface below (x, y), m."""
    return np.sqrt(radius**2 - np.square(x) - np.square(y)) - radius


def rotation(lat_deg: float, lon_deg: float, origin) -> np.ndarray:
    """Matrix (3, 3) that turns an ENU vector at `origin` into ENU at (lat_deg, lon_deg)."""
    return _ecef_to_enu(lat_deg, lon_deg) @ _ecef_to_enu(*origin).T


def _ecef_to_enu(lat_deg: float, lon_deg: float) -> np.ndarray:
    s, c = np.sin(np.radians([lat_deg, lon_deg])), np.cos(np.radians([lat_deg, lon_deg]))
    return np.array(
        [
            [-s[1], c[1], 0.0],
            [-s[0] * c[1], -s[0] * s[1], c[0]],
            [c[0] * c[1], c[0] * s[1], s[0]],
        ]
    )


def unit_vector(az: float, el: float) -> tuple[float, float, float]:
    """Unit vector (east, north, up) of a direction: azimuth from north, elevation, rad."""
    return cos(el) * sin(az), cos(el) * cos(az), sin(el)
