"""Warnings by zones, on an evening made by hand."""

import numpy as np
import pytest

from opendome import warned, zone_map
from opendome.warned import Chances, Evening, Rule


def an_evening(**changes):
    """Two zones, two rockets; the first is predicted at 10 s and falls in zone 0 at 50 s."""
    chances = Chances(
        rows=np.array([0, 0, 1, 2]),
        zones=np.array([0, 1, 0, 1]),
        chance=np.array([0.5, 0.03, 0.9, 0.2]),
        time=np.array([10.0, 11.0, 100.0]),
        impact=np.array([50.0, 50.0, 140.0]),
        size=np.array([500.0, 400.0, 5e3]),
    )
    made = Evening(
        chances, np.array([0.0, 90.0]), np.array([50.0, 140.0]), np.array([[0, 0], [1, 1]]),
        np.array([[0, 0], [1, 1]]),
    )  # fmt: skip
    return made._replace(**changes)


def test_warn__passes_the_threshold_holds_and_looks_at_the_ellipse():
    e = an_evening()
    got = warned.warn(e, Rule(p_min=0.02), 2)
    assert got.zone.tolist() == [0, 1]  # not zone 0 again at 11 s, nor by the large ellipse
    assert got.time.tolist() == [10.0, 10.0]
    assert got.false.tolist() == [False, True]
    assert got.lead[0] == 40.0
    assert np.isnan(got.lead[1])  # the second rocket was never warned of in time
    assert warned.warn(e, Rule(p_min=0.1), 2).zone.tolist() == [0]
    assert warned.warn(e, Rule(p_min=0.1, hold=0.5), 2).time.tolist() == [10.0, 11.0]
    assert warned.warn(e, Rule(p_min=0.1, sigma_max=1e4), 2).zone.tolist() == [0, 1]


def test_warn__does_not_warn_after_the_impact():
    e = an_evening()
    late = e._replace(chances=e.chances._replace(impact=np.array([9.0, 9.0, 9.0])))
    assert len(warned.warn(late, Rule(), 2).zone) == 0


def test_figures__count_people_false_missed_and_late():
    e = an_evening()
    m = zone_map.ZoneMap(
        ("A", "B"), np.zeros((2, 2)), np.empty(0), np.array([45.0, np.nan]),
        np.array([100.0, 10.0]), np.zeros(2),
    )  # fmt: skip
    rule = Rule(p_min=0.02)
    f = warned.figures(e, warned.warn(e, rule, 2), m, rule)
    assert (f.warnings_per_rocket, f.people_per_rocket) == (1.0, 55.0)
    assert (f.false_share, f.missed_share, f.late_share) == (0.5, 0.5, 1.0)  # 40 s, 45 promised
    assert f.lead_median == 40.0
    rows = warned.by_zone(e, warned.warn(e, rule, 2), m)
    assert [(r["zone"], r["hits"], r["missed"], r["false"]) for r in rows] == [
        ("A", 1, 0, 0), ("B", 1, 1, 1),
    ]  # fmt: skip


def test_merged__joins_zones_and_adds_their_chances():
    e = an_evening()
    m = zone_map.ZoneMap(
        ("A", "B"), np.array([[0.0, 0.0], [1e3, 0.0]]), np.empty(0), np.full(2, np.nan),
        np.array([100.0, 10.0]), np.zeros(2),
    )  # fmt: skip
    joined, one = warned.merged(e, m, 1)
    assert one.people.tolist() == [110.0]
    assert joined.chances.chance[0] == pytest.approx(0.53)
    assert joined.hits.tolist() == [[0, 0], [1, 0]]


def test_pooled__keeps_evenings_apart():
    e = an_evening()
    both = warned.pooled([e, e])
    assert len(warned.warn(both, Rule(), 2).zone) == 4
    assert both.hits.tolist() == [[0, 0], [1, 1], [2, 0], [3, 1]]


def test_events__join_what_is_near_in_time_and_place():
    xy = np.array([[0.0, 0.0], [9e3, 0.0], [18e3, 0.0], [60e3, 0.0]])
    zone = np.array([0, 1, 2, 3, 0])
    time = np.array([0.0, 30.0, 60.0, 60.0, 200.0])
    label = warned.events(zone, time, xy)
    assert label[0] == label[1] == label[2]  # a chain, 9 km and 30 s at a time
    assert len(set(label.tolist())) == 3
