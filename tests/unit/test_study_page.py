"""The page about a study, and two results side by side."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import opendome
from opendome import montecarlo, results, scenario
from opendome.cli import main
from opendome.report import comparison
from opendome.report import study as page
from opendome.results import ResultError
from opendome.study import execute, spec

HERE = Path(__file__).parent
TWO_TOWNS = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")
KINDS = {
    "grid": ["Differences from the reference", "Good and bad evenings", "Probability to exceed"],
    "one_at_a_time": ["One factor at a time"],
    "latin_hypercube": ["Response to threat", "Response to threat and barrage"],
    "saltelli": ["Shares of the variance (Sobol)"],
    "morris": ["Screening (Morris)"],
}
POINTS = {"latin_hypercube": 12, "saltelli": 4, "morris": 3}


def small(title="{}"):
    return scenario.parse(TWO_TOWNS.replace('"Two towns, one battery"', f"'{title}'", 1), "two")


def study(kind):
    points = f"points = {POINTS[kind]}" if kind in POINTS else ""
    steps = "steps = 3" if kind in ("grid", "one_at_a_time") else ""
    text = f"""
title = "A question"
scenario = "two-towns"
replications = 8
outputs = ["engaged", "interception_rate", "cost_usd"]
[[factor]]
name = "threat"
key = "policy.threat_min"
low = 0.02
high = 0.5
{steps}
[[factor]]
name = "barrage"
key = "threat.barrage[evening barrage].launches"
low = 10
high = 60
{steps}
[design]
kind = "{kind}"
{points}
"""
    return spec.parse(text, "question", None, small())


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))
    return lambda kind: execute.run(study(kind), tmp_path / kind, engine="small_engine")


@pytest.fixture
def once(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))

    def once(name, replications=6, seed=5):
        found = small()
        outcome = montecarlo.run(found, replications, seed, 1, trace=(), engine="small_engine")
        return str(results.collect(found, outcome, "a test").save(tmp_path / name))

    return once


@pytest.mark.parametrize("kind", KINDS)
def test_page__shows_what_the_design_can_say(run, kind):
    html = page.render(run(kind))
    titles = re.findall("<h3>(.*?)</h3>", html)
    assert set(KINDS[kind]) <= set(titles)
    assert html.count("data:image/svg+xml;base64,") == len(titles)
    assert not re.search(r'(src|href)="(?!data:)', html)  # nothing points outside
    assert "<h2>Intercepted, of engaged</h2>" in html
    assert "interception_rate" in html  # the study file itself


@pytest.mark.parametrize(
    ("unit", "numbers", "want"),
    [
        ("1", (337.53, 337.11, 337.95), "+337.53 ± 0.42"),
        ("%", (0.1562, 0.1539, 0.1585), "+15.62 ± 0.23 %"),
        ("USD", (1.735e6, 1.702e6, 1.768e6), "+1.735 ± 0.033 M USD"),
        ("USD", (-4167.0, -13367.0, 5033.0), "-4,167 ± 9,200 USD"),
        ("s", (200.0, 200.0, 200.0), "+200 s"),
        ("1", (3.0, -np.inf, np.inf), "+3"),
    ],
)
def test_spread__shows_two_digits_of_the_error(unit, numbers, want):
    assert page.spread(unit, *numbers, sign=True) == want


def test_report__writes_the_page_of_a_study(run, tmp_path):
    run("grid")
    done = CliRunner().invoke(main, ["report", str(tmp_path / "grid")])
    assert done.exit_code == 0, done.output
    assert "<h1>A question</h1>" in (tmp_path / "grid" / "report.html").read_text("utf-8")
    again = CliRunner().invoke(main, ["report", str(tmp_path / "grid")])
    assert again.exit_code == 2
    assert "exists; choose another name" in again.output
    other = CliRunner().invoke(main, ["report", str(tmp_path / "grid"), "-o", "a.png"])
    assert "want a page, .html, of a study" in other.output


def test_compare__pairs_runs_of_one_seed(once):
    found = comparison.compare(comparison.read(once("a")), comparison.read(once("b", 4)))
    assert found.paired
    assert "4 common replications of seed 5" in found.why
    assert all(row.difference.mean == 0.0 for row in found.rows)  # the same run twice


def test_compare__takes_other_seeds_as_independent(once):
    a, b = opendome.open(once("a")), opendome.open(once("b", 9, seed=6))
    found = comparison.compare(comparison.read(str(a.folder)), comparison.read(str(b.folder)))
    assert not found.paired
    assert "seeds 5 and 6" in found.why
    row = next(r for r in found.rows if r.figure.name == "engaged")
    want = b.ledger()["engaged"].mean() - a.ledger()["engaged"].mean()
    assert row.difference.mean == pytest.approx(want)
    assert np.isnan(row.difference.reduction)


def test_compare__of_design_points_prints_and_gives_json(run, tmp_path):
    run("grid")
    words = ["compare", f"{tmp_path / 'grid'}:0", f"{tmp_path / 'grid'}:8"]
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0, shown.output
    assert "paired over 8 common replications" in shown.output
    assert "threat 0.02, barrage 10" in shown.output
    found = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert found["paired"]
    assert found["a"]["replications"] == 8
    names = [f["figure"] for f in found["figures"]]
    assert {"engaged", "interception_rate", "cost_usd"} <= set(names)


def test_compare__refuses_in_one_line(run, once, tmp_path):
    run("grid")
    grid = str(tmp_path / "grid")
    single = once("one", 1)
    for where, said in (
        (grid, "name a design point"),
        (f"{grid}:9", "design points 0 to 8"),
        (f"{single}:0", "no design points"),
        (str(tmp_path / "nowhere"), "no such folder"),
        (str(tmp_path / "nowhere:3"), "no such folder"),
    ):
        with pytest.raises(ResultError, match=said):
            comparison.read(where)
    done = CliRunner().invoke(main, ["compare", single, single])
    assert done.exit_code == 2
    assert "1 replication; want two at least" in done.output
    assert len(done.output.splitlines()) == 1
