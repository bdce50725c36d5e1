"""Products of means without the bias of the noise, and draws of rows and replications."""

import numpy as np
import pytest

from opendome.study import resample


def test_product__is_unbiased_where_the_square_of_the_mean_is_not():
    rng = np.random.default_rng(1)
    draws = 3.0 + 2.0 * rng.normal(size=(40_000, 3))
    found = resample.product(draws, draws, np.ones(3))
    # a mean of three has variance 4 / 3; 40,000 squares with a deviation of 8 each: 0.04
    assert found.mean() == pytest.approx(9.0, abs=0.12)
    assert np.mean(draws.mean(axis=1) ** 2) == pytest.approx(9.0 + 4.0 / 3.0, abs=0.12)


def test_product__counts_only_pairs_of_different_replications():
    x, y = np.array([1.0, 10.0, 100.0]), np.array([2.0, 3.0, 5.0])
    drawn = np.array([2.0, 1.0, 0.0])  # pairs: twice (0, 1), twice (1, 0)
    assert resample.product(x, y, drawn) == pytest.approx((1.0 * 3.0 + 10.0 * 2.0) / 2.0)


def test_product__of_one_replication_is_exact():
    assert resample.product(np.array([3.0]), np.array([5.0]), np.array([1.0])) == 15.0


def test_weights__draw_rows_and_replications_with_replacement():
    draws = list(resample.weights(5, 2, 50, seed=1))
    assert all(rows.sum() == 5 and reps.sum() == 2 for rows, reps in draws)
    assert all(np.count_nonzero(reps) == 2 for _, reps in draws)  # else there is no pair
    again = list(resample.weights(5, 2, 50, seed=1))
    assert all((a[0] == b[0]).all() for a, b in zip(draws, again, strict=True))


def test_percentiles__pass_over_what_is_undefined():
    draws = np.array([[0.0, np.nan], [1.0, np.nan], [np.nan, np.nan]])
    low, high = resample.percentiles(draws, 0.5)
    assert (low[0], high[0]) == (0.25, 0.75)
    assert np.isnan([low[1], high[1]]).all()
