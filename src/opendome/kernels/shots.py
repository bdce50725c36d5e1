"""Rounds: taken from launchers, flown to their intercepts, replaced from the depot."""

import numpy as np

from opendome import rng
from opendome._jit import kernel
from opendome.constants import DAY, G0
from opendome.kernels.ballistics import position as true_position
from opendome.kernels.flyout import flyout
from opendome.kernels.intercept import height, place, position
from opendome.kernels.lethality import aspect, kill_given_error, shot_error
from opendome.tables import INTERCEPTED

IN_AIR, KILL, MISS, NOTHING, ALREADY_DEAD = range(5)


@kernel
def take_round(launchers, battery):
    """Take one round from the first launcher of a battery that has any; False if none has."""
    for k in range(len(launchers)):
        launcher = launchers[k]
        if launcher.battery == battery and launcher.rounds > 0:
            launcher.rounds -= 1
            return True
    return False


@kernel
def _path_position(path, n, tau):
    """Predicted position at tau: the piece of the path that holds it."""
    k = 0
    while k < n - 2 and path[k + 1, 0] < tau:
        k += 1
    return position(path, k, tau)


@kernel
def engage(clock, fixed, belief, truth, shots):
    """Carry out the decisions: rounds leave while there are any, and channels to guide them.

    A further round of a salvo follows at the battery's spacing and meets the body that much
    later.  Returns False if the table of shots is full.
    """
    for i in range(clock.n_slots):
        order = belief.decisions[i]
        e = belief.engagements[i]
        b = order.battery
        if not e.asked or order.fire <= 0 or b < 0 or not belief.options[i, b].feasible:
            continue
        kind = fixed.interceptors[fixed.batteries[b].interceptor]
        fired = 0
        channels = fixed.batteries[b].channels
        while (
            fired < order.fire
            and belief.state[b].guided < channels
            and take_round(belief.launchers, b)
        ):
            if clock.n_shots == len(shots):
                return False
            shot = shots[clock.n_shots]
            shot.id = clock.n_shots
            _launch(shot, i, b, clock.t, fixed, belief)
            shot.rocket = truth.carries[i]
            shot.number = 0
            if shot.rocket >= 0:
                shot.number = truth.rockets[shot.rocket].shots
                truth.rockets[shot.rocket].shots += 1
            e.shots += 1
            e.p_miss = (e.p_miss if fired > 0 else 1.0) * (1.0 - shot.p_kill)
            e.t_assessed = shot.t_intercept + kind.assess
            fired += 1
            clock.n_shots += 1
        e.salvos += np.int64(fired > 0)
    return True


@kernel
def _launch(shot, slot, b, t, fixed, belief):
    """Fill what the defence knows of a shot, and the battery's state after it."""
    option = belief.options[slot, b]
    state = belief.state[b]
    p = belief.predictions[slot]
    shot.battery = b
    shot.track = belief.tracks[slot].id
    shot.slot = slot
    shot.t_decision = t
    shot.t_launch = max(option.t_launch, state.t_free)
    shot.t_intercept = option.t_intercept + (shot.t_launch - option.t_launch)
    shot.x, shot.y, shot.z = _path_position(p.path, p.n_path, shot.t_intercept)
    shot.p_kill = option.p_kill
    shot.result = IN_AIR
    state.t_free = shot.t_launch + fixed.batteries[b].spacing
    state.rounds -= 1
    state.guided += 1


@kernel
def resolve(clock, fixed, belief, truth, shots, seed, rep):
    """Settle the shots whose intercept time has come, in the order of those times."""
    while True:
        due = -1
        for k in range(clock.first_shot, clock.n_shots):
            shot = shots[k]
            pending = shot.result == IN_AIR and shot.t_intercept <= clock.t
            if pending and (due < 0 or shot.t_intercept < shots[due].t_intercept):
                due = k
        if due < 0:
            break
        shot = shots[due]
        belief.state[shot.battery].guided -= 1
        shot.error = np.nan
        if shot.rocket < 0:
            shot.result = NOTHING
        elif truth.rockets[shot.rocket].status == INTERCEPTED:
            shot.result = ALREADY_DEAD
        else:
            _settle(shot, fixed, belief.tracks[shot.slot], truth, seed, rep)
    while clock.first_shot < clock.n_shots and shots[clock.first_shot].result != IN_AIR:
        clock.first_shot += 1


@kernel
def _settle(shot, fixed, track, truth, seed, rep):
    """One intercept: steering error against truth, then the kill draw.  After the impact: a miss.

    The round is guided by the track until the meeting, so the error is that of the track then
    (of the predicted point, if the track is lost).  The draw is addressed by rocket and shot
    number, so that another policy meets the same fate of the same shot.
    """
    body = truth.rockets[shot.rocket]
    tau = shot.t_intercept
    if tau >= body.t_impact:
        shot.result = MISS
        return
    x, y, z, vx, vy, vz = true_position(truth.nodes, body, fixed.classes[body.cls], tau)
    px, py, pz = shot.x, shot.y, shot.z
    if track.id == shot.track and track.status > 0:
        dt = tau - track.t
        px = track.m[0] + dt * track.m[3]
        py = track.m[1] + dt * track.m[4]
        pz = track.m[2] + dt * (track.m[5] - 0.5 * G0 * dt)
    battery = fixed.batteries[shot.battery]
    kind = fixed.interceptors[battery.interceptor]
    base = height(battery.x, battery.y, battery.z, fixed.radius)
    d, h, _ = place(px, py, pz, battery, base, fixed.radius)
    table = fixed.rounds[battery.interceptor]
    tof, speed, _, gamma = flyout(table, d, h)
    shot.result = MISS
    if tof == np.inf:
        return
    dx = px - battery.x
    dy = py - battery.y
    shot.error = shot_error(x, y, z, vx, vy, vz, px, py, pz, dx, dy, speed, gamma)
    v, c = aspect(vx, vy, vz, dx, dy, gamma)
    sub = rng.sub_of(body.number, 0)
    u, _ = rng.uniform2(seed, rep, body.entity, shot.number, rng.KILL, sub)
    if u < kill_given_error(kind, table, d, h, v, c, shot.error):
        shot.result = KILL
        body.status = INTERCEPTED
        body.t_end = tau


@kernel
def reload(t, idle, clock, fixed, belief):
    """Finish and begin pack exchanges; let the day's resupply reach the depot.

    A launcher's pack is exchanged when it is empty, and in a lull when it is at most half full
    (assumed); what was left in it returns to the depot.
    """
    day = np.int64((t + clock.midnight) // DAY)
    if day > clock.day:
        clock.depot += (day - clock.day) * fixed.stock[0].resupply
        clock.day = day
    for b in range(len(fixed.batteries)):
        belief.state[b].rounds = 0
    for k in range(len(belief.launchers)):
        launcher = belief.launchers[k]
        battery = fixed.batteries[launcher.battery]
        if launcher.t_ready <= t:
            launcher.rounds = launcher.loading
            launcher.loading = 0
            launcher.t_ready = np.nan
        low = launcher.rounds == 0 or (idle and 2 * launcher.rounds <= battery.rounds)
        pack = np.int64(min(float(battery.rounds), clock.depot + launcher.rounds))
        if low and np.isnan(launcher.t_ready) and pack > launcher.rounds:
            clock.depot += launcher.rounds - pack
            launcher.rounds = 0
            launcher.loading = pack
            launcher.t_ready = t + battery.reload
        belief.state[launcher.battery].rounds += launcher.rounds


@kernel
def rest(until, clock, fixed, belief):
    """A lull: packs are exchanged as rounds reach the depot and launchers come back."""
    t = clock.t
    while t <= until:
        reload(t, True, clock, fixed, belief)
        change = (clock.day + 1) * DAY - clock.midnight
        for k in range(len(belief.launchers)):
            ready = belief.launchers[k].t_ready
            if t < ready < change:
                change = ready
        t = change
