"""Engagement options against closed forms, and the edges of the envelope."""

from math import cos, inf, isclose, nan, radians, sin

import numpy as np
import pytest

from opendome import settings, tables
from opendome.kernels import flyout as fo
from opendome.kernels.intercept import find_option, place, position, velocity
from opendome.kernels.kills import SHAPE
from opendome.models.interceptors.short_range import ShortRange

FLAT = 1e9  # m: at this radius the ground falls away by 0.1 m within 15 km
SPEED = 500.0


def interceptor(**changes):
    row = ShortRange().row()
    for name, value in ({"h_min": 0.0, "range_min": 0.0} | changes).items():
        row[name] = value
    return row[0]


def taxicab_table():
    """A flyout linear in d and h, so that its look-up is exact: tof = (d + h) / SPEED."""
    d = np.arange(fo.N_D)[:, None] * fo.D_STEP
    h = np.arange(fo.N_H)[None, :] * fo.H_STEP
    table = np.zeros((fo.N_D, fo.N_H, 4))
    table[..., fo.TOF] = (d + h) / SPEED
    table[..., fo.SPEED] = SPEED
    table[..., fo.ALIMIT] = 200.0
    table[..., fo.GAMMA] = 0.5
    return table


def straight_path(point, velocity, t0=100.0, seconds=40.0, n=9):
    rows = np.zeros((n, 7))
    rows[:, 0] = np.linspace(t0, t0 + seconds, n)
    rows[:, 1:4] = np.asarray(point) + (rows[:, :1] - t0) * np.asarray(velocity)
    rows[:, 4:] = velocity
    return rows


def sought(path, *, now=100.0, reaction=2.0, kills=None, sigma=20.0, kind=None):
    prediction = tables.PREDICTIONS.allocate(1)
    prediction["n_path"] = len(path)
    prediction["path"][0, : len(path)] = path
    track = tables.TRACKS.allocate(1)
    track["P"] = np.diag(np.full(7, sigma**2))
    battery = settings.BATTERIES.allocate(1)
    battery["x"], battery["y"], battery["z"], battery["reaction"] = 0.0, 0.0, 0.0, reaction
    options = tables.OPTIONS.allocate(1)
    kills = np.ones(SHAPE) if kills is None else kills
    kind = interceptor() if kind is None else kind
    table = np.concatenate([taxicab_table().ravel(), kills.ravel()])
    find_option(options[0], prediction[0], track[0], battery[0], kind, table, now, FLAT)
    return options[0]


@pytest.mark.kernel
@pytest.mark.parametrize(("x", "h", "v"), [(-12e3, 3e3, 300.0), (-9e3, 1e3, 450.0)])
def test_find_option__meets_a_straight_mover_where_the_triangle_closes(x, h, v):
    got = sought(straight_path((x, 0.0, h), (v, 0.0, 0.0)))
    # Before it passes overhead: tau = ready + (|x| - v (tau - t0) + h) / SPEED.
    tau = (102.0 + (-x + v * 100.0 + h) / SPEED) / (1.0 + v / SPEED)
    assert got["feasible"] == 1
    assert got["t_intercept"] == pytest.approx(tau, abs=0.011)  # the edge is found to 0.01 s
    assert got["t_launch"] == pytest.approx(102.0, abs=0.02)
    assert got["x"] == pytest.approx(x + v * (got["t_intercept"] - 100.0), abs=1e-6)
    assert got["t_launch"] <= got["t_latest"]


@pytest.mark.kernel
def test_find_option__latest_lift_off_is_at_the_end_of_the_envelope():
    # It falls at 45 degrees to h_min = 1000 m at t = 120 s, 4000 m away: tof = 10 s.
    path = straight_path((-8e3, 0.0, 5e3), (200.0, 0.0, -200.0), seconds=24.0)
    got = sought(path, kind=interceptor(h_min=1_000.0))
    assert got["t_latest"] == pytest.approx(110.0, abs=0.02)  # the edge is found to 0.01 s


@pytest.mark.kernel
def test_find_option__is_infeasible_once_the_last_lift_off_has_passed():
    path = straight_path((-8e3, 0.0, 5e3), (200.0, 0.0, -200.0), seconds=24.0)
    kind = interceptor(h_min=1_000.0)
    assert sought(path, now=107.9, reaction=2.0, kind=kind)["feasible"] == 1
    assert sought(path, now=108.1, reaction=2.0, kind=kind)["feasible"] == 0


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("why", "path", "changes"),
    [
        ("already past", straight_path((-8e3, 0.0, 3e3), (300.0, 0.0, 0.0), t0=50.0), {}),
        ("receding faster", straight_path((12e3, 0.0, 3e3), (700.0, 0.0, 0.0)), {}),
        ("too high", straight_path((-8e3, 0.0, 11e3), (300.0, 0.0, 0.0)), {}),
        ("too low", straight_path((-8e3, 0.0, 300.0), (300.0, 0.0, 0.0)), {"h_min": 500.0}),
        ("too far", straight_path((-80e3, 0.0, 3e3), (300.0, 0.0, 0.0)), {}),
        ("too near", straight_path((-2e3, 0.0, 3e3), (50.0, 0.0, 0.0)), {"range_min": 5e3}),
        ("no time", straight_path((-8e3, 0.0, 3e3), (300.0, 0.0, 0.0), seconds=0.0), {}),
        ("not a number", straight_path((nan, 0.0, 3e3), (300.0, 0.0, 0.0)), {}),
        ("no speed", straight_path((-8e3, 0.0, 3e3), (nan, 0.0, 0.0)), {}),
    ],
)
def test_find_option__is_infeasible_and_says_so_in_every_field(why, path, changes):
    got = sought(path, now=99.0, kind=interceptor(**changes))
    assert got["feasible"] == 0, why
    assert got["p_kill"] == 0.0
    assert all(np.isnan(got[c]) for c in ("t_launch", "t_intercept", "t_latest", "x", "y", "z"))


@pytest.mark.kernel
@pytest.mark.parametrize("sigma", [nan, inf])
def test_find_option__of_an_unknown_place_is_infeasible(sigma):
    path = straight_path((-8e3, 0.0, 3e3), (300.0, 0.0, 0.0))
    assert sought(path, sigma=sigma)["feasible"] == 0


@pytest.mark.kernel
def test_find_option__waits_for_a_clearly_surer_meeting():
    kills = np.ones(SHAPE)
    kills[:, 5:] = 0.2  # from 5 km on it seldom kills
    path = straight_path((-12e3, 0.0, 3e3), (300.0, 0.0, 0.0))
    early, late = sought(path), sought(path, kills=kills)
    assert late["t_intercept"] > early["t_intercept"] + 1.0
    assert late["p_kill"] == pytest.approx(early["p_kill"], abs=0.05)
    assert late["t_launch"] > 102.0


@pytest.mark.kernel
def test_position__passes_its_nodes_with_their_velocities():
    path = straight_path((0.0, 1.0, 2.0), (3.0, 4.0, 5.0), n=3)
    path[1, 1:4] += 7.0  # bent: no straight line any more
    for k, node in ((0, 0), (0, 1), (1, 1), (1, 2)):
        assert position(path, k, path[node, 0]) == pytest.approx(tuple(path[node, 1:4]))
        assert velocity(path, k, path[node, 0]) == pytest.approx((3.0, 4.0, 5.0))


@pytest.mark.kernel
def test_place__of_a_point_straight_up_is_its_height():
    battery = settings.BATTERIES.allocate(1)
    radius, tilt = 6.37e6, radians(1.0)
    battery["x"], battery["y"] = radius * sin(tilt), 0.0
    battery["z"] = radius * (cos(tilt) - 1.0)
    up = (sin(tilt), 0.0, cos(tilt))
    point = [battery[c][0] + 4e3 * u for c, u in zip("xyz", up, strict=True)]
    d, h, slant = place(*point, battery[0], 0.0, radius)
    assert h == pytest.approx(4e3, abs=1e-5)
    assert slant == pytest.approx(4e3, abs=1e-6)
    assert d < 1.0  # a root of the difference of equals: 1e-5 m of h is 0.3 m of d


@pytest.mark.kernel
@pytest.mark.parametrize("d", [-1.0, nan, inf, -inf, 1e300, 24_000.1])
@pytest.mark.parametrize("h", [0.0, nan, inf, -1.0, 12_000.1])
def test_flyout__outside_the_table_never_arrives(d, h):
    assert fo.flyout(taxicab_table().ravel(), d, h)[0] == inf


@pytest.mark.kernel
def test_flyout__inside_is_bilinear_and_a_missing_corner_closes_the_cell():
    table = taxicab_table()
    tof, speed, limit, gamma = fo.flyout(table.ravel(), 1_234.0, 5_678.0)
    assert isclose(tof, (1_234.0 + 5_678.0) / SPEED)
    assert (speed, limit, gamma) == pytest.approx((SPEED, 200.0, 0.5))
    assert fo.flyout(table.ravel(), 24e3, 12e3)[0] == pytest.approx(36e3 / SPEED)
    table[3, 12, fo.TOF] = inf
    assert fo.flyout(table.ravel(), 1_234.0, 5_678.0)[0] == inf
