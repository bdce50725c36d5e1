"""The pairs of weapon and target that can matter, target by target.

q       survive[weapon, target]
u       price of a weapon
K       cost of a target at these prices: the least A + U of `assign_oracle`
"""

from math import ceil, inf, log
from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.assign_oracle import SURE

#: A shot more at a target that survives less likely than this changes no digit of a value.
NOTHING = 1e-18


class Sparse(NamedTuple):
    """A problem, of which only some pairs are kept: rows lo..hi-1 = start[j]..start[j+1]-1."""

    value: np.ndarray  # f8 (n,)
    ammunition: np.ndarray  # i8 (m,)
    start: np.ndarray  # i8 (n + 1,)
    weapon: np.ndarray  # i8 (rows,), ascending within a target
    q: np.ndarray  # f8 (rows,)
    w: np.ndarray  # f8 (rows,): -ln q, at most SURE
    cap: np.ndarray  # i8 (rows,): shots of this weapon type that the target may take


@allocating_kernel
def most_sure(survive, q_kept, weapon_kept):
    """For each target, the K weapons that it least survives, and those q; unsorted.

    Parameters
    ----------
    survive : float array (m, n), read in the order of memory
    q_kept, weapon_kept : arrays (n, K), filled; K <= m
    """
    m, n = survive.shape
    K = q_kept.shape[1]
    worst = np.zeros(n, np.int64)
    for i in range(m):
        for j in range(n):
            q = survive[i, j]
            if i < K:
                q_kept[j, i] = q
                weapon_kept[j, i] = i
                if q > q_kept[j, worst[j]]:
                    worst[j] = i
            elif q < q_kept[j, worst[j]]:
                q_kept[j, worst[j]] = q
                weapon_kept[j, worst[j]] = i
                k = 0
                for x in range(1, K):
                    if q_kept[j, x] > q_kept[j, k]:
                        k = x
                worst[j] = k


@kernel
def best_targets(survive, value, target):
    """For each weapon, the targets of which one shot saves most; fills target (m, L)."""
    m, n = survive.shape
    for i in range(m):
        last = inf
        for x in range(target.shape[1]):
            most, best = -1.0, -1
            for j in range(n):
                saved = value[j] * (1.0 - survive[i, j])
                if most < saved < last:
                    most = saved
                    best = j
            target[i, x] = best
            last = most


@kernel
def count_eligible(survive, value, u, u_least, K, slack, count):
    """Add to count[j] the weapons that a set costing target j at most K + slack can hold.

    Alone: v q + u <= K + slack.  With others, of which one costs at least u_least:
    u <= p (K - u_least) + slack, as the set without the weapon costs at least K
    (docs/theory/assignment.md).
    """
    m, n = survive.shape
    for i in range(m):
        for j in range(n):
            q = survive[i, j]
            if (
                value[j] * q + u[i] <= K[j] + slack[j]
                or u[i] <= (1.0 - q) * (K[j] - u_least) + slack[j]
            ):
                count[j] += 1


@kernel
def fill_eligible(survive, value, u, u_least, K, slack, at, weapon):
    """Write the weapons that `count_eligible` counts; at[j] is the next free row of target j."""
    m, n = survive.shape
    for i in range(m):
        for j in range(n):
            q = survive[i, j]
            if (
                value[j] * q + u[i] <= K[j] + slack[j]
                or u[i] <= (1.0 - q) * (K[j] - u_least) + slack[j]
            ):
                weapon[at[j]] = i
                at[j] += 1


@kernel
def complete(survive, ammunition, start, weapon, q, w, cap):
    """Fill q, w and cap of the rows whose weapon is known."""
    for j in range(len(start) - 1):
        for r in range(start[j], start[j + 1]):
            i = weapon[r]
            q[r] = survive[i, j]
            w[r] = min(-log(q[r]), SURE) if q[r] > 0.0 else SURE
            useful = ceil(-log(NOTHING) / w[r]) if w[r] > 0.0 else 0.0
            cap[r] = min(ammunition[i], useful)


@kernel
def by_weapon(start, weapon, column, row_of, target_of):
    """The same rows weapon by weapon: rows column[i]..column[i+1]-1 of row_of and target_of."""
    m = len(column) - 1
    for i in range(m + 1):
        column[i] = 0
    for r in range(len(weapon)):
        column[weapon[r] + 1] += 1
    for i in range(m):
        column[i + 1] += column[i]
    for j in range(len(start) - 1):
        for r in range(start[j], start[j + 1]):
            y = column[weapon[r]]
            row_of[y] = r
            target_of[y] = j
            column[weapon[r]] = y + 1
    for i in range(m, 0, -1):
        column[i] = column[i - 1]
    column[0] = 0


@kernel
def union(start_a, weapon_a, start_b, weapon_b, start, weapon):
    """Merge two lists of pairs, each ascending within a target; returns pairs that a lacks.

    Parameters
    ----------
    start : int array (n + 1,), weapon : int array, at least as long as both; filled
    """
    at, new = 0, 0
    for j in range(len(start) - 1):
        start[j] = at
        x, y = start_a[j], start_b[j]
        while x < start_a[j + 1] or y < start_b[j + 1]:
            if y >= start_b[j + 1] or (x < start_a[j + 1] and weapon_a[x] < weapon_b[y]):
                weapon[at] = weapon_a[x]
                x += 1
            else:
                weapon[at] = weapon_b[y]
                if x < start_a[j + 1] and weapon_a[x] == weapon_b[y]:
                    x += 1
                else:
                    new += 1
                y += 1
            at += 1
    start[len(start) - 1] = at
    return new


@kernel
def level(value, start, q, shots):
    """The price at which so many shots find a buyer, if each target meets its surest weapon only.

    Bisection on the marginal return of the last shot.
    """
    low, high = 0.0, 0.0
    for j in range(len(value)):
        surest = 1.0
        for r in range(start[j], start[j + 1]):
            surest = min(surest, q[r])
        high = max(high, value[j] * (1.0 - surest))
    for _ in range(40):
        price = 0.5 * (low + high)
        wanted = 0
        for j in range(len(value)):
            surest = 1.0
            for r in range(start[j], start[j + 1]):
                surest = min(surest, q[r])
            gain = value[j] * (1.0 - surest)
            while gain > price and wanted <= shots:
                wanted += 1
                gain *= surest
        if wanted > shots:
            low = price
        else:
            high = price
    return high
