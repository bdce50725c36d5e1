"""What `opendome bench plan` measures; the times themselves are no test."""

from types import SimpleNamespace

from opendome.bench import plan as bench
from opendome.plan import make, spec, studies
from tests.unit.plan_small import FLAT, small
from tests.unit.test_plan_response import written


def test_plan__measures_orders_plan_and_studies(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the plan has no folder: its studies go where one stands
    budgets = []
    gap = SimpleNamespace(limit=2e6, upper=9e6)
    monkeypatch.setattr(spec, "load", lambda name: small())
    monkeypatch.setattr(make, "optimise", lambda plan, _: budgets.append(plan.file.money.budget))
    monkeypatch.setattr(make, "make", lambda plan, workers: SimpleNamespace(gap=gap))
    monkeypatch.setattr(make, "learned", lambda plan, **_: (FLAT, True))
    brief = {row.name: row.value for row in bench.measure(False)}
    assert budgets == [bench.OTHER]
    assert brief["gap of the mean loss, limit"] == 2.0
    assert set(brief) > {"orders for another budget", "orders for another budget, wall"}

    def studied(plan, **_):
        studies.write(studies.cache(plan), plan, written())
        return FLAT, True

    monkeypatch.setattr(make, "learned", studied)
    full = {row.name: row.value for row in bench.measure(True)}
    assert full["their replications"] == len(written()["rep"])
