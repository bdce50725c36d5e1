"""Motion that the tracker assumes, with its derivatives: eight bodies side by side.

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

A bundle is the body itself and seven neighbours, each with one parameter a little changed; the
differences are the derivatives of its motion.  Two kinds of derivative need no neighbour: a shift
east or north shifts the path, and wind is motion in moving air, dx/de = t - dx/dvx.  Both leave out
that gravity, its direction and the Coriolis acceleration change with the shift: 1 % of the
derivative at most in two minutes.

    s    lanes: rows of 8 numbers
"""

from math import exp, floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, clamp
from opendome.kernels.earth import coriolis, gravity, height

W = 8  # lanes

# Rows of the lane array.
X, Y, Z, VX, VY, VZ = (W * i for i in range(6))
SX, SY, SZ, SVX, SVY, SVZ = (W * i for i in range(6, 12))  # state of the RK4 stage
KX, KY, KZ, KVX, KVY, KVZ = (W * i for i in range(12, 18))  # weighted sum of slopes
DT, PER_BETA, TILT, RISE, EAST, NORTH = (W * i for i in range(18, 24))  # step, 1/beta, k, l, wind
GX, GY, GZ, AX, AY, AZ = (W * i for i in range(24, 30))  # gravity; velocity through the air
D, U, P0, P1, Q0, Q1 = (W * i for i in range(30, 36))  # drag; what the tables say
SIZE = 36 * W
STATE = 6 * W

N_MOTION = 11  # parameters of the motion
BETA, CURVE_1, CURVE_2, WIND_E, WIND_N = 6, 7, 8, 9, 10

#: Lane, parameter that it shifts, and by how much (m, m/s, 1): small against what bends the path,
#: large against rounding (1e-16 of 1e5 m).
SHIFTS = (
    (1, 2, 1.0), (2, 3, 0.1), (3, 4, 0.1), (4, 5, 0.1),
    (5, BETA, 1e-3), (6, CURVE_1, 1e-3), (7, CURVE_2, 1e-3),
)  # fmt: skip

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
def load(s, i, x, y, z, vx, vy, vz, ln_beta, tilt, rise, east, north):
    """Put a body into lane i."""
    s[X + i], s[Y + i], s[Z + i] = x, y, z
    s[VX + i], s[VY + i], s[VZ + i] = vx, vy, vz
    s[PER_BETA + i] = exp(-ln_beta)
    s[TILT + i], s[RISE + i] = tilt, rise
    s[EAST + i], s[NORTH + i] = east, north


@kernel
def load_bundle(s, q):
    """Put a body with parameters q (11,) and its neighbours into the lanes."""
    per_beta = exp(-q[BETA])
    for i in range(W):
        for j in range(BETA):
            s[W * j + i] = q[j]
        s[PER_BETA + i] = per_beta
        for j in range(CURVE_1, N_MOTION):
            s[TILT + (j - CURVE_1) * W + i] = q[j]
    for lane, j, shift in SHIFTS:
        if j < BETA:
            s[W * j + lane] += shift
        elif j == BETA:
            s[PER_BETA + lane] *= exp(-shift)
        else:
            s[TILT + (j - CURVE_1) * W + lane] += shift


@kernel
def slope(s, weight, reach, air, drag, earth):
    """Add the stage's slope to the sum and place the next stage `reach` steps after the node.

    The loops over lanes are apart so that all but the table look-ups run on many lanes at once.
    """
    for i in range(W):
        x, y, z = s[SX + i], s[SY + i], s[SZ + i]
        s[GX + i], s[GY + i], s[GZ + i] = gravity(x, y, z, earth)
        s[U + i] = clamp(height(x, y, z, earth) * PER_M, AIR_CELLS)
    for i in range(W):
        j = np.uint64(s[U + i])
        f = s[U + i] - floor(s[U + i])
        s[P0 + i] = air[j, 0] + f * (air[j + _1, 0] - air[j, 0])
        s[Q0 + i] = air[j, 1] + f * (air[j + _1, 1] - air[j, 1])
        s[P1 + i] = air[j, 2] + f * (air[j + _1, 2] - air[j, 2])
        s[Q1 + i] = air[j, 3] + f * (air[j + _1, 3] - air[j, 3])
    per_radius = 1.0 / earth.radius
    for i in range(W):
        east, north = s[P1 + i] + s[EAST + i], s[Q1 + i] + s[NORTH + i]
        # The wind is level where the body is, not where the origin is.
        up = -(east * s[SX + i] + north * s[SY + i]) * per_radius
        ax, ay, az = s[SVX + i] - east, s[SVY + i] - north, s[SVZ + i] - up
        s[AX + i], s[AY + i], s[AZ + i] = ax, ay, az
        m2 = (ax * ax + ay * ay + az * az) * s[Q0 + i]
        a = s[TILT + i] * tilt(m2) + s[RISE + i] * rise(m2)
        s[D + i] = 0.5 * s[P0 + i] * s[PER_BETA + i]
        s[D + i] *= (12.0 + a * (6.0 + a)) / (12.0 + a * (a - 6.0))
        s[U + i] = clamp(m2 * PER_MACH2, DRAG_CELLS)
    for i in range(W):
        j = np.uint64(s[U + i])
        f = s[U + i] - floor(s[U + i])
        s[D + i] *= drag[j] + f * (drag[j + _1] - drag[j])
    for i in range(W):
        vx, vy, vz = s[SVX + i], s[SVY + i], s[SVZ + i]
        cx, cy, cz = coriolis(vx, vy, vz, earth)
        ax = s[GX + i] + cx - s[D + i] * s[AX + i]
        ay = s[GY + i] + cy - s[D + i] * s[AY + i]
        az = s[GZ + i] + cz - s[D + i] * s[AZ + i]
        s[KX + i] += weight * vx
        s[KY + i] += weight * vy
        s[KZ + i] += weight * vz
        s[KVX + i] += weight * ax
        s[KVY + i] += weight * ay
        s[KVZ + i] += weight * az
        dt = reach * s[DT + i]
        s[SX + i] = s[X + i] + dt * vx
        s[SY + i] = s[Y + i] + dt * vy
        s[SZ + i] = s[Z + i] + dt * vz
        s[SVX + i] = s[VX + i] + dt * ax
        s[SVY + i] = s[VY + i] + dt * ay
        s[SVZ + i] = s[VZ + i] + dt * az


@kernel
def step(s, drag, nature):
    """One RK4 step of every lane by its DT, which may be negative."""
    for c in range(STATE):
        s[SX + c] = s[c]
        s[KX + c] = 0.0
    air, earth = nature.air, nature.earth
    slope(s, 1.0, 0.5, air, drag, earth)
    slope(s, 2.0, 0.5, air, drag, earth)
    slope(s, 2.0, 1.0, air, drag, earth)
    slope(s, 1.0, 0.0, air, drag, earth)
    for c in range(0, STATE, W):
        for i in range(W):
            s[c + i] += s[DT + i] * (1.0 / 6.0) * s[KX + c + i]


STEP_MAX = 1.5  # s, longest step of `advance`


@kernel
def advance(s, dt, drag, nature):
    """Move all lanes by dt seconds, either way, in equal steps of at most STEP_MAX."""
    if dt == 0.0:
        return
    steps = np.int64(np.ceil(abs(dt) / STEP_MAX))
    for i in range(W):
        s[DT + i] = dt / steps
    for _ in range(steps):
        step(s, drag, nature)


@kernel
def between(a, b, dt, f, s):
    """States of all lanes a fraction f of the way from a to b, which are dt seconds apart.

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
        a = s[W * r]
        for lane, j, shift in SHIFTS:
            F[r, j] = (s[W * r + lane] - a) / shift
        F[r, 0] = 1.0 if r == 0 else 0.0
        F[r, 1] = 1.0 if r == 1 else 0.0
        F[r, WIND_E] = -F[r, 3]
        F[r, WIND_N] = -F[r, 4]
    F[0, WIND_E] += t
    F[1, WIND_N] += t
    F[3, WIND_E] += 1.0
    F[4, WIND_N] += 1.0
