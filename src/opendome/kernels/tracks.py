"""Track life: predict, associate, update, start, confirm, drop.

Confirmed tracks choose their plots first.  What is left starts tentative tracks in pairs from one
scan to the next; they are hypotheses and may share plots, until one is chosen and confirmed.

The score of a track is the log-likelihood ratio of "a body" over "false plots".
"""

from math import log

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.atmosphere import AIR_TOP
from opendome.kernels.dwells import looked
from opendome.kernels.earth import height
from opendome.kernels.gating import (
    CLAIMED,
    CONFIRMED,
    FREE,
    TAKEN,
    TENTATIVE,
    associate,
    learn_clutter,
)
from opendome.kernels.hypotheses import ALONE, REFUSED, choose, thin
from opendome.kernels.intake import extend, unlikely
from opendome.kernels.starts import SCORE_LEAST, remember, start
from opendome.kernels.states import settle
from opendome.kernels.terrain import ground_height
from opendome.kernels.unresolved import HIDDEN, share

SINGLE_SCANS = 2  # scans for which an unused plot may still start a track
SCAN_PLOTS = 1_000_000  # more than a scan has plots
SETTLED = 5  # plots with which a start's choice holds without a lead, if it was made on so many
CHOICES = 2  # scans in a row


@kernel
def follow(clock, fixed, belief, truth, scratch):
    """One scan of the tracker: every stage, on the plots of the scan.

    Returns False if there is no slot or no edge left.
    """
    advance(clock, fixed, belief, scratch)
    for j in range(clock.n_plots):
        belief.plots[j].serial = SCAN_PLOTS * clock.scan + j
    for stage in (CONFIRMED, TENTATIVE):
        if associate(stage, clock, fixed, belief, scratch) < 0:
            return False
        if stage == CONFIRMED:
            share(clock, fixed, belief, scratch)
        absorb(stage, clock, fixed, belief, truth, scratch)
    if not start(clock, fixed, belief, truth, scratch):
        return False
    judge(clock, fixed, belief, truth, scratch)
    keep_singles(clock, belief, truth)
    learn_clutter(clock, fixed, belief)
    while clock.n_slots > 0 and belief.tracks[clock.n_slots - 1].status == FREE:
        clock.n_slots -= 1
    return True


@kernel
def advance(clock, fixed, belief, scratch):
    """Predict every track to the scan and drop those that are below the ground or out of sight.

    Fills scratch.covered with 1 where some radar looked at the predicted position.
    """
    rules, drag, nature = fixed.tracker[0], fixed.drag, fixed.nature
    tracks, estimates, k = belief.tracks, belief.estimates, scratch.k
    for i in range(clock.n_slots):
        track = tracks[i]
        if track.status == FREE:
            continue
        settle(track, estimates[i], clock.t, rules, drag, nature, k)
        x, y, z = track.m[0], track.m[1], track.m[2]
        h = height(x, y, z, nature.earth) - ground_height(nature.terrain, x, y)
        # Not the other way round: an estimate that is no number is dropped too.
        if 0.0 <= h < AIR_TOP:
            scratch.covered[i] = looked(belief.looks, i)
        else:
            track.status = FREE


@kernel
def absorb(stage, clock, fixed, belief, truth, scratch):
    """Update the tracks of one status with their plots; count misses; drop.

    The truth is touched for scoring only: truth.carries follows what each track really holds.
    """
    rules, radars, drag, nature = fixed.tracker[0], fixed.radars, fixed.drag, fixed.nature
    tracks, estimates, plots, k = belief.tracks, belief.estimates, belief.plots, scratch.k
    for i in range(clock.n_slots):
        track = tracks[i]
        if track.status != stage:
            continue
        j = scratch.column_of[i]
        track.plot = max(j, -1)
        if j < -1:
            plots[-2 - j].used = TAKEN
            track.misses = 0
        elif j >= 0:
            plot, e = plots[j], estimates[i]
            extend(e, plot, rules, radars, drag, nature, k)
            track.hits += 1
            track.score += scratch.keys[i]
            track.t_plot = max(plot.t, track.t_plot)
            settle(track, e, clock.t, rules, drag, nature, k)
            plot.used = TAKEN if stage == CONFIRMED else CLAIMED
            clock.n_updates += 1
            if stage == CONFIRMED:
                track.misses = 0
            else:
                _hold(track, e, plot.serial)
            truth.carries[i] = truth.source[j]
        elif scratch.covered[i]:
            track.misses += 1
            track.score += log(1.0 - rules.p_detect)
        if _lost(track, rules, scratch.covered[i] == HIDDEN):
            track.status = FREE
        if track.status == CONFIRMED and estimates[i].routed == 0:
            remember(estimates[i], clock, fixed, belief.routes, scratch)


@kernel
def _hold(track, e, serial):
    """Claim a plot; one that the fit leaves out, as from under thrust, is claimed no more."""
    for c in range(len(track.held) - 1, 0, -1):
        track.held[c] = track.held[c - 1] if c < e.n_window else -1
    track.held[0] = serial


@kernel
def _lost(track, rules, hidden):
    """Whether a track has too many misses, or no numbers, or a tentative one too low a score.

    A tentative track counts all its misses, a confirmed one those since its last plot; twice as
    many are allowed beside a neighbour that may hide it.
    """
    if not track.P[0, 0] < np.inf:
        return True
    if track.status == CONFIRMED:
        return track.misses >= (2 * rules.drop_misses if hidden else rules.drop_misses)
    waited = track.misses > rules.confirm_scans - rules.confirm_hits
    return track.status == TENTATIVE and (waited or track.score < SCORE_LEAST)


@kernel
def judge(clock, fixed, belief, truth, scratch):
    """Confirm the tentative tracks that have their hits, their score, and their plots alone.

    Of those that share plots the best set waits until the choice holds; then its rivals go.
    """
    rules, tracks = fixed.tracker[0], belief.tracks
    # As many starts as plots: the score that keeps false tracks at the same rate.
    wanted = rules.confirm_score + log(max(belief.clutter.sum(), 1.0))
    verdict, lead = scratch.column_of, scratch.costs
    thin(clock, belief, scratch)
    choose(clock, belief, rules, scratch, verdict, lead)
    for i in range(clock.n_slots):
        track = tracks[i]
        if track.status != TENTATIVE:
            continue
        track.chosen = max(track.chosen, 0) + 1 if verdict[i] != REFUSED else -1
        if verdict[i] == REFUSED:
            if clock.t - track.t_start > (SETTLED + 0.5) * clock.period:
                track.status = FREE
            continue
        ready = track.hits >= rules.confirm_hits and track.score >= wanted
        if ready and (verdict[i] == ALONE or _holds(track, belief.estimates[i], lead[i], rules)):
            _confirm(i, clock, belief, truth)
    oust(clock, tracks)


@kernel
def _holds(track, e, lead, rules):
    """Whether the choice of a track among its rivals holds: they have no chance, or it is old."""
    if unlikely(e):
        return False
    return lead > rules.lead or (track.hits >= SETTLED and track.chosen >= CHOICES)


@kernel
def _confirm(i, clock, belief, truth):
    """Make a track of a tentative one; its plot of this scan is nobody else's."""
    track = belief.tracks[i]
    track.status = CONFIRMED
    track.id = clock.next_track
    clock.next_track += 1
    track.misses = 0
    if track.plot >= 0:
        belief.plots[track.plot].used = TAKEN
    clock.n_tracks += 1
    if truth.carries[i] < 0:
        clock.n_false += 1
    elif np.isnan(truth.rockets[truth.carries[i]].t_track):
        truth.rockets[truth.carries[i]].t_track = clock.t


@allocating_kernel
def oust(clock, tracks):
    """Drop the tentative tracks that claim a plot of one that was confirmed on this scan."""
    own = np.empty(clock.n_slots * len(tracks[0].held), np.int64)
    n = 0
    for i in range(clock.n_slots):
        track = tracks[i]
        if track.status == CONFIRMED and track.held[0] >= 0:
            for serial in track.held:
                if serial >= 0:
                    own[n] = serial
                    n += 1
            track.held[0] = -1
    own = np.sort(own[:n])
    for i in range(clock.n_slots):
        if n == 0 or tracks[i].status != TENTATIVE:
            continue
        for serial in tracks[i].held:
            if serial >= 0 and own[min(np.searchsorted(own, serial), n - 1)] == serial:
                tracks[i].status = FREE


@kernel
def keep_singles(clock, belief, truth):
    """Keep the plots of this scan and of the last ones that may still start a track."""
    singles, single_source = belief.singles, truth.single_source
    kept = 0
    for i in range(clock.n_singles):
        fresh = clock.t - singles[i].t < SINGLE_SCANS * clock.period
        if fresh and singles[i].used != TAKEN:
            if kept != i:
                singles[kept] = singles[i]
                single_source[kept] = single_source[i]
            kept += 1
    for j in range(clock.n_plots):
        if belief.plots[j].used != TAKEN and kept < len(singles):
            singles[kept] = belief.plots[j]
            single_source[kept] = truth.source[j]
            kept += 1
    clock.n_singles = kept
