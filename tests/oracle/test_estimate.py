"""Intervals against scipy.stats, a textbook formula, and their own promise."""

import numpy as np
import pytest
from scipy import stats

from opendome import estimate


@pytest.mark.parametrize("n", [2, 3, 20, 500])
def test_mean_interval__agrees_with_scipy(n):
    values = np.random.default_rng(n).gamma(2.0, 3.0, n)
    want = stats.t.interval(0.9, n - 1, loc=values.mean(), scale=stats.sem(values))
    got = estimate.mean_interval(values)
    assert got[0] == pytest.approx(values.mean(), rel=1e-15)
    assert got[1:] == pytest.approx(want, rel=1e-9)  # two codes for the t quantile


def test_ratio_interval__agrees_with_the_delta_method_in_a_large_sample():
    # Cochran, Sampling Techniques (1977), eq. (2.46): linearised variance of a ratio.
    draw = np.random.default_rng(1)
    under = draw.integers(5, 40, 2000).astype(float)
    over = draw.binomial(under.astype(int), 0.9).astype(float)
    n, ratio = len(under), over.sum() / under.sum()
    rest = over - ratio * under
    se = np.sqrt((rest**2).sum() / (n - 1) / n) / under.mean()
    low, high = stats.t.interval(0.9, n - 1, loc=ratio, scale=se)
    got = estimate.ratio_interval(over, under)
    assert got[0] == ratio
    # The two differ by terms of order 1/n of the half width: 1/2000.
    assert got[1] == pytest.approx(low, abs=2e-3 * (high - low))
    assert got[2] == pytest.approx(high, abs=2e-3 * (high - low))


def test_ratio_interval__agrees_with_scipy_when_denominators_are_equal():
    # Then the ratio of sums is a mean, and the jackknife of a mean is exact.
    over = np.random.default_rng(2).normal(5.0, 1.0, 12)
    want = stats.t.interval(0.9, 11, loc=over.mean() / 4, scale=stats.sem(over) / 4)
    assert estimate.ratio_interval(over, np.full(12, 4.0))[1:] == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("n", [5, 19, 100])
def test_operation_interval__covers_one_more_as_promised(n):
    values = np.random.default_rng(n).exponential(size=(4000, n + 1))
    bounds = np.array([estimate.operation_interval(v[:-1]) for v in values])
    inside = (bounds[:, 0] <= values[:, -1]) & (values[:, -1] <= bounds[:, 1])
    # Four standard errors of a binomial share of 4000 trials: 0.019 at 90 %.  Interpolation
    # between order statistics costs less than that at n = 100.
    assert inside.mean() == pytest.approx(estimate.coverage(n), abs=0.03)


@pytest.mark.parametrize("n", [10, 50])
def test_ratio_interval__covers_the_truth_as_promised(n):
    draw = np.random.default_rng(n)
    hits = 0
    for _ in range(2000):
        under = draw.integers(5, 40, n)
        _, low, high = estimate.ratio_interval(draw.binomial(under, 0.85), under)
        hits += low <= 0.85 <= high
    # Four standard errors: 0.027; the jackknife of n = 10 is allowed as much again.
    assert hits / 2000 == pytest.approx(0.9, abs=0.03)
