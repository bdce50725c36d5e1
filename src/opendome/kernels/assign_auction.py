"""An auction: targets bid for weapons until each holds a set that it likes best, within eps.

    u       price of a weapon (each is one shot here)
    A       value left to a target by the weapons that it holds

Forward: a target takes the set that `assign_oracle.demand` names, at prices eps higher for what it
does not hold, and raises the price of the contested weapon to where it would do without.
Reverse: a weapon that nobody holds lowers its price to where a target would take it, alone or in
exchange.  Where at most one weapon a target pays, this is the auction for the assignment problem
(Bertsekas, Ann. OR 14, 1988; forward and reverse: Bertsekas, Castanon and Tsaknakis, SIAM J.
Optim. 3(2), 1993), which ends within eps a target of the optimum.  With sets it can stall;
the caller sees that in the bound.
"""

from math import inf
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.assign_oracle import demand


class Market(NamedTuple):
    """Prices, holdings and work space of an auction over m weapons and n targets."""

    u: np.ndarray  # f8 (m,)
    holder: np.ndarray  # i8 (m,): target, or -1
    row: np.ndarray  # i8 (m,): the row of the pair, where held
    other: np.ndarray  # i8 (m,): next weapon of the same holder, or -1
    first: np.ndarray  # i8 (n,): first weapon held, or -1
    A: np.ndarray  # f8 (n,)
    queue: np.ndarray  # i8 (n,): targets that may want something else
    waits: np.ndarray  # bool (n,): is in the queue
    wish: np.ndarray  # i8: a copy of Scratch.pick
    free: np.ndarray  # i8 (m,): stack of unsold weapons
    listed: np.ndarray  # bool (m,): is on that stack


def market(value: np.ndarray, m: int, depth: int) -> Market:
    """An empty market."""
    n, i8 = len(value), np.int64
    return Market(
        np.zeros(m), np.full(m, -1), np.zeros(m, i8), np.full(m, -1), np.full(n, -1),
        value.copy(), np.zeros(n, i8), np.zeros(n, np.bool_), np.zeros(depth + 1, i8),
        np.zeros(m, i8), np.zeros(m, np.bool_),
    )  # fmt: skip


@kernel
def _drop(i, value, q, M):
    """Take weapon i from its holder."""
    j = M.holder[i]
    M.holder[i] = -1
    before = -1
    x = M.first[j]
    A = value[j]
    while x >= 0:
        if x != i:
            A *= q[M.row[x]]
            before = x
        elif before < 0:
            M.first[j] = M.other[x]
        else:
            M.other[before] = M.other[x]
        x = M.other[x]
    M.A[j] = A


@kernel
def _take(i, j, r, q, M):
    """Give weapon i to target j."""
    M.holder[i] = j
    M.row[i] = r
    M.other[i] = M.first[j]
    M.first[j] = i
    M.A[j] *= q[r]


@kernel
def _release(j, lo, size, value, q, M, n_free):
    """Let go what target j holds and no longer wishes; returns the height of the stack."""
    x = M.first[j]
    while x >= 0:
        after = M.other[x]
        wished = False
        for t in range(size):
            wished |= M.wish[t] == M.row[x] - lo
        if not wished:
            _drop(x, value, q, M)
            if not M.listed[x]:
                M.listed[x] = True
                M.free[n_free] = x
                n_free += 1
        x = after
    return n_free


@kernel
def _bid(j, S, eps, M, s, n_free):
    """What target j wishes now: size, position of the contested weapon, rise of its price."""
    lo, hi = S.start[j], S.start[j + 1]
    for k in range(hi - lo):
        i = S.weapon[lo + k]
        s.c[k] = M.u[i] if M.holder[i] == j else M.u[i] + eps
        s.cap[k] = S.cap[lo + k]
    cost, _, size = demand(S.value[j], lo, hi, S.q, S.w, s)
    for t in range(size):
        M.wish[t] = s.pick[t]
    n_free = _release(j, lo, size, S.value, S.q, M, n_free)
    contested = -1
    for t in range(size):
        i = S.weapon[lo + M.wish[t]]
        if M.holder[i] != j and (contested < 0 or M.holder[i] >= 0):
            contested = M.wish[t]
    if contested < 0:
        return 0, -1, 0.0, n_free
    price = s.c[contested]
    s.c[contested] = inf
    without, _, _ = demand(S.value[j], lo, hi, S.q, S.w, s)
    s.c[contested] = price
    return size, contested, max(without - cost, 0.0), n_free


@kernel
def _offer(i, S, column, row_of, target_of, M):
    """The target that would pay most for weapon i, beside or instead of one that it holds."""
    most, best = 0.0, -1
    for y in range(column[i], column[i + 1]):
        r, j = row_of[y], target_of[y]
        A = M.A[j]
        gain = A * (1.0 - S.q[r])
        x = M.first[j]
        while x >= 0:
            q = S.q[M.row[x]]
            if q > 0.0:
                gain = max(gain, M.u[x] + A - A / q * S.q[r])
            x = M.other[x]
        if gain > most:
            most = gain
            best = j
    return most, best


@kernel
def _enqueue(j, M, head, size):
    if not M.waits[j]:
        M.waits[j] = True
        at = head + size
        M.queue[at if at < len(M.queue) else at - len(M.queue)] = j
        size += 1
    return size


@kernel
def auction(S, column, row_of, target_of, eps, limit, M, s):
    """One phase, from the prices and holdings in M; every weapon of S is one shot.

    Parameters
    ----------
    S : assign_sparse.Sparse
    column, row_of, target_of : the rows of S by weapon
    eps : float, > 0
    limit : int
        Bids and offers after which it stops.
    M : Market
    s : assign_oracle.Scratch

    Returns
    -------
    steps : int
        Bids and offers; `limit` where it stalled.
    """
    n, m = len(S.value), len(M.u)
    head, size, n_free = 0, 0, 0
    for j in range(n):
        M.waits[j] = False
    for j in range(n):
        size = _enqueue(j, M, head, size)
    for i in range(m):
        M.listed[i] = M.holder[i] < 0 and M.u[i] > 0.0
        if M.listed[i]:
            M.free[n_free] = i
            n_free += 1
    steps = 0
    while steps < limit and (size > 0 or n_free > 0):
        if size > 0:
            j = M.queue[head]
            head = head + 1 if head + 1 < n else 0
            size -= 1
            M.waits[j] = False
            wished, contested, rise, n_free = _bid(j, S, eps, M, s, n_free)
            if wished > 0:
                steps += 1
            for t in range(wished):
                k = M.wish[t]
                r = S.start[j] + k
                i = S.weapon[r]
                loser = M.holder[i]
                if loser == j:
                    continue
                if loser >= 0:
                    _drop(i, S.value, S.q, M)
                    size = _enqueue(loser, M, head, size)
                M.u[i] = s.c[k] + (rise if k == contested else 0.0)
                _take(i, j, r, S.q, M)
        else:
            n_free -= 1
            i = M.free[n_free]
            M.listed[i] = False
            if M.holder[i] >= 0 or M.u[i] <= 0.0:
                continue
            steps += 1
            offer, j = _offer(i, S, column, row_of, target_of, M)
            M.u[i] = min(M.u[i], max(0.0, offer - (1.0 + 1e-9) * eps))
            if j >= 0 and M.u[i] > 0.0:
                size = _enqueue(j, M, head, size)
                M.listed[i] = True
                M.free[n_free] = i
                n_free += 1
    return steps
