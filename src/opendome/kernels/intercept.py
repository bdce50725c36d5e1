"""Engagement option: where, when and how surely one battery can meet one predicted body.

Symbols: tau meeting time [s]; tof time of flight to the meeting point [s]; h height above the
launcher, d ground distance from it [m]; s hand-over error [m].
"""

from math import inf, nan, sqrt
from typing import Any, NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.flyout import D_STEP, H_STEP, N_D, N_H, V_MIN, flyout
from opendome.kernels.lethality import aspect, kill_expected

GRID = 0.5  # s, step of the search along the path
EDGE = 0.01  # s, how closely the edges of the feasible time are found
CANDIDATE = 4.0  # s, most between meetings whose kill probability is compared
FAR = sqrt((D_STEP * (N_D - 1)) ** 2 + (H_STEP * (N_H - 1)) ** 2)  # m, corner of the table
GAIN = 0.05  # a later meeting is preferred if its kill probability is higher by this; assumed


class Case(NamedTuple):
    """What stays the same while one option is sought."""

    prediction: Any  # record of tables.PREDICTIONS
    battery: Any  # record of settings.BATTERIES
    interceptor: Any  # record of settings.INTERCEPTORS
    table: np.ndarray  # its row of world.Fixed.rounds
    ready: float  # s, earliest lift-off
    h_battery: float  # m, launcher's height
    s: float  # m, hand-over error
    radius: float  # m, of the round earth


@kernel
def position(path, k, tau):
    """Cubic Hermite position between the nodes k and k + 1 of a predicted path, m."""
    dt = path[k + 1, 0] - path[k, 0]
    u = (tau - path[k, 0]) / dt
    w = 1.0 - u
    a, b = w * w * (1.0 + 2.0 * u), u * u * (1.0 + 2.0 * w)
    p, q = dt * u * w * w, -dt * u * u * w
    return (
        a * path[k, 1] + b * path[k + 1, 1] + p * path[k, 4] + q * path[k + 1, 4],
        a * path[k, 2] + b * path[k + 1, 2] + p * path[k, 5] + q * path[k + 1, 5],
        a * path[k, 3] + b * path[k + 1, 3] + p * path[k, 6] + q * path[k + 1, 6],
    )


@kernel
def velocity(path, k, tau):
    """Derivative of `position`, m/s."""
    dt = path[k + 1, 0] - path[k, 0]
    u = (tau - path[k, 0]) / dt
    w = 1.0 - u
    b, p, q = 6.0 * u * w / dt, w * (w - 2.0 * u), u * (u - 2.0 * w)
    return (
        b * (path[k + 1, 1] - path[k, 1]) + p * path[k, 4] + q * path[k + 1, 4],
        b * (path[k + 1, 2] - path[k, 2]) + p * path[k, 5] + q * path[k + 1, 5],
        b * (path[k + 1, 3] - path[k, 3]) + p * path[k, 6] + q * path[k + 1, 6],
    )


@kernel
def height(x, y, z, radius):
    """Height above the round earth, m."""
    up = z + radius
    return sqrt(x * x + y * y + up * up) - radius


@kernel
def place(x, y, z, battery, h_battery, radius):
    """Point as a launcher sees it.

    Returns
    -------
    d, h, slant : float, m
        Ground distance, height above the launcher, distance.

    Error
    -----
    d and h are taken as the sides of a right angle.  The earth's curvature makes d wrong by
    about h d / (2 radius): below 10 m inside 13 km by 10 km, 0.02 s of flight.
    """
    dx, dy, dz = x - battery.x, y - battery.y, z - battery.z
    r2 = dx * dx + dy * dy + dz * dz
    h = height(x, y, z, radius) - h_battery
    return sqrt(max(r2 - h * h, 0.0)), h, sqrt(r2)


@kernel
def _meet(case, k, tau):
    """The body's place at tau, and the flyout to it.

    Returns
    -------
    spare, x, y, z, d, h, gamma : float; s, m, rad
        spare is the time left over if the round leaves as early as it can: negative where it
        comes late, -inf outside the envelope.
    """
    x, y, z = position(case.prediction.path, k, tau)
    d, h, slant = place(x, y, z, case.battery, case.h_battery, case.radius)
    interceptor = case.interceptor
    if not (interceptor.h_min <= h <= interceptor.h_max and slant >= interceptor.range_min):
        return -inf, x, y, z, d, h, 0.0
    tof, _, _, gamma = flyout(case.table, d, h)
    return tau - tof - case.ready, x, y, z, d, h, gamma


@kernel
def _edge(case, k, inside, outside):
    """Feasible time nearest to the edge between a feasible and an infeasible time, s."""
    while abs(outside - inside) > EDGE:
        tau = 0.5 * (inside + outside)
        if _meet(case, k, tau)[0] >= 0.0:
            inside = tau
        else:
            outside = tau
    return inside


@kernel
def _speed(path, k):
    """Greatest speed between the nodes k and k + 1: at an end, for a body that only falls."""
    v0 = path[k, 4] ** 2 + path[k, 5] ** 2 + path[k, 6] ** 2
    v1 = path[k + 1, 4] ** 2 + path[k + 1, 5] ** 2 + path[k + 1, 6] ** 2
    return sqrt(max(v0, v1))


@kernel
def _out_of_reach(case, k):
    """Whether no time between the nodes k and k + 1 can be feasible: a cheap test.

    A path between two nodes stays within half of its length from the middle of their chord; and
    a falling body is lowest at one of them.
    """
    path, battery, radius = case.prediction.path, case.battery, case.radius
    dt = path[k + 1, 0] - path[k, 0]
    if not (dt > 0.0 and path[k + 1, 0] >= case.ready):
        return True
    dx = 0.5 * (path[k, 1] + path[k + 1, 1]) - battery.x
    dy = 0.5 * (path[k, 2] + path[k + 1, 2]) - battery.y
    dz = 0.5 * (path[k, 3] + path[k + 1, 3]) - battery.z
    far = FAR + 0.5 * _speed(path, k) * dt
    if dx * dx + dy * dy + dz * dz > far * far:
        return True
    top = case.interceptor.h_max + case.h_battery
    return (
        height(path[k, 1], path[k, 2], path[k, 3], radius) > top
        and height(path[k + 1, 1], path[k + 1, 2], path[k + 1, 3], radius) > top
    )


@kernel
def _consider(case, k, tau, meeting, option):
    """Take the feasible meeting at tau if it is the first, or clearly surer than the one held."""
    spare, x, y, z, d, h, gamma = meeting
    vx, vy, vz = velocity(case.prediction.path, k, tau)
    v, c = aspect(vx, vy, vz, x - case.battery.x, y - case.battery.y, gamma)
    p_kill = kill_expected(case.interceptor, case.table, d, h, v, c, case.s)
    if option.feasible == 0 or p_kill > option.p_kill + GAIN:
        option.feasible = 1
        option.t_launch = case.ready + spare
        option.t_intercept = tau
        option.x = x
        option.y = y
        option.z = z
        option.p_kill = p_kill


@kernel
def _search(case, k, was, most, option):
    """Compare the meetings between the nodes k and k + 1.

    A round that comes late is left behind in the step that the fastest change of its lateness
    allows: the body's speed over the round's least.

    Returns
    -------
    was, most : float, s
        Time to spare at node k + 1 (in: at node k), and the greatest met so far.
    """
    path = case.prediction.path
    before, end = max(path[k, 0], case.ready), path[k + 1, 0]
    rate = 1.0 + _speed(path, k) / V_MIN
    while before < end:
        step = CANDIDATE if was >= 0.0 else GRID
        if -inf < was < -rate * GRID:
            step = -was / rate
        tau = min(before + step, end)
        meeting = _meet(case, k, tau)
        spare = meeting[0]
        if (spare >= 0.0) != (was >= 0.0):
            edge = _edge(case, k, tau, before) if spare >= 0.0 else _edge(case, k, before, tau)
            meeting_at_edge = _meet(case, k, edge)
            _consider(case, k, edge, meeting_at_edge, option)
            most = max(most, meeting_at_edge[0])
        if spare >= 0.0:
            _consider(case, k, tau, meeting, option)
            most = max(most, spare)
        before, was = tau, spare
    return was, most


@kernel
def _clear(option):
    """Write "not feasible"."""
    option.feasible = 0
    option.p_kill = 0.0
    option.t_launch = nan
    option.t_intercept = nan
    option.t_latest = nan
    option.x = nan
    option.y = nan
    option.z = nan


@kernel
def find_option(option, prediction, track, battery, interceptor, table, now, radius):
    """Find the best meeting of one predicted body with a round of one battery.

    A time tau is feasible if the body's place then is inside the envelope (heights above the
    launcher, least range, flyout table) and now + reaction + tof <= tau.  The earliest feasible
    meeting is taken, unless one later (compared every CANDIDATE seconds) beats the kill
    probability of the one held by more than GAIN: the result is within GAIN of the best.

    Parameters
    ----------
    option : record of tables.OPTIONS, filled (all but `rounds`)
        Not feasible: feasible = 0, p_kill = 0, the rest nan.
    prediction : record of tables.PREDICTIONS
        n_path nodes of path in increasing time; a node out of order or not finite is passed over.
    track : record of tables.TRACKS
        The hand-over error s is the root of the mean position variance of P; not below 1 m.
    battery, interceptor : records of settings.BATTERIES, settings.INTERCEPTORS
    table : float64 array
        Row of world.Fixed.rounds of that interceptor.
    now : float, s
    radius : float, m
        Of the round earth.

    Error
    -----
    Against a search in steps of 5 ms (tests/oracle/test_intercept.py): t_intercept 0.01 s;
    t_latest 0.05 s early, but by up to CANDIDATE where the body leaves, enters and leaves the
    envelope within that time (1 of 150).  A feasible time shorter than GRID can be missed.
    Places: see `place`.

    Source
    ------
    The earliest and latest meeting of a predicted path with a tabulated flyout: Zarchan, Tactical
    and Strategic Missile Guidance, 6th ed. (2012), predicted intercept point.
    """
    _clear(option)
    variance = (track.P[0, 0] + track.P[1, 1] + track.P[2, 2]) / 3.0
    if not variance < inf:
        return
    case = Case(
        prediction,
        battery,
        interceptor,
        table,
        now + battery.reaction,
        height(battery.x, battery.y, battery.z, radius),
        sqrt(max(variance, 1.0)),
        radius,
    )
    was, most = -inf, -inf
    for k in range(min(prediction.n_path, len(prediction.path)) - 1):
        if _out_of_reach(case, k):
            was = -inf
        else:
            was, most = _search(case, k, was, most, option)
    if option.feasible == 1:
        option.t_latest = case.ready + most
