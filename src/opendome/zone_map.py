"""Zones in a scenario's frame, with their people, and on a raster."""

from collections.abc import Sequence
from math import degrees, nan
from typing import Any, NamedTuple

import numpy as np
import shapely

from opendome import frames, placement, places
from opendome import zones as zone_files
from opendome.kernels.zones import Raster
from opendome.zones import Zone

CELL = 250.0  # m, of the raster
SAMPLES = 64  # points in a place's disc that share its people among zones


class ZoneMap(NamedTuple):
    """Zones in a scenario's frame."""

    names: tuple[str, ...]
    xy: np.ndarray  # (n, 2), m: middles
    shapes: np.ndarray  # (n,) of shapely geometries, m
    seconds: np.ndarray  # (n,), s: published time to shelter; nan: none
    people: np.ndarray  # (n,)
    distance: np.ndarray  # (n,), m: from the middle to the launch area


def places_of(scenario: Any) -> list[Zone]:
    """The places of a scenario as zones, shipped or its own; no published times."""
    return [
        Zone(p.name, degrees(p.lat), degrees(p.lon), p.radius, (), nan)
        for p in placement.all_places(scenario)
    ]


def project(zones: Sequence[Zone], scenario: Any) -> ZoneMap:
    """Zones in the frame of a scenario, with the people of the shipped places in them."""
    origin = scenario.tables().origin
    shapes = np.array([_shape(z, origin) for z in zones])
    xy = shapely.get_coordinates(shapely.centroid(shapes))
    area = shapely.Polygon(placement.launch_area(scenario, origin))
    return ZoneMap(
        tuple(z.name for z in zones), xy, shapes, np.array([z.seconds for z in zones]),
        _people(shapes, origin), shapely.distance(area, shapely.points(xy)),
    )  # fmt: skip


def _shape(z: Zone, origin: tuple[float, float]) -> shapely.Geometry:
    if not z.rings:
        x, y, _ = frames.enu(z.lat_deg, z.lon_deg, 0.0, origin)
        return shapely.buffer(shapely.Point(x, y), z.radius_m)
    parts = []
    for ring in z.rings:
        lat, lon = np.array(ring).T
        x, y, _ = frames.enu(lat, lon, 0.0, origin)
        parts.append(shapely.Polygon(np.column_stack([x, y])))
    return shapely.make_valid(shapely.union_all(parts))


def _people(shapes: np.ndarray, origin: tuple[float, float]) -> np.ndarray:
    """Inhabitants: those of each shipped place, spread over its disc, to the nearest zone."""
    found = places.load_places()
    x, y, _ = frames.enu(
        np.array([p.lat_deg for p in found]), np.array([p.lon_deg for p in found]), 0.0, origin
    )
    k = np.arange(SAMPLES)
    r, turn = np.sqrt((k + 0.5) / SAMPLES), k * np.pi * (3.0 - np.sqrt(5.0))
    radius = np.array([p.radius_m for p in found])[:, None]
    points = shapely.points(
        (x[:, None] + radius * r * np.cos(turn)).ravel(),
        (y[:, None] + radius * r * np.sin(turn)).ravel(),
    )
    closest = shapely.STRtree(shapes).nearest(points)
    share = np.repeat([p.population / SAMPLES for p in found], SAMPLES)
    return np.bincount(closest, share, len(shapes))


def raster(shapes: np.ndarray, margin: float) -> Raster:
    """Cells whose middle lies in each zone or within the margin around it."""
    grown = shapely.buffer(shapes, margin) if margin > 0.0 else shapes
    x0, y0, x1, y1 = shapely.total_bounds(grown)
    nx, ny = int((x1 - x0) // CELL) + 1, int((y1 - y0) // CELL) + 1
    cells, owners = [], []
    for z, shape in enumerate(grown):
        low_x, low_y, high_x, high_y = shapely.bounds(shape)
        i = np.arange(int((low_x - x0) // CELL), int((high_x - x0) // CELL) + 1)
        j = np.arange(int((low_y - y0) // CELL), int((high_y - y0) // CELL) + 1)
        i, j = (a.ravel() for a in np.meshgrid(i, j))
        shapely.prepare(shape)
        inside = shapely.intersects_xy(shape, x0 + (i + 0.5) * CELL, y0 + (j + 0.5) * CELL)
        cells.append((j * nx + i)[inside])
        owners.append(np.full(int(inside.sum()), z))
    cell, owner = np.concatenate(cells), np.concatenate(owners)
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(nx * ny + 1))
    return Raster(np.array([x0, y0, CELL, nx, ny]), first, owner[order])


def zones_of(scenario: Any) -> list[Zone]:
    """The zones of the file that a scenario's [warning] names; none: its places are warned.

    Raises
    ------
    ScenarioError
        The file is missing or malformed.
    """
    name = getattr(scenario.warning, "zones", "")
    return zone_files.read(scenario.folder / name) if name else []


def falls(x: np.ndarray, y: np.ndarray, r: Raster) -> np.ndarray:
    """Pairs of a point and a zone in which it lies, (n, 2); by point."""
    x0, y0, size, nx, ny = r.grid
    i, j = np.floor((x - x0) / size), np.floor((y - y0) / size)
    ok = (i >= 0) & (j >= 0) & (i < nx) & (j < ny)
    pairs = [
        (k, z)
        for k in np.flatnonzero(ok)
        for z in r.zones[slice(*r.first[int(j[k] * nx + i[k]) :][:2])]
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def nearest(x: np.ndarray, y: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Row of the zone in which each point lies, or of the nearest one."""
    return np.asarray(shapely.STRtree(shapes).nearest(shapely.points(x, y)), np.int64)
