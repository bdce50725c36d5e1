"""What a scenario must not say: parts that are right alone and wrong together."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import degrees
from typing import Any

from opendome import frames, models
from opendome.models import nearest
from opendome.places import load_places
from opendome.rocket_classes import rocket_classes
from opendome.sections import Sections

#: Farther from the origin nothing can matter: the longest class reaches 250 km.
FARTHEST = 400e3  # m


def contradictions(s: Sections) -> list[str]:
    """Contradictions of a scenario, one line each, with the path in the file."""
    return [
        *_doubles(s),
        *_distances(s),
        *_batteries(s),
        *_classes(s),
        *_intervals(s),
        *_barrages(s),
        *_barrage_places(s),
    ]


def _doubles(s: Sections) -> Iterable[str]:
    lists: dict[str, Sequence[Any]] = {
        "place": s.places,
        "radar": s.radars,
        "interceptor": s.interceptors,
        "battery": s.batteries,
        "threat.class": s.threat.classes,
        "threat.barrage": s.threat.barrages,
    }
    for path, entries in lists.items():
        first: dict[str, int] = {}
        for i, entry in enumerate(entries):
            if entry.name in first:
                other = f"{path}[{first[entry.name]}]"
                yield f"{path}[{i}].name = {entry.name!r}: {other} has it too (want unique names)"
            first.setdefault(entry.name, i)
    shipped = {p.name for p in load_places()} if s.shipped_places else set()
    for i, place in enumerate(s.places):
        if place.name in shipped:
            yield f"place[{i}].name = {place.name!r}: a shipped place has it too (want another)"


def _distances(s: Sections) -> Iterable[str]:
    if not s.places and s.shipped_places is None:
        yield "no places (want [[place]], or [places] with source = 'shipped')"
    spots = [(f"{k}[{i}]", degrees(e.lat), degrees(e.lon)) for k, i, e in _located(s)]
    if not isinstance(s.threat.launch_area, str):
        spots += [("threat.launch_area", lat, lon) for lat, lon in s.threat.launch_area[:1]]
    origin = degrees(s.origin.lat), degrees(s.origin.lon)
    for path, lat, lon in spots:
        x, y, z = frames.enu(lat, lon, 0.0, origin)
        distance = float(x**2 + y**2 + z**2) ** 0.5
        if distance > FARTHEST:
            yield (
                f"{path}: {distance / 1e3:.0f} km from the origin (want at most "
                f"{FARTHEST / 1e3:.0f} km; latitude and longitude in order?)"
            )


def _located(s: Sections) -> Iterable[tuple]:
    for key, entries in (("place", s.places), ("radar", s.radars), ("battery", s.batteries)):
        yield from ((key, i, entry) for i, entry in enumerate(entries))


def _batteries(s: Sections) -> Iterable[str]:
    radars = [r.name for r in s.radars]
    types = [*(t.name for t in s.interceptors), *models.names("interceptors")]
    for i, b in enumerate(s.batteries):
        if b.radar not in radars:
            how = nearest(b.radar, radars) if radars else " (want a [[radar]] of that name)"
            yield f"battery[{i}].radar = {b.radar!r}: unknown radar{how}"
        if b.interceptor not in types:
            how = nearest(b.interceptor, types)
            yield f"battery[{i}].interceptor = {b.interceptor!r}: unknown interceptor{how}"


def _classes(s: Sections) -> Iterable[str]:
    known = rocket_classes()
    for i, c in enumerate(s.threat.classes):
        if c.name not in known:
            yield f"threat.class[{i}].name = {c.name!r}: unknown class{nearest(c.name, known)}"


def _intervals(s: Sections) -> Iterable[str]:
    intervals, clock = s.threat.intervals, s.clock
    edges = [clock.start, *(v.until for v in intervals)]
    counts = [0, *(v.launched for v in intervals)]
    for i, (a, b) in enumerate(pairwise(edges)):
        path, than = f"threat.interval[{i}].until", f"after {a.isoformat()}"
        if b <= a:
            yield f"{path} = {b.isoformat()}: not {than} (want increasing times from clock.start)"
        if b > clock.end:
            yield f"{path} = {b.isoformat()}: after clock.end = {clock.end.isoformat()}"
    for i, (m, n) in enumerate(pairwise(counts)):
        if n < m:
            path = f"threat.interval[{i}].launched"
            yield f"{path} = {n}: less than the {m} before (want cumulative counts)"


def _barrages(s: Sections) -> Iterable[str]:
    intervals, clock = s.threat.intervals, s.clock
    counts = [0, *(v.launched for v in intervals)]
    held = [n - m for m, n in pairwise(counts)]
    for i, b in enumerate(s.threat.barrages):
        path, end = f"threat.barrage[{i}]", clock.seconds(b.start) + b.duration
        if b.start < clock.start or end > clock.duration:
            clocks = f"{clock.start.isoformat()} to {clock.end.isoformat()}"
            yield f"{path}: starts or ends outside the clock (want it within {clocks})"
            continue
        k = next((k for k, v in enumerate(intervals) if b.start < v.until), None)
        if k is None:
            continue  # after the last count: in addition to it
        held[k] -= b.launches
        if end > clock.seconds(intervals[k].until):
            yield f"{path}: crosses the end of threat.interval[{k}] (want it within)"
        elif held[k] < 0:
            yield (
                f"{path}.launches = {b.launches}: {-held[k]} more than threat.interval[{k}] "
                "holds (want at most its launches)"
            )


def _barrage_places(s: Sections) -> Iterable[str]:
    known = [p.name for p in s.places]
    if s.shipped_places is not None:
        known += [p.name for p in load_places()]
    for i, b in enumerate(s.threat.barrages):
        for j, name in enumerate(b.places):
            if name not in known:
                path = f"threat.barrage[{i}].places[{j}]"
                yield f"{path} = {name!r}: unknown place{nearest(name, known)}"
