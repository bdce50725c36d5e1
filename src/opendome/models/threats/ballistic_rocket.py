"""Ballistic rockets in raids: the timeline of a scenario, and the rockets of one replication.

`plan` runs once for a scenario; `launches` draws the rockets of one replication from it, before
their flight; `classify` says where each would fall if nobody touched it, after it.

The published cumulative counts fix how many rockets every interval holds, the named barrages
within it included; what is random is how they split into raids, when, from where, at what.
Nothing here knows the defence: points of launch and places aimed at depend on reach, population
and the public record of alerts only.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from opendome import frames, tables
from opendome.kernels import raids as kernels
from opendome.models.threats._aims import aims
from opendome.tables import table

HOUR = 3600.0  # s

INTERVALS = table(
    "intervals",
    "intervals between two published cumulative counts",
    ("t_min", "f8", "s", "start"),
    ("t_max", "f8", "s", "end"),
    ("launches", "i8", "1", "launches in raids without a name"),
    ("first_cell", "i8", "-", "row of its first cell"),
    ("end_cell", "i8", "-", "row after its last cell"),
)

CELLS = table(
    "cells",
    "parts of the intervals in which the start of a raid is uniform",
    ("t", "f8", "s", "start"),
    ("length", "f8", "s", "length"),
    ("cum", "f8", "1", "cumulative chance within the interval"),
)

TRIANGLES = table(
    "triangles",
    "the launch area in triangles: a corner and two edges",
    ("x", "f8", "m", "corner east"),
    ("y", "f8", "m", "corner north"),
    ("ax", "f8", "m", "first edge east"),
    ("ay", "f8", "m", "first edge north"),
    ("bx", "f8", "m", "second edge east"),
    ("by", "f8", "m", "second edge north"),
    ("cum", "f8", "1", "cumulative share of the area"),
)

RAIDS = table(
    "raids",
    "raids of one replication: the named barrages, then the others by interval",
    ("entity", "i8", "-", "identity: addresses random numbers"),
    ("launches", "i8", "1", "rockets"),
    ("start", "f8", "s", "first launch, or start of the barrage"),
    ("duration", "f8", "s", "length of a barrage; 0: launches follow each other after gaps"),
    ("t_min", "f8", "s", "start of its interval"),
    ("t_max", "f8", "s", "end of its interval"),
    ("aims", "i8", "-", "row of weights to aim by: 0 all places, i + 1 those of barrage i"),
)

#: Entity of the first named barrage: above every (interval << RAID_BITS) | k.
BARRAGE_ENTITY = 1 << 31


class Barrage(NamedTuple):
    """A raid that is known by itself."""

    name: str
    start: float  # s
    duration: float  # s
    launches: int
    places: tuple[int, ...]  # rows


class Timeline(NamedTuple):
    """What is known of when rockets are launched, in seconds since the start of the scenario."""

    until: Sequence[float]  # ends of the intervals, increasing; the first one starts at 0
    launched: Sequence[int]  # cumulative launches at these times
    barrages: Sequence[Barrage] = ()
    hours: Sequence[float] = ()  # starts of the hours that have a weight
    weights: Sequence[float] = ()  # relative frequency of raids in each of these hours


class Plan(NamedTuple):
    """All that `launches` and `classify` need, made once for a scenario by `plan`.

    Raids 0 to n_barrages - 1 of every replication are the named barrages, in their order.
    """

    n_rockets: int
    n_barrages: int
    intervals: np.ndarray
    cells: np.ndarray
    barrages: np.ndarray
    size_cum: np.ndarray
    gap: float
    misfire_share: float
    aimed_share: float
    triangles: np.ndarray
    classes: np.ndarray
    class_cum: np.ndarray  # (1 + n_barrages, classes): cumulative shares, all raids and barrages
    places: np.ndarray
    weights: np.ndarray  # (1 + n_barrages, places)
    radius: float
    launch_area: shapely.Geometry
    land: shapely.Geometry


def plan(
    timeline: Timeline,
    classes: np.ndarray,
    places: np.ndarray,
    launch_area: np.ndarray,
    land: shapely.Geometry,
    *,
    raid_size_exponent: float,
    raid_size_max: int,
    launch_gap: float,
    misfire_share: float,
    radius: float,
    aimed_share: float = 1.0,
) -> Plan:
    """Everything about the launches that does not depend on chance.

    Parameters
    ----------
    timeline : Timeline
    classes, places : tables CLASSES and PLACES
    launch_area : array (corners, 2), m
        Outline in ENU; also the area inside which a fallen rocket counts as short.
    land : shapely geometry, m
        Land in ENU; the rest is sea.
    raid_size_exponent : float
        a in P(size >= n) = (n^-(a - 1) - c) / (1 - c), c = (raid_size_max + 1)^-(a - 1).
    raid_size_max : int
    launch_gap : float, s
        Mean time between two launches of a raid.
    misfire_share : float
        Chance that a motor burns only a part of its time.
    radius : float, m
        Radius of the round earth (`frames.earth_radius`).
    aimed_share : float
        Chance that a raid, or a rocket of a barrage, is aimed at its place, not beside it.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        The counts decrease, an interval is too short or too small for its barrages, or no class
        reaches a place.
    """
    intervals, barrages = _count(timeline)
    cells = _cut(intervals, timeline)
    n = np.arange(1.0, raid_size_max + 2.0)
    tail = n ** -(raid_size_exponent - 1.0)
    area = shapely.Polygon(launch_area)
    named = [barrage.places for barrage in timeline.barrages]
    class_cum, weights = aims(area, classes, places, named)
    shapely.prepare(area)
    shapely.prepare(land)
    return Plan(
        n_rockets=int(intervals["launches"].sum() + barrages["launches"].sum()),
        n_barrages=len(barrages),
        intervals=intervals,
        cells=cells,
        barrages=barrages,
        size_cum=(1.0 - tail[1:]) / (1.0 - tail[-1]),
        gap=launch_gap,
        misfire_share=misfire_share,
        aimed_share=aimed_share,
        triangles=_triangles(area),
        classes=classes,
        class_cum=class_cum,
        places=places,
        weights=weights,
        radius=radius,
        launch_area=area,
        land=land,
    )


def launches(plan: Plan, seed: int, rep: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rockets of one replication, in order of launch, before aiming and flight.

    Parameters
    ----------
    plan : Plan
    seed, rep : int

    Returns
    -------
    rockets : table ROCKETS (n,)
        Filled: id, raid, cls, aim, t_launch, x0, y0, z0, burn, status, shots.
    x_target, y_target : array (n,), m
        Where each is sent to: its aim in the place's disc plus its error.

    Raises
    ------
    ValueError
        A rocket found no launch point (`plan` leaves no class in for which that can happen).
    """
    raids = RAIDS.allocate(plan.n_rockets)
    raids[: plan.n_barrages] = plan.barrages
    n_raids = kernels.draw_raids(
        seed, rep, plan.intervals, plan.cells, plan.size_cum, raids, plan.n_barrages
    )
    rockets = tables.ROCKETS.allocate(plan.n_rockets)
    x_target, y_target = np.empty(plan.n_rockets), np.empty(plan.n_rockets)
    lost = kernels.fill_rockets(
        seed, rep, raids, n_raids, plan.gap, plan.misfire_share, plan.aimed_share, plan.triangles,
        plan.classes, plan.class_cum, plan.places, plan.weights, rockets, x_target, y_target,
        np.empty(len(plan.places)),
    )  # fmt: skip
    if lost >= 0:
        raise ValueError(f"threat: no launch point found for rocket {lost} of replication {rep}")
    order = np.argsort(rockets["t_launch"], kind="stable")
    rockets = rockets[order]
    rockets["id"] = np.arange(len(rockets))
    rockets["z0"] = frames.surface_z(rockets["x0"], rockets["y0"], plan.radius)
    rockets["status"] = tables.WAITING
    rockets["shots"] = 0
    return rockets, x_target[order], y_target[order]


def classify(rockets: np.ndarray, plan: Plan) -> None:
    """Where each rocket falls if nobody touches it: fills `lands` and `place`.

    Short: inside the launch area.  Sea: off the land, even inside a place's disc.  Protected:
    inside a disc; where discs overlap, of the place nearest in units of its radius.  Else open.

    Parameters
    ----------
    rockets : table ROCKETS
        With x_impact and y_impact.
    plan : Plan
    """
    x, y = np.ascontiguousarray(rockets["x_impact"]), np.ascontiguousarray(rockets["y_impact"])
    short = shapely.intersects_xy(plan.launch_area, x, y)
    sea = ~shapely.intersects_xy(plan.land, x, y) & ~short
    hit = np.empty(len(rockets), np.int64)
    kernels.disc_hit(x, y, plan.places, hit)
    hit[short | sea] = -1
    rockets["place"] = hit
    rockets["lands"] = np.select(
        [short, sea, hit >= 0], [tables.SHORT, tables.SEA, tables.PROTECTED], tables.OPEN
    )


def _count(timeline: Timeline) -> tuple[np.ndarray, np.ndarray]:
    """Intervals with the launches that their barrages leave, and the barrages as RAIDS."""
    until = np.asarray(timeline.until, "f8")
    counts = np.diff(np.asarray(timeline.launched, "i8"), prepend=0)
    intervals = INTERVALS.allocate(len(until))
    intervals["t_max"] = until
    intervals["t_min"] = np.concatenate(([0.0], until[:-1]))[: len(until)]
    if (intervals["t_max"] <= intervals["t_min"]).any() or (counts < 0).any():
        raise ValueError("threat.interval: want increasing times and counts that never decrease")
    most = (1 << kernels.RAID_BITS) - 1
    if (counts > most).any():
        raise ValueError(f"threat.interval: want at most {most} launches in each")
    barrages = RAIDS.allocate(len(timeline.barrages))
    for i, b in enumerate(timeline.barrages):
        end = b.start + b.duration
        barrages[i] = (BARRAGE_ENTITY + i, b.launches, b.start, b.duration, b.start, end, i + 1)
        k = int(np.searchsorted(until, b.start, side="right"))
        if k == len(until):
            continue  # after the last count: in addition to it
        counts[k] -= b.launches
        if end > until[k] or counts[k] < 0:
            raise ValueError(
                f"threat.barrage {b.name!r}: {b.launches} launches until {end:g} s do not fit in "
                f"the interval that ends at {until[k]:g} s (want it within, with enough launches)"
            )
    intervals["launches"] = counts
    return intervals, barrages


def _cut(intervals: np.ndarray, timeline: Timeline) -> np.ndarray:
    """Cells of all intervals: their hours, or the whole interval where no hour has a weight."""
    hours = np.asarray(timeline.hours, "f8")
    parts = [np.empty((0, 3))]
    n = 0
    for row in intervals:
        start = np.maximum(hours, row["t_min"])
        length = np.minimum(hours + HOUR, row["t_max"]) - start
        weight = np.asarray(timeline.weights, "f8") * np.maximum(length, 0.0) / HOUR
        some = weight > 0.0
        if some.any():
            part = np.column_stack([start[some], length[some], np.cumsum(weight[some])])
            part[:, 2] /= weight.sum()
        else:
            part = np.array([[row["t_min"], row["t_max"] - row["t_min"], 1.0]])
        row["first_cell"], row["end_cell"] = n, n + len(part)
        n += len(part)
        parts.append(part)
    cells = CELLS.allocate(n)
    cells["t"], cells["length"], cells["cum"] = np.concatenate(parts).T
    return cells


def _triangles(area: shapely.Polygon) -> np.ndarray:
    """The area in triangles that do not overlap."""
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(area))
    corners = np.array([shapely.get_coordinates(p)[:3] for p in parts])
    rows = TRIANGLES.allocate(len(parts))
    rows["x"], rows["y"] = corners[:, 0].T
    rows["ax"], rows["ay"] = (corners[:, 1] - corners[:, 0]).T
    rows["bx"], rows["by"] = (corners[:, 2] - corners[:, 0]).T
    rows["cum"] = np.cumsum(shapely.area(parts)) / shapely.area(parts).sum()
    return rows
