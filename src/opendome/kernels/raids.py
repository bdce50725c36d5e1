"""Raids and their rockets: how many, when, from where, of which class, at which place.

Every draw is addressed by the raid's identity e and the rocket's number j in it, never by a row:
adding a raid, or sorting the launches by time, leaves the others as they were.

    u, v   uniforms in (0, 1)                e      identity of a raid, the entity of its draws
    cum    cumulative shares, the last 1     j      number of a rocket in its raid
    w      weight of places in reach         c, p   rows of a class, of a place
    s      distance from a centre, m         d2, r2 squared distance and radius, m^2
"""

from math import cos, log, pi, sin, sqrt

from opendome._jit import kernel
from opendome.rng import (
    AIM_ERROR,
    AIM_PLACE,
    LAUNCH_SITE,
    LAUNCH_TIME,
    MISFIRE,
    RAID_SIZE,
    RAID_TIME,
    ROCKET_CLASS,
    normal2,
    uniform2,
)

#: Fractions of its time that the motor of a misfired rocket burns: uniform between these two.
#: Assumed: nothing is published but the share that falls short.
BURN_MIN, BURN_MAX = 0.10, 0.55

#: How far beside a place's edge a raid aims that is not aimed at the place, m: uniform between
#: these two, square to the line of fire, so that the range hardly changes.  Assumed.
BESIDE_MIN, BESIDE_MAX = 1.5e3, 5e3

#: Launch points drawn for one rocket before it is given up.  A class that reaches something from
#: 1 % of the area (the least that is let in) fails with chance 0.99^4096 = 1e-18.
ATTEMPTS = 4096

#: Raids of one interval that the identity (interval << RAID_BITS) | k tells apart.
RAID_BITS = 16


@kernel
def first_above(cum, lo, hi, u):
    """First index i of lo..hi-1 with cum[i] > u; hi-1 if there is none."""
    hi -= 1
    while lo < hi:
        mid = (lo + hi) // 2
        if cum[mid] > u:
            hi = mid
        else:
            lo = mid + 1
    return lo


@kernel
def draw_raids(seed, rep, intervals, cells, size_cum, raids, n):
    """Raids of each interval until its launches are used up.

    Parameters
    ----------
    seed, rep : int
    intervals : table INTERVALS
    cells : table CELLS
        Where in an interval raids start: uniform in a cell chosen by its weight.
    size_cum : array (raid_size_max,)
        Distribution function of the raid size; entry i holds P(size <= i + 1).
    raids : table RAIDS
        Filled from row n on.
    n : int
        Rows taken already (the named barrages).

    Returns
    -------
    int
        Rows taken.
    """
    for i in range(len(intervals)):
        row = intervals[i]
        left = row.launches
        k = 0
        while left > 0:
            e = (i << RAID_BITS) | k
            raid = raids[n]
            u, _ = uniform2(seed, rep, e, 0, RAID_SIZE, 0)
            raid.launches = min(first_above(size_cum, 0, len(size_cum), u) + 1, left)
            u, v = uniform2(seed, rep, e, 0, RAID_TIME, 0)
            cell = cells[first_above(cells["cum"], row.first_cell, row.end_cell, u)]
            raid.start = cell.t + v * cell.length
            raid.entity = e
            raid.duration = 0.0
            raid.t_min, raid.t_max = row.t_min, row.t_max
            raid.aims = 0
            left -= raid.launches
            k += 1
            n += 1
    return n


@kernel
def launch_times(seed, rep, raid, gap, first, rockets):
    """Launch times of one raid, into rows first..first+launches-1.

    A barrage spreads its launches uniformly over its duration.  The launches of any other raid
    follow each other after exponential gaps; a raid that would outlast its interval starts
    earlier, so that every interval holds its published count exactly.
    """
    t = raid.start
    for j in range(raid.launches):
        u, _ = uniform2(seed, rep, raid.entity, j, LAUNCH_TIME, 0)
        if raid.duration > 0.0:
            t = raid.start + u * raid.duration
        elif j > 0:
            t -= gap * log(u)
        rockets[first + j].t_launch = t
    late = t - raid.t_max
    if raid.duration > 0.0 or late <= 0.0:
        return
    for j in range(raid.launches):
        rocket = rockets[first + j]
        rocket.t_launch = max(rocket.t_launch - late, raid.t_min)


@kernel
def launch_site(seed, rep, e, j, attempt, triangles):
    """Ground point (x, y), m: uniform in the launch area, a table TRIANGLES of its parts."""
    u, _ = uniform2(seed, rep, e, j, LAUNCH_SITE, 2 * attempt)
    part = triangles[first_above(triangles["cum"], 0, len(triangles), u)]
    u, v = uniform2(seed, rep, e, j, LAUNCH_SITE, 2 * attempt + 1)
    if u + v > 1.0:  # the other half of the parallelogram, folded back
        u, v = 1.0 - u, 1.0 - v
    return part.x + u * part.ax + v * part.bx, part.y + u * part.ay + v * part.by


@kernel
def weigh(x, y, cls, places, weight, cum):
    """Cumulative weight, into cum, of the places that a class reaches from (x, y); their sum."""
    lo, hi = cls.range_min**2, cls.range_max**2
    w = 0.0
    for p in range(len(places)):
        dx, dy = places[p].x - x, places[p].y - y
        if lo <= dx * dx + dy * dy <= hi:
            w += weight[p]
        cum[p] = w
    return w


@kernel
def class_site_place(seed, rep, e, j, triangles, classes, class_cum, places, weight, cum):
    """Class, launch point and place of a rocket: (cls, x, y, place); place -1 if none was found.

    The class comes by its share; the point is uniform in the part of the launch area from which
    that class reaches a place of positive weight (drawn again until it does); the place comes by
    its weight among those in reach.

    Parameters
    ----------
    class_cum : array (classes,)
        Cumulative shares of the classes that reach something from enough of the area.
    weight : array (places,)
    cum : array (places,)
        Room.
    """
    u, _ = uniform2(seed, rep, e, j, ROCKET_CLASS, 0)
    c = first_above(class_cum, 0, len(class_cum), u)
    for attempt in range(ATTEMPTS):
        x, y = launch_site(seed, rep, e, j, attempt, triangles)
        w = weigh(x, y, classes[c], places, weight, cum)
        if w > 0.0:
            u, _ = uniform2(seed, rep, e, j, AIM_PLACE, 0)
            return c, x, y, first_above(cum, 0, len(cum), u * w)
    return c, 0.0, 0.0, -1


@kernel
def offset(seed, rep, e, j, aimed_share, place):
    """How far beside a place's centre a raid, or rocket j of a barrage, aims, m.

    0 for the share that aims at the place; positive is to the left of the line of fire.
    """
    u, _ = uniform2(seed, rep, e, j, AIM_PLACE, 2)
    if u < aimed_share:
        return 0.0
    u, v = uniform2(seed, rep, e, j, AIM_PLACE, 3)
    s = place.radius + BESIDE_MIN + u * (BESIDE_MAX - BESIDE_MIN)
    return s if v < 0.5 else -s


@kernel
def point_of_fall(seed, rep, e, j, x, y, cls, place, beside):
    """Ground point (x, y), m, that a rocket from (x, y) is sent to: its aim and its error.

    The aim is uniform in the place's disc, moved by `beside` (m) square to the line from (x, y):
    what is aimed at inside a town is not published, and the model knows no point in it.  The
    error is normal along and across the line of fire.
    """
    u, v = uniform2(seed, rep, e, j, AIM_PLACE, 1)
    s = place.radius * sqrt(u)
    dx, dy = place.x - x, place.y - y
    d = max(sqrt(dx * dx + dy * dy), 1.0)
    x_aim = place.x + s * cos(2.0 * pi * v) - beside * dy / d
    y_aim = place.y + s * sin(2.0 * pi * v) + beside * dx / d
    dx, dy = x_aim - x, y_aim - y
    along, across = normal2(seed, rep, e, j, AIM_ERROR, 0)
    along *= cls.sigma_range  # both are shares of the range, so (dx, dy) needs no unit vector
    across *= cls.sigma_cross
    return x_aim + along * dx - across * dy, y_aim + along * dy + across * dx


@kernel
def fill_rockets(
    seed, rep, raids, n_raids, gap, misfire_share, aimed_share, triangles, classes, class_cum,
    places, weights, rockets, x_target, y_target, cum,
):  # fmt: skip
    """Rockets of all raids, in order of raid and number; the row that reaches nothing, or -1.

    The rockets of a raid share one launch point, one class and one place: a salvo of neighbouring
    launchers.  Each rocket of a named barrage draws its own: a barrage is many crews at once.

    aimed_share : float
        Share of the raids, and of the rockets of barrages, that aim at their place, not beside it.
    class_cum : array (1 + barrages, classes)
    weights : array (1 + barrages, places)
        Row raids.aims: cumulative shares of the classes; chance of each place, before reach.
    x_target, y_target : array (rockets,), m
        Filled with the points that the rockets are sent to.
    """
    row = 0
    for r in range(n_raids):
        raid = raids[r]
        e = raid.entity
        launch_times(seed, rep, raid, gap, row, rockets)
        for j in range(raid.launches):
            if j == 0 or raid.aims > 0:
                k = raid.aims
                cls, x, y, place = class_site_place(
                    seed, rep, e, j, triangles, classes, class_cum[k], places, weights[k], cum
                )
                if place < 0:
                    return row
                beside = offset(seed, rep, e, j, aimed_share, places[place])
            rocket = rockets[row]
            rocket.raid, rocket.cls, rocket.aim = r, cls, place
            rocket.entity, rocket.number = e, j
            rocket.x0, rocket.y0 = x, y
            u, v = uniform2(seed, rep, e, j, MISFIRE, 0)
            rocket.burn = BURN_MIN + v * (BURN_MAX - BURN_MIN) if u < misfire_share else 1.0
            x_target[row], y_target[row] = point_of_fall(
                seed, rep, e, j, x, y, classes[cls], places[place], beside
            )
            row += 1
    return -1


@kernel
def disc_hit(x, y, places, hit):
    """Row of the place whose disc holds (x[i], y[i]), into hit; -1: none.

    Where discs overlap, the place whose centre is nearest in units of its radius.
    """
    for i in range(len(x)):
        hit[i], best = -1, 1.0
        for p in range(len(places)):
            place = places[p]
            dx, dy = x[i] - place.x, y[i] - place.y
            d2, r2 = dx * dx + dy * dy, place.radius * place.radius
            if d2 <= best * r2:
                hit[i], best = p, d2 / r2
