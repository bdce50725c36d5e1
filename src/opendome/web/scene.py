"""What stands on the map: coast, border, launch area, places, radars, batteries; degrees.

Rounded to a metre: no site is known better, and the page need not carry the rest.
"""

from math import degrees
from typing import Any

import numpy as np

from opendome import placement, places
from opendome.formats import shapes
from opendome.scenario import Scenario

DIGITS = 5  # of a degree: 1 m
#: West, south, east, north: land beside the window of the shipped coast, roughly, so that the map
#: does not end where the data do.
BEYOND = ((36.0, 26.0, 42.0, 36.0), (33.5, 26.0, 36.0, 30.5), (35.334, 33.5, 36.0, 36.0))


def ground() -> dict[str, Any]:
    """Land and border as GeoJSON; the same for every scenario."""
    land = [[_ring(ring)] for ring in places.load_land()] + [[_box(*b)] for b in BEYOND]
    border = [_ring(line) for line in places.load_border()]
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("land", "MultiPolygon", land),
            _feature("border", "MultiLineString", border),
            _feature("coast", "MultiLineString", _coast(land[: -len(BEYOND)])),
        ],
    }


def _coast(land: list) -> list[list[list[float]]]:
    """Rims of the land without the straight sides where the shipped map was cut."""
    corners = np.array([c for (ring,) in land for c in ring])
    sides = np.array([corners.min(axis=0), corners.max(axis=0)])
    lines: list[list[list[float]]] = []
    for (ring,) in land:
        at = np.array(ring)
        cut = (np.abs(at[:, None, :] - sides) < 1e-6).reshape(len(at), 4)
        along = (cut[1:] & cut[:-1]).any(axis=1)  # both ends on one side
        for part in np.split(np.arange(len(at) - 1), np.flatnonzero(np.diff(along)) + 1):
            if len(part) and not along[part[0]]:
                lines.append(at[part[0] : part[-1] + 2].tolist())
    return lines


def _box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _ring(latlon: list[tuple[float, float]]) -> list[list[float]]:
    return [[lon, lat] for lat, lon in latlon]


def _feature(kind: str, shape: str, coordinates: list) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}


def scene(s: Scenario) -> dict[str, Any]:
    """The sites of a scenario, and its clock."""
    p = s.tables()
    area = placement.launch_area(s, p.origin)
    lon, lat, _ = shapes.lonlat(area[:, 0], area[:, 1], np.zeros(len(area)), p.origin)
    return {
        "title": s.title,
        "name": s.name,
        "start": s.clock.start.isoformat(),
        "duration_s": s.clock.duration,
        "scan_period_s": s.clock.scan_period,
        "origin": list(p.origin),
        "launch_area": [[_round(a), _round(b)] for a, b in zip(lon, lat, strict=True)],
        "barrages": [b.name for b in s.threat.barrages],
        "places": _places(s, p),
        "radars": [_radar(r, row) for r, row in zip(s.radars, p.radars, strict=True)],
        "batteries": [
            _site(b) | {"radar": b.radar, "launchers": b.launchers, "rounds": b.rounds_per_launcher}
            for b in s.batteries
        ],
    }


def _places(s: Scenario, p: placement.Parameters) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "lon": _round(degrees(entry.lon)),
            "lat": _round(degrees(entry.lat)),
            "radius_m": float(row["radius"]),
            "population": int(entry.population),
        }
        for entry, row in zip(placement.all_places(s), p.places, strict=True)
    ]


def _site(b: Any) -> dict[str, Any]:
    return {"name": b.name, "lon": _round(degrees(b.lon)), "lat": _round(degrees(b.lat))}


def _radar(r: Any, row: np.void) -> dict[str, Any]:
    boresight, half = degrees(row["boresight"]), degrees(row["half_sector"])
    said = {
        "boresight_deg": boresight,
        "sector_deg": 2.0 * half,
        "range_m": float(row["range_max"]),
    }
    rim = shapes.sector(degrees(r.lon), degrees(r.lat), boresight, half, float(row["range_max"]))
    return _site(r) | said | {"outline": [[_round(a), _round(b)] for a, b in rim]}


def _round(value: float) -> float:
    return round(float(value), DIGITS)
