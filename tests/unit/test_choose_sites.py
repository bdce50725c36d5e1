"""The siting script: what it prints; its solver is tested with the plan's (test_plan_response)."""

import importlib.util
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import shapely

SCRIPT = Path(__file__).parents[2] / "scripts" / "choose_sites.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("choose_sites", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sites__keep_their_distance_and_land(script, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["choose_sites.py", "-n", "4"])
    script.main()
    printed = tomllib.loads(capsys.readouterr().out)
    assert [b["radar"] for b in printed["battery"]] == [r["name"] for r in printed["radar"]]
    strip, land = script.polygon(script.load_outline("strip")), script.polygon(script.load_land())
    for radar, battery in zip(printed["radar"], printed["battery"], strict=True):
        here = [radar["lat_deg"], radar["lon_deg"]]
        assert here == [battery["lat_deg"], battery["lon_deg"]]
        point = shapely.Point(script.plane(np.array([here]))[0])
        assert land.contains(point)
        assert strip.distance(point) >= 4_000.0
        # From the site, the sector's middle line meets the Strip.
        bearing = np.radians(radar["boresight_deg"])
        far = (point.x + 2e5 * np.sin(bearing), point.y + 2e5 * np.cos(bearing))
        assert shapely.LineString([point, far]).intersects(strip)


def test_sites__of_may_2021_are_the_printed_ones(script, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["choose_sites.py"])
    script.main()
    printed = tomllib.loads(capsys.readouterr().out)
    scenario = tomllib.loads(
        (files("opendome") / "scenarios" / "may-2021.toml").read_text(encoding="utf-8")
    )
    keys = ("lat_deg", "lon_deg", "boresight_deg")
    assert [[r[k] for k in keys] for r in scenario["radar"]] == [
        [r[k] for k in keys] for r in printed["radar"]
    ]
