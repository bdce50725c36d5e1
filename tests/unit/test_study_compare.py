"""Paired comparison, ranking and the probability of being best."""

import numpy as np
import pytest
from scipy import stats

from opendome import estimate
from opendome.study import compare


def shared(seed=1, points=3, reps=60, noise=0.3):
    """Points one apart that meet the same evenings."""
    rng = np.random.default_rng(seed)
    evening = rng.normal(10.0, 3.0, reps)
    return np.arange(points)[:, None] + evening + noise * rng.normal(size=(points, reps))


def test_paired__is_the_t_test_of_related_samples():
    a, b = shared()[1], shared()[0]
    found = compare.paired(a, b, 0.9)
    want = stats.ttest_rel(a, b)
    low, high = want.confidence_interval(0.9)
    # rounding: another order of the same operations
    assert found[3:7] == pytest.approx((a.mean() - b.mean(), low, high, want.pvalue), rel=1e-9)
    assert found.n == 60


def test_welch__is_the_t_test_of_unequal_spreads():
    rng = np.random.default_rng(2)
    a, b = rng.normal(1.0, 2.0, 23), rng.normal(0.0, 0.5, 71)
    found = compare.welch(a, b)
    want = stats.ttest_ind(a, b, equal_var=False)
    low, high = want.confidence_interval(0.95)
    assert found[3:7] == pytest.approx((a.mean() - b.mean(), low, high, want.pvalue), rel=1e-9)
    assert np.isnan(found.reduction)


def test_reduction__is_what_the_common_evenings_save():
    # var of one point 9.09, of a difference 0.18: a factor of 101; 4,000 pairs give it to 5 %
    values = shared(reps=4_000)
    assert compare.paired(values[1], values[0]).reduction == pytest.approx(101.0, rel=0.05)


def test_paired__uses_replications_that_both_points_have():
    a, b = shared()[1].copy(), shared()[0].copy()
    a[3], b[7] = np.nan, np.nan
    kept = np.setdiff1d(np.arange(60), [3, 7])
    assert compare.paired(a, b) == compare.paired(a[kept], b[kept])


@pytest.mark.parametrize(("shift", "p"), [(0.0, 1.0), (2.0, 0.0)])
def test_paired__a_difference_that_never_varies_is_certain(shift, p):
    values = np.arange(10.0)  # whole numbers: their differences are exact
    found = compare.paired(values + shift, values)
    assert (found.mean, found.low, found.high, found.p) == (shift, shift, shift, p)
    assert found.reduction == np.inf


def test_paired__one_pair_says_nothing_about_its_error():
    found = compare.paired(np.array([2.0]), np.array([1.0]))
    assert (found.mean, found.low, found.high, found.n) == (1.0, -np.inf, np.inf, 1)
    assert np.isnan(compare.paired(np.array([np.nan]), np.array([1.0])).mean)


def test_simultaneous__all_intervals_hold_together():
    rng = np.random.default_rng(3)
    held = {True: 0, False: 0}
    for _ in range(400):
        values = rng.normal(size=(9, 20))
        for simultaneous in held:
            found = compare.differences(values, simultaneous=simultaneous)
            held[simultaneous] += all(d.low <= 0.0 <= d.high for d in found)
    # eight at once: 95 % of 400 less two standard deviations (4.4); singly they hold far less
    assert held[True] >= 371
    assert held[False] <= 330


def test_holm__by_hand():
    # 5 x 0.01, 4 x 0.02, 3 x 0.03; then 2 x 0.04 and 0.05 are less than the one before
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert compare.holm(p) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    # any order, and what is unknown does not count
    assert compare.holm(np.array([0.03, np.nan, 0.01])) == pytest.approx(
        [0.03, np.nan, 0.02], nan_ok=True
    )


def test_ratio_values__have_mean_and_spread_of_the_ratio_of_sums():
    rng = np.random.default_rng(4)
    under = rng.poisson(20.0, 400).astype(float)
    over = rng.binomial(under.astype(int), 0.8).astype(float)
    values = compare.ratio_values(over, under)[0]
    ratio, low, high = estimate.ratio_interval(over, under, 0.95)
    mean, linear_low, linear_high, n = compare.interval(values)
    assert n == 400
    assert mean == pytest.approx(ratio, rel=1e-12)  # rounding
    # delta method and jackknife differ by terms of relative order 1/n
    assert linear_high - linear_low == pytest.approx(high - low, rel=0.01)


def test_ratio_values__are_nan_where_nothing_is_defined():
    over, under = np.array([[1.0, np.nan], [0.0, 0.0]]), np.array([[2.0, 1.0], [0.0, 0.0]])
    found = compare.ratio_values(over, under)
    assert found[0, 0] == 0.5
    assert np.isnan(found[[0, 1, 1], [1, 0, 1]]).all()


def test_best__agrees_with_the_normal_posterior():
    # Difference of two points normal with known spread: P(a < b) = Phi(-mean / error).
    rng = np.random.default_rng(5)
    evening, gap = rng.normal(0.0, 5.0, 400), rng.normal(0.05, 1.0, 400)
    probability = compare.best_probability(np.array([evening, evening + gap]))
    want = stats.norm.cdf(gap.mean() / (gap.std(ddof=1) / 20.0))
    # 0.008 of sampling (4,000 draws), twice, and terms of order 1/n of the bootstrap
    assert probability[0] == pytest.approx(want, abs=0.02)
    assert probability.sum() == pytest.approx(1.0)


def test_best__points_that_are_equal_share():
    values = shared(points=2)[[0, 0, 1]]
    assert compare.best_probability(values) == pytest.approx([0.5, 0.5, 0.0])
    assert compare.best_probability(values, least=False) == pytest.approx([0.0, 0.0, 1.0])
    assert np.isnan(compare.best_probability(values[:, :1])).all()


@pytest.mark.parametrize("least", [True, False])
def test_ranking__orders_by_mean_and_measures_from_the_first(least):
    found = compare.ranking(shared()[[2, 0, 1]], least)
    order = [1, 2, 0] if least else [0, 2, 1]
    assert [r.point for r in found] == order
    assert [r.rank for r in found] == [1, 2, 3]
    assert found[0].behind is None
    assert found[0].best > 0.99  # points one apart with errors of 0.05
    assert found[1].behind.against == order[0]
    assert found[1].behind.mean == pytest.approx(1.0 if least else -1.0, abs=0.25)
