"""Coverage, strength of an echo, measurement, and what the extractor leaves."""

from math import atan2, cos, pi, radians, sin, sqrt

import numpy as np
import pymap3d
import pytest
from scipy.optimize import brentq

from opendome import tables
from opendome.kernels import radar as kernels
from opendome.kernels import scan
from tests.unit.radars import level, network

ORIGIN = (31.50, 34.60, 0.0)
SITE = (31.55, 34.66, 60.0)  # radar "hill" of two-towns
pytestmark = pytest.mark.kernel


@pytest.fixture
def radar(sensed):
    return sensed.radars.copy()


def above(distance, height, radius):
    """Point at a distance north along the ground and a height, in the frame."""
    g = distance / radius
    return 0.0, (radius + height) * sin(g), (radius + height) * cos(g) - radius


# ---------------------------------------------------------------- strength of an echo


def test_mean_snr__is_one_at_the_reference_range_and_16_times_at_half(radar):
    q = radar[0]
    assert kernels.mean_snr(q, 1.0, q["reference_range"]) == pytest.approx(1.0)
    assert kernels.mean_snr(q, 0.3, q["reference_range"] / 2) == pytest.approx(0.3 * 16)


def test_accuracy__by_hand_and_in_the_limit(radar):
    radar["sigma_r0"], radar["range_cell"] = 8.0, 30.0
    radar["sigma_a0"], radar["beamwidth"] = 3e-3, 0.032
    # 2 snr = 25: 30 / 5 = 6 m beside 8 m; 0.032 / (1.6 x 5) = 4 mrad beside 3 mrad.
    assert kernels.accuracy(radar[0], 12.5, 1.0) == pytest.approx((10.0, 5e-3))
    assert kernels.accuracy(radar[0], 1e12, 1.0) == pytest.approx((8.0, 3e-3))
    # Off the normal the beam is wider: 60 deg, twice, so 8 mrad beside 3 mrad.
    assert kernels.accuracy(radar[0], 12.5, 0.5)[1] == pytest.approx(sqrt(73e-6))


def test_off_normal__is_the_cosine_to_the_tilted_boresight(radar):
    level(radar, boresight=0.7, tilt=0.3, scan_loss=3.0)
    ahead = np.array([sin(0.7) * cos(0.3), cos(0.7) * cos(0.3), sin(0.3)])
    to = np.array([3e3, 9e3, 2e3])
    r = float(np.linalg.norm(to))
    assert kernels.off_normal(radar[0], *to, r) == pytest.approx(to @ ahead / r)
    assert kernels.off_normal(radar[0], *-to, r) == kernels.COS_MIN
    radar["scan_loss"] = 0.0
    assert kernels.off_normal(radar[0], *-to, r) == 1.0


def test_attenuation__of_level_and_steep_paths(sensed, radar):
    radar["gas"], radar["rain"], radar["rain_top"] = 1e-5, 2e-5, 3e3
    # On the ground nothing thins out: both act over the whole way, there and back.
    assert kernels.attenuation(radar[0], 0.0, 5e3, sensed.radius) == pytest.approx(0.3, rel=1e-3)
    # Straight up: of the air all above is 6 km of the ground's, of the rain 3 km.
    steep = kernels.attenuation(radar[0], 60e3, 60e3, sensed.radius)
    assert steep == pytest.approx(2.0 * (1e-5 * 6e3 + 2e-5 * 3e3), rel=5e-3)


def test_echo_snr__loses_with_air_and_off_the_normal(sensed, radar):
    level(radar, tilt=0.0, gas=0.0, rain=0.0, scan_loss=3.0)
    q, r = radar[0], 40e3
    clear = kernels.mean_snr(q, 0.5, r)
    assert kernels.echo_snr(q, 0.5, 0.0, r, 1.0, sensed.radius) == pytest.approx(clear)
    assert kernels.echo_snr(q, 0.5, 0.0, r, 0.5, sensed.radius) == pytest.approx(clear / 8.0)
    radar["gas"] = 1e-4
    db = kernels.attenuation(radar[0], 0.0, r, sensed.radius)
    got = kernels.echo_snr(radar[0], 0.5, 0.0, r, 1.0, sensed.radius)
    assert 10.0 * np.log10(clear / got) == pytest.approx(db)


def test_canceller__first_blind_speed_of_the_stagger_is_skolniks(radar):
    # Skolnik (2001), 3.3: intervals 25:30:27:31 are first blind at 28.25 times the blind speed
    # of their mean; below, no null is complete.
    v = np.linspace(0.5, 28.25 - 0.5, 8_000)
    response = np.array([kernels.canceller(x, 1.0) for x in v])
    assert kernels.canceller(28.25, 1.0) == pytest.approx(0.0, abs=1e-20)
    assert response.min() > 0.1  # measured: -8.7 dB, next to the mean's blind speed
    assert response.mean() == pytest.approx(1.0, abs=0.01)
    assert kernels.canceller(0.0, 70.0) == 0.0


def test_clutter_response__is_one_above_the_lowest_beams(sensed, radar):
    radar["blind_speed"], radar["clutter_top"] = 70.0, 0.04
    low, high = 20e3 * sin(0.03), 20e3 * sin(0.05)
    assert kernels.clutter_response(radar[0], low, 20e3, 1.0, sensed.radius) < 0.01
    assert kernels.clutter_response(radar[0], high, 20e3, 1.0, sensed.radius) == 1.0
    radar["blind_speed"] = 0.0
    assert kernels.clutter_response(radar[0], low, 20e3, 0.0, sensed.radius) == 1.0


def test_beam_gain__is_a_quarter_at_half_the_width_both_ways(radar):
    radar["beamwidth"] = 0.02
    assert kernels.beam_gain(radar[0], 1.0, 1.0) == 1.0
    assert kernels.beam_gain(radar[0], cos(0.01), 1.0) == pytest.approx(0.25, rel=1e-4)
    # 60 deg off the normal the beam is twice as wide.
    assert kernels.beam_gain(radar[0], cos(0.02), 0.5) == pytest.approx(0.25, rel=1e-3)


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


def test_measure_at__adds_the_bias(radar):
    plots = tables.PLOTS.allocate(2)
    e, n, u = 9e3, 12e3, 3e3
    r = sqrt(e * e + n * n + u * u)
    for row, bias in zip(plots, ((0.0, 0.0, 0.0), (40.0, 2e-3, -1e-3)), strict=True):
        kernels.measure_at(row, 0.0, 0, radar[0], e, n, u, r, 50.0, 0.2, -0.4, 1.1, bias)
    assert plots["range"][1] - plots["range"][0] == pytest.approx(40.0)
    assert plots["az"][1] - plots["az"][0] == pytest.approx(2e-3)
    assert plots["el"][1] - plots["el"][0] == pytest.approx(-1e-3)


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
        kernels.measure_rate(plots[0], radar[0], -250.0, g, 1.0)
        seen.append(plots["rate"][0])
    # 2 snr = 25: 20 / 5 = 4 m/s beside 3 m/s.
    assert plots["sigma_rate"][0] == pytest.approx(5.0)
    assert abs(np.mean(seen) + 250.0) < 4.0 * 5.0 / sqrt(len(seen))
    assert abs(np.std(seen) / 5.0 - 1.0) < 4.0 / sqrt(2.0 * len(seen))
    # Half the dwell: a cell of 40 m/s, 8 m/s beside 3 m/s.
    kernels.measure_rate(plots[0], radar[0], -250.0, 0.0, 0.5)
    assert plots["sigma_rate"][0] == pytest.approx(sqrt(73.0))
    radar["rate_cell"] = 0.0
    kernels.measure(plots[0], 0.0, 0, radar[0], -20e3, 12e3, 6e3, 12.5, 0.0, 0.0, 0.0)
    kernels.measure_rate(plots[0], radar[0], -250.0, 1.0, 1.0)
    assert np.isnan(plots["rate"][0])


def test_range_rate__is_the_change_of_range(radar):
    at, v = np.array([-20e3, 12e3, 6e3]), np.array([300.0, -200.0, 150.0])
    site = np.array([radar[c][0] for c in "xyz"])
    ends = [np.linalg.norm(at + dt * v - site) for dt in (-0.01, 0.01)]
    assert kernels.range_rate(radar[0], *at, *v) == pytest.approx((ends[1] - ends[0]) / 0.02)


@pytest.mark.parametrize("boresight", [0.0, 3.0, 6.2])
def test_search__sweeps_the_sector_from_left_to_right(radar, boresight):
    level(radar, boresight=boresight, half_sector=1.0, fence_top=0.1, volume_top=1.0)
    radar["fence_period"], radar["volume_period"] = 4.0, 8.0
    radar["fence_factor"], radar["volume_factor"] = 0.5, 0.1
    for off, want in ((-0.99, 96.02), (-0.5, 97.0), (-0.01, 97.98), (0.99, 99.98)):
        az = (boresight + off + pi) % (2.0 * pi) - pi  # as atan2 gives it
        t, factor = kernels.search(radar[0], az, 0.05, 99.99, 4.0)
        assert (t, factor) == (pytest.approx(want), 0.5)
        # The volume takes 8 s: from 96 s on, so this half of it passes from 96 to 100 s.
        t, factor = kernels.search(radar[0], az, 0.2, 100.0, 4.0)
        assert factor == 0.1
        if off > 0.0:
            assert np.isnan(t)
        else:
            assert t == pytest.approx(96.0 + 4.0 * (off + 1.0))
    assert np.isnan(kernels.search(radar[0], boresight, 1.1, 100.0, 4.0)[0])


def test_search__meets_every_direction_once_a_period(radar):
    level(radar, half_sector=1.0, fence_top=0.1, fence_period=3.0, fence_factor=0.5)
    for az in np.random.default_rng(9).uniform(-0.99, 0.99, 23):  # none on a scan's edge
        met = [kernels.search(radar[0], az, 0.05, t, 0.7)[0] for t in 0.7 * np.arange(10, 110)]
        times = np.array(met)[~np.isnan(met)]
        assert np.diff(times) == pytest.approx(3.0)
        assert len(times) in (23, 24)  # 70 s of scans


def test_limit__drops_the_weakest_of_each_radar(radar):
    rows = network(radar)
    rows["capacity"] = [2, 10, 3]
    plots = tables.PLOTS.allocate(12)
    plots["radar"] = [0, 1, 2] * 4
    plots["snr"] = np.random.default_rng(8).permutation(12) + 1.0
    snr, owner = plots["snr"].copy(), plots["radar"].copy()
    source = np.arange(12)
    n = scan.limit(rows, 1.0, plots, source, 12)
    want = [j for j in range(12) if (snr[owner == owner[j]] > snr[j]).sum() < [2, 10, 3][owner[j]]]
    assert source[:n].tolist() == want  # the order of the others stays
    assert plots["snr"][:n].tolist() == snr[want].tolist()
