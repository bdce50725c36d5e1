"""Public warning inside a run: who is warned at this scan.

Areas are the zones of a file where the scenario names one, else its places.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from opendome._jit import kernel
from opendome.kernels.threat import REACH, axes, cell_of, disc_probability
from opendome.kernels.zones import Raster, touch


class Alert(NamedTuple):
    """The zones of a run."""

    raster: Raster  # of the outlines with the margin
    points: np.ndarray  # (k, 2): kernels/zones.py, normal_points
    count: int  # zones; 0: the places are warned


def places_alone() -> Alert:
    """No zones: the places are warned."""
    nobody = np.zeros(0, np.int64)
    return Alert(Raster(np.zeros(5), nobody, nobody), np.zeros((0, 2)), 0)


@kernel
def warn(clock, fixed, belief, scratch):
    """Warn every area that some body may reach, unless a warning to it is still fresh.

    Nobody is warned of what should have come down already.

    Returns False if the table of warnings is full.
    """
    rule = fixed.warning_rule[0]
    for i in range(clock.n_slots):
        p = belief.predictions[i]
        if not p.known or p.t_impact <= clock.t:
            continue
        ellipse = axes(p.sxx, p.sxy, p.syy)
        if ellipse[0] > rule.sigma_max:
            continue
        if fixed.alert.count > 0:
            room = _zones(i, ellipse, clock, fixed, belief, scratch)
        else:
            room = _places(i, ellipse, clock, fixed, belief)
        if not room:
            return False
    return True


@kernel
def _zones(i, ellipse, clock, fixed, belief, scratch):
    """Warn the zones that the body of one slot may reach."""
    rule, alert, p = fixed.warning_rule[0], fixed.alert, belief.predictions[i]
    count, touched = scratch.zone_points, scratch.zones
    n = touch(p.x, p.y, ellipse, alert.points, alert.raster, count, touched)
    room = True
    for j in range(n):
        z = touched[j]
        likely = count[z] / len(alert.points) >= rule.p_min
        count[z] = 0
        if likely and room and clock.t - belief.warned[z] >= rule.hold:
            room = _give(z, i, clock, belief)
    return room


@kernel
def _places(i, ellipse, clock, fixed, belief):
    """Warn the places that the body of one slot may reach."""
    rule, p = fixed.warning_rule[0], belief.predictions[i]
    s1, s2, ca, sa = ellipse
    cell = cell_of(p.x, p.y, fixed.grid)
    for j in range(fixed.near.shape[1]):
        row = fixed.near[cell, j]
        place = fixed.places[row]
        dx = place.x - p.x
        dy = place.y - p.y
        radius = place.radius + rule.margin
        far = sqrt(dx * dx + dy * dy) - radius
        if far > REACH * s1 + 1.5 * fixed.grid[2]:
            break  # the list is sorted from the cell's middle: 1.5 cells hold its diagonal
        if far > REACH * s1 or clock.t - belief.warned[row] < rule.hold:
            continue
        u, v = ca * dx + sa * dy, ca * dy - sa * dx
        likely = disc_probability(u, v, radius, s1, s2) >= rule.p_min
        if likely and not _give(row, i, clock, belief):
            return False
    return True


@kernel
def _give(area, i, clock, belief):
    """Write a warning of the body of slot i; False if the table is full."""
    if clock.n_warnings == len(belief.warnings):
        return False
    w = belief.warnings[clock.n_warnings]
    w.place = area
    w.t = clock.t
    w.t_impact = belief.predictions[i].t_impact
    w.track = belief.tracks[i].id
    belief.warned[area] = clock.t
    clock.n_warnings += 1
    return True
