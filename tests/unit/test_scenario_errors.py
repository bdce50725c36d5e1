"""Bad scenario files: one line for everything that is wrong."""

import pickle

import pytest

from opendome import scenario, toml_files
from opendome.errors import ScenarioError
from tests.unit.scenario_text import TEXT, after, lines

BAD = {
    "unknown key": (
        [("misfire_share = 0.15", "misfire_shar = 0.15")],
        "threat: unknown key 'misfire_shar'; did you mean 'misfire_share'?",
    ),
    "unknown section": (
        [("[stock]", "[stok]")],
        "unknown key 'stok'; did you mean 'stock'?",
    ),
    "unknown key of a plug-in": (
        [after("salvos            = 2", "treat_min = 0.2")],
        "policy: unknown key 'treat_min'; did you mean 'threat_min'?",
    ),
    "unknown key in a table that a plug-in shares": (
        [("boresight_deg", "boresigth_deg")],
        "radar[0]: unknown key 'boresigth_deg'; did you mean 'boresight_deg'?",
    ),
    "unknown unit": (
        [after("height_m     = 60.0", "range_max_mi = 60")],
        "radar[0].range_max_mi: unknown unit 'mi' (want range_max_m or range_max_km)",
    ),
    "unit of another dimension": (
        [("radius_km  = 2.5", "radius_s = 2.5")],
        "place[0].radius_s: unknown unit 's' (want radius_m or radius_km)",
    ),
    "no unit": (
        [("radius_km  = 2.5", "radius = 2.5")],
        "place[0].radius: no unit (want radius_m or radius_km)",
    ),
    "no unit in a table that a plug-in shares": (
        [("boresight_deg", "boresight")],
        "radar[0].boresight: no unit (want boresight_deg or boresight_rad)",
    ),
    "longer key that begins like another": (
        [after("height_m     = 60.0", "sigma_r0_min_m = 1")],
        "radar[0]: unknown key 'sigma_r0_min_m'; did you mean 'sigma_r0_m'?",
    ),
    "misspelt key model": (
        [('model = "ellipse"', 'modell = "ellipse"')],
        "warning: unknown key 'modell'; did you mean 'model'?",
    ),
    "unit on a pure number": (
        [("population = 27_000", "population_km = 27_000")],
        "place[1].population_km: unknown unit 'km' (want population, a pure number)",
    ),
    "said twice": (
        [("radius_km  = 2.5", "radius_km = 2.5\nradius_m = 2500.0")],
        "place[0]: radius_km and radius_m say the same thing; keep one",
    ),
    "too large": (
        [("radius_km  = 2.5", "radius_km = 2500.0")],
        "place[0].radius_km = 2500.0: want 0.01 to 50 km (radius of the built-up area)",
    ),
    "too small": (
        [("scan_period_s = 1.0", "scan_period_s = -1.0")],
        "clock.scan_period_s = -1.0: want 0.1 to 60 s (time between two scans of every radar)",
    ),
    "one of a list too small": (
        [after("misfire_share = 0.15", "ring_distance_km = [8, -9]\nring_weight = [1, 1]")],
        "threat.ring_distance_km[1] = -9: want 0.001 to 1000 km "
        "(outer edges of the rings around the launch area)",
    ),
    "not a number": (
        [("misfire_share = 0.15", "misfire_share = nan")],
        "threat.misfire_share = nan: want 0 to 1 (share of motors that burn only a part of their "
        "time)",
    ),
    "infinite": (
        [("launch_gap_s       = 3.0", "launch_gap_s = inf")],
        "threat.launch_gap_s = inf: want 0.01 to 3600 s (mean time between the launches of a raid)",
    ),
    "larger than any number": (
        [("radius_km  = 2.5", f"radius_km = 1{'0' * 400}")],
        f"place[0].radius_km = 1{'0' * 56}...: want 0.01 to 50 km (radius of the built-up area)",
    ),
    "text for a number": (
        [("replications = 200", 'replications = "many"')],
        "study.replications = 'many': want a whole number (replications)",
    ),
    "fraction for a whole number": (
        [("launchers    = 3", "launchers = 2.5")],
        "battery[0].launchers = 2.5: want a whole number (launchers)",
    ),
    "true for a number": (
        [("radius_km  = 2.5", "radius_km = true")],
        "place[0].radius_km = true: want a number (radius of the built-up area)",
    ),
    "number for a text": (
        [('radar        = "hill"', "radar = 1")],
        "battery[0].radar = 1: want a text in quotes (name of the radar that feeds it)",
    ),
    "number for a table": (
        [("title   =", "tracker = 3\ntitle   ="), ('[tracker]\nmodel = "gnn_ekf"\n', "")],
        "tracker = 3: want a table",
    ),
    "table for an array": (
        [("[[published]]", "[published]")],
        "published = a table: want an array of tables, as [[published]]",
    ),
    "text for a list": (
        [('places   = ["Eastville"]', 'places = "Eastville"')],
        "threat.barrage[0].places = 'Eastville': want a list (names of the places aimed at)",
    ),
    "number in a list of texts": (
        [('places   = ["Eastville"]', "places = [7]")],
        "threat.barrage[0].places[0] = 7: want a text in quotes (names of the places aimed at)",
    ),
    "time without offset": (
        [("end           = 2021-05-11T21:00:00+03:00", "end = 2021-05-11T21:00:00")],
        "clock.end: 2021-05-11T21:00:00 has no offset (want 2021-05-11T21:00:00+03:00)",
    ),
    "text for a time": (
        [("end           = 2021-05-11T21:00:00+03:00", 'end = "nine"')],
        "clock.end = 'nine': want a time with its offset, as 2021-05-11T18:00:00+03:00 "
        "(end, with offset)",
    ),
    "no choice": (
        [after("salvos            = 2", 'battery_rule = "nearest"')],
        "policy.battery_rule = 'nearest': want one of 'earliest', 'highest_p_kill', 'most_rounds' "
        "(which of the batteries that can engage fires)",
    ),
    "missing number": (
        [("radius_km  = 2.5", "")],
        "place[0]: 'radius' is missing (want radius_m or radius_km: radius of the built-up area)",
    ),
    "missing text": (
        [('title   = "Two towns, one battery"', "")],
        "'title' is missing (one line, as shown in lists)",
    ),
    "missing section": (
        [("[origin]\nlat_deg = 31.50\nlon_deg = 34.60", "")],
        "'origin' is missing (origin of the east-north-up frame)",
    ),
    "empty name": (
        [('name         = "A"', 'name = ""')],
        "battery[0].name = '': want a text that is not empty (unique name)",
    ),
    "end before start": (
        [("end           = 2021-05-11T21", "end = 2021-05-10T21")],
        "clock: end (2021-05-10T21:00:00+03:00) is not after start (2021-05-11T18:00:00+03:00)",
    ),
    "unknown model": (
        [('model        = "multifunction"', 'model = "multifunktion"')],
        "radar[0].model = 'multifunktion': unknown; did you mean 'multifunction'?",
    ),
    "model that is a path": (
        [('model = "gnn_ekf"', 'model = "../gnn"')],
        "tracker.model = '../gnn': unknown (known: gnn_ekf)",
    ),
    "unknown class": (
        [('name  = "grad-122"', 'name = "grad-121"')],
        "threat.class[1].name = 'grad-121': unknown class; did you mean 'grad-122'?",
    ),
    "unknown place": (
        [('places   = ["Eastville"]', 'places = ["Eastvile"]')],
        "threat.barrage[0].places[0] = 'Eastvile': unknown place; did you mean 'Eastville'?",
    ),
    "unknown radar": (
        [('radar        = "hill"', 'radar = "hil"')],
        "battery[0].radar = 'hil': unknown radar; did you mean 'hill'?",
    ),
    "battery without a radar": (
        [('radar        = "hill"', "")],
        "battery[0]: 'radar' is missing (name of the radar that feeds it)",
    ),
    "no radar at all": (
        [("[[radar]]", "[[interceptor]]"), ('model        = "multifunction"', "")]
        + [(f"{key}", "") for key in ("lat_deg      = 31.55", "lon_deg      = 34.66")]
        + [("height_m     = 60.0", ""), ("boresight_deg = 245.0", "")],
        "battery[0].radar = 'hill': unknown radar (want a [[radar]] of that name)",
    ),
    "unknown interceptor": (
        [('interceptor  = "short_range"', 'interceptor = "shortrange"')],
        "battery[0].interceptor = 'shortrange': unknown interceptor; did you mean 'short_range'?",
    ),
    "same name twice": (
        [('name       = "Eastville"', 'name = "Northport"'), ('["Eastville"]', '["Northport"]')],
        "place[1].name = 'Northport': place[0] has it too (want unique names)",
    ),
    "intervals out of order": (
        [("until    = 2021-05-11T20:00:00", "until = 2021-05-11T18:30:00")],
        "threat.interval[1].until = 2021-05-11T18:30:00+03:00: not after "
        "2021-05-11T19:00:00+03:00 (want increasing times from clock.start)",
    ),
    "counts that fall": (
        [("launched = 25", "launched = 9")],
        "threat.interval[1].launched = 9: less than the 10 before (want cumulative counts)",
    ),
    "interval after the end": (
        [("until    = 2021-05-11T20:00:00", "until = 2021-05-11T22:00:00")],
        "threat.interval[1].until = 2021-05-11T22:00:00+03:00: after clock.end = "
        "2021-05-11T21:00:00+03:00",
    ),
    "barrage outside the clock": (
        [("start    = 2021-05-11T20:05:00", "start = 2021-05-11T20:59:00")],
        "threat.barrage[0]: starts or ends outside the clock (want it within "
        "2021-05-11T18:00:00+03:00 to 2021-05-11T21:00:00+03:00)",
    ),
    "barrage larger than its interval": (
        [("start    = 2021-05-11T20:05:00", "start = 2021-05-11T18:30:00")],
        "threat.barrage[0].launches = 15: 5 more than threat.interval[0] holds "
        "(want at most its launches)",
    ),
    "barrage across a count": (
        [("start    = 2021-05-11T20:05:00", "start = 2021-05-11T19:58:00")],
        "threat.barrage[0]: crosses the end of threat.interval[1] (want it within)",
    ),
    "share not positive": (
        [("share = 0.5", "share = 0.0")],
        "threat.class[0].share = 0.0: want 1e-09 to 1 (share of launches)",
    ),
    "shares that do not sum to one": (
        [("share = 0.5", "share = 0.7")],
        "threat: the shares of the classes sum to 1.2 (want 1)",
    ),
    "rings that do not match": (
        [after("misfire_share = 0.15", "ring_distance_km = [8, 9]\nring_weight = [1]")],
        "threat: ring_distance has 2 numbers and ring_weight 1 (want as many)",
    ),
    "outline of two corners": (
        [("[31.53, 34.52], [31.50, 34.48]]", "]")],
        "threat.launch_area: 2 corners (want at least 3)",
    ),
    "outline that crosses itself": (
        [("[31.56, 34.49], [31.53, 34.52]", "[31.53, 34.52], [31.56, 34.49]")],
        "threat.launch_area: the outline has no area or crosses itself (want corners in order)",
    ),
    "outline of texts": (
        [("[31.53, 34.44]", '["a", 34.44]')],
        "threat.launch_area: want the name of an outline or a list of [lat, lon] corners in "
        "degrees",
    ),
    "unknown hourly record": (
        [after("misfire_share = 0.15", 'hourly = "may-2012"')],
        "threat.hourly: unknown hourly record 'may-2012'; did you mean 'may-2021'?",
    ),
    "latitude and longitude swapped": (
        [("lat_deg    = 31.66\nlon_deg    = 34.57", "lat_deg = 34.57\nlon_deg = 31.66")],
        "place[0]: 437 km from the origin (want at most 400 km; latitude and longitude in order?)",
    ),
    "contradiction within a radar": (
        [after("height_m     = 60.0", "range_min_km = 5\nrange_max_km = 4")],
        "radar[0]: range_min (5000 m) is not below range_max (4000 m)",
    ),
    "published without a figure": (
        [("value  = 40", "")],
        "published[0]: no figure (want value, or low and high, or all three)",
    ),
    "published half an interval": (
        [("value  = 40", "low = 40.0")],
        "published[0]: low and high come together (want both, or value alone)",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_parse__says_in_one_line_what_is_wrong(kind):
    changes, want = BAD[kind]
    assert lines(*changes) == [want]


def test_parse__refuses_a_scenario_without_places():
    text = TEXT[: TEXT.index("[[place]]")] + TEXT[TEXT.index("[[radar]]") :]
    text = text.replace('places   = ["Eastville"]', 'places = ["X"]')
    with pytest.raises(ScenarioError, match=r"x\.toml: no places"):
        scenario.parse(text, "x")


def test_parse__collects_the_problems_of_a_file_up_to_ten():
    many = "\n".join(f"odd_{i} = 1" for i in range(12))
    found = lines(("[stock]", f"[stock]\n{many}"))
    assert len(found) == 11
    assert found[-1] == "... and 2 more"
    assert found[0].startswith("stock: unknown key 'odd_0'")


# ---------------------------------------------------------------- files


def refused(path):
    with pytest.raises(ScenarioError) as caught:
        scenario.load(path)
    (line,) = caught.value.lines
    return line


def test_load__offers_the_nearest_shipped_name():
    assert refused("two-twons") == "two-twons: no such scenario; did you mean 'two-towns'?"
    known = ", ".join(scenario.names())
    assert refused("zzz") == f"zzz: no such scenario (known: {known})"


def test_load__names_a_missing_file(tmp_path):
    path = str(tmp_path / "missing.toml")
    assert refused(path) == f"{path}: no such file (want a TOML file)"


def test_load__refuses_a_folder(tmp_path):
    assert refused(str(tmp_path)) == f"{tmp_path}: not a file (want a TOML file)"


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_load__refuses_a_name_that_no_file_can_have(name):
    assert "no such scenario" in refused(name)


def test_load__refuses_binary(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\x7fELF\xff\xfe")
    assert refused(path) == f"{path}: no text at byte 4 (want TOML in UTF-8)"


def test_load__refuses_a_huge_file(tmp_path):
    path = tmp_path / "x.toml"
    with path.open("wb") as file:
        file.truncate(toml_files.MOST_BYTES + 1)
    assert refused(path) == f"{path}: more than 5000000 bytes (want a scenario in TOML)"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = 1\nb = = 2\n", ":2:5: Invalid value"),
        ("a = 1\na = 2\n", ":2:6: Cannot overwrite a value"),
        ("a = 1\n[b", ":2:3: "),
        ('a = "x', ":1:7: "),
    ],
)
def test_load__points_at_the_place_of_malformed_toml(tmp_path, text, where):
    path = tmp_path / "x.toml"
    path.write_text(text)
    assert refused(path).startswith(f"{path}{where}")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = 1" + "0" * 5000])
def test_load__survives_hostile_toml(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    assert "want TOML" in refused(path)


def test_error__survives_a_worker_boundary():
    error = ScenarioError([f"line {i}\nbroken" for i in range(12)])
    assert error.lines[0] == "line 0 broken"
    assert pickle.loads(pickle.dumps(ScenarioError("one"))).lines == ("one",)
    assert pickle.loads(pickle.dumps(error)).lines == error.lines
