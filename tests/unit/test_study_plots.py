"""Pictures of studies: every axis says what it shows and in which unit."""

import numpy as np
import pytest

from opendome.study import compare, plots, sensitivity, surrogate

RNG = np.random.default_rng(1)
EVENING = RNG.normal(20.0, 5.0, 40)
VALUES = np.array([0.0, 2.0, -6.0, -5.8])[:, None] + EVENING + RNG.normal(size=(4, 40))
DESIGN = {"rounds": np.array([1, 1, 2, 2]), "reload": np.array([10.0, 20.0, 10.0, 20.0])}
NAMES = plots.point_names(DESIGN)
X = {"u": RNG.random(20), "v": RNG.random(20)}
SURFACE = surrogate.fit(X, (X["u"] + X["v"] ** 2)[:, None] + 0.01 * RNG.normal(size=(20, 3)))
ONE_AT_A_TIME = {"rounds": np.array([1, 2, 1, 1]), "reload": np.array([15.0, 15.0, 10.0, 20.0])}
INDEX = sensitivity.SobolIndex("rounds", 0.5, 0.4, 0.6, 0.7, 0.6, 0.8)
EFFECT = sensitivity.MorrisEffect("rounds", 1.0, 2.0, 1.5, 2.5, 0.5, 0.3)

DRAWN = {
    "paired_intervals": lambda unit: plots.paired_intervals(
        compare.differences(VALUES), NAMES, "Cost", unit
    ),
    "tornado": lambda unit: plots.tornado(sensitivity.tornado(ONE_AT_A_TIME, VALUES), "Cost", unit),
    "quantiles": lambda unit: plots.quantiles(VALUES, NAMES, "Cost", unit),
    "thresholds": lambda unit: plots.thresholds(VALUES, NAMES, "Cost", unit),
    "morris": lambda unit: plots.morris([EFFECT], "Cost", unit),
    "response": lambda unit: plots.response(SURFACE, "u", "Cost", unit, {"v": 0.2}),
    "response_map": lambda unit: plots.response_map(SURFACE, ("u", "v"), "Cost", unit, design=X),
}


def labels(figure):
    return [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel())]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(("unit", "ending"), [("%", ", %"), ("USD", ", million USD"), ("1", "")])
def test_picture__names_figure_and_unit(name, unit, ending, tmp_path):
    figure = DRAWN[name](unit)
    figure.savefig(tmp_path / "a.png", dpi=30)  # drawn without a warning
    told = [text for text in labels(figure) if "Cost" in text]
    assert told
    assert all(text.splitlines()[0].endswith(ending) for text in told)


def test_sobol__names_what_it_shares_out():
    figure = plots.sobol([INDEX], "Cost")
    assert labels(figure)[0] == "share of the variance over the design: Cost"


def test_point_names__leave_out_what_never_varies():
    assert NAMES == [
        "rounds 1, reload 10", "rounds 1, reload 20", "rounds 2, reload 10", "rounds 2, reload 20",
    ]  # fmt: skip
    assert plots.point_names({"a": np.array([1, 1]), "b": np.array(["x", "y"])}) == ["b x", "b y"]
    assert plots.point_names({"a": np.array([3])}) == ["a 3"]


def test_thresholds__start_at_the_share_above_the_least_value():
    figure = plots.thresholds(np.array([[1.0, 2.0, 3.0, 4.0]]), ["p"], "Leaked")
    x, y = figure.axes[0].lines[0].get_data()
    assert list(x) == [1.0, 2.0, 3.0, 4.0]
    assert list(y) == [75.0, 50.0, 25.0, 0.0]


def test_quantiles__are_the_sorted_replications():
    figure = plots.quantiles(np.array([[4.0, np.nan, 1.0]]), ["p"], "Leaked")
    x, y = figure.axes[0].lines[0].get_data()
    assert list(zip(x, y, strict=True)) == [(0.0, 1.0), (50.0, 4.0), (100.0, 4.0)]


def test_curves__of_undefined_figures_are_empty():
    nothing = np.full((2, 3), np.nan)
    for draw in (plots.quantiles, plots.thresholds):
        draw(nothing, ["a", "b"], "Leaked")


def test_intervals__mark_those_that_hold_zero_by_shape_too():
    found = compare.differences(np.array([VALUES[0], VALUES[0] + EVENING - 20.0, VALUES[2]]))
    figure = plots.paired_intervals(found, NAMES, "Leaked")
    shapes = {line.get_marker() for line in figure.axes[0].lines} - {"None", "|"}
    assert {"o", "D"} <= shapes
