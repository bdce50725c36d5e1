"""The order of the stages: one radar scan after the other while anything flies.

Nothing is computed while nothing flies: the clock jumps to the scan before the next launch.
"""

from math import floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.decide import consider, decide
from opendome.kernels.dwells import schedule
from opendome.kernels.impact import predict_impacts, predict_paths
from opendome.kernels.orders import order
from opendome.kernels.scan import scan
from opendome.kernels.shots import engage, reload, resolve, rest
from opendome.kernels.threat import axes, threaten
from opendome.kernels.tracks import CONFIRMED, FREE, follow
from opendome.kernels.warn import warn
from opendome.tables import FIRE, FLYING, LANDED, WAITING

DONE, DECIDE, FLUSH, FULL_PLOTS, FULL_TRACKS, FULL_SHOTS, FULL_WARNINGS = range(7)
SENSE, ACT = 0, 1
LINGER = 60.0  # s, for which tracks keep the scans going after the last rocket and round


@kernel
def run(clock, fixed, belief, truth, shots, logs, scratch, desk, seed, rep, external):
    """Advance a replication until it is done or Python is wanted.

    Parameters
    ----------
    clock : record of CLOCK; fixed, belief, truth, scratch : tuples of world.py
    shots : SHOTS table; logs : tables TRACKS, DECISION_LOG, ALTERNATIVES, MAGAZINE_LOG of
        traces.py
    desk : Desk or None
        Memory of the compiled policies; with None the doctrine's rule decides, and they are not
        compiled, which halves the time to a first result.
    external : bool
        Return DECIDE when the policy is asked, instead of applying a built-in one.

    Returns
    -------
    int
        DONE; DECIDE: fill belief.decisions and call again; FLUSH: empty the logs and call again;
        FULL_...: a table is too small.
    """
    while True:
        if clock.phase == SENSE:
            if clock.trace and _nearly_full(clock, len(fixed.batteries), logs):
                return FLUSH
            if _idle(clock, belief):
                if clock.next == len(truth.rockets):
                    return DONE
                _jump(clock, fixed, belief, truth)
            status = sense(clock, fixed, belief, truth, shots, scratch, seed, rep)
            if status != DONE:
                return status
            clock.phase = ACT
            if external and clock.n_asked > 0:
                return DECIDE
            if clock.n_asked > 0:
                _order(clock, fixed, belief, desk)
        if clock.trace:
            _log(clock, belief, truth, logs)
        if clock.n_asked > 0 and not engage(clock, fixed, belief, truth, shots):
            return FULL_SHOTS
        if clock.trace:
            _log_magazines(clock, belief, logs[3])
        clock.phase = SENSE


@kernel
def sense(clock, fixed, belief, truth, shots, scratch, seed, rep):
    """One scan, up to the point where the policy is asked."""
    clock.scan += 1
    clock.t = clock.scan * clock.period
    _launch(clock, truth.rockets)
    resolve(clock, fixed, belief, truth, shots, seed, rep)
    _land(clock, truth.rockets)
    reload(clock.t, False, clock, fixed, belief)
    schedule(clock, fixed, belief, scratch)
    clock.n_plots = scan(clock, fixed, truth, belief, scratch, seed, rep)
    if clock.n_plots < 0:
        return FULL_PLOTS
    _retire(clock, truth.rockets)
    if not follow(clock, fixed, belief, truth, scratch):
        return FULL_TRACKS
    predict_impacts(clock, fixed, belief, scratch)
    threaten(clock, fixed, belief)
    predict_paths(clock, fixed, belief, scratch)
    if not warn(clock, fixed, belief, scratch):
        return FULL_WARNINGS
    consider(clock, fixed, belief)
    return DONE


@kernel
def _order(clock, fixed, belief, desk):
    """Fill the decisions of a scan: by the doctrine's rule, or by the policy that has a desk."""
    if desk is None:
        decide(
            clock.t, clock.n_slots, belief.predictions, belief.options, belief.engagements,
            fixed.batteries, fixed.doctrine[0], belief.decisions,
        )  # fmt: skip
    else:
        order(clock, fixed, belief, desk)


@kernel
def _idle(clock, belief):
    """Whether nothing flies and nothing is tracked.

    Tracks of birds and aircraft do not end by themselves: they count for `LINGER` only.
    """
    if clock.first < clock.next or clock.first_shot < clock.n_shots:
        clock.t_busy = clock.t
        return False
    return clock.n_slots == 0 or clock.t - clock.t_busy > LINGER


@kernel
def _jump(clock, fixed, belief, truth):
    """Use the lull for reloading, then go to the last scan before the next launch."""
    last = np.int64(floor(truth.rockets[clock.next].t_launch / clock.period))
    rest(max(clock.t, last * clock.period), clock, fixed, belief)
    if last > clock.scan:
        clock.scan = last
        clock.n_singles = 0
        for i in range(clock.n_slots):
            belief.tracks[i].status = FREE
        clock.n_slots = 0


@kernel
def _launch(clock, rockets):
    """Rockets launched since the last scan are in flight now."""
    while clock.next < len(rockets) and rockets[clock.next].t_launch <= clock.t:
        rockets[clock.next].status = FLYING
        clock.next += 1


@kernel
def _land(clock, rockets):
    """Rockets that have come down since the last scan."""
    for i in range(clock.first, clock.next):
        body = rockets[i]
        if body.status == FLYING and body.t_impact <= clock.t:
            body.status = LANDED
            body.t_end = body.t_impact


@kernel
def _retire(clock, rockets):
    """Skip rockets that have ended.  After the scan: it may have seen them before their end."""
    while clock.first < clock.next and rockets[clock.first].status not in (WAITING, FLYING):
        clock.first += 1


@kernel
def _nearly_full(clock, n_batteries, logs):
    """Whether one more scan might overflow a log."""
    room = min(len(logs[0]) - clock.n_track_log, len(logs[1]) - clock.n_decision_log)
    room = min(room, len(logs[3]) - clock.n_magazine_log)
    most = clock.n_slots + 256
    return room < most or len(logs[2]) - clock.n_option_log < most * n_batteries


@kernel
def _log(clock, belief, truth, logs):
    """Write one row per confirmed track, and one per slot that the policy was asked about."""
    for i in range(clock.n_slots):
        track = belief.tracks[i]
        if track.status != CONFIRMED:
            continue
        p = belief.predictions[i]
        _log_track(logs[0][clock.n_track_log], clock.t, track, p, truth.carries[i])
        clock.n_track_log += 1
        if belief.engagements[i].asked == 1:
            _log_decision(logs[1][clock.n_decision_log], clock.t, i, belief)
            clock.n_decision_log += 1
            for b in range(belief.options.shape[1]):
                if belief.options[i, b].feasible:
                    row = logs[2][clock.n_option_log]
                    _log_option(row, clock.t, track.id, b, belief.options[i, b])
                    clock.n_option_log += 1


@kernel
def _log_magazines(clock, belief, log):
    """Write one row for each battery whose ready rounds have changed."""
    for b in range(len(belief.state)):
        state = belief.state[b]
        if state.rounds == state.logged:
            continue
        state.logged = state.rounds
        row = log[clock.n_magazine_log]
        row.time_s = clock.t
        row.battery = b
        row.ready = state.rounds
        row.loading = 0
        for k in range(len(belief.launchers)):
            if belief.launchers[k].battery == b:
                row.loading += belief.launchers[k].loading
        clock.n_magazine_log += 1


@kernel
def _log_track(row, t, track, p, rocket):
    """One row of the track log."""
    m = track.m
    P = track.P
    row.time_s = t
    row.track = track.id
    row.x_m, row.y_m, row.z_m = m[0], m[1], m[2]
    row.vx_mps, row.vy_mps, row.vz_mps = m[3], m[4], m[5]
    row.beta_kgpm2 = np.exp(m[6])
    row.sigma_m = sqrt((P[0, 0] + P[1, 1] + P[2, 2]) / 3.0)
    row.misses = track.misses
    row.known = p.known
    row.impact_time_s = p.t_impact if p.known else np.nan
    row.impact_x_m = p.x if p.known else np.nan
    row.impact_y_m = p.y if p.known else np.nan
    row.impact_cov_xx = p.sxx if p.known else np.nan
    row.impact_cov_xy = p.sxy if p.known else np.nan
    row.impact_cov_yy = p.syy if p.known else np.nan
    row.threat = p.threat if p.known else np.nan
    row.place = p.place if p.known else -1
    row.rocket = rocket


@kernel
def _log_decision(row, t, i, belief):
    """One row of the decision log."""
    p = belief.predictions[i]
    order = belief.decisions[i]
    row.time_s = t
    row.track = belief.tracks[i].id
    row.threat = p.threat
    row.value = p.value
    row.place = p.place
    row.ellipse_m, _, _, _ = axes(p.sxx, p.sxy, p.syy)
    row.impact_time_s = p.t_impact
    row.batteries = 0
    row.latest_launch_s = -np.inf
    for b in range(belief.options.shape[1]):
        option = belief.options[i, b]
        if option.feasible:
            row.batteries += 1
            row.latest_launch_s = max(row.latest_launch_s, option.t_latest)
    row.salvos = belief.engagements[i].salvos
    row.fire = order.fire
    row.battery = order.battery
    row.reason = FIRE if order.fire > 0 else order.reason
    row.p_kill, row.intercept_time_s, row.price, row.gain = np.nan, np.nan, np.nan, np.nan
    if order.battery >= 0:
        row.p_kill = belief.options[i, order.battery].p_kill
        row.intercept_time_s = belief.options[i, order.battery].t_intercept
    b = order.battery if order.battery >= 0 else _most_gain(i, belief.options)
    if b >= 0:
        row.price = belief.options[i, b].price
        row.gain = belief.options[i, b].gain


@kernel
def _most_gain(i, options):
    """Row of the battery whose option at a slot has the greatest gain; -1: none was compared."""
    best = -1
    for b in range(options.shape[1]):
        option = options[i, b]
        compared = option.feasible and not np.isnan(option.gain)
        if compared and (best < 0 or option.gain > options[i, best].gain):
            best = b
    return best


@kernel
def _log_option(row, t, track, b, option):
    """One row of the log of options."""
    row.time_s = t
    row.track = track
    row.battery = b
    row.rounds = option.rounds
    row.launch_time_s = option.t_launch
    row.latest_launch_s = option.t_latest
    row.intercept_time_s = option.t_intercept
    row.x_m, row.y_m, row.z_m = option.x, option.y, option.z
    row.p_kill = option.p_kill
    row.price = option.price
    row.gain = option.gain
