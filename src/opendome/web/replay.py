"""A traced replication as the page wants it: everything small at once, paths by window of time.

Positions leave as longitude, latitude (degrees, float32: 0.4 m) and height (m).  Nothing is
computed here but changes of coordinates, and in a rocket's story the distance of track and truth.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome.formats.shapes import ellipse, lonlat
from opendome.report.map import stored
from opendome.results import Result
from opendome.web.columns import Column, coded, pack
from opendome.web.library import Missing
from opendome.web.scene import scene

if TYPE_CHECKING:
    import pyarrow as pa

NEEDED = {"rockets", "flights", "outcomes", "tracks", "shots", "warnings", "stock"}
LONGEST_WINDOW_S = 6 * 3600.0


class Trace:
    """The tables of one traced replication.

    Parameters
    ----------
    result : Result
    rep : int
        A traced replication.

    Raises
    ------
    Missing
        It was not traced.
    """

    def __init__(self, result: Result, rep: int) -> None:
        if rep not in result.manifest["traced"] or not set(result.names) >= NEEDED:
            known = ", ".join(str(r) for r in result.manifest["traced"]) or "none"
            raise Missing(f"replication {rep} was not traced (traced: {known})")
        self.result = result
        self.rep = rep
        self.scenario = stored(result)
        self.place_names = [*self.scenario.place_names(), ""]
        self.scene = scene(self.scenario)
        self.origin = tuple(self.scene["origin"])
        self.rockets = self._table("rockets")
        self.outcomes = self._table("outcomes")
        self.flights = self._by("rocket", self._table("flights"))
        self.tracks = self._by("track", self._table("tracks"))
        self.launched = self.rockets["launch_time_s"].to_numpy()

    def _table(self, name: str) -> "pa.Table":
        table = self.result.table(name)
        if self.result.manifest["traced"] == [self.rep]:
            return table
        return table.filter(table["rep"].to_numpy() == self.rep)

    def has(self, name: str) -> bool:
        """Whether the result holds a table: older ones lack what was added since."""
        return name in self.result.names

    @staticmethod
    def _by(key: str, table: "pa.Table") -> tuple["pa.Table", np.ndarray, np.ndarray]:
        """Rows grouped by identity, in order of time; identities; first row of each, and the end"""
        values, time = table[key].to_numpy(), table["time_s"].to_numpy()
        order = np.lexsort((time, values))
        if (np.diff(order) != 1).any():
            table, values = table.take(order), values[order]
        ids, first = np.unique(values, return_index=True)
        return table, ids, np.append(first, len(values))

    # ------------------------------------------------------------ all at once

    def overview(self) -> bytes:
        """Rockets, shots, warnings, stock and rounds of the batteries, over the whole time."""
        tables = {
            "rockets": self._rockets(),
            "shots": self._shots(),
            "warnings": self._warnings(),
            "stock": _stock(self._table("stock")),
        }
        if self.has("magazines"):
            rows = self._table("magazines")
            tables["magazines"] = {
                "battery": coded(rows["battery"].to_numpy(zero_copy_only=False)),
                "time": Column(rows["time_s"].to_numpy(), "s"),
                "ready": Column(rows["ready"].to_numpy().astype("i4"), "rounds"),
                "loading": Column(rows["loading"].to_numpy().astype("i4"), "rounds"),
            }
        return pack(tables, rep=self.rep)

    def _rockets(self) -> dict[str, Column]:
        r, o = self.rockets, self.outcomes
        end = self._places(o, "x_m", "y_m", "z_m")
        start = self._places(r, "launch_x_m", "launch_y_m", None)
        impact = self._places(r, "impact_x_m", "impact_y_m", None)
        return {
            "rocket": _whole(r, "rocket"),
            "raid": _whole(r, "raid"),
            "class": _words(r, "rocket_class"),
            "aim": _words(r, "aim"),
            "launch": Column(r["launch_time_s"].to_numpy(), "s"),
            "impact": Column(r["impact_time_s"].to_numpy(), "s"),
            "apogee": _single(r, "apogee_m", "m"),
            "end": Column(o["time_s"].to_numpy(), "s"),
            "outcome": _words(o, "outcome"),
            "would_land": _words(o, "would_land"),
            "place": _words(o, "place"),
            "shots": _whole(o, "shots"),
            "warning": _single(o, "warning_s", "s"),
            "deaths": _single(o, "deaths", "1"),
            **_named(start[:2], ("launch_lon", "launch_lat")),
            **_named(impact[:2], ("impact_lon", "impact_lat")),
            **_named(end, ("end_lon", "end_lat", "end_h")),
        }

    def _shots(self) -> dict[str, Column]:
        s = self._table("shots")
        return {
            "shot": _whole(s, "shot"),
            "battery": _words(s, "battery"),
            "track": _whole(s, "track"),
            "rocket": _whole(s, "rocket"),
            "decision": Column(s["decision_time_s"].to_numpy(), "s"),
            "launch": Column(s["launch_time_s"].to_numpy(), "s"),
            "intercept": Column(s["intercept_time_s"].to_numpy(), "s"),
            "p_kill": _single(s, "p_kill", "1"),
            "error": _single(s, "error_m", "m"),
            "result": _words(s, "result"),
            **_named(self._places(s, "x_m", "y_m", "z_m"), ("lon", "lat", "h")),
        }

    def _warnings(self) -> dict[str, Column]:
        w = self._table("warnings")
        return {
            "place": _words(w, "place"),
            "track": _whole(w, "track"),
            "time": Column(w["time_s"].to_numpy(), "s"),
            "predicted": Column(w["predicted_impact_s"].to_numpy(), "s"),
            "first": Column(w["first_impact_s"].to_numpy(), "s"),
        }

    # ------------------------------------------------------------ by window

    def window(self, since: float, until: float) -> bytes:
        """True paths of the rockets launched, and tracks begun, in [since, until).

        Parameters
        ----------
        since, until : float, s
            Since the start of the scenario; at most `LONGEST_WINDOW_S` apart.
        """
        track_first = self.tracks[2]
        began = self.tracks[0]["time_s"].to_numpy()[track_first[:-1]]
        lo, hi = np.searchsorted(self.launched, [since, until])
        wanted = self.rockets["rocket"].to_numpy()[lo:hi]
        flights = _rows_of(self.flights, np.isin(self.flights[1], wanted))
        tracks = _rows_of(self.tracks, (began >= since) & (began < until))
        tables = {"flights": self._flown(flights), "tracks": self._tracked(tracks)}
        if self.has("flyouts"):
            rounds = self._by("shot", self._table("flyouts"))
            start = rounds[0]["time_s"].to_numpy()[rounds[2][:-1]]
            chosen = _rows_of(rounds, (start >= since) & (start < until))
            tables["flyouts"] = self._flown(chosen, "shot")
        return pack(tables, since=since, until=until)

    def _flown(self, rows: "pa.Table", key: str = "rocket") -> dict[str, Column]:
        at = self._places(rows, "x_m", "y_m", "z_m")
        return {
            key: _whole(rows, key),
            "time": Column(rows["time_s"].to_numpy(), "s"),
            **_named(at, ("lon", "lat", "h")),
        }

    def _tracked(self, rows: "pa.Table") -> dict[str, Column]:
        major, minor, bearing = ellipse(
            *(rows[f"impact_cov_{name}"].to_numpy() for name in ("xx", "xy", "yy"))
        )
        impact = self._places(rows, "impact_x_m", "impact_y_m", None)
        return {
            "track": _whole(rows, "track"),
            "rocket": _whole(rows, "rocket"),
            "time": Column(rows["time_s"].to_numpy(), "s"),
            "sigma": _single(rows, "sigma_m", "m"),
            "misses": Column(np.minimum(rows["misses"].to_numpy(), 255).astype("u1"), "1"),
            "impact": Column(rows["impact_time_s"].to_numpy(), "s"),
            "threat": _single(rows, "threat", "1"),
            "major": Column(major, "m"),
            "minor": Column(minor, "m"),
            "bearing": Column(bearing, "deg"),
            **_named(self._places(rows, "x_m", "y_m", "z_m"), ("lon", "lat", "h")),
            **_named(impact[:2], ("impact_lon", "impact_lat")),
        }

    # ------------------------------------------------------------ one rocket

    def story(self, rocket: int) -> dict[str, Any]:
        """All that the result knows of one rocket.

        Raises
        ------
        Missing
            There is no such rocket.
        """
        if not 0 <= rocket < len(self.launched):
            raise Missing(f"no rocket {rocket}: there are rockets 0 to {len(self.launched) - 1}")
        track_rows = self.tracks[0]
        rows = track_rows.filter(track_rows["rocket"].to_numpy() == rocket)
        ids = sorted(set(rows["track"].to_pylist()))
        shots = self._table("shots")
        shots = shots.filter(shots["rocket"].to_numpy() == rocket)
        decisions = self._table("decisions") if self.has("decisions") else None
        if decisions is not None:
            decisions = decisions.filter(np.isin(decisions["track"].to_numpy(), ids))
        return {
            "rocket": _row(self.rockets, rocket),
            "outcome": _row(self.outcomes, rocket),
            "tracks": ids,
            "scans": self._scans(rocket, rows),
            "decisions": self._decided(decisions),
            "shots": _rows(shots),
            "units": _units(self.rockets, self.outcomes, shots, decisions),
        }

    def _scans(self, rocket: int, rows: "pa.Table") -> dict[str, list]:
        """What the track said at each scan, beside the truth."""
        rows = rows.take(np.argsort(rows["time_s"].to_numpy(), kind="stable"))
        t = rows["time_s"].to_numpy()
        flown, ids, first = self.flights
        k = int(np.searchsorted(ids, rocket))
        part = flown.slice(first[k], first[k + 1] - first[k])
        truth = np.column_stack(
            [
                np.interp(t, part["time_s"].to_numpy(), part[a].to_numpy())
                for a in ("x_m", "y_m", "z_m")
            ]
        )
        belief = np.column_stack([rows[a].to_numpy() for a in ("x_m", "y_m", "z_m")])
        major, minor, _ = ellipse(
            *(rows[f"impact_cov_{name}"].to_numpy() for name in ("xx", "xy", "yy"))
        )
        where = _row(self.rockets, rocket)
        aside = np.hypot(
            rows["impact_x_m"].to_numpy() - where["impact_x_m"],
            rows["impact_y_m"].to_numpy() - where["impact_y_m"],
        )
        return {
            "time_s": t.tolist(),
            "error_m": _some(np.linalg.norm(belief - truth, axis=1), 1),
            "sigma_m": _some(rows["sigma_m"].to_numpy(), 1),
            "height_m": _some(truth[:, 2], 0),
            "plot": (rows["misses"].to_numpy() == 0).astype(int).tolist(),
            "impact_error_m": _some(aside, 0),
            "ellipse_major_m": _some(major, 0),
            "ellipse_minor_m": _some(minor, 0),
            "impact_time_s": _some(rows["impact_time_s"].to_numpy(), 1),
            "threat": _some(rows["threat"].to_numpy(), 4),
            "place": [self.place_names[i] for i in rows["place"].to_pylist()],
        }

    def _decided(self, decisions: "pa.Table | None") -> list[dict[str, Any]]:
        if decisions is None:
            return []
        names = [b["name"] for b in self.scene["batteries"]]
        made = []
        for row in _rows(decisions):
            row.pop("rep", None)
            if isinstance(row.get("place"), int):
                row["place"] = self.place_names[row["place"]]
            if isinstance(row.get("battery"), int):
                row["battery"] = names[row["battery"]] if row["battery"] >= 0 else ""
            made.append(row)
        return made

    def _places(self, rows: "pa.Table", x: str, y: str, z: str | None) -> tuple[np.ndarray, ...]:
        up = np.zeros(rows.num_rows) if z is None else rows[z].to_numpy()
        at = lonlat(rows[x].to_numpy(), rows[y].to_numpy(), up, self.origin)
        return tuple(a.astype("f4") for a in at)


def _rows_of(grouped: tuple["pa.Table", np.ndarray, np.ndarray], chosen: np.ndarray) -> "pa.Table":
    """Rows of the chosen groups."""
    table, _, first = grouped
    lengths = np.diff(first)
    return table.filter(np.repeat(chosen, lengths))


def _stock(rows: "pa.Table") -> dict[str, Column]:
    return {
        "time": Column(rows["time_s"].to_numpy(), "s"),
        "rounds": _single(rows, "rounds", "rounds"),
    }


def _named(values: tuple[np.ndarray, ...], names: tuple[str, ...]) -> dict[str, Column]:
    units = {"h": "m"}
    return {
        name: Column(v, units.get(name.split("_")[-1], "deg"))
        for name, v in zip(names, values, strict=True)
    }


def _whole(rows: "pa.Table", name: str) -> Column:
    return Column(rows[name].to_numpy().astype("i4"))


def _single(rows: "pa.Table", name: str, unit: str) -> Column:
    return Column(rows[name].to_numpy().astype("f4"), unit)


def _words(rows: "pa.Table", name: str) -> Column:
    return coded(rows[name].to_numpy(zero_copy_only=False))


def _row(table: "pa.Table", i: int) -> dict[str, Any]:
    return _rows(table.slice(i, 1))[0]


def _rows(table: "pa.Table") -> list[dict[str, Any]]:
    """Rows as JSON has them: nan and infinities become null."""
    return [{k: _known(v) for k, v in row.items()} for row in table.to_pylist()]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not abs(value) < np.inf else value


def _some(values: np.ndarray, digits: int) -> list[float | None]:
    rounded = np.round(np.asarray(values, "f8"), digits)
    return [None if v != v or abs(v) == np.inf else v for v in rounded.tolist()]


def _units(*tables: "pa.Table | None") -> dict[str, str]:
    """Unit of every column that has one."""
    found: Mapping[str, str] = {
        field.name: (field.metadata or {}).get(b"unit", b"-").decode()
        for table in tables
        if table is not None
        for field in table.schema
    }
    return {name: unit for name, unit in found.items() if unit not in ("-", "1")}
