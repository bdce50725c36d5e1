"""Validation: verdicts, exit codes, pages."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from opendome import scenario, validate
from opendome.cli import main
from opendome.report import validation

QUICK = """
[[published]]
figure = "launched"
value  = 40
source = "by construction"
use    = "construction"
[[published]]
figure = "short_share"
low    = {low}
high   = {high}
source = "made up"
use    = "{use}"
claimed = {claimed}
note   = "two reports contradict each other"
"""


@pytest.fixture
def towns(tmp_path):
    """The teaching scenario with two published figures."""

    def write(low, high, claimed="true", use="calibration"):
        text = scenario.load("two-towns").text
        path = tmp_path / "towns.toml"
        head = text[: text.index("[[published]]")]
        path.write_text(head + QUICK.format(low=low, high=high, claimed=claimed, use=use))
        return str(path)

    return write


def call(*words):
    return CliRunner().invoke(
        main, ["validate", *words, "-n", "3", "--workers", "1", "--no-progress"]
    )


@pytest.mark.parametrize(
    ("mean", "low", "high", "verdict"),
    [
        (5.0, 4.0, 6.0, "within"),
        (4.0, 3.0, 5.0, "within"),  # the edge belongs to the range
        (3.0, 1.0, 4.5, "overlaps"),
        (9.0, 5.5, 12.0, "overlaps"),
        (3.0, 2.0, 3.9, "below"),
        (9.0, 6.1, 12.0, "above"),
    ],
)
def test_verdict__of_a_mean_and_an_interval(mean, low, high, verdict):
    assert validate.verdict_of(mean, low, high, 4.0, 6.0) == verdict


def test_validate__passes_what_is_reproduced(towns):
    done = call(towns(0.0, 1.0), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["ok"]
    rows = {row["figure"]: row for row in found["figures"]}
    assert rows["launched"]["verdict"] == "within"
    assert rows["short_share"]["use"] == "calibration"
    assert rows["short_share"]["low"] <= rows["short_share"]["mean"] <= rows["short_share"]["high"]


def test_validate__fails_what_is_claimed_and_not_reproduced(towns):
    done = call(towns(0.9, 1.0))
    assert done.exit_code == 1
    assert "Fell short, of launched: claimed, not reproduced" in done.stderr


def test_validate__counts_predictions_apart_and_names_the_missed(towns):
    done = call(towns(0.9, 1.0, use="held out"))
    assert done.exit_code == 0, done.output
    assert "0 of 1 figures that were held out are predicted; missed: towns, Fell" in done.stdout
    done = call(towns(0.0, 1.0, use="held out"))
    assert "1 of 1 figures that were held out are predicted." in done.stdout


def test_validate__shows_what_is_not_claimed_and_passes(towns, tmp_path):
    page = tmp_path / "page.md"
    done = call(towns(0.9, 1.0, "false"), "--page", str(page))
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert "two reports contradict each other" in text
    assert "below \\*" in text
    assert (tmp_path / "figures" / "validation-towns.png").stat().st_size > 1000


def test_validate__writes_one_file_as_html(towns, tmp_path):
    page = tmp_path / "page.html"
    assert call(towns(0.0, 1.0), "--page", str(page)).exit_code == 0
    text = page.read_text("utf-8")
    assert 'src="data:image/' in text
    assert "http" not in text.replace("http-equiv", "")
    again = call(towns(0.0, 1.0), "--page", str(page))
    assert again.exit_code == 2
    assert "exists" in again.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("may-2012", "may-2012: no such operation; did you mean"),
        ("./none.toml", "no such file"),
    ],
)
def test_validate__refuses_what_it_does_not_know(name, says):
    done = call(name)
    assert done.exit_code == 2
    assert says in done.stderr


def test_validate__wants_published_figures(tmp_path):
    text = scenario.load("two-towns").text
    path = tmp_path / "bare.toml"
    path.write_text(text[: text.index("[[published]]")])
    done = call(str(path))
    assert done.exit_code == 2
    assert "publishes no figures" in done.stderr


def test_operations__are_the_four_in_order_of_time():
    assert validate.operations() == ("nov-2012", "jul-2014", "nov-2019", "may-2021")


def test_claims__are_those_of_the_page_that_gives_the_rule():
    page = (Path(__file__).parents[2] / "docs/theory/calibration.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w+-\d+) \| (\w+) \| (none|overlap) \|", page, re.MULTILINE)
    weaker = {
        (name, p.figure, "overlap" if p.claimed else "none")
        for name in validate.operations()
        for p in scenario.load(name).published
        if not p.claimed or p.conflicts_with
    }
    assert set(rows) == weaker
    assert len(rows) == 7


def test_judge__asks_an_overlap_of_figures_that_conflict(towns):
    def rate(low, *, more=""):
        path = Path(towns(low, 1.0))
        path.write_text(path.read_text().replace("short_share", "interception_rate") + more)
        return call(str(path), "--json")

    found = json.loads(rate(0.0).stdout)["figures"]
    (row,) = (r for r in found if r["figure"] == "interception_rate")
    low = (row["mean"] + row["high"]) / 2.0  # the interval meets the range, the mean does not
    assert rate(low).exit_code == 1
    done = rate(low, more='conflicts_with = "launched"\n')
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["figures"][1]["verdict"] == "overlaps"


def test_page__explains_every_figure_outside_its_range():
    for name in validate.operations():
        for p in scenario.load(name).published:
            assert p.claimed or p.note, f"{name}: {p.figure}: not claimed, and no reason"
    assert len(validation.HEADS) == 7
