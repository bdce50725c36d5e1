"""Height of the ground, and what it hides from a radar.

Symbols: x y ENU, m; h height of the ground above the ellipsoid, m; r range, m; az azimuth, rad,
clockwise from north; el elevation, rad; R radius of the round earth, m; k effective over true
earth radius for the bending of rays.
"""

from math import atan, atan2, cos, pi, sin
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.constants import REFRACTION_K

AZIMUTHS = 720  # directions of a mask
MASK_STEP = 500.0  # m, range step of a mask
MASK_RANGE = 150_000.0  # m, farthest range of a mask
NOWHERE = -2.0  # rad, elevation of a mask that hides nothing


class Terrain(NamedTuple):
    """Heights on a grid of the scenario's frame; no rows: the ground is the ellipsoid."""

    x0: float  # m, first column
    y0: float  # m, first row
    cell: float  # m
    low: float  # m, least height, at most 0
    high: float  # m, greatest height, at least 0
    heights: np.ndarray  # float32 (ny, nx), m


def flat() -> Terrain:
    """No terrain: the ground is the ellipsoid."""
    return Terrain(0.0, 0.0, 1.0, 0.0, 0.0, np.zeros((0, 0), np.float32))


@kernel
def ground_height(terrain, x, y):
    """Height of the ground, m: bilinear between grid points, 0 off the grid and without one."""
    h = terrain.heights
    if h.shape[0] == 0:
        return 0.0
    u, v = (x - terrain.x0) / terrain.cell, (y - terrain.y0) / terrain.cell
    # Written so that a nan is off the grid too.
    if not (0.0 <= u <= h.shape[1] - 1 and 0.0 <= v <= h.shape[0] - 1):
        return 0.0
    i, j = min(int(u), h.shape[1] - 2), min(int(v), h.shape[0] - 2)
    f, g = u - i, v - j
    low = h[j, i] + f * (h[j, i + 1] - h[j, i])
    high = h[j + 1, i] + f * (h[j + 1, i + 1] - h[j + 1, i])
    return low + g * (high - low)


@kernel
def _ground_rows(terrain, x, y, h):
    """`ground_height` of every row: fills h."""
    for i in range(len(x)):
        h[i] = ground_height(terrain, x[i], y[i])


def ground_heights(terrain: Terrain, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`ground_height` of arrays, (n,), m."""
    h = np.zeros(len(x))
    _ground_rows(terrain, np.ascontiguousarray(x), np.ascontiguousarray(y), h)
    return h


@kernel
def fill_mask(mask, terrain, x, y, height, radius):
    """Greatest elevation of the ground nearer than each range, by azimuth, from one radar.

    Parameters
    ----------
    mask : float array (AZIMUTHS, ranges), filled
        rad; column j holds the ground up to range j MASK_STEP.
    x, y : float, m
        The radar; `height` of its antenna above the ellipsoid, m.
    radius : float, m
        Of the round earth.

    Source
    ------
    Elevation over an earth of k times its radius, (h - h_0) / r - r / (2 k R): Skolnik,
    Introduction to Radar Systems, 3rd ed. (2001), 8.2.
    """
    for a in range(mask.shape[0]):
        az = 2.0 * pi * a / mask.shape[0]
        east, north = sin(az), cos(az)
        highest = NOWHERE
        mask[a, 0] = highest
        steps = max(int(MASK_STEP / terrain.cell), 1)
        for j in range(1, mask.shape[1]):
            for k in range(1, steps + 1):
                r = MASK_STEP * (j - 1 + k / steps)
                h = ground_height(terrain, x + r * east, y + r * north)
                tangent = (h - height) / r - r / (2.0 * REFRACTION_K * radius)
                highest = max(highest, atan(tangent))
            mask[a, j] = highest


def masks(
    terrain: Terrain, x: np.ndarray, y: np.ndarray, height: np.ndarray, radius: float
) -> np.ndarray:
    """Masks of all radars: (n, AZIMUTHS, ranges); without terrain (n, 1, 1), hiding nothing."""
    if terrain.heights.shape[0] == 0:
        return np.full((len(x), 1, 1), NOWHERE)
    made = np.empty((len(x), AZIMUTHS, int(MASK_RANGE / MASK_STEP) + 1))
    for i in range(len(x)):
        fill_mask(made[i], terrain, x[i], y[i], height[i], radius)
    return made


@kernel
def hidden(mask, east, north, r, el):
    """Whether the ground hides a body from a radar.

    Parameters
    ----------
    mask : float array (azimuths, ranges)
        Of that radar, from `masks`.
    east, north, r : float, m
        Body from the radar, and its range.
    el : float, rad
        Apparent elevation: the geometric one and the bending of the ray, r (1 - 1/k) / (2 R).

    Error
    -----
    The ground within the last 500 m before the body does not count, and the direction is that of
    the mask nearest to it, a quarter of a degree off at most.
    """
    if mask.shape[0] == 1:
        return False
    az = atan2(east, north)
    a = int((az if az >= 0.0 else az + 2.0 * pi) * mask.shape[0] / (2.0 * pi) + 0.5)
    j = int(min(r, MASK_RANGE) / MASK_STEP)
    return el < mask[a % mask.shape[0], min(j, mask.shape[1] - 1)]
