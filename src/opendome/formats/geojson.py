"""GeoJSON (RFC 7946): one collection of features, each with its `kind` and properties.

Source: RFC 7946, The GeoJSON Format (2016): WGS84, longitude first, outlines anticlockwise.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from opendome.formats import shapes
from opendome.formats.evening import Area, Evening, Path, Prediction, Spot

SUFFIX = ".geojson"
DEGREES, METRES, SECONDS = 6, 1, 2  # digits: 0.1 m, 0.1 m, 10 ms


def render(e: Evening) -> str:
    """The evening as GeoJSON; a feature a line, so that two files can be compared."""
    head = json.dumps({"type": "FeatureCollection", "name": e.title, **e.about},
                      ensure_ascii=False)  # fmt: skip
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, allow_nan=False) for f in features(e))
    return f'{head[:-1]}, "features": [\n{lines}\n]}}\n'


def features(e: Evening) -> Iterator[dict[str, Any]]:
    """Areas, sites, paths of truth and belief, last predictions, ends."""
    yield from (_area(a) for a in e.areas)
    yield from (_spot(s) for s in e.sites)
    for path in (*e.rockets, *e.interceptors, *e.tracks):
        yield _path(path)
    yield from (_prediction(p) for p in e.predictions)
    yield from (_spot(s) for s in e.ends)


def _feature(thing: Any, kind: str, shape: str, coordinates: Any, **more: Any) -> dict[str, Any]:
    properties = {"kind": kind, "name": thing.name, **thing.about, **more}
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "id": thing.id, "geometry": geometry, "properties": properties}


def _area(a: Area) -> dict[str, Any]:
    return _feature(a, a.kind, "Polygon", [_ring(a.rim)])


def _spot(s: Spot) -> dict[str, Any]:
    return _feature(s, s.kind, "Point", _place(s.lon, s.lat, s.height))


def _path(p: Path) -> dict[str, Any]:
    at = [_place(*c) for c in zip(p.lon, p.lat, p.height, strict=True)]
    times = np.round(p.time, SECONDS).tolist()
    if len(at) < 2:  # a line wants two
        return _feature(p, p.kind, "Point", at[0], times_s=times)
    return _feature(p, p.kind, "LineString", at, times_s=times)


def _prediction(p: Prediction) -> dict[str, Any]:
    k = len(p.time) - 1
    rim = shapes.around(p.lon[k], p.lat[k], p.major[k], p.minor[k], p.bearing[k])
    major, minor = (round(float(axis[k]), METRES) for axis in (p.major, p.minor))
    return _feature(p, "prediction", "Polygon", [_ring(rim)], major_m=major, minor_m=minor)


def _ring(rim: list[list[float]]) -> list[list[float]]:
    return [[round(a, DEGREES), round(b, DEGREES)] for a, b in rim]


def _place(lon: float, lat: float, height: float) -> list[float]:
    return [round(float(lon), DEGREES), round(float(lat), DEGREES), round(float(height), METRES)]
