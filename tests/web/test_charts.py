"""Charts of studies and plans in a real browser: what they tell is what the report holds."""

import csv
import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

import opendome
from opendome.cli import main
from opendome.plan import studies
from opendome.report import study as report
from opendome.study import execute, spec
from tests.unit.plan_small import BATTERY, small, text
from tests.unit.test_plan_command import written
from tests.unit.test_study_page import HERE, POINTS
from tests.unit.test_study_page import small as scenario

CHANGES = {"more": BATTERY, "stock": 300.0}
STUDY = """
title = "A question"
scenario = "two-towns"
replications = 6
outputs = ["engaged", "cost_usd"]
[[factor]]
name = "rounds"
key = "policy.rounds_per_target"
low = 1
high = 3
{steps}
[[factor]]
name = "depot"
key = "stock.depot_rounds"
low = 0
high = 400
{steps}
[design]
kind = "{kind}"
{points}
"""


def study(kind, folder):
    points = f"points = {POINTS[kind]}" if kind in POINTS else ""
    steps = "" if kind in POINTS else "steps = 3"
    found = STUDY.format(kind=kind, points=points, steps=steps)
    asked = spec.parse(found, "question", None, scenario())
    return execute.run(asked, folder / kind, engine="study_engine")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder with a study of each kind and a plan."""
    made = tmp_path_factory.mktemp("charts")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        for kind in ("one_at_a_time", "latin_hypercube", "saltelli", "morris"):
            study(kind, made / "results")
    (made / "small.toml").write_text(text(**CHANGES), "utf-8")
    studies.write(made / "small.csv", small(**CHANGES), written())
    words = ["plan", str(made / "small.toml"), "-o", str(made / "results" / "plan")]
    words += ["--no-simulate", "--no-progress", "--workers", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture(scope="module")
def url(shelf, new_server):
    """Address of a server that shows them; in place of the one with results."""
    with new_server(shelf) as address:
        yield address


def section(shelf, kind, k=0):
    found = opendome.study.outcome.read(shelf / "results" / kind)
    names = found.manifest["outputs"]
    return report.section(found, found.study, found.reference, names[k])


def readout(figure):
    return " ".join(figure.locator(".readout").inner_text().replace("\u00a0", " ").split())


def test_tornado__tells_what_the_report_holds(page, url, shelf):
    page.goto(f"{url}/?view=study&study=one_at_a_time")
    figure = page.get_by_role("figure", name="Engaged: One factor at a time")
    chart = next(c for c in section(shelf, "one_at_a_time").charts if "One factor" in c.title)
    row = chart.data()["rows"][0]
    figure.locator(".rc-row").first.hover()
    said = readout(figure)
    assert said.startswith(row["name"])
    for mark in row["marks"]:
        assert f"{mark['label']} {mark['value']:g}" in said
    page.mouse.move(0, 0)
    assert "Point at a row" in readout(figure)
    figure.locator(".rc-row").first.focus()  # the same from the keyboard
    assert readout(figure) == said
    assert figure.locator(".key li").count() == 2
    units = page.get_by_role("figure", name="Cost of rounds: One factor at a time")
    assert "million USD" in units.inner_text()


def test_curves__tell_values_from_the_keyboard(page, url, shelf):
    page.goto(f"{url}/?view=study&study=one_at_a_time")
    figure = page.get_by_role("figure", name="Engaged: Probability to exceed")
    data = next(c for c in section(shelf, "one_at_a_time").charts if "exceed" in c.title).data()
    figure.locator(".chart").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    said = figure.locator(".unseen").text_content().replace("\u00a0", " ")
    last = data["series"][-1]
    digits = 2 if last["values"][-2] < 10.0 else 1
    value, low, high = (f"{last[key][-2]:.{digits}f}" for key in ("values", "low", "high"))
    told = f"{value} ({low} to {high}) %"
    assert f"{last['name']} {told}" in said
    legend = figure.locator(".u-legend").inner_text().replace("\u00a0", " ")
    assert told in legend  # what is drawn moves too
    assert figure.locator(".u-legend .u-band").first.is_hidden()


def test_surface__tells_the_response_under_the_cross(page, url, shelf):
    page.goto(f"{url}/?view=study&study=latin_hypercube")
    figure = page.get_by_role("figure", name=re.compile("Cost of rounds: Response to .* and"))
    charts = section(shelf, "latin_hypercube", 1).charts
    data = next(c for c in charts if re.match("Response to .* and", c.title)).data()
    figure.locator(".surface").focus()
    for _ in data["xs"]:
        page.keyboard.press("ArrowRight")
    for _ in data["ys"]:
        page.keyboard.press("ArrowUp")
    said = readout(figure)
    assert f"{data['z']} {data['zs'][-1]:.4g} ±" in said
    assert said.endswith("million USD")
    box = figure.locator(".surface").bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] - 1)
    assert f"{data['z']} {data['zs'][0]:.4g} ±" in readout(figure)
    assert figure.locator(".seen").count() == len(data["points"])


@pytest.mark.parametrize(
    ("kind", "title", "marks"), [("saltelli", "Shares of the variance", ".rc-row:not(.rc-foot)"),
                                 ("morris", "Screening", ".dot-mark")]
)  # fmt: skip
def test_screening__has_a_mark_for_each_factor(page, url, kind, title, marks):
    page.goto(f"{url}/?view=study&study={kind}")
    figure = page.get_by_role("figure", name=re.compile(f"Engaged: {title}"))
    figure.locator(marks).first.wait_for()
    assert figure.locator(marks).count() == 2
    page.locator("button[title='dark or light']").click()  # drawn anew in the other palette
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    assert figure.locator(marks).count() == 2
    figure.locator(marks).first.hover()
    assert "rounds" in readout(figure)


def rows_of(shelf, name):
    with (shelf / "results" / "plan" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_plan__draws_its_tables(page, url, shelf):
    page.goto(f"{url}/?view=plan")
    fan = page.get_by_role("figure", name="Rounds in stock")
    fan.locator(".chart").focus()
    page.keyboard.press("End")
    last = rows_of(shelf, "stock")[-1]
    said = fan.locator(".unseen").text_content().replace("\u00a0", " ").replace(",", "")
    for key, name in (("none", "without the money"), ("money", "with the money")):
        mid, low, high = (round(float(last[f"{key}_{q}"])) for q in (50, 5, 95))
        found = re.search(rf"\b{name} (\d+) \((\d+) to (\d+)\) rounds", said)
        assert np.abs(np.array(found.groups(), int) - (mid, low, high)).max() <= 1  # halves
    frontier = page.get_by_role("figure", name="What is spent, and what then leaks")
    assert frontier.locator(".dot-mark").count() == len(rows_of(shelf, "frontier"))
    frontier.locator(".dot-mark").first.focus()
    assert readout(frontier).startswith("this plan: spent within the plan")
    bars = page.get_by_role("figure", name="What an answer hangs on")
    wanted = [r for r in rows_of(shelf, "tornado") if r["figure"] == "ran_out"]
    bars.locator("select").select_option("ran_out")
    bars.locator(".rc-row").first.focus()
    assert readout(bars).startswith(wanted[0]["assumption"])
    assert "figure=ran_out" in page.url  # the link opens the same answer
    page.goto(page.url)
    assert bars.locator("select").input_value() == "ran_out"
    for name in ("Orders and deliveries", "Coverage by the number of batteries"):
        assert page.get_by_role("figure", name=name).count() == 1
    answers = page.locator(".answers tbody tr")
    assert answers.count() == len(rows_of(shelf, "answers"))


def test_plan__without_a_table_leaves_its_chart_out(page, url, shelf, new_server, tmp_path):
    shutil.copytree(shelf / "results" / "plan", tmp_path / "results" / "old")
    (tmp_path / "results" / "old" / "frontier.csv").unlink()
    with new_server(tmp_path) as other:
        page.expected.append("outside")
        page.goto(f"{other}/?view=plan")
        page.get_by_role("figure", name="Rounds in stock").wait_for()
        assert page.get_by_role("figure", name="What is spent, and what then leaks").count() == 0
