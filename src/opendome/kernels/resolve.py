"""Static optimum, solved anew at every decision: the best use of today's rounds on today's threats.

One round a threat; the value saved is greatest over all assignments that the rounds allow.  It
knows no tomorrow, and that is what it is here to show.
"""

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.offer import by_id
from opendome.tables import FIRE, SHORT_OF


@allocating_kernel
def resolve(offer, n, least):
    """Exact transportation problem by successive best augmentation over the batteries.

    Threats are added one by one; each takes the chain of shifts from battery to battery that
    saves most, which keeps the assignment optimal for the threats added so far (successive
    shortest paths: Ahuja, Magnanti and Orlin, Network Flows, 1993, section 9.7).  The value saved
    is that of one round; `least` is asked of each.
    """
    m = len(offer.can)
    nobody = m  # a battery of no rounds' worth, where every threat may be left
    of = np.full(n, nobody)
    rest = offer.left.copy()
    profit = np.zeros(m + 1)
    via = np.zeros(m + 1, np.int64)  # battery that shifts a threat to this one; -1: the new threat
    moved = np.zeros(m + 1, np.int64)  # and the threat that it shifts
    rows = by_id(offer, n)
    for r in range(n):
        new = rows[r]
        for b in range(m + 1):
            profit[b], via[b], moved[b] = _saved(offer, new, b, least), -1, new
        for _ in range(m):
            if not _relax(offer, rows[:r], of, least, profit, via, moved):
                break
        best = nobody
        for b in range(m):
            if rest[b] >= 1.0 and profit[b] > profit[best]:
                best = b
        b = best
        if b < nobody:
            rest[b] -= 1.0
        while True:
            i, before = moved[b], via[b]
            of[i] = b
            if before < 0:
                break
            b = before
    _order(offer, n, of, least)


@kernel
def _saved(offer, i, b, least):
    """Value that a battery saves at a threat, less the least worth a round; -inf: it cannot."""
    if b == len(offer.can):
        return 0.0
    return offer.value[i] * offer.p[i, b] - least if offer.p[i, b] > 0.0 else -np.inf


@kernel
def _relax(offer, rows, of, least, profit, via, moved):
    """One round of Bellman and Ford: is a chain better that shifts one threat more?"""
    changed = False
    for i in rows:
        a = of[i]
        if profit[a] == -np.inf:
            continue
        for b in range(len(profit)):
            if b == a:
                continue
            p = profit[a] + _saved(offer, i, b, least) - _saved(offer, i, a, least)
            if p > profit[b] + 1e-12 and not _on_chain(via, a, b):
                profit[b], via[b], moved[b] = p, a, i
                changed = True
    return changed


@kernel
def _on_chain(via, a, b):
    """Whether battery b lies on the chain that ends at a."""
    while a >= 0:
        if a == b:
            return True
        a = via[a]
    return False


@allocating_kernel
def _order(offer, n, of, least):
    """Write the assignment as orders: what saves most leaves first, as many as can leave now."""
    m = len(offer.can)
    saved = np.zeros(n)
    rows = by_id(offer, n)
    for r in range(n):
        i = rows[r]
        saved[r] = _saved(offer, i, of[i], least)
        offer.reason[i] = SHORT_OF
        for b in range(m):
            if offer.p[i, b] > 0.0:
                offer.gain[i, b] = _saved(offer, i, b, least)
    for r in np.argsort(-saved, kind="mergesort"):
        i = rows[r]
        b = of[i]
        if b < m and offer.can[b] > 0:
            offer.fire[i], offer.battery[i], offer.reason[i] = 1, b, FIRE
            offer.can[b] -= 1
