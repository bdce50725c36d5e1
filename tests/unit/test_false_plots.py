"""False plots by where they come from, and plots that one cell joins."""

from math import pi, sqrt

import numpy as np
import pytest

from opendome import tables
from opendome.kernels import radar as kernels
from opendome.kernels import scan
from tests.unit.radars import network

pytestmark = pytest.mark.kernel


@pytest.fixture
def radar(sensed):
    return sensed.radars.copy()


def scans(sensed, rows, n):
    """False plots of n scans: their counts by scan, and the plots."""
    clock = tables.CLOCK.allocate(1)
    clock["period"] = 1.0
    source = np.zeros(512, np.int64)
    plots = tables.PLOTS.allocate(512)
    counts, kept = [], []
    for number in range(n):
        clock["scan"], clock["t"] = number, float(number)
        found = scan.false_plots(clock[0], rows, sensed.radius, source, plots, 11, 0, 0)
        assert (source[:found] == -1).all()
        counts.append(found)
        kept.append(plots[:found].copy())
    return np.array(counts), np.concatenate(kept)


def only(radar, fence=0.0, volume=0.0, residue=0.0):
    """False plots of these mean numbers a second."""
    radar["fence_alarms"] = fence * radar["fence_period"]
    radar["volume_alarms"] = volume * radar["volume_period"]
    radar["clutter_plots"] = residue
    return radar


def test_false_plots__are_poisson_and_lie_inside_coverage(sensed, radar):
    means, n = {"fence": 1.5, "volume": 1.0, "residue": 0.5}, 300
    counts, plots = scans(sensed, only(radar, **means), n)
    mean = sum(means.values())
    # Four standard errors; the variance of a Poisson count's sample variance is about 2 mean^2 / n
    # + mean / n.
    assert abs(counts.mean() - mean) < 4.0 * sqrt(mean / n)
    assert abs(counts.var() - mean) < 4.0 * sqrt((2.0 * mean**2 + mean) / n)
    for p in plots:
        # A hair inwards: the edge itself may round either way.
        x, y, z = 0.999 * p["x"], 0.999 * p["y"], 0.999 * p["z"] + 0.1
        assert kernels.covers(radar[0], x, y, z, sensed.radius) or p["range"] < 510.0
        assert p["snr"] > radar["threshold"][0] - 1.0
        # Each was found where the search was at its time.
        t, _ = kernels.search(radar[0], p["az"], p["el"], p["t"] + 0.5, 1.0)
        assert t == pytest.approx(p["t"], abs=1e-6)


@pytest.mark.parametrize("where", ["fence", "volume", "residue"])
def test_false_plots__lie_where_their_kind_looks(sensed, radar, where):
    _, plots = scans(sensed, only(radar, **{where: 3.0}), 100)
    q = radar[0]
    low, high, far, rate = {
        "fence": (q["el_min"], q["fence_top"], q["range_max"], 1e3),
        "volume": (q["fence_top"], q["volume_top"], q["range_max"], 1e3),
        "residue": (q["el_min"], q["el_min"] + q["beamwidth"], q["clutter_range"], 25.0),
    }[where]
    for column, least, most in (
        ("el", low, high), ("range", q["range_min"], far), ("rate", -rate, rate),
    ):  # fmt: skip
        values = plots[column]
        assert least <= values.min()
        assert values.max() <= most
        # Some 300 of them fill the span.
        assert np.ptp(values) > 0.9 * (most - least)


def test_false_plots__many_are_poisson_too(sensed, radar):
    counts, _ = scans(sensed, only(radar, fence=200.0), 20)
    assert abs(counts.mean() - 200.0) < 4.0 * sqrt(200.0 / 20)


def test_false_plots__leave_a_point_to_the_nearest_radar(sensed, radar):
    rows = only(network(radar), fence=4.0)
    _, plots = scans(sensed, rows, 40)
    assert set(plots["radar"]) == {0, 1, 2}
    for p in plots:
        assert kernels.responsible(rows, p["x"], p["y"], p["z"], sensed.radius) == p["radar"]
    rows["everywhere"] = 1
    counts, _ = scans(sensed, rows, 40)
    assert abs(counts.mean() - 12.0) < 4.0 * sqrt(12.0 / 40)


def test_false_plots__answer_minus_one_when_the_table_is_full(sensed, radar):
    only(radar, fence=30.0)
    clock = tables.CLOCK.allocate(1)
    clock["scan"], clock["t"], clock["period"] = 1, 1.0, 1.0
    plots, source = tables.PLOTS.allocate(3), np.zeros(3, np.int64)
    got = scan.false_plots(clock[0], radar, sensed.radius, source, plots, 11, 0, 0)
    assert got == -1


# ---------------------------------------------------------------- unresolved plots


def pair(radar, **second):
    """Two plots of one radar, of SNR 30 and 10, the second moved by some differences."""
    plots = tables.PLOTS.allocate(2)
    for row, snr in zip(plots, (30.0, 10.0), strict=True):
        kernels.write(row, 5.0, 0, radar[0], 20e3, 3.1, 0.2, snr)
        kernels.measure_rate(row, radar[0], -100.0, 0.0, 1.0)
    for name, value in second.items():
        plots[name][1] += value
    return plots


def test_merge__joins_what_is_in_one_cell_by_power(radar):
    plots, source = pair(radar, range=20.0, az=0.01 - 2.0 * pi, el=0.004, rate=8.0), np.arange(2)
    assert scan.merge(radar, plots, source, 2) == 1
    p = plots[0]
    assert source[0] == 0  # the stronger gives the name
    assert (p["range"], p["az"], p["el"], p["rate"]) == pytest.approx(
        (20_005.0, 3.1025, 0.201, -98.0)
    )
    assert p["snr"] == 40.0
    assert p["sigma_r"] < pair(radar)["sigma_r"][0]


@pytest.mark.parametrize("apart", [{"range": 31.0}, {"rate": 17.0}, {"el": 0.04}, {"az": 0.04}])
def test_merge__leaves_what_differs_in_any_way(radar, apart):
    plots, source = pair(radar, **apart), np.arange(2)
    assert scan.merge(radar, plots, source, 2) == 2


def test_merge__leaves_plots_of_two_radars(radar):
    plots = pair(radar)
    plots["radar"][1] = 1
    assert scan.merge(network(radar), plots, np.arange(2), 2) == 2
