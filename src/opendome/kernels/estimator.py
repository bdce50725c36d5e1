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
from opendome.kernels.measurement import N_PARAMETERS, active, compare, scales
from opendome.kernels.motion import (
    BETA,
    N_MOTION,
    STATE,
    WIND_E,
    W,
    advance,
    between,
    derivatives,
    load_bundle,
)
from opendome.kernels.window import (
    RADAR,
    T,
)

PASSES = 12  # most linearisations in a fit
SMALL = 0.3  # Gauss-Newton decrement, in chi-square, that ends a fit, or ...
BRIDGE_V = 2.5  # m/s, ... a correction of the velocity that a linearisation bridges, with ...
BRIDGE_DRAG = 0.015  # 1, ... one of ln(drag)


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
def linearise(e, rules, radars, drag, nature, k, n):
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
        advance(k.s, w[T] - t, drag, nature)
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
def invert(A, n, C, u):
    """C <- A^-1 of a symmetric positive matrix whose upper triangle is given.

    Sweeps one row after the other; every sweep is one product along rows.  Returns False if A is
    not positive.  Source: Goodnight, "A tutorial on the SWEEP operator", The American Statistician
    33(3) (1979).

    u : float array (>= n,), scratch
    """
    for i in range(n):
        for j in range(i, n):
            C[i, j] = A[i, j]
            C[j, i] = A[i, j]
    for k in range(n):
        p = C[k, k]
        if not p > 0.0:
            return False
        f = 1.0 / sqrt(p)
        for j in range(n):
            u[j] = C[k, j] * f
        for i in range(n):
            a = u[i]
            for j in range(n):
                C[i, j] -= a * u[j]
        for j in range(n):
            C[k, j] = u[j] * f
            C[j, k] = u[j] * f
        C[k, k] = -1.0 / p
    for i in range(n):
        for j in range(n):
            C[i, j] = -C[i, j]
    return True


@kernel
def bridged(e, scale):
    """Whether the correction is so short that its linearisation bridges it.

    What is left out goes with the square of the correction: a few metres of impact.
    """
    v = drag = 0.0
    for j in range(3, BETA):
        v = max(v, abs(e.d[j]))
    for j in range(BETA, WIND_E):
        drag = max(drag, abs(e.d[j]) * scale[j])
    return v < BRIDGE_V and drag < BRIDGE_DRAG


@kernel
def fit(e, rules, radars, drag, nature, k):
    """Linearise the window at its own maximum: q, d, C, bundle, time, cost.

    A step that raises the cost is halved.  Returns False if no step was found.
    """
    n = active(e, rules)
    scales(rules, k.scale)
    e.fits += 1
    for j in range(N_PARAMETERS):
        e.q[j] += e.d[j]
        e.d[j] = 0.0
        k.last[j] = e.q[j]
    least = np.inf
    good = False
    for _ in range(PASSES):
        cost = linearise(e, rules, radars, drag, nature, k, n)
        if not cost < least + 1e-3 + 1e-3 * abs(least if least < np.inf else 0.0):
            for j in range(n):
                e.q[j] = 0.5 * (e.q[j] + k.last[j])
            continue
        least = cost
        if not invert(k.A, n, e.C, k.H[0]):
            return False
        decrement = 0.0
        for i in range(n):
            a = 0.0
            for j in range(n):
                a += e.C[i, j] * k.g[j]
            e.d[i] = a
            decrement += a * k.g[i]
        e.cost = cost - decrement
        good = decrement < SMALL or bridged(e, k.scale)
        if good:
            break
        for j in range(n):
            k.last[j] = e.q[j]
            e.q[j] += e.d[j]
    if not good:  # d and C belong to the last linearisation
        for j in range(n):
            e.q[j] = k.last[j]
    e.t = e.window[e.n_window - 1, T]
    e.t_was = e.t
    for c in range(STATE):
        e.s[c] = k.s[c]
    return good


@kernel
def spread(J, m, C, n, g, S):
    """S <- J C J^T of the first m rows of J and n parameters.

    Sums run along rows of C: the compiler works on many columns at once.

    g : float array (>= n,), scratch
    """
    for r in range(m):
        for j in range(n):
            g[j] = 0.0
        for i in range(n):
            a = J[r, i]
            for j in range(n):
                g[j] += a * C[i, j]
        for c in range(r, m):
            a = 0.0
            for j in range(n):
                a += g[j] * J[c, j]
            S[r, c] = a
            S[c, r] = a


@kernel
def restore(e, rules, k):
    """Put the track's bundle into the lanes."""
    scales(rules, k.scale)
    raw(e, rules, k.scale, k.q)
    load_bundle(k.s, k.q)
    for c in range(STATE):
        k.s[c] = e.s[c]


@kernel
def to_time(e, t, rules, drag, nature, k):
    """Bring the bundle to time t and fill k.F and k.x; the track's own bundle stays.

    Between the two times that the track has a bundle of, by interpolation.
    """
    if e.t_was <= t < e.t:
        scales(rules, k.scale)
        dt = e.t - e.t_was
        between(e.s_was, e.s, dt, (t - e.t_was) / dt, k.s)
    else:
        restore(e, rules, k)
        advance(k.s, t - e.t, drag, nature)
    derivatives(k.s, t - e.t0, k.F)
    shifted(e, k, k.scale, N_MOTION)


@kernel
def carry(e, t, k):
    """Keep the bundle of the lanes, at time t, as the track's own, and the one before it."""
    if t > e.t:
        for c in range(STATE):
            e.s_was[c] = e.s[c]
        e.t_was = e.t
        for c in range(STATE):
            e.s[c] = k.s[c]
        e.t = t


@kernel
def take(e, w, rules, radars, k):
    """Recursive least squares with one window row, at the state in k (its time is that of the row).

    Adds chi-square of the innovation to the cost.
    """
    n = active(e, rules)
    m = compare(e, w, k.x, k.F, k.scale, radars[np.int64(w[RADAR])], k)
    C, c = e.C, k.g
    for j in range(n):
        k.last[j] = e.d[j]
    for i in range(m):
        h = k.H[i]
        z, s = k.z[i], k.r[i]
        for a in range(n):
            c[a] = 0.0
        for b in range(n):
            x = h[b]
            for a in range(n):
                c[a] += C[b, a] * x
        for j in range(n):
            s += c[j] * h[j]
            # The state in k holds the correction before this plot.
            z -= h[j] * (e.d[j] - k.last[j]) if j < N_MOTION else h[j] * (e.q[j] + e.d[j])
        e.cost += z * z / s
        gain, f = z / s, 1.0 / sqrt(s)
        for a in range(n):
            e.d[a] += c[a] * gain
            c[a] *= f
        for a in range(n):
            x = c[a]
            for b in range(n):
                C[a, b] -= x * c[b]
