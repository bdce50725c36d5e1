"""Which flights a battery could meet, if nothing but time and reach stood in its way.

Symbols: tau time of the first confirmed track [s]; s hand-over error [m].
"""

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.ballistics import position
from opendome.kernels.intercept import find_option
from opendome.kernels.radar import mean_snr, responsible
from opendome.tables import OPTIONS, PREDICTIONS, TRACKS

_TRACK, _OPTION, _PREDICTION = TRACKS.dtype, OPTIONS.dtype, PREDICTIONS.dtype
PATH = _PREDICTION["path"].shape[0]


@kernel
def first_seen(rocket, cls, nodes, radars, period, snr_min, radius):
    """Time of the first scan at which a radar covers the body with that mean SNR; inf if none."""
    n = np.int64((rocket.t_impact - rocket.t_launch) / period) + 1
    for k in range(n):
        t = rocket.t_launch + k * period
        x, y, z, _, _, _ = position(nodes, rocket, cls, t)
        r = responsible(radars, x, y, z, radius)
        if r >= 0:
            radar = radars[r]
            far = np.sqrt((x - radar.x) ** 2 + (y - radar.y) ** 2 + (z - radar.z) ** 2)
            if mean_snr(radar, cls.rcs, far) >= snr_min:
                return t
    return np.inf


@allocating_kernel
def defend(rockets, nodes, fixed, b, period, snr_min, delay, s, p_kill, spare):
    """Best meeting of each flight with a round of battery b, on a perfect prediction.

    Parameters
    ----------
    rockets, nodes : flown rockets and their nodes (flight.fly_all)
    fixed : world.Fixed
    b : int
        Row of the battery.
    period : float, s
        Scan period.
    snr_min : float
        Mean SNR from which a radar counts as seeing the body.
    delay : float, s
        From the first plot to a track that may be fired on.
    s : float, m
        Standard deviation of the hand-over error on each axis.
    p_kill, spare : float arrays (n,), filled
        Expected kill probability, 0 where no meeting is feasible; and the time between the
        earliest and the latest lift-off that meet the body, s, -inf where there is none.
    """
    track = np.zeros(1, _TRACK)[0]
    for i in range(3):
        track.P[i, i] = s * s
    option = np.zeros(1, _OPTION)[0]
    prediction = np.zeros(1, _PREDICTION)[0]
    battery = fixed.batteries[b]
    kind, table = fixed.interceptors[battery.interceptor], fixed.rounds[battery.interceptor]
    for i in range(len(rockets)):
        rocket = rockets[i]
        cls = fixed.classes[rocket.cls]
        p_kill[i], spare[i] = 0.0, -np.inf
        if rocket.n_nodes < 2:
            continue
        tau = first_seen(rocket, cls, nodes, fixed.radars, period, snr_min, fixed.radius) + delay
        if not tau < rocket.t_impact:
            continue
        for k in range(PATH):
            t = tau + (rocket.t_impact - tau) * k / (PATH - 1)
            x, y, z, vx, vy, vz = position(nodes, rocket, cls, t)
            prediction.path[k, 0] = t
            prediction.path[k, 1], prediction.path[k, 2], prediction.path[k, 3] = x, y, z
            prediction.path[k, 4], prediction.path[k, 5], prediction.path[k, 6] = (
                vx,
                vy,
                vz,
            )
        prediction.n_path = PATH
        find_option(option, prediction, track, battery, kind, table, tau, fixed.radius)
        if option.feasible == 1:
            p_kill[i] = option.p_kill
            spare[i] = option.t_latest - (tau + battery.reaction)
