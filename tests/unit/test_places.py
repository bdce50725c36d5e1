"""The shipped maps and aggregates, and their reader."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from math import acos, asin, cos, pi, radians, sin, sqrt
from pathlib import Path

import pytest
import shapely

from opendome import places

# Public records that are not redistributed: beside the checkout where the project is developed.
RECORDS = Path(__file__).parents[3] / "shared" / "data"

# Gaza-front alert events from 10 May 18:00 to 21 May 02:00 by local day: counted in the record
# with SQL, apart from the script that made the file.
DAILY = {
    10: 37,
    11: 123,
    12: 103,
    13: 102,
    14: 103,
    15: 96,
    16: 74,
    17: 66,
    18: 83,
    19: 67,
    20: 107,
    21: 10,
}
# Share of events by ring, by the record's own distances, not by the shipped outline.
RING_SHARES = (0.7074, 0.0989, 0.0659, 0.0567, 0.0639, 0.0073)


def great_circle(a, b) -> float:
    """Haversine distance, m, between (lat, lon) on a sphere of 6371 km."""
    lat_a, lon_a, lat_b, lon_b = (radians(v) for v in (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_000.0 * asin(sqrt(h))


def lens(r: float, s: float, d: float) -> float:
    """Area common to two discs whose centres are d apart."""
    if d >= r + s:
        return 0.0
    if d <= abs(r - s):
        return pi * min(r, s) ** 2
    a = acos((d * d + r * r - s * s) / (2 * d * r))
    b = acos((d * d + s * s - r * r) / (2 * d * s))
    return r * r * (a - sin(2 * a) / 2) + s * s * (b - sin(2 * b) / 2)


@pytest.fixture(scope="module")
def towns():
    return places.load_places()


@pytest.mark.parametrize(
    ("name", "lat", "lon", "radius_km"),
    [  # gazetteer positions to the arc minute; radii that a map of the built-up area shows
        ("Ashkelon", 31 + 40 / 60, 34 + 34 / 60, 3.0),
        ("Sderot", 31 + 31 / 60, 34 + 36 / 60, 1.3),
        ("Ashdod", 31 + 48 / 60, 34 + 39 / 60, 3.3),
        ("Beersheba", 31 + 15 / 60, 34 + 47 / 60, 3.3),
        ("Tel Aviv", 32 + 5 / 60, 34 + 47 / 60, 4.0),
    ],
)
def test_places__lie_where_a_gazetteer_puts_them(towns, name, lat, lon, radius_km):
    town = next(t for t in towns if t.name == name)
    # An arc minute is 1.9 km, and the centre of a town is a matter of taste.
    assert great_circle((town.lat_deg, town.lon_deg), (lat, lon)) < 3_000.0
    # The density rule is assumed: a quarter is its claim.
    assert town.radius_m == pytest.approx(1000.0 * radius_km, rel=0.25)


def test_places__are_distinct_and_in_order(towns):
    assert len({t.name for t in towns}) == len(towns) > 400
    assert all(a.distance_m <= b.distance_m for a, b in pairwise(towns))
    assert all(0.0 < t.distance_m <= 130_000.0 and t.population >= 500 for t in towns)
    assert all(t.name.isascii() for t in towns)


def test_places__measure_their_distance_from_the_outline(towns):
    shore = [
        (a[0] + (b[0] - a[0]) * k / 100, a[1] + (b[1] - a[1]) * k / 100)
        for a, b in pairwise(places.load_outline("strip")[0])
        for k in range(100)
    ]
    for town in towns[::12]:
        nearest = min(great_circle((town.lat_deg, town.lon_deg), p) for p in shore)
        # Sphere against ellipsoid 0.4 %, rounding of position and distance 0.1 km.
        assert town.distance_m == pytest.approx(nearest, rel=4e-3, abs=150.0)


def test_places__hardly_overlap(towns):
    overlap, area = 0.0, sum(pi * t.radius_m**2 for t in towns)
    for a, b in combinations(towns, 2):
        if abs(a.lat_deg - b.lat_deg) < 0.1 and abs(a.lon_deg - b.lon_deg) < 0.1:
            apart = great_circle((a.lat_deg, a.lon_deg), (b.lat_deg, b.lon_deg))
            overlap += lens(a.radius_m, b.radius_m, apart)
            # Radii may add up to 1.1 times the distance; position is rounded to 0.1 km.
            assert a.radius_m + b.radius_m <= 1.1 * (apart + 150.0), (a.name, b.name)
    assert overlap < 0.01 * area


def test_outline__has_the_published_area():
    (ring,) = places.load_outline("strip")
    shape = shapely.LinearRing([(lon * cos(radians(31.4)), lat) for lat, lon in ring])
    assert shape.is_simple
    assert shape.is_ccw
    # 365 km^2 (UN OCHA); 1 km of error along 100 km of outline would be 27 %.
    area = shapely.Polygon(shape).area * 111.0**2
    assert area == pytest.approx(365.0, rel=0.05)


def test_outline__has_no_town_inside(towns):
    strip = shapely.Polygon(places.load_outline("strip")[0])
    assert not any(strip.contains(shapely.Point(t.lat_deg, t.lon_deg)) for t in towns)


def test_land__holds_every_town_and_not_the_sea(towns):
    land = shapely.union_all([shapely.Polygon(ring) for ring in places.load_land()])
    shapely.prepare(land)
    assert all(land.contains(shapely.Point(t.lat_deg, t.lon_deg)) for t in towns)
    strip = shapely.Polygon(places.load_outline("strip")[0])
    # The shore is simplified by 0.1 km and rounded by 0.05 km.
    assert land.intersection(strip).area > 0.99 * strip.area
    for lat, lon in [(31.40, 34.20), (31.60, 34.45), (31.70, 34.50), (32.08, 34.70)]:
        assert not land.contains(shapely.Point(lat, lon)), "3 km and more off the beach"


def test_border__runs_along_the_outline_on_land_only():
    lines = shapely.union_all([shapely.LineString(line) for line in places.load_border()])
    erez, kerem_shalom, sea = (31.559, 34.5465), (31.2195, 34.267), (31.46, 34.37)
    # 0.003 deg is 0.3 km: simplified by 0.1 km, rounded by 0.05 km.
    assert lines.distance(shapely.Point(erez)) < 0.003
    assert lines.distance(shapely.Point(kerem_shalom)) < 0.003
    assert lines.distance(shapely.Point(sea)) > 0.03


def test_hourly__covers_the_operation_without_gaps():
    starts, counts = places.load_hourly("may-2021")
    assert starts[0] == datetime(2021, 5, 10, 15, tzinfo=UTC)
    assert starts[-1] == datetime(2021, 5, 20, 22, tzinfo=UTC)
    assert all(b - a == timedelta(hours=1) for a, b in pairwise(starts))
    assert len(counts) == len(starts) == 248
    local = Counter()
    for start, count in zip(starts, counts, strict=True):
        local[(start + timedelta(hours=3)).day] += count
    assert local == DAILY


def test_hourly__is_what_the_record_gives():
    starts, counts = places.load_hourly("may-2021")
    path = RECORDS / "alerts_guardian_of_walls_2021_events.csv"
    if path.exists():
        with path.open(encoding="utf-8") as f:
            began = Counter(
                r["start_local"][:13] for r in csv.DictReader(f) if r["front"] == "gaza"
            )
        hours = [f"{start + timedelta(hours=3):%Y-%m-%d %H}" for start in starts]
        assert counts == [began[hour] for hour in hours]
    # The busiest hour, by the same SQL: 15 May, 18:00 to 19:00 local time.
    busiest = starts[counts.index(max(counts))]
    assert (busiest, max(counts)) == (datetime(2021, 5, 15, 15, tzinfo=UTC), 18)


def test_rings__are_what_the_record_gives():
    edges, shares = places.load_rings("may-2021")
    path = RECORDS / "alerts_guardian_of_walls_2021_records.csv"
    peer = list(RING_SHARES)
    if path.exists():
        events = defaultdict(list)
        with path.open(encoding="utf-8") as f:
            for r in csv.DictReader(f):
                if r["front"] == "gaza":
                    events[r["event_id"]].append(1000.0 * float(r["dist_gaza_km"]))
        peer = [
            sum(sum(a <= d < b for d in event) / len(event) for event in events.values())
            / len(events)
            for a, b in pairwise(edges)
        ]
    # The record measures from another outline: 0.2 km moves at most 0.5 % across an edge.
    assert shares == pytest.approx(peer, abs=0.005)


def test_rings__are_shares_of_everything(towns):
    edges, shares = places.load_rings("may-2021")
    assert len(edges) == len(shares) + 1
    assert edges[0] == 0.0
    assert all(a < b for a, b in pairwise(edges))
    assert max(t.distance_m for t in towns) <= edges[-1]
    assert sum(shares) == pytest.approx(1.0, abs=1e-9)  # four digits each, made to add up
    for a, b in pairwise(edges):
        assert any(a <= t.distance_m < b for t in towns), "a ring without a place to aim at"


@pytest.mark.parametrize(
    ("load", "known"),
    [
        (places.load_outline, "strip"),
        (places.load_hourly, "may-2021"),
        (places.load_rings, "may-2021"),
    ],
)
def test_reader__names_what_it_knows(load, known):
    with pytest.raises(ValueError, match=f"'nowhere'; known: {known}"):
        load("nowhere")


def test_reader__is_light():
    code = "import sys, opendome.places; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numba", "scipy", "shapely", "matplotlib", "pymap3d"} & set(out.stdout.split())
