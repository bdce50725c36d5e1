"""The estimator of a track: Gauss-Newton on its plots, recursive least squares in between.

A track is a body whose motion depends on constants only (kernels/motion.py): eleven parameters at
the time of its first plot, and range, azimuth and elevation bias of up to two radars.  There is no
process noise; what is not known is a parameter with a prior.

    q    parameters of the linearisation: x y z vx vy vz, then whitened ones with prior N(0, 1):
         ln(beta), drag curve's tilt and rise, wind east and north, bias of two radars
    d    correction of q by the plots since, and C its covariance
    s    bundle of the linearisation, flown to the time t
    F    derivatives of the state at t by the first eleven parameters, in raw units
    A, g information matrix and gradient of the window

Source: Bell and Cathey, IEEE Trans. AC 38(2) (1993): the iterated filter is Gauss-Newton;
Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 3.4
(batch and recursive least squares of a constant).
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.ground import crossing_derivatives, to_ground
from opendome.kernels.measurement import N_PARAMETERS, active, compare, scales
from opendome.kernels.motion import BETA, N_MOTION, STATE, W, advance, derivatives, load_bundle
from opendome.kernels.window import (
    RADAR,
    RATE,
    T,
    drop_first,
    keep,
    place,
    write_row,
)

#: Numbers of plots at which the window is linearised anew; from one to the next the estimate moves
#: by less than the spread that a linear update bridges (docs/theory/tracking.md).
SCHEDULE = (2, 3, 4, 5, 6, 8, 10, 13, 18, 25, 40)
PASSES = 12  # most linearisations in a fit
SMALL = 0.3  # Gauss-Newton decrement, in chi-square, that ends a fit
ROOM = 8.0  # chi-square that the priors may add to a window's
UNKNOWN, BOOST, COAST = 0, 1, 2  # phases


@kernel
def raw(e, rules, scale, q):
    """Fill q (11,) with the motion's parameters of the linearisation, in their units."""
    for j in range(N_MOTION):
        q[j] = e.q[j] * scale[j]
    q[BETA] += np.log(rules.beta)


@kernel
def shifted(e, k, scale, n):
    """The corrected state at the bundle's time: that of the bundle plus F d."""
    for r in range(6):
        a = k.s[W * r]
        for j in range(N_MOTION):
            a += k.F[r, j] * scale[j] * e.d[j]
        k.x[r] = a


@kernel
def linearise(e, rules, radars, air, drag, radius, k, n):
    """Fly the bundle through the window: fill k.A and k.g; return the cost (chi-square + prior).

    Afterwards the bundle is at the last plot.
    """
    A, g, scale = k.A, k.g, k.scale
    raw(e, rules, scale, k.q)
    load_bundle(k.s, k.q)
    cost = 0.0
    for i in range(n):
        for j in range(n):
            A[i, j] = 0.0
        g[i] = 0.0
        if 3 <= i < 6:
            p = 1.0 / (rules.sigma_velocity * rules.sigma_velocity)
            b = -e.q[i]
        else:
            p = 1.0 if i >= 6 else 0.0
            b = -e.q[i] if i >= 6 else 0.0
        A[i, i] = p
        g[i] = p * b
        cost += p * b * b
    t = e.t0
    for i in range(e.n_window):
        w = e.window[i]
        advance(k.s, w[T] - t, air, drag, radius)
        t = w[T]
        derivatives(k.s, t - e.t0, k.F)
        for r in range(6):
            k.x[r] = k.s[W * r]
        m = compare(e, w, k.x, k.F, scale, radars[np.int64(w[RADAR])], k)
        for c in range(m):
            z = k.z[c]
            for j in range(N_MOTION, n):
                z -= k.H[c, j] * e.q[j]
            p = 1.0 / k.r[c]
            cost += z * z * p
            for a in range(n):
                ha = k.H[c, a] * p
                g[a] += ha * z
                for b in range(a, n):
                    A[a, b] += ha * k.H[c, b]
    return cost


@kernel
def invert(A, n, C):
    """C <- A^-1 of a symmetric positive matrix whose upper triangle is given; A is destroyed.

    Cholesky A = U^T U, then U^-1, then U^-1 U^-T.  Returns False if A is not positive.
    """
    for i in range(n):
        s = A[i, i]
        for c in range(i):
            s -= A[c, i] * A[c, i]
        if not s > 0.0:
            return False
        u = 1.0 / sqrt(s)
        A[i, i] = u  # its inverse is what is needed
        for j in range(i + 1, n):
            s = A[i, j]
            for c in range(i):
                s -= A[c, i] * A[c, j]
            A[i, j] = s * u
    for j in range(n):
        C[j, j] = A[j, j]
        for i in range(j - 1, -1, -1):
            s = 0.0
            for c in range(i + 1, j + 1):
                s -= A[i, c] * C[c, j]
            C[i, j] = s * A[i, i]
    for i in range(n):
        for j in range(i, n):
            s = 0.0
            for c in range(j, n):
                s += C[i, c] * C[j, c]
            C[i, j] = s
            C[j, i] = s
    return True


@kernel
def fit(e, rules, radars, air, drag, radius, k):
    """Linearise the window at its own maximum: q, d, C, bundle, time, cost.

    A step that raises the cost is halved.  Returns False if no step was found.
    """
    n = active(e, rules)
    scales(rules, k.scale)
    for j in range(N_PARAMETERS):
        e.q[j] += e.d[j]
        e.d[j] = 0.0
        k.last[j] = e.q[j]
    least = np.inf
    for _ in range(PASSES):
        cost = linearise(e, rules, radars, air, drag, radius, k, n)
        if not cost < least + 1e-3 + 1e-3 * abs(least if least < np.inf else 0.0):
            for j in range(n):
                e.q[j] = 0.5 * (e.q[j] + k.last[j])
            continue
        least = cost
        if not invert(k.A, n, e.C):
            return False
        decrement = 0.0
        for i in range(n):
            a = 0.0
            for j in range(n):
                a += e.C[i, j] * k.g[j]
            e.d[i] = a
            decrement += a * k.g[i]
        e.cost = cost - decrement
        if decrement < SMALL:
            break
        for j in range(n):
            k.last[j] = e.q[j]
            e.q[j] += e.d[j]
    good = decrement < SMALL
    if not good:  # d and C belong to the last linearisation
        for j in range(n):
            e.q[j] = k.last[j]
    e.t = e.window[e.n_window - 1, T]
    for c in range(STATE):
        e.s[c] = k.s[c]
    return good


@kernel
def restore(e, rules, k):
    """Put the track's bundle into the lanes."""
    scales(rules, k.scale)
    raw(e, rules, k.scale, k.q)
    load_bundle(k.s, k.q)
    for c in range(STATE):
        k.s[c] = e.s[c]


@kernel
def to_time(e, t, rules, air, drag, radius, k):
    """Fly the bundle to time t and fill k.F and k.x; the track's own bundle stays."""
    restore(e, rules, k)
    advance(k.s, t - e.t, air, drag, radius)
    derivatives(k.s, t - e.t0, k.F)
    shifted(e, k, k.scale, N_MOTION)


@kernel
def take(e, w, rules, radars, k):
    """Recursive least squares with one window row, at the state in k (its time is that of the row).

    Returns chi-square of the innovation.
    """
    n = active(e, rules)
    m = compare(e, w, k.x, k.F, k.scale, radars[np.int64(w[RADAR])], k)
    C, c = e.C, k.g
    for j in range(n):
        k.last[j] = e.d[j]
    d2 = 0.0
    for i in range(m):
        h = k.H[i]
        z = k.z[i]
        for j in range(n):
            # The state in k holds the correction before this plot.
            z -= h[j] * (e.d[j] - k.last[j]) if j < N_MOTION else h[j] * (e.q[j] + e.d[j])
        s = k.r[i]
        for a in range(n):
            v = 0.0
            for b in range(n):
                v += C[a, b] * h[b]
            c[a] = v
            s += v * h[a]
        d2 += z * z / s
        for a in range(n):
            e.d[a] += c[a] * z / s
            for b in range(a, n):
                v = C[a, b] - c[a] * c[b] / s
                C[a, b] = v
                C[b, a] = v
    return d2


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
def begin(e, old, new):
    """Start from two plots; `fit` follows."""
    e.n_window = 0
    e.radar0, e.radar1 = -1, -1
    e.phase = UNKNOWN
    e.routed = 0
    e.n_plots = 2
    e.t_first = min(old.t, new.t)
    keep(e, old)
    keep(e, new)


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
def refit(e, rules, radars, air, drag, radius, k):
    """Fit the window; while the motor may have burnt, without the oldest plots that do not fit."""
    if e.n_plots == 2:
        guess(e, radars)
    good = fit(e, rules, radars, air, drag, radius, k)
    while e.n_window > 3 and (not good or unlikely(e)):
        if e.window[1, T] - e.t_first > rules.boost_time:
            break
        drop_first(e)
        guess(e, radars)
        e.phase = BOOST
        good = fit(e, rules, radars, air, drag, radius, k)
    if e.n_window > 3 and good:
        e.phase = COAST
    return good


@kernel
def extend(e, plot, rules, radars, air, drag, radius, k):
    """Take a plot: into the window with a new fit when one is due, else by recursion."""
    at = keep(e, plot)
    e.n_plots += 1
    late = at >= 0 and at < e.n_window - 1
    if late or (at >= 0 and e.n_window in SCHEDULE):
        refit(e, rules, radars, air, drag, radius, k)
        return True
    write_row(k.row, plot)
    to_time(e, plot.t, rules, air, drag, radius, k)
    if plot.t > e.t:
        e.t = plot.t
        for c in range(STATE):
            e.s[c] = k.s[c]
    take(e, k.row, rules, radars, k)
    return False


@kernel
def aim(e, rules, air, drag, radius, k):
    """Impact of the linearisation, and its derivatives by the parameters."""
    restore(e, rules, k)
    _cross(e, e.t, 1.0, e.impact, e.G, air, drag, radius, k)


@kernel
def trace_back(e, rules, air, drag, radius, k):
    """Launch of the linearisation, and its derivatives by the parameters."""
    restore(e, rules, k)
    load_bundle(k.s, k.q)
    _cross(e, e.t0, -1.0, e.launch, e.L, air, drag, radius, k)


@kernel
def _cross(e, t, sign, at, J, air, drag, radius, k):
    """Fly the bundle from time t to the ground: time, x, y into `at`, derivatives into J."""
    flown = to_ground(k.s, sign, air, drag, radius, k.old)
    at[0], at[1], at[2] = t + flown, k.s[0], k.s[W]
    for j in range(N_PARAMETERS):
        for r in range(3):
            J[r, j] = 0.0
    crossing_derivatives(k.s, t + flown - e.t0, k.F, J, radius)
    for j in range(N_MOTION):
        for r in range(3):
            J[r, j] *= k.scale[j]


@kernel
def project(e, at, J, n, out, S):
    """Estimate at + J d of a crossing into out (3,), and its covariance J C J^T into S (3, 3)."""
    for r in range(3):
        a = at[r]
        for j in range(n):
            a += J[r, j] * e.d[j]
        out[r] = a
    for r in range(3):
        for j in range(r, 3):
            S[r, j] = 0.0
        for i in range(n):
            a = 0.0
            for j in range(n):
                a += e.C[i, j] * J[r, j]
            for c in range(r, 3):
                S[r, c] += a * J[c, i]
        for c in range(r, 3):
            S[c, r] = S[r, c]
