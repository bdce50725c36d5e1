"""What a radar measures of a state, and its derivatives by the parameters of a track.

H    derivatives of a measurement (range, azimuth, elevation, range rate) by all parameters
D    derivatives of it by the state
"""

from math import atan2, pi, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.motion import BETA, CURVE_1, CURVE_2, N_MOTION, WIND_E, WIND_N
from opendome.kernels.radar import local
from opendome.kernels.window import AZ, EL, RADAR, RANGE, RATE, SIGMA_A, SIGMA_R, SIGMA_RATE

N_PARAMETERS = 17  # eleven of the motion, three of the bias of each of two radars


@kernel
def scales(rules, scale):
    """Fill the standard deviations of the whitened parameters, (17,)."""
    for j in range(BETA):
        scale[j] = 1.0
    scale[BETA] = rules.sigma_ln_beta
    scale[CURVE_1] = rules.sigma_tilt
    scale[CURVE_2] = rules.sigma_rise
    scale[WIND_E] = rules.sigma_wind
    scale[WIND_N] = rules.sigma_wind
    for j in (N_MOTION, N_MOTION + 3):
        scale[j] = rules.sigma_bias_range
        scale[j + 1] = rules.sigma_bias_angle
        scale[j + 2] = rules.sigma_bias_angle


@kernel
def active(e, rules):
    """Parameters in use: no bias column where radars have none."""
    if rules.sigma_bias_range == 0.0 and rules.sigma_bias_angle == 0.0:
        return N_MOTION
    return N_MOTION + 3 if e.radar1 < 0 else N_PARAMETERS


@kernel
def bias_column(e, radar):
    """First column of a radar's bias; -1: a third radar, whose bias has none."""
    if e.radar0 < 0:
        e.radar0 = radar
    if radar == e.radar0:
        return N_MOTION
    if e.radar1 < 0:
        e.radar1 = radar
    return N_MOTION + 3 if radar == e.radar1 else -1


@kernel
def measure(x, radar, h, D):
    """Range, azimuth, elevation, range rate of a state x (6,), and derivatives D (4, 6) by it.

    Returns False where the geometry is degenerate (body on top of the radar).
    """
    e, n, u = local(radar, x[0], x[1], x[2])
    g2 = e * e + n * n
    if g2 < 1.0:
        return False
    r2 = g2 + u * u
    r, g = sqrt(r2), sqrt(g2)
    h[0], h[1], h[2] = r, atan2(e, n), atan2(u, g)
    Q = radar.rotation
    rate = 0.0
    for j in range(3):
        D[0, j] = (e * Q[0, j] + n * Q[1, j] + u * Q[2, j]) / r
        D[1, j] = (n * Q[0, j] - e * Q[1, j]) / g2
        D[2, j] = (-u * (e * Q[0, j] + n * Q[1, j]) / g + g * Q[2, j]) / r2
        rate += D[0, j] * x[3 + j]
    h[3] = rate
    for j in range(3):
        for k in range(3):
            D[k, 3 + j] = 0.0
        D[3, j] = (x[3 + j] - rate * D[0, j]) / r
        D[3, 3 + j] = D[0, j]
    return True


@kernel
def turn(angle):
    """The angle in -pi .. pi."""
    return angle - 2.0 * pi * np.floor((angle + pi) / (2.0 * pi))


@kernel
def compare(e, w, x, F, scale, radar, k):
    """Innovation k.z, variance k.r and rows k.H of a window row against a state.

    Returns the number of scalar measurements: 3, 4 with a range rate, 0 where degenerate.
    """
    h, D, H = k.h, k.D, k.H
    if not measure(x, radar, h, D):
        return 0
    m = 4 if w[RATE] == w[RATE] else 3
    k.z[0] = w[RANGE] - h[0]
    k.z[1] = turn(w[AZ] - h[1])
    k.z[2] = turn(w[EL] - h[2])
    k.z[3] = w[RATE] - h[3]
    k.r[0] = w[SIGMA_R] ** 2
    k.r[1] = (w[SIGMA_A] / max(np.cos(w[EL]), 0.1)) ** 2
    k.r[2] = w[SIGMA_A] ** 2
    k.r[3] = w[SIGMA_RATE] ** 2
    for i in range(m):
        for j in range(N_MOTION):
            a = D[i, 0] * F[0, j] + D[i, 1] * F[1, j] + D[i, 2] * F[2, j]
            if i == 3:
                a += D[i, 3] * F[3, j] + D[i, 4] * F[4, j] + D[i, 5] * F[5, j]
            H[i, j] = a * scale[j]
        for j in range(N_MOTION, N_PARAMETERS):
            H[i, j] = 0.0
    column = bias_column(e, np.int64(w[RADAR]))
    for i in range(3):
        if column >= 0:
            H[i, column + i] = scale[column + i]
        else:
            k.r[i] += scale[N_MOTION + i] ** 2
    return m
