"""Who may be fired at, by whom, and the built-in rule of fire.  No truth comes here."""

import numpy as np

from opendome._jit import kernel
from opendome.kernels.intercept import find_option
from opendome.kernels.threat import axes
from opendome.kernels.tracks import CONFIRMED
from opendome.tables import ELLIPSE, FIRE, NONE, UNSURE

EARLIEST, HIGHEST_P_KILL, MOST_ROUNDS = range(3)
RULE, GREEDY, THRESHOLD_RESERVE, RESOLVE, ROLLING = range(5)  # policies: DOCTRINE.kind


@kernel
def consider(clock, fixed, belief):
    """Find the slots that the policy may fire at now and the options of every battery.

    A slot is asked about if its body threatens a protected place, no salvo at it is in the air
    or unassessed, salvos are left, and some battery with rounds can meet it.  After a salvo the
    body must have been seen alive since the assessment.  The price policy also wants the options
    that a body will have after the result of the salvo at it: those slots are `pending`.

    Sets clock.n_asked, the number of slots asked about.
    """
    doctrine = fixed.doctrine[0]
    t = clock.t
    clock.n_asked = 0
    for i in range(clock.n_slots):
        e = belief.engagements[i]
        e.asked, e.pending = 0, 0
        belief.decisions[i].fire = 0
        belief.decisions[i].battery = -1
        belief.decisions[i].reason = NONE
        for b in range(belief.options.shape[1]):
            belief.options[i, b].feasible = 0
        track = belief.tracks[i]
        p = belief.predictions[i]
        if track.status != CONFIRMED or not p.known:
            continue
        if e.track != track.id:
            e.track = track.id
            e.shots = 0
            e.salvos = 0
            e.t_assessed = 0.0
            e.p_miss = 1.0
        if p.threat < doctrine.threat_min or e.salvos >= doctrine.salvos:
            continue
        waits = e.salvos > 0 and (t < e.t_assessed or track.t_plot < e.t_assessed)
        if waits and doctrine.kind != ROLLING:
            continue
        able = _find_options(i, max(t, e.t_assessed), fixed, belief)
        e.asked, e.pending = able and not waits, able and waits
        clock.n_asked += e.asked


@kernel
def _find_options(i, t, fixed, belief):
    """Fill the options of one slot for orders from a time on; whether any is feasible."""
    track, p = belief.tracks[i], belief.predictions[i]
    able = False
    for b in range(len(fixed.batteries)):
        option, battery, state = belief.options[i, b], fixed.batteries[b], belief.state[b]
        option.rounds = min(state.rounds, battery.channels - state.guided)
        option.price, option.gain = np.nan, np.nan
        if option.rounds > 0:
            now = max(t, state.t_free - battery.reaction)
            k = battery.interceptor
            kind, table = fixed.interceptors[k], fixed.rounds[k]
            find_option(option, p, track, battery, kind, table, now, fixed.radius)
        able = able or option.feasible == 1
    return able


@kernel
def better(rule, a, b):
    """Whether option a is preferred to option b under a battery rule."""
    if rule == HIGHEST_P_KILL:
        return a.p_kill > b.p_kill
    if rule == MOST_ROUNDS:
        return a.rounds > b.rounds
    return a.t_intercept < b.t_intercept


@kernel
def decide(t, n_slots, predictions, options, engagements, batteries, doctrine, decisions):
    """The built-in doctrine: one salvo from the preferred battery at each slot asked about.

    It waits while the impact ellipse is large, unless the last moment to decide is near: the
    latest lift-off less the reaction time.
    """
    for i in range(n_slots):
        if not engagements[i].asked:
            continue
        best = -1
        latest = -np.inf
        for b in range(options.shape[1]):
            option = options[i, b]
            if not option.feasible or option.p_kill < doctrine.p_kill_min:
                continue
            latest = max(latest, option.t_latest - batteries[b].reaction)
            if best < 0 or better(doctrine.battery_rule, option, options[i, best]):
                best = b
        if best < 0:
            decisions[i].reason = UNSURE
            continue
        p = predictions[i]
        s1, _, _, _ = axes(p.sxx, p.sxy, p.syy)
        if s1 <= doctrine.sigma_max or t + doctrine.last_chance >= latest:
            decisions[i].fire = min(doctrine.rounds, options[i, best].rounds)
            decisions[i].battery = best
        decisions[i].reason = FIRE if decisions[i].fire > 0 else ELLIPSE
