"""Point masses flying side by side: one Runge-Kutta step of up to 64 lanes.

The numbers of 64 bodies stand in rows of one small array (it fits the first cache), and every
arithmetic stage is a loop over lanes with fixed distances between its rows: the compiler then
works on 4 to 8 lanes at once.  Only the table look-up goes lane by lane.  No lane reads another's
numbers, so a flight has the same bits alone or in company.

A body is given by its state, its step DT, CDA = form area, INV_M = 1 / mass, and CURVE = where its
drag curve begins in `curves`; while its motor burns, by its mass at the start, the middle and the
end of the step, and by its thrust at both ends, in a straight line between.  Equations:
kernels/ballistics.py and kernels/earth.py.  There is no root and no division but one root for the
direction of the thrust:

    u = (r^2 + e'^2 w^2) / a^2 - 1       h = r (1 - (1 + u)^(-1/2))
    v = r^2 / r_0^2 - 1                  r = r_0 (1 + v)^(1/2),  1 / r^3 = (1 + v)^(-3/2) / r_0^3

by their series, r_0 the distance of the origin from the centre.  Up to 100 km of height and 400 km
from the origin: 2e-9 of r, 1 mm of h (0.1 um at the ground), 5e-8 of gravity
(tests/validation/test_earth.py).  Measurements: docs/decisions/flight-in-lanes.md.
"""

from math import floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import WGS84_A
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, clamp
from opendome.kernels.earth import EP2

LANES = 64

# Rows of the lane array, 64 numbers each.  State first: it is copied out in one piece.
X, Y, Z, VX, VY, VZ = (LANES * i for i in range(6))
SX, SY, SZ, SVX, SVY, SVZ = (LANES * i for i in range(6, 12))  # state of the RK4 stage
KX, KY, KZ, KVX, KVY, KVZ = (LANES * i for i in range(12, 18))  # weighted sum of slopes
GX, GY, GZ, AX, AY, AZ = (LANES * i for i in range(18, 24))  # gravity; velocity through the air
H, V2, D, ALONG = (LANES * i for i in range(24, 28))  # height, air speed^2, drag; thrust / speed
DT, CDA, INV_M, CURVE = (LANES * i for i in range(28, 32))
MASS_A, MASS_M, MASS_B, THRUST_A, THRUST_B = (LANES * i for i in range(32, 37))
U, ROW = LANES * 37, LANES * 38  # place in a table: fraction and row
RHO_A, PER_A2, EAST, NORTH = (LANES * i for i in range(39, 43))  # what the air table says
FREE = LANES * 43  # first row that a caller may use
NODE = 6 * LANES

_1 = np.uint64(1)


@kernel
def _pull(s, n, earth):
    """Height, gravity and place in the air table at the stage's state."""
    r0_2 = earth.c_y * earth.c_y + earth.c_z * earth.c_z
    r0 = sqrt(r0_2)
    per_r0_2, per_a2 = 1.0 / r0_2, 1.0 / (WGS84_A * WGS84_A)
    g0 = earth.mu / (r0 * r0_2)
    j0 = earth.j2 * WGS84_A * WGS84_A * per_r0_2
    omega2 = earth.turn * earth.turn
    k_y, k_z, c_y, c_z = earth.k_y, earth.k_z, earth.c_y, earth.c_z
    for i in range(n):
        px, py, pz = s[SX + i], s[SY + i] + c_y, s[SZ + i] + c_z
        w = k_y * py + k_z * pz
        r2, w2 = px * px + py * py + pz * pz, w * w
        u = (r2 + EP2 * w2) * per_a2 - 1.0
        v = r2 * per_r0_2 - 1.0
        r = r0 * (1.0 + v * (0.5 - v * (0.125 - v * (0.0625 - v * 0.0390625))))
        h = r * u * (0.5 - u * (0.375 - u * (0.3125 - u * (0.2734375 - u * 0.24609375))))
        g = g0 * (1.0 - v * (1.5 - v * (1.875 - v * (2.1875 - v * 2.4609375))))
        near = 1.0 - v * (1.0 - v)  # (r_0 / r)^2
        j = j0 * near
        a = g * (1.0 + 1.5 * j * (1.0 - 5.0 * w2 * per_r0_2 * near)) - omega2
        b = w * (3.0 * g * j + omega2)
        s[H + i] = h
        s[GX + i] = -a * px
        s[GY + i] = -a * py - b * k_y
        s[GZ + i] = -a * pz - b * k_z
        place = clamp(h * PER_M, AIR_CELLS)
        whole = floor(place)
        s[U + i] = place - whole
        s[ROW + i] = whole


@kernel
def look_up(s, n, air, curves, earth):
    """Height, gravity, air speed and drag at the stage's state.

    Only the loads go lane by lane, and unsigned: a signed index may count from the end, and the
    test for that costs a quarter of the whole.
    """
    _pull(s, n, earth)
    for k in range(n):
        i, f = np.uint64(s[ROW + k]), s[U + k]
        p, q, e, m = air[i, 0], air[i, 1], air[i, 2], air[i, 3]
        i += _1
        p1, q1, e1, m1 = air[i, 0], air[i, 1], air[i, 2], air[i, 3]
        s[RHO_A + k], s[PER_A2 + k] = p + f * (p1 - p), q + f * (q1 - q)
        s[EAST + k], s[NORTH + k] = e + f * (e1 - e), m + f * (m1 - m)
    per_radius = 1.0 / earth.radius
    for i in range(n):
        east, north = s[EAST + i], s[NORTH + i]
        # The wind is level where the body is, not where the origin is.
        up = -(east * s[SX + i] + north * s[SY + i]) * per_radius
        ax, ay, az = s[SVX + i] - east, s[SVY + i] - north, s[SVZ + i] - up
        v2 = ax * ax + ay * ay + az * az
        s[AX + i], s[AY + i], s[AZ + i], s[V2 + i] = ax, ay, az, v2
        s[D + i] = 0.5 * s[RHO_A + i]
        place = clamp(v2 * s[PER_A2 + i] * PER_MACH2, DRAG_CELLS)
        whole = floor(place)
        s[U + i] = place - whole
        s[ROW + i] = whole + s[CURVE + i]
    for k in range(n):
        i = np.uint64(s[ROW + k])
        c, c1 = curves[i], curves[i + _1]
        s[D + k] *= c + s[U + k] * (c1 - c)


@kernel
def burn(s, n, mass, part):
    """Mass and thrust over air speed after a part of the step; mass is the row of that mass.

    The motor pushes along the velocity through the air.
    """
    for i in range(n):
        s[INV_M + i] = 1.0 / s[mass + i]
        push_by = s[THRUST_A + i] + part * (s[THRUST_B + i] - s[THRUST_A + i])
        # 1e-12: a body at rest in the air has no direction for its thrust.
        s[ALONG + i] = push_by / sqrt(s[V2 + i] + 1e-12)


@kernel
def coast(s, n):
    """No thrust."""
    for i in range(n):
        s[ALONG + i] = 0.0


@kernel
def push(s, n, weight, reach, earth):
    """Add the stage's slope to the sum; place the next stage `reach` steps after the node."""
    turn = 2.0 * earth.turn
    t_y, t_z = turn * earth.k_y, turn * earth.k_z
    for i in range(n):
        vx, vy, vz = s[SVX + i], s[SVY + i], s[SVZ + i]
        c = (s[ALONG + i] - s[D + i] * s[CDA + i]) * s[INV_M + i]
        ax = c * s[AX + i] + s[GX + i] + (t_z * vy - t_y * vz)
        ay = c * s[AY + i] + s[GY + i] - t_z * vx
        az = c * s[AZ + i] + s[GZ + i] + t_y * vx
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
def step(s, n, air, curves, earth, burning):
    """One RK4 step from the node, whose state is in S too and whose `look_up` is done.

    burning : whether motors burn.
    """
    for c in range(0, NODE, LANES):
        for i in range(n):
            s[KX + c + i] = 0.0
    if burning:
        burn(s, n, MASS_A, 0.0)
    else:
        coast(s, n)
    push(s, n, 1.0, 0.5, earth)
    look_up(s, n, air, curves, earth)
    if burning:
        burn(s, n, MASS_M, 0.5)
    push(s, n, 2.0, 0.5, earth)
    look_up(s, n, air, curves, earth)
    if burning:
        burn(s, n, MASS_M, 0.5)
    push(s, n, 2.0, 1.0, earth)
    look_up(s, n, air, curves, earth)
    if burning:
        burn(s, n, MASS_B, 1.0)
    push(s, n, 1.0, 0.0, earth)
    for c in range(0, NODE, LANES):
        for i in range(n):
            s[c + i] += s[DT + i] * (1.0 / 6.0) * s[KX + c + i]
