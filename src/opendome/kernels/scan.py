"""One scan: looks at rockets and other objects, false alarms, clutter, unresolved plots.

A body is looked at once a scan by each radar that reports it: by the track beam that points
closest to it, else by the search.
"""

from math import atan2, cos, floor, log, pi, sqrt

import numpy as np

from opendome import rng
from opendome._jit import kernel
from opendome.kernels.ballistics import position
from opendome.kernels.clutter import OBJECT, place
from opendome.kernels.detection import fluctuation, power
from opendome.kernels.false_plots import false_plots
from opendome.kernels.radar import (
    apparent,
    beam_gain,
    clutter_response,
    echo_snr,
    local,
    measure_at,
    measure_rate,
    off_normal,
    range_rate,
    reports,
    responsible,
    search,
    sweep,
    write,
)
from opendome.kernels.terrain import hidden
from opendome.tables import FLYING

WINDOW = 3.0  # beam widths in azimuth within which a beam is looked for


@kernel
def scan(clock, fixed, truth, belief, scratch, seed, rep):
    """Plots of one scan; `schedule` must have been called for it.

    Fills belief.plots and beside it truth.source: row of the rocket, -1 for a false plot,
    -2 - row for an object.  Returns the number of plots, or -1 if the table is full.
    """
    # Kernels below get single tables: a call that hands on a whole tuple costs more than they do.
    radars, classes, radius = fixed.radars, fixed.classes, fixed.radius
    rockets, nodes, objects = truth.rockets, truth.nodes, truth.objects
    masks = fixed.masks
    plots, looks, wanted, keys = belief.plots, belief.looks, scratch.wanted, scratch.keys
    middle, begin = clock.t - 0.5 * clock.period, clock.t - clock.period
    n_rockets = clock.next - clock.first
    n = 0
    for j in range(n_rockets + len(objects)):
        source = clock.first + j if j < n_rockets else OBJECT + n_rockets - j
        if source >= 0 and _over(rockets[source], begin):
            continue
        x, y, z, vx, vy, vz = _state(source, rockets, nodes, classes, objects, middle, radius)
        nearest = responsible(radars, x, y, z, radius)
        for k in range(len(radars)):
            if not reports(k, nearest, radars, x, y, z, radius):
                continue
            if shaded(masks[k], radars[k], x, y, z, radius):
                continue
            t, slot, factor = _dwell(
                k, radars, (x, y, z, vx, vy, vz), clock, looks, wanted, keys, radius
            )
            if not _aloft(source, rockets, t):  # also where t is nan
                continue
            there = _state(source, rockets, nodes, classes, objects, t, radius)
            look = looks[max(slot, 0), k]
            if not _detect(
                source, plots[n], t, slot, factor, k, radars[k], there, look, clock.scan,
                rockets, classes, objects, truth.bias, radius, seed, rep,
            ):  # fmt: skip
                continue
            truth.source[n] = source
            if source <= OBJECT:
                plots[n].used = _named(objects[OBJECT - source], source, k, clock.scan, seed, rep)
            n += 1
            if n == len(plots):
                return -1
    n = merge(radars, plots, truth.source, n)
    n = false_plots(clock, radars, radius, truth.source, plots, seed, rep, n)
    return limit(radars, clock.period, plots, truth.source, n) if n > 0 else n


@kernel
def shaded(mask, radar, x, y, z, radius):
    """Whether the ground hides a body from a radar (kernels/terrain.py)."""
    if mask.shape[0] == 1:  # no terrain
        return False
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    return hidden(mask, e, n, r, apparent(u, r, radius))


@kernel
def _over(body, t):
    """Whether a launched rocket had come to its end before a time."""
    return body.status != FLYING and body.t_end <= t


@kernel
def _aloft(source, rockets, t):
    """Whether a body is in the air at a time; False for nan."""
    if source <= OBJECT:
        return t == t
    body = rockets[source]
    end = body.t_impact if body.status == FLYING else body.t_end
    return body.t_launch <= t < end


@kernel
def _state(source, rockets, nodes, classes, objects, t, radius):
    """Position and velocity of a body at a time."""
    if source <= OBJECT:
        return place(objects[OBJECT - source], t, radius)
    body = rockets[source]
    return position(nodes, body, classes[body.cls], t)


@kernel
def _dwell(k, radars, state, clock, looks, wanted, keys, radius):
    """When a radar looks at a body, with which slot's beam (-1: the search), how strongly.

    Never: nan.  Beams lie in order of their due times, which follow azimuth: only those near are
    compared.  The last answer is the SNR over that on the axis of a track beam.
    """
    radar = radars[k]
    x, y, z, vx, vy, vz = state
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    az = atan2(e, n)
    passes, factor = search(radar, az, apparent(u, r, radius), clock.t, clock.period)
    cos_normal = off_normal(radar, e, n, u, r)
    due = sweep(radar, az) * clock.period
    wide = WINDOW * radar.beamwidth / cos_normal / max(sqrt(e * e + n * n) / r, 0.05)
    wide *= clock.period / (2.0 * radar.half_sector)
    best, closest = -1, -1.0
    first = _first(k, due - wide, clock.n_beams, len(radars), wanted, keys)
    for j in range(first, clock.n_beams):
        code = wanted[j]
        if code % len(radars) != k or keys[j] > due + wide:
            break
        look = looks[code // len(radars), k]
        dt = look.t - (clock.t - 0.5 * clock.period)
        e, n, u = local(radar, x + dt * vx, y + dt * vy, z + dt * vz)
        d = look.direction
        c = (e * d[0] + n * d[1] + u * d[2]) / sqrt(e * e + n * n + u * u)
        if c > closest:
            best, closest = code // len(radars), c
    if best >= 0 and (passes != passes or beam_gain(radar, closest, cos_normal) > factor):
        return looks[best, k].t, best, 1.0
    return passes, -1, factor


@kernel
def _first(k, due, n_beams, n_radars, wanted, keys):
    """First beam of radar k, or of a later one, that is due at a time or later."""
    low, high = 0, n_beams
    while low < high:
        middle = (low + high) // 2
        at = wanted[middle] % n_radars
        if at < k or (at == k and keys[middle] < due):
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _detect(
    source, plot, t, slot, factor, k, radar, state, look, number,
    rockets, classes, objects, bias, radius, seed, rep,
):  # fmt: skip
    """One look at a body in scan `number`; fills the plot if the power exceeds the threshold."""
    x, y, z, vx, vy, vz = state
    entity, sub, rcs, case = _address(source, rockets, classes, objects)
    sub += 2 * k
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    rate = range_rate(radar, x, y, z, vx, vy, vz)
    cos_normal = off_normal(radar, e, n, u, r)
    s = factor * echo_snr(radar, rcs, u, r, cos_normal, radius)
    s *= clutter_response(radar, u, r, rate, radius)
    if slot >= 0:
        d = look.direction
        s *= beam_gain(radar, (e * d[0] + n * d[1] + u * d[2]) / r, cos_normal)
    total = echo_power(radar, case, s, seed, rep, entity, number, sub, k)
    if total <= radar.threshold:
        return False
    g0, g1 = rng.normal2(seed, rep, entity, number, rng.PLOT_NOISE, sub)
    g2, g3 = rng.normal2(seed, rep, entity, number, rng.PLOT_NOISE, sub + 1)
    off = bias[k, 0], bias[k, 1], bias[k, 2]
    measure_at(plot, t, k, radar, e, n, u, r, total - radar.bursts, g0, g1, g2, off)
    measure_rate(plot, radar, rate, g3, factor)
    if source >= 0 and rockets[source].t_plot != rockets[source].t_plot:
        rockets[source].t_plot = t
    return True


@kernel
def _address(source, rockets, classes, objects):
    """Entity and sub-address of a body's draws, its cross-section and Swerling case.

    Objects count down from the greatest entity, rockets' raids up from 0.
    """
    if source <= OBJECT:
        thing = objects[OBJECT - source]
        return 2**32 - 1 - (OBJECT - source), 0, thing.rcs, thing.swerling
    body = rockets[source]
    cls = classes[body.cls]
    return body.entity, rng.sub_of(body.number, 0), cls.rcs, cls.swerling


@kernel
def _named(thing, source, k, number, seed, rep):
    """1 if secondary radar names a plot as of no rocket, else 0."""
    u, _ = rng.uniform2(seed, rep, 2**32 - 1 - (OBJECT - source), number, rng.IDENTIFY, k)
    return np.int64(u < thing.p_identify)


@kernel
def echo_power(radar, case, s, seed, rep, entity, scan_number, sub, k):
    """Power of one look in units of the noise power: the sum of its bursts, one fluctuation.

    Bursts after the first are noisy copies: exponential powers around a constant signal add up
    as the first does with n times the signal plus n - 1 of noise alone (their sum is a noncentral
    chi-square, whose noncentralities add).
    """
    u, v = rng.uniform2(seed, rep, entity, scan_number, rng.FLUCTUATION, sub)
    g0, g1 = rng.normal2(seed, rep, entity, scan_number, rng.DETECTION, sub)
    total = power(radar.bursts * s * fluctuation(case, u, v), g0, g1)
    for j in range(1, radar.bursts):
        step = scan_number * 128 + k
        u, _ = rng.uniform2(seed, rep, entity, step, rng.BURSTS, rng.sub_of(sub // 256, j))
        total -= log(u)
    return total


# ---------------------------------------------------------------- what the extractor leaves


@kernel
def merge(radars, plots, source, n):
    """Join plots of one radar that it does not resolve; the stronger gives its name.

    Two plots within a cell in range (and in range rate, if measured) and a beam width in both
    angles become one at their mean, weighted by SNR.
    Source: Bar-Shalom and Li, Multitarget-Multisensor Tracking (1995), unresolved measurements.
    """
    j = 1
    while j < n:
        i = 0
        while i < j and not _unresolved(plots[i], plots[j], radars[plots[j].radar]):
            i += 1
        if i == j:
            j += 1
            continue
        if plots[j].snr > plots[i].snr:
            source[i] = source[j]
        _join(plots[i], plots[j], radars[plots[j].radar])
        n = _remove(plots, source, j, n)
    return n


@kernel
def _unresolved(a, b, radar):
    """Whether one radar sees two plots as one."""
    if a.radar != b.radar or abs(a.range - b.range) >= radar.range_cell:
        return False
    if radar.rate_cell > 0.0 and abs(a.rate - b.rate) >= radar.rate_cell:
        return False
    if abs(a.el - b.el) >= radar.beamwidth:
        return False
    off = abs(a.az - b.az)
    return min(off, abs(2.0 * pi - off)) * cos(a.el) < radar.beamwidth


@kernel
def _join(a, b, radar):
    """Make of plot a the mean of both by SNR; their powers add."""
    w = b.snr / (a.snr + b.snr)
    off = b.az - a.az
    a.az += w * (off - 2.0 * pi * floor((off + pi) / (2.0 * pi)))
    a.range += w * (b.range - a.range)
    a.el += w * (b.el - a.el)
    a.t += w * (b.t - a.t)
    rate, used = a.rate + w * (b.rate - a.rate), a.used
    write(a, a.t, a.radar, radar, a.range, a.az, a.el, a.snr + b.snr)
    measure_rate(a, radar, rate, 0.0, 1.0)
    a.used = used


@kernel
def limit(radars, period, plots, source, n):
    """Drop the weakest plots of each radar beyond its capacity."""
    for k in range(len(radars)):
        if n <= radars[k].capacity * period:
            continue
        count = 0
        for j in range(n):
            count += plots[j].radar == k
        while count > radars[k].capacity * period:
            weakest = -1
            for j in range(n):
                if plots[j].radar == k and (weakest < 0 or plots[j].snr < plots[weakest].snr):
                    weakest = j
            n = _remove(plots, source, weakest, n)
            count -= 1
    return n


@kernel
def _remove(plots, source, at, n):
    """Close the gap that plot `at` leaves.  Returns the new number of plots."""
    for j in range(at, n - 1):
        plots[j] = plots[j + 1]
        source[j] = source[j + 1]
    return n - 1
