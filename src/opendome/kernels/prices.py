"""Prices of rounds, launches and channels: the dual of the dynamic problem, threat by threat.

The formulation with its sources: docs/theory/dynamic-assignment.md.

j threat, o opportunity (a salvo), b battery, k slot       -
v_j value, w_j weight (probability that it matters)        value, 1
p_o, n_o kill probability and rounds of a salvo            1
W_j(k) least expected cost of threat j from slot k on      value
u price of a resource; c_o price of a salvo                value
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import kernel


class Threats(NamedTuple):
    """One row a threat."""

    value: np.ndarray  # f8
    weight: np.ndarray  # f8
    start: np.ndarray  # i8: slot from which on it may be fired at
    first: np.ndarray  # i8: its opportunities are the rows first ...
    last: np.ndarray  # i8: ... to last - 1, in order of falling launch slot


class Salvos(NamedTuple):
    """One row an opportunity."""

    battery: np.ndarray  # i8
    launch: np.ndarray  # i8: slot
    meet: np.ndarray  # i8: slot of the intercept
    again: np.ndarray  # i8: first slot at which the result is known
    rounds: np.ndarray  # i8
    p: np.ndarray  # f8


class Prices(NamedTuple):
    """Multipliers of the resources, all >= 0."""

    stock: np.ndarray  # (batteries,): rounds left
    place: np.ndarray  # (batteries, slots): launcher tubes empty in a slot
    rate: np.ndarray  # (batteries, slots): rounds launched in a slot
    channel: np.ndarray  # (batteries, slots): rounds in flight in a slot


class Room(NamedTuple):
    """Capacities of the same resources: what is left of them."""

    stock: np.ndarray
    place: np.ndarray
    rate: np.ndarray
    channel: np.ndarray
    reload: np.ndarray  # i8 (batteries,): slots that a tube stays empty at least


class Costs(NamedTuple):
    """What follows from prices: of a round launched in a slot, and of a channel up to a slot."""

    launch: np.ndarray  # (batteries, slots): stock, rate, and the tube until it may be full again
    channel: np.ndarray  # (batteries, slots + 1): running sum
    place: np.ndarray  # (batteries, slots + 1): running sum, working memory


class Use(NamedTuple):
    """Expected use: rounds launched; change of the rounds in flight."""

    launch: np.ndarray  # (batteries, slots)
    flight: np.ndarray  # (batteries, slots + 1)


class Chain(NamedTuple):
    """Working memory of one threat's dynamic programme, by slot."""

    W: np.ndarray  # (slots + 2,)
    next: np.ndarray  # (slots + 2,) i8: the slot at which it fires next; -1: never
    salvo: np.ndarray  # (slots + 2,) i8: what it fires in a slot


@kernel
def spread(prices, reload, costs):
    """Fill costs from prices: c_o = n_o (launch[b, k] + channel[b, meet] - channel[b, k])."""
    n, slots = prices.rate.shape
    for b in range(n):
        costs.channel[b, 0] = 0.0
        costs.place[b, 0] = 0.0
        for k in range(slots):
            costs.channel[b, k + 1] = costs.channel[b, k] + prices.channel[b, k]
            costs.place[b, k + 1] = costs.place[b, k] + prices.place[b, k]
        for k in range(slots):
            tube = costs.place[b, min(k + reload[b], slots)] - costs.place[b, k]
            costs.launch[b, k] = prices.stock[b] + prices.rate[b, k] + tube


@kernel
def price_of(salvos, o, costs):
    """Price c_o of a salvo."""
    b, k = salvos.battery[o], salvos.launch[o]
    held = costs.channel[b, salvos.meet[o]] - costs.channel[b, k]
    return salvos.rounds[o] * (costs.launch[b, k] + held)


@kernel
def best_chain(threats, j, salvos, costs, chain):
    """Least expected cost of one threat over all chains of salvos: W_j(start).

    W(k) = min(W(k + 1), min over salvos launched in k of c_o + (1 - p_o) W(again_o)), W = v after
    the last launch.  Firing needs to be cheaper than waiting, not as cheap; of equals the first
    row.  A Lagrangian term of the weakly coupled programme: Hawkins, MIT thesis (2003); Adelman
    and Mersereau, Oper. Res. 56(3), 2008.

    Returns
    -------
    float
        W(start); chain.next and chain.salvo say what is fired when.
    """
    start, first, last = threats.start[j], threats.first[j], threats.last[j]
    v = threats.value[j]
    if first >= last or salvos.launch[first] < start:
        chain.next[start] = -1
        chain.W[start] = v
        return v
    end = salvos.launch[first] + 1
    chain.W[end] = v
    chain.next[end] = -1
    o = first
    for k in range(end - 1, start - 1, -1):
        least = chain.W[k + 1]
        chain.next[k] = chain.next[k + 1]
        while o < last and salvos.launch[o] == k:
            cost = price_of(salvos, o, costs)
            if cost < least:
                cost += (1.0 - salvos.p[o]) * chain.W[min(salvos.again[o], end)]
                if cost < least:
                    least = cost
                    chain.next[k] = k
                    chain.salvo[k] = o
            o += 1
        chain.W[k] = least
    return chain.W[start]


@kernel
def add_use(threats, j, salvos, chain, factor, use):
    """Add factor times the expected use of a threat's best chain."""
    last_launch = salvos.launch[threats.first[j]] if threats.first[j] < threats.last[j] else -1
    share = factor * threats.weight[j]
    k = threats.start[j]
    while k <= last_launch:
        k = chain.next[k]
        if k < 0:
            return
        o = chain.salvo[k]
        b = salvos.battery[o]
        x = share * salvos.rounds[o]
        use.launch[b, k] += x
        use.flight[b, k] += x
        use.flight[b, salvos.meet[o]] -= x
        share *= 1.0 - salvos.p[o]
        k = salvos.again[o]


@kernel
def respond(threats, low, high, salvos, costs, chain, use):
    """Best chains of threats low to high - 1: add their use, return their weighted cost."""
    total = 0.0
    for j in range(low, high):
        if threats.weight[j] > 0.0:
            total += threats.weight[j] * best_chain(threats, j, salvos, costs, chain)
            add_use(threats, j, salvos, chain, 1.0, use)
    return total


@kernel
def rent(prices, room, now):
    """What all capacities are worth from a slot on: sum of u_r b_r."""
    n, slots = prices.rate.shape
    total = 0.0
    for b in range(n):
        total += prices.stock[b] * room.stock[b]
        for k in range(now, slots):
            total += prices.place[b, k] * room.place[b, k]
            total += prices.rate[b, k] * room.rate[b, k]
            total += prices.channel[b, k] * room.channel[b, k]
    return total


@kernel
def step(prices, room, use, now, size, slot_size, floor, scale):
    """One step along the subgradient, use less capacity, each row at a scale of its own.

    A row's price moves by size * scale * excess / (use + capacity + 1): about a Newton step where
    demand falls to nothing as the price rises from 0 to `scale`.  Prices stay >= 0, those of the
    stock >= floor.  Prices of slots move by `slot_size` instead: threats change slots for nothing,
    and steps that suit the stock make them swing.
    """
    n, slots = prices.rate.shape
    for b in range(n):
        fired, flying, empty = 0.0, 0.0, 0.0
        for k in range(now, slots):
            x = use.launch[b, k]
            fired += x
            flying += use.flight[b, k]
            empty += x
            if k - room.reload[b] >= now:
                empty -= use.launch[b, k - room.reload[b]]
            _move(prices.rate, b, k, x, room.rate[b, k], slot_size * scale, 0.0)
            _move(prices.channel, b, k, flying, room.channel[b, k], slot_size * scale, 0.0)
            _move(prices.place, b, k, empty, room.place[b, k], slot_size * scale, 0.0)
        excess = fired - room.stock[b]
        u = prices.stock[b] + size * scale * excess / (fired + room.stock[b] + 1.0)
        prices.stock[b] = max(u, floor[b])


@kernel
def _move(u, b, k, x, capacity, size, low):
    """Move one price; a row that is neither priced nor short is left alone."""
    if u[b, k] > low or x > capacity:
        u[b, k] = max(u[b, k] + size * (x - capacity) / (x + capacity + 1.0), low)
