"""A checked scenario -> what the stages of a replication read: tables, and the plan of launches.

Heights count from the round earth of the scenario's origin, as everywhere in the kernels.
"""

from collections.abc import Sequence
from math import degrees, tau
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome import frames, models, places, settings, tables
from opendome.models.policies.doctrine import Doctrine
from opendome.rocket_classes import rocket_classes
from opendome.sections import Sections
from opendome.site_sections import Located, Named, Place

if TYPE_CHECKING:
    import shapely

    from opendome.models.threats.ballistic_rocket import Plan, Timeline


#: The greatest range of the classes that are near, and of those between them and 20 km, m.
NEAR, MIDDLE = 11e3, 21e3


class Parameters(NamedTuple):
    """Everything that kernels read of a scenario; the tables are declared in settings.py."""

    classes: np.ndarray
    places: np.ndarray
    radars: np.ndarray
    clutter: np.ndarray
    interceptors: np.ndarray
    batteries: np.ndarray
    tracker: np.ndarray
    doctrine: np.ndarray
    warning_rule: np.ndarray
    stock: np.ndarray
    effects: np.ndarray
    radius: float  # m, of the round earth
    origin: tuple[float, float]  # deg, latitude and longitude


def parameters(s: Sections) -> Parameters:
    """Tables of a scenario, SI and radians, positions in its frame; nothing in them is missing."""
    origin = degrees(s.origin.lat), degrees(s.origin.lon)
    frame = _Frame(origin, frames.earth_radius(origin[0]))
    interceptors = interceptor_types(s)
    made = Parameters(
        classes=_classes(s),
        places=_places(s, frame),
        radars=_radars(s, frame),
        clutter=_clutter(s, frame),
        interceptors=_stack(settings.INTERCEPTORS, list(interceptors.values())),
        batteries=_batteries(s, list(interceptors), frame),
        tracker=s.tracker.row(),
        doctrine=(s.policy if isinstance(s.policy, Doctrine) else Doctrine()).row(),
        warning_rule=s.warning.row(),
        stock=s.stock.row(),
        effects=s.effects.row(),
        radius=frame.radius,
        origin=origin,
    )
    for name in Parameters._fields[:-2]:
        check(getattr(made, name), getattr(settings, name.upper()), "scenario")
    return made


def check(rows: np.ndarray, declared: tables.Table, where: str) -> None:
    """Raise ValueError at the first float column with a nan: column, unit, count, first row."""
    for c in declared.cols:
        values = rows[c.name]
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            bad = ~np.isfinite(values).reshape(len(rows), -1).all(axis=1)
            raise ValueError(
                f"{where}: {declared.name}.{c.name} [{c.unit}]: {bad.sum()} not finite, "
                f"first at row {int(np.argmax(bad))}"
            )


def place_names(s: Sections) -> tuple[str, ...]:
    """Names of the places, by row of the table of places."""
    return tuple(p.name for p in all_places(s))


def all_places(s: Sections) -> list[Place]:
    """Places written out, then the shipped ones within the range that the scenario says."""
    found = list(s.places)
    if s.shipped_places is not None:
        found += [
            Place(
                name=p.name,
                lat=np.radians(p.lat_deg),
                lon=np.radians(p.lon_deg),
                radius=p.radius_m,
                population=float(p.population),
            )
            for p in places.load_places()
            if p.distance_m <= s.shipped_places.range
        ]
    return found


def interceptor_types(s: Sections) -> dict[str, Any]:
    """Types of round by name: those of the scenario, then models that batteries name directly."""
    found = {t.name: t.type for t in s.interceptors}
    for b in s.batteries:
        if b.interceptor not in found:
            found[b.interceptor] = models.find("interceptors", b.interceptor)()
    return found


def plan(s: Sections, p: Parameters) -> "Plan":
    """The plan of launches of a scenario (models/threats/ballistic_rocket.py)."""
    from opendome.models.threats import ballistic_rocket

    return ballistic_rocket.plan(
        timeline(s),
        p.classes,
        p.places,
        launch_area(s, p.origin),
        land(p.origin),
        raid_size_exponent=s.threat.raid_size_exponent,
        raid_size_max=s.threat.raid_size_max,
        launch_gap=s.threat.launch_gap,
        misfire_share=s.threat.misfire_share,
        aimed_share=s.threat.aimed_share,
        radius=p.radius,
    )


def aims_at(s: Sections, p: Parameters, near: float) -> tuple[np.ndarray, np.ndarray]:
    """Chances of classes and places if more or fewer of the short-range rockets go to near places.

    Parameters
    ----------
    near : float
        Share of the innermost ring in the aims at the two innermost, and of the classes that
        reach `NEAR` at most in those that reach `MIDDLE` at most.

    Returns
    -------
    class_cum, weights : as Plan has them
    """
    import shapely

    from opendome.models.threats._aims import aims

    area, ring = launch_area(s, p.origin), list(s.threat.ring_weight)
    ring[:2] = near * sum(ring[:2]), (1.0 - near) * sum(ring[:2])
    classes, towns = p.classes.copy(), p.places.copy()
    towns["aim_weight"] = _aim_weights(s, towns, area, ring)
    short = classes["range_max"] <= NEAR
    middle = ~short & (classes["range_max"] <= MIDDLE)
    both = classes["share"][short | middle].sum()
    for some, part in ((short, near), (middle, 1.0 - near)):
        if short.any() and middle.any():
            classes["share"][some] *= part * both / classes["share"][some].sum()
    named = [b.places for b in timeline(s).barrages]
    return aims(shapely.Polygon(area), classes, towns, named)


def timeline(s: Sections) -> "Timeline":
    """When rockets are launched, in seconds since the start of the scenario."""
    from opendome.models.threats.ballistic_rocket import Barrage, Timeline

    row = {name: i for i, name in enumerate(place_names(s))}
    hours, weights = places.load_hourly(s.threat.hourly) if s.threat.hourly else ([], [])
    return Timeline(
        until=[s.clock.seconds(v.until) for v in s.threat.intervals],
        launched=[v.launched for v in s.threat.intervals],
        barrages=[
            Barrage(
                b.name,
                s.clock.seconds(b.start),
                b.duration,
                b.launches,
                tuple(row[name] for name in b.places),
            )
            for b in s.threat.barrages
        ],
        hours=[s.clock.seconds(h) for h in hours],
        weights=weights,
    )


def launch_area(s: Sections, origin: tuple[float, float]) -> np.ndarray:
    """Corners of the launch area in ENU, shape (corners, 2), m."""
    named = isinstance(s.threat.launch_area, str)
    ring = places.load_outline(s.threat.launch_area)[0] if named else s.threat.launch_area
    return _project(ring, origin)


def land(origin: tuple[float, float]) -> "shapely.Geometry":
    """Land in ENU, m: the shipped coast; outside its window everything counts as land."""
    import shapely

    rings = [_project(ring, origin) for ring in places.load_land()]
    coast = shapely.union_all([shapely.Polygon(ring) for ring in rings])
    window = shapely.box(*coast.bounds)
    return shapely.union(coast, shapely.box(-1e6, -1e6, 1e6, 1e6).difference(window))


# ---------------------------------------------------------------- tables


class _Frame(NamedTuple):
    origin: tuple[float, float]  # deg
    radius: float  # m

    def plane(self, entries: Sequence[Located]) -> tuple[np.ndarray, np.ndarray]:
        """East and north of places on the ground, m."""
        lat, lon = (np.degrees([getattr(e, a) for e in entries]) for a in ("lat", "lon"))
        x, y, _ = frames.enu(lat, lon, 0.0, self.origin)
        return x, y

    def put(self, rows: np.ndarray, entries: Sequence[Located]) -> None:
        """Fill x, y, z of rows."""
        height = np.array([e.height if isinstance(e, Named) else 0.0 for e in entries])
        lat, lon = (np.degrees([getattr(e, a) for e in entries]) for a in ("lat", "lon"))
        if len(entries):
            rows["x"], rows["y"], _ = frames.enu(lat, lon, height, self.origin)
            rows["z"] = frames.surface_z(rows["x"], rows["y"], self.radius) + height


def _stack(declared: tables.Table, entries: Sequence[Any]) -> np.ndarray:
    rows = declared.allocate(len(entries))
    for i, entry in enumerate(entries):
        rows[i] = entry.row()[0]
    return rows


def _project(ring: Sequence[tuple[float, float]], origin: tuple[float, float]) -> np.ndarray:
    lat, lon = np.array(ring).T
    x, y, _ = frames.enu(lat, lon, 0.0, origin)
    return np.column_stack([x, y])


def _classes(s: Sections) -> np.ndarray:
    known = rocket_classes()
    rows = _stack(settings.CLASSES, [known[c.name] for c in s.threat.classes])
    for row, c in zip(rows, s.threat.classes, strict=True):
        row["share"] = c.share
        if c.dispersion_range is not None:
            row["sigma_range"] = c.dispersion_range
        if c.dispersion_cross is not None:
            row["sigma_cross"] = c.dispersion_cross
    rows["share"] /= rows["share"].sum()
    return rows


def _places(s: Sections, frame: _Frame) -> np.ndarray:
    entries = all_places(s)
    rows = settings.PLACES.allocate(len(entries))
    frame.put(rows, entries)
    rows["radius"] = [e.radius for e in entries]
    rows["population"] = [e.population for e in entries]
    rows["aim_weight"] = _aim_weights(s, rows, launch_area(s, frame.origin), s.threat.ring_weight)
    return rows


def _aim_weights(
    s: Sections, rows: np.ndarray, area: np.ndarray, weights: Sequence[float]
) -> np.ndarray:
    """Population; with rings, each ring's weight shared by population among its places."""
    edges = np.array(s.threat.ring_distance)
    if not len(edges):
        return rows["population"].copy()
    import shapely

    points = shapely.points(rows["x"], rows["y"])
    ring = np.searchsorted(edges, shapely.distance(shapely.Polygon(area), points), side="left")
    people = np.bincount(ring, rows["population"], len(edges) + 1)[ring]
    weight = np.append(weights, 0.0)[ring]
    return weight * np.divide(rows["population"], people, out=np.zeros(len(rows)), where=people > 0)


def _radars(s: Sections, frame: _Frame) -> np.ndarray:
    rows = _stack(settings.RADARS, [r.type for r in s.radars])
    frame.put(rows, s.radars)
    for row, r in zip(rows, s.radars, strict=True):
        row["rotation"] = frames.rotation(degrees(r.lat), degrees(r.lon), frame.origin)
        row["boresight"] = r.boresight % tau
        row["normal"] = frames.unit_vector(row["boresight"], row["tilt"])
    return rows


def _clutter(s: Sections, frame: _Frame) -> np.ndarray:
    rows = _stack(settings.CLUTTER, [c.type for c in s.clutter])
    rows["x"], rows["y"] = frame.plane(s.clutter)
    rows["radius"] = [c.radius for c in s.clutter]
    return rows


def _batteries(s: Sections, types: list[str], frame: _Frame) -> np.ndarray:
    rows = _stack(settings.BATTERIES, s.batteries)
    frame.put(rows, s.batteries)
    radars = [r.name for r in s.radars]
    for row, b in zip(rows, s.batteries, strict=True):
        row["radar"], row["interceptor"] = radars.index(b.radar), types.index(b.interceptor)
        row["t_service"] = s.clock.seconds(b.in_service) if b.in_service else 0.0
    return rows
