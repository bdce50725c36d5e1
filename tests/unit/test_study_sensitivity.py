"""Sensitivity indices against closed forms and SALib, with and without Monte Carlo noise."""

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import morris as sample_morris
from SALib.sample import sobol as sample_sobol
from SALib.test_functions import Ishigami

from opendome.study import sensitivity
from opendome.study.resample import StudyDataError

NAMES = ["x1", "x2", "x3"]
PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[-np.pi, np.pi]] * 3}
# Ishigami and Homma (1990), a = 7, b = 0.1: the published shares of the variance
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]


@pytest.fixture(scope="module")
def ishigami():
    x = sample_sobol.sample(PROBLEM, 1024, calc_second_order=False, seed=1)
    return x, Ishigami.evaluate(x)


def noisy(exact, reps, seed=2):
    """Replications: an evening shared by all points, and noise of each that is as wide as f."""
    rng = np.random.default_rng(seed)
    return exact[:, None] + 5.0 * rng.normal(size=reps) + 3.7 * rng.normal(size=(len(exact), reps))


def test_sobol__is_the_closed_form_of_ishigami(ishigami):
    found = sensitivity.sobol(NAMES, ishigami[1][:, None], resamples=100)
    # the error of a design of 1,024 blocks; the intervals below measure it
    assert [i.first for i in found] == pytest.approx(FIRST, abs=0.03)
    assert [i.total for i in found] == pytest.approx(TOTAL, abs=0.03)
    for index, first, total in zip(found, FIRST, TOTAL, strict=True):
        assert index.first_low - 0.02 <= first <= index.first_high + 0.02
        assert index.total_low - 0.02 <= total <= index.total_high + 0.02
        assert index.first_high - index.first_low < 0.25


def test_sobol__of_one_replication_is_that_of_salib(ishigami):
    found = sensitivity.sobol(NAMES, ishigami[1][:, None], resamples=2)
    want = salib_sobol.analyze(PROBLEM, ishigami[1], calc_second_order=False, num_resamples=2)
    # the same sums in another order
    assert [i.first for i in found] == pytest.approx(want["S1"], abs=1e-9)
    assert [i.total for i in found] == pytest.approx(want["ST"], abs=1e-9)


def test_sobol__is_not_biased_by_the_noise_of_few_replications(ishigami):
    values = noisy(ishigami[1], 4)
    found = sensitivity.sobol(NAMES, values, resamples=50)
    # noise of variance 13.7 / 4 beside 13.8 of the function widens the errors by a fifth
    assert [i.total for i in found] == pytest.approx(TOTAL, abs=0.06)
    assert [i.first for i in found] == pytest.approx(FIRST, abs=0.06)
    plain = salib_sobol.analyze(PROBLEM, values.mean(axis=1), calc_second_order=False)
    # uncorrected, x3's total index is larger by about (1 - 0.24) x 3.4 / 17.2 = 0.15
    assert plain["ST"][2] > TOTAL[2] + 0.1


def test_sobol__passes_over_second_order_rows():
    x = sample_sobol.sample(PROBLEM, 256, calc_second_order=True, seed=1)
    y = Ishigami.evaluate(x)
    found = sensitivity.sobol(NAMES, y[:, None], second_order=True, resamples=2)
    want = salib_sobol.analyze(PROBLEM, y, calc_second_order=True, num_resamples=2)
    assert [i.total for i in found] == pytest.approx(want["ST"], abs=1e-9)


def test_sobol__a_figure_that_never_changes_has_no_indices(ishigami):
    found = sensitivity.sobol(NAMES, np.ones((len(ishigami[1]), 3)), resamples=5)
    assert all(np.isnan(i.first) and np.isnan(i.total_high) for i in found)


@pytest.fixture(scope="module")
def walks():
    return sample_morris.sample(PROBLEM, 40, num_levels=4, seed=3)


def test_morris__is_that_of_salib(walks):
    y = Ishigami.evaluate(walks)
    bounds = dict(zip(NAMES, PROBLEM["bounds"], strict=True))
    found = sensitivity.morris(dict(zip(NAMES, walks.T, strict=True)), y[:, None], bounds)
    want = salib_morris.analyze(PROBLEM, walks, y, num_levels=4, num_resamples=2)
    assert [e.mean for e in found] == pytest.approx(want["mu"], abs=1e-9)
    assert [e.mean_abs for e in found] == pytest.approx(want["mu_star"], abs=1e-9)
    assert [e.spread for e in found] == pytest.approx(want["sigma"], abs=1e-9)
    assert all(e.mean_abs_low <= e.mean_abs <= e.mean_abs_high for e in found)
    assert all(e.noise == 0.0 for e in found)


def test_morris__tells_noise_from_interaction(walks):
    design = dict(zip(NAMES, walks.T, strict=True))
    exact = walks @ [1.0, 0.1, 0.0] * 2.0  # linear: no interaction, whatever the noise
    found = sensitivity.morris(design, noisy(exact, 60))
    # standard error of a step of 2/3 of the range: 3.7 sqrt(2 / 60) / (2/3) = 1.01
    assert [e.noise for e in found] == pytest.approx([1.01] * 3, rel=0.15)
    # sigma's square is the difference of two near 1.0, each from 40 trajectories: +- 0.3
    assert all(e.spread < 0.8 for e in found)
    assert [e.mean for e in found] == pytest.approx([4 * np.pi, 0.4 * np.pi, 0.0], abs=0.6)


def test_morris__leaves_out_steps_that_rounding_took_away(walks):
    design = dict(zip(NAMES, walks.T.copy(), strict=True))
    design["x2"] = np.round(design["x2"] / 9.0)  # some steps now move nothing
    found = sensitivity.morris(design, Ishigami.evaluate(walks)[:, None])
    assert np.isfinite(found[0].mean_abs)


def test_tornado__orders_paired_differences_by_swing():
    design = {"a": np.array([1, 2, 1, 1]), "b": np.array([5.0, 5.0, 4.0, 9.0])}
    evenings = np.random.default_rng(4).normal(size=30)
    values = np.array([0.0, 1.0, -2.0, 3.0])[:, None] + evenings
    bars = sensitivity.tornado(design, values)
    assert [(b.factor, b.level, b.baseline) for b in bars] == [
        ("b", 4.0, 5.0), ("b", 9.0, 5.0), ("a", 2, 1),
    ]  # fmt: skip
    assert [b.difference.mean for b in bars] == pytest.approx([-2.0, 3.0, 1.0])
    # the evening cancels: only rounding is left of the spread
    assert all(b.difference.high - b.difference.low < 1e-9 for b in bars)


def test_regression__recovers_shares_under_noise():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(150, 2)) * [1.0, 10.0]
    found = sensitivity.regression(
        {"a": x[:, 0], "b": x[:, 1]}, noisy(x @ [3.0, 0.4], 8), resamples=200
    )
    # sizes 3 and 4 of a spread of 5, noise of 1.3 a point over sqrt(150) points
    assert [c.value for c in found.coefficients] == pytest.approx([0.6, 0.8], abs=0.1)
    assert found.r_squared == pytest.approx(1.0, abs=0.05)
    for c, share in zip(found.coefficients, (0.6, 0.8), strict=True):
        assert c.low - 0.05 < share < c.high + 0.05


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sensitivity.sobol(NAMES, np.ones((7, 2))), "7 points are no multiple of 5"),
        (lambda: sensitivity.sobol(NAMES, np.full((5, 2), np.nan)), "no replication in which"),
        (lambda: sensitivity.morris({"a": np.arange(3)}, np.ones((3, 2))), "no multiple of 2"),
        (
            lambda: sensitivity.morris(
                {"a": np.array([0, 1, 2]), "b": np.array([0, 1, 1])}, np.ones((3, 2))
            ),
            "moves several factors",
        ),
        (lambda: sensitivity.regression({"a": np.arange(2)}, np.ones((2, 2))), "want 3 at least"),
        (
            lambda: sensitivity.regression({"a": np.array(["x", "y", "z"])}, np.ones((3, 2))),
            "'a' is not a number",
        ),
        (
            lambda: sensitivity.tornado(
                {"a": np.array([0, 1]), "b": np.array([0, 1])}, np.ones((2, 2))
            ),
            "point 1 differs from the baseline in 2 factors",
        ),
    ],
)
def test_wrong_design__is_one_line(call, said):
    with pytest.raises(StudyDataError, match=said):
        call()
