"""Orders of a scan: the scenario's policy, on what consider() found.  No truth comes here.

Every policy waits while an impact ellipse is large, as the doctrine does, since the value at risk
is then little known.  The price policy counts time in slots of SLOT seconds from the order on.
"""

from math import ceil, floor
from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.decide import GREEDY, RESOLVE, THRESHOLD_RESERVE
from opendome.kernels.greedy import greedy
from opendome.kernels.offer import Offer, by_id, clear, offer
from opendome.kernels.prices import Room, Salvos, Threats, spread
from opendome.kernels.reserve import threshold_reserve
from opendome.kernels.resolve import resolve
from opendome.kernels.rolling import Found, Plan, compare, fire_best, found, improve, plan
from opendome.kernels.threat import axes
from opendome.tables import ELLIPSE, UNSURE

SLOT = 2.0  # s
SLOTS = 48  # that the price policy looks ahead: 96 s, the longest window of a short-range rocket
ROWS = 32_768  # salvos that it weighs at a time
SIZE, MEMORY = 0.02, 0.2  # of a dual step; docs/theory/dynamic-assignment.md


class Desk(NamedTuple):
    """Working memory of the policies, and the prices that the price policy keeps."""

    offer: Offer
    slot: np.ndarray  # i8: track slot of each row of the offer
    plan: Plan
    threats: Threats
    salvos: Salvos
    found: Found
    since: np.ndarray  # i8 (1,): slot of time of the last decision


def desk(n_slots: int, n_batteries: int) -> Desk:
    """A desk for so many track slots; all prices zero."""
    whole = [np.zeros(ROWS, np.int64) for _ in range(5)]
    return Desk(
        offer(n_slots, n_batteries), np.zeros(n_slots, np.int64),
        plan(n_batteries, SLOTS),
        Threats(np.zeros(n_slots), np.zeros(n_slots), *np.zeros((3, n_slots), np.int64)),
        Salvos(*whole, np.zeros(ROWS)), found(ROWS), np.zeros(1, np.int64),
    )  # fmt: skip


@kernel
def order(clock, fixed, belief, desk):
    """Fill the decisions of a scan by the scenario's policy, which is not the doctrine's rule."""
    rules = fixed.doctrine[0]
    n = _offer(clock, fixed, belief, desk)
    if rules.kind == GREEDY:
        greedy(desk.offer, n, rules.round_value)
    elif rules.kind == THRESHOLD_RESERVE:
        threshold_reserve(desk.offer, n, rules.reserve, rules.value_min)
    elif rules.kind == RESOLVE:
        resolve(desk.offer, n, rules.round_value)
    else:
        _roll(clock, fixed, belief, desk, n)
    for r in range(n):
        given = belief.decisions[desk.slot[r]]
        given.fire, given.battery = desk.offer.fire[r], desk.offer.battery[r]
        given.reason = desk.offer.reason[r]
        for b in range(belief.options.shape[1]):
            belief.options[desk.slot[r], b].gain = desk.offer.gain[r, b]
            belief.options[desk.slot[r], b].price = desk.offer.price[r, b]


@kernel
def _offer(clock, fixed, belief, desk):
    """Write who may be fired at now, by whom, as an offer; returns its rows."""
    rules, offer = fixed.doctrine[0], desk.offer
    for b in range(len(fixed.batteries)):
        battery, state = fixed.batteries[b], belief.state[b]
        # As many as leave in a scan period: options know the queue before them, not among them.
        rate = max(np.int64(clock.period / max(battery.spacing, 1e-3)), 1)
        offer.can[b] = max(min(state.rounds, battery.channels - state.guided, rate), 0)
        offer.left[b] = state.rounds
        offer.full[b] = battery.launchers * battery.rounds
    n = 0
    for i in range(clock.n_slots):
        if not belief.engagements[i].asked:
            continue
        p = belief.predictions[i]
        desk.slot[n] = i
        offer.id[n], offer.value[n] = belief.tracks[i].id, p.value
        latest = -np.inf
        for b in range(len(fixed.batteries)):
            option = belief.options[i, b]
            able = option.feasible and option.p_kill >= rules.p_kill_min
            offer.p[n, b] = option.p_kill if able else 0.0
            offer.meet[n, b] = option.t_intercept
            if able:
                latest = max(latest, option.t_latest - fixed.batteries[b].reaction)
        s1, _, _, _ = axes(p.sxx, p.sxy, p.syy)
        if s1 > rules.sigma_max and clock.t + rules.last_chance < latest:
            belief.decisions[i].reason = ELLIPSE
        elif latest == -np.inf:
            belief.decisions[i].reason = UNSURE
        else:
            n += 1
    clear(offer, n)
    return n


# ---------------------------------------------------------------- the price policy


@allocating_kernel
def _roll(clock, fixed, belief, desk, n):
    """Improve the prices over what is known, then fire what gains most by leaving now."""
    plan, offer, rules = desk.plan, desk.offer, fixed.doctrine[0]
    _age(clock.t, desk)
    n_threats = _threats(clock, fixed, belief, desk, n)
    least = rules.round_value + _reserve(clock, fixed, belief)
    plan.floor[:] = least
    plan.prices.stock[:] = np.maximum(plan.prices.stock, least)
    plan.mean.stock[:] = np.maximum(plan.mean.stock, least)
    room = _room(fixed, belief)
    scale = np.sum(desk.threats.value[:n_threats]) / max(n_threats, 1)
    improve(plan, desk.threats, n_threats, desk.salvos, room, 0, rules.steps, SIZE, scale, MEMORY)
    spread(plan.mean, room.reload, plan.costs)
    n_found = 0
    for r in by_id(offer, n):
        n_found = compare(plan, desk.threats, r, desk.salvos, 0, offer, r, desk.found, n_found)
    fire_best(offer, desk.salvos, desk.found, n_found)


@kernel
def _age(t, desk):
    """Move prices of rates and channels to the slots that they belong to now."""
    slot = np.int64(floor(t / SLOT))
    by = min(slot - desk.since[0], SLOTS)
    desk.since[0] = slot
    if by <= 0:
        return
    plan = desk.plan
    for b in range(len(plan.floor)):
        for k in range(SLOTS):
            for prices in (plan.prices, plan.mean):
                stays = k + by < SLOTS
                prices.rate[b, k] = prices.rate[b, k + by] if stays else 0.0
                prices.channel[b, k] = prices.channel[b, k + by] if stays else 0.0


@kernel
def _reserve(clock, fixed, belief):
    """Value of one more round for the days to come, at the stock left (dwta/campaign.py)."""
    left = clock.depot
    for k in range(len(belief.launchers)):
        left += belief.launchers[k].rounds + belief.launchers[k].loading
    day = min(clock.day, len(fixed.reserve) - 1)
    return fixed.reserve[day, min(np.int64(left), fixed.reserve.shape[1] - 1)]


@kernel
def _threats(clock, fixed, belief, desk, n):
    """Threats and salvos of the price policy: those asked about, then the pending ones.

    An option is taken to keep its kill probability, and its time from launch to intercept, up to
    its latest lift-off.
    """
    t, top = desk.threats, 0
    for r in range(n):
        top = _salvos(clock, fixed, belief, desk, r, desk.slot[r], top)
        t.weight[r], t.start[r] = 1.0, 0
    r = n
    for i in range(clock.n_slots):
        e = belief.engagements[i]
        if not e.pending:
            continue
        top = _salvos(clock, fixed, belief, desk, r, i, top)
        t.weight[r] = e.p_miss
        t.start[r] = min(max(np.int64((e.t_assessed - clock.t) / SLOT), 0), SLOTS)
        r += 1
    return r


@kernel
def _salvos(clock, fixed, belief, desk, r, i, top):
    """Salvos at the body of one track slot, in order of falling slot of the order."""
    s, t, rules = desk.salvos, desk.threats, fixed.doctrine[0]
    t.value[r], t.first[r] = belief.predictions[i].value, top
    last = -1
    for b in range(len(fixed.batteries)):
        last = max(last, _last_order(clock, fixed, belief.options[i, b], b))
    for k in range(last, -1, -1):
        for b in range(len(fixed.batteries)):
            option = belief.options[i, b]
            if option.p_kill < rules.p_kill_min or k > _last_order(clock, fixed, option, b):
                continue
            meet = (option.t_intercept - clock.t) / SLOT + k
            again = meet + fixed.interceptors[fixed.batteries[b].interceptor].assess / SLOT
            for rounds in range(1, rules.rounds + 1):
                if top == ROWS:
                    break
                s.battery[top], s.launch[top], s.rounds[top] = b, k, rounds
                s.meet[top] = min(np.int64(ceil(meet)), SLOTS)
                s.again[top] = np.int64(ceil(again))
                s.p[top] = 1.0 - (1.0 - option.p_kill) ** rounds
                top += 1
    t.last[r] = top
    return top


@kernel
def _last_order(clock, fixed, option, b):
    """Last slot in which a round can be ordered from a battery; -1: none."""
    if not option.feasible:
        return -1
    left = option.t_latest - fixed.batteries[b].reaction - clock.t
    return min(np.int64(floor(max(left, 0.0) / SLOT)), SLOTS - 1)


@allocating_kernel
def _room(fixed, belief):
    """Rounds, launches and channels that are left; no launcher is reloaded in so short a time."""
    n = len(fixed.batteries)
    stock = np.zeros(n)
    rate, channel, place = np.zeros((n, SLOTS)), np.zeros((n, SLOTS)), np.zeros((n, SLOTS))
    for b in range(n):
        battery, state = fixed.batteries[b], belief.state[b]
        stock[b] = state.rounds
        rate[b] = SLOT / max(battery.spacing, 1e-3)
        channel[b] = battery.channels - state.guided
        place[b] = state.rounds
    return Room(stock, place, rate, channel, np.full(n, SLOTS))
