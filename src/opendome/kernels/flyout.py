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
from opendome.kernels.ballistics import drag_per_speed

DT = 0.05  # s, integration step; its error is measured in tests/oracle/test_flyout.py
LAUNCH_ELEVATION = 1.31  # rad (75 deg): fixed, steep canisters as in published photographs; assumed
N_PN = 3.0  # navigation constant, 3 to 5 in use (Zarchan 2012, chapter 2); 3 turns latest: loft
CL_ALPHA = 12.0  # 1/rad, lift slope of body, wings and fins on the body area; assumed
MISS_MAX = 10.0  # m, a point passed farther away than this is not reached
V_MIN = 200.0  # m/s, least useful speed at the point; assumed
V_STEER = 1.0  # m/s, below it the direction of flight is the launcher's

D_STEP = 500.0  # m, steps of the flyout table
H_STEP = 500.0  # m
N_D, N_H = 49, 25  # size of the flyout table: 0 to 24 km downrange, 0 to 12 km up
TOF, SPEED, ALIMIT, GAMMA = range(4)  # what a cell of the flyout table holds


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
def _acceleration(t, x, z, vx, vz, d, h, interceptor, air, drag):
    """Acceleration of the guided point mass: thrust, drag, weight, proportional navigation.

    The command against a fixed point is N v dlam/dt plus the weight's lateral part, cut at the
    lateral limit.  Lift costs drag: C_Di = C_L^2 / CL_ALPHA.

    Source
    ------
    Zarchan, Tactical and Strategic Missile Guidance, 6th ed. (2012): proportional navigation,
    chapter 2; gravity compensation, chapter on augmented guidance.
    """
    v = sqrt(vx * vx + vz * vz)
    if v < V_STEER:
        ux, uz = cos(LAUNCH_ELEVATION), sin(LAUNCH_ELEVATION)
    else:
        ux, uz = vx / v, vz / v
    m = _mass(t, interceptor)
    q = dynamic_pressure(z, v * v, air)
    limit = lateral_limit(q, m, interceptor)
    rx, rz = d - x, h - z
    # Within 1 m the line of sight loses its meaning; the miss is decided by then.
    lam_dot = (rz * vx - rx * vz) / max(rx * rx + rz * rz, 1.0)
    a = min(max(N_PN * v * lam_dot + G0 * ux, -limit), limit)
    beta = m / (interceptor.form * interceptor.area)
    along = -drag_per_speed(z, v * v, air, drag) * v / beta
    if q > 0.0:
        along -= a * a * m / (q * interceptor.area * CL_ALPHA)
    if t < interceptor.burn_time:
        along += interceptor.thrust / m
    return along * ux - a * uz, along * uz + a * ux - G0


@kernel
def _step(t, x, z, vx, vz, dt, d, h, interceptor, air, drag):
    """One Runge-Kutta step of order 4."""
    e = 0.5 * dt
    ax1, az1 = _acceleration(t, x, z, vx, vz, d, h, interceptor, air, drag)
    vx2, vz2 = vx + e * ax1, vz + e * az1
    ax2, az2 = _acceleration(t + e, x + e * vx, z + e * vz, vx2, vz2, d, h, interceptor, air, drag)
    vx3, vz3 = vx + e * ax2, vz + e * az2
    ax3, az3 = _acceleration(
        t + e, x + e * vx2, z + e * vz2, vx3, vz3, d, h, interceptor, air, drag
    )
    vx4, vz4 = vx + dt * ax3, vz + dt * az3
    ax4, az4 = _acceleration(
        t + dt, x + dt * vx3, z + dt * vz3, vx4, vz4, d, h, interceptor, air, drag
    )
    return (
        x + dt / 6.0 * (vx + 2.0 * vx2 + 2.0 * vx3 + vx4),
        z + dt / 6.0 * (vz + 2.0 * vz2 + 2.0 * vz3 + vz4),
        vx + dt / 6.0 * (ax1 + 2.0 * ax2 + 2.0 * ax3 + ax4),
        vz + dt / 6.0 * (az1 + 2.0 * az2 + 2.0 * az3 + az4),
    )


@kernel
def fly_out(d, h, interceptor, air, drag):
    """Fly one interceptor from rest at the launcher to a point; ends at the closest approach.

    Parameters
    ----------
    d, h : float, m
        The point: ground distance and height above the launcher, d >= 0, h >= 0.
    interceptor : record of tables.INTERCEPTORS
    air, drag : float64 arrays (2049, 2) and (4097,)
        kernels/atmosphere.py and kernels/ballistics.py.

    Returns
    -------
    tof : float, s
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
    Truncation, against DOP853 with the closest approach as an event: tests/oracle/test_flyout.py.
    Model: flat earth and constant gravity over one flight (height 18 m at 15 km), still air, air
    density counted from the launcher's height, thrust along the velocity, no autopilot lag.
    """
    t, x, z, vx, vz = 0.0, 0.0, 0.0, 0.0, 0.0
    while True:
        rx, rz = d - x, h - z
        v2 = vx * vx + vz * vz
        closing = rx * vx + rz * vz
        # The last piece, shorter than one step, is a straight line to the closest approach.
        if t > 0.0 and closing <= DT * v2:
            break
        if t >= interceptor.time_max or z < 0.0:
            break
        if t > interceptor.burn_time and v2 < V_MIN * V_MIN:
            break
        x, z, vx, vz = _step(t, x, z, vx, vz, DT, d, h, interceptor, air, drag)
        t += DT
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
    interceptor : record of tables.INTERCEPTORS
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
def _mix(table, i, j, f, g, c):
    """Bilinear mean of one quantity in one cell."""
    low = table[i, j, c] + f * (table[i + 1, j, c] - table[i, j, c])
    high = table[i, j + 1, c] + f * (table[i + 1, j + 1, c] - table[i, j + 1, c])
    return low + g * (high - low)


@kernel
def flyout(table, d, h):
    """Look the flyout to a point up: bilinear.

    Parameters
    ----------
    table : from `flyout_table`
    d, h : float, m
        Ground distance and height above the launcher; any float, nan included.

    Returns
    -------
    tof, speed, limit, gamma : float; s, m/s, m/s^2, rad
        tof = inf and zeros outside the table and in a cell with a corner that is not reached.

    Error
    -----
    Of tof, against the flight itself: tests/oracle/test_flyout.py.
    """
    s, r = d / D_STEP, h / H_STEP
    if not (0.0 <= s <= table.shape[0] - 1 and 0.0 <= r <= table.shape[1] - 1):
        return inf, 0.0, 0.0, 0.0
    i = min(int(s), table.shape[0] - 2)
    j = min(int(r), table.shape[1] - 2)
    f, g = s - i, r - j
    # A corner that is not reached: 0 inf would be nan.
    low = max(table[i, j, TOF], table[i + 1, j, TOF])
    if max(low, table[i, j + 1, TOF], table[i + 1, j + 1, TOF]) == inf:
        return inf, 0.0, 0.0, 0.0
    return (
        _mix(table, i, j, f, g, TOF),
        _mix(table, i, j, f, g, SPEED),
        _mix(table, i, j, f, g, ALIMIT),
        _mix(table, i, j, f, g, GAMMA),
    )
