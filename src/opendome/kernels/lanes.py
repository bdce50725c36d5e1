"""Point masses flying side by side: one Runge-Kutta step of up to 64 lanes.

The numbers of 64 bodies stand in rows of one small array (it fits the first cache), and every
arithmetic stage is a loop over lanes with fixed distances between its rows: the compiler then
works on 4 to 8 lanes at once.  Only the table look-up goes lane by lane.  No lane reads another's
numbers, so a flight has the same bits alone or in company.

A body is given by its state, its step DT, THRUST, CDA = form area, and its mass.
Equations: kernels/ballistics.py.  Measurements: docs/decisions/flight-in-lanes.md.
"""

from math import floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, clamp

LANES = 64

# Rows of the lane array, 64 numbers each.  State first: it is copied out in one piece.
X, Y, Z, VX, VY, VZ = (LANES * i for i in range(6))
SX, SY, SZ, SVX, SVY, SVZ = (LANES * i for i in range(6, 12))  # state of the RK4 stage
KX, KY, KZ, KVX, KVY, KVZ = (LANES * i for i in range(12, 18))  # weighted sum of slopes
H, V2, G, D = (LANES * i for i in range(18, 22))  # height, speed^2, gravity / r, drag
DT, THRUST, CDA, INV_M, M0, BURNT = (LANES * i for i in range(22, 28))
U, P0, P1, Q0, Q1 = (LANES * i for i in range(28, 33))  # place in a table, values around it
FREE = LANES * 33  # first row that a caller may use
NODE = 6 * LANES

_1 = np.uint64(1)


@kernel
def set_mass(s, n, fraction):
    """Inverse mass after a fraction of the motor's burning."""
    for i in range(n):
        s[INV_M + i] = 1.0 / (s[M0 + i] - s[BURNT + i] * fraction)


@kernel
def look_up(s, n, air, drag, radius):
    """Height, gravity and drag at the stage's state: `drag_per_speed`, to the bit, in five loops.

    Only the loads go lane by lane, and unsigned: a signed index may count from the end, and the
    test for that costs a quarter of the whole.
    """
    for i in range(n):
        x, y, z = s[SX + i], s[SY + i], s[SZ + i] + radius
        r = sqrt(x * x + y * y + z * z)
        s[H + i] = r - radius
        s[G + i] = G0 * radius * radius / (r * r * r)
        s[V2 + i] = s[SVX + i] ** 2 + s[SVY + i] ** 2 + s[SVZ + i] ** 2
        s[U + i] = clamp((r - radius) * PER_M, AIR_CELLS)
    for k in range(n):
        i = np.uint64(s[U + k])
        s[P0 + k], s[Q0 + k] = air[i, 0], air[i, 1]
        s[P1 + k], s[Q1 + k] = air[i + _1, 0], air[i + _1, 1]
    for i in range(n):
        f = s[U + i] - floor(s[U + i])
        s[D + i] = 0.5 * (s[P0 + i] + f * (s[P1 + i] - s[P0 + i]))
        mach2 = s[V2 + i] * (s[Q0 + i] + f * (s[Q1 + i] - s[Q0 + i]))
        s[U + i] = clamp(mach2 * PER_MACH2, DRAG_CELLS)
    for k in range(n):
        i = np.uint64(s[U + k])
        s[P0 + k], s[P1 + k] = drag[i], drag[i + _1]
    for i in range(n):
        f = s[U + i] - floor(s[U + i])
        s[D + i] *= s[P0 + i] + f * (s[P1 + i] - s[P0 + i])


@kernel
def push(s, n, weight, reach, radius):
    """Add the stage's slope to the sum; place the next stage `reach` steps after the node."""
    for i in range(n):
        vx, vy, vz = s[SVX + i], s[SVY + i], s[SVZ + i]
        # 1e-12: a body at rest has no direction for its thrust.
        along = s[THRUST + i] / sqrt(s[V2 + i] + 1e-12)
        c = (along - s[D + i] * s[CDA + i]) * s[INV_M + i]
        g = s[G + i]
        ax = c * vx - g * s[SX + i]
        ay = c * vy - g * s[SY + i]
        az = c * vz - g * (s[SZ + i] + radius)
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
def step(s, n, air, drag, radius, f0, f1):
    """One RK4 step from the node, whose state is in S too and whose `look_up` is done.

    f0, f1 : burnt fractions at its ends; equal ones leave the mass alone.
    """
    middle = 0.5 * (f0 + f1)
    for c in range(0, NODE, LANES):
        for i in range(n):
            s[KX + c + i] = 0.0
    push(s, n, 1.0, 0.5, radius)
    if f1 > f0:
        set_mass(s, n, middle)
    look_up(s, n, air, drag, radius)
    push(s, n, 2.0, 0.5, radius)
    look_up(s, n, air, drag, radius)
    push(s, n, 2.0, 1.0, radius)
    if f1 > f0:
        set_mass(s, n, f1)
    look_up(s, n, air, drag, radius)
    push(s, n, 1.0, 0.0, radius)
    for c in range(0, NODE, LANES):
        for i in range(n):
            s[c + i] += s[DT + i] * (1.0 / 6.0) * s[KX + c + i]
