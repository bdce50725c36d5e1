"""Which plot for which track: gate, likelihood ratio, assignment.

Every choice is by likelihood ratio: of a plot of the body over a false plot.  The density of false
plots is learnt from those that no track takes, by radar and band of elevation.
"""

from math import log, pi, sqrt

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.association import match
from opendome.kernels.marginals import leave_open
from opendome.kernels.measurement import measure, turn

FREE, TENTATIVE, CONFIRMED = 0, 1, 2  # status of a track
LEFT, TAKEN, CLAIMED = 0, 1, 2  # a plot: for anyone, by a confirmed track, by tentative ones
FENCE_BANDS, BANDS = 12, 16  # bands of elevation in which false plots are counted; the rest above
CLUTTER_RATE = 0.02  # of the newest scan in their means: a memory of about a minute
CLUTTER_LEAST = 1e-4  # false plots a scan and band


@kernel
def distance(track, plot, radar, k):
    """Normalised innovation squared of a plot against a track at the scan, and ln |2 pi S|.

    The track is moved to the plot's own time with its acceleration at the scan.  Solved by
    sequential scalar steps (no matrix inverse).  Source: Bierman, Factorization Methods (1977),
    III.

    Returns
    -------
    d2, ln_det : float
        inf and 0 where the geometry is degenerate.
    n : int
        Scalar measurements: 3, 4 with a range rate.
    """
    P = k.P
    dt = plot.t - track.t
    for i in range(3):
        k.x[i] = track.m[i] + dt * (track.m[3 + i] + 0.5 * dt * track.a[i])
        k.x[3 + i] = track.m[3 + i] + dt * track.a[i]
    if not measure(k.x, radar, k.h, k.D):
        return np.inf, 0.0, 3
    for i in range(6):
        for j in range(6):
            P[i, j] = track.P[i, j]
    z, r, D, g = k.z, k.r, k.D, k.g
    z[0], z[1], z[2] = plot.range - k.h[0], turn(plot.az - k.h[1]), turn(plot.el - k.h[2])
    r[0], r[2] = plot.sigma_r**2, plot.sigma_a**2
    r[1] = (plot.sigma_a / max(np.cos(plot.el), 0.1)) ** 2
    n = 3
    if plot.rate == plot.rate:
        n = 4
        z[3], r[3] = plot.rate - k.h[3], plot.sigma_rate**2
    for i in range(6):
        k.h[0] = 0.0
        k.last[i] = 0.0
    d2 = ln_det = 0.0
    for c in range(n):
        size = 3 if c < 3 else 6
        nu, s = z[c], r[c]
        for i in range(6):
            a = 0.0
            for j in range(size):
                a += P[i, j] * D[c, j]
            g[i] = a
        for i in range(size):
            s += D[c, i] * g[i]
            nu -= D[c, i] * k.last[i]
        d2 += nu * nu / s
        ln_det += log(2.0 * pi * s)
        if c + 1 < n:
            for i in range(6):
                k.last[i] += g[i] * nu / s
                for j in range(6):
                    P[i, j] -= g[i] * g[j] / s
    return d2, ln_det, n


@kernel
def band(radar, el):
    """Band of elevation of a plot, and its width, rad."""
    low, high, first, n = radar.el_min, radar.fence_top, 0, FENCE_BANDS
    if el > radar.fence_top and radar.volume_top > radar.fence_top:
        low, high = radar.fence_top, radar.volume_top
        first, n = FENCE_BANDS, BANDS - FENCE_BANDS
    width = (high - low) / n
    return first + min(max(np.int64((el - low) / width), 0), n - 1), width


@kernel
def ln_false(plot, radar, clutter, n, speed_max):
    """Log density of false plots a scan at a plot, over range, azimuth, elevation (, rate).

    clutter : float array (radars, 16)
        Mean number a scan in each band of elevation.
    """
    c, width = band(radar, plot.el)
    span = (radar.range_max - radar.range_min) * 2.0 * radar.half_sector * width
    if n == 4:
        span *= 2.0 * speed_max
    return log(max(clutter[plot.radar, c], CLUTTER_LEAST) / span)


@kernel
def learn_clutter(clock, fixed, belief):
    """Let the plots of the scan that no track took tell the density of false plots."""
    clutter = belief.clutter
    rate = max(CLUTTER_RATE, 1.0 / (1.0 + clock.scan))
    for r in range(clutter.shape[0]):
        for c in range(BANDS):
            clutter[r, c] *= 1.0 - rate
    for j in range(clock.n_plots):
        plot = belief.plots[j]
        if not plot.used:
            c, _ = band(fixed.radars[plot.radar], plot.el)
            clutter[plot.radar, c] += rate


@allocating_kernel
def from_west(plots, n, order):
    """Fill `order` with the first n plots from west to east."""
    x = np.empty(n)
    for j in range(n):
        x[j] = plots[j].x
    order[:n] = np.argsort(x)


@kernel
def in_reach(plots, order, x, reach):
    """First place in `order` whose plot is not west of x - reach."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if plots[order[middle]].x < x - reach:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def associate(stage, clock, fixed, belief, scratch):
    """Give plots to the tracks of one status: scratch.column_of[slot] is the plot's row or -1.

    Confirmed tracks take a plot each, so that the sum of their gains is greatest; tentative ones
    are hypotheses, and each takes the best of the plots that are left, if others claim it or not.
    Fills scratch.keys[slot] with the gain.  Returns the number of edges, or -1 if there were more
    than the table holds.
    """
    n_edges = _edges(stage, clock, fixed, belief, scratch)
    if n_edges < 0:
        return -1
    edges, column_of = scratch.edges, scratch.column_of
    if stage == CONFIRMED:
        match(n_edges, clock.n_slots, clock.n_plots, 0.0, scratch)
    else:
        _best(n_edges, clock.n_slots, scratch)
    if stage == CONFIRMED:
        leave_open(n_edges, fixed.tracker[0].p_own, scratch)
    for e in range(n_edges):
        track = belief.tracks[edges[0, e]]
        if column_of[edges[0, e]] == edges[1, e]:
            scratch.keys[edges[0, e]] = scratch.gains[e]
            track.nis = scratch.nis[e]
    return n_edges


@kernel
def _best(n_edges, n_rows, scratch):
    """Give every row the column of its greatest gain; the edges of a row stand together."""
    for i in range(n_rows):
        scratch.column_of[i] = -1
    most = 0.0
    for e in range(n_edges):
        row = scratch.edges[0, e]
        if scratch.column_of[row] < 0 or scratch.gains[e] > most:
            most = scratch.gains[e]
            scratch.column_of[row] = scratch.edges[1, e]


@kernel
def _edges(stage, clock, fixed, belief, scratch):
    """Fill edges, costs, gains and nis with the pairs of a track and a plot that are likely.

    The cost of a pair is minus twice its log-likelihood ratio; a pair that false plots explain
    better is no pair.  Returns their number, or -1 if the table is too short.
    """
    rules = fixed.tracker[0]
    plots, tracks = belief.plots, belief.tracks
    order = scratch.ints[0][: clock.n_plots]
    from_west(plots, clock.n_plots, order)
    widest, late = 0.0, 0.0
    for j in range(clock.n_plots):
        plot = plots[j]
        s = plot.sigma_r**2 + 2.0 * (plot.sigma_a * plot.range) ** 2
        widest = max(widest, s)
        late = max(late, abs(plot.t - clock.t))
    n_edges = 0
    for i in range(clock.n_slots):
        track = tracks[i]
        if track.status != stage:
            continue
        x = track.m[0]
        spread = track.P[0, 0] + track.P[1, 1] + track.P[2, 2]
        reach = sqrt(rules.gate * (spread + widest)) + late * abs(track.m[3])
        at = in_reach(plots, order, x, reach)
        while at < len(order) and plots[order[at]].x <= x + reach:
            j = order[at]
            at += 1
            if plots[j].used == TAKEN:
                continue
            gain, d2 = _gain(track, plots[j], spread, clock, fixed, belief.clutter, scratch.k)
            if gain <= 0.0:
                continue
            if n_edges == len(scratch.costs):
                return -1
            scratch.edges[0, n_edges] = i
            scratch.edges[1, n_edges] = j
            scratch.costs[n_edges] = -2.0 * gain
            scratch.gains[n_edges] = gain
            scratch.nis[n_edges] = d2
            n_edges += 1
    return n_edges


@kernel
def _gain(track, plot, spread, clock, fixed, clutter, k):
    """Log-likelihood ratio of a plot for a track, and its d2; -inf outside the gate."""
    rules, m = fixed.tracker[0], track.m
    # Cheap gate first: no plot farther than the gate allows in the worst direction.
    s = spread + plot.sigma_r**2 + 2.0 * (plot.sigma_a * plot.range) ** 2
    dt = plot.t - clock.t
    dx = plot.x - m[0] - dt * m[3]
    dy = plot.y - m[1] - dt * m[4]
    dz = plot.z - m[2] - dt * m[5]
    if dx * dx + dy * dy + dz * dz > rules.gate * s:
        return -np.inf, np.inf
    radar = fixed.radars[plot.radar]
    d2, ln_det, n = distance(track, plot, radar, k)
    if d2 > rules.gate:
        return -np.inf, d2
    chance = log(rules.p_detect / (1.0 - rules.p_detect))
    gain = chance - 0.5 * (d2 + ln_det)
    return gain - ln_false(plot, radar, clutter, n, rules.speed_max), d2
