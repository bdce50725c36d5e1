"""The model against 868 published times and the alert record of May 2021.

The records are not the project's to carry.  They lie in ../shared/data where they exist; without
them these tests fail where CI=true and are skipped elsewhere.
"""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from opendome import zone_map, zone_times, zones

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "data"

if not FOLDER.is_dir() and os.environ.get("CI") != "true":
    pytest.skip(f"no public record in {FOLDER}", allow_module_level=True)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "compare_zones", ROOT / "scripts/compare_zones.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def areas(script):
    return script.southern(FOLDER)


def test_zones__are_868_with_outline_and_published_time(areas):
    assert len(areas) == pytest.approx(868, abs=3)  # names that come twice
    assert all(z.rings and z.seconds in (15, 30, 45, 60, 90) for z in areas)


def test_zones__lie_in_the_published_rings_of_distance(areas):
    from opendome import scenario

    m = zone_map.project(areas, scenario.load("may-2021"))
    ring = np.searchsorted([8.5e3, 19.8e3, 30.4e3, 41.0e3], m.distance)
    placed = np.array([15, 30, 45, 60, 90])[ring] == m.seconds
    # 97.6 % with the record's own distances; ours are to a simplified outline, from centroids.
    assert placed.mean() > 0.93


def test_times__rank_the_zones_as_the_published_ones_do(areas):
    got = zone_times.agreement(zone_times.simulate(areas, each=2))
    assert got.zones > 500
    # Published times have five values; one rocket or two a zone leave noise.
    assert got.tau > 0.6
    assert got.at_or_above > 0.6


def test_alerts__have_the_range_mix_and_the_events_of_the_record(script):
    known, in_event = script.record(FOLDER)
    mine, in_mine, launched = script.alerts(zones.read(FOLDER / "zones_polygons.geojson"))
    assert launched == 4360
    # docs/theory/warning.md has the table: 7,023 alerts in 972 events, here about 5,800 in 900; the
    # record is low by 2 to 20 % a day, and no threshold of the public rule is known.
    assert 0.7 < len(mine) / len(known) < 2.0
    assert 0.6 < len(in_mine) / len(in_event) < 1.6
    assert 0.5 < in_mine.mean() / in_event.mean() < 2.0
    rings = [np.histogram(d, script.RINGS_KM)[0] / len(d) for d in (known, mine)]
    assert np.argmax(rings[0]) == 0  # most alerts at the border; the model has them one ring on
    for share in rings:
        assert share[:2].sum() > 0.45  # within 20 km
        assert share[-1] < 0.05  # hardly any beyond 75 km
    # The model alerts less beyond 30 km; half of the difference between the mixes is 0.23.
    assert 0.5 * np.abs(rings[0] - rings[1]).sum() < 0.35


def test_import__reads_the_official_outlines(tmp_path):
    found = zones.read(FOLDER / "zones_polygons.geojson")
    again = tmp_path / "zones.geojson"
    again.write_text(zones.geojson(found), "utf-8")
    assert len(zones.read(again)) == len(found) == 1449
