"""Single-shot kill probability: expected before the launch, conditional on the real error after.

Both are the round's reliability times an entry of the kill table (kernels/kills.py) at the geometry
of the meeting; belief knows the standard deviation of the hand-over error, truth the error itself.

Symbols: v speed of the body [m/s]; c cosine of the angle between its velocity and the round's;
gamma path angle of the round [rad]; s standard deviation of the hand-over error on each axis [m].
"""

from math import cos, sin, sqrt

from opendome._jit import kernel
from opendome.kernels.kills import BELIEF, TRUTH, kill_probability

V_LEAST = 1.0  # m/s, below it nothing closes


@kernel
def heading(dx, dy, gamma):
    """Unit vector of the round's velocity: it flies towards azimuth (dx, dy) at gamma."""
    ground = sqrt(dx * dx + dy * dy)
    level = cos(gamma) / ground if ground > 0.0 else 0.0
    return level * dx, level * dy, sin(gamma)


@kernel
def aspect(vx, vy, vz, dx, dy, gamma):
    """Speed of the body, and cosine of the angle between its velocity and the round's.

    Parameters
    ----------
    vx, vy, vz : float, m/s
        Velocity of the body at the meeting.
    dx, dy : float, m
        Meeting point from the launcher, east and north.
    gamma : float, rad
        Of the round at the meeting: kernels/flyout.py.

    Error
    -----
    Model: the launcher's and the scenario's vertical taken as one (1 degree apart at 110 km).
    """
    ux, uy, uz = heading(dx, dy, gamma)
    v = max(sqrt(vx * vx + vy * vy + vz * vz), V_LEAST)
    return v, (ux * vx + uy * vy + uz * vz) / v


@kernel
def kill_expected(interceptor, table, d, h, v, c, s):
    """Belief: kill probability before the launch, at a standard deviation of the error.

    Parameters
    ----------
    interceptor : record of settings.INTERCEPTORS
    table : float64 array
        Its row of world.Fixed.rounds.
    d, h : float, m
        Meeting point: ground distance and height above the launcher.
    v, c : from `aspect`
    s : float, m
    """
    return interceptor.reliability * kill_probability(table, BELIEF, d, h, v, c, s)


@kernel
def kill_given_error(interceptor, table, d, h, v, c, error):
    """Truth: kill probability once the hand-over error is known, m.

    The mean of this over a Rayleigh error of parameter s is `kill_expected` at the same geometry.
    """
    return interceptor.reliability * kill_probability(table, TRUTH, d, h, v, c, error)


@kernel
def shot_error(x, y, z, vx, vy, vz, px, py, pz, dx, dy, speed, gamma):
    """Truth: hand-over error across the closing direction, m.

    Parameters
    ----------
    x, y, z, vx, vy, vz : float, m, m/s
        The body at the meeting time, truth.
    px, py, pz : float, m
        Where the tracker believes it then.
    dx, dy, gamma : as in `aspect`
    speed : float, m/s
        Of the round.

    Returns
    -------
    float, m
        Length of the difference of positions, less its part along the relative velocity: that part
        only shifts the time of the meeting.
    """
    ux, uy, uz = heading(dx, dy, gamma)
    wx, wy, wz = vx - speed * ux, vy - speed * uy, vz - speed * uz
    ex, ey, ez = x - px, y - py, z - pz
    w2 = max(wx * wx + wy * wy + wz * wz, V_LEAST * V_LEAST)
    along = (ex * wx + ey * wy + ez * wz) / w2
    ex, ey, ez = ex - along * wx, ey - along * wy, ez - along * wz
    return sqrt(ex * ex + ey * ey + ez * ez)
