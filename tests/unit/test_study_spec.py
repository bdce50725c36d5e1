"""Study files: what is read, which designs come of it, and one line for what is wrong."""

import tomllib

import numpy as np
import pytest

from opendome import scenario
from opendome.changes import changed, steps
from opendome.errors import ScenarioError
from opendome.study import designs, execute, rounds, spec
from opendome.study.factors import meaning
from opendome.study.laws import Law

RAW = tomllib.loads((scenario.FOLDER / "two-towns.toml").read_text("utf-8"))

HEAD = 'title = "t"\nscenario = "two-towns"\nseed = 5\n'
ROUNDS = '[[factor]]\nname = "rounds"\nkey = "policy.rounds_per_target"\nlevels = [1, 2]\n'
RELOAD = '[[factor]]\nname = "reload"\nkey = "battery[*].reload_min"\nlow = 10.0\nhigh = 50.0\n'
ENDS = "low = 10.0\nhigh = 50.0"
LEAKED = '[precision]\nfigure = "leaked"\n'
DEPOT = '[[factor]]\nname = "depot"\nkey = "stock.depot_rounds"\nlow = 0\nhigh = 3\n'


def study(*parts):
    return spec.parse(HEAD + "\n".join(parts), "s")


def wrong(*parts, make=False):
    """The one line that refuses a study."""
    make = designs.points if make else lambda found: found
    with pytest.raises(ScenarioError) as caught:
        make(study(*parts))
    (line,) = caught.value.lines
    return line


# ---------------------------------------------------------------- changes


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("policy.salvos", lambda raw: raw["policy"]["salvos"]),
        ("battery[0].reload_min", lambda raw: raw["battery"][0]["reload_min"]),
        ("battery[A].reload_min", lambda raw: raw["battery"][0]["reload_min"]),
        ("radar[hill].range_max_km", lambda raw: raw["radar"][0]["range_max_km"]),
        (
            "threat.barrage[evening barrage].launches",
            lambda raw: raw["threat"]["barrage"][0]["launches"],
        ),
        ("threat.interval[1].launched", lambda raw: raw["threat"]["interval"][1]["launched"]),
        ("effects.shelter_factor", lambda raw: raw["effects"]["shelter_factor"]),
    ],
)  # fmt: skip
def test_changed__puts_a_value_where_the_path_says_and_nothing_else(path, read):
    before = str(RAW)
    made = changed(RAW, {path: 7})
    assert read(made) == 7
    assert str(RAW) == before
    assert {k: v for k, v in made.items() if k not in path} == {
        k: v for k, v in RAW.items() if k not in path
    }


def test_changed__reaches_every_entry_with_a_star():
    made = changed(RAW, {"place[*].population": 5})
    assert [place["population"] for place in made["place"]] == [5, 5]


def test_changed__adds_an_entry_with_a_plus():
    made = changed(RAW, {"battery[+]": {"name": "B"}})
    assert [battery["name"] for battery in made["battery"]] == ["A", "B"]


def test_changed__replaces_the_same_number_in_another_unit():
    made = changed(RAW, {"battery[0].reload_h": 1})
    assert "reload_min" not in made["battery"][0]
    text = scenario.load("two-towns").text
    found = scenario.parse(text, "x", changes={"battery[0].reload_h": 1})
    assert found.batteries[0].reload == 3600.0
    assert found.changes == {"battery[0].reload_h": 1}


@pytest.mark.parametrize(
    ("path", "want"),
    [
        ("battery.reload_min", "several entries"),
        ("battery[3].reload_min", "has 1 entries"),
        ("battery[B].reload_min", "no battery of that name"),
        ("policy[0].salvos", "is no array"),
        ("gun[0].salvos", "is not in the file"),
        ("title.salvos", "is no table"),
    ],
)
def test_changed__says_which_path_leads_nowhere(path, want):
    with pytest.raises(ScenarioError, match="^" + path.replace("[", r"\[")) as caught:
        changed(RAW, {path: 1})
    assert want in str(caught.value)


@pytest.mark.parametrize("path", ["", "a.", ".a", "a b", "a[].b", "a[0", "a[0]b", "a..b"])
def test_steps__refuses_what_is_no_path(path):
    with pytest.raises(ScenarioError, match="not a key of a scenario"):
        steps(path)


def test_meaning__comes_from_the_models():
    assert meaning(RAW, "battery[*].reload_min") == (
        "min", "time to exchange the pack of an empty launcher", False,
    )  # fmt: skip
    assert meaning(RAW, "stock.depot_rounds")[2]
    assert meaning(RAW, "radar[hill].range_max_km")[:2] == ("km", "greatest range")
    assert meaning(RAW, "policy.salvos")[2]
    assert meaning(RAW, "policy.salvoes") is None
    assert meaning(RAW, "no.such") is None


# ---------------------------------------------------------------- designs


def test_grid__has_every_combination_once():
    made = designs.points(study(ROUNDS, DEPOT + "steps = 4"))
    assert [tuple(p.values()) for p in made] == [(r, d) for r in (1, 2) for d in range(4)]
    assert all(type(p["depot"]) is int for p in made)


def test_one_at_a_time__moves_one_factor_from_the_baseline():
    made = designs.points(
        study(ROUNDS, RELOAD, '[design]\nkind = "one_at_a_time"\nbaseline = { rounds = 2 }')
    )
    assert made == [
        {"rounds": 2, "reload": 30.0},
        {"rounds": 1, "reload": 30.0},
        {"rounds": 2, "reload": 10.0},
        {"rounds": 2, "reload": 50.0},
    ]


def test_latin_hypercube__has_one_point_in_each_slice():
    made = designs.points(study(ROUNDS, RELOAD, '[design]\nkind = "latin_hypercube"\npoints = 8'))
    slices = sorted(int((p["reload"] - 10.0) / 5.0) for p in made)
    assert slices == list(range(8))
    assert sorted(p["rounds"] for p in made) == [1] * 4 + [2] * 4


def test_sobol__is_balanced_in_whole_numbers():
    made = designs.points(study(DEPOT, RELOAD, '[design]\nkind = "sobol"\npoints = 16'))
    assert np.bincount([p["depot"] for p in made]).tolist() == [4, 4, 4, 4]
    assert all(type(p["depot"]) is int for p in made)


def test_saltelli__swaps_one_column_at_a_time():
    made = designs.points(study(ROUNDS, RELOAD, '[design]\nkind = "saltelli"\npoints = 4'))
    assert len(made) == 4 * (2 + 2)
    for a, ab0, ab1, b in zip(*(made[i::4] for i in range(4)), strict=True):
        assert ab0 == {"rounds": b["rounds"], "reload": a["reload"]}
        assert ab1 == {"rounds": a["rounds"], "reload": b["reload"]}


def test_morris__changes_one_factor_a_step():
    made = designs.points(study(DEPOT, RELOAD, '[design]\nkind = "morris"\npoints = 5'))
    assert len(made) == 5 * 3
    for start in range(0, 15, 3):
        for a, b in zip(made[start : start + 2], made[start + 1 : start + 3], strict=True):
            assert sum(a[name] != b[name] for name in a) == 1


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "saltelli", "morris"])
def test_design__is_a_function_of_the_seed_alone(kind):
    parts = (DEPOT, RELOAD, f'[design]\nkind = "{kind}"\npoints = 4')
    one = designs.points(study(*parts))
    np.random.seed(2)  # the global state must be neither read nor moved
    state = np.random.get_state()[1].tolist()
    assert designs.points(study(*parts)) == one
    assert np.random.get_state()[1].tolist() == state
    other = spec.parse(HEAD.replace("seed = 5", "seed = 6") + "\n".join(parts), "s")
    assert designs.points(other) != one


@pytest.mark.parametrize(
    ("law", "low", "high", "quartiles"),
    [  # by hand
        (Law("uniform", (2.0, 6.0)), 2.0, 6.0, (3.0, 4.0, 5.0)),
        (Law("loguniform", (1.0, 16.0)), -np.inf, np.inf, (2.0, 4.0, 8.0)),
        (Law("triangular", (0.0, 2.0, 4.0)), -np.inf, np.inf, (2**0.5, 2.0, 4.0 - 2**0.5)),
        (Law("normal", (10.0, 2.0)), -np.inf, np.inf, (8.6510205, 10.0, 11.3489795)),
        (Law("lognormal", (1.0, 1.0)), -np.inf, np.inf, (0.5094163, 1.0, 1.9630311)),
    ],
)
def test_law__has_its_quartiles(law, low, high, quartiles):
    got = [law.quantile(u, low, high) for u in (0.25, 0.5, 0.75)]
    assert got == pytest.approx(quartiles, rel=1e-7)  # the numbers above have eight digits


def test_law__that_is_cut_stays_inside_and_keeps_its_shape():
    normal = Law("normal", (0.0, 1.0))
    ends = normal.quantile(0.0, -1.0, 2.0), normal.quantile(1.0, -1.0, 2.0)
    assert ends == pytest.approx((-1.0, 2.0), abs=1e-9)
    middle = normal.quantile(0.5, -1.0, 2.0)
    # Half of the mass between the cuts: (0.158655 + 0.977250) / 2 = 0.567953, by tables 0.17116.
    assert middle == pytest.approx(0.17116, abs=1e-4)


def test_variant__changes_several_keys_and_adds_a_battery():
    found = spec.load("battery-or-rounds")
    made = designs.points(found)
    batteries = [len(found.at(p).batteries) for p in made if p["barrage"] == 15]
    assert [p["bought"] for p in made[::2]] == ["nothing", "one battery", "200 rounds"]
    assert batteries == [1, 2, 1]


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("parts", "want"),
    [
        ([ROUNDS.replace("[1, 2]", "[1, 30]")], "policy.rounds_per_target = 30: want 1 to 10"),
        ([ROUNDS.replace("[1, 2]", "[1.5]")], "want a whole number"),
        ([ROUNDS.replace("per_target", "per_taget")], "did you mean 'rounds_per_target'"),
        ([ROUNDS.replace("policy.", "polici.")], "polici"),
        ([ROUNDS.replace("[1, 2]", "[1, 1]")], "one level twice"),
        ([ROUNDS.replace("[1, 2]", "[[1]]")], "a level is a number"),
        ([ROUNDS, ROUNDS], "twice"),
        ([ROUNDS.replace("levels", "lvels")], "did you mean 'levels'"),
        ([ROUNDS.replace("levels = [1, 2]", "")], "want levels, or low and high"),
        ([ROUNDS.replace("policy.rounds_per_target", "study.seed")], "its own seed"),
        ([RELOAD.replace("min", "furlong")], "battery[0]"),
        ([RELOAD.replace("reload_min", "reload")], "no unit"),
        ([RELOAD.replace("battery[*]", "battery[Z]")], "no battery of that name"),
        ([RELOAD.replace("low = 10.0", "low = 60.0")], "want low < high"),
        ([RELOAD.replace("low = 10.0", "low = -60.0")], "battery[0].reload_min = -60.0: want 0"),
        ([DEPOT.replace("low = 0", "low = 0.5")], "whole numbers"),
        ([ROUNDS, '[design]\nkind = "gird"'], "did you mean 'grid'"),
        ([ROUNDS, "[design]\nbaseline = { rnds = 1 }"], "did you mean 'rounds'"),
        ([ROUNDS, "[design]\nbaseline = { rounds = 7 }"], "not a level (want 1, 2)"),
        (["replications = 5", ROUNDS, LEAKED + "half_width = 1.0"], "keep one"),
        ([ROUNDS, LEAKED], "want half_width or relative"),
        ([ROUNDS, LEAKED + "half_width = -1.0"], "want a positive number"),
        ([RELOAD + "distribution = { normal = [1.0] }"], "want [mean, sd]"),
        ([RELOAD.replace(ENDS, "distribution = { gauss = [1, 1] }")], "unknown law"),
        ([RELOAD.replace(ENDS, "distribution = { uniform = [2, 1] }")], "increasing"),
    ],
)  # fmt: skip
def test_study__that_is_wrong_is_one_line(parts, want):
    line = wrong(*parts)
    assert line.startswith("s.toml: ")
    assert want in line


@pytest.mark.parametrize(
    ("parts", "want"),
    [
        ([RELOAD], "a grid wants levels, or low, high and steps"),
        ([ROUNDS, "[design]\npoints = 4"], "leave points out"),
        ([RELOAD, '[design]\nkind = "sobol"'], "sobol wants points"),
        ([RELOAD, '[design]\nkind = "sobol"\npoints = 60'], "powers of two (want 64)"),
        (
            [RELOAD.replace(ENDS, "distribution = { normal = [9, 1] }"),
             '[design]\nkind = "morris"\npoints = 4'],
            "morris wants low and high",
        ),
    ],
)  # fmt: skip
def test_design__that_lacks_something_is_one_line(parts, want):
    assert want in wrong(*parts, make=True)


def test_design__names_the_point_that_contradicts_itself():
    first = "[[factor]]\nname = 'first'\nkey = 'threat.interval[0].launched'\nlevels = [10, 22]\n"
    last = "[[factor]]\nname = 'last'\nkey = 'threat.interval[1].launched'\nlevels = [25, 20]\n"
    line = wrong(first, last, make=True)
    assert line.startswith("design point 3 (first = 22, last = 20): ")
    assert "threat.interval[1]" in line


def test_study__of_a_name_that_is_not_shipped_gets_the_nearest():
    with pytest.raises(ScenarioError, match="did you mean 'radar-accuracy'"):
        spec.load("radar-acuracy")


@pytest.mark.parametrize("name", spec.names())
def test_load__reads_every_shipped_study(name):
    found = spec.load(name)
    made = designs.points(found)
    assert len(made) == designs.count(found)
    execute.check_size(found)
    if found.design.baseline:
        assert made[rounds.reference(found, made)] == designs.baseline(found)


def test_check_size__says_how_many_and_how_long():
    huge = study("replications = 1000000", ROUNDS, DEPOT + "steps = 4")
    with pytest.raises(ScenarioError, match=r"8 design points, 8,000,000 replications, about \d+ "):
        execute.check_size(huge, 2)
    grid = [ROUNDS.replace('"rounds"', f'"f{i}"').replace("[1, 2]", str(list(range(1, 11))))
            for i in range(7)]  # fmt: skip
    with pytest.raises(ScenarioError, match="10,000,000 points"):
        execute.check_size(study(*grid))


# ---------------------------------------------------------------- chunks


def test_pieces__cover_every_replication_once_at_fixed_cuts():
    made = rounds.pieces([0, 3], 5, 21, 8)
    assert [(p.first, p.last) for p in made if p.point == 3] == [(5, 7), (8, 15), (16, 20)]
    assert made[0].name == "p00000-r000005-000007"


def test_chunk__depends_on_the_size_of_the_scenario_alone():
    assert spec.launches(scenario.load("two-towns")) == 40
    assert spec.launches(scenario.load("may-2021")) == 4360
    assert study(ROUNDS).chunk == 100
