"""Kill probability of a round by the geometry of the meeting: flown out once, then looked up.

Axes of the table: ground distance d and height h of the believed meeting point from the launcher;
speed v of the body; cosine c of the angle between its velocity and the round's; hand-over error e
across the closing direction, as u = e / (e + ERROR_SCALE), so that any error has its place.

Every entry is the mean over MEETINGS guided flights (kernels/homing.py) that differ in what the
axes leave open: how the body's velocity lies about the round's, and to which side the error goes.
"""

from math import acos, cos, inf, log, pi, sin, sqrt

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.constants import G0
from opendome.kernels.ballistics import clamp
from opendome.kernels.flyout import D_STEP, GAMMA, H_STEP, SPEED, TOF, dynamic_pressure
from opendome.kernels.flyout import SIZE as FLYOUTS
from opendome.kernels.homing import STATE, WORK, Meeting, fly_guided
from opendome.kernels.threat import disc_probability

EVERY = 2  # points of the flyout table between two of this one
N_D, N_H = 25, 13  # 0 to 24 km downrange, 0 to 12 km up
V_LOW, V_STEP, N_V = 150.0, 250.0, 5  # m/s: 150 to 1,150
N_C = 7  # cosines, -1 to 1
ERROR_SCALE, N_E = 200.0, 11  # m; the last error is infinite
#: m, flown for the first error instead of 0: a round whose seeker never looks at the body passes by
#: its error, and would kill at none, which the straight line to the next error would spread.
LEAST = 10.0
SHAPE = (2, N_D, N_H, N_V, N_C, N_E)  # of a kill table
_V = N_C * N_E  # entries from one speed to the next
_H = N_V * _V  # and from one height to the next
MEETINGS = 4
RAYLEIGH = 64  # points of the mean over the error
TRUTH, BELIEF = 0, 1  # kill probability given the error; its mean over an error of that deviation

BETA_BODY = 6_000.0  # kg/m^2, m / (C_D A) of the body: about that of the 122 mm class; derived
T_FUZE = 1e-3  # s, median timing error of the proximity fuze; assumed
MEDIAN = sqrt(2.0 * log(2.0))  # median miss over the standard deviation on each axis
GOLDEN = pi * (3.0 - sqrt(5.0))  # rad, turns that never meet again


@kernel
def burst(miss, w, interceptor):
    """Kill probability of a burst that works, by the miss that guidance leaves.

    The seeker's own error and the fuze's, a circular normal of median CEP, come on top of the
    miss; the fragments kill within the lethal radius:
    CEP^2 = cep_seeker^2 + (w T_FUZE)^2, P = P(|miss + normal| < lethal radius).

    Parameters
    ----------
    miss : float, m
    w : float, m/s
        Speed of the body relative to the round.
    interceptor : record of settings.INTERCEPTORS

    Error
    -----
    1.5e-3, of `threat.disc_probability`.

    Source
    ------
    Washburn and Kress, Combat Modeling (2009), chapter 2: cookie-cutter damage with a circular
    normal error; Driels, Weaponeering, 2nd ed. (2013).  Sizes: assumed.
    """
    if not miss < inf:
        return 0.0
    fuze = w * T_FUZE
    sigma = sqrt(interceptor.cep_seeker**2 + fuze * fuze) / MEDIAN
    return disc_probability(miss, 0.0, interceptor.lethal_radius, sigma, sigma)


@kernel
def _turn(c, gamma, k):
    """Velocity of the body, a unit vector, at the k-th turn about the round's.

    Turns are spread over those at which the body comes down, or over all where none does; by
    symmetry about the vertical plane one side is enough.
    """
    s = sqrt(max(1.0 - c * c, 0.0))
    down = -c * sin(gamma) / max(s * cos(gamma), 1e-9)
    first = acos(down) if -1.0 < down < 1.0 else 0.0
    turn = first + (k + 0.5) / MEETINGS * (pi - first)
    up = s * cos(turn)
    return (
        c * cos(gamma) - up * sin(gamma),
        s * sin(turn),
        c * sin(gamma) + up * cos(gamma),
    )


@kernel
def _across(wx, wy, wz, turn):
    """Unit vector across (wx, wy, wz), turned about it."""
    w = max(sqrt(wx * wx + wy * wy + wz * wz), 1e-9)
    wx, wy, wz = wx / w, wy / w, wz / w
    flat = sqrt(wx * wx + wy * wy)
    ax, ay = (-wy / flat, wx / flat) if flat > 1e-6 else (1.0, 0.0)
    bx, by, bz = -wz * ay, wz * ax, wx * ay - wy * ax
    c, s = cos(turn), sin(turn)
    return c * ax + s * bx, c * ay + s * by, s * bz


@kernel
def meeting(d, h, arrival, v, c, error, k, air):
    """The k-th meeting of a point of the table.

    Parameters
    ----------
    d, h : float, m
    arrival : float array (4,)
        Row of the flyout table at that point.
    v, c, error : float
        Speed of the body, cosine of the angle between the velocities, hand-over error.
    """
    gamma, speed = arrival[GAMMA], arrival[SPEED]
    ux, uy, uz = _turn(c, gamma, k)
    wx, wy, wz = v * ux - speed * cos(gamma), v * uy, v * uz - speed * sin(gamma)
    ex, ey, ez = _across(wx, wy, wz, GOLDEN * k)
    brake = dynamic_pressure(h, v * v, air) / BETA_BODY
    return Meeting(
        d, h, arrival[TOF], v * ux, v * uy, v * uz, -brake * ux, -brake * uy, -brake * uz - G0,
        error * ex, error * ey, error * ez,
    )  # fmt: skip


@allocating_kernel
def _fill(kills, flyouts, interceptor, air, drag):
    """Fly every point that the flyout table reaches; then take the means over the error."""
    work = np.zeros((WORK, STATE))
    for i in range(N_D):
        for j in range(N_H):
            arrival = flyouts[i * EVERY, j * EVERY]
            if arrival[TOF] == inf:
                continue
            d, h = i * EVERY * D_STEP, j * EVERY * H_STEP
            for a in range(N_V):
                for b in range(N_C):
                    row = kills[TRUTH, i, j, a, b]
                    v, c = V_LOW + a * V_STEP, 2.0 * b / (N_C - 1) - 1.0
                    for e in range(N_E - 1):
                        error = max(ERROR_SCALE * e / (N_E - 1 - e), LEAST)
                        for k in range(MEETINGS):
                            m = meeting(d, h, arrival, v, c, error, k, air)
                            miss, w, _ = fly_guided(m, interceptor, air, drag, work)
                            row[e] += burst(miss, w, interceptor) / MEETINGS
                    _mean_over_error(row, kills[BELIEF, i, j, a, b])


@kernel
def _mean_over_error(truth, belief):
    """Mean of the truth over a Rayleigh error of each deviation on the axis."""
    belief[0] = truth[0]
    for e in range(1, N_E - 1):
        s = ERROR_SCALE * e / (N_E - 1 - e)
        for k in range(RAYLEIGH):
            error = s * sqrt(-2.0 * log((k + 0.5) / RAYLEIGH))
            u = error / (error + ERROR_SCALE) * (N_E - 1)
            i = int(u)
            belief[e] += (truth[i] + (u - i) * (truth[i + 1] - truth[i])) / RAYLEIGH


def kill_table(
    interceptor: np.void, flyouts: np.ndarray, air: np.ndarray, drag: np.ndarray
) -> np.ndarray:
    """Tabulate the kill probability of one interceptor type.

    Parameters
    ----------
    interceptor : record of settings.INTERCEPTORS
    flyouts : ndarray, from `flyout.flyout_table`, of that interceptor
    air, drag : as in `flyout.fly_out`

    Returns
    -------
    ndarray (2, N_D, N_H, N_V, N_C, N_E)
        TRUTH and BELIEF, of a round that works: without its reliability.  Points that the round
        does not reach have the values of the nearest that it does.
    """
    kills = np.zeros(SHAPE)
    _fill(kills, flyouts, interceptor, air, drag)
    known = np.isfinite(flyouts[: N_D * EVERY : EVERY, : N_H * EVERY : EVERY, TOF])
    reached = np.argwhere(known)
    if len(reached):
        for i, j in np.argwhere(~known):
            near = reached[np.argmin(((reached - (i, j)) ** 2).sum(axis=1))]
            kills[:, i, j] = kills[:, near[0], near[1]]
    return kills


@kernel
def _along(a, b, f):
    """From a to b in a straight line; exactly a where both are equal."""
    return a + f * (b - a)


@kernel
def _over_cosine(table, k, q, u):
    """At entry k of a flat table: along the error, then along the cosine."""
    near = _along(table[k], table[k + 1], u)
    return _along(near, _along(table[k + N_E], table[k + N_E + 1], u), q)


@kernel
def _over_height(table, k, y, z, q, u):
    """The same, then along the speed and the height."""
    low = _along(_over_cosine(table, k, q, u), _over_cosine(table, k + _V, q, u), z)
    k += _H
    high = _along(_over_cosine(table, k, q, u), _over_cosine(table, k + _V, q, u), z)
    return _along(low, high, y)


@kernel
def kill_probability(table, which, d, h, v, c, error):
    """Look the kill probability of a working round up: linear along every axis.

    Parameters
    ----------
    table : float64 array
        Flyout table and kill table, flat, one after the other: world.Fixed.rounds.
    which : int
        TRUTH: given the error.  BELIEF: expected, `error` its standard deviation on each axis.
    d, h, v, c : float, m, m, m/s, 1
        Beyond the table its end values hold.
    error : float, m

    Returns
    -------
    float
        0 for an error that is nan or negative.
    """
    if not error >= 0.0:
        return 0.0
    x, y = clamp(d / (EVERY * D_STEP), N_D - 1), clamp(h / (EVERY * H_STEP), N_H - 1)
    z, q = clamp((v - V_LOW) / V_STEP, N_V - 1), clamp((c + 1.0) * (0.5 * (N_C - 1)), N_C - 1)
    u = clamp((1.0 - ERROR_SCALE / (error + ERROR_SCALE)) * (N_E - 1), N_E - 1)
    i, j, a, b, e = int(x), int(y), int(z), int(q), int(u)
    x, y, z, q, u = x - i, y - j, z - a, q - b, u - e
    k = FLYOUTS + ((((which * N_D + i) * N_H + j) * N_V + a) * N_C + b) * N_E + e
    return _along(
        _over_height(table, k, y, z, q, u), _over_height(table, k + N_H * _H, y, z, q, u), x
    )
