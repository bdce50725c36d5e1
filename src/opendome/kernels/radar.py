"""Radar: coverage, detection, measurement, false plots.

r     slant range                        m
el    elevation, az azimuth from north   rad
s     mean signal-to-noise ratio         power ratio
p_fa  false-alarm probability of a cell
"""

from math import asin, atan2, cos, exp, floor, hypot, log, pi, sin, sqrt

import numpy as np

from opendome import rng
from opendome._jit import kernel
from opendome.constants import REFRACTION_K
from opendome.kernels.ballistics import position
from opendome.tables import FLYING

FALSE_EL_SPAN = 0.12  # rad, height of the search fence in which false plots appear (assumed)
FALSE_RATE = 1_000.0  # m/s, greatest range rate, either way, of a false plot (assumed)


@kernel
def local(radar, x, y, z):
    """Vector from the radar to a point, in the radar's own ENU axes, m."""
    dx = x - radar.x
    dy = y - radar.y
    dz = z - radar.z
    q = radar.rotation
    return (
        q[0, 0] * dx + q[0, 1] * dy + q[0, 2] * dz,
        q[1, 0] * dx + q[1, 1] * dy + q[1, 2] * dz,
        q[2, 0] * dx + q[2, 1] * dy + q[2, 2] * dz,
    )


@kernel
def unlocal(radar, e, n, u):
    """Point of the scenario's frame at (e, n, u) of the radar's own ENU axes, m."""
    q = radar.rotation
    return (
        radar.x + q[0, 0] * e + q[1, 0] * n + q[2, 0] * u,
        radar.y + q[0, 1] * e + q[1, 1] * n + q[2, 1] * u,
        radar.z + q[0, 2] * e + q[1, 2] * n + q[2, 2] * u,
    )


@kernel
def covers(radar, x, y, z, radius):
    """Whether a point lies in range, inside the sector and above the radar's horizon.

    Refraction bends the ray so that a straight ray over an earth of 4/3 radius sees what the
    bent one sees: the apparent elevation exceeds the geometric one by r (1 - 1/k) / (2 R).

    Source: Blake, NRL 7098 (1970); Skolnik, Introduction to Radar Systems (2001), 8.2.
    """
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    if r < radar.range_min or r > radar.range_max:
        return False
    if asin(u / r) + r * (1.0 - 1.0 / REFRACTION_K) / (2.0 * radius) < radar.el_min:
        return False
    off = abs(atan2(e, n) - radar.boresight)  # up to 3 pi: the boresight is 0 to 2 pi
    return min(off, abs(2.0 * pi - off)) <= radar.half_sector


@kernel
def responsible(radars, x, y, z, radius):
    """Row of the nearest radar that covers a point, or -1.

    The network has one radar report each region (assumed): one plot a body and scan.
    """
    best = -1
    nearest = np.inf
    for k in range(len(radars)):
        q = radars[k]
        d2 = (x - q.x) ** 2 + (y - q.y) ** 2 + (z - q.z) ** 2
        if d2 < nearest and covers(q, x, y, z, radius):
            best = k
            nearest = d2
    return best


@kernel
def mean_snr(radar, rcs, r):
    """Mean SNR of a cross-section at a range: s = rcs (R_ref / r)^4, the radar equation."""
    q = radar.reference_range / r
    return rcs * q * q * q * q


@kernel
def detection(s, p_fa, u):
    """Measured SNR of one look at a Swerling-1 target, or 0 below the threshold.

    The envelope's power, in noise units, is exponential with mean 1 + s; the threshold is
    -ln p_fa.  So p_d = p_fa^(1 / (1 + s)).

    Source: Swerling, RAND RM-1217 (1954); Skolnik (2001), 2.8.
    """
    power = -(1.0 + s) * log(u)
    return power - 1.0 if power > -log(p_fa) else 0.0


@kernel
def accuracy(radar, snr):
    """Standard deviations of range (m) and angle (rad).

    sigma_r = cell / sqrt(2 snr), sigma_a = beamwidth / (1.6 sqrt(2 snr)), each with a floor
    added in quadrature.  Source: Barton, Radar System Analysis and Modeling (2005), 8.1.
    """
    q = 1.0 / sqrt(2.0 * snr)
    return hypot(radar.sigma_r0, radar.range_cell * q), hypot(
        radar.sigma_a0, radar.beamwidth * q / 1.6
    )


@kernel
def _write(plot, t, k, radar, r, az, el, snr):
    """Fill one plot from its polar measurement."""
    plot.t = t
    plot.radar = k
    plot.range = r
    plot.az = az
    plot.el = el
    plot.snr = snr
    plot.rate = np.nan
    plot.sigma_rate = np.nan
    plot.sigma_r, plot.sigma_a = accuracy(radar, snr)
    plot.x, plot.y, plot.z = unlocal(
        radar, r * cos(el) * sin(az), r * cos(el) * cos(az), r * sin(el)
    )
    plot.used = 0


@kernel
def measure(plot, t, k, radar, x, y, z, snr, g0, g1, g2):
    """Fill one plot of a body at (x, y, z) with three standard normals as noise."""
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    sigma_r, sigma_a = accuracy(radar, snr)
    el = asin(u / r) + sigma_a * g2
    az = atan2(e, n) + sigma_a * g1 / max(cos(el), 0.1)
    _write(plot, t, k, radar, r + sigma_r * g0, az, el, snr)


@kernel
def measure_rate(plot, radar, rate, g):
    """Add a measured range rate, with a standard normal as noise, if the radar has Doppler cells.

    sigma = cell / sqrt(2 snr) with a floor added in quadrature.  Source: as `accuracy`.
    """
    if radar.rate_cell > 0.0:
        plot.sigma_rate = hypot(radar.sigma_v0, radar.rate_cell / sqrt(2.0 * plot.snr))
        plot.rate = rate + plot.sigma_rate * g


@kernel
def range_rate(radar, x, y, z, vx, vy, vz):
    """Velocity along the line of sight, m/s; positive: it recedes."""
    dx = x - radar.x
    dy = y - radar.y
    dz = z - radar.z
    return (dx * vx + dy * vy + dz * vz) / sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def dwell_time(radar, az, t, period):
    """Time at which the beam, sweeping the sector once from left to right in the scan, is at az."""
    off = az - radar.boresight
    off -= 2.0 * pi * floor((off + pi) / (2.0 * pi))
    return t - period * min(max(0.5 - 0.5 * off / radar.half_sector, 0.0), 1.0)


@kernel
def scan(clock, fixed, truth, belief, seed, rep):
    """Plots of one scan: true bodies, then false plots; the weakest beyond capacity are lost.

    Fills belief.plots and beside it truth.source: row of the rocket, -1 for a false plot.
    Returns the number of plots, or -1 if the table is full.
    """
    plots = belief.plots
    t = clock.t
    n = 0
    for i in range(clock.first, clock.next):
        body = truth.rockets[i]
        if body.status != FLYING:
            continue
        cls = fixed.classes[body.cls]
        x, y, z, _, _, _ = position(truth.nodes, body, cls, t - 0.5 * clock.period)
        k = responsible(fixed.radars, x, y, z, fixed.radius)
        if k < 0:
            continue
        radar = fixed.radars[k]
        e, north, _ = local(radar, x, y, z)
        tau = dwell_time(radar, atan2(e, north), t, clock.period)
        if body.t_launch > tau:
            continue
        x, y, z, vx, vy, vz = position(truth.nodes, body, cls, tau)
        r = sqrt((x - radar.x) ** 2 + (y - radar.y) ** 2 + (z - radar.z) ** 2)
        entity = body.entity
        sub = rng.sub_of(body.number, 2 * k)
        u, _ = rng.uniform2(seed, rep, entity, clock.scan, rng.DETECTION, sub)
        snr = detection(mean_snr(radar, cls.rcs, r), radar.p_fa, u)
        if snr == 0.0:
            continue
        if n == len(plots):
            return -1
        g0, g1 = rng.normal2(seed, rep, entity, clock.scan, rng.PLOT_NOISE, sub)
        g2, g3 = rng.normal2(seed, rep, entity, clock.scan, rng.PLOT_NOISE, sub + 1)
        measure(plots[n], tau, k, radar, x, y, z, snr, g0, g1, g2)
        measure_rate(plots[n], radar, range_rate(radar, x, y, z, vx, vy, vz), g3)
        truth.source[n] = i
        if body.t_plot != body.t_plot:
            body.t_plot = tau
        n += 1
    n = false_plots(clock, fixed, truth.source, plots, seed, rep, n)
    return limit(fixed.radars, plots, truth.source, n) if n > 0 else n


@kernel
def false_plots(clock, fixed, source, plots, seed, rep, n):
    """Append Poisson many false plots a radar, uniform over its range, sector and search fence.

    A radar does not report what another one is nearer to, so most are discarded.
    """
    scan_number = clock.scan
    for k in range(len(fixed.radars)):
        radar = fixed.radars[k]
        u, _ = rng.uniform2(seed, rep, k, scan_number, rng.FALSE_COUNT, 0)
        p = exp(-radar.false_plots)
        total = p
        count = 0
        while u > total and count < 64:
            count += 1
            p *= radar.false_plots / count
            total += p
        for j in range(count):
            a, b = rng.uniform2(seed, rep, k, scan_number, rng.FALSE_PLOT, 3 * j)
            c, d = rng.uniform2(seed, rep, k, scan_number, rng.FALSE_PLOT, 3 * j + 1)
            v, _ = rng.uniform2(seed, rep, k, scan_number, rng.FALSE_PLOT, 3 * j + 2)
            r = radar.range_min + a * (radar.range_max - radar.range_min)
            az = radar.boresight + (2.0 * b - 1.0) * radar.half_sector
            el = radar.el_min + c * FALSE_EL_SPAN
            e = r * cos(el) * sin(az)
            x, y, z = unlocal(radar, e, r * cos(el) * cos(az), r * sin(el))
            if responsible(fixed.radars, x, y, z, fixed.radius) != k:
                continue
            if n == len(plots):
                return -1
            snr = -log(radar.p_fa) - log(d) - 1.0  # noise above the threshold, read as a signal
            tau = dwell_time(radar, az, clock.t, clock.period)
            _write(plots[n], tau, k, radar, r, az, el, snr)
            measure_rate(plots[n], radar, (2.0 * v - 1.0) * FALSE_RATE, 0.0)
            source[n] = -1
            n += 1
    return n


@kernel
def limit(radars, plots, source, n):
    """Drop the weakest plots of each radar that has more than its capacity."""
    for k in range(len(radars)):
        count = 0
        for j in range(n):
            count += plots[j].radar == k
        while count > radars[k].capacity:
            weakest = -1
            for j in range(n):
                if plots[j].radar == k and (weakest < 0 or plots[j].snr < plots[weakest].snr):
                    weakest = j
            for j in range(weakest, n - 1):
                plots[j] = plots[j + 1]
                source[j] = source[j + 1]
            n -= 1
            count -= 1
    return n
