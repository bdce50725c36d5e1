"""Starts of tracks: pairs of plots, and the routes of those who came before.

Rockets of one ripple follow each other on nearly the same path, so that the plots of one scan lie
where those of the last one were, but of other bodies.  What tells them apart is the velocity: from
range rates, and from the route, the beginning of a track nearby that is well known by now.
"""

from math import log, pi, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels import estimator, intake
from opendome.kernels.earth import height
from opendome.kernels.gating import (
    CLAIMED,
    FREE,
    TAKEN,
    TENTATIVE,
    from_west,
    in_reach,
    ln_false,
)
from opendome.kernels.hypotheses import takers
from opendome.kernels.intake import COAST
from opendome.kernels.motion import N_MOTION, advance, derivatives, load_bundle
from opendome.kernels.pairs import join
from opendome.kernels.radar import covers
from opendome.kernels.states import settle
from opendome.kernels.window import T

SCORE_LEAST = -5.0  # score at which a tentative track is given up
UNSEEN_SCANS = 6  # scans before the first plot on which a body would have been missed, at most
RATE_BEND = 0.1  # of the motor's acceleration: by how much a mean of two rates may miss their range
ROUTE_PLOTS = 4  # plots of a track's beginning that enter the routes
ROUTE_AT = 5  # plots with which a track's beginning is known well enough
ROUTE_NEAR = 700.0  # m, from a route, and ...
ROUTE_TIME = 120.0  # s, age, up to which it says something


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
def remember(e, clock, fixed, routes, scratch):
    """Write the beginning of a track into the routes as soon as it is well known."""
    if e.n_window < ROUTE_AT or e.phase != COAST:
        return
    e.routed = 1
    k = scratch.k
    estimator.restore(e, fixed.tracker[0], k)
    load_bundle(k.s, k.q)
    t = e.t0
    for i in range(ROUTE_PLOTS):
        at = e.window[i, T]
        advance(k.s, at - t, fixed.drag, fixed.nature)
        t = at
        derivatives(k.s, t - e.t0, k.F)
        estimator.shifted(e, k, k.scale, N_MOTION)
        row = routes[clock.n_routes % len(routes)]
        clock.n_routes += 1
        row.t = t
        row.x, row.y, row.z = k.x[0], k.x[1], k.x[2]
        row.vx, row.vy, row.vz = k.x[3], k.x[4], k.x[5]


@kernel
def route_spread(row, rules):
    """Standard deviation of the velocity on a route, on each axis."""
    return rules.sigma_route * sqrt(row.vx * row.vx + row.vy * row.vy + row.vz * row.vz)


@kernel
def pair_gain(old, new, route, belief, rules, radar):
    """Log-likelihood ratio of a pair of plots: a body's velocity over a false second plot.

    The velocity has its prior, that of the route where there is one; range rates, where both are
    measured, must agree with the ranges: -inf if they do not.
    """
    dt = new.t - old.t
    vx, vy, vz = (new.x - old.x) / dt, (new.y - old.y) / dt, (new.z - old.z) / dt
    speed2 = vx * vx + vy * vy + vz * vz
    noise = old.sigma_r**2 + (old.sigma_a * old.range) ** 2
    noise = (noise + new.sigma_r**2 + (new.sigma_a * new.range) ** 2) / (dt * dt)
    s = rules.sigma_velocity**2 + noise
    prior = -0.5 * (speed2 / s + 3.0 * log(2.0 * pi * s))
    if route >= 0:
        # Half of those who come here follow the route.
        row = belief.routes[route]
        s = route_spread(row, rules) ** 2 + noise
        d2 = ((vx - row.vx) ** 2 + (vy - row.vy) ** 2 + (vz - row.vz) ** 2) / s
        prior = log(0.5) + max(prior, -0.5 * (d2 + 3.0 * log(2.0 * pi * s)))
    gain = log(rules.p_detect) + prior - 3.0 * log(dt)
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
def unseen(old, new, clock, fixed):
    """Scans on which a body of these two plots was missed before its second, and if it rose.

    It came over the horizon, as a rule; where the line through both plots was in coverage on
    earlier scans, they missed it.  A body of a ripple that is taken for a slower one leaves its
    successor unexplained in the middle of the sky: that is what this finds.

    Returns
    -------
    missed : int
    rose : bool
        It was out of coverage on the scan before the first plot.
    """
    dt = new.t - old.t
    vx, vy, vz = (new.x - old.x) / dt, (new.y - old.y) / dt, (new.z - old.z) / dt
    missed = 0
    for k in range(1, min(UNSEEN_SCANS, clock.scan - 2) + 1):
        t = k * clock.period
        x, y, z = old.x - t * vx, old.y - t * vy, old.z - t * vz
        if height(x, y, z, fixed.nature.earth) < 0.0:
            break
        seen = False
        for r in range(len(fixed.radars)):
            seen = seen or covers(fixed.radars[r], x, y, z, fixed.radius)
        if not seen:
            break
        missed += 1
    return missed + max(np.int64(dt / clock.period + 0.5) - 1, 0), missed == 0


@kernel
def free_slot(slot, clock, tracks):
    """The first free slot from one on, or -1: there is none."""
    while slot < clock.n_slots and tracks[slot].status != FREE:
        slot += 1
    if slot == len(tracks):
        return -1
    clock.n_slots = max(clock.n_slots, slot + 1)
    return slot


@kernel
def start(clock, fixed, belief, truth, scratch):
    """Start tracks from pairs of plots of successive scans: every pair that may be a body.

    A plot may start many, and one that a tentative track claims may still start others: which of
    them is a body, `choose` says (kernels/hypotheses.py).  Returns False if there is no slot or no
    edge left.
    """
    n_edges = _pairs(clock, fixed, belief, scratch)
    if n_edges < 0:
        return False
    edges, gains, plots, singles = scratch.edges, scratch.gains, belief.plots, belief.singles
    rules = fixed.tracker[0]
    best_old, best_new = scratch.nis, scratch.costs
    for i in range(clock.n_singles):
        best_old[i] = -np.inf
    for j in range(clock.n_plots):
        best_new[j] = -np.inf
    for e in range(n_edges):
        i, j = edges[0, e], edges[1, e]
        best_old[i] = max(best_old[i], gains[e])
        best_new[j] = max(best_new[j], gains[e])
    room = len(belief.tracks)
    for i in range(clock.n_slots):
        room -= belief.tracks[i].status != FREE
    wanted = 0
    for e in range(n_edges):
        wanted += gains[e] >= max(best_old[edges[0, e]], best_new[edges[1, e]]) - rules.rival
    # Where there are more pairs than slots, each plot starts its best one alone.
    rival = rules.rival if wanted <= room else 0.0
    slot = 0
    for e in range(n_edges):
        i, j = edges[0, e], edges[1, e]
        if gains[e] < max(best_old[i], best_new[j]) - rival:
            continue
        slot = free_slot(slot, clock, belief.tracks)
        if slot < 0:
            return False
        begin(slot, singles[i], plots[j], clock, fixed, belief, scratch)
        truth.carries[slot] = truth.source[j]
        plots[j].used = CLAIMED
        singles[i].used = CLAIMED
    return True


@kernel
def _pairs(clock, fixed, belief, scratch):
    """Fill edges and gains with the pairs of a plot of an earlier scan and one of this.

    Returns their number, or -1 if the table is too short.
    """
    rules = fixed.tracker[0]
    plots, edges, gains = belief.plots, scratch.edges, scratch.gains
    order = scratch.ints[0][: clock.n_plots]
    from_west(plots, clock.n_plots, order)
    takers(clock, belief, scratch.local, scratch.order)
    n_edges = 0
    for i in range(clock.n_singles):
        old = belief.singles[i]
        route = route_at(clock, belief.routes, old)
        reach = rules.speed_max * (clock.t - old.t + clock.period)
        at = in_reach(plots, order, old.x, reach)
        while at < len(order) and plots[order[at]].x <= old.x + reach:
            j = order[at]
            at += 1
            if plots[j].used == TAKEN or not _flies(old, plots[j], rules):
                continue
            gain = pair_gain(old, plots[j], route, belief, rules, fixed.radars[plots[j].radar])
            if gain <= SCORE_LEAST or joined(old, j, belief, scratch.local, scratch.order):
                continue
            if n_edges == len(gains):
                return -1
            edges[0, n_edges] = i
            edges[1, n_edges] = j
            missed, _ = unseen(old, plots[j], clock, fixed)
            gains[n_edges] = gain + missed * log(1.0 - rules.p_detect)
            n_edges += 1
    return n_edges


@kernel
def _flies(old, new, rules):
    """Whether a plot comes after another at a speed that a rocket may have."""
    dt = new.t - old.t
    if dt <= 0.0:
        return False
    dx, dy, dz = new.x - old.x, new.y - old.y, new.z - old.z
    d2 = dx * dx + dy * dy + dz * dz
    return (rules.speed_min * dt) ** 2 <= d2 <= (rules.speed_max * dt) ** 2


@kernel
def joined(old, j, belief, first, following):
    """Whether a tentative track holds both the old plot and plot j, and was not refused so far."""
    i = first[j]
    while i >= 0:
        track = belief.tracks[i]
        for serial in track.held:
            if serial == old.serial and track.chosen >= 0:
                return True
        i = following[i]
    return False


@kernel
def begin(slot, old, new, clock, fixed, belief, scratch):
    """Start a track from two plots."""
    rules, k = fixed.tracker[0], scratch.k
    track, e = belief.tracks[slot], belief.estimates[slot]
    track.id = -1
    track.status = TENTATIVE
    track.t_start = old.t
    track.t_plot = new.t
    track.hits = 2
    track.misses = 0
    track.plot = -1
    track.nis = 0.0
    track.chosen = 0
    for i in range(2, len(track.held)):
        track.held[i] = -1
    track.held[0], track.held[1] = new.serial, old.serial
    missed, rose = unseen(old, new, clock, fixed)
    track.unseen = missed * log(1.0 - rules.p_detect) + (rules.ln_rise if rose else 0.0)
    intake.begin(e, old, new)
    intake.guess(e, fixed.radars)
    join(e, old, new, rules, fixed.radars, fixed.drag, fixed.nature, k)
    settle(track, e, clock.t, rules, fixed.drag, fixed.nature, k)
    route = route_at(clock, belief.routes, old)
    track.score = pair_gain(old, new, route, belief, rules, fixed.radars[new.radar])
