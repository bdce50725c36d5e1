"""Zones of a file warned inside a run, against the same rule applied to its log afterwards."""

import numpy as np
import pytest
import shapely

from opendome import engine, montecarlo, scenario, warned, zone_map, zones
from opendome.errors import ScenarioError
from opendome.results import collect

NORTH = "[[34.55, 31.60], [34.75, 31.60], [34.75, 31.75], [34.55, 31.75], [34.55, 31.60]]"
OUTLINED = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": '
    '"north", "seconds": 45}, "geometry": {"type": "Polygon", "coordinates": [%s]}}, {"type": '
    '"Feature", "properties": {"name": "south", "radius_km": 4}, "geometry": {"type": "Point", '
    '"coordinates": [34.60, 31.52]}}]}'
)


@pytest.fixture(scope="module")
def base():
    return scenario.load("two-towns")


@pytest.fixture(scope="module")
def file(tmp_path_factory, base):
    """A grid of discs over both towns, and a district."""
    at = [(np.degrees(p.lat), np.degrees(p.lon)) for p in base.places]
    rows = [
        f"zone {k} {i} {j},{lat + 0.02 * i:.4f},{lon + 0.02 * j:.4f},1.2"
        for k, (lat, lon) in enumerate(at)
        for i in range(-2, 3)
        for j in range(-2, 3)
    ]
    path = tmp_path_factory.mktemp("zones") / "zones.csv"
    path.write_text("\n".join(["name,lat_deg,lon_deg,radius_km", *rows]) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def run(base, file):
    """The scenario with these zones, and two traced replications."""
    s = base.with_changes({"warning.zones": str(file)})
    done = montecarlo.run(s, 2, 5, trace=(0, 1))
    return s, collect(s, done, "test")


def test_zones__are_warned_inside_as_the_log_says_afterwards(run, file):
    s, result = run
    m = zone_map.project(zones.read(file), s)
    rule = warned.rule_of(s)
    grown, exact = zone_map.raster(m.shapes, rule.margin), zone_map.raster(m.shapes, 0.0)
    table = result.table("warnings")
    found = 0
    for rep in (0, 1):
        e = warned.evening(result, rep, m, grown, exact)
        after = warned.warn(e, rule, len(m.names))
        mine = table.column("rep").to_numpy() == rep
        names = table.column("place").to_numpy(zero_copy_only=False)[mine]
        times = table.column("time_s").to_numpy()[mine]
        inside = sorted(zip(times, names, strict=True))
        assert inside == sorted(zip(after.time, np.array(m.names)[after.zone], strict=True))
        first = table.column("first_impact_s").to_numpy()[mine]
        assert np.isnan(first).sum() == after.false.sum()
        found += len(inside)
    assert found > 50


def test_zones__change_warnings_and_nothing_that_flies(run, base):
    _, result = run
    plain = collect(base, montecarlo.run(base, 2, 5, trace=()), "test")
    ours, theirs = (r.ledger() for r in (result, plain))
    for name in ("launched", "threatened", "engaged", "intercepted", "rounds_used", "leaked"):
        assert ours[name].tolist() == theirs[name].tolist()
    assert ours["warnings"].sum() > 2 * theirs["warnings"].sum()  # fifty zones, two towns


def test_lead__is_that_of_the_zone_where_the_rocket_falls(run, file):
    s, result = run
    m = zone_map.project(zones.read(file), s)
    outcomes, rockets = (result.table(n).to_pandas() for n in ("outcomes", "rockets"))
    given = result.table("warnings").to_pandas()
    hit = outcomes[(outcomes["rep"] == 0) & (outcomes["would_land"] == "protected")]
    hold = warned.rule_of(s).hold
    for row in hit.itertuples():
        r = rockets[(rockets["rep"] == 0) & (rockets["rocket"] == row.rocket)].iloc[0]
        far = shapely.distance(m.shapes, shapely.Point(r["impact_x_m"], r["impact_y_m"]))
        mine = given[(given["rep"] == 0) & (given["place"] == m.names[int(far.argmin())])]
        times = mine["time_s"][mine["time_s"] >= r["launch_time_s"] - hold]
        want = r["impact_time_s"] - times.min() if len(times) else np.nan
        want = want if want >= 0.0 else np.nan
        assert row.warning_s == pytest.approx(want, nan_ok=True)
    assert len(hit) > 5


def test_zones__may_have_outlines_beside_the_scenario(base, tmp_path):
    (tmp_path / "areas.geojson").write_text(OUTLINED % NORTH, "utf-8")
    path = tmp_path / "mine.toml"
    text = base.text.replace("[warning]", '[warning]\nzones = "areas.geojson"')
    path.write_text(text, "utf-8")
    setup = engine.prepare(scenario.load(path))
    assert setup.scoring.area_names.tolist() == ["north", "south"]
    assert setup.fixed.alert.count == setup.fixed.n_areas == 2


def test_missing_file__is_one_line(base):
    s = base.with_changes({"warning.zones": "none.geojson"})
    with pytest.raises(ScenarioError, match=r"none\.geojson: cannot be read"):
        engine.prepare(s)
