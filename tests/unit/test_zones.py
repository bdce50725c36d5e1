"""Zones: what is read, and one line for everything that is wrong."""

import json
from math import isnan

import pytest
from click.testing import CliRunner

from opendome import zones
from opendome.cli import main
from opendome.errors import ScenarioError

SQUARE = [[34.5, 31.5], [34.6, 31.5], [34.6, 31.6], [34.5, 31.6], [34.5, 31.5]]


def features(*pairs):
    parts = [{"type": "Feature", "properties": p, "geometry": g} for p, g in pairs]
    return json.dumps({"type": "FeatureCollection", "features": parts})


@pytest.fixture
def written(tmp_path):
    def write(text, name="zones.txt"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_read__takes_csv_with_positions(written):
    found = zones.read(
        written("name,lat,lon,countdown_s,radius_km\nA,31.5,34.5,15,2\nB,31.6,34.6,,\n")
    )
    assert [(z.name, z.seconds) for z in found[:1]] == [("A", 15.0)]
    assert found[0].radius_m == 2000.0
    assert isnan(found[1].seconds)
    assert found[1].radius_m == 1e3 * zones.RADIUS_KM


def test_read__takes_outlines_and_points(written):
    two = [[SQUARE], [[[lon + 1.0, lat] for lon, lat in SQUARE]]]
    found = zones.read(written(features(
        ({"name": "A", "countdown_s": 30}, {"type": "Polygon", "coordinates": [SQUARE]}),
        ({"name": "B"}, {"type": "MultiPolygon", "coordinates": two}),
        ({"name": "C", "radius_km": 3}, {"type": "Point", "coordinates": [34.9, 31.9]}),
    )))  # fmt: skip
    assert [len(z.rings) for z in found] == [1, 2, 0]
    assert found[0].rings[0][1] == (31.5, 34.6)  # latitude first
    assert (found[2].lat_deg, found[2].lon_deg, found[2].radius_m) == (31.9, 34.9, 3000.0)


def test_read__numbers_a_name_that_comes_twice(written):
    found = zones.read(written("name,lat,lon\nA,31,34\nB,31,34\nA,31,35\n"))
    assert [z.name for z in found] == ["A", "B", "A (2)"]


def test_geojson__reads_back_as_it_was(written):
    first = zones.read(written(features(
        ({"name": "A", "seconds": 30}, {"type": "Polygon", "coordinates": [SQUARE]}),
        ({"name": "C", "radius_km": 3}, {"type": "Point", "coordinates": [34.9, 31.9]}),
    )))  # fmt: skip
    again = zones.read(written(zones.geojson(first), "again.geojson"))
    assert [z[:5] for z in again] == [z[:5] for z in first]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no zones"),
        ("{]", "no GeoJSON"),
        ("name,lat,lon\nA,north,34\n", "line 2: no position"),
        ("name,lat,lon\n,31,34\n", "line 2: no name"),
        ("name,lat,lon\nA,131,34\n", "no latitude and longitude"),
        ("name,lat,lon,seconds\nA,31,34,soon\n", "seconds is no number"),
        (features(({"name": "A"}, {"type": "LineString", "coordinates": SQUARE})), "no outline"),
        (features(({"name": "A"}, None)), "no outline"),
        (features(({"name": "A"}, {"type": "Polygon", "coordinates": [SQUARE[:2]]})), "fewer"),
    ],
)
def test_read__says_what_is_wrong(written, text, says):
    with pytest.raises(ScenarioError) as caught:
        zones.read(written(text))
    assert says in str(caught.value)


def test_import__writes_one_form_or_nothing(written, tmp_path):
    out = tmp_path / "out.geojson"
    good = written("name,lat,lon,seconds\nA,31.5,34.5,15\n")
    call = lambda *words: CliRunner().invoke(main, ["zones", "import", *words])  # noqa: E731
    done = call(str(good), "-o", str(out))
    assert done.exit_code == 0, done.output
    assert "1 zones, 0 with an outline, 1 with a published time" in done.output
    assert call(str(good), "-o", str(out)).exit_code == 2  # exists
    other = tmp_path / "other.geojson"
    assert call(str(written("name\nA\n", "bad.csv")), "-o", str(other)).exit_code == 2
    assert not other.exists()
    assert call(str(tmp_path / "none.csv")).exit_code == 2
