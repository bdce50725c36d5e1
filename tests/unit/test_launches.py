"""Rockets of one replication: counts, times, identities, and where they fall."""

import numpy as np
import pytest
import shapely

from opendome import frames, settings, tables
from opendome.models.threats import ballistic_rocket as br

pytestmark = pytest.mark.kernel

HOUR = 3600.0
RADIUS = frames.earth_radius(31.6)
AREA = np.array([[-9e3, 2e3], [-4e3, -1e3], [-20e3, -22e3], [-24e3, -18e3]])
LAND = shapely.box(-25e3, -80e3, 90e3, 90e3)

CLASSES = (  # range_min, range_max, share: three generic classes, the last two overlapping
    (1e3, 20e3, 0.60),
    (15e3, 45e3, 0.35),
    (25e3, 90e3, 0.05),
)
PLACES = (  # x, y, radius, population
    (0.0, 1e3, 1.5e3, 27_000.0),
    (-2e3, 11e3, 3.0e3, 140_000.0),
    (4e3, 22e3, 3.5e3, 220_000.0),
    (12e3, 54e3, 5.0e3, 450_000.0),
    (14e3, 50e3, 5.0e3, 200_000.0),
)


def make_classes(sigma=0.05):
    rows = settings.CLASSES.allocate(len(CLASSES))
    rows["range_min"], rows["range_max"], rows["share"] = np.array(CLASSES).T
    rows["sigma_range"], rows["sigma_cross"] = sigma, 0.5 * sigma
    return rows


def make_places():
    rows = settings.PLACES.allocate(len(PLACES))
    rows["x"], rows["y"], rows["radius"], rows["population"] = np.array(PLACES).T
    rows["z"] = 0.0
    rows["aim_weight"] = rows["population"] / rows["population"].sum()
    return rows


def make_timeline(**changes):
    known = {
        "until": [6 * HOUR, 12 * HOUR, 30 * HOUR],
        "launched": [120, 400, 900],
        "barrages": [
            br.Barrage("noon", 7 * HOUR, 300.0, 137, (1, 2)),
            br.Barrage("evening", 20 * HOUR, 450.0, 60, (3,)),
        ],
    }
    return br.Timeline(**(known | changes))


def make_plan(timeline=None, **changes):
    known = {
        "raid_size_exponent": 2.0,
        "raid_size_max": 60,
        "launch_gap": 3.0,
        "misfire_share": 0.2,
        "radius": RADIUS,
        "classes": make_classes(),
        "places": make_places(),
        "launch_area": AREA,
        "land": LAND,
    }
    return br.plan(timeline or make_timeline(), **(known | changes))


def test_launches__hold_the_published_count_of_every_interval():
    plan = make_plan()
    for rep in range(5):
        rockets, _, _ = br.launches(plan, 1, rep)
        t = rockets["t_launch"]
        assert [int((t <= 3600.0 * h).sum()) for h in (6, 12, 30)] == [120, 400, 900]
        assert t.min() >= 0.0


def test_launches__after_the_last_count_are_added():
    late = br.Barrage("late", 40 * HOUR, 60.0, 15, (0,))
    plan = make_plan(make_timeline(barrages=[late]))
    rockets, _, _ = br.launches(plan, 1, 0)
    assert len(rockets) == plan.n_rockets == 915
    assert (rockets["raid"][-15:] == 0).all()


def test_launches__of_a_barrage_stay_in_its_time_and_places():
    rockets, _, _ = br.launches(make_plan(), 1, 0)
    noon = rockets[rockets["raid"] == 0]
    assert len(noon) == 137
    assert noon["t_launch"].min() >= 7 * HOUR
    assert noon["t_launch"].max() <= 7 * HOUR + 300.0
    assert set(noon["aim"]) == {1, 2}
    assert set(rockets["aim"][rockets["raid"] == 1]) == {3}


def test_launches__of_a_barrage_at_a_place_of_no_weight_still_go_there():
    places = make_places()
    places["aim_weight"][3] = 0.0
    rockets, _, _ = br.launches(make_plan(places=places), 1, 0)
    assert set(rockets["aim"][rockets["raid"] == 1]) == {3}
    assert not (rockets["aim"][rockets["raid"] > 1] == 3).any()


def test_launches__are_numbered_in_order_of_time():
    rockets, _, _ = br.launches(make_plan(), 1, 0)
    assert (np.diff(rockets["t_launch"]) >= 0.0).all()
    assert rockets["id"].tolist() == list(range(len(rockets)))


def test_launches__fill_what_flight_needs():
    rockets, x, y = br.launches(make_plan(), 1, 0)
    for name in ("t_launch", "x0", "y0", "z0", "burn"):
        assert np.isfinite(rockets[name]).all(), name
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    assert (rockets["status"] == tables.WAITING).all()
    from_centre = np.hypot(np.hypot(rockets["x0"], rockets["y0"]), rockets["z0"] + RADIUS)
    assert np.abs(from_centre - RADIUS).max() < 1e-6  # rounding at 6.4e6 m: 1e-9 m


def test_launches__share_point_class_and_place_within_a_raid():
    rockets, x, _ = br.launches(make_plan(), 1, 0)
    raid = rockets[rockets["raid"] == np.bincount(rockets["raid"])[2:].argmax() + 2]
    assert len(raid) > 5
    for name in ("x0", "y0", "cls", "aim"):
        assert len(np.unique(raid[name])) == 1, name
    assert len(np.unique(raid["t_launch"])) == len(np.unique(x[rockets["raid"] == raid["raid"][0]]))


def test_launches__do_not_depend_on_what_the_other_intervals_hold():
    def last(launched):
        plan = make_plan(make_timeline(launched=launched))
        rockets, x, _ = br.launches(plan, 1, 0)
        chosen = (rockets["t_launch"] > 12 * HOUR) & (rockets["raid"] != 1)
        return rockets["t_launch"][chosen], rockets["x0"][chosen], x[chosen]

    for a, b in zip(last([120, 400, 900]), last([20, 250, 750]), strict=True):
        assert np.array_equal(a, b)


def test_launches__that_would_outlast_their_interval_start_earlier():
    plan = make_plan(
        make_timeline(until=[60.0, 30 * HOUR], launched=[100, 400], barrages=[]), launch_gap=30.0
    )
    rockets, _, _ = br.launches(plan, 1, 0)
    t = rockets["t_launch"]
    assert ((t >= 0.0) & (t <= 60.0)).sum() == 100


def test_plan__with_nothing_in_reach_says_so():
    classes = make_classes()
    classes["range_min"], classes["range_max"] = 300e3, 400e3
    with pytest.raises(ValueError, match="no rocket class reaches a place"):
        make_plan(classes=classes)


def test_plan__leaves_out_a_class_that_reaches_nothing():
    classes = make_classes()
    classes["range_min"][0], classes["range_max"][0] = 300e3, 400e3
    rockets, _, _ = br.launches(make_plan(classes=classes), 1, 0)
    assert set(rockets["cls"]) == {1, 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until": [6 * HOUR, 6 * HOUR, 30 * HOUR]}, "increasing times"),
        ({"launched": [120, 100, 900]}, "never decrease"),
        ({"launched": [120, 400, 100_000]}, "at most 65535"),
        ({"launched": [120, 200, 900]}, "'noon'.*do not fit"),
        ({"barrages": [br.Barrage("dawn", 6 * HOUR - 10.0, 20.0, 5, (0,))]}, "'dawn'.*do not fit"),
    ],
)
def test_plan__refuses_a_timeline_that_contradicts_itself(changes, message):
    with pytest.raises(ValueError, match=message):
        make_plan(make_timeline(**changes))


def fallen(x, y, plan):
    rockets = tables.ROCKETS.allocate(len(x))
    rockets["x_impact"], rockets["y_impact"] = x, y
    br.classify(rockets, plan)
    return rockets


def test_classify__known_points():
    plan = make_plan()
    rockets = fallen(
        [-14e3, -60e3, 0.0, 30e3, 12e3, 14e3, 13.1e3],
        [-10e3, 0.0, 1e3, 30e3, 54e3, 50e3, 51.8e3],
        plan,
    )
    assert rockets["lands"].tolist() == [
        tables.SHORT, tables.SEA, tables.PROTECTED, tables.OPEN,
        tables.PROTECTED, tables.PROTECTED, tables.PROTECTED,
    ]  # fmt: skip
    assert rockets["place"].tolist() == [-1, -1, 0, -1, 3, 4, 4]


def test_classify__sea_wins_over_a_disc_and_the_launch_area_over_both():
    land = shapely.box(0.0, -80e3, 90e3, 90e3)
    plan = make_plan(land=land)
    rockets = fallen([-0.5e3, 0.5e3, -14e3], [1e3, 1e3, -10e3], plan)
    assert rockets["lands"].tolist() == [tables.SEA, tables.PROTECTED, tables.SHORT]
    assert rockets["place"].tolist() == [-1, 0, -1]


def test_classify__agrees_with_shapely_point_by_point():
    coast = shapely.Polygon(
        [(-30e3, -60e3), (-22e3, -20e3), (-8e3, 3e3), (-3e3, 12e3), (6e3, 60e3), (40e3, 60e3),
         (40e3, -60e3)]
    )  # fmt: skip
    plan = make_plan(land=coast)
    rng = np.random.default_rng(20210510)
    x, y = rng.uniform(-35e3, 45e3, 800), rng.uniform(-65e3, 65e3, 800)
    got = fallen(x, y, plan)
    discs = [(shapely.Point(px, py), r) for px, py, r, _ in PLACES]
    for i in range(len(x)):
        point = shapely.Point(x[i], y[i])
        depth = {k: centre.distance(point) / r for k, (centre, r) in enumerate(discs)}
        holds = {k: d for k, d in depth.items() if d <= 1.0}
        if shapely.Polygon(AREA).contains(point):
            want = tables.SHORT, -1
        elif not coast.contains(point):
            want = tables.SEA, -1
        elif holds:
            want = tables.PROTECTED, min(holds, key=holds.get)
        else:
            want = tables.OPEN, -1
        assert (got["lands"][i], got["place"][i]) == want
