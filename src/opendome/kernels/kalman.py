"""Extended Kalman filter of a coasting ballistic body.

    m   mean: x y z vx vy vz ln(beta)      m, m/s, ln(kg/m^2)
    P   covariance of m                    SI
    F   transition matrix: I + A dt + (A dt)^2 / 2
    D   derivative of the drag acceleration by velocity, 1/s
    b   derivative of the drag acceleration by ln(beta), m/s^2
    z   measurement: range, azimuth, elevation; R its noise; S the innovation covariance

ln(beta) and not beta: additive noise on beta diverges on slow bodies.
"""

from math import atan2, exp, pi, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.ballistics import acceleration
from opendome.kernels.radar import local

LN_BETA_MIN = 5.0  # beta = 150 kg/m^2: a light mortar bomb
LN_BETA_MAX = 11.5  # beta = 100 t/m^2: nearly drag-free


@kernel
def drag_derivatives(vx, vy, vz, dx, dy, dz, D):
    """Fill D (3, 3), the derivative of the drag acceleration d = -c |v| v by v.

    c is taken as locally constant, so D = d v^T / v^2 + (d . v) I / v^2.  The slope of the drag
    curve is left out of F (not of the mean): measured, 2 % of a velocity's variance in a second,
    but 22 % in the middle of the sound barrier (tests/oracle/test_kalman.py).
    """
    v2 = max(vx * vx + vy * vy + vz * vz, 1.0)
    s = (dx * vx + dy * vy + dz * vz) / v2
    v = (vx, vy, vz)
    d = (dx, dy, dz)
    for i in range(3):
        for j in range(3):
            D[i, j] = d[i] * v[j] / v2
        D[i, i] += s


@kernel
def move(m, dt, air, drag, radius):
    """Advance the mean by one RK4 step of dt.  Returns the drag at the start, m/s^2."""
    beta = exp(m[6])
    x, y, z, vx, vy, vz = m[0], m[1], m[2], m[3], m[4], m[5]
    ax, ay, az = acceleration(x, y, z, vx, vy, vz, beta, air, drag, radius)
    gx, gy, gz = acceleration(x, y, z, 0.0, 0.0, 0.0, beta, air, drag, radius)
    h = 0.5 * dt
    bx, by, bz = acceleration(
        x + h * vx, y + h * vy, z + h * vz, vx + h * ax, vy + h * ay, vz + h * az,
        beta, air, drag, radius,
    )  # fmt: skip
    cx, cy, cz = acceleration(
        x + h * (vx + h * ax), y + h * (vy + h * ay), z + h * (vz + h * az),
        vx + h * bx, vy + h * by, vz + h * bz, beta, air, drag, radius,
    )  # fmt: skip
    ex, ey, ez = acceleration(
        x + dt * (vx + h * bx), y + dt * (vy + h * by), z + dt * (vz + h * bz),
        vx + dt * cx, vy + dt * cy, vz + dt * cz, beta, air, drag, radius,
    )  # fmt: skip
    s = dt / 6.0
    m[0] = x + dt * vx + s * dt * (ax + bx + cx)
    m[1] = y + dt * vy + s * dt * (ay + by + cy)
    m[2] = z + dt * vz + s * dt * (az + bz + cz)
    m[3] = vx + s * (ax + 2.0 * (bx + cx) + ex)
    m[4] = vy + s * (ay + 2.0 * (by + cy) + ey)
    m[5] = vz + s * (az + 2.0 * (bz + cz) + ez)
    return ax - gx, ay - gy, az - gz


@kernel
def predict(track, t, q, q_ln_beta, air, drag, radius, F, W):
    """Advance a track to time t.

    Parameters
    ----------
    q : float, m/s^2 s^1/2
        White acceleration noise; q_ln_beta likewise for the walk of ln(beta).
    F, W : float array (7, 7)
        Scratch.

    Source: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation
    (2001), 5.2 and 6.2.2 (noise of the continuous white acceleration).
    """
    dt = t - track.t
    m = track.m
    P = track.P
    vx, vy, vz = m[3], m[4], m[5]
    dx, dy, dz = move(m, dt, air, drag, radius)
    D = W[:3, :3]
    drag_derivatives(vx, vy, vz, dx, dy, dz, D)
    transition(dt, D, -dx, -dy, -dz, F)
    congruence(F, P, W)
    q2 = q * q
    for i in range(3):
        P[i, i] += q2 * dt * dt * dt / 3.0
        P[i, i + 3] += q2 * dt * dt / 2.0
        P[i + 3, i] += q2 * dt * dt / 2.0
        P[i + 3, i + 3] += q2 * dt
    P[6, 6] += q_ln_beta * q_ln_beta * dt
    track.t = t


@kernel
def transition(dt, D, bx, by, bz, F):
    """Fill F = I + A dt + (A dt)^2 / 2 with A = [0 I 0; 0 D b; 0 0 0]; the rest of F stays I."""
    h = 0.5 * dt * dt
    b = (bx, by, bz)
    for i in range(3):
        db = D[i, 0] * b[0] + D[i, 1] * b[1] + D[i, 2] * b[2]
        F[i, 6] = h * b[i]
        F[i + 3, 6] = dt * b[i] + h * db
        for j in range(3):
            dd = D[i, 0] * D[0, j] + D[i, 1] * D[1, j] + D[i, 2] * D[2, j]
            one = 1.0 if i == j else 0.0
            F[i, j + 3] = dt * one + h * D[i, j]
            F[i + 3, j + 3] = one + dt * D[i, j] + h * dd


@kernel
def congruence(F, P, W):
    """P <- F P F^T for F = [I Frv Frb; 0 Fvv Fvb; 0 0 1], skipping its zeros and ones."""
    for j in range(7):
        for i in range(3):
            s = P[i, j] + F[i, 6] * P[6, j]
            u = F[i + 3, 6] * P[6, j]
            for k in range(3, 6):
                s += F[i, k] * P[k, j]
                u += F[i + 3, k] * P[k, j]
            W[i, j] = s
            W[i + 3, j] = u
        W[6, j] = P[6, j]
    for i in range(7):
        for j in range(3):
            s = W[i, j] + W[i, 6] * F[j, 6]
            u = W[i, 6] * F[j + 3, 6]
            for k in range(3, 6):
                s += W[i, k] * F[j, k]
                u += W[i, k] * F[j + 3, k]
            P[i, j] = s
            P[i, j + 3] = u
        P[i, 6] = W[i, 6]


@kernel
def innovation(track, plot, radar, H, z):
    """Fill H (3, 3), the derivative of (range, azimuth, elevation) by position, and z - h(m).

    The mean is moved back to the plot's time without drag: an error below 15 m over a second.
    Returns False where the geometry is degenerate (body on top of the radar).
    """
    m = track.m
    dt = plot.t - track.t
    up = 0.5 * G0 * dt * dt
    e, n, u = local(radar, m[0] + dt * m[3], m[1] + dt * m[4], m[2] + dt * m[5] - up)
    g2 = e * e + n * n
    if g2 < 1.0:
        return False
    r2 = g2 + u * u
    r = sqrt(r2)
    g = sqrt(g2)
    z[0] = plot.range - r
    dz = plot.az - atan2(e, n)
    z[1] = dz - 2.0 * pi * np.floor((dz + pi) / (2.0 * pi))
    z[2] = plot.el - atan2(u, g)
    Q = radar.rotation
    for j in range(3):
        H[0, j] = (e * Q[0, j] + n * Q[1, j] + u * Q[2, j]) / r
        H[1, j] = (n * Q[0, j] - e * Q[1, j]) / g2
        H[2, j] = (-u * (e * Q[0, j] + n * Q[1, j]) / g + g * Q[2, j]) / r2
    return True


@kernel
def noise(plot, i):
    """Variance of measurement i; azimuth spreads with 1 / cos(elevation) as the plot was made."""
    if i == 0:
        return plot.sigma_r * plot.sigma_r
    s = plot.sigma_a
    if i == 1:
        c = max(np.cos(plot.el), 0.1)
        s = s / c
    return s * s


@kernel
def distance2(track, plot, radar, H, z, W):
    """Normalised innovation squared of a plot against a predicted track.

    Solved by sequential scalar steps (no matrix inverse): the conditional innovations of an
    uncorrelated measurement.  Source: Bierman, Factorization Methods (1977), III.
    """
    if not innovation(track, plot, radar, H, z):
        return np.inf
    P = track.P
    for i in range(3):
        for j in range(3):
            W[i, j] = P[i, j]
    x0 = x1 = x2 = d2 = 0.0
    for k in range(3):
        h0, h1, h2 = H[k, 0], H[k, 1], H[k, 2]
        p0 = W[0, 0] * h0 + W[0, 1] * h1 + W[0, 2] * h2
        p1 = W[1, 0] * h0 + W[1, 1] * h1 + W[1, 2] * h2
        p2 = W[2, 0] * h0 + W[2, 1] * h1 + W[2, 2] * h2
        s = h0 * p0 + h1 * p1 + h2 * p2 + noise(plot, k)
        nu = z[k] - (h0 * x0 + h1 * x1 + h2 * x2)
        d2 += nu * nu / s
        p = (p0, p1, p2)
        x0 += p0 * nu / s
        x1 += p1 * nu / s
        x2 += p2 * nu / s
        for i in range(3):
            for j in range(3):
                W[i, j] -= p[i] * p[j] / s
    return d2


@kernel
def update(track, plot, radar, H, z, K):
    """Take a plot: the linear update with three scalar steps, linearised at the prediction.

    K : float array (7,), scratch.  Sets track.nis.
    """
    if not innovation(track, plot, radar, H, z):
        return
    m = track.m
    P = track.P
    x0, x1, x2 = m[0], m[1], m[2]
    d2 = 0.0
    for k in range(3):
        h0, h1, h2 = H[k, 0], H[k, 1], H[k, 2]
        s = noise(plot, k)
        for i in range(7):
            K[i] = P[i, 0] * h0 + P[i, 1] * h1 + P[i, 2] * h2
        s += h0 * K[0] + h1 * K[1] + h2 * K[2]
        nu = z[k] - (h0 * (m[0] - x0) + h1 * (m[1] - x1) + h2 * (m[2] - x2))
        d2 += nu * nu / s
        for i in range(7):
            m[i] += K[i] * nu / s
        for i in range(7):
            for j in range(i, 7):
                v = P[i, j] - K[i] * K[j] / s
                P[i, j] = v
                P[j, i] = v
    m[6] = min(max(m[6], LN_BETA_MIN), LN_BETA_MAX)
    track.nis = d2
