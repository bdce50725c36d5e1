"""Figures, verdicts and the way numbers are written."""

from math import inf, isnan, nan

import numpy as np
import pytest

from opendome import estimate
from opendome.errors import ScenarioError
from opendome.sections import Published

LEDGER = {
    "launched": np.full(40, 100),
    "engaged": np.arange(40) % 5,  # none in every fifth
    "intercepted": np.arange(40) % 5 // 2,
    "warning_time_median_s": np.where(np.arange(40) < 10, nan, 30.0),
}


def rows(*published):
    given = [Published(source="test", **p).model_dump() for p in published]
    return {row.figure: row for row in estimate.compare(LEDGER, given)}


@pytest.mark.parametrize(
    ("low", "high", "published", "want"),
    [
        (10, 20, (15, 15), "within"),
        (10, 20, (20, 30), "within"),  # they share the value 20
        (10, 20, (21, 30), "below"),
        (10, 20, (0, 9), "above"),
        (10, 20, (0, 100), "within"),
        (40, 40, (40, 40), "within"),
    ],
)
def test_verdict__is_the_side_of_the_published_range(low, high, published, want):
    assert estimate.verdict(low, high, *published) == want


def test_compare__gives_every_figure_that_the_ledger_holds():
    assert list(rows()) == [
        "launched", "engaged", "engaged_share", "intercepted", "interception_rate",
        "warning_time_median_s",
    ]  # fmt: skip


def test_compare__judges_what_was_published():
    found = rows(
        {"figure": "launched", "value": 100},
        {"figure": "engaged_share", "value": 50, "unit": "%", "tolerance": 0.1},
        {"figure": "engaged", "low": 4, "high": 9},
    )
    assert found["launched"].verdict == "within"
    assert found["launched"].published == "100"
    assert found["engaged_share"].verdict == "below"  # 0 to 4 % against 45 to 55 %
    assert found["engaged_share"].published == "45.0 to 55.0 %"
    assert found["engaged"].verdict == "within"
    assert found["intercepted"].verdict == ""


def test_compare__keeps_two_sources_of_one_figure_apart():
    given = [
        {"figure": "launched", "value": 100.0, "source": "one"},
        {"figure": "launched", "value": 90.0, "source": "another"},
    ]
    found = [r for r in estimate.compare(LEDGER, given) if r.figure == "launched"]
    assert [(r.source, r.verdict) for r in found] == [("one", "within"), ("another", "above")]


def test_estimate__leaves_out_replications_where_the_figure_is_undefined():
    found = {row.figure: row.estimate for row in estimate.compare(LEDGER)}
    assert found["warning_time_median_s"].n == 30
    assert found["warning_time_median_s"].mean == 30.0
    assert found["interception_rate"].n == 32
    # Ratio of sums: 8 * (0 + 1 + 1 + 2) over 8 * (1 + 2 + 3 + 4).
    assert found["interception_rate"].mean == pytest.approx(0.4, rel=1e-15)


def test_estimate__of_one_replication_has_no_interval():
    one = {name: values[1:2] for name, values in LEDGER.items()}
    given = [{"figure": "launched", "value": 90.0, "source": "test"}]
    row = estimate.compare(one, given)[0]
    assert (row.estimate.mean, row.estimate.mean_low, row.estimate.mean_high) == (100, -inf, inf)
    assert row.verdict == ""


def test_ratio_interval__is_undefined_without_denominator():
    assert all(isnan(v) for v in estimate.ratio_interval(np.zeros(5), np.zeros(5)))
    assert estimate.ratio_interval([1, 0], [2, 0]) == (0.5, -inf, inf)


def test_check__names_the_nearest_figure():
    good, wrong = (
        Published(figure=name, value=1.0, source="test") for name in ("launched", "lauched")
    )
    estimate.check([good])
    with pytest.raises(ScenarioError, match=r"published\[1\].figure = 'lauched'.*'launched'"):
        estimate.check([good, wrong])


@pytest.mark.parametrize(
    ("unit", "values", "want"),
    [
        ("1", [4360.0], "4,360"),
        ("%", [0.1561], "15.6 %"),
        ("%", [0.35, 0.39], "35.0 to 39.0 %"),
        ("USD", [8.05e7, 9.1e7], "80.50 to 91.00 M USD"),
        ("USD", [50_000.0], "50,000 USD"),
        ("s", [31.25], "31.2 s"),
        ("1", [1.234], "1.23"),
        ("1", [0.5, 12.0], "0.5 to 12.0"),
        ("1", [nan], "-"),
    ],
)
def test_show__writes_figures_for_a_reader(unit, values, want):
    assert estimate.show(unit, *values) == want
