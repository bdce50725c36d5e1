"""The state of a track at the scan, as all others read it, from the estimator's own."""

from math import exp, log

from opendome._jit import kernel
from opendome.kernels.ballistics import acceleration
from opendome.kernels.estimator import carry, spread, to_time
from opendome.kernels.intake import COAST
from opendome.kernels.motion import BETA, N_MOTION
from opendome.kernels.pairs import publish_pair


@kernel
def publish(track, e, t, rules, k):
    """Mean and covariance at time t for all others, from the state and F in k."""
    P, J = track.P, k.J
    track.t = t
    m = track.m
    for r in range(6):
        m[r] = k.x[r]
        for j in range(N_MOTION):
            J[r, j] = k.F[r, j] * k.scale[j]
    m[6] = log(rules.beta) + k.scale[BETA] * (e.q[BETA] + e.d[BETA])
    for j in range(BETA + 1, N_MOTION):
        track.nuisance[j - BETA - 1] = k.scale[j] * (e.q[j] + e.d[j])
    for j in range(N_MOTION):
        J[6, j] = 0.0
    J[6, BETA] = k.scale[BETA]
    spread(J, 7, e.C, N_MOTION, k.g, P)


@kernel
def allow_thrust(track, rules):
    """Add to the covariance what a motor may have given since the last plot."""
    P, dt = track.P, track.t - track.t_plot
    if dt <= 0.0:
        return
    v = rules.a_boost * dt
    for i in range(3):
        P[i, i] += 0.25 * v * v * dt * dt
        P[i, i + 3] += 0.5 * v * v * dt
        P[i + 3, i] += 0.5 * v * v * dt
        P[i + 3, i + 3] += v * v


@kernel
def settle(track, e, t, rules, drag, nature, k):
    """Bring a track to time t, that of the scan, and publish it.

    While its motor may burn, the acceleration that it may give is added to the covariance.
    """
    if e.fits == 0:
        publish_pair(track, e, t, rules, drag, nature)
    else:
        to_time(e, t, rules, drag, nature, k)
        carry(e, t, k)
        publish(track, e, t, rules, k)
        m, wind_e, wind_n = track.m, track.nuisance[2], track.nuisance[3]
        track.a[0], track.a[1], track.a[2] = acceleration(
            m[0], m[1], m[2], m[3] - wind_e, m[4] - wind_n, m[5], exp(m[6]), drag, nature
        )
    if e.phase != COAST:
        allow_thrust(track, rules)
