"""What happened in a traced replication, in degrees and metres: what the formats write.

Truth (rockets, rounds, ends) and belief (tracks, predictions) stay apart; every item says which it
is.  Heights are those of the model, above the ellipsoid.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import degrees
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome import placement, scenario
from opendome.formats import shapes
from opendome.results import Result, ResultError

if TYPE_CHECKING:
    import pyarrow as pa

NEEDED = ("rockets", "flights", "outcomes", "tracks", "shots", "warnings")
SIGMAS = 2.0  # of a predicted impact
About = dict[str, Any]


class Path(NamedTuple):
    """Something that flies; `about` has JSON values, with the unit in the name."""

    kind: str  # rocket, interceptor or track
    id: str
    name: str
    time: np.ndarray  # (n,), s since the start
    lon: np.ndarray  # (n,), degrees
    lat: np.ndarray  # (n,), degrees
    height: np.ndarray  # (n,), m
    about: About


class Prediction(NamedTuple):
    """Where a track is believed to fall, scan by scan: ellipses of `SIGMAS`."""

    id: str
    name: str
    time: np.ndarray  # (n,), s since the start
    lon: np.ndarray  # (n,), degrees
    lat: np.ndarray  # (n,), degrees
    major: np.ndarray  # (n,), m, half axis
    minor: np.ndarray  # (n,), m, half axis
    bearing: np.ndarray  # (n,), degrees from north, of the major one
    about: About


class Spot(NamedTuple):
    """A place in space, and its time if it has one."""

    kind: str  # battery, radar, interception or impact
    id: str
    name: str
    lon: float
    lat: float
    height: float
    time: float | None
    about: About


class Area(NamedTuple):
    """An outline on the ground, anticlockwise, closed."""

    kind: str  # place, sector or launch area
    id: str
    name: str
    rim: list[list[float]]
    about: About


class Evening(NamedTuple):
    """A traced replication, or some hours of it."""

    title: str
    start: datetime
    since: float  # s since the start, of the first item
    until: float
    about: About
    areas: list[Area]
    sites: list[Spot]
    rockets: list[Path]
    interceptors: list[Path]
    tracks: list[Path]
    predictions: list[Prediction]
    ends: list[Spot]

    def when(self, t: float) -> str:
        """Clock time, ISO 8601, in the offset of the scenario."""
        return (self.start + timedelta(seconds=float(t))).isoformat(timespec="milliseconds")


def read(
    result: Result, rep: int = 0, since: datetime | None = None, until: datetime | None = None
) -> Evening:
    """The rockets launched in [since, until), and all that belongs to them.

    Parameters
    ----------
    result : Result
    rep : int
        A traced replication.
    since, until : datetime, optional
        Without an offset: in that of the scenario's clock.

    Raises
    ------
    ResultError
        It was not traced, or nothing was launched then.
    """
    check(result, rep)
    m = result.manifest["scenario"]
    found = scenario.parse(m["text"], m["name"])
    return _Reader(result, rep, found).evening(
        0.0 if since is None else _seconds(found, since, "--since"),
        np.inf if until is None else _seconds(found, until, "--until"),
    )


def check(result: Result, rep: int) -> None:
    """Raise ResultError if a replication was not traced."""
    traced = result.manifest["traced"]
    if rep not in traced or not set(NEEDED) <= set(result.names):
        known = ", ".join(str(r) for r in traced) or "none; run without --no-trace"
        raise ResultError(f"--rep {rep}: not a traced replication (traced: {known})")


def _seconds(s: scenario.Scenario, when: datetime, option: str) -> float:
    start, end = s.clock.start, s.clock.end
    when = when if when.tzinfo else when.replace(tzinfo=start.tzinfo)
    if not start <= when <= end:
        clock = f"{start.isoformat()} to {end.isoformat()}"
        raise ResultError(f"{option} {when.isoformat()}: outside the scenario's clock, {clock}")
    return (when - start).total_seconds()


class _Reader:
    """Tables of one replication on their way to an evening."""

    def __init__(self, result: Result, rep: int, found: scenario.Scenario) -> None:
        self.result = result
        self.rep = rep
        self.scenario = found
        self.parameters = found.tables()
        self.places = [*found.place_names(), ""]

    def table(self, name: str) -> "pa.Table":
        table = self.result.table(name)
        return table.filter(table["rep"].to_numpy() == self.rep)

    def evening(self, since: float, until: float) -> Evening:
        rockets, outcomes = self.table("rockets"), self.table("outcomes")
        launch = rockets["launch_time_s"].to_numpy()
        chosen = np.flatnonzero((launch >= since) & (launch < until))
        if not len(chosen):
            raise ResultError("nothing was launched then; choose another --since or --until")
        told = [
            {**r, **o}
            for r, o in zip(rockets.take(chosen).to_pylist(), outcomes.take(chosen).to_pylist(),
                            strict=True)
        ]  # fmt: skip
        known = rockets["rocket"].to_numpy()[chosen]
        tracks, predictions = self._tracks(known)
        made = self.scenario
        return Evening(
            title=made.title, start=made.clock.start,
            since=float(launch[chosen].min()),
            until=float(max(t["time_s"] for t in told)),
            about={
                "scenario": made.name, "seed": self.result.manifest["seed"],
                "replication": self.rep, "opendome": self.result.manifest["opendome"],
                "notice": "simulated; the sites of batteries are notional",
            },
            areas=self._areas(), sites=self._sites(), rockets=self._rockets(known, told),
            interceptors=self._interceptors(known), tracks=tracks, predictions=predictions,
            ends=self._ends(told),
        )  # fmt: skip

    def _when(self, t: float) -> str:
        start: datetime = self.scenario.clock.start
        return (start + timedelta(seconds=float(t))).isoformat(timespec="milliseconds")

    # -------------------------------------------------------- what stands

    def _areas(self) -> list[Area]:
        s, p = self.scenario, self.parameters
        area = placement.launch_area(s, p.origin)
        lon, lat, _ = shapes.lonlat(area[:, 0], area[:, 1], np.zeros(len(area)), p.origin)
        rim = [[float(a), float(b)] for a, b in zip(lon, lat, strict=True)]
        made = [Area("launch area", "launch-area", "launch area", _closed(rim), {})]
        for i, (place, row) in enumerate(zip(placement.all_places(s), p.places, strict=True)):
            at = degrees(place.lon), degrees(place.lat)
            about = {"radius_m": float(row["radius"]), "population": int(place.population)}
            disc = shapes.around(*at, about["radius_m"], about["radius_m"], 0.0)
            made.append(Area("place", f"place-{i}", place.name, disc, about))
        for i, (radar, row) in enumerate(zip(s.radars, p.radars, strict=True)):
            boresight, half = degrees(row["boresight"]), degrees(row["half_sector"])
            reach = float(row["range_max"])
            about = {"boresight_deg": round(boresight, 3), "sector_deg": round(2.0 * half, 3),
                     "range_m": reach}  # fmt: skip
            at = degrees(radar.lon), degrees(radar.lat)
            rim = shapes.sector(*at, boresight, half, reach)
            name = f"sector of radar {radar.name}"
            made.append(Area("sector", f"sector-{i}", name, rim, about))
        return made

    def _sites(self) -> list[Spot]:
        s = self.scenario
        return [
            Spot("radar", f"radar-{i}", f"radar {r.name}", degrees(r.lon), degrees(r.lat),
                 0.0, None, {})
            for i, r in enumerate(s.radars)
        ] + [
            Spot("battery", f"battery-{i}", f"battery {b.name}", degrees(b.lon),
                 degrees(b.lat), 0.0, None,
                 {"launchers": b.launchers, "rounds": b.launchers * b.rounds_per_launcher,
                  "radar": b.radar, "site": "notional"})
            for i, b in enumerate(s.batteries)
        ]  # fmt: skip

    # -------------------------------------------------------- what flies

    def _paths(self, name: str, key: str, wanted: np.ndarray) -> Iterator[tuple[int, "pa.Table"]]:
        """Rows of each wanted identity, in order of time."""
        table = self.table(name)
        table = table.filter(np.isin(table[key].to_numpy(), wanted))
        ids, time = table[key].to_numpy(), table["time_s"].to_numpy()
        table = table.take(np.lexsort((time, ids)))
        every, first = np.unique(table[key].to_numpy(), return_index=True)
        for k, (a, b) in enumerate(zip(first, [*first[1:], table.num_rows], strict=True)):
            yield int(every[k]), table.slice(a, b - a)

    def _path(self, kind: str, number: int, rows: "pa.Table", name: str, about: About) -> Path:
        x, y, z = (rows[a].to_numpy() for a in ("x_m", "y_m", "z_m"))
        at = shapes.lonlat(x, y, z, self.parameters.origin)
        return Path(
            kind, f"{kind}-{number}", name, rows["time_s"].to_numpy(), *at, about=about
        )  # fmt: skip

    def _rockets(self, known: np.ndarray, told: list[About]) -> list[Path]:
        about = {
            t["rocket"]: {
                "truth": True, "rocket_class": t["rocket_class"], "raid": t["raid"],
                "aim": t["aim"], "outcome": t["outcome"], "would_land": t["would_land"],
                "place": t["place"], "launch_time": self._when(t["launch_time_s"]),
                "end_time": self._when(t["time_s"]), "apogee_m": _finite(t["apogee_m"], 1),
                "shots": t["shots"], "warning_s": _finite(t["warning_s"], 1),
                "deaths": _finite(t["deaths"], 4),
            }
            for t in told
        }  # fmt: skip
        return [
            self._path("rocket", n, rows, f"rocket {n}", about[n])
            for n, rows in self._paths("flights", "rocket", known)
        ]

    def _interceptors(self, known: np.ndarray) -> list[Path]:
        shots = self.table("shots")
        told = {s["shot"]: s for s in shots.to_pylist() if s["rocket"] in set(known.tolist())}
        if "flyouts" not in self.result.names:
            return []
        made = []
        for n, rows in self._paths("flyouts", "shot", np.array(list(told), "i8")):
            s = told[n]
            about = {
                "truth": True, "battery": s["battery"], "rocket": s["rocket"],
                "track": s["track"], "result": s["result"], "p_kill": _finite(s["p_kill"], 4),
                "launch_time": self._when(s["launch_time_s"]),
                "intercept_time": self._when(s["intercept_time_s"]),
            }  # fmt: skip
            made.append(self._path("interceptor", n, rows, f"round {n} of {s['battery']}", about))
        return made

    def _tracks(self, known: np.ndarray) -> tuple[list[Path], list[Prediction]]:
        tracks, predictions = [], []
        every = self.table("tracks")
        mine = np.isin(every["rocket"].to_numpy(), known)
        for n, rows in self._paths("tracks", "track", np.unique(every["track"].to_numpy()[mine])):
            about: About = {"truth": False, "track": n}
            tracks.append(self._path("track", n, rows, f"track {n}", about))
            rows = rows.filter(rows["known"].to_numpy() == 1)
            if rows.num_rows:
                predictions.append(self._prediction(n, rows, about))
        return tracks, predictions

    def _prediction(self, number: int, rows: "pa.Table", about: About) -> Prediction:
        cov = (rows[f"impact_cov_{c}"].to_numpy() for c in ("xx", "xy", "yy"))
        major, minor, bearing = shapes.ellipse(*cov)
        x, y = rows["impact_x_m"].to_numpy(), rows["impact_y_m"].to_numpy()
        lon, lat, _ = shapes.lonlat(x, y, np.zeros(len(x)), self.parameters.origin)
        last = rows.slice(rows.num_rows - 1).to_pylist()[0]
        about = about | {
            "threat": _finite(last["threat"], 4), "place": self.places[last["place"]],
            "impact_time": self._when(last["impact_time_s"]), "sigmas": SIGMAS,
        }  # fmt: skip
        return Prediction(
            f"prediction-{number}", f"predicted impact of track {number}",
            rows["time_s"].to_numpy(), lon, lat, SIGMAS * major, SIGMAS * minor, bearing, about,
        )  # fmt: skip

    def _ends(self, told: list[About]) -> list[Spot]:
        x, y, z = (np.array([t[a] for t in told]) for a in ("x_m", "y_m", "z_m"))
        places = shapes.lonlat(x, y, z, self.parameters.origin)
        made = []
        for t, lon, lat, h in zip(told, *places, strict=True):
            n, kind = t["rocket"], "interception" if t["outcome"] == "intercepted" else "impact"
            about = {"truth": True, "rocket": n, "outcome": t["outcome"], "place": t["place"],
                     "time": self._when(t["time_s"])}  # fmt: skip
            name = f"{kind} of rocket {n}"
            at = float(lon), float(lat), float(h)
            made.append(Spot(kind, f"{kind}-{n}", name, *at, float(t["time_s"]), about))
        return made


def _closed(rim: list[list[float]]) -> list[list[float]]:
    """The rim anticlockwise, its first corner at the end too."""
    import shapely

    return [list(c) for c in shapely.orient_polygons(shapely.Polygon(rim)).exterior.coords]


def _finite(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None
