"""Where a bundle meets the ground, forward (impact) or backward (launch), with derivatives.

The body flies to the ground; the derivatives of the crossing are those of the state there, less
what the body moves in the time by which a neighbour is late:  dx_g = dx - v (up . dx) / (up . v).
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels import earth
from opendome.kernels.motion import (
    DT,
    N_MOTION,
    STATE,
    VX,
    VY,
    VZ,
    X,
    Y,
    Z,
    derivatives,
    step,
)
from opendome.kernels.terrain import ground_height

STEPS = 16  # least steps in the vacuum time to the ground, short ones first: drag changes most then
PER_STEP = 4.0  # s, of a longer fall: it ends faster
TIMES = 4  # the vacuum time after which a body counts as not falling
FALL_MIN = 8.0  # s, least time that the steps are laid out over


@kernel
def height(s, nature):
    """Height of the body above the ground, m, and its climb away from the earth's centre, m/s."""
    x, y, z = s[X], s[Y], s[Z]
    h = earth.height(x, y, z, nature.earth) - ground_height(nature.terrain, x, y)
    return h, earth.rise(x, y, z, s[VX], s[VY], s[VZ], nature.earth)


@kernel
def to_ground(s, sign, drag, nature, old):
    """Fly the bundle until its body is on the ground: sign 1 forward, -1 backward.

    Parameters
    ----------
    old : float array (48,), scratch

    Returns
    -------
    float, s
        Time flown, negative backward; nan if it does not come down.
    """
    h, climb = height(s, nature)
    climb *= sign
    fall = (climb + sqrt(climb * climb + 2.0 * G0 * max(h, 0.0))) / G0
    fall = max(fall, FALL_MIN)
    steps = max(STEPS, np.int64(fall / PER_STEP))
    t = 0.0
    for j in range(TIMES * steps):
        dt = fall * grade(j + 1, steps) - t
        for c in range(STATE):
            old[c] = s[c]
        s[DT] = sign * dt
        h0, c0 = height(s, nature)
        step(s, drag, nature, True)
        h1, c1 = height(s, nature)
        if h1 <= 0.0 and (h0 > 0.0 or c0 * sign < 0.0):
            q = crossing(h0, c0 * sign * dt, h1, c1 * sign * dt)
            for c in range(STATE):
                s[c] = old[c]
            s[DT] = sign * dt * q
            step(s, drag, nature, True)
            return sign * (t + dt * q)
        t += dt
    return float("nan")


@kernel
def grade(j, steps):
    """Time of node j over the vacuum time to the ground, which so many steps cover."""
    f = j / steps
    return f * sqrt(f)


@kernel
def crossing(h0, d0, h1, d1):
    """Fraction of a step at which the cubic through heights and climbs crosses zero (Newton)."""
    c2 = 3.0 * (h1 - h0) - 2.0 * d0 - d1
    c3 = d0 + d1 - 2.0 * (h1 - h0)
    q = h0 / (h0 - h1) if h0 > h1 else 0.5
    for _ in range(4):
        f = h0 + q * (d0 + q * (c2 + q * c3))
        slope = d0 + q * (2.0 * c2 + 3.0 * q * c3)
        q = min(max(q - f / slope, 0.0), 1.0) if slope < 0.0 else 1.0
    return q


@kernel
def crossing_derivatives(s, t, F, J, nature):
    """Fill J (3, >= 11): derivatives of time, x and y of the crossing by the motion's parameters.

    The bundle is on the ground, t seconds after its epoch.  F (6, 11) is scratch.
    """
    derivatives(s, t, F)
    x, y, z = s[X], s[Y] + nature.earth.c_y, s[Z] + nature.earth.c_z
    vx, vy, vz = s[VX], s[VY], s[VZ]
    climb = x * vx + y * vy + z * vz
    for j in range(N_MOTION):
        late = -(x * F[0, j] + y * F[1, j] + z * F[2, j]) / climb
        J[0, j] = late
        J[1, j] = F[0, j] + vx * late
        J[2, j] = F[1, j] + vy * late
