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
    _, value = plans.marginal_return(sparse.first(given))
    assert solve(given).objective == pytest.approx(value, rel=1e-6)


def test_solve__closes_the_gap_that_prices_leave():
    # Found by search: the best bound that prices prove is below the optimum here, so the
    # integer programme over the near-optimal sets must decide.
    given = instances.random(50, 100, "andersen", 1, copies=2)
    found = solve(given)
    assert found.gap <= 1e-6
    assert found.certificate.price_bound < found.objective * (1.0 - 1e-5)
    assert certify(given, found.certificate).ok


@pytest.mark.parametrize("seed", range(3))
def test_exchange__never_worsens_a_plan_and_leaves_no_better_move(seed):
    given = instances.random(5, 8, "andersen", seed, copies=2)
    S = sparse.first(given)
    before, value = plans.marginal_return(S)
    shots, better = plans.exchanged(S, before)
    assert better <= value
    assert np.bincount(S.weapon, shots, minlength=5).tolist() == given.ammunition.tolist()
    # By trying them all: no single shot would do better at another target.
    plan = np.zeros((5, 8), int)
    plan[S.weapon, sparse.target_of_row(S)] = shots

    def left(x):
        return (given.value * np.prod(given.survive**x, axis=0)).sum()

    assert left(plan) == pytest.approx(better, rel=1e-12)
    for i, j in zip(*np.nonzero(plan), strict=True):
        for k in range(8):
            moved = plan.copy()
            moved[i, j] -= 1
            moved[i, k] += 1
            assert left(moved) >= better * (1.0 - 1e-9)


@pytest.mark.parametrize("law", ["ahuja", "andersen"])
def test_solve__few_pairs_do_for_all(law):
    """The pairs that are kept prove a bound over all: the checker looks at every pair."""
    given = instances.random(120, 100, law, 4)
    found = solve(given)
    assert len(sparse.first(given).weapon) < given.pairs
    assert found.gap <= 1e-6
    verdict = certify(given, found.certificate)
    assert verdict.ok
    assert verdict.bound == pytest.approx(found.certificate.price_bound, rel=1e-9)


def test_solve__is_honest_where_a_target_wants_more_shots_than_are_searched():
    """700 shots at one target: beyond the 256 of the search, so that bound and plan part."""
    value, ammunition = np.array([100.0, 50.0]), np.array([700, 500])
    survive = np.array([[0.99, 0.985], [0.97, 0.99]])
    found = solve(check(value, survive, ammunition))
    # All splits of both types between the two targets: using every shot is never worse.
    x, y = np.meshgrid(np.arange(701), np.arange(501), indexing="ij")
    first = value[0] * survive[0, 0] ** x * survive[1, 0] ** y
    best = np.min(first + value[1] * survive[0, 1] ** (700 - x) * survive[1, 1] ** (500 - y))
    assert found.shots.max() > 256
    assert found.bound <= best * (1.0 + 1e-9)
    assert best <= found.objective * (1.0 + 1e-9)
    assert found.gap == pytest.approx(1.0 - found.bound / found.objective, rel=1e-9)
    assert 0.0 < found.gap < 1e-3
