"""CZML for CesiumJS: the evening moves, with trails, shrinking ellipses and bursts.

Source: Analytical Graphics, CZML Guide and Structure (czml-writer wiki), version 1.0.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from opendome.formats.evening import Area, Evening, Path, Prediction, Spot

SUFFIX = ".czml"
#: Okabe and Ito's palette (2008).
COLOURS = {
    "intercepted": (0, 114, 178), "leaked": (213, 94, 0), "open": (140, 140, 140),
    "short": (230, 159, 0), "sea": (86, 180, 233), "interceptor": (0, 158, 115),
    "track": (204, 121, 167), "prediction": (213, 94, 0), "place": (160, 140, 111),
    "sector": (136, 136, 136), "launch area": (138, 109, 47), "battery": (0, 0, 0),
    "radar": (90, 90, 90),
}  # fmt: skip
SPEED = 10  # times the clock, when the file is opened
TRAIL_S = 15
SHOWN_S = 45.0  # how long an end is shown
LEAST_M = 1.0  # an ellipse without an extent cannot be drawn

Packet = dict[str, Any]


def render(e: Evening) -> str:
    """The evening as CZML; a packet a line."""
    lines = ",\n".join(json.dumps(p, ensure_ascii=False, allow_nan=False) for p in packets(e))
    return f"[\n{lines}\n]\n"


def packets(e: Evening) -> Iterator[Packet]:
    """The document's packet, and one for each thing that stands, flies, is believed, or ended."""
    span = f"{_zulu(e, e.since)}/{_zulu(e, e.until)}"
    said = "; ".join(f"{key} {value}" for key, value in e.about.items())
    yield {
        "id": "document", "name": e.title, "version": "1.0", "description": said,
        "clock": {"interval": span, "currentTime": _zulu(e, e.since), "multiplier": SPEED,
                  "range": "LOOP_STOP", "step": "SYSTEM_CLOCK_MULTIPLIER"},
    }  # fmt: skip
    yield from (_area(a) for a in e.areas)
    yield from (_site(s) for s in e.sites)
    for path in (*e.rockets, *e.interceptors, *e.tracks):
        yield _path(path, e)
    yield from (_prediction(p, e) for p in e.predictions)
    yield from (_end(s, e) for s in e.ends)


def _path(p: Path, e: Evening) -> Packet:
    colour = _colour(p.about.get("outcome", p.kind))
    at = np.column_stack([p.time - p.time[0], p.lon, p.lat, p.height])
    made = _packet(p) | {
        "availability": f"{_zulu(e, p.time[0])}/{_zulu(e, p.time[-1])}",
        "position": _samples(e, p.time[0], at, (3, 6, 6, 1)),
        "point": {"color": colour, "pixelSize": 7 if p.kind == "rocket" else 5},
    }
    if p.kind == "track":
        made["point"] = {"color": _colour("track", 0), "outlineColor": colour, "outlineWidth": 2,
                         "pixelSize": 10}  # fmt: skip
    else:
        made["path"] = {"material": _fill(colour), "width": 2, "leadTime": 0, "trailTime": TRAIL_S}
    return made


def _prediction(p: Prediction, e: Evening) -> Packet:
    t = p.time - p.time[0]
    on_ground = np.column_stack([t, p.lon, p.lat, np.zeros(len(t))])
    # Cesium turns an ellipse anticlockwise from north, in radians, and never back by half a turn.
    turn = np.unwrap(-np.radians(p.bearing), period=np.pi)
    axes = {
        name: _numbers(e, p.time[0], t, np.maximum(values, LEAST_M))
        for name, values in (("semiMajorAxis", p.major), ("semiMinorAxis", p.minor))
    }
    return _packet(p) | {
        "availability": f"{_zulu(e, p.time[0])}/{_zulu(e, p.time[-1])}",
        "position": _samples(e, p.time[0], on_ground, (3, 6, 6, 1)),
        "ellipse": {
            **axes, "rotation": _numbers(e, p.time[0], t, turn), "height": 0,
            "fill": True, "material": _fill(_colour("prediction", 60)), "outline": True,
            "outlineColor": _colour("prediction"),
        },
    }  # fmt: skip


def _end(s: Spot, e: Evening) -> Packet:
    assert s.time is not None
    return _packet(s) | {
        "availability": f"{_zulu(e, s.time)}/{_zulu(e, s.time + SHOWN_S)}",
        "position": _place(s),
        "point": {"color": _colour(s.about["outcome"], 160),
                  "pixelSize": 14 if s.kind == "interception" else 9},
    }  # fmt: skip


def _site(s: Spot) -> Packet:
    return _packet(s) | {
        "position": _place(s),
        "point": {"color": _colour(s.kind), "outlineColor": {"rgba": [255, 255, 255, 255]},
                  "outlineWidth": 1, "pixelSize": 9},
        "label": {"text": s.name, "font": "12px sans-serif", "horizontalOrigin": "LEFT",
                  "pixelOffset": {"cartesian2": [9, 0]}},
    }  # fmt: skip


def _area(a: Area) -> Packet:
    flat = [v for lon, lat in a.rim for v in (round(lon, 6), round(lat, 6), 0)]
    return _packet(a) | {
        "polygon": {
            "positions": {"cartographicDegrees": flat}, "height": 0, "fill": a.kind == "place",
            "material": _fill(_colour(a.kind, 70)), "outline": True,
            "outlineColor": _colour(a.kind),
        },
    }  # fmt: skip


def _packet(thing: Any) -> Packet:
    properties = {key: value for key, value in thing.about.items() if value is not None}
    return {"id": thing.id, "name": thing.name, "properties": properties}


def _place(s: Spot) -> Packet:
    return {"cartographicDegrees": [round(s.lon, 6), round(s.lat, 6), round(s.height, 1)]}


def _samples(e: Evening, start: float, rows: np.ndarray, digits: tuple[int, ...]) -> Packet:
    """Positions as time, longitude, latitude, height, ..."""
    columns = [np.round(rows[:, i], d) for i, d in enumerate(digits)]
    flat = np.column_stack(columns).ravel().tolist()
    if len(rows) == 1:  # what does not move has no times
        return {"cartographicDegrees": flat[1:]}
    return {"epoch": _zulu(e, start), "cartographicDegrees": flat}


def _numbers(e: Evening, start: float, t: np.ndarray, values: np.ndarray) -> Any:
    if len(t) == 1:
        return round(float(values[0]), 4)
    flat = np.column_stack([np.round(t, 3), np.round(values, 4)]).ravel().tolist()
    return {"epoch": _zulu(e, start), "number": flat}


def _fill(colour: Packet) -> Packet:
    return {"solidColor": {"color": colour}}


def _colour(kind: str, alpha: int = 255) -> Packet:
    return {"rgba": [*COLOURS[kind], alpha]}


def _zulu(e: Evening, t: float) -> str:
    """Clock time in UTC, as Cesium wants it."""
    from datetime import UTC, timedelta

    when = (e.start + timedelta(seconds=float(t))).astimezone(UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
