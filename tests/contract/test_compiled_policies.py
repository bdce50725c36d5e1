"""The compiled policies inside the engine: they order what they may, say why, and repeat."""

import json

import numpy as np
import pytest

import opendome
from opendome import engine, models, scenario
from opendome.models.policies.doctrine import Doctrine
from opendome.report import explain
from opendome.results import ResultError

NAMES = ("doctrine", "greedy", "threshold_reserve", "resolve", "rolling")
SEED = 20210510


def made(name):
    return engine.prepare(scenario.load("two-towns").with_changes({"policy.model": name}))


def test_kinds__are_those_of_the_models():
    for kind, name in enumerate(NAMES):
        found = models.find("policies", name)
        assert issubclass(found, Doctrine)
        assert found().row()["kind"][0] == kind


@pytest.mark.parametrize("name", NAMES)
def test_policy__repeats_to_the_bit_and_orders_what_it_may(name):
    setup = made(name)
    one, two = (engine.replicate(setup, SEED, 1, trace=True) for _ in range(2))
    assert one.ledger.tobytes() == two.ledger.tobytes()
    for table in one.traces:
        assert one.traces[table].tobytes() == two.traces[table].tobytes(), table
    decisions, options = one.traces["decisions"], one.traces["alternatives"]
    fired = decisions[decisions["fire"] > 0]
    assert len(fired) > 5
    assert (fired["reason"] == "fire").all()
    assert not (decisions["reason"] == "none").any()
    open_to = {tuple(r) for r in options[["time_s", "track", "battery"]].tolist()}
    assert {tuple(r) for r in fired[["time_s", "track", "battery"]].tolist()} <= open_to


def test_rolling__does_not_depend_on_what_ran_before():
    setup = made("rolling")
    engine.replicate(setup, SEED, 0)
    after = engine.replicate(setup, SEED, 2)
    alone = engine.replicate(made("rolling"), SEED, 2)
    assert after.ledger.tobytes() == alone.ledger.tobytes()


def test_reserve__is_what_later_days_are_worth():
    setup = made("rolling")
    reserve = setup.fixed.reserve
    assert (np.diff(reserve, axis=1) <= 1e-12).all()
    assert (reserve[-1] == 0.0).all()  # nothing comes after the last day


def test_explain__tells_the_story_of_a_rocket_fired_at():
    result = opendome.run("two-towns", replications=1, seed=SEED)
    fired = result.sql("select rocket from shots where rocket >= 0 order by rocket").to_pylist()
    story = explain.explain(result, fired[0]["rocket"])
    said = "\n".join(explain.lines(story))
    assert "fires 1: battery A, kill" in said
    assert "waits for a smaller impact ellipse" in said
    assert "Truth: " in said
    assert story["shots"][0]["decision_time_s"] in {
        d["time_s"] for d in story["decisions"] if d["fire"] > 0
    }
    assert json.dumps(story)
    unseen = result.sql(
        "select rocket from rockets where rocket not in (select rocket from tracks)"
    ).to_pylist()
    for row in unseen[:1]:
        assert "Never put to the policy" in explain.lines(explain.explain(result, row["rocket"]))[1]
    with pytest.raises(ResultError, match="rocket 999: replication 0 has 0 to 39"):
        explain.explain(result, 999)
    with pytest.raises(ResultError, match="replication 7: not traced"):
        explain.explain(result, 0, rep=7)
