"""Plots into a track: recursion, a new fit where that does not do, and no plots from under thrust.

The names are those of kernels/estimator.py.
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.estimator import bridged, carry, fit, restore, shifted, take, to_time
from opendome.kernels.measurement import N_PARAMETERS, active, compare
from opendome.kernels.motion import N_MOTION, advance, derivatives, load_bundle
from opendome.kernels.window import RADAR, RATE, T, drop_first, keep, place, write_row

#: Numbers of plots at which the window is linearised anew; from one to the next the estimate moves
#: by less than the spread that a linear update bridges (docs/theory/tracking.md).
SCHEDULE = (3, 4, 5, 6, 8, 10, 13, 18, 25, 40)
AHEAD = 2.4  # standard deviations by which the oldest plot must lie ahead: 1 % of others do
TAU = 0.3  # s before burn-out that a plot under thrust is taken at, for its range rate
ROOM = 8.0  # chi-square that the priors may add to a window's
UNKNOWN, BOOST, COAST = 0, 1, 2  # phases


@kernel
def begin(e, old, new):
    """Start from two plots; `join` (kernels/pairs.py) gives their state, a fit the third plot."""
    e.n_window = 0
    e.radar0, e.radar1 = -1, -1
    e.phase = UNKNOWN
    e.routed = 0
    e.n_plots = 2
    e.fits, e.aimed, e.traced = 0, -1, -1
    e.t_first = min(old.t, new.t)
    keep(e, old)
    keep(e, new)


@kernel
def guess(e, radars):
    """First parameters: place of the oldest plot, velocity between the oldest two, prior means."""
    a, b = e.window[0], e.window[1]
    e.t0 = a[T]
    ax, ay, az = place(a, radars)
    bx, by, bz = place(b, radars)
    dt = max(b[T] - a[T], 1e-3)
    for j in range(N_PARAMETERS):
        e.q[j] = 0.0
        e.d[j] = 0.0
    e.q[0], e.q[1], e.q[2] = ax, ay, az
    e.q[3], e.q[4], e.q[5] = (bx - ax) / dt, (by - ay) / dt, (bz - az) / dt


@kernel
def unlikely(e):
    """Whether the window's chi-square is beyond what chance gives one track in ten thousand.

    Wilson and Hilferty's cube root of chi-square; six of the parameters count as free.
    """
    n = -6.0
    for i in range(e.n_window):
        n += 4.0 if e.window[i, RATE] == e.window[i, RATE] else 3.0
    if n < 1.0:
        return False
    a = 2.0 / (9.0 * n)
    u = 1.0 - a + 3.72 * sqrt(a)
    return e.cost > n * u * u * u + ROOM


@kernel
def departs(e, rules, radars, drag, nature, k):
    """Whether the oldest plot of the window is from under thrust: it lies ahead of the rest's path.

    A time tau before burn-out a body is a tau^2 / 2 ahead of where it would have coasted, and a tau
    slower.  One-sided test of that shift in the residual of the oldest plot (mean-shift outlier:
    Cook and Weisberg, Residuals and Influence in Regression (1982), 2.2).
    """
    n = active(e, rules)
    w, x = e.window[0], k.x
    restore(e, rules, k)
    load_bundle(k.s, k.q)
    advance(k.s, w[T] - e.t0, drag, nature)
    derivatives(k.s, w[T] - e.t0, k.F)
    shifted(e, k, k.scale, N_MOTION)
    m = compare(e, w, x, k.F, k.scale, radars[np.int64(w[RADAR])], k)
    speed = sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    found = spread = 0.0
    for j in range(n):
        k.g[j] = 0.0
    for i in range(m):
        f = k.D[i, 0] * x[3] + k.D[i, 1] * x[4] + k.D[i, 2] * x[5]
        if i == 3:
            f = -(2.0 / TAU) * (k.D[i, 3] * x[3] + k.D[i, 4] * x[4] + k.D[i, 5] * x[5])
        f /= speed * k.r[i]
        z = k.z[i]
        for j in range(N_MOTION, n):
            z -= k.H[i, j] * (e.q[j] + e.d[j])
        found += f * z
        spread += f * f * k.r[i]
        for j in range(n):
            k.g[j] += f * k.H[i, j]
    for i in range(n):
        for j in range(n):
            spread -= k.g[i] * e.C[i, j] * k.g[j]
    return found > 0.0 and found * found > AHEAD * AHEAD * spread


@kernel
def thrust(e, rules, radars, drag, nature, k):
    """Whether the oldest plots of the window may be from under thrust: they do not fit a coast."""
    if e.n_window < 4 or e.window[1, T] - e.t_first > rules.boost_time:
        return False
    # Of four plots none says much of the others.
    return unlikely(e) or (e.n_window > 4 and departs(e, rules, radars, drag, nature, k))


@kernel
def refit(e, rules, radars, drag, nature, k):
    """Fit the window; while the motor may have burnt, without the oldest plots that do not fit."""
    if e.fits == 0:
        guess(e, radars)
    if not fit(e, rules, radars, drag, nature, k):
        e.cost = np.inf
    while thrust(e, rules, radars, drag, nature, k):
        drop_first(e)
        guess(e, radars)
        e.phase = BOOST
        if not fit(e, rules, radars, drag, nature, k):
            e.cost = np.inf
    return e.cost < np.inf


@kernel
def extend(e, plot, rules, radars, drag, nature, k):
    """Take a plot: by recursion, then by a new fit where that does not do.

    Fits are due at the numbers of plots of the schedule, if the correction since the last is long,
    and when the window no longer fits a coasting body.
    """
    at = keep(e, plot)
    e.n_plots += 1
    due = e.fits == 0
    if not due:
        write_row(k.row, plot)
        to_time(e, plot.t, rules, drag, nature, k)
        carry(e, plot.t, k)
        take(e, k.row, rules, radars, k)
        due = at >= 0 and e.n_window in SCHEDULE and not bridged(e, k.scale)
    good = True
    if due or thrust(e, rules, radars, drag, nature, k):
        good = refit(e, rules, radars, drag, nature, k)
    if e.n_window > 3 and good:
        e.phase = COAST
