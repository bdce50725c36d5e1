"""Dual steps in which a threat keeps its best chain until prices have moved.

From one step to the next hardly any chain changes, and finding it is nearly all of the work.  A
chain is found anew at the first step of a slot, when its first salvo can no longer leave, and when
the prices of rounds in the threat's reach have moved by more than `slack` in all.
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.prices import best_chain, spread, step
from opendome.kernels.rolling import approach

MOST = 8  # salvos of a chain that count: what follows eight misses does not matter


class Kept(NamedTuple):
    """Chains by threat, and how far prices have moved."""

    salvo: np.ndarray  # i8 (threats, MOST)
    count: np.ndarray  # i8 (threats,)
    stamp: np.ndarray  # f8 (threats,): way of the prices in reach when the chain was found
    reach: np.ndarray  # b1 (threats, batteries)
    way: np.ndarray  # f8 (batteries,): sum of the moves of the price of a round


def kept(reach: np.ndarray) -> Kept:
    """Nothing found yet; `reach` says which batteries have a salvo for which threat."""
    n, batteries = reach.shape
    return Kept(
        np.zeros((n, MOST), np.int64), np.zeros(n, np.int64), np.zeros(n), reach,
        np.zeros(batteries),
    )  # fmt: skip


@allocating_kernel
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
                _add_use(kept, threats, j, salvos, plan.use)
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
def _add_use(kept, threats, j, salvos, use):
    """Add the expected use of the chain that is kept."""
    share = threats.weight[j]
    for n in range(kept.count[j]):
        o = kept.salvo[j, n]
        b, x = salvos.battery[o], share * salvos.rounds[o]
        use.launch[b, salvos.launch[o]] += x
        use.flight[b, salvos.launch[o]] += x
        use.flight[b, salvos.meet[o]] -= x
        share *= 1.0 - salvos.p[o]
