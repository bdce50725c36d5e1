"""Static assignment against enumeration, HiGHS's compact model and SciPy."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from opendome.assignment import instances, plans, sparse
from opendome.assignment.certify import certify
from opendome.assignment.problem import check
from opendome.assignment.solve import solve
from opendome.bench.assign_peer import compact


def by_enumeration(given):
    """The optimum: every shot at every target."""
    kinds = np.repeat(np.arange(len(given.ammunition)), given.ammunition)
    best = np.inf
    for aims in itertools.product(range(len(given.value)), repeat=len(kinds)):
        left = given.value.copy()
        for i, j in zip(kinds, aims, strict=True):
            left[j] *= given.survive[i, j]
        best = min(best, left.sum())
    return best


@pytest.mark.parametrize("seed", range(40))
def test_solve__matches_enumeration(seed):
    draw = np.random.default_rng(seed)
    m, n = draw.integers(1, 5, 2)
    ammunition = draw.integers(0, 3, m)
    ammunition[np.cumsum(ammunition) > 6] = 0
    # Coarse probabilities make ties, zeros and ones.
    survive = np.round(draw.uniform(0.0, 1.0, (m, n)), int(draw.integers(1, 4)))
    given = check(draw.integers(0, 20, n), survive, ammunition)
    found, best = solve(given), by_enumeration(given)
    # The solver stops at one part in a million.
    assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-12)
    assert found.bound <= best * (1.0 + 1e-12) + 1e-12
    assert certify(given, found.certificate).ok


@pytest.mark.parametrize(
    ("weapons", "targets", "law", "copies"),
    [(6, 6, "ahuja", 1), (9, 6, "ahuja", 1), (8, 5, "andersen", 1), (3, 6, "andersen", 2)],
)
def test_solve__matches_the_compact_model(weapons, targets, law, copies):
    given = instances.random(weapons, targets, law, 11, copies)
    peer, found = compact(given, 1e-6), solve(given)
    assert peer.gap <= 1e-6
    assert found.gap <= 1e-6
    assert found.objective == pytest.approx(peer.objective, rel=2e-6)  # both gaps


@pytest.mark.parametrize("seed", range(3))
def test_solve__matches_linear_sum_assignment_where_one_shot_is_all(seed):
    # A target of its own kind for each weapon pays; a second shot at one saves less than a first
    # at any other (0.4 * 1.2 < 0.6 * 1), so the optimum gives each target one.
    draw = np.random.default_rng(seed)
    n = 60
    given = check(draw.uniform(1.0, 1.2, n), draw.uniform(0.1, 0.4, (n, n)), np.ones(n, int))
    rows, columns = linear_sum_assignment(given.value * given.survive)
    best = (given.value * given.survive)[rows, columns].sum()
    found = solve(given)
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert found.shots.sum(axis=0).max() == 1


@pytest.mark.parametrize("seed", range(8))
def test_greedy__is_optimal_where_the_probability_depends_on_the_target_only(seed):
    """Den Broeder, Ellison and Emerling, 1959."""
    draw = np.random.default_rng(seed)
    m, n = 5, 12
    survive = np.broadcast_to(draw.uniform(0.1, 0.9, n), (m, n))
    given = check(draw.integers(1, 100, n), survive, draw.integers(1, 6, m))
    _, value = plans.marginal_return(sparse.whole(given))
    assert solve(given).objective == pytest.approx(value, rel=1e-6)


def test_solve__closes_the_gap_that_prices_leave():
    # Found by search: the best bound that prices prove is below the optimum here, so the
    # integer programme over the near-optimal sets must decide.
    given = instances.random(50, 100, "andersen", 1, copies=2)
    found = solve(given)
    assert found.gap <= 1e-6
    assert found.certificate.price_bound < found.objective * (1.0 - 1e-5)
    assert certify(given, found.certificate).ok
