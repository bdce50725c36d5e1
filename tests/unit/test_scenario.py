"""Scenario files: what is read, in which units, and one line for everything that is wrong."""

import json
import pickle
import tomllib
from hashlib import sha256
from math import cos, pi, radians, sin

import numpy as np
import pytest

from opendome import placement, scenario, settings
from opendome.params import GRADES, Model, quantity
from tests.unit.scenario_text import TEXT, after, edited

# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("name", scenario.names())
def test_load__reads_every_shipped_scenario(name):
    found = scenario.load(name)
    assert found.name == name
    assert found.title
    assert found.summary
    assert found.source


def test_load__keeps_text_hash_path_and_name(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())  # as Windows saves it
    found = scenario.load(path)
    assert (found.name, found.path) == ("mine", str(path))
    assert found.hash == sha256(found.text.encode()).hexdigest()
    assert scenario.parse(found.text, "mine").hash == found.hash


def test_scenario__travels_to_a_worker_unchanged():
    found = scenario.load("two-towns")
    assert pickle.loads(pickle.dumps(found)) == found


def test_scenario__is_frozen():
    found = scenario.load("two-towns")
    with pytest.raises(ValueError, match="frozen"):
        found.title = "other"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("radius_km  = 2.5", "radius_m = 2500.0"),
        ("duration_min = 3.0", "duration_s = 180"),
        ("boresight_deg = 245.0", f"boresight_rad = {radians(245.0)!r}"),
        ("reload_min   = 30.0", "reload_h = 0.5"),
    ],
)
def test_units__another_suffix_says_the_same(old, new):
    ours, theirs = (scenario.parse(t, "x").tables() for t in (TEXT, edited((old, new))))
    for a, b in zip(ours[:-2], theirs[:-2], strict=True):
        assert a.tobytes() == b.tobytes()


def test_tables__are_complete_and_hold_si_and_radians():
    p = scenario.load("two-towns").tables()
    for name in p._fields[:-2]:
        placement.check(getattr(p, name), getattr(settings, name.upper()), "test")
    assert p.places["radius"].tolist() == [2500.0, 1600.0]
    assert p.batteries[["radar", "interceptor", "launchers", "rounds", "reload"]].tolist() == [
        (0, 0, 3, 20, 1800.0)
    ]
    assert p.radars["boresight"][0] == pytest.approx(245.0 * pi / 180.0, rel=1e-15)
    assert p.radars["half_sector"][0] == pytest.approx(pi / 3.0, rel=1e-15)
    assert p.classes["share"].sum() == 1.0
    assert p.origin == pytest.approx((31.5, 34.6), abs=1e-12)  # degrees through radians and back


def test_tables__put_things_where_a_map_does():
    p = scenario.load("two-towns").tables()
    # Small-angle map: 0.16 deg north, -0.03 deg east.  A degree of latitude is 110.87 km at 31.5 N
    # (NGA: length of a degree); 50 m cover the curvature left out over 18 km.
    assert p.places["y"][0] == pytest.approx(0.16 * 110_870.0, abs=50.0)
    assert p.places["x"][0] == pytest.approx(-0.03 * 111_320.0 * cos(radians(31.6)), abs=50.0)
    # The ground falls away by d^2 / 2R from the tangent plane; the radar stands 60 m above it.
    d2 = p.radars["x"][0] ** 2 + p.radars["y"][0] ** 2
    assert p.radars["z"][0] == pytest.approx(60.0 - d2 / (2.0 * p.radius), abs=0.01)


def test_tables__turn_the_radar_by_its_own_vertical():
    p = scenario.load("two-towns").tables()
    turn = p.radars["rotation"][0]
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-15)
    # Up at the radar leans away from up at the origin by the distance over the earth's radius.
    lean = np.hypot(p.radars["x"][0], p.radars["y"][0]) / p.radius
    assert np.hypot(*turn[2, :2]) == pytest.approx(sin(lean), rel=2e-3)  # ellipsoid, not sphere
    assert turn[2, :2] @ [p.radars["x"][0], p.radars["y"][0]] > 0.0


def test_rings__share_out_their_weight_by_population():
    rings = "ring_distance_km = [11.0, 30.0]\nring_weight = [0.75, 0.25]"
    text = edited(after("raid_size_max      = 20", rings))
    weight = scenario.parse(text, "x").tables().places["aim_weight"]
    # Eastville is 9 km from the launch area, Northport 13 km.
    assert weight == pytest.approx([0.25, 0.75], rel=1e-12)


def test_dispersion__of_a_class_can_be_changed():
    text = edited(after("share = 0.5", "dispersion_range = 0.03\ndispersion_cross = 0.02"))
    ours, theirs = scenario.parse(TEXT, "x").tables(), scenario.parse(text, "x").tables()
    assert theirs.classes[["sigma_range", "sigma_cross"]][0].tolist() == (0.03, 0.02)
    assert theirs.classes[1] == ours.classes[1]


def test_interceptor__can_be_named_and_changed():
    text = edited(('interceptor  = "short_range"', 'interceptor = "dear"'))
    text += '\n[[interceptor]]\nname = "dear"\nmodel = "short_range"\nprice_usd = 100_000\n'
    p = scenario.parse(text, "x").tables()
    assert p.interceptors["price"].tolist() == [100_000.0]


def test_batteries__may_be_absent():
    text = TEXT[: TEXT.index("[[radar]]")] + TEXT[TEXT.index("[tracker]") :]
    p = scenario.parse(text, "x").tables()
    assert (len(p.batteries), len(p.radars), len(p.interceptors)) == (0, 0, 0)


def test_sections__that_are_missing_take_their_defaults():
    text = TEXT[: TEXT.index("[tracker]")]
    found = scenario.parse(text, "x")
    assert found.tracker.gate == 16.0
    assert found.policy.salvos == 2
    assert found.warning.hold == 60.0
    assert found.effects.shelter_factor == 5.0
    assert found.published == ()


def test_clock__counts_seconds_across_offsets():
    text = edited(("start         = 2021-05-11T18:00:00+03:00", "start = 2021-05-11T15:00:00Z"))
    found = scenario.parse(text, "x")
    assert found.clock.duration == 3 * 3600.0
    assert found.clock.seconds(found.threat.barrages[0].start) == 2 * 3600.0 + 300.0


def test_plan__holds_the_launches_of_the_timeline():
    found = scenario.load("two-towns")
    assert found.plan(found.tables()).n_rockets == 40  # 25 by 20:00 and a barrage of 15


# ---------------------------------------------------------------- where numbers come from


@pytest.mark.parametrize("name", scenario.names())
def test_parameters_table__gives_every_number_a_unit_a_grade_and_a_source(name):
    found = scenario.load(name).parameters_table()
    assert len({row.key for row in found}) == len(found) > 100
    for row in found:
        assert row.grade in GRADES, row
        assert row.source, row
        assert np.isfinite(row.value).all(), row


def test_parameters_table__takes_source_and_grade_from_the_nearest_table():
    text = edited(after("radius_km  = 2.5", 'source = "map"\ngrade = { radius_km = "published" }'))
    found = {row.key: row for row in scenario.parse(text, "x").parameters_table()}
    assert found["place[0].radius"][1:] == (2500.0, "m", "published", "map")
    assert found["place[0].population"].grade == "assumed"
    assert found["place[1].radius"].source == "teaching values"
    assert found["radar[0].scan_loss"].source.startswith("Skolnik")
    assert found["class 'grad-122'.calibre"].grade == "published"


def test_quantity__wants_source_and_grade_with_a_default():
    with pytest.raises(TypeError, match="source= and grade="):
        quantity("m", "length", default=1.0)
    with pytest.raises(TypeError, match="unknown unit 'furlong'"):
        quantity("furlong", "length")


def test_model__refuses_a_default_outside_its_bounds():
    class Wrong(Model):
        length: float = quantity(
            "m", "length", default=2.0, low=0.0, high=1.0, source="test", grade="assumed"
        )

    with pytest.raises(ValueError, match="out of range"):
        Wrong()


# ---------------------------------------------------------------- schema


def unknown_keys(raw, schema, path=""):
    """Keys of a file that its schema does not know."""
    if isinstance(raw, list) and "items" in schema:
        for i, entry in enumerate(raw):
            yield from unknown_keys(entry, schema["items"], f"{path}[{i}]")
    if isinstance(raw, dict) and "properties" in schema:
        for key, value in raw.items():
            if key in schema["properties"]:
                yield from unknown_keys(value, schema["properties"][key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"


@pytest.mark.parametrize("name", scenario.names())
def test_schema__knows_every_key_of_the_shipped_scenarios(name):
    raw = tomllib.loads(scenario.load(name).text)
    assert list(unknown_keys(raw, scenario.schema())) == []


def test_schema__is_json_and_refuses_other_keys():
    schema = json.loads(json.dumps(scenario.schema()))
    assert schema["additionalProperties"] is False
    raw = tomllib.loads(edited(("radius_km  = 2.5", "radius_mi = 2.5")))
    assert list(unknown_keys(raw, schema)) == [".place[0].radius_mi"]


def test_schema__gives_bounds_in_the_unit_of_the_key():
    place = scenario.schema()["properties"]["place"]["items"]
    radius = place["properties"]["radius_km"]
    assert (radius["type"], radius["minimum"], radius["maximum"]) == ("number", 0.01, 50.0)
    assert radius["description"] == "radius of the built-up area; 0.01 to 50 km"
    assert {"oneOf": [{"required": ["radius_m"]}, {"required": ["radius_km"]}]} in place["allOf"]
    effects = scenario.schema()["properties"]["effects"]["properties"]
    assert "Zucker and Kaplan (2014)" in effects["shelter_factor"]["description"]
    assert effects["shelter_factor"]["default"] == 5.0
