"""Plots of nothing: false alarms of the search, and clutter residue in its lowest beam."""

from math import asin, cos, exp, floor, log, sin

from opendome import rng
from opendome._jit import kernel
from opendome.kernels.radar import left_to_another, measure_rate, unlocal, write

FALSE_RATE = 1_000.0  # m/s, greatest range rate, either way, of a false alarm (assumed)
CLUTTER_RATE = 25.0  # m/s, the same of clutter residue: birds, traffic, waves (assumed)
FENCE, VOLUME, RESIDUE = range(3)  # where a false plot comes from
CHUNK = 32.0  # mean of one Poisson draw by inversion


@kernel
def false_plots(clock, radars, radius, source, plots, seed, rep, n):
    """Append false alarms of the search and clutter residue; -1 if the table is full.

    False alarms are uniform over range, sector and the solid angle of fence or volume, and
    exponential above the threshold; residue lies in the lowest beam and near.  A radar does not
    report what another is nearer to.
    """
    for k in range(len(radars)):
        radar = radars[k]
        fence = radar.fence_alarms * clock.period / radar.fence_period
        alarms = fence + radar.volume_alarms * clock.period / radar.volume_period
        mean = alarms + radar.clutter_plots
        for j in range(poisson(mean, seed, rep, k, clock.scan)):
            if n == len(plots):
                return -1
            u, v = rng.uniform2(seed, rep, k, clock.scan, rng.FALSE_PLOT, 3 * j)
            kind = FENCE if u * mean < fence else (VOLUME if u * mean < alarms else RESIDUE)
            if _false_plot(plots[n], j, kind, v, k, clock, radars, radius, seed, rep):
                source[n] = -1
                n += 1
    return n


@kernel
def _false_plot(plot, j, kind, v, k, clock, radars, radius, seed, rep):
    """Fill the j-th false plot of radar k; False where another radar reports.

    Its time is uniform over the scan period; the azimuth is where the search was then.
    """
    radar = radars[k]
    a, b = rng.uniform2(seed, rep, k, clock.scan, rng.FALSE_PLOT, 3 * j + 1)
    c, d = rng.uniform2(seed, rep, k, clock.scan, rng.FALSE_PLOT, 3 * j + 2)
    far, greatest = radar.range_max, FALSE_RATE
    low, high, sweeps = radar.el_min, radar.fence_top, radar.fence_period
    factor = radar.fence_factor
    if kind == VOLUME:
        low, high, sweeps = radar.fence_top, radar.volume_top, radar.volume_period
        factor = radar.volume_factor
    elif kind == RESIDUE:
        far, greatest = min(radar.clutter_range, radar.range_max), CLUTTER_RATE
        high = min(radar.el_min + radar.beamwidth, radar.fence_top)
    t = clock.t - clock.period * b
    at = t / sweeps
    az = radar.boresight + (2.0 * (at - floor(at)) - 1.0) * radar.half_sector
    r = radar.range_min + a * (far - radar.range_min)
    el = asin(sin(low) + c * (sin(high) - sin(low)))
    x, y, z = unlocal(radar, r * cos(el) * sin(az), r * cos(el) * cos(az), r * sin(el))
    if left_to_another(k, radars, x, y, z, radius):
        return False
    write(plot, t, k, radar, r, az, el, radar.threshold - log(d) - radar.bursts)
    measure_rate(plot, radar, (2.0 * v - 1.0) * greatest, 0.0, factor)
    return True


@kernel
def poisson(mean, seed, rep, k, scan_number):
    """Poisson count by inversion, in chunks of mean `CHUNK` at most so that exp does not vanish."""
    count = 0
    chunk = 0
    while mean > 0.0:
        part = min(mean, CHUNK)
        mean -= part
        u, _ = rng.uniform2(seed, rep, k, scan_number, rng.FALSE_COUNT, chunk)
        p = exp(-part)
        total = p
        j = 0
        while u > total and j < 512:
            j += 1
            p *= part / j
            total += p
        count += j
        chunk += 1
    return count
