"""Track life: gate, associate, update, start, confirm, drop.

Confirmed tracks choose their plots first, then tentative ones; what is left starts new tracks
in pairs from one scan to the next.
"""

from math import log, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.association import match
from opendome.kernels.dwells import looked
from opendome.kernels.kalman import distance2, predict, update

FREE, TENTATIVE, CONFIRMED = 0, 1, 2
SINGLE_SCANS = 2  # scans for which an unused plot may still start a track


@kernel
def advance(clock, fixed, belief, scratch):
    """Predict every track to the scan and drop those that are below the ground.

    Fills scratch.covered with 1 where some radar looked at the predicted position.
    """
    rules = fixed.tracker[0]
    radius = fixed.radius
    t = clock.t
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status == FREE:
            continue
        q = rules.q_boost if t - track.t_start <= rules.boost_time else rules.q_coast
        predict(track, t, q, rules.q_ln_beta, fixed.air, fixed.drag, radius, scratch.F, scratch.W)
        x, y, z = track.m[0], track.m[1], track.m[2]
        if sqrt(x * x + y * y + (z + radius) ** 2) < radius:
            track.status = FREE
        else:
            scratch.covered[i] = looked(belief.looks, i)


@kernel
def associate(stage, clock, fixed, belief, scratch):
    """Give plots to the tracks of one status: scratch.column_of[slot] is the plot's row or -1.

    Returns the number of edges, or -1 if there were more than the table holds.
    """
    rules = fixed.tracker[0]
    edges, costs = scratch.edges, scratch.costs
    n_edges = 0
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status != stage:
            continue
        m = track.m
        P = track.P
        for j in range(clock.n_plots):
            plot = belief.plots[j]
            if plot.used:
                continue
            radar = fixed.radars[plot.radar]
            # Cheap gate first: no plot farther than the gate allows in the worst direction.
            spread = P[0, 0] + P[1, 1] + P[2, 2] + plot.sigma_r**2
            spread += 4.0 * (plot.sigma_a * plot.range) ** 2
            dt = plot.t - track.t
            dx = plot.x - m[0] - dt * m[3]
            dy = plot.y - m[1] - dt * m[4]
            dz = plot.z - m[2] - dt * m[5]
            if dx * dx + dy * dy + dz * dz > 1.5 * rules.gate * spread:
                continue
            d2 = distance2(track, plot, radar, scratch.H, scratch.z, scratch.W)
            if d2 < rules.gate:
                if n_edges == len(costs):
                    return -1
                edges[0, n_edges] = i
                edges[1, n_edges] = j
                costs[n_edges] = d2
                n_edges += 1
    match(n_edges, clock.n_slots, clock.n_plots, rules.gate, scratch)
    return n_edges


@kernel
def absorb(stage, clock, fixed, belief, truth, scratch):
    """Update the tracks of one status with their plots; count misses; confirm and drop.

    The truth is touched for scoring only: truth.carries follows what each track really holds.
    """
    rules = fixed.tracker[0]
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status != stage:
            continue
        j = scratch.column_of[i]
        if j >= 0:
            plot = belief.plots[j]
            update(track, plot, fixed.radars[plot.radar], scratch.H, scratch.z, scratch.K)
            plot.used = 1
            clock.n_updates += 1
            track.hits += 1
            if stage == CONFIRMED:
                track.misses = 0
            track.t_plot = plot.t
            truth.carries[i] = truth.source[j]
        elif scratch.covered[i]:
            track.misses += 1
        if _judge(track, rules):
            clock.n_tracks += 1
            if truth.carries[i] < 0:
                clock.n_false += 1
            elif np.isnan(truth.rockets[truth.carries[i]].t_track):
                truth.rockets[truth.carries[i]].t_track = clock.t


@kernel
def _judge(track, rules):
    """Confirm a tentative track that has its hits, drop one that has too many misses.

    A tentative track counts all its misses, a confirmed one those since its last plot.
    Returns whether the track was confirmed now.
    """
    if track.status == TENTATIVE:
        if track.hits >= rules.confirm_hits:
            track.status = CONFIRMED
            track.misses = 0
            return True
        if track.misses > rules.confirm_scans - rules.confirm_hits:
            track.status = FREE
    elif track.misses >= rules.drop_misses:
        track.status = FREE
    return False


@kernel
def start(clock, fixed, belief, truth, scratch):
    """Start tracks from pairs of unused plots of successive scans.

    Returns False if there is no slot or no edge left.
    """
    rules = fixed.tracker[0]
    edges, costs = scratch.edges, scratch.costs
    n_edges = 0
    for i in range(clock.n_singles):
        old = belief.singles[i]
        for j in range(clock.n_plots):
            new = belief.plots[j]
            if new.used:
                continue
            d2 = (new.x - old.x) ** 2 + (new.y - old.y) ** 2 + (new.z - old.z) ** 2
            dt = new.t - old.t
            if d2 > (rules.speed_max * dt) ** 2 or d2 < (rules.speed_min * dt) ** 2:
                continue
            if n_edges == len(costs):
                return False
            edges[0, n_edges] = i
            edges[1, n_edges] = j
            costs[n_edges] = sqrt(d2) / dt
            n_edges += 1
    match(n_edges, clock.n_singles, clock.n_plots, 2.0 * rules.speed_max, scratch)
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
        begin(belief.tracks[slot], clock.next_track, belief.singles[i], belief.plots[j], rules)
        truth.carries[slot] = truth.source[j]
        clock.next_track += 1
        belief.plots[j].used = 1
        belief.singles[i].used = 1
    return True


@kernel
def begin(track, number, old, new, rules):
    """Two-point start: position of the new plot, velocity of the difference.

    With position errors R1 and R2 of the plots the covariance is [R2, R2/dt; R2/dt,
    (R1 + R2)/dt^2].  Source: Bar-Shalom, Li, Kirubarajan (2001), 5.5.3.
    """
    dt = new.t - old.t
    track.id = number
    track.status = TENTATIVE
    track.t = new.t
    track.t_start = old.t
    track.t_plot = new.t
    track.hits = 2
    track.misses = 0
    track.nis = 0.0
    m = track.m
    m[0], m[1], m[2] = new.x, new.y, new.z
    m[3] = (new.x - old.x) / dt
    m[4] = (new.y - old.y) / dt
    m[5] = (new.z - old.z) / dt
    m[6] = log(rules.beta)
    P = track.P
    for i in range(7):
        for j in range(7):
            P[i, j] = 0.0
    # Isotropic error of a plot: its widest direction (cross-range), which the next plots shrink.
    r2 = max(new.sigma_r, new.sigma_a * new.range) ** 2
    r1 = max(old.sigma_r, old.sigma_a * old.range) ** 2
    # Up to half the boost acceleration noise may act between the two plots.
    rv = (r1 + r2) / (dt * dt) + (0.5 * rules.q_boost * dt) ** 2
    for i in range(3):
        P[i, i] = r2
        P[i, i + 3] = r2 / dt
        P[i + 3, i] = r2 / dt
        P[i + 3, i + 3] = rv
    P[6, 6] = rules.sigma_ln_beta**2


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
