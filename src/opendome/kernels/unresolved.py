"""Bodies that a radar sees as one: a plot at the mean of two predictions.

Two bodies within a cell in range, a beam width in both angles and, where it is measured, a cell in
range rate give one plot between them.  It lies outside both gates, or it draws a track to where
no body is.  A confirmed track without a plot therefore looks for a neighbour that the radar does
not tell from it; if a plot is where the mean of the two should be, both are seen: neither counts
a miss, and neither is updated, as the plot says little of each.

Source: Bar-Shalom and Li, Multitarget-Multisensor Tracking (1995), unresolved measurements.
"""

from math import cos, log, pi

import numpy as np

from opendome._jit import kernel
from opendome.kernels.gating import CONFIRMED, LEFT, distance
from opendome.kernels.measurement import measure, turn

NOTHING = -1  # scratch.column_of of a track without a plot; -2 - j: it shares plot j
HIDDEN = 2  # scratch.covered of a track in coverage that a neighbour may hide; 1: none does
WIDE = 2.0  # standard deviations of a difference that may hide behind the edge of a cell
VAGUE = 6.0  # cells within which a difference must be known (WIDE standard deviations)


@kernel
def share(clock, fixed, belief, scratch):
    """Give plots of unresolved bodies to both: column_of[slot] = -2 - plot.

    One that is left without, beside a neighbour that has a plot, may be hidden by it: three bodies
    or more share a plot that lies at no mean of two.  covered[slot] = HIDDEN.
    Comes after the assignment of the confirmed tracks, for those that it left without a plot.
    """
    tracks, column_of, owner = belief.tracks, scratch.column_of, scratch.parent
    for j in range(clock.n_plots):
        owner[j] = -1
    for i in range(clock.n_slots):
        if column_of[i] >= 0:
            owner[column_of[i]] = i
    widest = 0.0
    for k in range(len(fixed.radars)):
        widest = max(widest, fixed.radars[k].beamwidth * fixed.radars[k].range_max)
    for i in range(clock.n_slots):
        if tracks[i].status != CONFIRMED or column_of[i] != NOTHING or not scratch.covered[i]:
            continue
        for r in range(clock.n_slots):
            if r == i or tracks[r].status != CONFIRMED or not _near(tracks[i], tracks[r], widest):
                continue
            j, beside = _common(i, r, clock, fixed, belief, scratch)
            if beside:
                scratch.covered[i] = HIDDEN
            if j >= 0:
                owner[j] = i
                column_of[i] = -2 - j
                column_of[r] = -2 - j
                break


@kernel
def _near(a, b, widest):
    """Cheap test before any angle is computed."""
    dx, dy, dz = a.m[0] - b.m[0], a.m[1] - b.m[1], a.m[2] - b.m[2]
    return dx * dx + dy * dy + dz * dz < widest * widest


@kernel
def _common(i, r, clock, fixed, belief, scratch):
    """The plot that two tracks share, or -1; and whether the radar may not tell them apart.

    That of the neighbour, if the mean explains it better than the neighbour alone, or one that
    nobody has.
    """
    tracks, plots, k, rules = belief.tracks, belief.plots, scratch.k, fixed.tracker[0]
    theirs = scratch.column_of[r]
    best, least, beside = -1, np.inf, False
    for j in range(clock.n_plots):
        plot = plots[j]
        wanted = j == theirs or j == -2 - theirs
        if theirs == NOTHING:
            wanted = plot.used == LEFT and scratch.parent[j] == -1
        if not wanted:
            continue
        dx, dy = plot.x - tracks[i].m[0], plot.y - tracks[i].m[1]
        radar = fixed.radars[plot.radar]
        if dx * dx + dy * dy > (2.0 * radar.beamwidth * plot.range) ** 2:
            continue
        cost, d2 = _between(tracks[i], tracks[r], plot, radar, k)
        beside = beside or cost < np.inf
        if j == theirs:
            own, ln_det, _ = distance(tracks[r], plot, radar, k)
            chance = 2.0 * log(rules.p_detect / (1.0 - rules.p_detect))
            if cost > own + ln_det + chance:
                continue
        if d2 < rules.gate and cost < least:
            best, least = j, cost
    return best, beside


@kernel
def _between(a, b, plot, radar, k):
    """Distance of a plot from the mean of two predictions: d2 + ln |2 pi S|, and d2.

    inf where the radar tells the two apart.
    """
    n = 4 if plot.rate == plot.rate else 3
    u, v = k.q[:4], k.g[:4]
    ok = _view(a, plot, radar, k, k.z, k.r)
    for c in range(4):
        u[c], v[c] = k.z[c], k.r[c]
    if not (ok and _view(b, plot, radar, k, k.z, k.r)):
        return np.inf, np.inf
    d2 = ln_det = 0.0
    for c in range(n):
        apart = k.z[c] - u[c]
        if c == 1 or c == 2:
            apart = turn(apart)
        reach = WIDE * (v[c] + k.r[c]) ** 0.5
        size = radar.beamwidth
        if c == 0:
            size = radar.range_cell
        elif c == 1:
            size = radar.beamwidth / max(cos(plot.el), 0.1)
        elif c == 3:
            size = radar.rate_cell if radar.rate_cell > 0.0 else np.inf
        # Of tracks that are not known to a cell nobody can say whether they share one.
        if abs(apart) > size + reach or reach > VAGUE * size:
            return np.inf, np.inf
        s = 0.25 * (v[c] + k.r[c])
        if c == 0:
            s += plot.sigma_r**2
            off = plot.range - (u[c] + 0.5 * apart)
        elif c == 1:
            s += (plot.sigma_a / max(cos(plot.el), 0.1)) ** 2
            off = turn(plot.az - u[c] - 0.5 * apart)
        elif c == 2:
            s += plot.sigma_a**2
            off = turn(plot.el - u[c] - 0.5 * apart)
        else:
            s += plot.sigma_rate**2
            off = plot.rate - (u[c] + 0.5 * apart)
        d2 += off * off / s
        ln_det += log(2.0 * pi * s)
    return d2 + ln_det, d2


@kernel
def _view(track, plot, radar, k, h, v):
    """What a radar measures of a track at the time of a plot, and its variances, (4,) each."""
    dt = plot.t - track.t
    for c in range(3):
        k.x[c] = track.m[c] + dt * (track.m[3 + c] + 0.5 * dt * track.a[c])
        k.x[3 + c] = track.m[3 + c] + dt * track.a[c]
    if not measure(k.x, radar, h, k.D):
        return False
    for c in range(4):
        v[c] = 0.0
        size = 6 if c == 3 else 3
        for p in range(size):
            for q in range(size):
                v[c] += k.D[c, p] * track.P[p, q] * k.D[c, q]
    return True
