"""Motion that the tracker assumes, with its derivatives: eight bodies side by side.

A body coasts in a uniform wind.  Its motion depends on eleven parameters at an epoch,

    x y z vx vy vz     state at the epoch                                        m, m/s
    b                  ln(beta), beta = m / (form area)                          1
    k l                shape of the drag curve: C_D(M) exp(k s + l r)            1
    e n                wind, blowing east and north                              m/s

with s = (M^2 - 1) / (M^2 + 1) and r = u / sqrt(u^2 + 0.01), u = M^2 - 0.9: k tilts the common drag
curve, l is the size of its transonic rise.  The exponential is the rational function
(12 + 6 a + a^2) / (12 - 6 a + a^2), within 1 % up to a = 1.2 and positive everywhere.

A bundle is the body itself and seven neighbours, each with one parameter a little changed; the
differences are the derivatives of its motion.  Two kinds of derivative need no neighbour: a shift
east or north shifts the path, and wind is motion in moving air, dx/de = t - dx/dvx.

    s    lanes: rows of 8 numbers
"""

from math import exp, floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, clamp

W = 8  # lanes

# Rows of the lane array.
X, Y, Z, VX, VY, VZ = (W * i for i in range(6))
SX, SY, SZ, SVX, SVY, SVZ = (W * i for i in range(6, 12))  # state of the RK4 stage
KX, KY, KZ, KVX, KVY, KVZ = (W * i for i in range(12, 18))  # weighted sum of slopes
DT, PER_BETA, TILT, RISE, EAST, NORTH = (W * i for i in range(18, 24))  # step, 1/beta, k, l, wind
G, D, U, V2, P0, P1, Q0, Q1 = (W * i for i in range(24, 32))
SIZE = 32 * W
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
    for i in range(W):
        load(s, i, q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10])
    for lane, j, shift in SHIFTS:
        if j < BETA:
            s[W * j + lane] += shift
        elif j == BETA:
            s[PER_BETA + lane] = exp(-(q[6] + shift))
        else:
            s[TILT + (j - CURVE_1) * W + lane] += shift


@kernel
def slope(s, weight, reach, air, drag, radius):
    """Add the stage's slope to the sum and place the next stage `reach` steps after the node.

    The loops over lanes are apart so that all but the table look-ups run on many lanes at once.
    """
    for i in range(W):
        x, y, z = s[SX + i], s[SY + i], s[SZ + i] + radius
        r = sqrt(x * x + y * y + z * z)
        s[G + i] = G0 * radius * radius / (r * r * r)
        u, v = s[SVX + i] - s[EAST + i], s[SVY + i] - s[NORTH + i]
        s[V2 + i] = u * u + v * v + s[SVZ + i] * s[SVZ + i]
        s[U + i] = clamp((r - radius) * PER_M, AIR_CELLS)
    for i in range(W):
        j = np.uint64(s[U + i])
        s[P0 + i], s[Q0 + i] = air[j, 0], air[j, 1]
        s[P1 + i], s[Q1 + i] = air[j + _1, 0], air[j + _1, 1]
    for i in range(W):
        f = s[U + i] - floor(s[U + i])
        s[D + i] = 0.5 * (s[P0 + i] + f * (s[P1 + i] - s[P0 + i]))
        m2 = s[V2 + i] * (s[Q0 + i] + f * (s[Q1 + i] - s[Q0 + i]))
        u = m2 - 0.9
        a = s[TILT + i] * (m2 - 1.0) / (m2 + 1.0) + s[RISE + i] * u / sqrt(u * u + 0.01)
        s[D + i] *= s[PER_BETA + i] * (12.0 + a * (6.0 + a)) / (12.0 + a * (a - 6.0))
        s[U + i] = clamp(m2 * PER_MACH2, DRAG_CELLS)
    for i in range(W):
        j = np.uint64(s[U + i])
        s[P0 + i], s[P1 + i] = drag[j], drag[j + _1]
    for i in range(W):
        f = s[U + i] - floor(s[U + i])
        d = s[D + i] * (s[P0 + i] + f * (s[P1 + i] - s[P0 + i]))
        vx, vy, vz = s[SVX + i], s[SVY + i], s[SVZ + i]
        ax = -d * (vx - s[EAST + i]) - s[G + i] * s[SX + i]
        ay = -d * (vy - s[NORTH + i]) - s[G + i] * s[SY + i]
        az = -d * vz - s[G + i] * (s[SZ + i] + radius)
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
def step(s, air, drag, radius):
    """One RK4 step of every lane by its DT, which may be negative."""
    for c in range(STATE):
        s[SX + c] = s[c]
        s[KX + c] = 0.0
    slope(s, 1.0, 0.5, air, drag, radius)
    slope(s, 2.0, 0.5, air, drag, radius)
    slope(s, 2.0, 1.0, air, drag, radius)
    slope(s, 1.0, 0.0, air, drag, radius)
    for c in range(0, STATE, W):
        for i in range(W):
            s[c + i] += s[DT + i] * (1.0 / 6.0) * s[KX + c + i]


STEP_MAX = 1.5  # s, longest step of `advance`


@kernel
def advance(s, dt, air, drag, radius):
    """Move all lanes by dt seconds, either way, in equal steps of at most STEP_MAX."""
    if dt == 0.0:
        return
    steps = np.int64(np.ceil(abs(dt) / STEP_MAX))
    for i in range(W):
        s[DT + i] = dt / steps
    for _ in range(steps):
        step(s, air, drag, radius)


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
