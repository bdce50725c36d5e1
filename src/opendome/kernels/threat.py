"""Probability that a body falls on a place: a bivariate normal over an offset disc.

(mx, my), S   mean and covariance of the impact point        m, m^2
s1 >= s2      standard deviations along the principal axes   m
(u, v)        centre of the disc from the mean, in those axes, m
"""

from math import atan2, cos, erf, exp, pi, sin, sqrt

import numpy as np

from opendome._jit import kernel

SQRT1_2 = 0.7071067811865476
REACH = 4.0  # standard deviations beyond which the normal counts as nothing (6e-5)

NEAR = 100.0  # m, radius about the impact in which people count as at risk; assumed

# Gauss-Legendre on theta in (-pi/2, pi/2), y = sin(theta): takes the square-root ends of the
# chord out of the sum.
POINTS = 32
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(POINTS)
NODES = tuple(float(x) for x in np.sin(0.5 * pi * _NODES))
WEIGHTS = tuple(float(w) for w in 0.5 * pi * _WEIGHTS * np.cos(0.5 * pi * _NODES))


@kernel
def axes(sxx, sxy, syy):
    """Principal axes of a covariance: s1, s2 (m) and the cosine and sine of the major axis."""
    mid = 0.5 * (sxx + syy)
    dev = sqrt(0.25 * (sxx - syy) ** 2 + sxy * sxy)
    angle = 0.5 * atan2(2.0 * sxy, sxx - syy)
    # One square metre keeps the ellipse from collapsing where the covariance has lost rank.
    return sqrt(mid + dev), sqrt(max(mid - dev, 1.0)), cos(angle), sin(angle)


@kernel
def disc_probability(u, v, r, s1, s2):
    """Probability that a centred normal with deviations s1 >= s2 falls in a disc at (u, v).

    The inner integral, along the major axis, is a difference of error functions; the outer one a
    Gauss-Legendre sum along the minor axis, over the part of the disc within REACH deviations.
    The other way round, a thin ellipse makes the chord's end a step between two points of the sum.

    Error
    -----
    Absolute, at most 1.5e-3 over s1 / r from 0.01 to 10 and axes up to 30 : 1; the worst that
    240,000 random cases of each kind found is 1.3e-3 (tests/oracle/test_threat.py).

    Source: DiDonato and Jarnagin, Math. Comp. 15 (1961), "Integration of the general bivariate
    Gaussian distribution over an offset circle".
    """
    d = sqrt(u * u + v * v)
    if d - r > REACH * s1:
        return 0.0
    if r - d > REACH * s1:
        return 1.0
    low = max(v - r, -REACH * s2)
    high = min(v + r, REACH * s2)
    if low >= high:
        return 0.0
    mid = 0.5 * (low + high)
    half = 0.5 * (high - low)
    total = 0.0
    for j in range(POINTS):
        y = mid + half * NODES[j]
        c2 = r * r - (y - v) * (y - v)
        if c2 <= 0.0:
            continue
        c = sqrt(c2)
        inner = erf((u + c) / s1 * SQRT1_2) - erf((u - c) / s1 * SQRT1_2)
        total += WEIGHTS[j] * exp(-0.5 * (y / s2) ** 2) * inner
    return total * half * 0.5 / (s2 * sqrt(2.0 * pi))


@kernel
def cell_of(x, y, grid):
    """Row of the cell of a place index: grid = (x0, y0, size, nx, ny)."""
    i = min(max((x - grid[0]) / grid[2], 0.0), grid[3] - 1.0)
    j = min(max((y - grid[1]) / grid[2], 0.0), grid[4] - 1.0)
    return np.int64(j) * np.int64(grid[3]) + np.int64(i)


@kernel
def people_near(place):
    """People within NEAR of a point of a place: its mean density times the area, at most all."""
    share = NEAR / place.radius
    return place.population * min(share * share, 1.0)


@kernel
def threaten(clock, fixed, belief):
    """Fill threat, value and place of every known prediction.

    The value at risk integrates the density of people over that of the impact point:
    sum over places of P(inside) N / (pi r^2), times the area of a circle of radius NEAR.
    """
    for i in range(clock.n_slots):
        p = belief.predictions[i]
        if not p.known:
            continue
        s1, s2, ca, sa = axes(p.sxx, p.sxy, p.syy)
        p.threat = 0.0
        p.value = 0.0
        p.place = -1
        best = 0.0
        cell = cell_of(p.x, p.y, fixed.grid)
        for j in range(fixed.near.shape[1]):
            row = fixed.near[cell, j]
            place = fixed.places[row]
            dx = place.x - p.x
            dy = place.y - p.y
            far = sqrt(dx * dx + dy * dy) - place.radius
            if far > REACH * s1 + 1.5 * fixed.grid[2]:
                break  # the list is sorted from the cell's middle: 1.5 cells hold its diagonal
            if far > REACH * s1:
                continue
            inside = disc_probability(ca * dx + sa * dy, ca * dy - sa * dx, place.radius, s1, s2)
            p.threat += inside
            p.value += inside * people_near(place)
            if inside > best:
                best = inside
                p.place = row
        p.threat = min(p.threat, 1.0)
