"""Single-shot kill probability: expected before the launch, conditional on the real error after.

Two things must succeed.  The round must be able to steer the hand-over error away between seeker
lock-on and the meeting (divert); then fuze and fragments must kill from what miss is left.

Symbols: vc closing speed [m/s]; t_h homing time [s]; D divert capability [m]; CEP median miss [m];
s standard deviation of the hand-over error on each axis [m]; e that error across the closing
direction [m]; theta angle between the closing direction and the body's own motion [rad].
"""

from math import cos, exp, log, sin, sqrt

from opendome._jit import kernel

A_BODY = 10.0  # m/s^2, air's deceleration of a falling rocket, order of 1 g; assumed
AUGMENT = 3.0  # N'/(N'-2) at N' = 3: what homing asks over the body's own acceleration (Zarchan)
TAU = 0.2  # s, lag of seeker, filter and fins; assumed
T_FUZE = 1e-3  # s, median timing error of the proximity fuze; assumed
VC_MIN = 1.0  # m/s, below it nothing closes
LN2 = log(2.0)


@kernel
def _closing(vx, vy, vz, dx, dy, speed, gamma):
    """Velocity of the body relative to the interceptor, which flies towards azimuth (dx, dy)."""
    ground = sqrt(dx * dx + dy * dy)
    horizontal = speed * cos(gamma) / ground if ground > 0.0 else 0.0
    return vx - horizontal * dx, vy - horizontal * dy, vz - speed * sin(gamma)


@kernel
def geometry(interceptor, vx, vy, vz, dx, dy, speed, gamma, limit):
    """Closing speed, homing time, divert capability and median miss of one meeting.

    Parameters
    ----------
    interceptor : record of settings.INTERCEPTORS
    vx, vy, vz : float, m/s
        Velocity of the body at the meeting.
    dx, dy : float, m
        Meeting point from the launcher, east and north.
    speed, gamma, limit : float, m/s, rad, m/s^2
        Of the interceptor at the meeting: kernels/flyout.py.

    Returns
    -------
    vc : float, m/s
        Closing speed.
    t_h : float, s
        seeker_range / vc.
    divert : float, m
        a t_h^2 / 2 with a = limit - AUGMENT A_BODY sin(theta), not below 0.
    cep : float, m
        Root of the squares of: cep_seeker; vc T_FUZE, the burst's displacement along the closing
        direction; A_BODY sin(theta) TAU^2, the lag behind a body that brakes across it.

    Error
    -----
    Model: constant acceleration and speeds over the homing, the launcher's and the scenario's
    vertical taken as one (1 degree apart at 110 km).

    Source
    ------
    Zarchan, Tactical and Strategic Missile Guidance, 6th ed. (2012): divert and augmented
    acceleration of proportional navigation, chapter 2; lag miss, chapter 3.  The sizes are assumed.
    """
    wx, wy, wz = _closing(vx, vy, vz, dx, dy, speed, gamma)
    vc = max(sqrt(wx * wx + wy * wy + wz * wz), VC_MIN)
    v = max(sqrt(vx * vx + vy * vy + vz * vz), VC_MIN)
    cos_theta = (wx * vx + wy * vy + wz * vz) / (vc * v)
    across = A_BODY * sqrt(max(1.0 - cos_theta * cos_theta, 0.0))
    t_h = interceptor.seeker_range / vc
    divert = 0.5 * max(limit - AUGMENT * across, 0.0) * t_h * t_h
    lag, burst = across * TAU * TAU, vc * T_FUZE
    cep = sqrt(interceptor.cep_seeker**2 + burst * burst + lag * lag)
    return vc, t_h, divert, cep


@kernel
def _burst(interceptor, cep):
    """Kill probability of a burst that was steered: circular normal miss, lethal radius as cookie.

    Source
    ------
    Driels, Weaponeering, 2nd ed. (2013): P = 1 - 2^-((R_L/CEP)^2); Washburn and Kress, Combat
    Modeling (2009), chapter 2: cookie-cutter damage with a circular normal error.
    """
    ratio = interceptor.lethal_radius / cep
    return interceptor.reliability * (1.0 - exp(-LN2 * ratio * ratio))


@kernel
def kill_expected(interceptor, divert, cep, s):
    """Belief: kill probability before the launch.

    Parameters
    ----------
    interceptor : record of settings.INTERCEPTORS
    divert, cep : float, m
        From `geometry`.
    s : float, m
        Standard deviation of the hand-over error on each axis, > 0.

    Returns
    -------
    float
        P(burst kills) P(e < D), e Rayleigh with parameter s: two axes across the closing direction.
    """
    ratio = divert / s
    return _burst(interceptor, cep) * (1.0 - exp(-0.5 * ratio * ratio))


@kernel
def kill_given_error(interceptor, divert, cep, error):
    """Truth: kill probability once the hand-over error is known, m; 0 if it exceeds the divert.

    The mean of this over a Rayleigh error of parameter s is `kill_expected` at the same geometry.
    """
    return _burst(interceptor, cep) if error < divert else 0.0


@kernel
def shot_error(x, y, z, vx, vy, vz, px, py, pz, dx, dy, speed, gamma):
    """Truth: hand-over error across the closing direction, m.

    Parameters
    ----------
    x, y, z, vx, vy, vz : float, m, m/s
        The body at the meeting time, truth.
    px, py, pz : float, m
        Where the tracker believes it then.
    dx, dy, speed, gamma : as in `geometry`

    Returns
    -------
    float, m
        Length of the difference of positions, less its part along the relative velocity: that part
        only shifts the time of the meeting.
    """
    wx, wy, wz = _closing(vx, vy, vz, dx, dy, speed, gamma)
    ex, ey, ez = x - px, y - py, z - pz
    w2 = max(wx * wx + wy * wy + wz * wz, VC_MIN * VC_MIN)
    along = (ex * wx + ey * wy + ez * wz) / w2
    ex, ey, ez = ex - along * wx, ey - along * wy, ez - along * wz
    return sqrt(ex * ex + ey * ey + ez * ez)
