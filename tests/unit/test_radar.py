"""Coverage, detection, measurement and false plots of the radar."""

from math import atan2, cos, pi, radians, sin, sqrt

import numpy as np
import pymap3d
import pytest
from scipy.optimize import brentq
from scipy.stats import binomtest, kstest

from opendome import rng, tables
from opendome.kernels import radar as kernels

ORIGIN = (31.50, 34.60, 0.0)
SITE = (31.55, 34.66, 60.0)  # radar "hill" of two-towns
pytestmark = pytest.mark.kernel


@pytest.fixture
def radar(sensed):
    return sensed.radars.copy()


def level(row, **changes):
    """The radar moved to the origin with the frame's own axes, its sector to the north."""
    row["x"], row["y"], row["z"], row["boresight"] = 0.0, 0.0, 0.0, 0.0
    row["rotation"] = np.eye(3)
    for name, value in changes.items():
        row[name] = value
    return row


def above(distance, height, radius):
    """Point at a distance north along the ground and a height, in the frame."""
    g = distance / radius
    return 0.0, (radius + height) * sin(g), (radius + height) * cos(g) - radius


# ---------------------------------------------------------------- detection


def looks(s, p_fa, n, entity):
    """Measured SNR of n looks with the simulator's own draws."""
    u = [rng.uniform2(5, 0, entity, step, rng.DETECTION, 0)[0] for step in range(n)]
    return np.array([kernels.detection(s, p_fa, x) for x in u])


@pytest.mark.parametrize(("s", "p_fa"), [(1.0, 1e-2), (10.0, 1e-4), (30.0, 1e-6), (200.0, 1e-6)])
def test_detection__rate_is_that_of_a_fading_echo_in_noise(s, p_fa):
    n = 3000
    seen = np.count_nonzero(looks(s, p_fa, n, int(s)))
    # Swerling 1 by itself: complex normal echo plus complex normal noise against a threshold.
    peer = np.random.default_rng(3)
    re, im = peer.normal(0.0, sqrt((1.0 + s) / 2.0), (2, 400_000))
    p_d = np.mean(re * re + im * im > -np.log(p_fa))
    # 1e-4: a fixed seed, so this fails for good or never.
    assert binomtest(seen, n, p_d).pvalue > 1e-4


def test_detection__of_nothing_is_the_false_alarm_probability():
    seen = np.count_nonzero(looks(0.0, 0.05, 4000, 77))
    assert binomtest(seen, 4000, 0.05).pvalue > 1e-4


def test_detection__measures_the_power_above_the_threshold():
    snr = looks(20.0, 1e-3, 2000, 78)
    power = snr[snr > 0.0] + 1.0
    # An exponential forgets: what lies above the threshold is exponential again, mean 1 + s.
    assert kstest((power + np.log(1e-3)) / 21.0, "expon").pvalue > 1e-4


def test_detection__is_never_lost_to_a_stronger_echo():
    for u in np.random.default_rng(1).uniform(size=200):
        snr = [kernels.detection(s, 1e-6, u) for s in (0.5, 2.0, 10.0, 50.0, 1e3, 1e5)]
        assert np.all(np.diff(snr) >= 0.0)


def test_mean_snr__is_one_at_the_reference_range_and_16_times_at_half(radar):
    q = radar[0]
    assert kernels.mean_snr(q, 1.0, q["reference_range"]) == pytest.approx(1.0)
    assert kernels.mean_snr(q, 0.3, q["reference_range"] / 2) == pytest.approx(0.3 * 16)


def test_accuracy__by_hand_and_in_the_limit(radar):
    radar["sigma_r0"], radar["range_cell"] = 8.0, 30.0
    radar["sigma_a0"], radar["beamwidth"] = 3e-3, 0.032
    # 2 snr = 25: 30 / 5 = 6 m beside 8 m; 0.032 / (1.6 x 5) = 4 mrad beside 3 mrad.
    assert kernels.accuracy(radar[0], 12.5) == pytest.approx((10.0, 5e-3))
    assert kernels.accuracy(radar[0], 1e12) == pytest.approx((8.0, 3e-3))


# ---------------------------------------------------------------- geometry


def test_local__agrees_with_pymap3d_and_unlocal_undoes_it(radar):
    peer = np.random.default_rng(2)
    for _ in range(50):
        point = (31.5 + peer.uniform(-1, 1), 34.6 + peer.uniform(-1, 1), peer.uniform(0, 40e3))
        xyz = pymap3d.geodetic2enu(*point, *ORIGIN)
        got = kernels.local(radar[0], *xyz)
        # 1 mm: sites stand on the round earth, here 0.4 mm off the ellipsoid.
        assert got == pytest.approx(pymap3d.geodetic2enu(*point, *SITE), abs=1e-3)
        assert kernels.unlocal(radar[0], *got) == pytest.approx(xyz, abs=1e-8)


@pytest.mark.parametrize("distance", [5e3, 20e3, 50e3, 80e3, 95e3])
@pytest.mark.parametrize("el_min", [0.0, 0.0087, 0.05])
def test_covers__horizon_is_a_straight_ray_over_an_earth_of_four_thirds(
    sensed, radar, distance, el_min
):
    level(radar, el_min=el_min)
    big = 4.0 / 3.0 * sensed.radius

    def elevation(h):
        """Of a point at the same distance along the ground of the enlarged earth."""
        g = distance / big
        return atan2((big + h) * cos(g) - big, (big + h) * sin(g))

    h = brentq(lambda h: elevation(h) - el_min, -10.0, 20e3)
    # Measured: at most 0.9 m (the formula takes the ray's length for the arc's).
    assert kernels.covers(radar[0], *above(distance, h + 1.5, sensed.radius), sensed.radius)
    assert not kernels.covers(radar[0], *above(distance, h - 1.5, sensed.radius), sensed.radius)


@pytest.mark.parametrize("boresight", [0.0, 1.0, pi - 0.1, 4.3, -3.0])
def test_covers__sector_ends_where_it_should(sensed, radar, boresight):
    level(radar, boresight=boresight % (2.0 * pi), half_sector=1.0)
    for off, seen in ((0.0, True), (0.9999, True), (1.0001, False), (pi, False)):
        for sign in (-1.0, 1.0):
            az = boresight + sign * off
            point = 20e3 * sin(az), 20e3 * cos(az), 5e3
            assert kernels.covers(radar[0], *point, sensed.radius) == seen


def test_covers__range_ends_where_it_should(sensed, radar):
    level(radar, range_min=500.0, range_max=60e3, el_min=0.0)
    for r, seen in ((499.0, False), (501.0, True), (59_999.0, True), (60_001.0, False)):
        point = 0.0, r * cos(0.3), r * sin(0.3)
        assert kernels.covers(radar[0], *point, sensed.radius) == seen


def network(row):
    """Three radars that look in different directions."""
    rows = np.repeat(row, 3).view(type(row))
    for k, (x, y, boresight) in enumerate([(0, 0, 0.0), (15e3, 5e3, 4.0), (-5e3, 20e3, 2.5)]):
        level(rows[k : k + 1], x=float(x), y=float(y), boresight=boresight)
    rows["range_max"] = 40e3
    return rows


def test_responsible__is_the_nearest_that_sees(sensed, radar):
    rows = network(radar)
    peer = np.random.default_rng(4)
    answers = []
    for _ in range(200):
        point = *peer.uniform(-50e3, 50e3, 2), peer.uniform(0, 15e3)
        seen = [
            (np.linalg.norm(np.subtract(point, (q["x"], q["y"], q["z"]))), k)
            for k, q in enumerate(rows)
            if kernels.covers(q, *point, sensed.radius)
        ]
        answers.append(kernels.responsible(rows, *point, sensed.radius))
        assert answers[-1] == (min(seen)[1] if seen else -1)
    assert set(answers) == {-1, 0, 1, 2}


# ---------------------------------------------------------------- plots


def test_measure__is_unbiased_with_the_promised_error(radar):
    point = (31.75, 34.50, 9_000.0)
    xyz = pymap3d.geodetic2enu(*point, *ORIGIN)
    az, el, r = pymap3d.geodetic2aer(*point, *SITE)
    n = 1500
    plots = tables.PLOTS.allocate(1)
    errors = []
    for g in np.random.default_rng(6).normal(size=(n, 3)):
        kernels.measure(plots[0], 7.0, 0, radar[0], *xyz, 25.0, *g)
        p = plots[0]
        d_az = (p["az"] - radians(az) + pi) % (2.0 * pi) - pi
        errors.append(
            (
                (p["range"] - r) / p["sigma_r"],
                d_az * cos(radians(el)) / p["sigma_a"],
                (p["el"] - radians(el)) / p["sigma_a"],
            )
        )
    errors = np.array(errors)
    # Four standard errors of a mean and of a standard deviation of n normals.
    assert np.abs(errors.mean(axis=0)).max() < 4.0 / sqrt(n)
    assert np.abs(errors.std(axis=0) - 1.0).max() < 4.0 / sqrt(2.0 * n)
    assert np.abs(np.corrcoef(errors.T) - np.eye(3)).max() < 4.0 / sqrt(n)
    assert (plots["t"][0], plots["radar"][0], plots["used"][0]) == (7.0, 0, 0)


def test_measure__position_is_the_polar_measurement(radar):
    plots = tables.PLOTS.allocate(1)
    kernels.measure(plots[0], 0.0, 0, radar[0], -20e3, 12e3, 6e3, 25.0, 0.4, -1.3, 0.8)
    p = plots[0]
    where = pymap3d.aer2geodetic(np.degrees(p["az"]), np.degrees(p["el"]), p["range"], *SITE)
    got = p["x"], p["y"], p["z"]
    assert got == pytest.approx(pymap3d.geodetic2enu(*where, *ORIGIN), abs=1e-3)  # as above


def test_measure_rate__is_unbiased_with_the_promised_error_and_off_without_cells(radar):
    radar["sigma_v0"], radar["rate_cell"] = 3.0, 20.0
    plots, seen = tables.PLOTS.allocate(1), []
    for g in np.random.default_rng(7).normal(size=1500):
        kernels.measure(plots[0], 0.0, 0, radar[0], -20e3, 12e3, 6e3, 12.5, 0.0, 0.0, 0.0)
        assert np.isnan(plots["rate"][0])
        assert np.isnan(plots["sigma_rate"][0])
        kernels.measure_rate(plots[0], radar[0], -250.0, g)
        seen.append(plots["rate"][0])
    # 2 snr = 25: 20 / 5 = 4 m/s beside 3 m/s.
    assert plots["sigma_rate"][0] == pytest.approx(5.0)
    assert abs(np.mean(seen) + 250.0) < 4.0 * 5.0 / sqrt(len(seen))
    assert abs(np.std(seen) / 5.0 - 1.0) < 4.0 / sqrt(2.0 * len(seen))
    radar["rate_cell"] = 0.0
    kernels.measure(plots[0], 0.0, 0, radar[0], -20e3, 12e3, 6e3, 12.5, 0.0, 0.0, 0.0)
    kernels.measure_rate(plots[0], radar[0], -250.0, 1.0)
    assert np.isnan(plots["rate"][0])


def test_range_rate__is_the_change_of_range(radar):
    at, v = np.array([-20e3, 12e3, 6e3]), np.array([300.0, -200.0, 150.0])
    site = np.array([radar[c][0] for c in "xyz"])
    ends = [np.linalg.norm(at + dt * v - site) for dt in (-0.01, 0.01)]
    assert kernels.range_rate(radar[0], *at, *v) == pytest.approx((ends[1] - ends[0]) / 0.02)


@pytest.mark.parametrize("boresight", [0.0, 3.0, 6.2])
def test_dwell_time__sweeps_the_sector_from_left_to_right_once_a_scan(radar, boresight):
    level(radar, boresight=boresight, half_sector=1.0)
    for off, want in ((-1.0, 96.0), (-0.5, 97.0), (0.0, 98.0), (1.0, 100.0)):
        az = (boresight + off + pi) % (2.0 * pi) - pi  # as atan2 gives it
        assert kernels.dwell_time(radar[0], az, 100.0, 4.0) == pytest.approx(want)


def test_limit__drops_the_weakest_of_each_radar(radar):
    rows = network(radar)
    rows["capacity"] = [2, 10, 3]
    plots = tables.PLOTS.allocate(12)
    plots["radar"] = [0, 1, 2] * 4
    plots["snr"] = np.random.default_rng(8).permutation(12) + 1.0
    snr, owner = plots["snr"].copy(), plots["radar"].copy()
    source = np.arange(12)
    n = kernels.limit(rows, plots, source, 12)
    want = [j for j in range(12) if (snr[owner == owner[j]] > snr[j]).sum() < [2, 10, 3][owner[j]]]
    assert source[:n].tolist() == want  # the order of the others stays
    assert plots["snr"][:n].tolist() == snr[want].tolist()


def scans(sensed, rows, n):
    """False plots of n scans: their counts by scan, and the plots."""
    clock = tables.CLOCK.allocate(1)
    source = np.zeros(512, np.int64)
    plots = tables.PLOTS.allocate(512)
    counts, kept = [], []
    for scan in range(n):
        clock["scan"], clock["t"] = scan, float(scan)
        found = kernels.false_plots(clock[0], sensed._replace(radars=rows), source, plots, 11, 0, 0)
        assert (source[:found] == -1).all()
        counts.append(found)
        kept.append(plots[:found].copy())
    return np.array(counts), np.concatenate(kept)


def test_false_plots__are_poisson_and_lie_inside_coverage(sensed, radar):
    mean, n = 3.0, 300
    radar["false_plots"] = mean
    counts, plots = scans(sensed, radar, n)
    # Four standard errors; the variance of a Poisson count's sample variance is about 2 mean^2 / n
    # + mean / n.
    assert abs(counts.mean() - mean) < 4.0 * sqrt(mean / n)
    assert abs(counts.var() - mean) < 4.0 * sqrt((2.0 * mean**2 + mean) / n)
    for p in plots:
        # A hair inwards: the edge itself may round either way.
        x, y, z = 0.999 * p["x"], 0.999 * p["y"], 0.999 * p["z"] + 0.1
        assert kernels.covers(radar[0], x, y, z, sensed.radius) or p["range"] < 510.0
        threshold = -np.log(radar["p_fa"][0])
        assert p["snr"] > threshold - 1.0


def test_false_plots__leave_a_point_to_the_nearest_radar(sensed, radar):
    rows = network(radar)
    rows["false_plots"] = 4.0
    _, plots = scans(sensed, rows, 40)
    assert set(plots["radar"]) == {0, 1, 2}
    for p in plots:
        assert kernels.responsible(rows, p["x"], p["y"], p["z"], sensed.radius) == p["radar"]


def test_scan__answers_minus_one_when_the_table_is_full(sensed, radar):
    radar["false_plots"] = 30.0
    clock = tables.CLOCK.allocate(1)
    clock["scan"], clock["t"] = 1, 1.0
    plots, source = tables.PLOTS.allocate(3), np.zeros(3, np.int64)
    full = sensed._replace(radars=radar)
    assert kernels.false_plots(clock[0], full, source, plots, 11, 0, 0) == -1
