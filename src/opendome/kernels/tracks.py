"""Track life: gate, associate, update, start, confirm, drop.

Confirmed tracks choose their plots first, then tentative ones; what is left starts new tracks in
pairs from one scan to the next.  Every choice is by likelihood ratio: of a plot of the body over a
false plot, whose density is that of the radar's false plots.

    L    score: log of the likelihood ratio of "a body" over "false plots"
"""

from math import log, pi, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels import estimator
from opendome.kernels.association import match
from opendome.kernels.estimator import COAST, aim, extend, measure, turn
from opendome.kernels.motion import BETA, N_MOTION, STATE, derivatives
from opendome.kernels.radar import FALSE_EL_SPAN, responsible

FREE, TENTATIVE, CONFIRMED = 0, 1, 2
SINGLE_SCANS = 2  # scans for which an unused plot may still start a track
SCORE_LEAST = -5.0  # score at which a tentative track is given up
BANDS = 8  # bands of elevation in which false plots are counted
CLUTTER_RATE = 0.02  # of the newest scan in their means: a memory of about a minute
CLUTTER_LEAST = 1e-4  # false plots a scan and band
RATE_BEND = 0.1  # of the motor's acceleration: by how much a mean of two rates may miss their range
ROUTE_PLOTS = 4  # plots of a track's beginning that enter the routes
ROUTE_AT = 6  # plots with which a track's beginning is known well enough
ROUTE_NEAR = 700.0  # m, from a route, and ...
ROUTE_TIME = 120.0  # s, age, up to which it says something


@kernel
def follow(clock, fixed, belief, truth, scratch):
    """One scan of the tracker: every stage, on the plots of the scan.

    Returns False if there is no slot or no edge left.
    """
    advance(clock, fixed, belief, scratch)
    for stage in (CONFIRMED, TENTATIVE):
        if associate(stage, clock, fixed, belief, scratch) < 0:
            return False
        absorb(stage, clock, fixed, belief, truth, scratch)
    if not start(clock, fixed, belief, truth, scratch):
        return False
    keep_singles(clock, belief, truth)
    learn_clutter(clock, fixed, belief)
    while clock.n_slots > 0 and belief.tracks[clock.n_slots - 1].status == FREE:
        clock.n_slots -= 1
    return True


@kernel
def advance(clock, fixed, belief, scratch):
    """Predict every track to the scan and drop those that are below the ground.

    Fills scratch.covered with 1 where some radar should see the predicted position.
    """
    radius = fixed.radius
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status == FREE:
            continue
        e = belief.estimates[i]
        settle(track, e, clock, fixed, scratch)
        x, y, z = track.m[0], track.m[1], track.m[2]
        if sqrt(x * x + y * y + (z + radius) ** 2) < radius:
            track.status = FREE
        else:
            scratch.covered[i] = responsible(fixed.radars, x, y, z, radius) >= 0


@kernel
def publish(track, e, t, rules, scratch):
    """Mean and covariance at time t for all others, from the state and F in scratch.k.

    While the motor may burn, the acceleration that it may give is added to the covariance.
    """
    k, P, T = scratch.k, track.P, scratch.T
    track.t = t
    m = track.m
    for r in range(6):
        m[r] = k.x[r]
        for j in range(N_MOTION):
            T[r, j] = k.F[r, j] * k.scale[j]
    m[6] = log(rules.beta) + k.scale[BETA] * (e.q[BETA] + e.d[BETA])
    for j in range(BETA + 1, N_MOTION):
        track.nuisance[j - BETA - 1] = k.scale[j] * (e.q[j] + e.d[j])
    for j in range(N_MOTION):
        T[6, j] = 0.0
    T[6, BETA] = k.scale[BETA]
    C = e.C
    for r in range(7):
        for j in range(N_MOTION):
            a = 0.0
            for i in range(N_MOTION):
                a += T[r, i] * C[i, j]
            k.g[j] = a
        for c in range(r, 7):
            a = 0.0
            for j in range(N_MOTION):
                a += k.g[j] * T[c, j]
            P[r, c] = a
            P[c, r] = a
    if e.phase != COAST and t > track.t_plot:
        dt = t - track.t_plot
        v = rules.a_boost * dt
        for i in range(3):
            P[i, i] += 0.25 * v * v * dt * dt
            P[i, i + 3] += 0.5 * v * v * dt
            P[i + 3, i] += 0.5 * v * v * dt
            P[i + 3, i + 3] += v * v


@kernel
def distance(track, plot, radar, scratch):
    """Normalised innovation squared of a plot against a track at the scan, and ln |2 pi S|.

    The track is moved to the plot's own time without drag.  Solved by sequential scalar
    steps (no matrix inverse).  Source: Bierman, Factorization Methods (1977), III.

    Returns
    -------
    d2, ln_det : float
        inf and 0 where the geometry is degenerate.
    n : int
        Scalar measurements: 3, 4 with a range rate.
    """
    k, P = scratch.k, scratch.P
    dt = plot.t - track.t
    for i in range(3):
        k.x[i] = track.m[i] + dt * track.m[3 + i]
        k.x[3 + i] = track.m[3 + i]
    k.x[2] -= 0.5 * G0 * dt * dt
    k.x[5] -= G0 * dt
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
    """Band of elevation of a plot: eight of them make the search fence; the last is open above."""
    return min(max(np.int64((el - radar.el_min) * BANDS / FALSE_EL_SPAN), 0), BANDS - 1)


@kernel
def ln_false(plot, radar, clutter, n, speed_max):
    """Log density of false plots a scan at a plot, over range, azimuth, elevation (, rate).

    clutter : float array (radars, 8)
        Mean number a scan in each band of elevation.
    """
    span = (radar.range_max - radar.range_min) * 2.0 * radar.half_sector * FALSE_EL_SPAN / BANDS
    if n == 4:
        span *= 2.0 * speed_max
    return log(max(clutter[plot.radar, band(radar, plot.el)], CLUTTER_LEAST) / span)


@kernel
def learn_clutter(clock, fixed, belief):
    """Let the plots of the scan that no track took tell the density of false plots."""
    clutter = belief.clutter
    for r in range(clutter.shape[0]):
        for c in range(BANDS):
            clutter[r, c] *= 1.0 - CLUTTER_RATE
    for j in range(clock.n_plots):
        plot = belief.plots[j]
        if not plot.used:
            clutter[plot.radar, band(fixed.radars[plot.radar], plot.el)] += CLUTTER_RATE


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
def from_west(plots, n, order):
    """Fill `order` with the first n plots from west to east."""
    x = np.empty(n)
    for j in range(n):
        x[j] = plots[j].x
    order[:n] = np.argsort(x)


@kernel
def associate(stage, clock, fixed, belief, scratch):
    """Give plots to the tracks of one status: scratch.column_of[slot] is the plot's row or -1.

    The cost of a pair is minus twice its log-likelihood ratio; a pair that false plots explain
    better is no pair.  Returns the number of edges, or -1 if there were more than the table holds.
    """
    rules = fixed.tracker[0]
    plots, edges, costs = belief.plots, scratch.edges, scratch.costs
    order = scratch.ints[0][: clock.n_plots]
    from_west(plots, clock.n_plots, order)
    widest, late = 0.0, 0.0
    for j in range(clock.n_plots):
        plot = plots[j]
        s = plot.sigma_r**2 + 2.0 * (plot.sigma_a * plot.range) ** 2
        widest = max(widest, s)
        late = max(late, abs(plot.t - clock.t))
    chance = log(rules.p_detect / (1.0 - rules.p_detect))
    n_edges = 0
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status != stage:
            continue
        m = track.m
        spread = track.P[0, 0] + track.P[1, 1] + track.P[2, 2]
        reach = sqrt(rules.gate * (spread + widest)) + late * abs(m[3])
        at = in_reach(plots, order, m[0], reach)
        while at < len(order) and plots[order[at]].x <= m[0] + reach:
            j = order[at]
            at += 1
            plot = plots[j]
            if plot.used:
                continue
            # Cheap gate first: no plot farther than the gate allows in the worst direction.
            s = spread + plot.sigma_r**2 + 2.0 * (plot.sigma_a * plot.range) ** 2
            dt = plot.t - clock.t
            dx = plot.x - m[0] - dt * m[3]
            dy = plot.y - m[1] - dt * m[4]
            dz = plot.z - m[2] - dt * m[5]
            if dx * dx + dy * dy + dz * dz > rules.gate * s:
                continue
            radar = fixed.radars[plot.radar]
            d2, ln_det, n = distance(track, plot, radar, scratch)
            if d2 > rules.gate:
                continue
            gain = chance - 0.5 * (d2 + ln_det)
            gain -= ln_false(plot, radar, belief.clutter, n, rules.speed_max)
            if gain <= 0.0:
                continue
            if n_edges == len(costs):
                return -1
            edges[0, n_edges] = i
            edges[1, n_edges] = j
            # Among tentative tracks, the one that has explained more goes first.
            costs[n_edges] = -2.0 * gain - (2.0 * track.score if stage == TENTATIVE else 0.0)
            scratch.gains[n_edges] = gain
            n_edges += 1
    match(n_edges, clock.n_slots, clock.n_plots, 0.0, scratch)
    for i in range(n_edges):
        if scratch.column_of[edges[0, i]] == edges[1, i]:
            belief.tracks[edges[0, i]].score += scratch.gains[i]
    return n_edges


@kernel
def absorb(stage, clock, fixed, belief, truth, scratch):
    """Update the tracks of one status with their plots; count misses; confirm and drop.

    The truth is touched for scoring only: truth.carries follows what each track really holds.
    """
    rules = fixed.tracker[0]
    # As many starts as plots: the score that keeps false tracks at the same rate.
    wanted = rules.confirm_score + log(max(belief.clutter.sum(), 1.0))
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status != stage:
            continue
        j = scratch.column_of[i]
        track.plot = j
        if j >= 0:
            plot = belief.plots[j]
            grow(track, belief.estimates[i], plot, clock, fixed, scratch)
            plot.used = 1
            clock.n_updates += 1
            if stage == CONFIRMED:
                track.misses = 0
            truth.carries[i] = truth.source[j]
        elif scratch.covered[i]:
            track.misses += 1
            track.score += log(1.0 - rules.p_detect)
        if _judge(track, wanted, rules):
            clock.n_tracks += 1
            if truth.carries[i] < 0:
                clock.n_false += 1
            elif np.isnan(truth.rockets[truth.carries[i]].t_track):
                truth.rockets[truth.carries[i]].t_track = clock.t
        if track.status == CONFIRMED:
            remember(belief.estimates[i], clock, fixed, belief.routes, scratch)


@kernel
def grow(track, e, plot, clock, fixed, scratch):
    """Give a track a plot: estimate, impact where the linearisation is new, state at the scan."""
    rules, k = fixed.tracker[0], scratch.k
    track.nis, _, _ = distance(track, plot, fixed.radars[plot.radar], scratch)
    new = extend(e, plot, rules, fixed.radars, fixed.air, fixed.drag, fixed.radius, k)
    track.hits += 1
    track.t_plot = max(plot.t, track.t_plot)
    if new and track.hits >= rules.confirm_hits:
        aim(e, rules, fixed.air, fixed.drag, fixed.radius, k)
    settle(track, e, clock, fixed, scratch)


@kernel
def settle(track, e, clock, fixed, scratch):
    """Bring a track's bundle to the scan and publish it."""
    rules, k = fixed.tracker[0], scratch.k
    estimator.to_time(e, clock.t, rules, fixed.air, fixed.drag, fixed.radius, k)
    for c in range(STATE):
        e.s[c] = k.s[c]
    e.t = clock.t
    publish(track, e, clock.t, rules, scratch)


@kernel
def _judge(track, wanted, rules):
    """Confirm a tentative track that has its hits and its score, drop what has too many misses.

    A tentative track counts all its misses, a confirmed one those since its last plot.
    Returns whether the track was confirmed now.
    """
    if track.status == TENTATIVE:
        if track.hits >= rules.confirm_hits and track.score >= wanted:
            track.status = CONFIRMED
            track.misses = 0
            return True
        waited = track.misses > rules.confirm_scans - rules.confirm_hits
        if waited or track.score < SCORE_LEAST:
            track.status = FREE
    elif track.misses >= rules.drop_misses:
        track.status = FREE
    return False


@kernel
def remember(e, clock, fixed, routes, scratch):
    """Write the beginning of a well-known track into the routes, once."""
    if e.routed == 1 or e.n_window < ROUTE_AT or e.phase != COAST:
        return
    e.routed = 1
    k = scratch.k
    estimator.restore(e, fixed.tracker[0], k)
    estimator.load_bundle(k.s, k.q)
    t = e.t0
    for i in range(ROUTE_PLOTS):
        at = e.window[i, estimator.T]
        estimator.advance(k.s, at - t, fixed.air, fixed.drag, fixed.radius)
        t = at
        derivatives(k.s, t - e.t0, k.F)
        estimator.shifted(e, k, k.scale, N_MOTION)
        row = routes[clock.n_routes % len(routes)]
        clock.n_routes += 1
        row.t = t
        row.x, row.y, row.z = k.x[0], k.x[1], k.x[2]
        row.vx, row.vy, row.vz = k.x[3], k.x[4], k.x[5]


@kernel
def route_at(clock, routes, plot):
    """The nearest fresh route to a plot, or -1."""
    best = -1
    least = ROUTE_NEAR**2
    for i in range(min(clock.n_routes, len(routes))):
        row = routes[i]
        d2 = (row.x - plot.x) ** 2 + (row.y - plot.y) ** 2 + (row.z - plot.z) ** 2
        if d2 < least and clock.t - row.t < ROUTE_TIME:
            least = d2
            best = i
    return best


@kernel
def pair_gain(old, new, route, belief, rules, radar):
    """Log-likelihood ratio of a pair of plots: a body's velocity over a false second plot.

    The velocity has its prior, that of the route where there is one; range rates, where both are
    measured, must agree with the ranges.  -inf outside the gates.
    """
    dt = new.t - old.t
    vx, vy, vz = (new.x - old.x) / dt, (new.y - old.y) / dt, (new.z - old.z) / dt
    speed2 = vx * vx + vy * vy + vz * vz
    if speed2 > rules.speed_max**2 or speed2 < rules.speed_min**2:
        return -np.inf
    noise = old.sigma_r**2 + (old.sigma_a * old.range) ** 2
    noise = (noise + new.sigma_r**2 + (new.sigma_a * new.range) ** 2) / (dt * dt)
    s = rules.sigma_velocity**2 + noise
    d2 = speed2 / s
    if route >= 0:
        row = belief.routes[route]
        s = route_spread(row, rules) ** 2 + noise
        d2 = ((vx - row.vx) ** 2 + (vy - row.vy) ** 2 + (vz - row.vz) ** 2) / s
        if d2 > rules.gate:
            return -np.inf
    gain = log(rules.p_detect) - 0.5 * (d2 + 3.0 * log(2.0 * pi * s)) - 3.0 * log(dt)
    # Density of false plots over space: that over range and angles, over r^2 cos(el).
    gain += log(new.range * new.range * max(np.cos(new.el), 0.1))
    gain -= ln_false(new, radar, belief.clutter, 3, 1.0)
    if old.rate == old.rate and new.rate == new.rate and old.radar == new.radar:
        slip = (new.range - old.range) / dt - 0.5 * (old.rate + new.rate)
        s = (old.sigma_r**2 + new.sigma_r**2) / (dt * dt)
        s += 0.25 * (old.sigma_rate**2 + new.sigma_rate**2) + (RATE_BEND * rules.a_boost * dt) ** 2
        if slip * slip > rules.gate * s:
            return -np.inf
        gain += log(2.0 * rules.speed_max) - 0.5 * (slip * slip / s + log(2.0 * pi * s))
    return gain


@kernel
def route_spread(row, rules):
    """Standard deviation of the velocity on a route, on each axis."""
    return rules.sigma_route * sqrt(row.vx * row.vx + row.vy * row.vy + row.vz * row.vz)


@kernel
def start(clock, fixed, belief, truth, scratch):
    """Start tracks from pairs of unused plots of successive scans.

    Returns False if there is no slot or no edge left.
    """
    rules = fixed.tracker[0]
    plots, edges, costs = belief.plots, scratch.edges, scratch.costs
    order = scratch.ints[0][: clock.n_plots]
    from_west(plots, clock.n_plots, order)
    n_edges = 0
    for i in range(clock.n_singles):
        old = belief.singles[i]
        route = route_at(clock, belief.routes, old)
        reach = rules.speed_max * (clock.t - old.t + clock.period)
        at = in_reach(plots, order, old.x, reach)
        while at < len(order) and plots[order[at]].x <= old.x + reach:
            j = order[at]
            at += 1
            if plots[j].used or plots[j].t <= old.t:
                continue
            radar = fixed.radars[plots[j].radar]
            gain = pair_gain(old, plots[j], route, belief, rules, radar)
            if gain <= SCORE_LEAST:
                continue
            if n_edges == len(costs):
                return False
            edges[0, n_edges] = i
            edges[1, n_edges] = j
            costs[n_edges] = SCORE_LEAST - gain
            n_edges += 1
    match(n_edges, clock.n_singles, clock.n_plots, 0.0, scratch)
    for i in range(clock.n_singles):
        j = scratch.column_of[i]
        if j < 0:
            continue
        slot = 0
        while slot < clock.n_slots and belief.tracks[slot].status != FREE:
            slot += 1
        if slot == len(belief.tracks):
            return False
        clock.n_slots = max(clock.n_slots, slot + 1)
        begin(slot, belief.singles[i], belief.plots[j], clock, fixed, belief, scratch)
        truth.carries[slot] = truth.source[j]
        belief.plots[j].used = 1
        belief.singles[i].used = 1
    return True


@kernel
def begin(slot, old, new, clock, fixed, belief, scratch):
    """Start a track from two plots: the estimator's fit with the prior of its route, if any."""
    rules, k = fixed.tracker[0], scratch.k
    track, e = belief.tracks[slot], belief.estimates[slot]
    track.id = clock.next_track
    clock.next_track += 1
    track.status = TENTATIVE
    track.t_start = old.t
    track.t_plot = new.t
    track.hits = 2
    track.misses = 0
    track.plot = -1
    track.nis = 0.0
    estimator.begin(e, rules, old, new)
    route = route_at(clock, belief.routes, old)
    if route >= 0:
        row = belief.routes[route]
        e.v0[0], e.v0[1], e.v0[2] = row.vx, row.vy, row.vz
        e.sigma_v = route_spread(row, rules)
    estimator.refit(e, rules, fixed.radars, fixed.air, fixed.drag, fixed.radius, k)
    settle(track, e, clock, fixed, scratch)
    track.score = pair_gain(old, new, route, belief, rules, fixed.radars[new.radar])


@kernel
def keep_singles(clock, belief, truth):
    """Keep the unused plots of this scan and of the last ones for the next start."""
    singles, single_source = belief.singles, truth.single_source
    kept = 0
    for i in range(clock.n_singles):
        fresh = clock.t - singles[i].t < SINGLE_SCANS * clock.period
        if fresh and not singles[i].used:
            if kept != i:
                singles[kept] = singles[i]
                single_source[kept] = single_source[i]
            kept += 1
    for j in range(clock.n_plots):
        if not belief.plots[j].used and kept < len(singles):
            singles[kept] = belief.plots[j]
            single_source[kept] = truth.source[j]
            kept += 1
    clock.n_singles = kept
