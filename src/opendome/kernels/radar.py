"""Radar: coverage, strength of an echo, measurement.

e n u  body from the radar, in its own east, north and up   m
r      slant range                                          m
el     elevation, az azimuth from north                     rad
s      mean signal-to-noise ratio of one burst              power ratio
"""

from math import asin, atan2, cos, exp, floor, log, pi, sin, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import REFRACTION_K

GAS_HEIGHT = 6_000.0  # m, height over which the attenuation of dry air falls to 1/e
COS_MIN = 0.2  # of the angle off the array's normal: no beam is formed farther off
NEPERS = 0.230258509299404568  # in 1 dB of power
LN_2 = 0.693147180559945309
# Skolnik, Introduction to Radar Systems, 3rd ed. (2001), 3.3: pulse intervals in the ratio
# 25:30:27:31; the first blind speed is 28.25 times that of their mean.
STAGGER = (25.0 / 28.25, 30.0 / 28.25, 27.0 / 28.25, 31.0 / 28.25)


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
def apparent(u, r, radius):
    """Elevation under which the radar sees a body, rad.

    Refraction bends the ray so that a straight ray over an earth of 4/3 radius sees what the
    bent one sees: the apparent elevation exceeds the geometric one by r (1 - 1/k) / (2 R).

    Source: Blake, NRL 7098 (1970); Skolnik, Introduction to Radar Systems (2001), 8.2.
    """
    return asin(u / r) + r * (1.0 - 1.0 / REFRACTION_K) / (2.0 * radius)


@kernel
def covers(radar, x, y, z, radius):
    """Whether a point lies in range, inside the sector and above the radar's horizon."""
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    if r < radar.range_min or r > radar.range_max:
        return False
    if apparent(u, r, radius) < radar.el_min:
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
def reports(k, nearest, radars, x, y, z, radius):
    """Whether radar k reports a body: it is the nearest that covers it, or keeps nothing back."""
    return k == nearest or (radars[k].everywhere == 1 and covers(radars[k], x, y, z, radius))


@kernel
def left_to_another(k, radars, x, y, z, radius):
    """Whether radar k, which covers a point, leaves it to a nearer one that covers it too."""
    q = radars[k]
    if q.everywhere == 1:
        return False
    own = (x - q.x) ** 2 + (y - q.y) ** 2 + (z - q.z) ** 2
    for j in range(len(radars)):
        q = radars[j]
        d2 = (x - q.x) ** 2 + (y - q.y) ** 2 + (z - q.z) ** 2
        if d2 < own and covers(q, x, y, z, radius):
            return True
    return False


# ---------------------------------------------------------------- strength of an echo


@kernel
def mean_snr(radar, rcs, r):
    """Mean SNR of a track beam on its axis, at the array's normal, without attenuation.

    s = rcs (R_ref / r)^4: the radar equation, whose constants are in R_ref (multifunction.py).
    """
    q = radar.reference_range / r
    return rcs * q * q * q * q


@kernel
def off_normal(radar, e, n, u, r):
    """Cosine of the angle between a direction and the array's normal, at least COS_MIN.

    1 for an antenna that turns (no scan loss).
    """
    if radar.scan_loss == 0.0:
        return 1.0
    q = radar.normal
    return max((e * q[0] + n * q[1] + u * q[2]) / r, COS_MIN)


@kernel
def attenuation(radar, u, r, radius):
    """Loss of air and rain on the way there and back, dB.

    Air thins as exp(-h / 6 km); rain is even up to rain_top and over all ranges.  The height h of
    the ray grows evenly up to the body's.

    Source: rain as in ITU-R P.838-3 (rain.py); air: sea-level value of ITU-R P.676, dry air of an
    equivalent height of 6 km, which is that of the older versions of P.676.
    """
    h = max(u + r * r / (2.0 * radius), 1.0)
    x = h / GAS_HEIGHT
    air = radar.gas * r * (1.0 - exp(-x)) / x
    return 2.0 * (air + radar.rain * r * min(1.0, radar.rain_top / h))


@kernel
def echo_snr(radar, rcs, u, r, cos_normal, radius):
    """Mean SNR of a track beam on its axis, with the losses of direction, air and rain.

    An array that looks off its normal by an angle a loses cos(a)^scan_loss; 3 for the effective
    aperture and the element pattern both ways.  Source: Skolnik, Radar Handbook (2008), 13.
    """
    loss = NEPERS * attenuation(radar, u, r, radius) - radar.scan_loss * log(cos_normal)
    return mean_snr(radar, rcs, r) * exp(-loss)


@kernel
def canceller(rate, blind):
    """Power response of a two-pulse canceller with staggered intervals at a range rate, mean 1.

    2 sin^2(pi v / v_blind) for each interval, averaged over them.
    Source: Skolnik (2001), 3.2 and 3.3.
    """
    total = 0.0
    for q in STAGGER:
        a = sin(pi * q * rate / blind)
        total += a * a
    return 0.5 * total


@kernel
def clutter_response(radar, u, r, rate, radius):
    """Factor of the canceller on an echo: 1 above the beams that touch the ground."""
    if radar.blind_speed > 0.0 and apparent(u, r, radius) < radar.clutter_top:
        return canceller(rate, radar.blind_speed)
    return 1.0


@kernel
def beam_gain(radar, cos_off, cos_normal):
    """Two-way power gain of a Gaussian beam off its axis; the width grows as 1 / cos(normal).

    One way 2^-(2 off / width)^2, so that it is 1/2 at half the 3 dB width.
    Source: Barton, Radar System Analysis and Modeling (2005), 3.
    """
    q = cos_normal / radar.beamwidth
    off2 = 2.0 * (1.0 - cos_off)  # of a small angle
    return exp(-8.0 * LN_2 * off2 * q * q)


# ---------------------------------------------------------------- measurement


@kernel
def accuracy(radar, snr, cos_normal):
    """Standard deviations of range (m) and angle (rad).

    sigma_r = cell / sqrt(2 snr), sigma_a = beamwidth / (1.6 sqrt(2 snr)), each with a floor
    added in quadrature; the beam is wider by 1 / cos(normal) off the array's normal.
    Source: Barton, Radar System Analysis and Modeling (2005), 8.1.
    """
    q = 1.0 / sqrt(2.0 * snr)
    r = radar.range_cell * q
    a = radar.beamwidth * q / (1.6 * cos_normal)
    return sqrt(radar.sigma_r0**2 + r * r), sqrt(radar.sigma_a0**2 + a * a)


@kernel
def write(plot, t, k, radar, r, az, el, snr):
    """Fill one plot from its polar measurement; range rate stays missing."""
    plot.t = t
    plot.radar = k
    plot.range = r
    plot.az = az
    plot.el = el
    plot.snr = snr
    plot.rate = np.nan
    plot.sigma_rate = np.nan
    flat = r * cos(el)
    e, n, u = flat * sin(az), flat * cos(az), r * sin(el)
    plot.x, plot.y, plot.z = unlocal(radar, e, n, u)
    plot.sigma_r, plot.sigma_a = accuracy(radar, snr, off_normal(radar, e, n, u, r))
    plot.used = 0


@kernel
def measure(plot, t, k, radar, x, y, z, snr, g0, g1, g2):
    """Fill one plot of a body at (x, y, z) with three standard normals as noise, without bias."""
    e, n, u = local(radar, x, y, z)
    r = sqrt(e * e + n * n + u * u)
    measure_at(plot, t, k, radar, e, n, u, r, snr, g0, g1, g2, (0.0, 0.0, 0.0))


@kernel
def measure_at(plot, t, k, radar, e, n, u, r, snr, g0, g1, g2, bias):
    """`measure` from the place in the radar's axes; `bias` of range (m) and angles (rad)."""
    sigma_r, sigma_a = accuracy(radar, snr, off_normal(radar, e, n, u, r))
    spread = max(sqrt(e * e + n * n) / r, 0.1)
    write(
        plot, t, k, radar,
        r + sigma_r * g0 + bias[0],
        atan2(e, n) + sigma_a * g1 / spread + bias[1],
        asin(u / r) + sigma_a * g2 + bias[2],
        snr,
    )  # fmt: skip


@kernel
def measure_rate(plot, radar, rate, g, dwell):
    """Add a measured range rate, with a standard normal as noise, if the radar has Doppler cells.

    sigma = cell / sqrt(2 snr) with a floor added in quadrature; the cell of a dwell shorter than
    a track beam's, in the ratio `dwell`, is wider by as much.  Source: as `accuracy`.
    """
    if radar.rate_cell > 0.0:
        cell = radar.rate_cell / dwell
        plot.sigma_rate = sqrt(radar.sigma_v0**2 + cell * cell / (2.0 * plot.snr))
        plot.rate = rate + plot.sigma_rate * g


@kernel
def range_rate(radar, x, y, z, vx, vy, vz):
    """Velocity along the line of sight, m/s; positive: it recedes."""
    dx = x - radar.x
    dy = y - radar.y
    dz = z - radar.z
    return (dx * vx + dy * vy + dz * vz) / sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def sweep(radar, az):
    """Where in its sector a radar looks at azimuth az: 0 at the left edge, 1 at the right."""
    off = az - radar.boresight
    off -= 2.0 * pi * floor((off + pi) / (2.0 * pi))
    return min(max(0.5 + 0.5 * off / radar.half_sector, 0.0), 1.0)


@kernel
def search(radar, az, el, t, period):
    """When the search looks in a direction in the scan period that ends at t, and how strongly.

    Fence and volume search sweep the sector from left to right, each in its own period, again and
    again from time 0.

    Returns
    -------
    time : float, s
        nan: not in this scan period, or above the volume.
    factor : float
        SNR over that of a track beam.
    """
    sweeps, factor = radar.fence_period, radar.fence_factor
    if el > radar.fence_top:
        sweeps, factor = radar.volume_period, radar.volume_factor
        if el > radar.volume_top:
            return np.nan, 0.0
    offset = sweep(radar, az) * sweeps
    passed = floor((t - offset) / sweeps) * sweeps + offset
    return (passed if passed > t - period and factor > 0.0 else np.nan), factor
