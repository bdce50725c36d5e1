"""WGS84 in a scenario's frame: height, gravity, and the turn of the earth.

Symbols: x y z ENU at the origin, m; p = (x, y + c_y, z + c_z) position from the earth's centre;
r = |p|; k polar axis, (0, k_y, k_z) in the frame; w = p . k; h height above the ellipsoid along
the line from the centre, m; Omega rate of turn, rad/s.

    h = r (1 - a / sqrt(r^2 + e'^2 w^2))                   zero exactly on the ellipsoid
    g = -A p - B k,  A = mu / r^3 (1 + 3/2 J_2 (a/r)^2 (1 - 5 w^2/r^2)) - Omega^2
                     B = w (3 mu / r^3 J_2 (a/r)^2 + Omega^2)

g is gravitation to the second zonal harmonic and the centrifugal acceleration.  Along the line
from the centre h exceeds the height along the normal by at most h (f sin 2 lat)^2 / 2 = 5.6e-6 h.

Source: NGA.STND.0036 (2014), WGS84 constants; Vallado, Fundamentals of Astrodynamics and
Applications, 4th ed. (2013), 8.7 (zonal harmonics).
"""

from math import cos, radians, sin, sqrt
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.constants import WGS84_A, WGS84_F, WGS84_J2, WGS84_MU, WGS84_OMEGA

E2 = WGS84_F * (2.0 - WGS84_F)  # first eccentricity squared
EP2 = E2 / (1.0 - E2)  # second eccentricity squared


class Earth(NamedTuple):
    """The earth from one origin: plain numbers, which lane loops keep in registers."""

    radius: float  # m, Gaussian radius of curvature at the origin
    c_y: float  # m, from the centre to the origin, along the frame's north
    c_z: float  # m, likewise along its up
    k_y: float  # polar axis along north
    k_z: float  # polar axis along up
    mu: float  # m^3/s^2
    j2: float
    turn: float  # rad/s


def earth(lat_deg: float, *, turn: float = WGS84_OMEGA) -> Earth:
    """The earth seen from the ellipsoid at a geodetic latitude (degrees)."""
    s, c = sin(radians(lat_deg)), cos(radians(lat_deg))
    w2 = 1.0 - E2 * s * s
    n = WGS84_A / sqrt(w2)
    radius = WGS84_A * sqrt(1.0 - E2) / w2
    return Earth(radius, -n * E2 * s * c, n * w2, c, s, WGS84_MU, WGS84_J2, turn)


@kernel
def height(x, y, z, earth):
    """Height above the ellipsoid along the line from the earth's centre, m."""
    py, pz = y + earth.c_y, z + earth.c_z
    w = earth.k_y * py + earth.k_z * pz
    r2 = x * x + py * py + pz * pz
    return sqrt(r2) * (1.0 - WGS84_A / sqrt(r2 + EP2 * w * w))


@kernel
def rise(x, y, z, vx, vy, vz, earth):
    """Speed away from the earth's centre, m/s: that of `height` within 4e-3 of the speed."""
    py, pz = y + earth.c_y, z + earth.c_z
    return (x * vx + py * vy + pz * vz) / sqrt(x * x + py * py + pz * pz)


@kernel
def surface_z(x, y, h, earth):
    """z of the point above (x, y) at a height over the ellipsoid, m.  Error: below 1e-6 m."""
    z = h - (x * x + y * y) / (2.0 * earth.radius)
    for _ in range(4):
        z += h - height(x, y, z, earth)
    return z


@kernel
def surface_rows(x, y, h, earth, z):
    """`surface_z` of every row: fills z."""
    for i in range(len(x)):
        z[i] = surface_z(x[i], y[i], h[i], earth)


def on_surface(x: np.ndarray, y: np.ndarray, h: np.ndarray, earth: Earth) -> np.ndarray:
    """`surface_z` of arrays, (n,), m."""
    z = np.empty(len(x))
    surface_rows(np.ascontiguousarray(x), np.ascontiguousarray(y), h, earth, z)
    return z


@kernel
def gravity(x, y, z, earth):
    """Acceleration of a body at rest in the turning frame, m/s^2."""
    py, pz = y + earth.c_y, z + earth.c_z
    w = earth.k_y * py + earth.k_z * pz
    r2 = x * x + py * py + pz * pz
    g = earth.mu / (r2 * sqrt(r2))
    j = earth.j2 * WGS84_A * WGS84_A / r2
    omega2 = earth.turn * earth.turn
    a = g * (1.0 + 1.5 * j * (1.0 - 5.0 * w * w / r2)) - omega2
    b = w * (3.0 * g * j + omega2)
    return -a * x, -a * py - b * earth.k_y, -a * pz - b * earth.k_z


@kernel
def coriolis(vx, vy, vz, earth):
    """-2 Omega k x v, m/s^2."""
    t = 2.0 * earth.turn
    return (
        t * (earth.k_z * vy - earth.k_y * vz),
        -t * earth.k_z * vx,
        t * earth.k_y * vx,
    )
