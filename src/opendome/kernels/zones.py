"""Probabilities of zones of any outline, and warnings from logged predictions.

The outlines lie on a raster: cell (i, j) lists the zones that it belongs to.  The probability of a
zone is the share of an even set of points of the impact's normal that falls into its cells.
Inside a run kernels/warn.py applies the rule.

(mx, my), S   mean and covariance of the impact point        m, m^2
s1 >= s2      standard deviations along the principal axes   m
"""

from math import floor
from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.threat import axes

POINTS = 256


class Raster(NamedTuple):
    """Cells, and the zones that cell c belongs to: zones[first[c]:first[c + 1]]."""

    grid: np.ndarray  # (5,): x0, y0, cell size (m), columns, rows
    first: np.ndarray  # (cells + 1,) int
    zones: np.ndarray  # int


def normal_points(n: int = POINTS) -> np.ndarray:
    """Points (n, 2) that stand for a standard bivariate normal, each with weight 1 / n.

    Radii at the quantiles (k + 1/2) / n of a Rayleigh law, turned by the golden angle.

    Error
    -----
    Of the probability of a half plane or a disc: below 0.01 at n = 256 (tests/oracle).

    Source: Vogel, Mathematical Biosciences 44 (1979) 179-189, for the angle.
    """
    k = np.arange(n)
    r = np.sqrt(-2.0 * np.log1p(-(k + 0.5) / n))
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


@kernel
def touch(x, y, ellipse, points, raster, count, touched):
    """Count the points of one impact's normal in every zone.

    Parameters
    ----------
    x, y : float, m
        Mean of the impact.
    ellipse : tuple
        s1, s2 (m), cosine and sine of the major axis, as `axes` gives them.
    points : array (k, 2)
    raster : Raster
    count : int array (zones,), zeros
        Filled with the points in each zone; whoever reads them puts zeros back.
    touched : int array (zones,)
        Filled with the zones that have points.

    Returns
    -------
    int
        Zones touched.
    """
    s1, s2, ca, sa = ellipse
    n = 0
    for j in range(len(points)):
        u, v = s1 * points[j, 0], s2 * points[j, 1]
        cell = _cell(x + ca * u - sa * v, y + sa * u + ca * v, raster.grid)
        if cell < 0:
            continue
        for at in range(raster.first[cell], raster.first[cell + 1]):
            z = raster.zones[at]
            if count[z] == 0:
                touched[n] = z
                n += 1
            count[z] += 1
    return n


@allocating_kernel
def probabilities(impacts, points, raster, count, least, rows, found, chance):
    """Zones that each predicted impact may fall in, with their probabilities.

    Parameters
    ----------
    impacts : array (n, 5)
        x, y (m), sxx, sxy, syy (m^2).
    points : array (k, 2)
    raster : Raster
    count : int array (zones,), zeros
        Room.
    least : float
        Probabilities below it are left out.
    rows, found : int arrays; chance : float array
        Filled with impact, zone, probability.

    Returns
    -------
    int
        Entries filled; -1 if they do not fit.
    """
    n = 0
    touched = np.empty(len(count), np.int64)
    for i in range(len(impacts)):
        ellipse = axes(impacts[i, 2], impacts[i, 3], impacts[i, 4])
        n_touched = touch(impacts[i, 0], impacts[i, 1], ellipse, points, raster, count, touched)
        for j in range(n_touched):
            z = touched[j]
            p = count[z] / len(points)
            count[z] = 0
            if p >= least:
                if n == len(rows):
                    return -1
                rows[n], found[n], chance[n] = i, z, p
                n += 1
    return n


@kernel
def _cell(x, y, grid):
    """Cell of a point; -1 outside."""
    i, j = floor((x - grid[0]) / grid[2]), floor((y - grid[1]) / grid[2])
    if i < 0.0 or j < 0.0 or i >= grid[3] or j >= grid[4]:
        return -1
    return np.int64(j) * np.int64(grid[3]) + np.int64(i)


@kernel
def give(rows, found, chance, time, impact, size, p_min, hold, sigma_max, warned, given):
    """Warn each zone whose probability passes the threshold, unless its warning is fresh.

    Parameters
    ----------
    rows, found, chance : arrays (n,)
        From `probabilities`, in order of time.
    time, impact, size : float arrays, by row
        Time of the prediction, predicted impact time (s), major axis of the ellipse (m).
    p_min, hold, sigma_max : float
        As in the rule of models/warnings.
    warned : float array (zones,), -inf
        Time of each zone's last warning; changed.
    given : int array (n,)
        Filled with the entries that warn.

    Returns
    -------
    int
        Entries filled.
    """
    n = 0
    for e in range(len(rows)):
        i, z = rows[e], found[e]
        late = impact[i] <= time[i]
        if chance[e] < p_min or size[i] > sigma_max or late or time[i] - warned[z] < hold:
            continue
        warned[z] = time[i]
        given[n] = e
        n += 1
    return n
