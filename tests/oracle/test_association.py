"""Assignment against scipy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from opendome.kernels.association import assign, match
from opendome.world import CLUSTER, scratch

pytestmark = pytest.mark.kernel

MISS = 16.0
WORKING = scratch(48, 48)


def assigned(cost):
    """Column of each row."""
    n, m = cost.shape
    floats, ints = np.zeros((3, m + 1)), np.zeros((3, m + 1), np.int64)
    assign(
        cost,
        n,
        m,
        ints[0],
        floats[0],
        floats[1],
        ints[1],
        ints[2],
        floats[2],
        np.zeros(m + 1, bool),
    )
    return ints[0, :n]


@given(st.integers(1, 9), st.integers(0, 6), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=80, deadline=None)
def test_assign__costs_what_scipys_costs(n, extra, seed, whole):
    peer = np.random.default_rng(seed)
    cost = peer.uniform(0.0, 10.0, (n, n + extra))
    if whole:
        cost = np.floor(cost)  # ties
    columns = assigned(cost)
    assert len(set(columns)) == n
    rows = np.arange(n)
    # 1e-12: sums of a few numbers below 10, in another order.
    best = cost[linear_sum_assignment(cost)].sum()
    assert cost[rows, columns].sum() == pytest.approx(best, abs=1e-12)


def sparse(seed, n_rows, n_cols, density):
    """Allowed pairs (row, column) and their costs, all below MISS."""
    peer = np.random.default_rng(seed)
    pairs = np.argwhere(peer.uniform(size=(n_rows, n_cols)) < density)
    return pairs, peer.uniform(0.0, MISS, len(pairs))


def matched(pairs, costs, n_rows, n_cols):
    n = len(pairs)
    WORKING.edges[:, :n] = pairs.T
    WORKING.costs[:n] = costs
    match(n, n_rows, n_cols, MISS, WORKING)
    return WORKING.column_of[:n_rows].copy()


def total(columns, pairs, costs):
    cost = {tuple(p): c for p, c in zip(pairs, costs, strict=True)}
    return sum(MISS if j < 0 else cost[i, j] for i, j in enumerate(columns))


@given(
    st.integers(1, 20),
    st.integers(1, 20),
    st.sampled_from([0.02, 0.08, 0.2, 0.6]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=80, deadline=None)
def test_match__costs_what_one_dense_assignment_costs(n_rows, n_cols, density, seed):
    pairs, costs = sparse(seed, n_rows, n_cols, density)
    columns = matched(pairs, costs, n_rows, n_cols)
    taken = columns[columns >= 0]
    assert len(set(taken)) == len(taken)
    # The peer knows no clusters: every row has n_rows columns for "nothing".
    dense = np.full((n_rows, n_cols + n_rows), MISS)
    dense[:, :n_cols] = 1e6
    dense[tuple(pairs.T)] = costs
    best = dense[linear_sum_assignment(dense)].sum()
    assert total(columns, pairs, costs) == pytest.approx(best, rel=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_match__does_not_depend_on_the_order_of_the_pairs(seed):
    pairs, costs = sparse(seed, 15, 15, 0.15)
    order = np.random.default_rng(seed + 1).permutation(len(pairs))
    assert np.array_equal(
        matched(pairs, costs, 15, 15), matched(pairs[order], costs[order], 15, 15)
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_match__follows_a_renumbering_of_rows_and_columns(seed):
    pairs, costs = sparse(seed, 12, 14, 0.2)
    peer = np.random.default_rng(seed + 1)
    rows, cols = peer.permutation(12), peer.permutation(14)
    moved = matched(np.column_stack([rows[pairs[:, 0]], cols[pairs[:, 1]]]), costs, 12, 14)
    plain = matched(pairs, costs, 12, 14)
    assert np.array_equal(moved[rows], np.where(plain >= 0, cols[plain], -1))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_match__a_cluster_does_not_feel_another(seed):
    a, cost_a = sparse(seed, 10, 11, 0.25)
    b, cost_b = sparse(seed + 1, 9, 8, 0.3)
    both = matched(
        np.concatenate([a, b + np.array([10, 11])]), np.concatenate([cost_a, cost_b]), 19, 19
    )
    alone_a, alone_b = matched(a, cost_a, 10, 11), matched(b, cost_b, 9, 8)
    assert np.array_equal(both[:10], alone_a)
    assert np.array_equal(both[10:], np.where(alone_b >= 0, alone_b + 11, -1))


def test_match__fills_its_working_memory_without_leaving_it():
    """One cluster of every slot and every plot: the largest problem that fits."""
    pairs, costs = sparse(1, 48, 48, 0.3)
    assert len(pairs) <= len(WORKING.costs)
    columns = matched(pairs, costs, 48, 48)
    assert (columns >= 0).sum() > 40
    assert np.array_equal(matched(np.empty((0, 2), int), [], 48, 48), np.full(48, -1))


def test_match__beyond_the_largest_cluster_takes_the_cheapest_first():
    n = CLUSTER + 4
    working = scratch(n, n)
    peer = np.random.default_rng(3)
    # One chain that ties all rows together, dear but for its diagonal.
    pairs = np.array([(i, j) for i in range(n) for j in (i, (i + 1) % n)])
    costs = np.where(pairs[:, 0] == pairs[:, 1], 1.0, 9.0) + peer.uniform(size=len(pairs))
    working.edges[:, : len(pairs)] = pairs.T
    working.costs[: len(pairs)] = costs
    match(len(pairs), n, n, MISS, working)
    assert working.column_of[:n].tolist() == list(range(n))
