"""Two plots as a first state, in closed form: thousands of pairs may start, few are bodies.

A pair that is none finds no third plot; one that does is fitted then (kernels/intake.py).  Over two
scans a body's acceleration a is taken as that of the common drag curve and of a median body.

    x, v     position and velocity at the older plot, prior of the velocity N(0, V I)
    z        x_new - x_old - a dt^2 / 2 = v dt + n_2 - n_1, covariance S = V dt^2 I + R_1 + R_2

    v = V dt S^-1 z                cov v = V I - (V dt)^2 S^-1
    x = x_old + R_1 S^-1 z         cov x = R_1 - R_1 S^-1 R_1,   cov (x, v) = -V dt R_1 S^-1

Range rates follow as scalars.  Source: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to
Tracking and Navigation (2001), 3.4 and 5.5 (two-point initiation).
"""

from math import log, sqrt

from opendome._jit import kernel
from opendome.kernels.ballistics import acceleration
from opendome.kernels.motion import BETA, N_MOTION


@kernel
def pull(e, rules, drag, nature):
    """Acceleration of a median body at the pair's first state."""
    q = e.q
    return acceleration(q[0], q[1], q[2], q[3], q[4], q[5], rules.beta, drag, nature)


@kernel
def fix(plot, radar, R):
    """Fill R (3, 3) with the covariance of a plot's position; return its direction."""
    x, y, z = plot.x - radar.x, plot.y - radar.y, plot.z - radar.z
    r = sqrt(x * x + y * y + z * z)
    u = x / r, y / r, z / r
    across = (plot.sigma_a * plot.range) ** 2
    along = plot.sigma_r**2 - across
    for i in range(3):
        for j in range(3):
            R[i, j] = along * u[i] * u[j]
        R[i, i] += across
    return u


@kernel
def invert3(S, T):
    """T <- S^-1, symmetric (3, 3), by cofactors."""
    a, b, c = S[0, 0], S[0, 1], S[0, 2]
    d, e, f = S[1, 1], S[1, 2], S[2, 2]
    p, q, r = d * f - e * e, c * e - b * f, b * e - c * d
    per = 1.0 / (a * p + b * q + c * r)
    T[0, 0], T[0, 1], T[0, 2] = p * per, q * per, r * per
    T[1, 1], T[1, 2], T[2, 2] = (a * f - c * c) * per, (b * c - a * e) * per, (a * d - b * b) * per
    T[1, 0], T[2, 0], T[2, 1] = T[0, 1], T[0, 2], T[1, 2]


@kernel
def join(e, old, new, rules, radars, drag, nature, k):
    """State and covariance at the older plot: the first six of e.q and e.C."""
    q, C, R, S, T = e.q, e.C, k.A, k.P, k.J
    dt, V = new.t - old.t, rules.sigma_velocity**2
    ahead = fix(new, radars[new.radar], S)
    behind = fix(old, radars[old.radar], R)
    for i in range(3):
        for j in range(3):
            S[i, j] += R[i, j]
        S[i, i] += V * dt * dt
    invert3(S, T)
    a = pull(e, rules, drag, nature)
    x, y = (old.x, old.y, old.z), (new.x, new.y, new.z)
    for i in range(3):
        q[i], q[3 + i] = x[i], 0.0
        for j in range(3):
            z = y[j] - x[j] - 0.5 * a[j] * dt * dt
            RT = R[i, 0] * T[0, j] + R[i, 1] * T[1, j] + R[i, 2] * T[2, j]
            q[i] += RT * z
            q[3 + i] += V * dt * T[i, j] * z
            C[i, 3 + j], C[3 + j, i] = -V * dt * RT, -V * dt * RT
            C[3 + i, 3 + j] = (V if i == j else 0.0) - (V * dt) ** 2 * T[i, j]
            k.H[i, j] = RT
    for i in range(3):
        for j in range(3):
            C[i, j] = R[i, j]
            for n in range(3):
                C[i, j] -= k.H[i, n] * R[n, j]
    for i in range(6, N_MOTION):
        for j in range(N_MOTION):
            C[i, j], C[j, i] = 0.0, 0.0
        C[i, i] = 1.0
    if old.rate == old.rate:
        _rate(e, behind, old.rate, old.sigma_rate, k.g)
    if new.rate == new.rate:
        turned = a[0] * ahead[0] + a[1] * ahead[1] + a[2] * ahead[2]
        _rate(e, ahead, new.rate - turned * dt, new.sigma_rate, k.g)


@kernel
def _rate(e, u, rate, sigma, g):
    """Scalar update with a range rate along u."""
    C, z, s = e.C, rate, sigma * sigma
    for j in range(3):
        z -= u[j] * e.q[3 + j]
    for i in range(6):
        g[i] = u[0] * C[i, 3] + u[1] * C[i, 4] + u[2] * C[i, 5]
    for j in range(3):
        s += u[j] * g[3 + j]
    for i in range(6):
        e.q[i] += g[i] * z / s
        for j in range(6):
            C[i, j] -= g[i] * g[j] / s


@kernel
def publish_pair(track, e, t, rules, drag, nature):
    """State and covariance at time t of a track that is still a pair."""
    m, P, C, q = track.m, track.P, e.C, e.q
    dt = t - e.t0
    a = pull(e, rules, drag, nature)
    track.t = t
    for i in range(3):
        m[i] = q[i] + dt * (q[3 + i] + 0.5 * dt * a[i])
        m[3 + i] = q[3 + i] + dt * a[i]
        track.a[i] = a[i]
        for j in range(3):
            cross = C[i, 3 + j] + dt * C[3 + i, 3 + j]
            P[i, j] = C[i, j] + dt * (C[3 + i, j] + cross)
            P[i, 3 + j], P[3 + j, i] = cross, cross
            P[3 + i, 3 + j] = C[3 + i, 3 + j]
        P[i, 6], P[6, i], P[3 + i, 6], P[6, 3 + i] = 0.0, 0.0, 0.0, 0.0
    m[BETA], P[6, 6] = log(rules.beta), rules.sigma_ln_beta**2
    for j in range(4):
        track.nuisance[j] = 0.0
