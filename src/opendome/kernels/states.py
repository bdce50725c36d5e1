"""The state of a track at the scan, as all others read it, from the estimator's own."""

from math import exp, log

from opendome._jit import kernel
from opendome.kernels.ballistics import acceleration
from opendome.kernels.estimator import COAST, to_time
from opendome.kernels.motion import BETA, N_MOTION, STATE


@kernel
def publish(track, e, t, rules, scratch):
    """Mean and covariance at time t for all others, from the state and F in scratch.k.

    While the motor may burn, the acceleration that it may give is added to the covariance.
    """
    k, P, T = scratch.k, track.P, scratch.T
    track.t = t
    m = track.m
    for r in range(6):
        m[r] = k.x[r]
        for j in range(N_MOTION):
            T[r, j] = k.F[r, j] * k.scale[j]
    m[6] = log(rules.beta) + k.scale[BETA] * (e.q[BETA] + e.d[BETA])
    for j in range(BETA + 1, N_MOTION):
        track.nuisance[j - BETA - 1] = k.scale[j] * (e.q[j] + e.d[j])
    for j in range(N_MOTION):
        T[6, j] = 0.0
    T[6, BETA] = k.scale[BETA]
    C = e.C
    for r in range(7):
        for j in range(N_MOTION):
            a = 0.0
            for i in range(N_MOTION):
                a += T[r, i] * C[i, j]
            k.g[j] = a
        for c in range(r, 7):
            a = 0.0
            for j in range(N_MOTION):
                a += k.g[j] * T[c, j]
            P[r, c] = a
            P[c, r] = a
    if e.phase != COAST and t > track.t_plot:
        dt = t - track.t_plot
        v = rules.a_boost * dt
        for i in range(3):
            P[i, i] += 0.25 * v * v * dt * dt
            P[i, i + 3] += 0.5 * v * v * dt
            P[i + 3, i] += 0.5 * v * v * dt
            P[i + 3, i + 3] += v * v


@kernel
def settle(track, e, clock, fixed, scratch):
    """Bring a track's bundle to the scan and publish it."""
    rules, k = fixed.tracker[0], scratch.k
    to_time(e, clock.t, rules, fixed.air, fixed.drag, fixed.radius, k)
    for c in range(STATE):
        e.s[c] = k.s[c]
    e.t = clock.t
    publish(track, e, clock.t, rules, scratch)
    m, wind_e, wind_n = track.m, track.nuisance[2], track.nuisance[3]
    track.a[0], track.a[1], track.a[2] = acceleration(
        m[0], m[1], m[2], m[3] - wind_e, m[4] - wind_n, m[5], exp(m[6]), fixed.air, fixed.drag,
        fixed.radius,
    )  # fmt: skip
