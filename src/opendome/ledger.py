"""What a replication amounts to: its row of the ledger and its days.

Everything here is read off truth and belief after the last scan; nothing feeds back.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from opendome import zone_map
from opendome.casualties import STAY, deaths, debris_deaths, draw_deaths
from opendome.constants import DAY
from opendome.kernels.shots import ALREADY_DEAD, NOTHING
from opendome.kernels.zones import Raster
from opendome.tables import DEBRIS, INTERCEPTED, LANDED, OPEN, PROTECTED, SEA, SHORT, table
from opendome.zone_map import ZoneMap

LEDGER = table(
    "replications",
    "one row per replication",
    ("rep", "i8", "-", "replication"),
    ("launched", "i8", "1", "rockets launched"),
    ("short", "i8", "1", "fell inside the launch area, if nobody had touched them"),
    ("sea", "i8", "1", "fell into the sea, likewise"),
    ("crossed", "i8", "1", "launched, less short, less sea"),
    ("open", "i8", "1", "fell on open ground, likewise"),
    ("threatened", "i8", "1", "fell on a protected place, likewise"),
    ("engaged", "i8", "1", "rockets fired at"),
    ("intercepted", "i8", "1", "rockets destroyed in the air"),
    ("leaked", "i8", "1", "rockets that fell on a protected place"),
    ("unengaged_leaked", "i8", "1", "of them, rockets that nobody fired at"),
    ("engaged_leaked", "i8", "1", "of them, rockets that were fired at"),
    ("rounds_used", "i8", "1", "interceptors fired"),
    ("rounds_wasted", "i8", "1", "interceptors fired at nothing, or met nothing alive"),
    ("debris_on_places", "i8", "1", "pieces of interceptions that fell on protected places"),
    ("deaths", "f8", "1", "deaths expected, from rockets and debris"),
    ("debris_deaths", "f8", "1", "of them, from debris"),
    ("deaths_unwarned", "f8", "1", "deaths expected had nobody been warned"),
    ("deaths_undefended", "f8", "1", "deaths expected had nothing been shot down"),
    ("killed", "i8", "1", "deaths, drawn from those expected"),
    ("cost_usd", "f8", "USD", "price of the interceptors fired"),
    ("warnings", "i8", "1", "warnings given to places, or to zones"),
    ("false_warnings", "i8", "1", "warnings where nothing in the air was to fall or near it"),
    ("warning_time_median_s", "f8", "s", "median time from warning to impact, over warned hits"),
    ("unwarned_share", "f8", "1", "share of the threatening rockets without a warning in time"),
    ("peak_hour_launches", "i8", "1", "most launches within one hour"),
    ("peak_day_launches", "i8", "1", "launches on the busiest day"),
    ("peak_day_rounds", "i8", "1", "interceptors fired on the busiest day"),
    ("stock_min", "f8", "1", "least stock: launchers, packs under exchange and depot"),
    ("stock_end", "f8", "1", "stock at the end"),
    ("tracks", "i8", "1", "tracks confirmed"),
    ("false_tracks", "i8", "1", "of them, confirmed on a false plot"),
    ("untracked", "i8", "1", "threatening rockets that never had a confirmed track"),
    ("barrage_hits", "f8", "1", "rockets of the first named barrage that fell on a place"),
    ("updates", "i8", "1", "plots taken by tracks"),
    ("predictions", "i8", "1", "impacts predicted"),
)

DAILY = table(
    "daily",
    "one row per replication and day of the scenario's clock",
    ("rep", "i8", "-", "replication"),
    ("day", "i8", "-", "day, 0 the first"),
    ("launched", "i8", "1", "rockets launched"),
    ("short", "i8", "1", "of them, fell inside the launch area"),
    ("crossed", "i8", "1", "of them, neither short nor into the sea"),
    ("threatened", "i8", "1", "of them, fell on a protected place if nobody had touched them"),
    ("engaged", "i8", "1", "of them, fired at"),
    ("intercepted", "i8", "1", "of them, destroyed in the air"),
    ("leaked", "i8", "1", "of them, fell on a protected place"),
    ("rounds_used", "i8", "1", "interceptors fired"),
    ("deaths", "f8", "1", "deaths expected"),
    ("stock_end", "f8", "1", "stock at midnight"),
)


class Scoring(NamedTuple):
    """What scoring needs of a scenario."""

    parameters: Any  # scenario.Parameters
    class_names: np.ndarray
    place_names: np.ndarray
    battery_names: np.ndarray
    first_barrage: bool
    midnight: float
    air: Any = None  # air table: what interceptors flew through
    zones: ZoneMap | None = None  # warned instead of the places
    near: Raster | None = None  # their outlines with the margin of the rule

    @property
    def area_names(self) -> np.ndarray:
        """Names of what is warned."""
        return self.place_names if self.zones is None else np.array(self.zones.names)

    def area_of(self, place: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What is warned where something falls on a place at (x, y); -1: on none."""
        found = place.copy()
        hits = np.flatnonzero(found >= 0)
        if self.zones is not None and len(hits):
            found[hits] = zone_map.nearest(x[hits], y[hits], self.zones.shapes)
        return found


class Outcome(NamedTuple):
    """Tables of a finished replication."""

    rockets: np.ndarray
    nodes: np.ndarray
    shots: np.ndarray
    warnings: np.ndarray
    clock: np.ndarray
    debris: np.ndarray = DEBRIS.allocate(0)


def scoring(scenario: Any, parameters: Any, air: np.ndarray) -> Scoring:
    """Names, parameters and air that the ledger and the traces use."""
    start = scenario.clock.start
    found = zone_map.zones_of(scenario)
    zones = zone_map.project(found, scenario) if found else None
    margin = float(parameters.warning_rule[0]["margin"])
    return Scoring(
        parameters=parameters,
        class_names=np.array([c.name for c in scenario.threat.classes]),
        place_names=np.array(scenario.place_names()),
        battery_names=np.array([b.name for b in scenario.batteries], dtype=str),
        first_barrage=len(scenario.threat.barrages) > 0,
        midnight=start.hour * 3600.0 + start.minute * 60.0 + start.second,
        air=air,
        zones=zones,
        near=None if zones is None else zone_map.raster(zones.shapes, margin),
    )


def score(
    s: Scoring, o: Outcome, duration: float, seed: int, rep: int
) -> tuple[np.ndarray, np.ndarray]:
    """Ledger row and days of one replication; also completes `rockets` and `warnings`.

    Returns
    -------
    row : LEDGER, one row
    days : DAILY, one row a day
    """
    r = o.rockets
    threatened = r["lands"] == PROTECTED
    leaked = threatened & (r["status"] == LANDED)
    lead, sheltered = warning_times(s, r, o.warnings)
    harm, unwarned = deaths(s, r, sheltered)
    struck, struck_unwarned = debris_deaths(s, o.debris, o.warnings)
    fallen = np.where(leaked, harm, 0.0) + np.bincount(o.debris["rocket"], struck, len(r))
    days = daily(s, o, leaked, fallen, duration, rep)
    least, last = stock(s, o, duration)[2:]
    clock = o.clock[0]
    values = {
        "rep": rep,
        **_fates(r, leaked),
        **_rounds(s, o),
        **_warned(s, r, o.warnings, lead, sheltered),
        "debris_on_places": np.count_nonzero(o.debris["place"] >= 0),
        "deaths": fallen.sum(),
        "debris_deaths": struck.sum(),
        "deaths_unwarned": unwarned[leaked].sum() + struck_unwarned.sum(),
        "deaths_undefended": harm[threatened].sum(),
        "killed": draw_deaths(fallen.sum(), seed, rep),
        "peak_hour_launches": peak_hour(r["t_launch"]),
        "peak_day_launches": days["launched"].max(),
        "peak_day_rounds": days["rounds_used"].max(),
        "stock_min": least,
        "stock_end": last,
        "tracks": clock["n_tracks"],
        "false_tracks": clock["n_false"],
        "untracked": np.count_nonzero(threatened & np.isnan(r["t_track"])),
        "barrage_hits": np.count_nonzero(leaked & (r["raid"] == 0)) if s.first_barrage else np.nan,
        "updates": clock["n_updates"],
        "predictions": clock["n_predictions"],
    }
    row = LEDGER.allocate(1)
    for name, value in values.items():
        row[name] = value
    return row, days


def _fates(r: np.ndarray, leaked: np.ndarray) -> dict[str, Any]:
    """What became of the rockets."""
    lands = r["lands"]
    return {
        "launched": len(r),
        "short": np.count_nonzero(lands == SHORT),
        "sea": np.count_nonzero(lands == SEA),
        "crossed": np.count_nonzero((lands != SHORT) & (lands != SEA)),
        "open": np.count_nonzero(lands == OPEN),
        "threatened": np.count_nonzero(lands == PROTECTED),
        "engaged": np.count_nonzero(r["shots"] > 0),
        "intercepted": np.count_nonzero(r["status"] == INTERCEPTED),
        "leaked": np.count_nonzero(leaked),
        "unengaged_leaked": np.count_nonzero(leaked & (r["shots"] == 0)),
        "engaged_leaked": np.count_nonzero(leaked & (r["shots"] > 0)),
    }


def _rounds(s: Scoring, o: Outcome) -> dict[str, Any]:
    """What was fired and what it cost."""
    p = s.parameters
    price = p.interceptors["price"][p.batteries["interceptor"][o.shots["battery"]]]
    return {
        "rounds_used": len(o.shots),
        "rounds_wasted": np.count_nonzero(np.isin(o.shots["result"], (NOTHING, ALREADY_DEAD))),
        "cost_usd": price.sum(),
    }


def _warned(
    s: Scoring, r: np.ndarray, warnings: np.ndarray, lead: np.ndarray, sheltered: np.ndarray
) -> dict[str, Any]:
    """How many warnings, how true, how early."""
    threatened = r["lands"] == PROTECTED
    warned = lead[threatened & np.isfinite(lead)]
    return {
        "warnings": len(warnings),
        "false_warnings": np.count_nonzero(~warned_truly(s, r, warnings)),
        "warning_time_median_s": np.median(warned) if len(warned) else np.nan,
        "unwarned_share": np.mean(~sheltered[threatened]) if threatened.any() else np.nan,
    }


def warning_times(
    s: Scoring, rockets: np.ndarray, warnings: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Warning before each impact on a protected place, and whether people were in shelter.

    The warning that counts is the first one to that place, or to the zone where it falls or the
    nearest, from one hold before the launch on; a
    warning of the last ten minutes before still keeps people in shelter.

    Returns
    -------
    lead : float array (n,), s
        nan without a warning, or where no place is hit.
    sheltered : bool array (n,)
    """
    hold = float(s.parameters.warning_rule[0]["hold"])
    needed = float(s.parameters.effects[0]["shelter_time"])
    lead = np.full(len(rockets), np.nan)
    sheltered = np.zeros(len(rockets), bool)
    order = np.lexsort((warnings["t"], warnings["place"]))
    place, t = warnings["place"][order], warnings["t"][order]
    area = s.area_of(rockets["place"], rockets["x_impact"], rockets["y_impact"])
    for i in np.flatnonzero(area >= 0):
        row = rockets[i]
        lo, hi = np.searchsorted(place, [area[i], area[i] + 1])
        times = t[lo:hi]
        impact = row["t_impact"]
        k = np.searchsorted(times, row["t_launch"] - hold)
        if k < len(times) and times[k] <= impact:
            lead[i] = impact - times[k]
        j = np.searchsorted(times, impact - STAY)
        sheltered[i] = j < len(times) and times[j] <= impact - needed
    return lead, sheltered


def warned_truly(s: Scoring, rockets: np.ndarray, warnings: np.ndarray) -> np.ndarray:
    """Whether something in the air at the time of each warning was to fall on or near the area.

    Near is within the margin of the warning rule; what would have fallen counts, also if it was
    intercepted.  Fills warnings.t_first with the first such impact.
    """
    longest = float(np.max(rockets["t_impact"] - rockets["t_launch"], initial=0.0))
    inside = _inside(s, rockets)
    for w in warnings:
        lo, hi = np.searchsorted(rockets["t_launch"], [w["t"] - longest, w["t"]])
        impact = rockets["t_impact"][lo:hi]
        due = impact[inside(w["place"], lo, hi) & (impact > w["t"])]
        w["t_first"] = due.min() if len(due) else np.nan
    return np.isfinite(warnings["t_first"])


def _inside(s: Scoring, rockets: np.ndarray) -> Callable[[int, int, int], np.ndarray]:
    """Whether the rockets of rows lo to hi fall in an area or within the margin."""
    x, y = rockets["x_impact"], rockets["y_impact"]
    if s.near is not None:
        pairs = zone_map.falls(x, y, s.near)
        pairs = pairs[np.argsort(pairs[:, 1], kind="stable")]

        def in_zone(zone: int, lo: int, hi: int) -> np.ndarray:
            first, last = np.searchsorted(pairs[:, 1], [zone, zone + 1])
            return np.isin(np.arange(lo, hi), pairs[first:last, 0])

        return in_zone
    places, margin = s.parameters.places, float(s.parameters.warning_rule[0]["margin"])

    def in_disc(row: int, lo: int, hi: int) -> np.ndarray:
        place = places[row]
        d = np.hypot(x[lo:hi] - place["x"], y[lo:hi] - place["y"])
        return d <= place["radius"] + margin

    return in_disc


def peak_hour(t: np.ndarray) -> int:
    """Most launches within any 3,600 s; t in order."""
    first = np.searchsorted(t, t - 3600.0, side="right")
    return int(np.max(np.arange(1, len(t) + 1) - first, initial=0))


def _day(s: Scoring, t: np.ndarray) -> np.ndarray:
    """Calendar day of a time, 0 the first."""
    return ((np.asarray(t) + s.midnight) // DAY).astype(np.int64)


def daily(
    s: Scoring, o: Outcome, leaked: np.ndarray, fallen: np.ndarray, duration: float, rep: int
) -> np.ndarray:
    """Days of one replication; a rocket counts on the day of its launch, a round on that of its.

    `fallen` are the deaths expected from each rocket, or from its debris.
    """
    r = o.rockets
    n = int(_day(s, np.array([duration]))[0]) + 1
    day = np.minimum(_day(s, r["t_launch"]), n - 1)
    days = DAILY.allocate(n)
    days["rep"] = rep
    days["day"] = np.arange(n)
    days["launched"] = np.bincount(day, minlength=n)
    lands = r["lands"]
    days["short"] = np.bincount(day[lands == SHORT], minlength=n)
    days["crossed"] = np.bincount(day[(lands != SHORT) & (lands != SEA)], minlength=n)
    days["threatened"] = np.bincount(day[lands == PROTECTED], minlength=n)
    days["engaged"] = np.bincount(day[r["shots"] > 0], minlength=n)
    days["intercepted"] = np.bincount(day[r["status"] == INTERCEPTED], minlength=n)
    days["leaked"] = np.bincount(day[leaked], minlength=n)
    days["deaths"] = np.bincount(day, fallen, minlength=n)
    fired = np.minimum(_day(s, o.shots["t_decision"]), n - 1)
    days["rounds_used"] = np.bincount(fired, minlength=n)
    midnights = (np.arange(n) + 1) * DAY - s.midnight
    midnights[-1] = np.inf  # the last flights may outlast the clock
    t, left, _, _ = stock(s, o, duration)
    days["stock_end"] = left[np.searchsorted(t, midnights, side="right") - 1]
    return days


def stock(s: Scoring, o: Outcome, duration: float) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Rounds in launchers, packs under exchange and depot, as a step function of time.

    Returns
    -------
    t, left : float arrays (steps,), s and 1
    least, last : float
    """
    p = s.parameters
    start = float(p.stock[0]["depot"]) + float(
        np.sum(p.batteries["launchers"] * p.batteries["rounds"])
    )
    midnights = np.arange(DAY - s.midnight, duration, DAY)
    t = np.concatenate([[0.0], midnights, o.shots["t_decision"]])
    change = np.concatenate(
        [[start], np.full(len(midnights), p.stock[0]["resupply"]), np.full(len(o.shots), -1.0)]
    )
    order = np.argsort(t, kind="stable")
    left = np.cumsum(change[order])
    return t[order], left, float(left.min()), float(left[-1])
