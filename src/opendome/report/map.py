"""Picture of one barrage of a traced replication: who flew where, and how it ended."""

from math import degrees
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome import frames, placement, places, scenario
from opendome.results import Result, ResultError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Outcome -> colour, line width, order of drawing.  Okabe and Ito's palette (2008), which readers
#: with any common colour blindness can tell apart; width and marker repeat what colour says.
STYLE = {
    "short": ("#E69F00", 0.7, 2),
    "sea": ("#56B4E9", 0.7, 2),
    "open": ("#8C8C8C", 0.7, 2),
    "intercepted": ("#0072B2", 0.9, 3),
    "leaked": ("#D55E00", 1.5, 4),
}
LABELS = {
    "short": "fell short",
    "sea": "into the sea",
    "open": "on open ground",
    "intercepted": "intercepted",
    "leaked": "on a protected place",
}
LAND, SEA, PLACE = "#F4F1EA", "#DCE8F0", "#CFC6B4"
KM = 1e-3
RIM = 6.0  # km around what is shown
MOST_NAMES = 9


class Barrage(NamedTuple):
    """What the picture shows of one raid."""

    rep: int
    raid: int
    paths: dict[str, list[np.ndarray]]  # outcome -> (n, 3) km
    ends: dict[str, np.ndarray]  # outcome -> (n, 3) km
    start: float  # s since the start of the scenario


def draw(result: Result, raid: int | None = None) -> "Figure":
    """Map and height profile of a raid of the first traced replication.

    Parameters
    ----------
    result : Result
    raid : int, optional
        Number of the raid; by default the one with the most launches.

    Raises
    ------
    ResultError
        Nothing was traced, or there is no such raid.
    """
    from matplotlib.figure import Figure

    barrage = find(result, raid)
    s = stored(result)
    figure = Figure(figsize=(8.0, 9.5), layout="constrained")
    plan, profile = figure.subplots(2, 1, height_ratios=(5, 1))
    corners = _extent(barrage)
    _ground(plan, s)
    _defence(plan, s, corners)
    _paths(plan, barrage)
    _scale(plan, corners)
    plan.set(
        xlim=corners[0], ylim=corners[1], aspect="equal", xlabel="east, km", ylabel="north, km"
    )
    plan.set_title(_title(barrage, s), loc="left", fontsize=10)
    plan.legend(loc="upper left", fontsize=8, framealpha=0.9)
    _heights(profile, barrage)
    return figure


def stored(result: Result) -> scenario.Scenario:
    """The scenario as the result's manifest holds it."""
    written = result.manifest["scenario"]
    return scenario.parse(written["text"], written["name"])


def find(result: Result, raid: int | None = None) -> Barrage:
    """The raid's paths and ends, by outcome."""
    if not {"rockets", "flights", "outcomes"} <= set(result.names):
        raise ResultError("no map: this result has no traced replication (run without --no-trace)")
    rep, number = _largest(result) if raid is None else (int(result.manifest["traced"][0]), raid)
    raided = f"select rocket from rockets where rep = {rep} and raid = {number}"
    flights = result.sql(
        f"select rocket, outcome, f.x_m, f.y_m, f.z_m from flights f join outcomes using "
        f"(rep, rocket) where rep = {rep} and rocket in ({raided}) order by rocket, f.time_s"
    ).to_pydict()
    if not flights["rocket"]:
        raise ResultError(f"no map: replication {rep} has no raid {number}")
    began = result.sql(
        f"select min(launch_time_s) t from rockets where rep = {rep} and raid = {number}"
    )["t"][0].as_py()
    xyz = KM * np.column_stack([flights[name] for name in ("x_m", "y_m", "z_m")])
    rocket, outcome = np.array(flights["rocket"]), np.array(flights["outcome"])
    cuts = np.flatnonzero(np.diff(rocket)) + 1
    paths: dict[str, list[np.ndarray]] = {name: [] for name in STYLE}
    for path, how in zip(np.split(xyz, cuts), np.split(outcome, cuts), strict=True):
        paths[str(how[0])].append(path)
    ends = {name: np.array([p[-1] for p in found]).reshape(-1, 3) for name, found in paths.items()}
    return Barrage(rep, number, paths, ends, began)


def _largest(result: Result) -> tuple[int, int]:
    found = result.sql(
        "select rep, raid from rockets group by rep, raid order by rep, count(*) desc, raid limit 1"
    )
    if not found.num_rows:
        raise ResultError("no map: nothing was launched in the traced replication")
    return found["rep"][0].as_py(), found["raid"][0].as_py()


def _title(barrage: Barrage, s: Any) -> str:
    from datetime import timedelta

    n = sum(len(found) for found in barrage.paths.values())
    when = s.clock.start + timedelta(seconds=barrage.start)
    named = s.threat.barrages
    name = f"{named[barrage.raid].name}: " if barrage.raid < len(named) else ""
    return (
        f"{s.title}\n{name}{n} launches from {when.day} {when:%B %Y %H:%M}\n"
        f"simulated: replication {barrage.rep}; the sites of batteries are notional"
    )


def _extent(barrage: Barrage) -> tuple[tuple[float, float], tuple[float, float]]:
    """Square window around all paths, km."""
    xy = np.concatenate([p[:, :2] for found in barrage.paths.values() for p in found])
    low, high = xy.min(axis=0), xy.max(axis=0)
    middle, half = (low + high) / 2.0, float(np.max(high - low)) / 2.0 + RIM
    return (
        (float(middle[0] - half), float(middle[0] + half)),
        (float(middle[1] - half), float(middle[1] + half)),
    )


def _origin(s: Any) -> tuple[float, float]:
    return degrees(s.origin.lat), degrees(s.origin.lon)


def _project(ring: list[tuple[float, float]], origin: tuple[float, float]) -> np.ndarray:
    lat, lon = np.array(ring).T
    x, y, _ = frames.enu(lat, lon, 0.0, origin)
    return KM * np.column_stack([x, y])


def _ground(plan: "Axes", s: Any) -> None:
    """Sea, land, border, launch area."""
    origin = _origin(s)
    plan.set_facecolor(SEA)
    for ring in places.load_land():
        plan.fill(*_project(ring, origin).T, color=LAND, zorder=0)
    for line in places.load_border():
        plan.plot(*_project(line, origin).T, color="#777777", lw=0.8, ls=(0, (6, 3)), zorder=1)
    area = KM * placement.launch_area(s, origin)
    plan.fill(
        *area.T, facecolor="none", edgecolor="#555555", hatch="....", lw=0.8, zorder=1,
        label="launch area",
    )  # fmt: skip


def _defence(plan: "Axes", s: Any, corners: tuple) -> None:
    """Places as discs, the largest with names; batteries as squares."""
    from matplotlib import patheffects
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    p = s.tables()
    x, y, r = (KM * p.places[name] for name in ("x", "y", "radius"))
    discs = [Circle((east, north), size) for east, north, size in zip(x, y, r, strict=True)]
    plan.add_collection(PatchCollection(discs, color=PLACE, zorder=1.5))
    inside = _inside(x, y, corners)
    order = [i for i in np.argsort(-p.places["population"]) if inside[i]][:MOST_NAMES]
    names = placement.place_names(s)
    halo = [patheffects.withStroke(linewidth=2.0, foreground="white", alpha=0.8)]
    for i in order:
        plan.annotate(
            names[i], (x[i], y[i] + r[i]), ha="center", va="bottom", fontsize=7, color="#5C5340",
            zorder=5, path_effects=halo,
        )  # fmt: skip
    bx, by = KM * p.batteries["x"], KM * p.batteries["y"]
    plan.plot(bx, by, "s", color="black", ms=6, mfc="white", mew=1.5, zorder=6, label="battery")


def _inside(x: np.ndarray, y: np.ndarray, corners: tuple) -> np.ndarray:
    """Whether a name at each point stays inside the window and off the scale bar."""
    (west, east), (south, north) = corners
    rim = 0.08 * (east - west)
    return (x > west + rim) & (x < east - rim) & (y > south + 1.5 * rim) & (y < north - rim)


def _paths(plan: "Axes", barrage: Barrage) -> None:
    from matplotlib.collections import LineCollection

    for outcome, (colour, width, order) in STYLE.items():
        found = barrage.paths[outcome]
        if not found:
            continue
        label = f"{LABELS[outcome]} ({len(found)})"
        lines = [p[:, :2] for p in found]
        plan.add_collection(
            LineCollection(
                lines, colors=colour, linewidths=_thin(barrage) * width, zorder=order, label=label
            )
        )
        x, y, _ = barrage.ends[outcome].T
        if outcome == "intercepted":
            plan.plot(x, y, "o", ms=3.5, color=colour, mec="white", mew=0.4, zorder=order + 0.5)
        else:
            size = 5.0 if outcome == "leaked" else 3.0
            plan.plot(x, y, "x", ms=size, color=colour, mew=1.2, zorder=order + 0.5)


def _thin(barrage: Barrage) -> float:
    """Factor on line widths: many lines cover what lies under them."""
    return min(1.0, (60.0 / sum(len(found) for found in barrage.paths.values())) ** 0.5)


def _scale(plan: "Axes", corners: tuple) -> None:
    """Scale bar of a round length, about a fifth of the width."""
    (west, east), (south, north) = corners
    wanted = (east - west) / 5.0
    length = max(v for v in (1, 2, 5, 10, 20, 50, 100, 200) if v <= max(wanted, 1.0))
    x, y = east - 0.04 * (east - west), south + 0.04 * (north - south)
    plan.plot([x - length, x], [y, y], color="black", lw=2.5, solid_capstyle="butt", zorder=7)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    plan.annotate(
        f"{length} km", (x - length / 2.0, y), xytext=(0, 5), ha="center", bbox=box,
        textcoords="offset points", fontsize=8, zorder=7,
    )  # fmt: skip


def _heights(profile: "Axes", barrage: Barrage) -> None:
    """Height over the distance flown: the trajectories from the side."""
    thin = _thin(barrage)
    for outcome, (colour, width, order) in STYLE.items():
        for path in barrage.paths[outcome]:
            distance = np.hypot(*(path[:, :2] - path[0, :2]).T)
            profile.plot(distance, path[:, 2], color=colour, lw=thin * width, zorder=order)
            if outcome == "intercepted":
                profile.plot(distance[-1], path[-1, 2], "o", ms=3, color=colour, mec="white",
                             mew=0.4, zorder=order + 0.5)  # fmt: skip
    profile.set(xlabel="distance from the launch point, km", ylabel="height, km")
    profile.set_xlim(left=0.0)
    profile.set_ylim(bottom=0.0)
    profile.grid(lw=0.3, color="#BBBBBB")
