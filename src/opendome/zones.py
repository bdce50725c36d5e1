"""Alert zones: read from GeoJSON or CSV, written as the one form that OpenDome reads.

A zone has a name, an outline or a disc, and perhaps a published time to shelter.  None ship with
OpenDome: official outlines have their own licences.  Without a file a scenario's places are zones.
"""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from opendome.errors import ScenarioError

#: Keys under which files name the published time to shelter, s.
SECONDS = ("seconds", "countdown_s", "countdown", "migun_time", "time_to_shelter_s")
NAMES = ("name", "zone", "name_en", "label")
LATITUDES, LONGITUDES = ("lat_deg", "lat", "latitude"), ("lon_deg", "lon", "lng", "longitude")
RADIUS_KM = 1.5  # of a position without radius or outline; assumed: half of the usual distance

#: Vertices (lat, lon), degrees.
Ring = tuple[tuple[float, float], ...]


class Zone(NamedTuple):
    """An area that is warned as one."""

    name: str
    lat_deg: float
    lon_deg: float
    radius_m: float  # of the disc, where there is no outline
    rings: tuple[Ring, ...]  # outlines of its parts; empty: the disc
    seconds: float  # published time to shelter; nan: none


def read(path: str | Path) -> list[Zone]:
    """Read zones from GeoJSON (points, polygons) or CSV (positions).

    Raises
    ------
    ScenarioError
        The file is missing or malformed, or a zone is wrong; one line a problem.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read ({error}; want GeoJSON or CSV)") from None
    problems: list[str] = []
    parse = _geojson if text.lstrip().startswith("{") else _csv
    zones = parse(text, problems)
    if not zones and not problems:
        problems = ["no zones (want a FeatureCollection, or a CSV with name, lat_deg, lon_deg)"]
    if problems:
        raise ScenarioError([f"{path}: {line}" for line in problems])
    return _apart(zones)


def _apart(zones: list[Zone]) -> list[Zone]:
    """Zones under different names: the official list has some twice; the later are numbered."""
    seen: Counter[str] = Counter()
    found = []
    for z in zones:
        seen[z.name] += 1
        found.append(z if seen[z.name] == 1 else z._replace(name=f"{z.name} ({seen[z.name]})"))
    return found


def geojson(zones: Sequence[Zone]) -> str:
    """The form that OpenDome writes: discs are points with `radius_km`, outlines multipolygons."""
    features = []
    for z in zones:
        properties: dict[str, Any] = {"name": z.name}
        if isfinite(z.seconds):
            properties["seconds"] = z.seconds
        if z.rings:
            parts = [[[[lon, lat] for lat, lon in ring]] for ring in z.rings]
            geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": parts}
        else:
            properties["radius_km"] = z.radius_m / 1e3
            geometry = {"type": "Point", "coordinates": [z.lon_deg, z.lat_deg]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return (
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n"
    )


def _geojson(text: str, problems: list[str]) -> list[Zone]:
    try:
        features = json.loads(text)["features"]
        pairs = [(f["properties"] or {}, f["geometry"]) for f in features]
    except (ValueError, KeyError, TypeError) as error:
        problems.append(f"no GeoJSON ({error}; want a FeatureCollection)")
        return []
    found = [_feature(i, p, g, problems) for i, (p, g) in enumerate(pairs)]
    return [z for z in found if z is not None]


def _feature(i: int, properties: dict, geometry: Any, problems: list[str]) -> Zone | None:
    where = f"features[{i}]"
    name = _first(properties, NAMES)
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        if kind == "Point":
            rings: tuple[Ring, ...] = ()
            lon, lat = (float(v) for v in coordinates[:2])
        else:
            parts = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
            rings = tuple(tuple((float(c[1]), float(c[0])) for c in part[0]) for part in parts)
            corners = [c for ring in rings for c in ring]
            lat, lon = (sum(c[k] for c in corners) / len(corners) for k in (0, 1))
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        problems.append(f"{where}: no outline (want a Polygon, a MultiPolygon or a Point)")
        return None
    return _zone(where, name, lat, lon, properties, rings, problems)


def _csv(text: str, problems: list[str]) -> list[Zone]:
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    found = []
    for i, row in enumerate(rows):
        where = f"line {i + 2}"
        try:
            lat, lon = float(_first(row, LATITUDES)), float(_first(row, LONGITUDES))
        except ValueError:
            problems.append(f"{where}: no position (want columns name, lat_deg, lon_deg)")
            continue
        found.append(_zone(where, _first(row, NAMES), lat, lon, row, (), problems))
    return [z for z in found if z is not None]


def _zone(
    where: str, name: str, lat: float, lon: float, row: dict, rings: tuple[Ring, ...],
    problems: list[str],
) -> Zone | None:  # fmt: skip
    if not name:
        problems.append(f"{where}: no name (want {' or '.join(NAMES)})")
        return None
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        problems.append(f"{where} {name!r}: ({lat:g}, {lon:g}) is no latitude and longitude")
        return None
    if any(len(ring) < 4 for ring in rings):
        problems.append(f"{where} {name!r}: an outline of fewer than three corners")
        return None
    numbers = []
    for keys, default in ((SECONDS, "nan"), (("radius_km",), str(RADIUS_KM))):
        try:
            numbers.append(float(_first(row, keys) or default))
        except ValueError:
            problems.append(f"{where} {name!r}: {keys[0]} is no number (want for example 45)")
            return None
    return Zone(name, lat, lon, 1e3 * numbers[1], rings, numbers[0])


def _first(row: dict, keys: Sequence[str]) -> str:
    """The first of the keys that a row has, as text."""
    return next((str(row[k]).strip() for k in keys if row.get(k) not in (None, "")), "")
