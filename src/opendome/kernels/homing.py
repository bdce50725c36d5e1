"""Guided flight of a round to a moving body: midcourse on the track, homing on its own seeker.

Axes: x from the launcher towards the believed meeting point, y to the left of it, z up.

Symbols: r line of sight from round to body [m]; w velocity of the body relative to the round
[m/s]; p part of w across r [m/s]; u unit vector along the round's velocity; a achieved lateral
acceleration, c commanded [m/s^2]; q dynamic pressure [Pa]; TAU lag [s].
"""

from math import cos, inf, sin, sqrt
from typing import NamedTuple

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import DRAG_CELLS, PER_M, PER_MACH2, RAIL, clamp
from opendome.kernels.flyout import (
    CL_ALPHA,
    LAUNCH_ELEVATION,
    V_MIN,
    _mass,
    _step,
)

N_HOMING = 4.0  # effective navigation ratio, 3 to 5 in use (Zarchan 2012, chapter 2)
TAU = 0.2  # s, lag of seeker, filter and fins, taken as one; assumed
PER_TAU = 1.0 / TAU
COS_LOOK = 0.5  # the seeker looks up to 60 deg off the round's velocity; assumed
DT_BOOST = 0.5  # s, steps of the midcourse
DT_COAST = 1.0  # s
PART = 0.2  # a step of the homing is this part of the time to go, at most TAU ...
DT_LAST = 0.015  # s, ... and not less than this; the last piece is a straight line
STATE = 9  # x y z, vx vy vz, ax ay az
WORK = 6  # rows of working memory: state, stage, four slopes
LOCKED, PASSED, LOST = range(3)  # how a midcourse ends


class Meeting(NamedTuple):
    """Where the defence believes that round and body meet, and what the body really does."""

    d: float  # m, believed point: ground distance and ...
    h: float  # m, ... height above the launcher
    t: float  # s after lift-off, time of the meeting
    vx: float  # m/s, the body's velocity then
    vy: float
    vz: float
    ax: float  # m/s^2, its acceleration, taken as constant
    ay: float
    az: float
    ex: float  # m, from the believed point to where it really is then: hand-over error
    ey: float
    ez: float


@kernel
def air_forces(z, v2, air, drag):
    """Dynamic pressure, Pa, and 0.5 rho a K(M^2), kg/m^2/s, from one look at the air table."""
    u = clamp(z * PER_M, AIR_CELLS)
    i = int(u)
    f = u - i
    rho_a = 0.5 * (air[i, 0] + f * (air[i + 1, 0] - air[i, 0]))
    per_a2 = air[i, 1] + f * (air[i + 1, 1] - air[i, 1])
    u = clamp(v2 * per_a2 * PER_MACH2, DRAG_CELLS)
    i = int(u)
    return rho_a * sqrt(per_a2) * v2, rho_a * (drag[i] + (u - i) * (drag[i + 1] - drag[i]))


@kernel
def body_at(m, t):
    """Position of the body t seconds after lift-off, m, and its velocity, m/s."""
    s = t - m.t
    return (
        m.d + m.ex + s * (m.vx + 0.5 * s * m.ax),
        m.ey + s * (m.vy + 0.5 * s * m.ay),
        m.h + m.ez + s * (m.vz + 0.5 * s * m.az),
        m.vx + s * m.ax,
        m.vy + s * m.ay,
        m.vz + s * m.az,
    )


@kernel
def _rates(t, thrust, s, m, interceptor, air, drag, k):
    """Slopes of the homing state s, into k.

    Proportional navigation c = N vc (rate of the line of sight), across the velocity, cut at the
    lateral limit; the fins follow with one lag.  Round and body fall alike: weight needs none.

    Source
    ------
    Zarchan, Tactical and Strategic Missile Guidance, 6th ed. (2012), chapter 2: proportional
    navigation; chapter 3: the single-lag guidance system.
    """
    vx, vy, vz = s[3], s[4], s[5]
    v2 = vx * vx + vy * vy + vz * vz
    per_v = 1.0 / sqrt(v2)
    ux, uy, uz = vx * per_v, vy * per_v, vz * per_v
    bx, by, bz, bvx, bvy, bvz = body_at(m, t)
    rx, ry, rz = bx - s[0], by - s[1], bz - s[2]
    wx, wy, wz = bvx - vx, bvy - vy, bvz - vz
    along = (rx * wx + ry * wy + rz * wz) / max(rx * rx + ry * ry + rz * rz, 1e-6)
    gain = N_HOMING * max(-along, 0.0)  # N vc / r, and vc = -along r
    cx, cy, cz = gain * (wx - along * rx), gain * (wy - along * ry), gain * (wz - along * rz)
    c = cx * ux + cy * uy + cz * uz
    cx, cy, cz = cx - c * ux, cy - c * uy, cz - c * uz
    per_mass = 1.0 / _mass(t, interceptor)
    q, drag_v = air_forces(s[2], v2, air, drag)
    limit = min(interceptor.a_max, q * interceptor.area * interceptor.cl_max * per_mass)
    size2 = cx * cx + cy * cy + cz * cz
    cut = limit / sqrt(size2) if size2 > limit * limit else 1.0
    a = s[6] * ux + s[7] * uy + s[8] * uz
    ax, ay, az = s[6] - a * ux, s[7] - a * uy, s[8] - a * uz
    push = (thrust - drag_v * interceptor.form * interceptor.area * v2 * per_v) * per_mass
    if q > 0.0:
        push -= (ax * ax + ay * ay + az * az) / (q * interceptor.area * CL_ALPHA * per_mass)
    k[0], k[1], k[2] = vx, vy, vz
    k[3], k[4], k[5] = push * ux + ax, push * uy + ay, push * uz + az - G0
    k[6] = (cut * cx - s[6]) * PER_TAU
    k[7] = (cut * cy - s[7]) * PER_TAU
    k[8] = (cut * cz - s[8]) * PER_TAU


@kernel
def _homing_step(t, dt, thrust, work, m, interceptor, air, drag):
    """One Runge-Kutta step of order 4 of the homing state, work[0]."""
    s, stage, k1, k2, k3, k4 = work[0], work[1], work[2], work[3], work[4], work[5]
    e = 0.5 * dt
    _rates(t, thrust, s, m, interceptor, air, drag, k1)
    for i in range(STATE):
        stage[i] = s[i] + e * k1[i]
    _rates(t + e, thrust, stage, m, interceptor, air, drag, k2)
    for i in range(STATE):
        stage[i] = s[i] + e * k2[i]
    _rates(t + e, thrust, stage, m, interceptor, air, drag, k3)
    for i in range(STATE):
        stage[i] = s[i] + dt * k3[i]
    _rates(t + dt, thrust, stage, m, interceptor, air, drag, k4)
    for i in range(STATE):
        s[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])


@kernel
def sight(t, s, m):
    """Range, closing speed and speed of the body relative to the round, and cosine of the look.

    Returns
    -------
    r : float, m
    vc, w : float, m/s
    look : float
        Cosine of the angle between the round's velocity and the line of sight.
    """
    bx, by, bz, bvx, bvy, bvz = body_at(m, t)
    rx, ry, rz = bx - s[0], by - s[1], bz - s[2]
    wx, wy, wz = bvx - s[3], bvy - s[4], bvz - s[5]
    r = max(sqrt(rx * rx + ry * ry + rz * rz), 1e-9)
    v = max(sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5]), 1e-9)
    vc = -(rx * wx + ry * wy + rz * wz) / r
    look = (rx * s[3] + ry * s[4] + rz * s[5]) / (r * v)
    return r, vc, sqrt(wx * wx + wy * wy + wz * wz), look


@kernel
def _pass(r, vc, w):
    """Closest approach of a straight line: miss, m, and time until then, s."""
    if w <= 0.0:
        return r, 0.0
    return sqrt(max(r * r - (r * vc / w) ** 2, 0.0)), r * vc / (w * w)


@kernel
def home(t, work, m, interceptor, air, drag):
    """Homing from the state in work[0] at time t to the closest approach.

    Returns
    -------
    miss : float, m
        Closest approach to the body; inf where the round destroys itself or is too slow first.
    w : float, m/s
        Speed of the body relative to the round then.
    t : float, s
        When, after lift-off.
    """
    s = work[0]
    while True:
        r, vc, w, _ = sight(t, s, m)
        go = r * vc / max(w * w, 1e-9)
        if go <= DT_LAST:
            miss, rest = _pass(r, vc, w)
            return miss, w, t + rest
        left = interceptor.burn_time - t
        burning = left > 1e-9
        slow = s[3] * s[3] + s[4] * s[4] + s[5] * s[5] < V_MIN * V_MIN
        if t >= interceptor.time_max or s[2] < 0.0 or (slow and not burning):
            return inf, w, t
        dt = max(min(PART * go, TAU), DT_LAST)
        if burning:
            dt = min(dt, left)
        thrust = interceptor.thrust if burning else 0.0
        _homing_step(t, dt, thrust, work, m, interceptor, air, drag)
        t += dt


@kernel
def _midcourse(work, m, interceptor, air, drag):
    """From the launcher towards the believed point, until the seeker takes over or the body passes.

    The point is fixed, so this part stays in the vertical plane, as in the flyout table.

    Returns
    -------
    t : float, s
    end : int
        LOCKED: the seeker took over.  PASSED: the point was passed before.  LOST: self-destruction,
        the ground, or slower than V_MIN after burn-out before that.
    """
    s = work[0]
    t, x, z = 0.0, RAIL * cos(LAUNCH_ELEVATION), RAIL * sin(LAUNCH_ELEVATION)
    v = sqrt(2.0 * RAIL * interceptor.thrust / interceptor.m0)
    vx, vz = v * cos(LAUNCH_ELEVATION), v * sin(LAUNCH_ELEVATION)
    s[1] = s[4] = s[6] = s[7] = s[8] = 0.0
    while True:
        s[0], s[2], s[3], s[5] = x, z, vx, vz
        r, _, w, look = sight(t, s, m)
        if r <= interceptor.seeker_range * (1.0 + 1e-9) and look >= COS_LOOK:
            return t, LOCKED
        left = interceptor.burn_time - t
        burning = left > 1e-9
        rx, rz, v2 = m.d - x, m.h - z, vx * vx + vz * vz
        if t > 0.0 and rx * vx + rz * vz <= DT_LAST * v2:
            return t, PASSED
        slow = v2 < V_MIN * V_MIN and not burning
        if slow or t >= interceptor.time_max or z < 0.0:
            return t, LOST
        dt = min(DT_BOOST, left) if burning else DT_COAST
        dt = min(dt, PART * sqrt((rx * rx + rz * rz) / v2))
        until = (r - interceptor.seeker_range) / max(w, 1.0)
        dt = max(min(dt, until if until > 0.0 else PART * r / max(w, 1.0)), DT_LAST)
        thrust = interceptor.thrust if burning else 0.0
        x, z, vx, vz = _step(t, dt, thrust, x, z, vx, vz, m.d, m.h, interceptor, air, drag)
        t += dt


@kernel
def fly_guided(m, interceptor, air, drag, work):
    """Fly one round from its launcher to a moving body.

    Parameters
    ----------
    m : Meeting
    interceptor : record of settings.INTERCEPTORS
    air, drag : as in `flyout.fly_out`
    work : float array (WORK, STATE)
        Working memory.

    Returns
    -------
    miss : float, m
        Closest approach to the body; inf where the flight ended before it: self-destruction, the
        ground, or slower than V_MIN after burn-out.
    w : float, m/s
        Speed of the body relative to the round then.
    t : float, s
        When, after lift-off.

    Error
    -----
    Truncation, against DOP853 (tests/oracle/test_homing.py): 4 mm of a hit, 3 % of a miss for
    want of lateral acceleration, 3 ms.
    Model: that of `flyout.fly_out`; the body's acceleration is constant over the flight; the
    seeker's noise is left to the burst (kernels/kills.py).
    """
    t, end = _midcourse(work, m, interceptor, air, drag)
    if end == LOCKED:
        return home(t, work, m, interceptor, air, drag)
    r, vc, w, _ = sight(t, work[0], m)
    if end == LOST:
        return inf, w, t
    miss, rest = _pass(r, vc, w)
    return miss, w, t + rest
