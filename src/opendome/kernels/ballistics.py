"""Flight of a point mass: boost along the velocity, then drag and gravity, to the ground.

Symbols: x y z ENU, m; r distance from the earth's centre, m; h height, m; v speed, m/s; M Mach
number; rho density, kg/m^3; a speed of sound, m/s; C_D drag coefficient; K = C_D M; m mass, kg;
beta = m / (form area), kg/m^2; tb burn time, s.

The air is still and the earth does not turn; the body has no lift and no angle of attack.
Gravity is G0 (R / r)^2 towards the centre of the round earth of radius R.

A rocket leaves its rail at `t_launch` with the speed that its thrust gives over RAIL metres (the
time on the rail is left out).  Its flight is kept as nodes (x, y, z, vx, vy, vz): node k <= 24 at
tb (k / 24)^1.5, where mass and speed change fast at first, then one a second until one lies below
the ground.  Between nodes the flight is the cubic that has both positions and both velocities.

Many bodies fly side by side in kernels/flight.py; the formulas are here.
"""

from math import floor, sqrt
from pathlib import Path

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS, AIR_TOP

BOOST_STEPS = 24
RAIL = 3.0  # m, length of the launcher; assumed: about the length of a 122 mm rocket

MACH2_TOP = 36.0  # last Mach number squared of the drag table
DRAG_CELLS = 4096

PER_M = AIR_CELLS / AIR_TOP
PER_MACH2 = DRAG_CELLS / MACH2_TOP


def drag_table() -> np.ndarray:
    """Common drag curve as the flight kernels read it.

    Returns
    -------
    ndarray, (4097,)
        K = C_D M at equal steps of M^2, 0 .. 36.

    Source
    ------
    data/drag_curve.csv (grade: assumed).
    """
    path = Path(__file__).parents[1] / "data" / "drag_curve.csv"
    curve = np.loadtxt(path, delimiter=",", skiprows=6)
    mach = np.sqrt(np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1))
    return np.interp(mach, curve[:, 0], curve[:, 1]) * mach


@kernel
def clamp(u, cells):
    """Place in a table of so many cells, within its last cell; a nan goes to the start.

    An index made of a nan would read foreign memory, not raise.
    """
    top = cells - 1e-9
    u = u if u > 0.0 else 0.0
    return u if u < top else top


@kernel
def drag_per_speed(h, v2, air, drag):
    """0.5 rho a K(M^2), kg/m^2/s: drag acceleration is this over beta, times the velocity.

    Outside the tables their end values hold.
    """
    u = clamp(h * PER_M, AIR_CELLS)
    i = int(u)
    f = u - floor(u)
    half_rho_a = 0.5 * (air[i, 0] + f * (air[i + 1, 0] - air[i, 0]))
    u = clamp(v2 * (air[i, 1] + f * (air[i + 1, 1] - air[i, 1])) * PER_MACH2, DRAG_CELLS)
    i = int(u)
    f = u - floor(u)
    return half_rho_a * (drag[i] + f * (drag[i + 1] - drag[i]))


@kernel
def acceleration(x, y, z, vx, vy, vz, beta, air, drag, radius):
    """Acceleration of a coasting body.

    Parameters
    ----------
    x, y, z : float, m
    vx, vy, vz : float, m/s
    beta : float, kg/m^2
        m / (form area): C_D is in the drag curve.
    air : ndarray, (2049, 2)
        `atmosphere.air_table()`.
    drag : ndarray, (4097,)
        `drag_table()`.
    radius : float, m
        Radius of the round earth.

    Returns
    -------
    ax, ay, az : float, m/s^2
    """
    zc = z + radius
    r = sqrt(x * x + y * y + zc * zc)
    d = drag_per_speed(r - radius, vx * vx + vy * vy + vz * vz, air, drag) / beta
    g = G0 * radius * radius / (r * r * r)
    return -g * x - d * vx, -g * y - d * vy, -g * zc - d * vz


@kernel
def launch_velocity(x, y, z, azimuth, elevation, speed, radius):
    """Velocity at the end of the rail, in the frame's axes.

    Azimuth and elevation are local: up is away from the earth's centre, north is the frame's
    north made level.
    """
    zc = z + radius
    r = sqrt(x * x + y * y + zc * zc)
    ux, uy, uz = x / r, y / r, zc / r
    s = sqrt(1.0 - uy * uy)
    nx, ny, nz = -uy * ux / s, s, -uy * uz / s
    ex, ez = uz / s, -ux / s  # north x up has no north component
    e = speed * np.cos(elevation) * np.sin(azimuth)
    n = speed * np.cos(elevation) * np.cos(azimuth)
    u = speed * np.sin(elevation)
    return e * ex + n * nx + u * ux, n * ny + u * uy, e * ez + n * nz + u * uz


@kernel
def node_time(k, tb):
    """Time of flight node k after launch, s."""
    if k >= BOOST_STEPS:
        return tb + (k - BOOST_STEPS)
    f = k / BOOST_STEPS
    return tb * f * sqrt(f)


@kernel
def between(nodes, j, dt, u):
    """State at fraction u of the step of dt seconds that begins at node row j.

    Returns
    -------
    x, y, z : float, m
    vx, vy, vz : float, m/s
        Derivative of the position's cubic, so that both always agree.
    """
    w = 1.0 - u
    p0 = w * w * (1.0 + 2.0 * u)
    p1 = u * u * (3.0 - 2.0 * u)
    v0 = dt * u * w * w
    v1 = -dt * u * u * w
    x = p0 * nodes[j, 0] + p1 * nodes[j + 1, 0] + v0 * nodes[j, 3] + v1 * nodes[j + 1, 3]
    y = p0 * nodes[j, 1] + p1 * nodes[j + 1, 1] + v0 * nodes[j, 4] + v1 * nodes[j + 1, 4]
    z = p0 * nodes[j, 2] + p1 * nodes[j + 1, 2] + v0 * nodes[j, 5] + v1 * nodes[j + 1, 5]
    q = 6.0 * u * w / dt if dt > 0.0 else 0.0
    v0 = w * (1.0 - 3.0 * u)
    v1 = u * (3.0 * u - 2.0)
    vx = q * (nodes[j + 1, 0] - nodes[j, 0]) + v0 * nodes[j, 3] + v1 * nodes[j + 1, 3]
    vy = q * (nodes[j + 1, 1] - nodes[j, 1]) + v0 * nodes[j, 4] + v1 * nodes[j + 1, 4]
    vz = q * (nodes[j + 1, 2] - nodes[j, 2]) + v0 * nodes[j, 5] + v1 * nodes[j + 1, 5]
    return x, y, z, vx, vy, vz


@kernel
def position(nodes, rocket, cls, t):
    """State of a rocket at a time, if nobody touches it.

    Parameters
    ----------
    nodes : ndarray, (n, 6), m and m/s
        Flight nodes of `flight.fly_all`.
    rocket : record of ROCKETS
    cls : record of CLASSES
        Class of that rocket.
    t : float, s
        Scenario time; before launch and after impact the end of the flight answers.

    Returns
    -------
    x, y, z : float, m
    vx, vy, vz : float, m/s
        All nan for a flight that left the model.

    Error
    -----
    Truncation and interpolation together: 1.5 m up to ranges of 80 km, 8e-5 of range beyond
    (tests/oracle/test_flight.py).
    """
    if rocket.n_nodes < 2:
        return np.nan, np.nan, np.nan, np.nan, np.nan, np.nan
    tb = rocket.burn * cls.burn_time
    dt = max(min(t, rocket.t_impact) - rocket.t_launch, 0.0)
    if dt < tb:
        k = min(int(BOOST_STEPS * (dt / tb) ** (2.0 / 3.0)), BOOST_STEPS - 1)
        if node_time(k, tb) > dt:  # the power may round across a node
            k -= 1
    else:
        k = BOOST_STEPS + int(min(dt - tb, 1e6))
    k = max(min(k, rocket.n_nodes - 2), 0)
    t0 = node_time(k, tb)
    step = node_time(k + 1, tb) - t0
    u = min(max((dt - t0) / step, 0.0), 1.0) if step > 0.0 else 0.0
    return between(nodes, rocket.first + k, step, u)


@kernel
def ground(nodes, j, dt, radius):
    """Fraction of the step after node row j at which the body reaches the ground, and where.

    Newton from the far end: there the height is negative and falls ever faster, so that every
    iterate stays on the far side of the root and cannot find the launch instead.
    """
    u = 1.0
    x, y, z, vx, vy, vz = between(nodes, j, dt, u)
    for _ in range(20):
        zc = z + radius
        r = sqrt(x * x + y * y + zc * zc)
        if abs(r - radius) < 1e-6:
            break
        u = max(u - (r - radius) * r / ((x * vx + y * vy + zc * vz) * dt), 0.0)
        x, y, z, vx, vy, vz = between(nodes, j, dt, u)
    return u, x, y
