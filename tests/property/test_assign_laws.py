"""Laws of static assignment, whatever the numbers."""

import itertools
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.assignment import plans, sparse
from opendome.assignment.certify import certify, lagrangian, least_cost
from opendome.assignment.problem import check
from opendome.assignment.solve import solve
from opendome.kernels.assign_enumerate import enumerate_sets
from opendome.kernels.assign_oracle import SURE, demand, scratch

CHANCE = st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.0, 0.5, 1.0]))


@st.composite
def problems(draw, most=6):
    """Small problems, with sure kills, misses and worthless targets."""
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, most))
    value = draw(st.lists(st.floats(0.0, 100.0), min_size=n, max_size=n))
    survive = draw(st.lists(st.lists(CHANCE, min_size=n, max_size=n), min_size=m, max_size=m))
    ammunition = draw(st.lists(st.integers(0, 4), min_size=m, max_size=m))
    return check(value, survive, ammunition)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_solve__bound_optimum_plan_in_this_order(problem):
    found = solve(problem)
    slack = 1e-9 * problem.value.sum()
    assert found.bound <= found.objective + slack
    assert found.gap <= 1e-6 or found.objective <= slack
    assert plans.marginal_return(sparse.whole(problem))[1] >= found.bound - slack
    used = found.shots.sum(axis=1)
    assert (used <= problem.ammunition).all()
    left = problem.value * np.prod(problem.survive**found.shots, axis=0)
    assert found.objective == pytest.approx(left.sum(), rel=1e-9, abs=slack)
    assert certify(problem, found.certificate).ok


@settings(max_examples=40, deadline=None)
@given(problems(4), st.data())
def test_bound__holds_for_any_prices_and_any_plan(problem, data):
    m, n = problem.survive.shape
    prices = data.draw(st.lists(st.floats(0.0, 50.0), min_size=m, max_size=m))
    left = problem.value.copy()
    for i in range(m):
        for _ in range(problem.ammunition[i]):
            j = data.draw(st.integers(0, n))
            if j < n:
                left[j] *= problem.survive[i, j]
    assert lagrangian(problem, np.array(prices)) <= left.sum() + 1e-9 * problem.value.sum()


@settings(max_examples=30, deadline=None)
@given(problems(4), st.integers(0, 3))
def test_solve__more_ammunition_never_hurts(problem, i):
    more = problem.ammunition.copy()
    more[i % len(more)] += 1
    slack = 2e-6 * problem.value.sum()
    assert solve(problem._replace(ammunition=more)).objective <= solve(problem).objective + slack


def cheapest(v, q, c, cap):
    """All multisets."""
    best = v
    for shots in itertools.product(*(range(k + 1) for k in cap)):
        best = min(best, v * np.prod(q ** np.array(shots)) + c @ np.array(shots))
    return best


@st.composite
def offers(draw):
    """A target and up to five weapons with up to two shots; prices may be zero or tie."""
    n = draw(st.integers(1, 5))
    numbers = st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5]) | st.floats(0.0, 9.0)
    q = draw(st.lists(CHANCE, min_size=n, max_size=n))
    c = draw(st.lists(numbers, min_size=n, max_size=n))
    cap = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    return draw(st.floats(0.0, 60.0)), np.array(q), np.array(c), np.array(cap)


def loaded(q, c, cap):
    s = scratch(len(q), 16)
    s.c[:] = c
    s.cap[:] = cap
    return s, np.array([min(-log(x), SURE) if x > 0.0 else SURE for x in q])


@pytest.mark.kernel
@settings(max_examples=100, deadline=None)
@given(offers())
def test_demand__is_the_cheapest_of_all_sets(offer):
    v, q, c, cap = offer
    s, w = loaded(q, c, cap)
    cost, lower, size = demand(v, 0, len(q), q, w, s)
    best = cheapest(v, q, c, cap)
    assert cost == pytest.approx(best, rel=1e-12, abs=1e-12)
    assert lower == cost
    picked = s.pick[:size]
    assert (np.bincount(picked, minlength=len(q)) <= cap).all()
    assert v * np.prod(q[picked]) + c[picked].sum() == pytest.approx(cost, rel=1e-12, abs=1e-12)


@pytest.mark.kernel
@settings(max_examples=60, deadline=None)
@given(offers(), st.floats(0.0, 5.0))
def test_enumerate__finds_every_set_within_the_window(offer, window):
    v, q, c, cap = offer
    s, w = loaded(q, c, cap)
    most = cheapest(v, q, c, cap) + window
    items, costs, starts = np.zeros(9000, int), np.zeros(999), np.zeros(1000, int)
    _, rows = enumerate_sets(v, 0, len(q), q, w, most, 0, items, costs, starts, 0, s)
    found = {tuple(sorted(items[starts[r] : starts[r + 1]])) for r in range(rows)}
    assert len(found) == rows
    useful = [k if q[x] < 1.0 else 0 for x, k in enumerate(cap)]  # a miss is in no set
    for shots in itertools.product(*(range(k + 1) for k in useful)):
        cost = v * np.prod(q ** np.array(shots)) + c @ np.array(shots)
        if abs(cost - most) > 1e-9:  # at the edge rounding decides
            key = tuple(np.repeat(np.arange(len(q)), shots))
            assert (key in found) == (cost <= most)


@settings(max_examples=60, deadline=None)
@given(offers())
def test_checker__finds_the_cheapest_set_by_itself(offer):
    v, q, c, cap = offer
    problem = check([v], q[:, None], cap)
    assert least_cost(problem, c, 0) == pytest.approx(cheapest(v, q, c, cap), rel=1e-9, abs=1e-9)
