"""All sets of weapons that cost their target at most so much at given prices: the columns.

Symbols as in `assign_oracle`.
"""

from opendome._jit import kernel
from opendome.kernels.assign_oracle import demand, floor_cost


@kernel
def _ranked(most, n, lo, q, w, s):
    """Order the weapons with c <= most by e; returns their number."""
    m = 0
    for k in range(n):
        c = s.c[k]
        if c > most or q[lo + k] >= 1.0 or s.cap[k] == 0:
            continue
        e = c / w[lo + k]
        i = m
        while i > 0 and s.e[i - 1] > e:
            s.e[i] = s.e[i - 1]
            s.place[i] = s.place[i - 1]
            i -= 1
        s.e[i] = e
        s.place[i] = k
        s.used[m] = 0
        m += 1
    return m


@kernel
def enumerate_sets(v, lo, hi, q, w, most, at, items, costs, starts, row, s):
    """Every multiset with A + U <= most, the empty one included.

    Parameters
    ----------
    v, lo, hi, q, w, s
        As in `assign_oracle.demand`.
    at, row : int
        Entries of items and rows of costs in use.
    items : int array
        Rows lo..hi-1, one a shot, set after set.
    costs : float array
        A of each set.
    starts : int array
        First entry of each set; starts[row] ends the last.

    Returns
    -------
    at, row : int
        In use now; row is -1 where the arrays are full, or a set has more shots than there is
        depth for.
    """
    n = _ranked(most, hi - lo, lo, q, w, s)
    depth = len(s.stack) - 1
    s.A[0] = v
    s.U[0] = 0.0
    d, t = 0, 0
    fresh = True
    while True:
        A, U = s.A[d], s.U[d]
        if fresh and most >= A + U:
            if row >= len(costs) or at + d > len(items):
                return at, -1
            costs[row] = A
            for x in range(d):
                items[at + x] = lo + s.place[s.stack[x]]
            at += d
            row += 1
            starts[row] = at
        fresh = False
        if t < n and U + floor_cost(A, t, n, lo, q, s) <= most:
            k = s.place[t]
            fits = s.used[t] < s.cap[k] and U + s.c[k] <= most
            if fits and d == depth:
                return at, -1
            if fits:
                s.stack[d] = t
                d += 1
                s.A[d] = A * q[lo + k]
                s.U[d] = U + s.c[k]
                s.used[t] += 1
                fresh = True
            else:
                t += 1
        elif d == 0:
            return at, row
        else:
            d -= 1
            t = s.stack[d]
            s.used[t] -= 1
            t += 1


@kernel
def price(j, S, u, s):
    """Write the prices of target j's rows into the scratch; returns the rows."""
    lo, hi = S.start[j], S.start[j + 1]
    for k in range(hi - lo):
        s.c[k] = u[S.weapon[lo + k]]
        s.cap[k] = S.cap[lo + k]
    return lo, hi


@kernel
def costs(S, u, K, s):
    """Proven least cost of every target at prices u; returns sum K - sum u a, a lower bound.

    The Lagrangian bound: whatever the plan, its value is at least that.
    """
    bound = 0.0
    for j in range(len(S.value)):
        lo, hi = price(j, S, u, s)
        K[j] = demand(S.value[j], lo, hi, S.q, S.w, s)[1]
        bound += K[j]
    for i in range(len(u)):
        bound -= u[i] * S.ammunition[i]
    return bound


@kernel
def columns(S, u, most, items, A, starts, target, s):
    """Enumerate the sets of every target j with A + U <= most[j]; returns their number or -1."""
    at, row = 0, 0
    starts[0] = 0
    for j in range(len(S.value)):
        lo, hi = price(j, S, u, s)
        before = row
        at, row = enumerate_sets(
            S.value[j], lo, hi, S.q, S.w, most[j], at, items, A, starts, row, s
        )
        if row < 0:
            return -1
        for r in range(before, row):
            target[r] = j
    return row
