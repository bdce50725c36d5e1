"""Laws that the launches of any replication keep, and the distributions that they follow.

Seeds are fixed, so a test of a distribution either always passes or always fails; its level of
1e-3 says how unlikely it is that a right program fails with the seed that was picked.
"""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from opendome import frames
from opendome.models.threats import ballistic_rocket as br
from opendome.settings import CLASSES, PLACES

LEVEL = 1e-3
HOUR = 3600.0
AREA = np.array([[-9e3, 2e3], [-4e3, -1e3], [-11e3, -9e3], [-20e3, -22e3], [-24e3, -18e3]])
CENTRES = np.array([[0.0, 1e3], [-2e3, 11e3], [4e3, 22e3], [12e3, 54e3], [30e3, -20e3]])
WEIGHTS = np.array([0.35, 0.25, 0.2, 0.15, 0.05])


def make_plan(timeline, *, everything_reaches=False, misfire_share=0.16, sigma=0.04):
    classes = CLASSES.allocate(3)
    classes["range_min"] = 0.0 if everything_reaches else [1e3, 15e3, 25e3]
    classes["range_max"] = 200e3 if everything_reaches else [20e3, 45e3, 90e3]
    classes["share"] = [0.6, 0.3, 0.1]
    classes["sigma_range"], classes["sigma_cross"] = sigma, 0.5 * sigma
    places = PLACES.allocate(len(CENTRES))
    places["x"], places["y"] = CENTRES.T
    places["z"], places["radius"], places["population"] = 0.0, 2e3, 1e4
    places["aim_weight"] = WEIGHTS
    return br.plan(
        timeline, classes, places, AREA, shapely.box(-90e3, -90e3, 90e3, 90e3),
        raid_size_exponent=2.0, raid_size_max=60, launch_gap=3.0, misfire_share=misfire_share,
        radius=frames.earth_radius(31.6),
    )  # fmt: skip


def one_interval(launched, hours=24.0, **changes):
    return make_plan(br.Timeline(until=[hours * HOUR], launched=[launched]), **changes)


def leaders(rockets):
    """First rocket of every raid: raids are independent, the rockets of a raid are not."""
    return rockets[np.unique(rockets["raid"], return_index=True)[1]]


def barrage_of(n, **changes):
    """n rockets that draw their own point, class and place each."""
    barrage = br.Barrage("all", 0.0, HOUR, n, tuple(range(len(CENTRES))))
    return make_plan(br.Timeline(until=[], launched=[], barrages=[barrage]), **changes)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(60.0, 1e5), st.integers(0, 80)), min_size=1, max_size=6),
    seed=st.integers(0, 2**63 - 1),
    rep=st.integers(0, 2**32 - 1),
)
def test_launches__total_is_exact_in_every_interval(steps, seed, rep):
    until, launched = np.cumsum([s[0] for s in steps]), np.cumsum([s[1] for s in steps])
    rockets, _, _ = br.launches(make_plan(br.Timeline(until, launched)), seed, rep)
    assert len(rockets) == launched[-1]
    for t, n in zip(until, launched, strict=True):
        assert (rockets["t_launch"] <= t).sum() >= n
        assert (rockets["t_launch"] < t).sum() <= n


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**63 - 1), rep=st.integers(0, 2**32 - 1))
def test_launches__same_address_same_bits(seed, rep):
    plan = one_interval(200)
    first = [a.tobytes() for a in br.launches(plan, seed, rep)]
    br.launches(plan, seed ^ 1, rep ^ 1)  # whatever is drawn between does not matter
    assert first == [a.tobytes() for a in br.launches(plan, seed, rep)]
    assert first != [a.tobytes() for a in br.launches(plan, seed, rep ^ 1)]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**63 - 1))
def test_launches__aim_only_at_what_the_class_reaches(seed):
    plan = barrage_of(300)
    rockets, _, _ = br.launches(plan, seed, 0)
    place, cls = plan.places[rockets["aim"]], plan.classes[rockets["cls"]]
    distance = np.hypot(place["x"] - rockets["x0"], place["y"] - rockets["y0"])
    # 1 mm: the kernel compares squares, the test distances.
    assert (distance >= cls["range_min"] - 1e-3).all()
    assert (distance <= cls["range_max"] + 1e-3).all()


def test_launch_sites__are_uniform_in_the_area():
    rockets, _, _ = br.launches(barrage_of(20_000, everything_reaches=True), 1, 0)
    area = shapely.Polygon(AREA)
    assert shapely.intersects_xy(area.buffer(1e-3), rockets["x0"], rockets["y0"]).all()
    edges = np.linspace(-24e3, 2e3, 14)
    cells = [
        (x, y, shapely.box(x, y, x + 2e3, y + 2e3).intersection(area).area)
        for x in edges for y in edges
    ]  # fmt: skip
    cells = [c for c in cells if c[2] > 0.5e6]  # an eighth of a full cell: at least 40 expected
    got = [
        ((rockets["x0"] >= x) & (rockets["x0"] < x + 2e3) & (rockets["y0"] >= y)
         & (rockets["y0"] < y + 2e3)).sum()
        for x, y, _ in cells
    ]  # fmt: skip
    want = np.array([c[2] for c in cells]) / area.area * len(rockets)
    rest = len(rockets) - sum(got), len(rockets) - want.sum()
    assert stats.chisquare([*got, rest[0]], [*want, rest[1]]).pvalue > LEVEL


def test_raid_sizes__follow_the_truncated_discrete_pareto_law():
    rockets, _, _ = br.launches(one_interval(40_000), 1, 0)
    sizes = np.bincount(rockets["raid"])[:-1]  # the last raid takes what is left of the interval
    law = stats.pareto(1.0)  # exponent 2: floor of a Pareto variable of index 1 ...
    n = np.arange(1, 61)
    want = (law.cdf(n + 1) - law.cdf(n)) / law.cdf(61)  # ... given that it is at most 60
    edges = [1, 2, 3, 4, 5, 7, 10, 15, 25, 61]
    got = np.histogram(sizes, edges)[0]
    expected = np.array([want[a - 1 : b - 1].sum() for a, b in pairwise(edges)])
    assert sizes.max() <= 60
    assert stats.chisquare(got, expected * len(sizes)).pvalue > LEVEL


def test_raid_times__follow_the_hourly_weights():
    weights = np.array([0.0, 5.0, 1.0, 0.0, 8.0, 2.0])
    timeline = br.Timeline(
        until=[5.5 * HOUR], launched=[20_000], hours=np.arange(6) * HOUR, weights=weights
    )
    rockets, _, _ = br.launches(make_plan(timeline), 1, 0)
    t = leaders(rockets)["t_launch"]
    got = np.histogram(t, np.arange(7) * HOUR)[0]
    share = weights * [1, 1, 1, 1, 1, 0.5]  # the interval ends in the middle of the sixth hour
    assert t.max() <= 5.5 * HOUR
    assert got[0] == got[3] == 0
    some = share > 0.0
    assert stats.chisquare(got[some], share[some] / share.sum() * len(t)).pvalue > LEVEL
    in_hour = t[(t >= 4 * HOUR) & (t < 5 * HOUR)] / HOUR - 4.0
    assert stats.kstest(in_hour, "uniform").pvalue > LEVEL


def test_launch_gaps__are_exponential():
    rockets, _, _ = br.launches(one_interval(20_000, hours=1e4), 1, 0)
    in_order = rockets[np.argsort(rockets["raid"], kind="stable")]
    gaps = np.diff(in_order["t_launch"])[np.diff(in_order["raid"]) == 0]
    assert stats.kstest(gaps, "expon", args=(0.0, 3.0)).pvalue > LEVEL


def test_barrage_times__are_uniform():
    rockets, _, _ = br.launches(barrage_of(5_000), 1, 0)
    assert stats.kstest(rockets["t_launch"] / HOUR, "uniform").pvalue > LEVEL


def test_classes_and_places__follow_their_shares_when_all_are_in_reach():
    rockets, _, _ = br.launches(barrage_of(20_000, everything_reaches=True), 1, 0)
    n = len(rockets)
    classes, places = np.bincount(rockets["cls"]), np.bincount(rockets["aim"])
    assert stats.chisquare(classes, n * np.array([0.6, 0.3, 0.1])).pvalue > LEVEL
    assert stats.chisquare(places, n * WEIGHTS).pvalue > LEVEL
    assert stats.chi2_contingency(
        np.histogram2d(rockets["cls"], rockets["aim"], [3, 5])[0]
    ).pvalue > LEVEL  # fmt: skip


def test_classes__follow_their_shares_whatever_they_reach():
    rockets, _, _ = br.launches(barrage_of(6_000), 1, 0)
    got = np.bincount(rockets["cls"])
    assert stats.chisquare(got, len(rockets) * np.array([0.6, 0.3, 0.1])).pvalue > LEVEL


def test_places__follow_their_weights_given_class_point_and_reach():
    """Expected counts: a sum over the drawn points of the chance of each place, with numpy."""
    plan = barrage_of(6_000)
    rockets, _, _ = br.launches(plan, 1, 0)
    cls = plan.classes[rockets["cls"]]
    distance = np.hypot(
        CENTRES[:, 0] - rockets["x0"][:, None], CENTRES[:, 1] - rockets["y0"][:, None]
    )
    within = (distance >= cls["range_min"][:, None]) & (distance <= cls["range_max"][:, None])
    chance = within * plan.weights[1]
    want = (chance / chance.sum(axis=1, keepdims=True)).sum(axis=0)
    got = np.bincount(rockets["aim"], minlength=len(CENTRES))
    # Chances differ from rocket to rocket, so counts vary less than multinomial ones: conservative.
    assert stats.chisquare(got, want).pvalue > LEVEL


def test_launch_points__are_uniform_where_the_class_reaches_a_place():
    """Against rejection from numpy's generator, compared along both axes."""
    rockets, _, _ = br.launches(barrage_of(8_000), 1, 0)
    rng = np.random.default_rng(1)
    point = np.column_stack([rng.uniform(-24e3, -4e3, 200_000), rng.uniform(-22e3, 2e3, 200_000)])
    point = point[shapely.contains_xy(shapely.Polygon(AREA), *point.T)]
    distance = np.hypot(*(CENTRES - point[:, None]).transpose(2, 0, 1))
    for cls, (lo, hi) in enumerate([(1e3, 20e3), (15e3, 45e3), (25e3, 90e3)]):
        want = point[((distance >= lo) & (distance <= hi)).any(axis=1)]
        mine = rockets[rockets["cls"] == cls]
        assert stats.ks_2samp(mine["x0"], want[:, 0]).pvalue > LEVEL
        assert stats.ks_2samp(mine["y0"], want[:, 1]).pvalue > LEVEL


def test_bands_of_distance__get_their_share_of_the_aims():
    """The near band holds more than the first class, which has no choice: both can be had."""
    area = shapely.Polygon(AREA)
    classes, places = CLASSES.allocate(2), PLACES.allocate(40)
    classes["range_min"], classes["range_max"] = [1e3, 10e3], [30e3, 80e3]
    classes["share"], classes["sigma_range"], classes["sigma_cross"] = [0.6, 0.4], 0.0, 0.0
    rng = np.random.default_rng(7)
    places["x"], places["y"] = rng.uniform(0.0, 25e3, 40), rng.uniform(-20e3, 30e3, 40)
    places["aim_weight"] = rng.lognormal(0.0, 1.0, 40)
    places["radius"], places["population"], places["z"] = 1e3, 1e3, 0.0
    barrage = br.Barrage("all", 0.0, HOUR, 20_000, tuple(range(40)))
    plan = br.plan(
        br.Timeline(until=[], launched=[], barrages=[barrage]), classes, places, AREA,
        shapely.box(-9e4, -9e4, 9e4, 9e4), raid_size_exponent=2.0, raid_size_max=10,
        launch_gap=3.0, misfire_share=0.0, radius=frames.earth_radius(31.6),
    )  # fmt: skip
    rockets, _, _ = br.launches(plan, 1, 0)
    away = shapely.distance(area, shapely.points(places["x"], places["y"]))
    far = away > 30e3
    want = places["aim_weight"][far].sum() / places["aim_weight"].sum()
    got = far[rockets["aim"]].mean()
    # Three standard errors, and 0.01 for the grid of launch points and the rounds of fitting.
    assert 0.05 < want < 0.4  # fewer than the second class alone has
    assert got == pytest.approx(want, abs=3.0 * np.sqrt(want * (1 - want) / 20_000) + 0.01)


def test_misfires__take_their_share_and_burn_a_part():
    rockets, _, _ = br.launches(barrage_of(10_000, misfire_share=0.16), 1, 0)
    part = rockets["burn"][rockets["burn"] < 1.0]
    assert stats.binomtest(len(part), len(rockets), 0.16).pvalue > LEVEL
    assert part.min() > 0.0
    assert part.max() < 1.0


@pytest.mark.parametrize("sigma", [0.0, 0.04])
def test_points_of_fall__are_a_disc_and_a_normal_error_along_the_line_of_fire(sigma):
    plan = barrage_of(6_000, everything_reaches=True, sigma=sigma)
    rockets, x, y = br.launches(plan, 1, 0)
    place = plan.places[rockets["aim"]]
    dx, dy = place["x"] - rockets["x0"], place["y"] - rockets["y0"]
    r = np.hypot(dx, dy)
    along = ((x - place["x"]) * dx + (y - place["y"]) * dy) / r
    across = ((x - place["x"]) * dy - (y - place["y"]) * dx) / r
    if sigma == 0.0:
        miss = np.hypot(along, across) / place["radius"]
        assert stats.kstest(miss**2, "uniform").pvalue > LEVEL  # uniform by area
        return
    # A coordinate of a uniform disc of radius 2 km has variance 1 km^2; errors add to it.
    far = r > 50e3
    want_along = np.sqrt(1e6 + (sigma * r[far]) ** 2)
    want_across = np.sqrt(1e6 + (0.5 * sigma * r[far]) ** 2)
    # 3 standard errors of a standard deviation from n values, 1 / sqrt(2 n), and 1 % for r to the
    # centre where the program takes it to the aim.
    tolerance = 3.0 / np.sqrt(2.0 * far.sum()) + 0.01
    assert (along[far] / want_along).std() == pytest.approx(1.0, abs=tolerance)
    assert (across[far] / want_across).std() == pytest.approx(1.0, abs=tolerance)
