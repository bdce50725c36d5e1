"""Prices that follow the fates: what every threat costs, given the first fates of the others.

The formulation, and why the sum is a bound: docs/theory/dynamic-assignment.md.

i, j threat, o salvo, b battery, k slot                            -
u_b price of a round; lambda_b the same given the others' fates    value
q_j kill probability that splits the first draws of j              1
alpha_jb relative rise of lambda_b where the draw of j is above    1
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.prices import best_chain


class Moves(NamedTuple):
    """How prices follow the fates: one row a threat."""

    alpha: np.ndarray  # f8 (threats, batteries): above -1 and at most 1
    q: np.ndarray  # f8 (threats,): 0: no price follows its fate
    told: np.ndarray  # i8 (threats,): first slot in which a result of it can be known
    ends: np.ndarray  # i8 (threats,): last slot in which it can be fired at


@kernel
def cost_of(threats, n, salvos, costs, u, use, moves, draws):
    """Sum of the least costs of all threats, given the first draws of the others.

    Less what is zero in the mean: (lambda - u) times the use at u, which is most of the spread.

    Parameters
    ----------
    threats, salvos : tables of prices.py
    n : int
        Threats.
    costs : Costs
        With the price of the stock left out.
    u : float array (batteries,)
    use : float array (threats, batteries)
        Any; best what `uses` finds at u.
    moves : Moves
    draws : float array (threats,)
        Uniform draws of the first salvos.
    """
    total = 0.0
    slots = costs.launch.shape[1]
    known, missed = np.empty_like(u), np.empty_like(u)
    plain, shifted, W = np.empty(slots + 2), np.empty(slots + 2), np.empty(slots + 2)
    for i in range(n):
        if threats.first[i] >= threats.last[i]:
            total += threats.value[i]
            continue
        known[:] = u
        for j in range(n):
            if j != i and moves.q[j] > 0.0 and moves.told[j] <= moves.ends[i]:
                y = moves.q[j] if draws[j] >= moves.q[j] else moves.q[j] - 1.0
                known *= 1.0 + moves.alpha[j] * y
        q = moves.q[i]
        missed[:] = known * (1.0 + moves.alpha[i] * q)
        _least(threats, i, salvos, costs, known, 0.0, plain, plain, plain)
        _least(threats, i, salvos, costs, missed, 0.0, shifted, shifted, shifted)
        total += _least(threats, i, salvos, costs, known, q, plain, shifted, W)
        total -= np.sum((known - u) * use[i])
    return total


@kernel
def _least(threats, i, salvos, costs, price, q, plain, shifted, W):
    """Least cost W of a threat whose next salvo is priced at `price`.

    What follows its miss costs between `plain`, where prices stay, and `shifted`, where they rise
    by alpha q: cost is concave in the rise, so that the mean of the two is a lower bound.  With the
    three arrays the same, and q = 0, it is the chain of prices.best_chain.
    """
    start, first, last = threats.start[i], threats.first[i], threats.last[i]
    end = salvos.launch[first] + 1
    W[end] = threats.value[i]
    o = first
    for k in range(end - 1, start - 1, -1):
        least = W[k + 1]
        while o < last and salvos.launch[o] == k:
            b, p, after = salvos.battery[o], salvos.p[o], min(salvos.again[o], end)
            held = costs.channel[b, salvos.meet[o]] - costs.channel[b, k]
            cost = salvos.rounds[o] * (costs.launch[b, k] + price[b] + held)
            if p < 1.0:
                rise = 1.0 if p >= q else (1.0 - q) * p / ((1.0 - p) * q)
                cost += (1.0 - p) * ((1.0 - rise) * plain[after] + rise * shifted[after])
            least = min(least, cost)
            o += 1
        W[k] = least
    return W[start]


@kernel
def uses(threats, n, salvos, costs, chain, found):
    """Expected rounds of each threat's best chain by battery: fills found (threats, batteries)."""
    found[:] = 0.0
    for j in range(n):
        best_chain(threats, j, salvos, costs, chain)
        share, k = 1.0, threats.start[j]
        last = salvos.launch[threats.first[j]] if threats.first[j] < threats.last[j] else -1
        while k <= last:
            k = chain.next[k]
            if k < 0:
                break
            o = chain.salvo[k]
            found[j, salvos.battery[o]] += share * salvos.rounds[o]
            share *= 1.0 - salvos.p[o]
            k = salvos.again[o]
