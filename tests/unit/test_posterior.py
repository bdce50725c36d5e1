"""The posterior: what a draw puts where, and when it does not."""

import json

import numpy as np
import pytest

from opendome import engine, posterior, scenario
from opendome.errors import ScenarioError

OPERATIONS = ("nov-2012", "jul-2014", "may-2021")


@pytest.fixture(scope="module")
def november():
    """The smallest calibrated scenario, ready to run."""
    return engine.prepare(scenario.load("nov-2019"))


def test_shipped__has_as_many_draws_of_everything_within_the_priors():
    found = posterior.read()["draws"]
    assert set(found) == set(posterior.PARAMETERS)
    lengths = set()
    for name, values in found.items():
        p = posterior.PARAMETERS[name]
        for draws in values.values() if p.each else [values]:
            lengths.add(len(draws))
            slack = 1e-3 * p.high  # written with four digits
            assert p.low - slack <= min(draws) <= max(draws) <= p.high + slack
    assert len(lengths) == 1
    assert set(found["aimed_share"]) == {*OPERATIONS, posterior.NEW}


def test_apply__puts_every_parameter_in_its_place(november):
    draw = {
        "dispersion": 0.5, "aimed_share": 0.4, "misfire_share": 0.3, "reliability": 0.7,
        "reaction": 5.0, "rounds_per_target": 2.0, "exposure": 0.1, "near_share": 0.4,
    }  # fmt: skip
    got = posterior.apply(november, draw)
    for column in ("sigma_range", "sigma_cross"):
        half = 0.5 * november.fixed.classes[column]
        assert got.fixed.classes[column] == pytest.approx(half)
        assert got.plan.classes[column] == pytest.approx(half)
    assert (got.plan.aimed_share, got.plan.misfire_share) == (0.4, 0.3)
    assert set(got.fixed.interceptors["reliability"]) == {0.7}
    assert set(got.fixed.batteries["reaction"]) == {5.0}
    assert got.fixed.doctrine["rounds"].tolist() == [2]
    assert got.scoring.parameters.effects["exposure"].tolist() == [0.1]
    assert not np.array_equal(got.plan.weights, november.plan.weights)
    assert got.plan.weights.sum(axis=1) == pytest.approx(1.0)
    assert november.fixed.doctrine["rounds"].tolist() == [1]  # the original stays


def test_replicate__takes_the_draw_of_its_number(november):
    values = {name: v[:2] for name, v in november.draws.values.items()}
    two = november._replace(draws=posterior.Draws(values))
    by_hand = posterior.apply(november._replace(draws=None), two.draws.at(3))
    assert two.draws.at(3) == two.draws.at(1)
    a, b = (engine.replicate(s, 5, 3).ledger for s in (two, by_hand))
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"policy.rounds_per_target": 2}, "rounds_per_target"),
        ({"battery[*].reaction_s": 3.0}, "reaction"),
        ({"threat.misfire_share": 0.1}, "misfire_share"),
        ({"threat.class[0].dispersion_range": 0.1}, "dispersion"),
        ({"calibration.keep": ["exposure"]}, "exposure"),
    ],
)
def test_draws__leave_alone_what_the_scenario_or_a_study_sets(changes, left_out):
    text = scenario.load("nov-2019").text
    whole = set(scenario.parse(text, "x").draws().values)
    assert whole - set(scenario.parse(text, "x", changes=changes).draws().values) == {left_out}


def test_calibration__names_what_is_wrong(tmp_path):
    text = scenario.load("nov-2019").text
    for key, value, says in (
        ("operation", "nov-2013", "operation 'nov-2013': unknown; did you mean 'nov-2012'?"),
        ("keep", ["reactoin"], "keep: unknown 'reactoin'; did you mean 'reaction'?"),
        ("file", str(tmp_path / "none.json"), "no posterior"),
    ):
        with pytest.raises(ScenarioError) as caught:
            scenario.parse(text, "x", changes={f"calibration.{key}": value})
        assert says in str(caught.value)


def test_calibration__takes_a_file_of_the_user(tmp_path):
    mine = dict(posterior.read()["draws"]) | {"reaction": [7.0]}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"draws": mine}))
    text = scenario.load("nov-2019").text
    found = scenario.parse(text, "x", changes={"calibration.file": str(path)}).draws()
    assert found.at(9)["reaction"] == 7.0


def test_scenario__without_a_calibration_has_no_draws():
    assert scenario.load("two-towns").draws() is None
