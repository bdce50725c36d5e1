"""Dual steps in which a threat keeps its best chain until prices have moved.

From one step to the next hardly any chain changes, and finding it is nearly all of the work.  A
chain is found anew at the first step of a slot, when its first salvo can no longer leave, and when
the prices of rounds in the threat's reach have moved by more than `slack` in all.

Use is expected use, with one exception.  A round for a second salvo is needed with the chance that
the first one misses, and no round can be kept by a fifth; where threats are few, expected use keeps
none.  So the next salvos of a threat that is seen count for more where being without them costs
more than the round: by the ratio of the two, up to a whole salvo.

P chance that a salvo is needed; v p what is at stake; u price of a round       1, value, value
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.prices import best_chain, spread, step
from opendome.kernels.rolling import approach

CHEAP = 0.025  # of the scale of values: no round is cheaper where it insures
MOST = 8  # salvos of a chain that count: what follows eight misses does not matter


class Kept(NamedTuple):
    """Chains by threat, and how far prices have moved."""

    salvo: np.ndarray  # i8 (threats, MOST)
    count: np.ndarray  # i8 (threats,)
    stamp: np.ndarray  # f8 (threats,): way of the prices in reach when the chain was found
    reach: np.ndarray  # b1 (threats, batteries)
    way: np.ndarray  # f8 (batteries,): sum of the moves of the price of a round
    seen: np.ndarray  # b1 (threats,): detected, so that its next salvos are insured


def kept(reach: np.ndarray) -> Kept:
    """Nothing found yet; `reach` says which batteries have a salvo for which threat."""
    n, batteries = reach.shape
    return Kept(
        np.zeros((n, MOST), np.int64), np.zeros(n, np.int64), np.zeros(n), reach,
        np.zeros(batteries), np.zeros(n, bool),
    )  # fmt: skip


@kernel
def improve_kept(plan, kept, threats, n, salvos, room, now, fresh, rules, steps):
    """Take dual steps over threats 0 to n - 1, those known and those expected.

    Parameters
    ----------
    plan : Plan, kept : Kept, changed
    fresh : bool
        Whether the first step finds all chains anew.
    rules : game.Rules
    """
    for i in range(steps):
        spread(plan.prices, room.reload, plan.costs)
        plan.use.launch[:] = 0.0
        plan.use.flight[:] = 0.0
        for j in range(n):
            if threats.weight[j] > 0.0 and threats.first[j] < threats.last[j]:
                _find(plan, kept, threats, j, salvos, fresh and i == 0, rules.slack * rules.scale)
                _add_use(kept, threats, j, salvos, plan, now, rules)
        before = plan.prices.stock.copy()
        step(plan.prices, room, plan.use, now, rules.size, rules.slot_size, plan.floor, rules.scale)
        kept.way[:] += np.abs(plan.prices.stock - before)
        approach(plan.mean, plan.prices, rules.memory)


@kernel
def _find(plan, kept, threats, j, salvos, fresh, slack):
    """Find the best chain of a threat, if the one that is kept is stale."""
    way = 0.0
    for b in range(len(kept.way)):
        if kept.reach[j, b]:
            way += kept.way[b]
    late = kept.count[j] > 0 and salvos.launch[kept.salvo[j, 0]] < threats.start[j]
    if not (fresh or late or way - kept.stamp[j] > slack):
        return
    best_chain(threats, j, salvos, plan.costs, plan.chain)
    kept.stamp[j] = way
    k, n, last = threats.start[j], 0, salvos.launch[threats.first[j]]
    while k <= last and n < MOST:
        k = plan.chain.next[k]
        if k < 0:
            break
        kept.salvo[j, n] = plan.chain.salvo[k]
        k = salvos.again[kept.salvo[j, n]]
        n += 1
    kept.count[j] = n


@kernel
def _add_use(kept, threats, j, salvos, plan, now, rules):
    """Add the expected use of the chain that is kept, the next salvos insured."""
    share = threats.weight[j]
    in_the_air = kept.seen[j] and threats.start[j] > now
    for n in range(kept.count[j]):
        o = kept.salvo[j, n]
        b, x = salvos.battery[o], share * salvos.rounds[o]
        if in_the_air or (kept.seen[j] and n > 0):
            x *= _insured(share, threats.value[j] * salvos.p[o] / salvos.rounds[o], plan, b, rules)
        plan.use.launch[b, salvos.launch[o]] += x
        plan.use.flight[b, salvos.launch[o]] += x
        plan.use.flight[b, salvos.meet[o]] -= x
        share *= 1.0 - salvos.p[o]


@kernel
def _insured(P, stake, plan, b, rules):
    """How many times its chance P a salvo counts: P v p / u, at least once, at most 1 / P."""
    u = max(plan.mean.stock[b], CHEAP * rules.scale)
    return min(max(1.0, rules.insure * P * stake / u), 1.0 / max(P, 1e-12))
