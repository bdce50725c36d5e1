"""Rolling-horizon price policy: a few dual steps a decision, then fire what is best fired now.

The prices of the last decision are the start of the next.  Rows of threats: those known, and those
with a salvo in the air (weight: the chance that it misses).
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.prices import (
    Chain,
    Costs,
    Prices,
    Use,
    best_chain,
    price_of,
    respond,
    spread,
    step,
)
from opendome.tables import FIRE, LATER, PRICE, SHORT_OF

TIE = 1e-9  # of the value: of equals, the sooner shot, which leaves time for what is not foreseen


class Plan(NamedTuple):
    """What the policy keeps from one decision to the next, and its working memory."""

    prices: Prices  # of the last step
    mean: Prices  # running mean of the prices: what decisions use
    costs: Costs
    use: Use
    chain: Chain
    floor: np.ndarray  # (batteries,): least price of a round


def plan(n_batteries: int, n_slots: int) -> Plan:
    """A plan with all prices zero."""

    def prices() -> Prices:
        return Prices(np.zeros(n_batteries), *(np.zeros((n_batteries, n_slots)) for _ in range(3)))

    def use() -> Use:
        return Use(np.zeros((n_batteries, n_slots)), np.zeros((n_batteries, n_slots + 1)))

    return Plan(
        prices(), prices(), Costs(*use(), use().flight), use(),
        Chain(
            np.zeros(n_slots + 2), np.full(n_slots + 2, -1, np.int64),
            np.zeros(n_slots + 2, np.int64),
        ),
        np.zeros(n_batteries),
    )  # fmt: skip


@kernel
def improve(plan, threats, n, salvos, room, now, steps, size, scale, memory):
    """Take dual steps over threats 0 to n - 1.

    Parameters
    ----------
    plan : Plan, changed
    threats, salvos : tables of prices.py
    room : Room
    now, steps : int
    size, scale, memory : float
        Step size; scale of values; weight of the newest price in the running mean.
    """
    for _ in range(steps):
        spread(plan.prices, room.reload, plan.costs)
        plan.use.launch[:] = 0.0
        plan.use.flight[:] = 0.0
        respond(threats, 0, n, salvos, plan.costs, plan.chain, plan.use)
        step(plan.prices, room, plan.use, now, size, size, plan.floor, scale)
        approach(plan.mean, plan.prices, memory)


@allocating_kernel
def approach(mean, last, share):
    """Move the running mean of prices a share of the way to the last ones."""
    mean.stock[:] += share * (last.stock - mean.stock)
    mean.place[:] += share * (last.place - mean.place)
    mean.rate[:] += share * (last.rate - mean.rate)
    mean.channel[:] += share * (last.channel - mean.channel)


class Found(NamedTuple):
    """Salvos that gain by leaving now."""

    row: np.ndarray  # i8: row of the offer
    salvo: np.ndarray  # i8
    gain: np.ndarray  # f8
    chosen: np.ndarray  # i8, by row of the offer: salvo that is fired; -1: none


def found(n: int) -> Found:
    """Room for n."""
    return Found(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n), np.full(n, -1))


@kernel
def compare(plan, threats, j, salvos, now, offer, r, found, n):
    """What each salvo of a threat that leaves now saves against waiting; note those that gain.

    The gain is W(k + 1) - c_o - (1 - p_o) W(again_o).  Fills row r of the offer: the best gain of
    each battery, the price of its round, and why the threat may have to wait.

    Returns
    -------
    int
        Salvos noted so far.
    """
    best_chain(threats, j, salvos, plan.costs, plan.chain)
    o, last = threats.first[j], threats.last[j]
    end = salvos.launch[o] + 1 if o < last else now
    offer.reason[r] = PRICE
    while o < last and salvos.launch[o] > now:
        o += 1
    while o < last and salvos.launch[o] == now:
        b, price = salvos.battery[o], price_of(salvos, o, plan.costs)
        after = plan.chain.W[min(salvos.again[o], end)]
        gain = plan.chain.W[now + 1] - price - (1.0 - salvos.p[o]) * after
        if not offer.gain[r, b] >= gain:
            offer.gain[r, b], offer.price[r, b] = gain, price / salvos.rounds[o]
        if gain > -TIE * threats.value[j]:
            found.row[n], found.salvo[n], found.gain[n] = r, o, gain
            n += 1
        elif threats.value[j] * salvos.p[o] > price:
            offer.reason[r] = LATER
        o += 1
    return n


@allocating_kernel
def fire_best(offer, salvos, found, n):
    """Order salvos by falling gain, one a threat, as far as rounds, launches and channels go."""
    found.chosen[: len(offer.fire)] = -1
    for c in np.argsort(-found.gain[:n], kind="mergesort"):
        r, o = found.row[c], found.salvo[c]
        b, rounds = salvos.battery[o], salvos.rounds[o]
        if offer.fire[r] > 0:
            continue
        offer.reason[r] = SHORT_OF
        if offer.can[b] >= rounds:
            offer.can[b] -= rounds
            offer.fire[r], offer.battery[r], offer.reason[r] = rounds, b, FIRE
            found.chosen[r] = o
