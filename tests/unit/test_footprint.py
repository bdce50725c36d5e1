"""Defended footprints: what they hold, what they refuse, what the command writes."""

import json

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from opendome import footprint as fp
from opendome import frames
from opendome.cli import main
from opendome.errors import ScenarioError


@pytest.fixture(scope="module")
def grad(two_towns):
    return fp.footprint(two_towns, "A", "grad-122")


def test_footprint__is_the_mask_of_its_polygon(grad):
    shape = grad.polygon()
    # Boxes on a grid: their union has their area.
    assert shape.area == pytest.approx(grad.area, rel=1e-9)
    rows, columns = np.nonzero(grad.mask())
    assert shapely.contains_xy(shape, grad.x[columns], grad.y[rows]).all()
    assert 0.0 < grad.area < grad.reached
    assert np.array_equal(np.isnan(grad.share), np.isnan(grad.p_kill))


def test_footprint__grows_with_readiness_and_shrinks_with_demand(two_towns, grad):
    slow = two_towns.fixed.batteries.copy()
    slow["reaction"] += 10.0
    later = two_towns._replace(fixed=two_towns.fixed._replace(batteries=slow))
    assert fp.footprint(later, "A", "grad-122").area < grad.area
    blind = fp.footprint(two_towns, "A", "grad-122", sigma=10e3)
    assert blind.area < 0.5 * grad.area  # a hand-over error that hardly a round can steer away
    assert fp.footprint(two_towns, 0, "grad-122", p_min=0.0).area >= grad.area


def test_footprint__of_a_battery_far_away_is_empty(two_towns):
    away = two_towns.fixed.batteries.copy()
    away["y"] += 150e3
    setup = two_towns._replace(fixed=two_towns.fixed._replace(batteries=away))
    found = fp.footprint(setup, "A", "grad-122")
    assert found.area == found.reached == 0.0


def test_footprint__without_a_radar_is_empty(two_towns):
    blind = two_towns.fixed.radars.copy()
    blind["range_max"] = blind["range_min"]
    setup = two_towns._replace(fixed=two_towns.fixed._replace(radars=blind))
    assert fp.footprint(setup, "A", "grad-122").area == 0.0


@pytest.mark.parametrize(
    ("battery", "rocket_class", "more", "want"),
    [
        ("B", "grad-122", {}, "battery 'B': unknown .known: A"),
        (3, "grad-122", {}, "battery 3: no such row"),
        ("A", "grad-12", {}, "did you mean 'grad-122'"),
        ("A", "grad-122", {"cell": 1.0}, "cell = 1: want 100 to 10000 m"),
        ("A", "grad-122", {"cell": float("nan")}, "cell = nan: want"),
        ("A", "grad-122", {"reach": 1e6}, "reach = 1e[+]06: want"),
        ("A", "grad-122", {"p_min": 1.5}, "p_min = 1.5: want 0 to 1"),
        ("A", "grad-122", {"cell": 100.0}, "cells [(]want"),
    ],
)
def test_footprint__refuses(two_towns, battery, rocket_class, more, want):
    with pytest.raises(ScenarioError, match=want):
        fp.footprint(two_towns, battery, rocket_class, **more)


def test_command__writes_geojson_and_picture(tmp_path, two_towns, grad):
    words = ["footprint", "two-towns", "--battery", "A", "--class", "grad-122", "--json"]
    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "made")])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    assert row["area_km2"] == pytest.approx(1e-6 * grad.area)
    assert (tmp_path / "made" / "footprint.png").read_bytes().startswith(b"\x89PNG")
    (feature,) = json.loads((tmp_path / "made" / "footprint.geojson").read_text())["features"]
    shape = shapely.geometry.shape(feature["geometry"])
    assert shape.is_valid
    corners = shapely.get_coordinates(shape)
    x, y, _ = frames.enu(corners[:, 1], corners[:, 0], 0.0, two_towns.scoring.parameters.origin)
    back = shapely.Polygon(np.column_stack([x, y])) if shape.geom_type == "Polygon" else None
    # Six decimals are 0.1 m; the curved frame against its plane: 1e-5 within 30 km.
    if back is not None:
        assert back.area == pytest.approx(grad.area, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "want"),
    [
        (["two-towns", "--battery", "B"], "known: A"),
        (["two-town", "--battery", "A"], "no such scenario"),
        (["two-towns"], "--battery"),
        (["two-towns", "--battery", "A", "--cell-m", "0"], "want 100"),
    ],
)
def test_command__refuses_in_one_line(tmp_path, words, want):
    done = CliRunner().invoke(main, ["footprint", *words, "-o", str(tmp_path / "made")])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert want in line
    assert not (tmp_path / "made").exists()
