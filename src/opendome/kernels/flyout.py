"""Interceptor flyout: a guided point mass in the vertical plane, and the table made of it once.

Symbols: d, h target point downrange and above the launcher [m]; x, z position in the same plane;
v speed; u unit vector along the velocity; gamma path angle [rad]; q dynamic pressure [Pa];
a lateral acceleration [m/s^2]; lam line-of-sight angle [rad].
"""

from math import atan2, cos, inf, sin, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS, AIR_TOP
from opendome.kernels.ballistics import RAIL, drag_per_speed

DT = 0.05  # s, integration step; its error is measured in tests/oracle/test_flyout.py
LAUNCH_ELEVATION = 1.31  # rad (75 deg): fixed, steep canisters as in published photographs; assumed
N_PN = 3.0  # navigation constant, 3 to 5 in use (Zarchan 2012, chapter 2); 3 turns latest: loft
CL_ALPHA = 12.0  # 1/rad, lift slope of body, wings and fins on the body area; assumed
MISS_MAX = 10.0  # m, a point passed farther away than this is not reached
V_MIN = 200.0  # m/s, least useful speed at the point; assumed

D_STEP = 500.0  # m, steps of the flyout table
H_STEP = 500.0  # m
N_D, N_H = 49, 25  # size of the flyout table: 0 to 24 km downrange, 0 to 12 km up
TOF, SPEED, ALIMIT, GAMMA = range(4)  # what a cell of the flyout table holds
SIZE = N_D * N_H * 4  # numbers of a flyout table


@kernel
def dynamic_pressure(z, v2, air):
    """0.5 rho v^2 from the air table, Pa."""
    u = min(max(z, 0.0) * (AIR_CELLS / AIR_TOP), AIR_CELLS - 1e-6)
    i = int(u)
    f = u - i
    rho_a = air[i, 0] + f * (air[i + 1, 0] - air[i, 0])
    inv_a2 = air[i, 1] + f * (air[i + 1, 1] - air[i, 1])
    return 0.5 * rho_a * sqrt(inv_a2) * v2


@kernel
def lateral_limit(q, mass, interceptor):
    """Greatest lateral acceleration: structure or air, whichever is less, m/s^2."""
    return min(interceptor.a_max, q * interceptor.area * interceptor.cl_max / mass)


@kernel
def _mass(t, interceptor):
    """Mass at time t after lift-off: linear while the motor burns."""
    burnt = min(t / interceptor.burn_time, 1.0)
    return interceptor.m0 + (interceptor.m_burnout - interceptor.m0) * burnt


@kernel
def _acceleration(t, thrust, x, z, vx, vz, d, h, interceptor, air, drag):
    """Acceleration of the guided point mass: thrust, drag, weight, proportional navigation.

    The command against a fixed point is N v dlam/dt plus the weight's lateral part, cut at the
    lateral limit.  Lift costs drag: C_Di = C_L^2 / CL_ALPHA.

    Source
    ------
    Zarchan, Tactical and Strategic Missile Guidance, 6th ed. (2012): proportional navigation,
    chapter 2; gravity compensation, chapter on augmented guidance.
    """
    v = sqrt(vx * vx + vz * vz)
    ux, uz = vx / v, vz / v
    m = _mass(t, interceptor)
    q = dynamic_pressure(z, v * v, air)
    limit = lateral_limit(q, m, interceptor)
    rx, rz = d - x, h - z
    # Within 1 m the line of sight loses its meaning; the miss is decided by then.
    lam_dot = (rz * vx - rx * vz) / max(rx * rx + rz * rz, 1.0)
    a = min(max(N_PN * v * lam_dot + G0 * ux, -limit), limit)
    beta = m / (interceptor.form * interceptor.area)
    along = thrust / m - drag_per_speed(z, v * v, air, drag) * v / beta
    if q > 0.0:  # in vacuum there is no lift either
        along -= a * a * m / (q * interceptor.area * CL_ALPHA)
    return along * ux - a * uz, along * uz + a * ux - G0


@kernel
def _step(t, dt, thrust, x, z, vx, vz, d, h, interceptor, air, drag):
    """One Runge-Kutta step of order 4."""
    e, te, tn = 0.5 * dt, t + 0.5 * dt, t + dt
    a1, b1 = _acceleration(t, thrust, x, z, vx, vz, d, h, interceptor, air, drag)
    x2, z2, v2, w2 = x + e * vx, z + e * vz, vx + e * a1, vz + e * b1
    a2, b2 = _acceleration(te, thrust, x2, z2, v2, w2, d, h, interceptor, air, drag)
    x3, z3, v3, w3 = x + e * v2, z + e * w2, vx + e * a2, vz + e * b2
    a3, b3 = _acceleration(te, thrust, x3, z3, v3, w3, d, h, interceptor, air, drag)
    x4, z4, v4, w4 = x + dt * v3, z + dt * w3, vx + dt * a3, vz + dt * b3
    a4, b4 = _acceleration(tn, thrust, x4, z4, v4, w4, d, h, interceptor, air, drag)
    return (
        x + dt / 6.0 * (vx + 2.0 * v2 + 2.0 * v3 + v4),
        z + dt / 6.0 * (vz + 2.0 * w2 + 2.0 * w3 + w4),
        vx + dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4),
        vz + dt / 6.0 * (b1 + 2.0 * b2 + 2.0 * b3 + b4),
    )


@kernel
def fly_out(d, h, interceptor, air, drag):
    """Fly one interceptor from its launcher to a point; ends at the closest approach.

    Parameters
    ----------
    d, h : float, m
        The point: ground distance and height above the launcher, d >= 0, h >= 0.
    interceptor : record of settings.INTERCEPTORS
    air, drag : float64 arrays (2049, 2) and (4097,)
        kernels/atmosphere.py and kernels/ballistics.py.

    Returns
    -------
    tof : float, s
        From the end of the launcher's rail: what passes before belongs to the reaction time.
    speed : float, m/s
    limit : float, m/s^2
        Lateral acceleration still available.
    gamma : float, rad
        Path angle above the horizontal.
    miss : float, m
        Closest approach; large where the flight was given up: self-destruction, below ground,
        or slower than V_MIN after burn-out.

    Error
    -----
    Truncation, against DOP853 in other variables (tests/oracle/test_flyout.py): 0.2 ms of time,
    0.3 mrad; the speed is that of the last whole step, at most 0.05 s before: 2 m/s.
    Model: flat earth and constant gravity over one flight (height 18 m at 15 km), still air, air
    density counted from the launcher's height, thrust along the velocity, no autopilot lag.
    """
    t, x, z = 0.0, RAIL * cos(LAUNCH_ELEVATION), RAIL * sin(LAUNCH_ELEVATION)
    v = sqrt(2.0 * RAIL * interceptor.thrust / interceptor.m0)
    vx, vz = v * cos(LAUNCH_ELEVATION), v * sin(LAUNCH_ELEVATION)
    while True:
        rx, rz = d - x, h - z
        v2 = vx * vx + vz * vz
        closing = rx * vx + rz * vz
        # The last piece, shorter than one step, is a straight line to the closest approach.
        if t > 0.0 and closing <= DT * v2:
            break
        if t >= interceptor.time_max or z < 0.0:
            break
        left = interceptor.burn_time - t
        if left <= 0.0 and v2 < V_MIN * V_MIN:
            break
        # A step ends at burn-out: across the jump of the thrust the order would be lost.
        burning = left > 1e-9
        dt = min(DT, left) if burning else DT
        thrust = interceptor.thrust if burning else 0.0
        x, z, vx, vz = _step(t, dt, thrust, x, z, vx, vz, d, h, interceptor, air, drag)
        t += dt
    last = min(max(closing / v2, 0.0), DT) if v2 > 0.0 else 0.0
    miss = sqrt((rx - last * vx) ** 2 + (rz - last * vz) ** 2)
    v = sqrt(v2)
    q = dynamic_pressure(z, v2, air)
    limit = lateral_limit(q, _mass(t, interceptor), interceptor)
    return t + last, v, limit, atan2(vz, vx), miss


@kernel
def _fill(table, interceptor, air, drag):
    """Fly to every grid point; a point not reached has tof = inf and zeros."""
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            tof, v, limit, gamma, miss = fly_out(i * D_STEP, j * H_STEP, interceptor, air, drag)
            if miss <= MISS_MAX and tof <= interceptor.time_max and v >= V_MIN:
                table[i, j, TOF] = tof
                table[i, j, SPEED] = v
                table[i, j, ALIMIT] = limit
                table[i, j, GAMMA] = gamma
            else:
                table[i, j, TOF] = inf


def flyout_table(interceptor, air, drag):
    """Tabulate the flyout once per interceptor type.

    Parameters
    ----------
    interceptor : record of settings.INTERCEPTORS
    air, drag : as in `fly_out`

    Returns
    -------
    float64 array (N_D, N_H, 4)
        tof [s], speed [m/s], lateral limit [m/s^2], path angle [rad] at downrange i D_STEP and
        height j H_STEP.  tof is inf, the rest 0, where the point is not reached.
    """
    table = np.zeros((N_D, N_H, 4))
    _fill(table, interceptor, air, drag)
    return table


@kernel
def _mix(table, k, f, g):
    """Bilinear mean of one quantity in one cell, whose first corner is number k."""
    far = k + 4 * N_H
    low = table[k] + f * (table[far] - table[k])
    high = table[k + 4] + f * (table[far + 4] - table[k + 4])
    return low + g * (high - low)


@kernel
def flyout(table, d, h):
    """Look the flyout to a point up: bilinear.

    Parameters
    ----------
    table : float64 array (at least SIZE,)
        From `flyout_table`, flat: world.Fixed.rounds.
    d, h : float, m
        Ground distance and height above the launcher; any float, nan included.

    Returns
    -------
    tof, speed, limit, gamma : float; s, m/s, m/s^2, rad
        tof = inf and zeros outside the table and in a cell with a corner that is not reached.

    Error
    -----
    Of tof, against the flight itself (tests/oracle/test_flyout.py): 0.01 s late on average,
    0.06 s at worst, at the near edge.
    """
    s, r = d / D_STEP, h / H_STEP
    if not (0.0 <= s <= N_D - 1 and 0.0 <= r <= N_H - 1):
        return inf, 0.0, 0.0, 0.0
    i = min(int(s), N_D - 2)
    j = min(int(r), N_H - 2)
    f, g = s - i, r - j
    k = 4 * (i * N_H + j)
    far = k + 4 * N_H
    # A corner that is not reached: 0 inf would be nan.
    if max(table[k + TOF], table[far + TOF], table[k + 4 + TOF], table[far + 4 + TOF]) == inf:
        return inf, 0.0, 0.0, 0.0
    return (
        _mix(table, k + TOF, f, g),
        _mix(table, k + SPEED, f, g),
        _mix(table, k + ALIMIT, f, g),
        _mix(table, k + GAMMA, f, g),
    )
