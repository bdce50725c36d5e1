"""Motion that the tracker assumes, with its derivatives by the constants that it depends on.

A body coasts through the air of the scenario and a uniform wind on top of its wind.  Earth and air
are those of the flights (kernels/earth.py, kernels/atmosphere.py); the class of a body is not
known, so it has the common drag curve.  Its motion depends on eleven parameters at an epoch,

    x y z vx vy vz     state at the epoch                                        m, m/s
    b                  ln(beta), beta = m / (form area)                          1
    k l                shape of the drag curve: C_D(M) exp(k s + l r)            1
    e n                wind beyond the forecast, blowing east and north          m/s

with s = (M^2 - 1) / (M^2 + 9) and r = u / sqrt(u^2 + 0.02), u = M^2 - 0.95: k tilts the common drag
curve, l is the size of its transonic rise; the three numbers bring it nearest to the standard drag
functions (docs/theory/tracking.md).  The exponential is the rational function
(12 + 6 a + a^2) / (12 - 6 a + a^2), within 1 % up to a = 1.2 and positive everywhere.

A bundle is the body and, side by side, the derivatives of its state by seven of the parameters;
they obey the variational equations along the path,

    dF_x/dt = F_v
    dF_v/dt = -u dD - D du - mu / r^3 (F_x - 3 n dh) - 2 Omega x F_v + da/dq

    u    velocity through the air; D drag over u; n direction from the earth's centre
    dh   n . F_x, height;  du = F_v - w'(h) dh;  dD by height, by u . du and by the parameter

Two kinds of derivative need no equation: a shift east or north shifts the path, and wind is motion
in moving air, dx/de = t - dx/dvx.  Both leave out that gravity, its direction and the Coriolis
acceleration change with the shift: 1 % of the derivative at most in two minutes.

    s    rows of 8 numbers: the body and seven derivatives

Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), I.14.
"""

from math import exp, floor, sqrt

import numpy as np

from opendome._jit import inline_kernel, kernel
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, clamp
from opendome.kernels.earth import coriolis, gravity, height

W = 8  # numbers in a row

# Rows of a bundle, then of the stage and of the weighted sum of slopes; then single numbers.
X, Y, Z, VX, VY, VZ = (W * i for i in range(6))
STATE = 6 * W
STAGE, SUM = STATE, 2 * STATE
#: Step, 1/beta, k, l, e, n.
DT, PER_BETA, TILT, RISE, EAST, NORTH = (3 * STATE + i for i in range(6))
BY_Q = 3 * STATE + W  # dD by each column's own parameter
SIZE = BY_Q + W

N_MOTION = 11  # parameters of the motion
BETA, CURVE_1, CURVE_2, WIND_E, WIND_N = 6, 7, 8, 9, 10
COLUMNS = ((1, 2), (2, 3), (3, 4), (4, 5), (5, BETA), (6, CURVE_1), (7, CURVE_2))  # by parameter

_1 = np.uint64(1)


@kernel
def tilt(m2):
    """Tilt of the drag curve's logarithm, by Mach number squared."""
    return (m2 - 1.0) / (m2 + 9.0)


@kernel
def rise(m2):
    """Transonic rise of the drag curve's logarithm, by Mach number squared."""
    u = m2 - 0.95
    return u / sqrt(u * u + 0.02)


@kernel
def load_body(s, q):
    """Put a body with parameters q (11,) into the bundle, without derivatives."""
    for j in range(BETA):
        s[W * j] = q[j]
    s[PER_BETA] = exp(-q[BETA])
    s[TILT], s[RISE], s[EAST], s[NORTH] = q[CURVE_1], q[CURVE_2], q[WIND_E], q[WIND_N]


@kernel
def load_bundle(s, q):
    """Put a body with parameters q (11,) into the bundle, with derivatives at its epoch."""
    for c in range(STATE):
        s[c] = 0.0
    load_body(s, q)
    for column, j in COLUMNS:
        if j < BETA:
            s[W * j + column] = 1.0


@inline_kernel
def drag_of(s, m2, speed2, air, drag, place):
    """Drag over air speed, D = rho C / (2 beta) |u|, and its derivatives.

    Returns
    -------
    D, by_h, by_m : float
        Value, derivatives by height and by the Mach number squared.
    by_k, by_l : float
        Derivatives by the shape of the drag curve.
    """
    j = np.uint64(place)
    f = place - floor(place)
    rho, d_rho = air[j, 0], air[j + _1, 0] - air[j, 0]
    rho += f * d_rho
    d_q = air[j + _1, 1] - air[j, 1]
    cell = clamp(m2 * PER_MACH2, DRAG_CELLS)
    j = np.uint64(cell)
    K, d_K = drag[j], drag[j + _1] - drag[j]
    K += (cell - floor(cell)) * d_K
    v = m2 - 0.95
    w = 1.0 / (m2 + 9.0)
    root = 1.0 / sqrt(v * v + 0.02)
    t, r = (m2 - 1.0) * w, v * root
    a = s[TILT] * t + s[RISE] * r
    over, under = 12.0 + a * (6.0 + a), 12.0 + a * (a - 6.0)
    per = 1.0 / (over * under)
    size = 0.5 * s[PER_BETA] * over * over * per  # exp(a) / (2 beta)
    by_a = 12.0 * (12.0 - a * a) * per  # derivative of the exponential's logarithm
    bend = s[TILT] * 10.0 * w * w + s[RISE] * 0.02 * root * root * root
    D = size * rho * K
    by_m = size * rho * d_K * PER_MACH2 + D * by_a * bend
    by_h = (size * K * d_rho + by_m * speed2 * d_q) * PER_M
    return D, by_h, by_m, D * by_a * t, D * by_a * r


@inline_kernel
def slope(s, x, y, z, vx, vy, vz, air, drag, earth):
    """Acceleration of the body in a state, and what its derivatives obey.

    Returns
    -------
    ax, ay, az : float
    D, by_h, by_u, ux, uy, uz, we, wn : float
        Drag over air speed and its derivatives by height and, over 2 u, by the air speed; velocity
        through the air; change of the wind with height.
    by_k, by_l : float
        Derivatives of D by the shape of the drag curve.
    """
    gx, gy, gz = gravity(x, y, z, earth)
    place = clamp(height(x, y, z, earth) * PER_M, AIR_CELLS)
    j = np.uint64(place)
    f = place - floor(place)
    per_a2 = air[j, 1] + f * (air[j + _1, 1] - air[j, 1])
    we, wn = air[j + _1, 2] - air[j, 2], air[j + _1, 3] - air[j, 3]
    east, north = air[j, 2] + f * we + s[EAST], air[j, 3] + f * wn + s[NORTH]
    # The wind is level where the body is, not where the origin is.
    up = -(east * x + north * y) * (1.0 / earth.radius)
    ux, uy, uz = vx - east, vy - north, vz - up
    speed2 = ux * ux + uy * uy + uz * uz
    D, by_h, by_m, by_k, by_l = drag_of(s, speed2 * per_a2, speed2, air, drag, place)
    cx, cy, cz = coriolis(vx, vy, vz, earth)
    ax, ay, az = gx + cx - D * ux, gy + cy - D * uy, gz + cz - D * uz
    by_u = 2.0 * by_m * per_a2
    return ax, ay, az, D, by_h, by_u, ux, uy, uz, we * PER_M, wn * PER_M, by_k, by_l


@inline_kernel
def vary(s, weight, reach, x, y, z, of, earth):
    """Stage of the derivatives: add their slopes to the sum, place the next stage.

    x, y, z : float
        Place of the body at the stage; `of`: what `slope` returned there.
    """
    _, _, _, D, by_h, by_u, ux, uy, uz, we, wn, by_k, by_l = of
    py, pz = y + earth.c_y, z + earth.c_z
    r2 = x * x + py * py + pz * pz
    per_r = 1.0 / sqrt(r2)
    nx, ny, nz = x * per_r, py * per_r, pz * per_r
    g3 = earth.mu * per_r * per_r * per_r
    s[BY_Q + 5], s[BY_Q + 6], s[BY_Q + 7] = -D, by_k, by_l
    dt = reach * s[DT]
    t_y, t_z = 2.0 * earth.turn * earth.k_y, 2.0 * earth.turn * earth.k_z
    for i in range(W):
        fx, fy, fz = s[STAGE + X + i], s[STAGE + Y + i], s[STAGE + Z + i]
        hx, hy, hz = s[STAGE + VX + i], s[STAGE + VY + i], s[STAGE + VZ + i]
        dh = nx * fx + ny * fy + nz * fz
        dux, duy = hx - we * dh, hy - wn * dh
        dD = by_h * dh + by_u * (ux * dux + uy * duy + uz * hz) + s[BY_Q + i]
        ax = -ux * dD - D * dux - g3 * (fx - 3.0 * nx * dh) + (t_z * hy - t_y * hz)
        ay = -uy * dD - D * duy - g3 * (fy - 3.0 * ny * dh) - t_z * hx
        az = -uz * dD - D * hz - g3 * (fz - 3.0 * nz * dh) + t_y * hx
        s[SUM + X + i] += weight * hx
        s[SUM + Y + i] += weight * hy
        s[SUM + Z + i] += weight * hz
        s[SUM + VX + i] += weight * ax
        s[SUM + VY + i] += weight * ay
        s[SUM + VZ + i] += weight * az
        s[STAGE + X + i] = s[X + i] + dt * hx
        s[STAGE + Y + i] = s[Y + i] + dt * hy
        s[STAGE + Z + i] = s[Z + i] + dt * hz
        s[STAGE + VX + i] = s[VX + i] + dt * ax
        s[STAGE + VY + i] = s[VY + i] + dt * ay
        s[STAGE + VZ + i] = s[VZ + i] + dt * az


@kernel
def step(s, drag, nature, derive):
    """One RK4 step of the body by DT, which may be negative; of its derivatives too if `derive`."""
    air, earth, dt = nature.air, nature.earth, s[DT]
    if derive:
        for c in range(STATE):
            s[STAGE + c] = s[c]
            s[SUM + c] = 0.0
    x0, y0, z0, u0, v0, w0 = s[X], s[Y], s[Z], s[VX], s[VY], s[VZ]
    x, y, z, u, v, w = x0, y0, z0, u0, v0, w0
    sx = sy = sz = su = sv = sw = 0.0
    for stage in range(4):
        weight = 1.0 if stage % 3 == 0 else 2.0
        reach = (0.5, 0.5, 1.0, 0.0)[stage]
        of = slope(s, x, y, z, u, v, w, air, drag, earth)
        if derive:
            vary(s, weight, reach, x, y, z, of, earth)
        sx, sy, sz = sx + weight * u, sy + weight * v, sz + weight * w
        su, sv, sw = su + weight * of[0], sv + weight * of[1], sw + weight * of[2]
        h = reach * dt
        x, y, z = x0 + h * u, y0 + h * v, z0 + h * w
        u, v, w = u0 + h * of[0], v0 + h * of[1], w0 + h * of[2]
    h = dt * (1.0 / 6.0)
    if derive:
        for c in range(STATE):
            s[c] += h * s[SUM + c]
    s[X], s[Y], s[Z] = x0 + h * sx, y0 + h * sy, z0 + h * sz
    s[VX], s[VY], s[VZ] = u0 + h * su, v0 + h * sv, w0 + h * sw


STEP_MAX = 1.5  # s, longest step of `advance`


@kernel
def advance(s, dt, drag, nature):
    """Move the bundle by dt seconds, either way, in equal steps of at most STEP_MAX."""
    if dt == 0.0:
        return
    steps = np.int64(np.ceil(abs(dt) / STEP_MAX))
    s[DT] = dt / steps
    for _ in range(steps):
        step(s, drag, nature, True)


@kernel
def between(a, b, dt, f, s):
    """The bundle a fraction f of the way from a to b, which are dt seconds apart.

    The cubic through both positions and velocities; its error is dt^4 / 384 of the fourth
    derivative, 0.2 m in the sound barrier over a second.
    """
    g = 1.0 - f
    for p in range(3 * W):
        x0, x1, v0, v1 = a[p], b[p], a[VX + p], b[VX + p]
        rise = x1 - x0
        s[p] = x0 + rise * f * f * (3.0 - 2.0 * f) + dt * f * g * (g * v0 - f * v1)
        s[VX + p] = 6.0 * f * g * rise / dt + g * (1.0 - 3.0 * f) * v0 - f * (2.0 - 3.0 * f) * v1


@kernel
def derivatives(s, t, F):
    """Derivatives of the body's state by its parameters at the epoch, t seconds ago.

    F : float array (6, 11), filled.
    """
    for r in range(6):
        for column, j in COLUMNS:
            F[r, j] = s[W * r + column]
        F[r, 0] = 1.0 if r == 0 else 0.0
        F[r, 1] = 1.0 if r == 1 else 0.0
        F[r, WIND_E] = -F[r, 3]
        F[r, WIND_N] = -F[r, 4]
    F[0, WIND_E] += t
    F[1, WIND_N] += t
    F[3, WIND_E] += 1.0
    F[4, WIND_N] += 1.0
