"""Response surfaces against known functions: true error, claimed error, choice of the kind."""

import numpy as np
import pytest
from scipy.stats import qmc

from opendome.study import surrogate
from opendome.study.resample import StudyDataError


def branin(x, y):
    """Branin's function (Dixon and Szego 1978); x in -5 to 10, y in 0 to 15; values 0.4 to 308."""
    a = y - 5.1 / (4.0 * np.pi**2) * x**2 + 5.0 / np.pi * x - 6.0
    return a**2 + 10.0 * (1.0 - 1.0 / (8.0 * np.pi)) * np.cos(x) + 10.0


def points(n, seed):
    unit = qmc.LatinHypercube(2, rng=seed).random(n)
    return {"x": -5.0 + 15.0 * unit[:, 0], "y": 15.0 * unit[:, 1]}


@pytest.fixture(scope="module")
def fitted():
    design = points(50, 1)
    return surrogate.fit(design, branin(**design)[:, None])


def test_branin__gaussian_process_wins_and_is_close(fitted):
    assert fitted.kind == surrogate.GAUSSIAN_PROCESS
    new = points(400, 2)
    mean, _ = fitted.predict(new)
    error = np.sqrt(np.mean((mean - branin(**new)) ** 2))
    assert error < 5.0  # of a spread of 51; a quadratic misses by 25
    assert fitted.scores[1].k_fold > 4.0 * fitted.scores[0].k_fold
    assert fitted.explained > 0.9


def test_branin__cross_validation_tells_the_true_error(fitted):
    new = points(400, 2)
    mean, sd = fitted.predict(new)
    error = np.sqrt(np.mean((mean - branin(**new)) ** 2))
    best = fitted.scores[0]
    # Each is fitted with fewer points, of which those at the rim must be extrapolated to: both
    # are pessimistic, k-fold by a factor of five for so smooth a function.
    assert error / 2.0 < best.leave_one_out < 5.0 * error
    assert error / 2.0 < best.k_fold < 15.0 * error
    inside = np.mean(abs(mean - branin(**new)) < 1.96 * sd + 0.05)
    assert inside > 0.85  # nominally 0.95; the kernel is a choice


def test_leave_one_out__is_what_fitting_without_the_point_gives():
    """The closed form of the polynomial against fitting forty times."""
    design = points(40, 3)
    y = branin(**design)
    x = np.column_stack([design["x"] / 15.0, design["y"] / 15.0])
    terms = surrogate._quadratic_terms
    _, closed, _ = surrogate._polynomial(terms, x, y, np.zeros(40))
    for i in range(40):
        rest = np.arange(40) != i
        surface, _, _ = surrogate._polynomial(terms, x[rest], y[rest], np.zeros(39))
        # the normal equations square a condition number of some hundred
        assert y[i] - surface(x[[i]])[0][0] == pytest.approx(closed[i], abs=1e-8)


def test_gaussian_process__leave_one_out_is_what_conditioning_gives():
    """With two points and known length the prediction of one from the other is a regression."""
    rng = np.random.default_rng(4)
    x, y = rng.random((12, 1)), rng.normal(size=12)
    surface, closed, sd = surrogate._gaussian_process(x, y, np.full(12, 0.2))
    at, _ = surface(x)
    assert np.all(abs(closed) >= abs(y - at) - 1e-9)  # leaving a point out never helps at it
    assert np.all(sd > 0.0)


def test_quadratic__wins_where_it_is_the_truth():
    design = points(40, 5)
    x, y = design["x"], design["y"]
    noise = np.random.default_rng(6).normal(size=(40, 20))
    found = surrogate.fit(design, (3.0 + x - 0.2 * x * y + 0.1 * y**2)[:, None] + noise)
    assert found.kind == surrogate.QUADRATIC
    mean, sd = found.predict({"x": 2.0, "y": 5.0})
    assert mean[0] == pytest.approx(3.0 + 2.0 - 2.0 + 2.5, abs=4.0 * sd[0])
    assert 0.02 < sd[0] < 0.2  # noise of 1 / sqrt(20) a point over 40 points and 6 terms
    assert found.scores[0].calibration == pytest.approx(1.0, abs=0.35)


def test_fit__leaves_out_constant_factors_and_undefined_points():
    design = points(20, 7) | {"z": np.full(20, 3.0)}
    values = np.column_stack([design["x"], design["x"] + 1.0])
    values[4] = np.nan
    found = surrogate.fit(design, values)
    assert found.factors == ("x", "y")
    assert found.predict({"x": 1.0, "y": 2.0})[0] == pytest.approx([1.5], abs=1e-3)


def test_fit__a_figure_that_never_changes_is_flat():
    found = surrogate.fit(points(12, 8), np.full((12, 3), 7.0))
    mean, sd = found.predict(points(5, 9))
    assert mean == pytest.approx(np.full(5, 7.0))
    assert sd == pytest.approx(np.zeros(5), abs=1e-6)
    assert np.isnan(found.explained)


def test_describe__says_what_was_chosen_and_what_it_beat(fitted):
    line = surrogate.describe(fitted, "rockets")
    assert line.startswith("Gaussian process: cross-validated error ")
    assert "rockets (leave-one-out)" in line
    assert "; quadratic polynomial " in line


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (points(5, 1), "5 design points for 2 factors; want 6 at least, 20 or more"),
        ({"x": np.zeros(9)}, "no factor varies"),
        ({"x": np.array(list("abcdefghi"))}, "'x' is not a number"),
    ],
)
def test_fit__refuses_in_one_line(design, said):
    with pytest.raises(StudyDataError, match=said):
        surrogate.fit(design, np.random.default_rng(1).normal(size=(len(design["x"]), 2)))
