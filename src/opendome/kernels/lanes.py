"""Coasting flight of n bodies side by side, in loops that the compiler turns into vectors.

    s      state: x y z vx vy vz 1/beta         rows of (7, lanes); SI
    k      derivative of the first six rows
    g      scratch rows: cell fraction, gravity, speed^2, table values
    cell   table cell of each lane

Arithmetic and table look-ups stand in loops of their own: a look-up cannot be vectorised beside
stores (the compiler must assume that they overlap), and would hold the arithmetic back.
Source of the equations: kernels/ballistics.py.
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0

H_SCALE = 2048.0 / 80_000.0  # cells per metre of the air table
M2_SCALE = 4096.0 / 36.0  # cells per unit of the drag table
H_LAST = 2047.0
M2_LAST = 4095.0


@kernel
def derivative(n, s, k, g, cell, air, drag, radius):
    """Fill k with the time derivative of s in the first n lanes: drag and central gravity."""
    g0 = G0 * radius * radius
    for i in range(n):
        z = s[2, i] + radius
        r2 = s[0, i] * s[0, i] + s[1, i] * s[1, i] + z * z
        r = sqrt(r2)
        q = (r - radius) * H_SCALE
        q = q if q > 0.0 else 0.0
        q = q if q < H_LAST else H_LAST
        cell[i] = np.int64(q)
        g[0, i] = q - np.float64(cell[i])
        g[1, i] = -g0 / (r2 * r)
        g[2, i] = s[3, i] * s[3, i] + s[4, i] * s[4, i] + s[5, i] * s[5, i]
    for i in range(n):
        j = cell[i]
        g[4, i] = air[j, 0]
        g[5, i] = air[j + 1, 0]
        g[6, i] = air[j, 1]
        g[7, i] = air[j + 1, 1]
    for i in range(n):
        f = g[0, i]
        g[3, i] = g[4, i] + f * (g[5, i] - g[4, i])
        q = g[2, i] * (g[6, i] + f * (g[7, i] - g[6, i])) * M2_SCALE
        q = q if q < M2_LAST else M2_LAST
        cell[i] = np.int64(q)
        g[2, i] = q - np.float64(cell[i])
    for i in range(n):
        j = cell[i]
        g[4, i] = drag[j]
        g[5, i] = drag[j + 1]
    for i in range(n):
        c = -0.5 * g[3, i] * (g[4, i] + g[2, i] * (g[5, i] - g[4, i])) * s[6, i]
        k[0, i] = s[3, i]
        k[1, i] = s[4, i]
        k[2, i] = s[5, i]
        k[3, i] = c * s[3, i] + g[1, i] * s[0, i]
        k[4, i] = c * s[4, i] + g[1, i] * s[1, i]
        k[5, i] = c * s[5, i] + g[1, i] * (s[2, i] + radius)


@kernel
def rk4(n, s, a, k, total, g, cell, h, air, drag, radius):
    """One classical Runge-Kutta step of h[i] in the first n lanes: from s to a."""
    derivative(n, s, k, g, cell, air, drag, radius)
    for i in range(n):
        a[6, i] = s[6, i]
    for r in range(6):
        for i in range(n):
            total[r, i] = k[r, i]
            a[r, i] = s[r, i] + 0.5 * h[i] * k[r, i]
    derivative(n, a, k, g, cell, air, drag, radius)
    for r in range(6):
        for i in range(n):
            total[r, i] += 2.0 * k[r, i]
            a[r, i] = s[r, i] + 0.5 * h[i] * k[r, i]
    derivative(n, a, k, g, cell, air, drag, radius)
    for r in range(6):
        for i in range(n):
            total[r, i] += 2.0 * k[r, i]
            a[r, i] = s[r, i] + h[i] * k[r, i]
    derivative(n, a, k, g, cell, air, drag, radius)
    for r in range(6):
        for i in range(n):
            a[r, i] = s[r, i] + h[i] / 6.0 * (total[r, i] + k[r, i])
