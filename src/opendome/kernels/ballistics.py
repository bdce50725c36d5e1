"""Flight of a point mass: boost along the velocity, then drag and gravity, to the ground.

Symbols: x y z ENU, m; r distance from the earth's centre, m; h height, m; v speed, m/s; M Mach
number; rho density, kg/m^3; a speed of sound, m/s; C_D drag coefficient; K = C_D M; m mass, kg;
beta = m / (form area), kg/m^2; tb burn time, s; f part of the burn time, F of the propellant.

The body has no lift and no angle of attack: thrust and drag act along its velocity through the
air.  Gravity, the earth's turn and its surface are in kernels/earth.py, wind in the air table.

A rocket leaves its rail at `t_launch` with the speed that its thrust gives over RAIL metres (the
time on the rail is left out).  Its flight is kept as nodes (x, y, z, vx, vy, vz): node k <= n at
tb (k / n)^1.5, where mass and speed change fast at first, then one every `step` seconds until one
lies below the ground; n = boost_steps and step are those of its class.  Between nodes the flight
is the cubic that has both positions and both velocities.

Many bodies fly side by side in kernels/flight.py; the formulas are here.
"""

from math import floor, sqrt
from pathlib import Path

import numpy as np

from opendome._jit import kernel
from opendome.kernels.atmosphere import AIR_CELLS, AIR_TOP
from opendome.kernels.earth import coriolis, gravity, height, rise
from opendome.kernels.terrain import ground_height

RAIL = 3.0  # m, length of the launcher; assumed: about the length of a 122 mm rocket

MACH2_TOP = 49.0  # last Mach number squared of the drag table
DRAG_CELLS = 4096
BURN_CELLS = 100  # cells of a table of burnt propellant: corners of shipped thrust curves are rows

PER_M = AIR_CELLS / AIR_TOP
PER_MACH2 = DRAG_CELLS / MACH2_TOP


def drag_table(mach: np.ndarray | None = None, c_d: np.ndarray | None = None) -> np.ndarray:
    """Drag curve as the flight kernels read it.

    Parameters
    ----------
    mach, c_d : ndarray (n,), optional
        Mach numbers, increasing, and coefficients; a smooth curve between, constant beyond the
        ends.  By default the curve "finned" of data/drag_curves.csv (grade: assumed).

    Returns
    -------
    ndarray, (4097,)
        K = C_D M at equal steps of M^2, 0 .. 49; beyond, K holds its last value.
    """
    if mach is None or c_d is None:
        mach, c_d = drag_curves()["finned"]
    m = np.sqrt(np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1))
    return _smooth(np.clip(m, mach[0], mach[-1]), mach, c_d) * m


def _smooth(u: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Monotone cubics through the points: corners would cost the integrator its order.

    Source: Fritsch and Butland, "A method for constructing local monotone piecewise cubic
    interpolants", SIAM Journal on Scientific and Statistical Computing 5 (1984).
    """
    h = np.diff(x)
    d = np.diff(y) / h
    slope = np.empty(len(x))
    a, b = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    same = d[1:] * d[:-1] > 0.0
    inner = np.divide(d[1:] * d[:-1], a * d[1:] + b * d[:-1], out=np.zeros(len(a)), where=same)
    slope[1:-1] = (a + b) * inner
    slope[0], slope[-1] = _end(h, d), _end(h[::-1], d[::-1])
    i = np.clip(np.searchsorted(x, u, side="right") - 1, 0, len(h) - 1)
    t = (u - x[i]) / h[i]
    w = 1.0 - t
    bend = slope[i] * t * w * w - slope[i + 1] * t * t * w
    return y[i] + (y[i + 1] - y[i]) * t * t * (3.0 - 2.0 * t) + h[i] * bend


def _end(h: np.ndarray, d: np.ndarray) -> float:
    """Slope at the first point, from three, where that keeps the curve monotone."""
    if len(h) == 1:
        return float(d[0])
    slope = ((2.0 * h[0] + h[1]) * d[0] - h[0] * d[1]) / (h[0] + h[1])
    if slope * d[0] <= 0.0:
        return 0.0
    return float(3.0 * d[0] if d[0] * d[1] <= 0.0 and abs(slope) > 3.0 * abs(d[0]) else slope)


def drag_curves() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The shipped drag curves: name -> Mach numbers, coefficients."""
    return _curves("drag_curves.csv")


def thrust_curves() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The shipped thrust curves: name -> part of the burn time, relative thrust."""
    return _curves("thrust_curves.csv")


def _curves(name: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    path = Path(__file__).parents[1] / "data" / name
    lines = [x for x in path.read_text("utf-8").splitlines() if x and not x.startswith("#")]
    values = np.array([[float(v) for v in line.split(",")] for line in lines[1:]]).T
    names = lines[0].split(",")[1:]
    return {n: (values[0], column) for n, column in zip(names, values[1:], strict=True)}


def burn_table(time: np.ndarray, thrust: np.ndarray) -> np.ndarray:
    """Propellant burnt over time, for a motor of constant specific impulse.

    Parameters
    ----------
    time, thrust : ndarray (n,)
        Part of the burn time, 0 to 1 increasing, and thrust on any scale; linear between.

    Returns
    -------
    ndarray, (101, 2)
        Part of the propellant burnt, and thrust over its mean, at equal steps of time, 0 .. 1.
    """
    rate = np.interp(np.linspace(0.0, 1.0, BURN_CELLS + 1), time, thrust)
    used = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / BURN_CELLS
    return np.column_stack([used, rate]) / used[-1]


@kernel
def burnt(burns, cls, f):
    """Part of the propellant burnt after a part f of the burn time, and thrust over its mean."""
    u = clamp(f * BURN_CELLS, BURN_CELLS)
    i = int(u)
    d = u - i
    rate = burns[cls, i, 1]
    slope = burns[cls, i + 1, 1] - rate
    return burns[cls, i, 0] + (rate + 0.5 * slope * d) * d / BURN_CELLS, rate + slope * d


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
def acceleration(x, y, z, vx, vy, vz, beta, drag, nature):
    """Acceleration of a coasting body, for one at a time (in lanes: kernels/lanes.py, motion.py).

    Parameters
    ----------
    x, y, z : float, m
    vx, vy, vz : float, m/s
    beta : float, kg/m^2
        m / (form area): C_D is in the drag curve.
    drag : ndarray, (4097,)
        `drag_table()`.
    nature : nature.Nature
        Of which air, wind and earth.

    Returns
    -------
    ax, ay, az : float, m/s^2
    """
    earth, air = nature.earth, nature.air
    h = height(x, y, z, earth)
    u = clamp(h * PER_M, AIR_CELLS)
    i = int(u)
    f = u - floor(u)
    east = air[i, 2] + f * (air[i + 1, 2] - air[i, 2])
    north = air[i, 3] + f * (air[i + 1, 3] - air[i, 3])
    # The wind is level where the body is, not where the origin is.
    up = -(east * x + north * y) / earth.radius
    wx, wy, wz = vx - east, vy - north, vz - up
    d = drag_per_speed(h, wx * wx + wy * wy + wz * wz, air, drag) / beta
    gx, gy, gz = gravity(x, y, z, earth)
    cx, cy, cz = coriolis(vx, vy, vz, earth)
    return gx + cx - d * wx, gy + cy - d * wy, gz + cz - d * wz


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
def node_time(k, tb, cls):
    """Time of flight node k after launch, s; tb is the time that the motor burns."""
    if k >= cls.boost_steps:
        return tb + (k - cls.boost_steps) * cls.step
    f = k / cls.boost_steps
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
    Truncation and interpolation together: 1 m (tests/oracle/test_flight.py).
    """
    if rocket.n_nodes < 2:
        return np.nan, np.nan, np.nan, np.nan, np.nan, np.nan
    tb = rocket.burn * cls.burn_time
    dt = max(min(t, rocket.t_impact) - rocket.t_launch, 0.0)
    if dt < tb:
        k = min(int(cls.boost_steps * (dt / tb) ** (2.0 / 3.0)), cls.boost_steps - 1)
        if node_time(k, tb, cls) > dt:  # the power may round across a node
            k -= 1
    else:
        k = cls.boost_steps + int(min((dt - tb) / cls.step, 1e6))
    k = max(min(k, rocket.n_nodes - 2), 0)
    t0 = node_time(k, tb, cls)
    step = node_time(k + 1, tb, cls) - t0
    u = min(max((dt - t0) / step, 0.0), 1.0) if step > 0.0 else 0.0
    return between(nodes, rocket.first + k, step, u)


@kernel
def above(nodes, j, dt, u, earth, terrain):
    """Height above the ground at fraction u of a step, m."""
    x, y, z, _, _, _ = between(nodes, j, dt, u)
    return height(x, y, z, earth) - ground_height(terrain, x, y)


@kernel
def sea_level(nodes, j, dt, earth, h):
    """Fraction of the step after node row j at which the body falls through the height h.

    Newton from the far end: there the height is less and falls ever faster, so that every
    iterate stays on the far side of the root and cannot find the launch instead.
    """
    u = 1.0
    for _ in range(20):
        x, y, z, vx, vy, vz = between(nodes, j, dt, u)
        over = height(x, y, z, earth) - h
        if abs(over) < 1e-6:
            break
        u = max(u - over / (rise(x, y, z, vx, vy, vz, earth) * dt), 0.0)
    return u


@kernel
def hillside(nodes, j, dt, earth, terrain):
    """Fraction of the step after node row j at which the body meets the terrain; 2 if nowhere.

    Looks every half cell of the terrain and halves where the height above it changes sign: a
    crest narrower than that may be flown through.
    """
    x0, y0, _, _, _, _ = between(nodes, j, dt, 0.0)
    x1, y1, _, _, _, _ = between(nodes, j, dt, 1.0)
    n = int(2.0 * sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) / terrain.cell) + 1
    low = 0.0
    for k in range(1, n + 1):
        high = k / n
        if above(nodes, j, dt, high, earth, terrain) < 0.0:
            while (high - low) * dt > 1e-9:
                middle = 0.5 * (low + high)
                if above(nodes, j, dt, middle, earth, terrain) < 0.0:
                    high = middle
                else:
                    low = middle
            return high
        low = high
    return 2.0
