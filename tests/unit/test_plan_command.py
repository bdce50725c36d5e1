"""The command and the report, on a small plan with its studies made up."""

import csv
import importlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from opendome.cli import main
from opendome.plan import spec, studies
from opendome.report import plan as report
from tests.unit.plan_small import BATTERY, small, text
from tests.unit.test_plan_response import written

CHANGES = {"more": BATTERY, "stock": 300.0}


@pytest.fixture
def folder(tmp_path):
    """A plan file with the rows of its studies beside it."""
    (tmp_path / "small.toml").write_text(text(**CHANGES), "utf-8")
    studies.write(tmp_path / "small.csv", small(**CHANGES), written())
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, ["plan", *map(str, words)])


def test_plan__prints_answers_and_writes_the_report(folder):
    out = folder / "report"
    done = run(folder / "small.toml", "-o", out, "--no-simulate", "--no-progress", "--workers", 1)
    assert done.exit_code == 0, done.output
    for question in (
        "When the stock before the reference operation is back, with the money",
        "Probability of running out in a repeat before the money arrives, by month",
        "What the money buys under each price assumption",
        "Leakers avoided per 100 million USD",
        "Leakers more if the money takes 285 days, not 13",
        "Leakers avoided by one more round at the start",
        "Leakers avoided by one more battery when the money comes, as a gift",
        "Cost of an interception that keeps one rocket from a place",
        "Mean loss saved by the best other rule of fire",
        "Coverage of battery 2 at its best site",
        "Assumption worth resolving, number 2",
        "How far the plan can be from the best: gap of the mean loss",
    ):
        assert question in done.output
    page = (out / "plan.html").read_text("utf-8")
    for part in (
        "In plain words",
        "Schedule",
        "Frontier",
        "Assumptions",
        "Rules of fire",
        "One more battery",
    ):
        assert part in page
    assert page.count('<img src="data:image/') == 7
    with (out / "assumptions.csv").open() as file:
        grades = {row["grade"] for row in csv.DictReader(file)}
    assert grades <= {"published", "derived", "calibrated", "assumed"}
    with (out / "answers.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert all(row["hinge"] and row["text"] for row in rows)
    # Middle and interval come from the same draws.
    assert all(float(r["low"]) <= float(r["value"]) <= float(r["high"]) for r in rows)
    again = run(folder / "small.toml", "-o", out, "--no-simulate")
    assert again.exit_code == 2
    assert "exists (choose another folder, or --force)" in again.output


def test_solve_only__is_the_same_again_and_dearer_with_less_money(folder):
    found = [json.loads(run(folder / "small.toml", "--solve-only", "--json", *more).stdout)
             for more in ((), (), ("--budget-usd", 1e6))]  # fmt: skip
    assert found[0] == found[1]
    assert found[2]["objective_usd"] > found[0]["objective_usd"]


def test_next_year__is_planned_from_what_there_is(folder):
    words = (folder / "small.toml", "--at-month", 12, "--json")
    poor = json.loads(run(*words, "--stock", 100).stdout)
    rich = json.loads(run(*words, "--stock", 9000, "--on-order", "near=50").stdout)
    assert poor["orders"]["near"] > rich["orders"]["near"] == 0.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget-usd", "-1"), "budget_usd = -1: want 0 to 1e12 USD"),
        (("--at-month", 12), "--at-month wants --stock, 0 or more rounds"),
        (("--at-month", 99, "--stock", 5), "--at-month 99: want 1 to 23"),
        (("--at-month", 12, "--stock", 5, "--on-order", "far=3"),
         "--on-order far=3: want LINE=N, LINE one of near"),
    ],
)  # fmt: skip
def test_wrong_words__are_one_line_and_exit_2(folder, words, said):
    done = run(folder / "small.toml", *words)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == f"error: {said}"


def test_surrogate_above_its_limit__refuses(folder):
    path = folder / "small.toml"
    path.write_text(text(**CHANGES) + "\n[response]\nerror_leaked = 0.001\n", "utf-8")
    rows = studies.read(folder / "small.csv")[1]
    noise = np.random.default_rng(1).normal(size=len(rows["leaked"]))
    rows["leaked"] = rows["leaked"] * np.exp(0.5 * noise)
    studies.write(folder / "small.csv", small(**CHANGES), rows)
    done = run(path, "--no-simulate")
    assert done.exit_code == 2
    assert "the surrogate of the leaked errs by" in done.output
    assert len(done.stderr.splitlines()) <= 2


def test_price_without_source__is_a_warning():
    bare = text().replace('high = 100e3, source = "t" }', "high = 100e3 }")
    made = SimpleNamespace(plan=spec.parse(bare, "small"), fresh=False, again=None)
    stale, price = report.warnings(made)
    assert price == "supplier[near].price_usd has no source."
    assert "remake them with --studies" in stale
    assert report.warnings(SimpleNamespace(plan=small(), fresh=True, again=None)) == []


def test_od_plan__is_the_same_function_before_and_after_imports():
    import opendome as od

    assert callable(od.plan)
    importlib.import_module("opendome.plan.make")
    assert callable(od.plan)
    assert od.plan.load("billion-2021") == spec.load("billion-2021")
