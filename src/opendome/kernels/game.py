"""The dynamic problem, played: one evening slot by slot under one policy.

Rules: dwta/problem.py.  Symbols: j threat, o salvo, b battery, k slot.
"""

from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.decide import GREEDY, RESOLVE, ROLLING, THRESHOLD_RESERVE
from opendome.kernels.earliest import earliest
from opendome.kernels.greedy import greedy
from opendome.kernels.lazy import Kept, improve_kept
from opendome.kernels.offer import clear
from opendome.kernels.prices import Room, Salvos, Threats, price_of, spread
from opendome.kernels.reserve import threshold_reserve
from opendome.kernels.resolve import resolve
from opendome.kernels.rolling import Found, compare, fire_best

LEAST_STEPS = 4  # of a decision, however many threats are expected


class Game(NamedTuple):
    """What does not change."""

    threats: Threats  # the evening's, then samples; weight and start are overwritten
    detected: np.ndarray  # i8, by threat
    bounds: np.ndarray  # i8: rows of the evening's threats, then of each block of samples
    salvos: Salvos
    launchers: np.ndarray  # i8 (batteries,)
    pack: np.ndarray  # i8 (batteries,)
    depot: np.ndarray  # i8 (batteries,)
    reload: np.ndarray  # i8 (batteries,): slots
    rate: np.ndarray  # i8 (batteries,)
    channels: np.ndarray  # i8 (batteries,)
    slots: int


class State(NamedTuple):
    """What changes."""

    rounds: np.ndarray  # i8 (batteries, launchers)
    loading: np.ndarray  # i8 (batteries, launchers)
    t_ready: np.ndarray  # i8 (batteries, launchers): slot; -1: nothing is loading
    depot: np.ndarray  # i8 (batteries,)
    lands: np.ndarray  # i8 (batteries, slots): rounds whose channel falls free in a slot
    guided: np.ndarray  # i8 (batteries,)
    known_dead: np.ndarray  # i8, by threat
    until: np.ndarray  # i8, by threat: slot at which the salvo's result is known; -1: none flies
    hit: np.ndarray  # i8, by threat: the salvo in the air kills (not yet known)
    salvos: np.ndarray  # i8, by threat: salvos fired
    p_miss: np.ndarray  # f8, by threat: believed chance that the salvo in the air misses
    ids: np.ndarray  # i8, by row of the offer: threat
    single: np.ndarray  # i8 (rows of the offer, batteries): salvo of one round
    found: Found  # of the price policy
    kept: Kept  # of the price policy


class Rules(NamedTuple):
    """Parameters of the policies."""

    kind: int
    least: float  # value: least marginal return worth a round
    reserve: float  # 1
    value_min: float  # value
    steps: int  # dual steps a decision at most
    looks: int  # threats that they look at in all, about: with more threats fewer steps
    size: float  # of a step, for the price of a round
    slot_size: float  # of a step, for prices of slots
    slack: float  # of `scale`: moves of prices for which no chain is found anew
    insure: float  # weight of what is at stake in a next salvo against its price; 0: expected use
    memory: float  # weight of the newest price in the mean
    scale: float  # value
    foresight: int  # 1: threats that were not detected yet are known


@kernel
def play(game, state, rules, offer, plan, draws, log):
    """Play an evening.

    Parameters
    ----------
    game : Game; state : State as `dwta.play.begin` makes it
    rules : Rules
    offer, plan : working memory of the policies
    draws : float array (threats, salvos)
        Uniform draws: a salvo kills if its draw is below its probability.
    log : i8 array (rows, 3), filled
        Slot, threat, salvo of every launch.

    Returns
    -------
    damage : float
        Sum of the values of the threats that no salvo killed.
    n : int
        Rows of the log.
    """
    n_log = 0
    for k in range(game.slots):
        n_log = turn(game, state, rules, offer, plan, k, draws, log, n_log)
    damage = 0.0
    for j in range(game.bounds[1]):
        if not state.known_dead[j] and not state.hit[j]:
            damage += game.threats.value[j]
    return damage, n_log


@kernel
def turn(game, state, rules, offer, plan, k, draws, log, n_log):
    """One slot: results, reloading, decision, launches; returns the rows of the log."""
    open_slot(game, state, offer, k)
    if rules.kind == ROLLING:
        return roll(game, state, rules, plan, offer, k, draws, log, n_log)
    n = np.sum(state.ids >= 0)
    ask(rules, offer, n)
    for i in range(n):
        if offer.fire[i] > 0:
            o = state.single[i, offer.battery[i]]
            launch(game, state, state.ids[i], o, k, draws, log, n_log)
            n_log += 1
    return n_log


@kernel
def open_slot(game, state, offer, k):
    """What happens in a slot before anybody decides."""
    tell(game, state, k)
    exchange(game, state, k)
    offer_now(game, state, offer, k)


@kernel
def ask(rules, offer, n):
    """Let one of the simple policies decide."""
    if rules.kind == GREEDY:
        greedy(offer, n, rules.least)
    elif rules.kind == THRESHOLD_RESERVE:
        threshold_reserve(offer, n, rules.reserve, rules.value_min)
    elif rules.kind == RESOLVE:
        resolve(offer, n, rules.least)
    else:
        earliest(offer, n)


@kernel
def tell(game, state, k):
    """Results due, and channels that fall free."""
    for j in range(game.bounds[1]):
        if state.until[j] == k:
            state.until[j] = -1
            state.known_dead[j] = state.hit[j]
            state.hit[j] = 0
    for b in range(len(game.pack)):
        state.guided[b] -= state.lands[b, k]


@kernel
def exchange(game, state, k):
    """Launchers whose new pack is ready; an empty one is exchanged if the depot holds rounds."""
    for b in range(len(game.pack)):
        for i in range(game.launchers[b]):
            if state.t_ready[b, i] == k:
                state.rounds[b, i] = state.loading[b, i]
                state.t_ready[b, i] = -1
                state.loading[b, i] = 0
            if state.rounds[b, i] == 0 and state.t_ready[b, i] < 0 and state.depot[b] > 0:
                pack = min(game.pack[b], state.depot[b])
                state.depot[b] -= pack
                state.loading[b, i] = pack
                state.t_ready[b, i] = k + game.reload[b]


@kernel
def offer_now(game, state, offer, k):
    """Threats that may be fired at in a slot, and what the batteries have for them."""
    for b in range(len(game.pack)):
        ready, loading = np.sum(state.rounds[b]), np.sum(state.loading[b])
        offer.can[b] = min(ready, game.rate[b], game.channels[b] - state.guided[b])
        offer.left[b] = ready + loading + state.depot[b]
        offer.full[b] = game.launchers[b] * game.pack[b] + game.depot[b]
    state.ids[:] = -1
    n = 0
    t, s = game.threats, game.salvos
    for j in range(game.bounds[1]):
        if game.detected[j] > k or state.known_dead[j] or state.until[j] >= 0:
            continue
        o = t.first[j]
        while o < t.last[j] and s.launch[o] > k:
            o += 1
        if o == t.last[j] or s.launch[o] < k:
            continue
        state.ids[n], offer.id[n], offer.value[n] = j, j, t.value[j]
        offer.p[n] = 0.0
        while o < t.last[j] and s.launch[o] == k:
            if s.rounds[o] == 1:
                b = s.battery[o]
                offer.p[n, b], offer.meet[n, b], state.single[n, b] = s.p[o], s.meet[o], o
            o += 1
        n += 1
    clear(offer, n)


@kernel
def launch(game, state, j, o, k, draws, log, row):
    """Fire a salvo: rounds from the first launchers that have any, one draw."""
    s = game.salvos
    b, rounds = s.battery[o], s.rounds[o]
    need = rounds
    for i in range(game.launchers[b]):
        took = min(need, state.rounds[b, i])
        state.rounds[b, i] -= took
        need -= took
    state.guided[b] += rounds
    state.lands[b, s.meet[o]] += rounds
    state.until[j] = s.again[o]
    state.hit[j] = np.int64(draws[j, state.salvos[j]] < s.p[o])
    state.salvos[j] += 1
    state.p_miss[j] = 1.0 - s.p[o]
    log[row, 0], log[row, 1], log[row, 2] = k, j, o


@kernel
def roll(game, state, rules, plan, offer, k, draws, log, n_log):
    """A decision of the price policy, and its launches; returns the rows of the log."""
    room = survey(game, state, rules, offer, k)
    think(game, state, rules, plan, room, k, True, paced(game, rules))
    choose(game, state, plan, offer, room, k)
    return leave(game, state, offer, k, draws, log, n_log)


@kernel
def paced(game, rules):
    """Dual steps of a decision: as many as `looks` allows for the threats that count."""
    n = max(np.sum(game.threats.weight > 0.0), 1)
    return min(rules.steps, max(rules.looks // n, LEAST_STEPS))


@kernel
def survey(game, state, rules, offer, k):
    """What is known in a slot: weights of all threats, and the capacities that are left."""
    _weigh(game, state, rules, k)
    return _room(game, state, offer, k)


@kernel
def think(game, state, rules, plan, room, k, fresh, steps):
    """Dual steps over the known threats and the expected ones."""
    n = game.bounds[-1]
    improve_kept(plan, state.kept, game.threats, n, game.salvos, room, k, fresh, rules, steps)


@kernel
def choose(game, state, plan, offer, room, k):
    """Choose the salvos that gain most by leaving now, at the mean prices."""
    spread(plan.mean, room.reload, plan.costs)
    n_found = 0
    for r in range(np.sum(state.ids >= 0)):
        j = state.ids[r]
        n_found = compare(plan, game.threats, j, game.salvos, k, offer, r, state.found, n_found)
    fire_best(offer, game.salvos, state.found, n_found)


@kernel
def choose_at_once(game, state, plan, offer, room, k):
    """The same where there is no time to look ahead: single rounds by falling v p less price."""
    spread(plan.mean, room.reload, plan.costs)
    n_found = 0
    for r in range(np.sum(state.ids >= 0)):
        for b in range(len(game.pack)):
            if offer.p[r, b] > 0.0:
                o = state.single[r, b]
                gain = offer.value[r] * offer.p[r, b] - price_of(game.salvos, o, plan.costs)
                if gain > 0.0:
                    state.found.row[n_found], state.found.salvo[n_found] = r, o
                    state.found.gain[n_found] = gain
                    n_found += 1
    fire_best(offer, game.salvos, state.found, n_found)


@kernel
def leave(game, state, offer, k, draws, log, n_log):
    """Launch what was chosen; returns the rows of the log."""
    for r in range(np.sum(state.ids >= 0)):
        if offer.fire[r] > 0:
            launch(game, state, state.ids[r], state.found.chosen[r], k, draws, log, n_log)
            n_log += 1
    return n_log


@kernel
def _weigh(game, state, rules, k):
    """Weights and first slots of all threats, as believed in a slot."""
    t = game.threats
    coming = 0
    for j in range(game.bounds[1]):
        t.start[j] = max(k, game.detected[j])
        state.kept.seen[j] = game.detected[j] <= k
        t.weight[j] = 0.0 if state.known_dead[j] else 1.0
        if game.detected[j] > k:
            coming += 1
            t.weight[j] = float(rules.foresight)
        elif state.until[j] >= 0:
            t.start[j] = state.until[j]
            t.weight[j] = state.p_miss[j]
    left = 0
    for j in range(game.bounds[1], game.bounds[-1]):
        left += game.detected[j] > k
    for j in range(game.bounds[1], game.bounds[-1]):
        # As many threats are still to come as the law has, less those seen.
        t.weight[j] = coming / left if game.detected[j] > k else 0.0
        t.start[j] = game.detected[j]


@kernel
def _room(game, state, offer, k):
    """Capacities that are left in a slot and after it."""
    n, slots = state.lands.shape
    place, rate, channel = np.zeros((n, slots)), np.zeros((n, slots)), np.zeros((n, slots))
    for b in range(n):
        guided = state.guided[b]
        for t in range(k, slots):
            if t > k:
                guided -= state.lands[b, t]
            rate[b, t] = game.rate[b]
            channel[b, t] = game.channels[b] - guided
            place[b, t] = game.launchers[b] * game.pack[b]
            if t < k + game.reload[b]:  # nothing fired from now on is replaced by then
                place[b, t] = np.sum(state.rounds[b])
                for i in range(game.launchers[b]):
                    if 0 <= state.t_ready[b, i] <= t:
                        place[b, t] += state.loading[b, i]
    return Room(offer.left.copy(), place, rate, channel, game.reload)
