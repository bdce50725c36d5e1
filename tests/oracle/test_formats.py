"""Exports, read by programs that nobody here wrote: GDAL, the OGC's schema, czml3, pandas."""

import json
from datetime import datetime

import czml3
import fastkml.validator
import numpy as np
import pandas as pd
import pymap3d
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from geographiclib.geodesic import Geodesic

import opendome as od
from opendome import scenario
from opendome.cli import main
from opendome.formats import NAMES, evening


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("exported") / "result"
    od.run("two-towns", replications=2, seed=7).save(made)
    return made


@pytest.fixture(scope="module")
def result(folder):
    return od.open(folder)


@pytest.fixture(scope="module")
def origin(result):
    m = result.manifest["scenario"]
    return scenario.parse(m["text"], m["name"]).tables().origin


def export(folder, *words):
    done = CliRunner().invoke(main, ["export", str(folder), *map(str, words)])
    return done.exit_code, done.output.strip()


def rows(result, name):
    return result.table(name).to_pandas()


def flown(result, origin, rocket):
    """Path of a rocket in degrees and metres."""
    t = rows(result, "flights").query(f"rocket == {rocket}").sort_values("time_s")
    lat, lon, h = pymap3d.enu2geodetic(t["x_m"], t["y_m"], t["z_m"], *origin, 0.0)
    return t["time_s"].to_numpy(), np.column_stack([lon, lat, h])


def assert_near(at, want):
    """Longitude, latitude and height agree to the digits that are written: six, six, one."""
    assert (np.abs(at - want).max(axis=0) < (1e-6, 1e-6, 0.051)).all()


def test_geojson__is_what_gdal_reads(folder, result, origin, tmp_path):
    path = tmp_path / "evening.geojson"
    assert export(folder, "--to", "geojson", "-o", path)[0] == 0
    meta, _, shapes, fields = pyogrio.raw.read(path)
    assert meta["crs"] == "EPSG:4326"
    found = dict(zip(meta["fields"], fields, strict=True))
    geometry = shapely.from_wkb(shapes)
    assert shapely.is_valid(geometry).all()
    polygons = geometry[shapely.get_type_id(geometry) == 3]
    assert shapely.is_ccw(shapely.get_exterior_ring(polygons)).all()  # RFC 7946, 3.1.6
    kinds = pd.Series(found["kind"]).value_counts()
    tracks = rows(result, "tracks")
    assert kinds["rocket"] == len(rows(result, "rockets"))
    assert kinds["interceptor"] == len(rows(result, "shots"))
    assert kinds["track"] == tracks.query("rocket >= 0")["track"].nunique()
    assert kinds["interception"] == np.sum(rows(result, "outcomes")["outcome"] == "intercepted")
    last = int(rows(result, "rockets")["rocket"].max())
    line = geometry[found["id"] == f"rocket-{last}"][0]
    assert_near(shapely.get_coordinates(line, include_z=True), flown(result, origin, last)[1])


def test_geojson__predictions_cover_two_standard_deviations(folder, result):
    """The area of the outline on the ellipsoid against that of the covariance."""
    drawn = {p.id: p for p in evening.read(result).predictions}
    path = folder / "replication-0.geojson"
    assert export(folder, "--to", "geojson", "--force")[0] == 0
    told = json.loads(path.read_text())["features"]
    assert len(drawn) > 20
    for feature in (f for f in told if f["properties"]["kind"] == "prediction"):
        number = feature["properties"]["track"]
        last = rows(result, "tracks").query(f"track == {number} and known == 1").iloc[-1]
        det = last["impact_cov_xx"] * last["impact_cov_yy"] - last["impact_cov_xy"] ** 2
        polygon = Geodesic.WGS84.Polygon()
        for lon, lat in feature["geometry"]["coordinates"][0][:-1]:
            polygon.AddPoint(lat, lon)
        _, _, area = polygon.Compute()
        # 32 corners hold 99.4 % of the ellipse; six digits of a degree are 0.1 m.
        minor = 0.5 * feature["properties"]["minor_m"]
        assert area == pytest.approx(4.0 * np.pi * np.sqrt(det), rel=0.01 + 0.3 / minor)


def test_kml__obeys_the_schema_of_the_ogc(folder, result, origin, tmp_path):
    path = tmp_path / "evening.kml"
    assert export(folder, "--to", "kml", "-o", path)[0] == 0
    assert fastkml.validator.validate(file_to_validate=path)
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert {"rockets (truth)", "tracks (belief)", "interceptions (truth)"} <= layers
    meta, _, shapes, fields = pyogrio.raw.read(path, layer="rockets (truth)")
    assert len(shapes) == len(rows(result, "rockets"))
    names = dict(zip(meta["fields"], fields, strict=True))["Name"]
    shape = shapely.from_wkb(shapes[list(names).index("rocket 5")])
    assert_near(shapely.get_coordinates(shape, include_z=True), flown(result, origin, 5)[1])


def test_kml__spans_the_flight_and_keeps_odd_names(folder, tmp_path):
    path = tmp_path / "evening.kml"
    assert export(folder, "--to", "kml", "-o", path)[0] == 0
    marks = list(fastkml.utils.find_all(fastkml.KML.parse(path), of_type=fastkml.Placemark))
    rocket = next(m for m in marks if m.name == "rocket 0")
    told = rows(od.open(folder), "rockets").iloc[0]
    start = datetime.fromisoformat("2021-05-11T18:00:00+03:00")
    begin = rocket.begin.dt.timestamp() - start.timestamp()
    assert begin == pytest.approx(told["launch_time_s"], abs=1.1)  # fastkml keeps whole seconds


def test_czml__is_accepted_by_czml3_and_moves_with_the_rocket(folder, result, origin, tmp_path):
    path = tmp_path / "evening.czml"
    assert export(folder, "--to", "czml", "-o", path)[0] == 0
    packets = json.loads(path.read_text())
    for packet in packets:
        czml3.Packet(**packet)  # refuses what it does not know
    assert packets[0]["id"] == "document"
    assert len({p["id"] for p in packets}) == len(packets)
    by_id = {p["id"]: p for p in packets}
    time, want = flown(result, origin, 5)
    said = by_id["rocket-5"]["position"]
    at = np.array(said["cartographicDegrees"]).reshape(-1, 4)
    epoch = datetime.fromisoformat(said["epoch"])
    start = datetime.fromisoformat("2021-05-11T18:00:00+03:00")
    seconds = (epoch - start).total_seconds() + at[:, 0]
    assert np.abs(seconds - time).max() < 0.002
    assert_near(at[:, 1:], want)
    turns = [p["ellipse"]["rotation"] for p in packets if "ellipse" in p]
    for turn in (t for t in turns if isinstance(t, dict)):  # no half turn between two scans
        assert np.abs(np.diff(np.array(turn["number"])[1::2])).max() < 1.6


def test_csv__is_the_table_with_degrees_beside_it(folder, result, origin, tmp_path):
    code, _ = export(folder, "--to", "csv", "-o", tmp_path / "all")
    assert code == 0
    assert {p.stem for p in (tmp_path / "all").iterdir()} == set(result.names)
    for name in result.names:
        told, want = pd.read_csv(tmp_path / "all" / f"{name}.csv"), rows(result, name)
        assert len(told) == len(want)
        for column in want.select_dtypes("number"):
            assert np.allclose(told[column], want[column], rtol=1e-12, equal_nan=True)
    ends = pd.read_csv(tmp_path / "all" / "outcomes.csv")
    lat, lon, h = pymap3d.enu2geodetic(ends["x_m"], ends["y_m"], ends["z_m"], *origin, 0.0)
    assert np.allclose(ends["lat_deg"], lat, atol=1e-7)
    assert np.allclose(ends["lon_deg"], lon, atol=1e-7)
    assert np.allclose(ends["height_m"], h, atol=0.006)
    text = (tmp_path / "all" / "outcomes.csv").read_text()
    assert "nan" not in text.lower()
    assert export(folder, "--to", "csv", "--table", "shots", "-o", tmp_path / "s.csv")[0] == 0
    assert (tmp_path / "s.csv").read_text() == (tmp_path / "all" / "shots.csv").read_text()


def test_hours__hold_the_rockets_launched_in_them(folder, result, tmp_path):
    path = tmp_path / "hour.geojson"
    since, until = "2021-05-11T20:00", "2021-05-11T21:00:00+03:00"
    words = ("--to", "geojson", "--since", since, "--until", until, "-o", path)
    assert export(folder, *words)[0] == 0
    told = json.loads(path.read_text())["features"]
    launched = rows(result, "rockets")["launch_time_s"].between(7200.0, 10800.0, inclusive="left")
    kinds = pd.Series([f["properties"]["kind"] for f in told]).value_counts()
    assert kinds["rocket"] == launched.sum() > 0
    assert kinds["interception"] + kinds.get("impact", 0) == kinds["rocket"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "kmz"], "'kmz' is not one of"),
        (["--to", "kml", "--rep", "9"], "not a traced replication (traced: 0)"),
        (["--to", "kml", "--since", "2021-06-01"], "outside the scenario's clock"),
        (["--to", "kml", "--since", "soon"], "want a time such as"),
        (["--to", "kml", "--since", "2021-05-11T20:59:59"], "nothing was launched then"),
        (["--to", "kml", "--table", "shots"], "--table goes with --to csv"),
        (["--to", "csv", "--rep", "1"], "not with --to csv"),
        (["--to", "csv", "--table", "shot"], "no table 'shot'"),
    ],
)
def test_errors__are_one_line_and_write_nothing(folder, tmp_path, words, said):
    code, output = export(folder, *words, "-o", tmp_path / "out.x")
    assert (code, output.count("\n")) == (2, 0), output
    assert output.startswith("error: ")
    assert said in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("to", NAMES)
def test_files__are_not_replaced_unasked(folder, tmp_path, to):
    there = tmp_path / "there"
    there.write_text("mine")
    code, output = export(folder, "--to", to, "-o", there)
    assert (code, there.read_text()) == (2, "mine")
    assert "exists" in output


def test_csv__is_all_or_nothing(folder, tmp_path, monkeypatch):
    from opendome.formats import csv

    real = csv.render

    def breaks(result, name):
        if name == "shots":
            raise OSError(28, "No space left on device")
        return real(result, name)

    monkeypatch.setattr(csv, "render", breaks)
    code, output = export(folder, "--to", "csv", "-o", tmp_path / "all")
    assert code == 2
    assert "No space left" in output
    assert not list(tmp_path.iterdir())


def test_sector__is_a_wedge_to_its_range():
    from opendome.formats import shapes

    wedge = np.array(shapes.sector(34.66, 31.55, 245.0, 60.0, 100e3))
    assert shapely.is_ccw(shapely.LinearRing(wedge))
    geod = Geodesic.WGS84
    for lon, lat in wedge[1:-1]:
        way = geod.Inverse(31.55, 34.66, lat, lon)
        assert way["s12"] == pytest.approx(100e3, rel=2e-3)  # a plane against the ellipsoid
        assert abs((way["azi1"] - 245.0 + 180.0) % 360.0 - 180.0) < 60.1
    circle = np.array(shapes.sector(34.66, 31.55, 0.0, 180.0, 1e3))
    assert shapely.is_ccw(shapely.LinearRing(circle))
    assert np.allclose(circle[0], circle[-1])
