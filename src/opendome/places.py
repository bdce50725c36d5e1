"""Reader of the shipped maps: places, outline, coast, and the alert record's aggregates.

Sources, grades and errors stand in the head of each file in `data/`; scripts/build_data.py makes
them.  Standard library only, so that `import opendome` stays light.
"""

import csv
import json
from datetime import datetime
from importlib.resources import files
from typing import Any, NamedTuple

#: Vertices (lat, lon) in degrees, WGS84; a closed ring repeats its first vertex at the end.
Ring = list[tuple[float, float]]

OUTLINES = {"strip": "strip.json"}
HOURLY = {"may-2021": "hourly_may_2021.csv", "nov-2019": "hourly_nov_2019.csv"}
RINGS = {"may-2021": "alert_rings.csv"}


class Place(NamedTuple):
    """A populated place: the disc that stands for its built-up area."""

    name: str
    lat_deg: float
    lon_deg: float
    population: int
    radius_m: float
    distance_m: float


def load_places() -> list[Place]:
    """Populated places within 130 km of the Strip, nearest first.

    Returns
    -------
    list of Place
        `radius_m` is assumed, `distance_m` (centre to the Strip's outline) derived.

    Error
    -----
    Centre 0.05 km of rounding, and whatever point of a town GeoNames calls its centre (Ashkelon,
    Sderot, Ashdod and Beersheba within 3 km of the published alert zones: tests/unit).

    Source
    ------
    GeoNames, cities with 500 people or more, country code IL.
    """
    return [
        Place(
            row["name"],
            float(row["lat_deg"]),
            float(row["lon_deg"]),
            int(row["population"]),
            1000.0 * float(row["radius_km"]),
            1000.0 * float(row["distance_km"]),
        )
        for row in _rows("places.csv")
    ]


def load_outline(name: str) -> list[Ring]:
    """Outer rings of a shipped launch area, counter-clockwise.

    Raises
    ------
    ValueError
        The name is not one of `OUTLINES`.

    Error
    -----
    0.5 km (Hausdorff distance to a second drawing; in the file's properties).
    """
    outline = json.loads(_text(_find(name, OUTLINES, "outline")))
    return [_flip(outline["geometry"]["coordinates"][0])]


def load_land() -> list[Ring]:
    """Outer rings of the land between 30.5 and 33.5 N, 33.5 and 36 E; everything else is sea.

    Error
    -----
    0.5 km: Natural Earth at 1:10 million; harbours are not drawn.
    """
    return [_flip(polygon[0]) for polygon in _coast("land")]


def load_border() -> list[Ring]:
    """Border and armistice lines as Natural Earth draws them, in the same window (open lines)."""
    return [_flip(line) for line in _coast("border")]


def load_hourly(name: str) -> tuple[list[datetime], list[int]]:
    """Alert events that began in each hour of an operation.

    Returns
    -------
    starts : list of datetime
        Start of each hour, UTC, without gaps.
    counts : list of int
        Events, not rockets: use as weights.

    Raises
    ------
    ValueError
        The name is not one of `HOURLY`.
    """
    rows = _rows(_find(name, HOURLY, "hourly record"))
    starts = [datetime.fromisoformat(row["hour_utc"]) for row in rows]
    return starts, [int(row["events"]) for row in rows]


def load_rings(name: str) -> tuple[list[float], list[float]]:
    """Share of an operation's alert events by distance from the Strip.

    Returns
    -------
    edges : list of float, (n + 1,), m
        Edges of the rings; the first is 0.
    shares : list of float, (n,)
        They sum to 1.

    Raises
    ------
    ValueError
        The name is not one of `RINGS`.
    """
    rows = _rows(_find(name, RINGS, "alert rings"))
    inner = [1000.0 * float(row["inner_km"]) for row in rows]
    outer = [1000.0 * float(row["outer_km"]) for row in rows]
    return [*inner, outer[-1]], [float(row["share"]) for row in rows]


def _find(name: str, known: dict[str, str], what: str) -> str:
    if name not in known:
        raise ValueError(f"no {what} {name!r}; known: {', '.join(sorted(known))}")
    return known[name]


def _text(file: str) -> str:
    return (files("opendome") / "data" / file).read_text(encoding="utf-8")


def _rows(file: str) -> list[dict[str, str]]:
    lines = _text(file).splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _coast(kind: str) -> list[Any]:
    """Coordinates of the one feature of a kind."""
    features = json.loads(_text("coast.json"))["features"]
    return next(f["geometry"]["coordinates"] for f in features if f["properties"]["kind"] == kind)


def _flip(lonlat: list[list[float]]) -> Ring:
    """GeoJSON's (lon, lat) to (lat, lon)."""
    return [(lat, lon) for lon, lat in lonlat]
