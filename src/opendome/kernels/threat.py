"""Probability that a body falls on a place: a bivariate normal over an offset disc.

    (mx, my), S   mean and covariance of the impact point        m, m^2
    s1 >= s2      standard deviations along the principal axes   m
    (u, v)        centre of the disc from the mean, in those axes, m
"""

from math import atan2, cos, erf, exp, pi, sin, sqrt

import numpy as np

from opendome._jit import kernel

SQRT1_2 = 0.7071067811865476
REACH = 5.0  # standard deviations beyond which the normal counts as nothing (5.7e-7)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
NODES = tuple(float(x) for x in _NODES)
WEIGHTS = tuple(float(w) for w in _WEIGHTS)


@kernel
def axes(sxx, sxy, syy):
    """Principal axes of a covariance: s1, s2 (m) and the cosine and sine of the major axis."""
    mid = 0.5 * (sxx + syy)
    dev = sqrt(0.25 * (sxx - syy) ** 2 + sxy * sxy)
    angle = 0.5 * atan2(2.0 * sxy, sxx - syy)
    return sqrt(mid + dev), sqrt(max(mid - dev, 1.0)), cos(angle), sin(angle)


@kernel
def disc_probability(u, v, r, s1, s2):
    """Probability that a centred normal with deviations s1, s2 falls in a disc at (u, v).

    The inner integral is a difference of error functions; the outer one, along the major axis,
    a 16-point Gauss-Legendre sum over the part of the disc within five deviations.

    Error
    -----
    Absolute, at most 1e-3 over s/r from 0.01 to 10 (tests/oracle/test_threat.py).

    Source: DiDonato and Jarnagin, Math. Comp. 15 (1961), "Integration of the general bivariate
    Gaussian distribution over an offset circle".
    """
    d = sqrt(u * u + v * v)
    if d - r > REACH * s1:
        return 0.0
    if r - d > REACH * s1:
        return 1.0
    low = max(u - r, -REACH * s1)
    high = min(u + r, REACH * s1)
    if low >= high:
        return 0.0
    # x = mid + half sin(theta) takes the square-root ends of the chord out of the sum.
    mid = 0.5 * (low + high)
    half = 0.5 * (high - low)
    total = 0.0
    for j in range(16):
        theta = 0.5 * pi * NODES[j]
        x = mid + half * sin(theta)
        c2 = r * r - (x - u) * (x - u)
        if c2 <= 0.0:
            continue
        c = sqrt(c2)
        inner = erf((v + c) / s2 * SQRT1_2) - erf((v - c) / s2 * SQRT1_2)
        total += WEIGHTS[j] * cos(theta) * exp(-0.5 * (x / s1) ** 2) * inner
    return total * half * 0.5 * pi * 0.5 / (s1 * sqrt(2.0 * pi))


@kernel
def cell_of(x, y, grid):
    """Row of the cell of a place index: grid = (x0, y0, size, nx, ny)."""
    i = min(max((x - grid[0]) / grid[2], 0.0), grid[3] - 1.0)
    j = min(max((y - grid[1]) / grid[2], 0.0), grid[4] - 1.0)
    return np.int64(j) * np.int64(grid[3]) + np.int64(i)


@kernel
def threaten(clock, fixed, belief):
    """Fill threat and place of every known prediction, and list the places it may reach.

    The list (belief.hit: probability of falling on the place or within the warning's margin of
    it; belief.hit_pair: place and slot) is for the warning stage.

    fixed.near holds in each cell of fixed.grid the places by the distance of their edge.
    Returns False if the list is full.
    """
    places, grid, near = fixed.places, fixed.grid, fixed.near
    margin = fixed.warning_rule[0].margin
    n_hit = 0
    for i in range(clock.n_slots):
        p = belief.predictions[i]
        if not p.known:
            continue
        s1, s2, ca, sa = axes(p.sxx, p.sxy, p.syy)
        p.threat = 0.0
        p.place = -1
        best = 0.0
        cell = cell_of(p.x, p.y, grid)
        for j in range(near.shape[1]):
            row = near[cell, j]
            place = places[row]
            dx = place.x - p.x
            dy = place.y - p.y
            far = sqrt(dx * dx + dy * dy) - place.radius - margin
            # The list is sorted by distance from the cell, so stop one cell diagonal later.
            if far > REACH * s1 + 1.5 * grid[2]:
                break
            if far > REACH * s1:
                continue
            u = ca * dx + sa * dy
            v = ca * dy - sa * dx
            inside = disc_probability(u, v, place.radius, s1, s2)
            p.threat += inside
            if inside > best:
                best = inside
                p.place = row
            if n_hit == len(belief.hit):
                return False
            belief.hit[n_hit] = disc_probability(u, v, place.radius + margin, s1, s2)
            belief.hit_pair[n_hit, 0] = row
            belief.hit_pair[n_hit, 1] = i
            n_hit += 1
        p.threat = min(p.threat, 1.0)
    clock.n_hits = n_hit
    return True


@kernel
def warn(clock, fixed, belief):
    """Warn every place that some body may reach, unless a warning to it is still fresh.

    Returns False if the table of warnings is full.
    """
    rule = fixed.warning_rule[0]
    for k in range(clock.n_hits):
        row = belief.hit_pair[k, 0]
        slot = belief.hit_pair[k, 1]
        p = belief.predictions[slot]
        if belief.hit[k] < rule.p_min or clock.t - belief.warned[row] < rule.hold:
            continue
        s1, _, _, _ = axes(p.sxx, p.sxy, p.syy)
        if s1 > rule.sigma_max:
            continue
        if clock.n_warnings == len(belief.warnings):
            return False
        w = belief.warnings[clock.n_warnings]
        w.place = row
        w.t = clock.t
        w.t_impact = p.t_impact
        w.track = belief.tracks[slot].id
        belief.warned[row] = clock.t
        clock.n_warnings += 1
    return True
