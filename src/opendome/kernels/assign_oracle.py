"""What one target demands at given prices: an exact search over multisets of weapons.

    v       value of the target
    q, w    probability that it survives one shot, and -ln q
    c       price of one shot
    cap     shots of a weapon type that the target may take
    A, U    v times the product of q over a set; the sum of prices of the set
    e       price of a unit of w: c / w

The demand is min over sets of A + U.  Single shots are tried first, then pairs, then the rest
depth first in the order of e.  Four facts keep the search small (docs/theory/assignment.md):

* a weapon of the optimum has c <= p * (best cost known - the price of the others);
* it has c <= p * A for every part of the optimum without it;
* no set is better than the continuous one, filled in the order of e;
* a weapon is used only with every weapon that is no dearer and no less sure.
"""

from math import inf, log
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel

#: -ln q of a sure kill: exp(-w) is then the least positive number, below any tolerance.
SURE = 744.0
#: Nodes of a search before it may give up 2^-40 of the value, and twice that each time again.
NODES = 20_000
#: Weapons for which dominance is looked up in one 64-bit word.
WORD = 64


class Scratch(NamedTuple):
    """Working memory of one search over n weapons; allocate once with `scratch`."""

    c: np.ndarray  # f8 (n,): prices, filled by the caller
    cap: np.ndarray  # i8 (n,): copies, filled by the caller
    pick: np.ndarray  # i8 (depth,): the answer, positions 0..n-1, one entry a shot
    place: np.ndarray  # i8 (n,): eligible weapons in the order of e
    e: np.ndarray  # f8 (n,)
    pc: np.ndarray  # f8 (n,): prices of the eligible weapons
    pq: np.ndarray  # f8 (n,): their q
    stack: np.ndarray  # i8 (depth,)
    A: np.ndarray  # f8 (depth + 1,)
    U: np.ndarray  # f8 (depth + 1,)
    before: np.ndarray  # u8 (n,): the eligible weapons that dominate each, as bits
    used: np.ndarray  # i8 (n,)


def scratch(n: int, depth: int) -> Scratch:
    """Working memory for n weapons and at most `depth` shots at a target."""
    f8, i8 = np.float64, np.int64
    return Scratch(
        np.zeros(n, f8), np.ones(n, i8), np.zeros(depth + 1, i8), np.zeros(n, i8),
        np.zeros(n, f8), np.zeros(n, f8), np.zeros(n, f8), np.zeros(depth + 1, i8),
        np.zeros(depth + 2, f8), np.zeros(depth + 2, f8), np.zeros(n, np.uint64),
        np.zeros(n, i8),
    )  # fmt: skip


@kernel
def demand(v, lo, hi, q, w, s):
    """Cheapest set of weapons lo..hi-1 against a target of value v.

    Parameters
    ----------
    v : float
    lo, hi : int
        The weapons are rows lo..hi-1 of q and w.
    q, w : float arrays
        Survival probability of one shot and -ln q (at most SURE).
    s : Scratch
        Reads c and cap of position k = row - lo; fills pick.

    Returns
    -------
    cost, lower : float
        A + U of the set found and a proven bound: equal but after `NODES` nodes.
    size : int
        Shots in the set.
    """
    best = v
    one = -1
    for k in range(hi - lo):
        cost = v * q[lo + k] + s.c[k]
        if cost < best and s.cap[k] > 0:
            best = cost
            one = k
    if one < 0:
        return best, best, 0
    s.pick[0] = one
    n, c1, c2, q1 = _eligible(best, lo, hi, q, s)
    if n == 0 or _at_least(v * q1 * q1, c1 + c2, c1, q1) >= best:
        return best, best, 1
    size = 1
    pair, i, k = _pair(v, best, n, c1, q1, s)
    if pair < best:
        best = pair
        size = 2
        s.pick[0] = s.place[i]
        s.pick[1] = s.place[k]
    if _at_least(v * q1 * q1 * q1, 2.0 * c1 + c2, c1, q1) >= best:
        return best, best, size
    n = _ranked(best - c1 - c2, n, lo, w, s)
    return _search(v, best, size, n, lo, q, w, s)


@kernel
def _at_least(A, U, c, q):
    """Least A + U if any number of shots more cost c and leave q each: a lower bound."""
    if c <= 0.0:
        return U
    for _ in range(64):
        if A * (1.0 - q) <= c:
            return A + U
        A *= q
        U += c
    return U


@kernel
def _eligible(best, lo, hi, q, s):
    """List the weapons that may be in a set of two or more cheaper than best.

    Returns their number, the two least prices (the least twice if it has copies) and the least q.
    """
    c1 = inf
    for k in range(hi - lo):
        if s.c[k] < c1:
            c1 = s.c[k]
    most = best - c1
    n = 0
    c1, c2, q1 = inf, inf, 1.0
    for k in range(hi - lo):
        c = s.c[k]
        if c < (1.0 - q[lo + k]) * most and s.cap[k] > 0:
            s.place[n] = k
            s.pc[n] = c
            s.pq[n] = q[lo + k]
            n += 1
            if c < c1:
                c2 = c if s.cap[k] > 1 else c1
                c1 = c
            elif c < c2:
                c2 = c
            q1 = min(q1, q[lo + k])
    return n, c1, c2, q1


@kernel
def _pair(v, best, n, c1, q1, s):
    """Cheapest pair of eligible weapons, if cheaper than best: its cost and the two."""
    a, b = -1, -1
    for i in range(n):
        A, c = v * s.pq[i], s.pc[i]
        if A * q1 + c + c1 >= best:
            continue
        if s.cap[s.place[i]] > 1 and A * s.pq[i] + 2.0 * c < best:
            best = A * s.pq[i] + 2.0 * c
            a, b = i, i
        for k in range(i):
            cost = A * s.pq[k] + s.pc[k] + c
            if cost < best:
                best = cost
                a, b = i, k
    return best, a, b


@kernel
def _ranked(most, n, lo, w, s):
    """Keep the eligible weapons with c < p * most, in the order of e; returns their number."""
    m = 0
    for t in range(n):
        c = s.pc[t]
        if c >= (1.0 - s.pq[t]) * most:
            continue
        k = s.place[t]
        e = c / w[lo + k]
        i = m
        while i > 0 and s.e[i - 1] > e:
            s.e[i] = s.e[i - 1]
            s.place[i] = s.place[i - 1]
            i -= 1
        s.e[i] = e
        s.place[i] = k
        m += 1
    return m


@kernel
def _dominance(n, lo, q, s):
    """Mark, for each eligible weapon, those that are no dearer and no less sure."""
    one = np.uint64(1)
    for i in range(n):
        word = np.uint64(0)
        k = s.place[i]
        for j in range(min(i, WORD)):
            m = s.place[j]
            if s.c[m] <= s.c[k] and q[lo + m] <= q[lo + k]:
                word |= one << np.uint64(j)
        s.before[i] = word
        s.used[i] = 0


@kernel
def floor_cost(A, t, n, lo, q, s):
    """Least A + U that weapons t.. of the order of e can reach, in fractions: a lower bound.

    Fills in the order of e while a unit of w costs less than it saves.
    """
    U = 0.0
    for i in range(t, n):
        e = s.e[i]
        k = s.place[i]
        for _ in range(s.cap[k]):
            if e >= A:
                return U + A
            rest = A * q[lo + k]
            if rest < e:
                return U + e * (log(A) - log(e) + 1.0)
            A = rest
            U += s.c[k]
    return U + A


@kernel
def _search(v, best, size, n, lo, q, w, s):
    """Depth-first search for a set cheaper than best, the better branch first.

    Sets of more shots than there is depth for are not looked at; the bound allows for them.
    """
    _dominance(n, lo, q, s)
    one = np.uint64(1)
    depth = len(s.stack) - 1
    chosen, slack, nodes = np.uint64(0), 0.0, 0
    d, t, deeper = 0, 0, inf
    s.A[0] = v
    s.U[0] = 0.0
    while True:
        A, U = s.A[d], s.U[d]
        nodes += 1
        if nodes == NODES:
            nodes = 0
            slack = max(2.0 * slack, v * 2.0**-40)
        if t < n and U + floor_cost(A, t, n, lo, q, s) < best - slack:
            k = s.place[t]
            fits = s.used[t] < s.cap[k] and (s.before[t] & ~chosen) == 0
            fits = fits and s.c[k] < A * (1.0 - q[lo + k])
            if fits and d == depth:
                deeper = min(deeper, U + floor_cost(A, t, n, lo, q, s))
            if fits and d < depth:
                s.stack[d] = t
                d += 1
                s.A[d] = A * q[lo + k]
                s.U[d] = U + s.c[k]
                s.used[t] += 1
                if t < WORD and s.used[t] == s.cap[k]:
                    chosen |= one << np.uint64(t)
                if s.A[d] + s.U[d] < best:
                    best = s.A[d] + s.U[d]
                    size = d
                    for i in range(d):
                        s.pick[i] = s.place[s.stack[i]]
            else:
                t += 1
        elif d == 0:
            return best, min(best - slack, deeper), size
        else:
            d -= 1
            t = s.stack[d]
            s.used[t] -= 1
            if t < WORD:
                chosen &= ~(one << np.uint64(t))
            t += 1
