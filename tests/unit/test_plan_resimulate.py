"""The plan again in the full simulator: what is passed on, and what counts as agreement."""

import numpy as np
import pytest

from opendome.plan import resimulate, response, rules, studies
from opendome.plan.evaluate import nothing
from opendome.plan.response import Fit, Force
from tests.unit.plan_small import FLAT, small

TWICE = """
[[outlook.scenario]]
name = "first"
month = 3
launches = 600
[[outlook.scenario]]
name = "second"
month = 9
launches = 500
"""
NOISY = tuple(Fit(n, 0.02, 0.05, 2, 8, "constant") for n in ("rounds", "leaked", "saved"))
RESPONSE = FLAT._replace(fits=NOISY, base=Force(2, 3, 0))


class Pretended:
    """Stands for the simulator: the response itself, times a factor on the rounds."""

    def __init__(self, factor=1.0):
        self.factor, self.points, self.firsts = factor, [], []

    def __call__(self, plan, points, sites, replications, seed, workers, progress, firsts):
        self.points.append(points)
        self.firsts += list(firsts)
        launches = np.array([p["launches"] for p in points], "f8")
        stock = np.array([p["stock"] for p in points], "f8")
        wanted = self.factor * 0.4 * launches
        used = np.minimum(wanted, stock)
        return {"rounds_used": used, "leaked": 0.05 * launches + 0.8 * (wanted - used)}


def again(monkeypatch, plan, pretended, rule=None, n=5):
    monkeypatch.setattr(studies, "simulate", pretended)
    return resimulate.again(plan, RESPONSE, rule or nothing(24, 1), np.empty((0, 2)), n)


def test_again__of_what_was_predicted_agrees(monkeypatch):
    plan = small(outlook=TWICE, stock=400.0)
    found = again(monkeypatch, plan, Pretended())
    assert found.agrees
    for c in found.compared:
        assert c.simulated == pytest.approx(c.predicted, rel=0.01)  # rounds are whole there
        assert c.half_width > 0.0
    assert found.paths == 5
    assert {(r["month"], r["launches"]) for r in found.rows} >= {(3, 600), (9, 500)}


def test_again__passes_on_the_stock_that_the_simulator_left(monkeypatch):
    plan = small(outlook=TWICE, stock=400.0)
    pretended = Pretended(factor=1.5)
    found = again(monkeypatch, plan, pretended)
    assert not found.agrees
    by_path = {}
    for row in found.rows:
        by_path.setdefault(row["path"], []).append(row)
    for rows in by_path.values():
        left = 400.0
        for row in rows:
            assert row["stock"] == max(round(left), 1)
            left = max(left - row["used"], 0.0)
    # Each operation is a replication of its own.
    assert sorted(pretended.firsts) == list(range(len(found.rows)))


def test_again__orders_by_the_rule_and_counts_what_comes(monkeypatch):
    plan = small(outlook=TWICE, stock=400.0)
    found = again(monkeypatch, plan, Pretended(), rules.order_up_to(plan, 900.0))
    later = [row["stock"] for row in found.rows if row["month"] >= 9]
    assert min(later) > 400 - 240  # the line has delivered since
    assert found.agrees


def test_again__agrees_with_the_simulator_itself_within_the_stated_error():
    # Two towns: operations of known sizes give a response per launch, then the plan runs anew on
    # other random numbers.
    plan = small(outlook=TWICE.replace("600", "60").replace("500", "60"), stock=800.0)
    point = {"batteries": 1, "launchers": 3, "radars": 0, "rounds_per_target": 1, "threat_min": 0.1}
    table = studies.simulate(plan, [point | {"launches": 60}], np.empty((0, 2)), 12, 5)
    used, through = table["rounds_used"] / 60.0, table["leaked"] / 60.0
    kept = (table["threatened"] - table["leaked"]).sum() / table["rounds_used"].sum()
    fits = tuple(
        Fit(n, float(v.std() / v.mean() / 12**0.5), float(v.std() / v.mean()), 12, 1, "constant")
        for n, v in (("rounds", used), ("leaked", through), ("saved", used))
    )
    learned = response.constant(float(used.mean()), float(through.mean()), float(kept))
    quiet = plan.file.outlook.model_copy(update={"years": 1e6})  # but for the two: none
    plan = small_with(plan, quiet)
    found = resimulate.again(
        plan, learned._replace(fits=fits, base=Force(1, 3, 0)), nothing(24, 1), np.empty((0, 2)), 3
    )
    assert len(found.rows) == 6
    assert found.agrees, found.compared


def small_with(plan, outlook):
    """The plan with another outlook, its force that of two towns."""
    from dataclasses import replace

    from opendome.plan import outlook as fitted

    force = plan.file.force.model_copy(update={"batteries": 1})
    file = plan.file.model_copy(update={"outlook": outlook, "force": force})
    kept = tuple(a for a in plan.assumptions if not a.name.startswith("outlook."))
    return replace(plan, file=file, assumptions=(*kept, *fitted.fit(outlook)))
