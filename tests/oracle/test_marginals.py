"""Joint association probabilities against the sum over all assignments, written out."""

from itertools import product
from math import exp

import numpy as np
import pytest

from opendome.kernels.marginals import PLOTS_MOST, marginals

pytestmark = pytest.mark.kernel


def summed(rows, columns, gains):
    """Probability of each pair, by going through every joint assignment."""
    choices = [[e for e in range(len(gains)) if rows[e] == i] + [None] for i in set(rows)]
    total, chance = 0.0, np.zeros(len(gains))
    for chosen in product(*choices):
        pairs = [e for e in chosen if e is not None]
        if len({columns[e] for e in pairs}) == len(pairs):
            w = exp(sum(gains[e] for e in pairs))
            total += w
            chance[pairs] += w
    return chance / total


@pytest.mark.parametrize("seed", range(40))
def test_marginals__are_the_sum_over_all_assignments(seed):
    rng = np.random.default_rng(seed)
    n_tracks, n_plots = rng.integers(1, 6), rng.integers(1, 7)
    where = np.argwhere(rng.uniform(size=(n_tracks, n_plots)) < 0.6)
    if len(where) == 0:
        where = np.array([[0, 0]])
    rows, columns = 3 + where[:, 0], 10 - where[:, 1]
    gains = rng.uniform(0.0, 12.0, len(where))
    assert marginals(rows, columns, gains) == pytest.approx(summed(rows, columns, gains), abs=1e-9)


def test_marginals__of_two_bodies_side_by_side_do_not_depend_on_how_likely_both_are():
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    # Gains of 30: the plots are certainly bodies'; which is whose, exp(2) to 1.
    got = marginals(rows, columns, np.array([31.0, 30.0, 30.0, 31.0]))
    assert got == pytest.approx(np.array([exp(2.0), 1.0, 1.0, exp(2.0)]) / (1.0 + exp(2.0)))
    far = marginals(rows, columns, np.array([301.0, 300.0, 300.0, 301.0]))
    assert far == pytest.approx(got)


def test_marginals__of_a_large_cluster_are_not_summed():
    n = PLOTS_MOST + 1
    rows, columns = np.zeros(n, np.int64), np.arange(n)
    assert (marginals(rows, columns, np.zeros(n)) == 1.0).all()
