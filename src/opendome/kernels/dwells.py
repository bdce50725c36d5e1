"""Dwell scheduling: which tracks get a beam, and when in the scan period.

Search and track beams share the time.  Fence and volume search take `search_share` of it, spread
evenly; what is left holds a number of beams.  Only belief is read: tracks, predictions and the
rules of fire.

T     scan period                                   s
d     time from one beam to the next, at least      s
due   when a sweep over the sector passes the body  s since the start of the scan period
"""

from math import atan2, floor, sqrt

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.constants import G0
from opendome.kernels.detection import EXPONENTIAL, detection
from opendome.kernels.radar import (
    apparent,
    canceller,
    echo_snr,
    local,
    off_normal,
    range_rate,
    reports,
    responsible,
    search,
    sweep,
)
from opendome.tables import BEAM, NOT_AT_ALL, SEARCH

FREE, TENTATIVE = 0, 1  # status of a track
URGENT = 4.0  # more than any urgency
FEW = 32  # up to so many, sorting by insertion is quicker


@kernel
def schedule(clock, fixed, belief, scratch):
    """Decide how each radar looks at each track in the scan period that ends now.

    Fills belief.looks, and scratch.wanted with the looks that get a beam, by radar and time;
    clock.n_beams is their number.  A track without a beam may still be met by the search.
    """
    # Kernels below get single tables: a call that hands on a whole tuple costs more than they do.
    radars, radius, rules = fixed.radars, fixed.radius, fixed.doctrine[0]
    tracks, predictions, looks = belief.tracks, belief.predictions, belief.looks
    wanted, keys, nearest = scratch.wanted, scratch.keys, scratch.nearest
    _find_nearest(clock, radars, tracks, nearest, radius)
    clock.n_beams = 0
    for k in range(len(radars)):
        start = clock.n_beams
        n = _wishes(
            k, clock, radars, tracks, predictions, rules, looks, nearest, wanted, keys, radius
        )
        if n == 0:
            continue
        m = min(n, beams(radars[k], clock.period))
        if m < n:
            _sort(keys, wanted, start, start + n)
            clock.n_refused += n - m
            for j in range(start + m, start + n):
                i = wanted[j] // len(radars)
                _search(looks[i, k], tracks[i], radars[k], clock, radius)
        if m > 0:
            _grant(m, k, clock, radars, tracks, looks, wanted, keys, radius)


@kernel
def looked(looks, i):
    """Whether some radar looked at a track slot in the last scan."""
    n = 0
    for k in range(looks.shape[1]):
        n += looks[i, k].kind != NOT_AT_ALL
    return n > 0


@kernel
def beams(radar, period):
    """Number of track beams in a scan period: what is left beside the search, within capacity."""
    left = (1.0 - radar.search_share) * period / radar.track_dwell
    return np.int64(floor(min(left, radar.capacity * period) + 1e-9))


@kernel
def ahead(track, t):
    """Place of a track at a time near that of its state: without drag, within 15 m a second off."""
    m = track.m
    dt = t - track.t
    return m[0] + dt * m[3], m[1] + dt * m[4], m[2] + dt * m[5] - 0.5 * G0 * dt * dt


@kernel
def urgency(track, prediction, t, radar, rules):
    """How much a track needs a beam: 0 not now, less than URGENT.

    3 and more: not confirmed yet, or no impact known; 2 and more: it threatens something, the
    more the more urgent; below: the longer since its last plot the more urgent.
    """
    if track.status == TENTATIVE or prediction.known != 1:
        return 3.0
    if prediction.threat >= rules.threat_min:
        return 2.0 + 0.9 * prediction.threat
    age = t - track.t_plot
    return 1.0 + age / (1.0 + age) if age >= radar.revisit else 0.0


@kernel
def _find_nearest(clock, radars, tracks, nearest, radius):
    """Radar that reports each track in the middle of the scan period; -1: none, or a free slot."""
    for i in range(clock.n_slots):
        nearest[i] = -1
        if tracks[i].status != FREE:
            x, y, z = ahead(tracks[i], clock.t - 0.5 * clock.period)
            nearest[i] = responsible(radars, x, y, z, radius)


@kernel
def _wishes(k, clock, radars, tracks, predictions, rules, looks, nearest, wanted, keys, radius):
    """List the looks of radar k that want a beam; leave the others to the search.

    The list holds slot * radars + radar in `wanted`, URGENT less the urgency in `keys`.  Returns
    its length.
    """
    n = clock.n_beams
    for i in range(clock.n_slots):
        looks[i, k].kind = NOT_AT_ALL
        if nearest[i] < 0:
            continue
        track = tracks[i]
        if nearest[i] != k:
            x, y, z = ahead(track, clock.t - 0.5 * clock.period)
            if not reports(k, nearest[i], radars, x, y, z, radius):
                continue
        need = urgency(track, predictions[i], clock.t, radars[k], rules)
        if need > 0.0:
            wanted[n] = i * len(radars) + k
            keys[n] = URGENT - need
            n += 1
        else:
            _search(looks[i, k], track, radars[k], clock, radius)
    return n - clock.n_beams


@kernel
def _search(look, track, radar, clock, radius):
    """The look of the search at a track, if it passes where the track is predicted."""
    x, y, z = ahead(track, clock.t - 0.5 * clock.period)
    e, n, u = local(radar, x, y, z)
    el = apparent(u, sqrt(e * e + n * n + u * u), radius)
    look.t, factor = search(radar, atan2(e, n), el, clock.t, clock.period)
    if look.t == look.t:
        _expect(look, SEARCH, factor, track, radar, radius)


@kernel
def _expect(look, kind, factor, track, radar, radius):
    """Kind, direction and detection probability of a look at a track at look.t."""
    x, y, z = ahead(track, look.t)
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    look.kind = kind
    look.direction[0], look.direction[1], look.direction[2] = e / r, n / r, u / r
    s = factor * echo_snr(radar, radar.design_rcs, u, r, off_normal(radar, e, n, u, r), radius)
    if radar.blind_speed > 0.0 and apparent(u, r, radius) < radar.clutter_top:
        rate = range_rate(radar, x, y, z, track.m[3], track.m[4], track.m[5])
        s *= canceller(rate, radar.blind_speed)
    look.p_d = detection(EXPONENTIAL, radar.bursts, s, radar.threshold)


@allocating_kernel
def _sort(keys, wanted, start, end):
    """Sort a part of the list by its keys; equal ones keep their order."""
    if end - start > FEW:
        order = np.argsort(keys[start:end], kind="mergesort")
        keys[start:end] = keys[start:end][order]
        wanted[start:end] = wanted[start:end][order]
        return
    for j in range(start + 1, end):
        key, code = keys[j], wanted[j]
        i = j
        while i > start and keys[i - 1] > key:
            keys[i], wanted[i] = keys[i - 1], wanted[i - 1]
            i -= 1
        keys[i], wanted[i] = key, code


@kernel
def _grant(m, k, clock, radars, tracks, looks, wanted, keys, radius):
    """Give radar k's beams to the first m looks of its list, and order them by time.

    Beams are due in order of azimuth, as in one sweep over the sector, and follow each other at
    intervals of d at least, none so late that the rest would not fit.
    """
    radar, first = radars[k], clock.n_beams
    begin = clock.t - clock.period
    for j in range(first, first + m):
        x, y, z = ahead(tracks[wanted[j] // len(radars)], begin + 0.5 * clock.period)
        e, n, _ = local(radar, x, y, z)
        keys[j] = sweep(radar, atan2(e, n)) * clock.period
    _sort(keys, wanted, first, first + m)
    d = radar.track_dwell / (1.0 - radar.search_share)
    free = 0.0
    for j in range(m):
        at = min(max(free, keys[first + j]), clock.period - (m - j) * d)
        free = at + d
        i = wanted[first + j] // len(radars)
        looks[i, k].t = begin + at + 0.5 * d
        _expect(looks[i, k], BEAM, 1.0, tracks[i], radar, radius)
    clock.n_beams += m
