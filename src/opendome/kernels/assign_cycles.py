"""Plans improved by cycles of replaced shots, and the prices that show there is no better cycle.

Nodes are weapon types, and one more: nothing.  The arc a -> b is the target that loses least by
giving up a shot of type a and taking one of type b; a cycle of arcs keeps the use of every type.
Without a cycle of negative cost, lengths of shortest paths are prices:

    cost(a, b) >= u_a - u_b,   u_nothing = 0

Where targets' demands are gross substitutes those prices prove the plan optimal; elsewhere the
bound of the prices tells how far it may be.

Source: cancelling of negative cycles, Klein, Management Science 14(3), 1967; on valuations with
the single-improvement property, Gul and Stacchetti, J. Econ. Theory 87(1), 1999.

A       value that a target still has, in the mean
u       price of a weapon
"""

from math import inf
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.assign_search import without

#: Cycles of less than this part of the objective are rounding.
LEAST = 1e-13


class Graph(NamedTuple):
    """Arcs between weapon types and nothing (the last node), and working memory."""

    cost: np.ndarray  # f8 (m + 1, m + 1)
    out: np.ndarray  # i8 (m + 1, m + 1): row that gives up a shot; -1: none
    new: np.ndarray  # i8 (m + 1, m + 1): row that takes one; -1: none
    length: np.ndarray  # f8 (m + 1,)
    before: np.ndarray  # i8 (m + 1,)
    mark: np.ndarray  # i8 (m + 1,)


def graph(m: int) -> Graph:
    """Room for m weapon types."""
    shape = m + 1, m + 1
    return Graph(
        np.empty(shape), np.empty(shape, np.int64), np.empty(shape, np.int64),
        np.empty(m + 1), np.empty(m + 1, np.int64), np.empty(m + 1, np.int64),
    )  # fmt: skip


@kernel
def improve(S, target, shots, A, left, G, most):
    """Apply negative cycles until there is none.

    Parameters
    ----------
    S : assign_sparse.Sparse
    target : int array (rows,), the target of each row
    shots, A, left : of the plan: shots by row, value left by target, ammunition by type; changed
    G : Graph, filled
    most : int
        Cycles at most.

    Returns
    -------
    bool
        Whether no negative cycle is left, but those that failed, so that `prices` may be asked for.
    """
    fresh = True
    for _ in range(most):
        if fresh:
            _arcs(S, shots, A, left, G)
        least = LEAST * A.sum()
        node = _cycle(G, least / len(G.length))
        if node < 0:
            return True
        fresh = _apply(node, S, target, shots, A, left, G, least)
        if not fresh:
            _forbid(node, target, G)
    return False


@kernel
def prices(G, low, high):
    """Least and largest prices of the types that the arcs allow: lengths of shortest paths."""
    m = len(low)
    for sign in (0, 1):
        u = low if sign == 0 else high
        G.length[:] = inf
        G.length[m] = 0.0
        for _ in range(m + 1):
            changed = False
            for a in range(m + 1):
                for b in range(m + 1):
                    near, far = (a, b) if sign == 0 else (b, a)
                    x = G.length[near] + G.cost[a, b]
                    if x < G.length[far]:
                        G.length[far] = x
                        changed = True
            if not changed:
                break
        for i in range(m):
            u[i] = max(-G.length[i] if sign == 0 else G.length[i], 0.0)


@kernel
def _arcs(S, shots, A, left, G):
    """The cheapest target for every replacement of one shot by another."""
    m = len(left)
    G.cost[:] = inf
    G.out[:] = -1
    G.new[:] = -1
    for b in range(m):
        G.cost[m, b] = 0.0  # a shot of b is put back
        if left[b] > 0:
            G.cost[b, m] = 0.0  # one is there to be taken
    for j in range(len(A)):
        for y in range(S.start[j], S.start[j + 1]):
            if shots[y] < S.cap[y]:
                _offer(m, S.weapon[y], A[j] * (S.q[y] - 1.0), -1, y, G)
        for x in range(S.start[j], S.start[j + 1]):
            if shots[x] == 0:
                continue
            alone = without(j, x, S, shots, A)
            _offer(S.weapon[x], m, alone - A[j], x, -1, G)
            for y in range(S.start[j], S.start[j + 1]):
                if y != x and shots[y] < S.cap[y]:
                    _offer(S.weapon[x], S.weapon[y], alone * S.q[y] - A[j], x, y, G)


@kernel
def _offer(a, b, cost, out, new, G):
    """Note an arc if it is the cheapest so far."""
    if cost < G.cost[a, b]:
        G.cost[a, b], G.out[a, b], G.new[a, b] = cost, out, new


@kernel
def _cycle(G, least):
    """A node of a negative cycle of `before`; -1: there is none (Bellman-Ford)."""
    n = len(G.length)
    G.length[:] = 0.0
    G.before[:] = -1
    for _ in range(n + 1):
        changed = False
        for a in range(n):
            at = G.length[a]
            for b in range(n):
                if at + G.cost[a, b] < G.length[b] - least:
                    G.length[b] = at + G.cost[a, b]
                    G.before[b] = a
                    changed = True
        if not changed:
            return -1
        node = _closed(G)
        if node >= 0:
            return node
    return -1


@kernel
def _closed(G):
    """A node on a cycle of predecessors; -1: they are a forest."""
    G.mark[:] = -1
    for first in range(len(G.mark)):
        x = first
        while x >= 0 and G.mark[x] < 0:
            G.mark[x] = first
            x = G.before[x]
        if x >= 0 and G.mark[x] == first:
            return x
    return -1


@kernel
def _apply(node, S, target, shots, A, left, G, least):
    """Replace the shots of a cycle; undo it, and return False, if it saves nothing after all.

    The costs of two arcs at one target do not add up, so that a cycle may promise too much.
    """
    before = _turn(node, 1, S, target, shots, A, left, G)
    if before < -least:
        return True
    _turn(node, -1, S, target, shots, A, left, G)
    return False


@kernel
def _forbid(node, target, G):
    """Take an arc out of a cycle that failed: one at a target that has another in it."""
    b = node
    while True:
        a = G.before[b]
        r = max(G.out[a, b], G.new[a, b])
        c = a
        while r >= 0 and c != node:
            other = max(G.out[G.before[c], c], G.new[G.before[c], c])
            if other >= 0 and target[other] == target[r]:
                G.cost[a, b] = inf
                return
            c = G.before[c]
        b = a
        if b == node:
            G.cost[G.before[b], b] = inf
            return


@kernel
def _turn(node, sign, S, target, shots, A, left, G):
    """Replace (1) or put back (-1) the shots of a cycle; returns the change of the objective."""
    change, b = 0.0, node
    while True:
        a = G.before[b]
        out, new = G.out[a, b], G.new[a, b]
        if out >= 0:
            shots[out] -= sign
        elif a < len(left):
            left[a] -= sign
        if new >= 0:
            shots[new] += sign
        elif b < len(left):
            left[b] += sign
        b = a
        if b == node:
            break
    while True:
        a = G.before[b]
        r = max(G.out[a, b], G.new[a, b])
        if r >= 0:
            j = target[r]
            now = _left(j, S, shots)
            change += now - A[j]
            A[j] = now
        b = a
        if b == node:
            return change


@kernel
def _left(j, S, shots):
    """Value that target j has left."""
    x = S.value[j]
    for r in range(S.start[j], S.start[j + 1]):
        for _ in range(shots[r]):
            x *= S.q[r]
    return x
