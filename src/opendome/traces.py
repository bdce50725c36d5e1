"""The tables of a traced replication, as users read them: words, units in the names.

Declared here and written to Parquet as they are; truth and belief stay in tables of their own,
but for columns marked "truth", which link them.
"""

import numpy as np

from opendome import tables
from opendome.casualties import deaths, debris_deaths
from opendome.flown import DEBRIS, FLYOUTS, debris, flyouts
from opendome.kernels.ballistics import node_time
from opendome.ledger import Outcome, Scoring, stock, warning_times
from opendome.tables import INTERCEPTED, LANDS, table

_NAME = "U40"

ROCKETS = table(
    "rockets",
    "truth: one row per rocket",
    ("rocket", "i8", "-", "number, in order of launch"),
    ("raid", "i8", "-", "number of its raid; the named barrages come first"),
    ("rocket_class", _NAME, "-", "class"),
    ("aim", _NAME, "-", "place aimed at"),
    ("launch_time_s", "f8", "s", "since the start"),
    ("launch_x_m", "f8", "m", "east"),
    ("launch_y_m", "f8", "m", "north"),
    ("apogee_m", "f8", "m", "greatest height"),
    ("impact_time_s", "f8", "s", "if nobody touches it"),
    ("impact_x_m", "f8", "m", "east, likewise"),
    ("impact_y_m", "f8", "m", "north, likewise"),
)

FLIGHTS = table(
    "flights",
    "truth: flight nodes of every rocket up to its end",
    ("rocket", "i8", "-", "number"),
    ("time_s", "f8", "s", "since the start"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
)

OUTCOMES = table(
    "outcomes",
    "truth: how each rocket ended",
    ("rocket", "i8", "-", "number"),
    ("outcome", "U12", "-", "intercepted, leaked, open, sea or short"),
    ("would_land", "U12", "-", "where it would have fallen: short, sea, open or protected"),
    ("place", _NAME, "-", "protected place that it would have hit; empty: none"),
    ("time_s", "f8", "s", "end of flight"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
    ("shots", "i8", "1", "rounds fired at it"),
    ("warning_s", "f8", "s", "from the warning of that place to the impact; nan: none"),
    ("deaths", "f8", "1", "deaths expected, from it or from its debris"),
)

SHOTS = table(
    "shots",
    "interceptors",
    ("shot", "i8", "-", "number"),
    ("battery", _NAME, "-", "battery"),
    ("track", "i8", "-", "track fired at"),
    ("rocket", "i8", "-", "truth: rocket that the track followed; -1: nothing"),
    ("decision_time_s", "f8", "s", "order"),
    ("launch_time_s", "f8", "s", "lift-off"),
    ("intercept_time_s", "f8", "s", "planned intercept"),
    ("x_m", "f8", "m", "predicted intercept point east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
    ("p_kill", "f8", "1", "expected kill probability"),
    ("error_m", "f8", "m", "truth: hand-over error across the closing direction; nan: none"),
    ("result", "U12", "-", "kill, miss, nothing (a false track), or dead (already ended)"),
)

WARNINGS = table(
    "warnings",
    "warnings given to places, or to the zones of a file",
    ("place", _NAME, "-", "place or zone"),
    ("time_s", "f8", "s", "warning"),
    ("predicted_impact_s", "f8", "s", "predicted impact time"),
    ("first_impact_s", "f8", "s", "truth: first impact due near it; nan: a false warning"),
    ("track", "i8", "-", "track that caused it"),
)

STOCK_STEPS = table(
    "stock",
    "rounds left in launchers, packs and depot, after every change",
    ("time_s", "f8", "s", "since the start"),
    ("rounds", "f8", "1", "rounds left"),
)

TRACKS = table(
    "tracks",
    "belief: one row per confirmed track and scan of a traced replication",
    ("time_s", "f8", "s", "scan time since the start"),
    ("track", "i8", "-", "track number"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
    ("vx_mps", "f8", "m/s", "velocity east"),
    ("vy_mps", "f8", "m/s", "velocity north"),
    ("vz_mps", "f8", "m/s", "velocity up"),
    ("beta_kgpm2", "f8", "kg/m^2", "ballistic coefficient"),
    ("sigma_m", "f8", "m", "standard deviation of the position, mean of the axes"),
    ("misses", "i8", "1", "scans since the last plot"),
    ("known", "i8", "1", "1: the prediction may be used"),
    ("impact_time_s", "f8", "s", "predicted impact time"),
    ("impact_x_m", "f8", "m", "predicted impact east"),
    ("impact_y_m", "f8", "m", "predicted impact north"),
    ("impact_cov_xx", "f8", "m^2", "its variance east"),
    ("impact_cov_xy", "f8", "m^2", "its covariance"),
    ("impact_cov_yy", "f8", "m^2", "its variance north"),
    ("threat", "f8", "1", "probability of falling on a protected place"),
    ("place", "i8", "-", "the most probable protected place"),
    ("rocket", "i8", "-", "truth: rocket of the last plot; -1: a false plot"),
)

DECISIONS = table(
    "decisions",
    "belief: one row per decision point of a traced replication",
    ("time_s", "f8", "s", "time since the start"),
    ("track", "i8", "-", "track number"),
    ("threat", "f8", "1", "probability of falling on a protected place"),
    ("value", "f8", "1", "value at risk: people expected within 100 m of the impact"),
    ("place", "i8", "-", "the most probable protected place"),
    ("ellipse_m", "f8", "m", "major axis of the impact ellipse, 1 sigma"),
    ("impact_time_s", "f8", "s", "predicted impact time"),
    ("batteries", "i8", "1", "batteries that can engage"),
    ("latest_launch_s", "f8", "s", "latest lift-off of any of them"),
    ("salvos", "i8", "1", "salvos fired at it before"),
    ("fire", "i8", "1", "rounds ordered"),
    ("battery", "i8", "-", "row of the battery; -1: none"),
    ("p_kill", "f8", "1", "expected kill probability of one round"),
    ("intercept_time_s", "f8", "s", "planned intercept"),
    ("reason", "U12", "-", "why it fires or not: see `opendome explain`"),
    ("price", "f8", "1", "value of the round elsewhere or later; nan: the policy has no prices"),
    ("gain", "f8", "1", "value saved by firing now, less the price: of the best option"),
)
#: What the kernels write: the same, with the reason as a number.
DECISION_LOG = tables.Table(
    "decision_log",
    DECISIONS.meaning,
    tuple(c._replace(type="i8") if c.name == "reason" else c for c in DECISIONS.cols),
)

ALTERNATIVES = table(
    "alternatives",
    "belief: one row per decision point of a traced replication and battery that could fire",
    ("time_s", "f8", "s", "time since the start"),
    ("track", "i8", "-", "track number"),
    ("battery", "i8", "-", "row of the battery"),
    ("rounds", "i8", "1", "rounds that it can fire now"),
    ("launch_time_s", "f8", "s", "lift-off"),
    ("latest_launch_s", "f8", "s", "latest lift-off that still meets the body"),
    ("intercept_time_s", "f8", "s", "intercept"),
    ("x_m", "f8", "m", "predicted intercept point east"),
    ("y_m", "f8", "m", "predicted intercept point north"),
    ("z_m", "f8", "m", "predicted intercept point up"),
    ("p_kill", "f8", "1", "expected kill probability of one round"),
    ("price", "f8", "1", "value of the round elsewhere or later; nan: the policy has no prices"),
    ("gain", "f8", "1", "value saved by firing now, less the price; nan: not compared"),
)

MAGAZINES = table(
    "magazines",
    "rounds of each battery, whenever those ready to fire have changed (in a lull: at its end)",
    ("time_s", "f8", "s", "scan time since the start"),
    ("battery", _NAME, "-", "battery"),
    ("ready", "i8", "1", "rounds ready in its launchers"),
    ("loading", "i8", "1", "rounds in packs under exchange"),
)
#: What the kernels write: the same, with the row of the battery.
MAGAZINE_LOG = tables.Table(
    "magazine_log",
    MAGAZINES.meaning,
    tuple(c._replace(type="i8") if c.name == "battery" else c for c in MAGAZINES.cols),
)

PREDICTION_COLUMNS = tuple(
    c
    for c in TRACKS.cols
    if c.name in ("time_s", "track", "threat", "place") or c.name.startswith("impact")
)
PREDICTIONS = tables.Table(
    "predictions", "belief: impact of every track and scan that has one", PREDICTION_COLUMNS
)

#: Declarations of the traced tables.
TRACES = (
    ROCKETS, FLIGHTS, OUTCOMES, TRACKS, PREDICTIONS, DECISIONS, ALTERNATIVES, SHOTS, WARNINGS,
    STOCK_STEPS, MAGAZINES, FLYOUTS, DEBRIS,
)  # fmt: skip

RESULTS = np.array(["flying", "kill", "miss", "nothing", "dead"])


def traces(
    s: Scoring,
    o: Outcome,
    track_log: np.ndarray,
    decision_log: np.ndarray,
    option_log: np.ndarray,
    magazine_log: np.ndarray,
    duration: float,
) -> dict[str, np.ndarray]:
    """All traced tables of one replication, by name."""
    predictions = PREDICTIONS.allocate(int(np.count_nonzero(track_log["known"] == 1)))
    for c in PREDICTION_COLUMNS:
        predictions[c.name] = track_log[c.name][track_log["known"] == 1]
    return {
        "rockets": _rockets(s, o),
        "flights": _flights(s, o),
        "outcomes": _outcomes(s, o),
        "tracks": track_log,
        "predictions": predictions,
        "decisions": _decisions(decision_log),
        "alternatives": option_log,
        "shots": _shots(s, o),
        "warnings": _warnings(s, o),
        "stock": _stock(s, o, duration),
        "magazines": _magazines(s, magazine_log),
        "flyouts": flyouts(s.parameters, s.air, o.shots),
        "debris": debris(s, o.debris, o.rockets, o.warnings),
    }


def _fill(declared: tables.Table, n: int, columns: dict[str, np.ndarray]) -> np.ndarray:
    rows = declared.allocate(n)
    for name, values in columns.items():
        rows[name] = values
    return rows


def _name(names: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Names by row, empty for -1."""
    return np.append(names, "")[index]


def _decisions(log: np.ndarray) -> np.ndarray:
    """The decision log with reasons in words."""
    columns = {c.name: log[c.name] for c in DECISIONS.cols}
    columns["reason"] = np.array(tables.REASONS)[log["reason"]]
    return _fill(DECISIONS, len(log), columns)


def _rockets(s: Scoring, o: Outcome) -> np.ndarray:
    r = o.rockets
    return _fill(
        ROCKETS,
        len(r),
        {
            "rocket": r["id"],
            "raid": r["raid"],
            "rocket_class": s.class_names[r["cls"]],
            "aim": _name(s.place_names, r["aim"]),
            "launch_time_s": r["t_launch"],
            "launch_x_m": r["x0"],
            "launch_y_m": r["y0"],
            "apogee_m": r["apogee"],
            "impact_time_s": r["t_impact"],
            "impact_x_m": r["x_impact"],
            "impact_y_m": r["y_impact"],
        },
    )


def _flights(s: Scoring, o: Outcome) -> np.ndarray:
    """Nodes up to the end of each flight; the last row of a rocket is its end."""
    r = o.rockets
    classes = s.parameters.classes
    burn = r["burn"] * classes["burn_time"][r["cls"]]
    x, y, z = ends(s, o)
    parts = []
    for i in range(len(r)):
        row = r[i]
        cls = classes[row["cls"]]
        t = row["t_launch"] + np.array([node_time(k, burn[i], cls) for k in range(row["n_nodes"])])
        n = int(np.searchsorted(t, row["t_end"]))
        part = FLIGHTS.allocate(n + 1)
        part["rocket"] = row["id"]
        part["time_s"] = np.append(t[:n], row["t_end"])
        nodes = o.nodes[row["first"] : row["first"] + n]
        for c, name, end in ((0, "x_m", x[i]), (1, "y_m", y[i]), (2, "z_m", z[i])):
            part[name] = np.append(nodes[:, c], end)
        parts.append(part)
    return np.concatenate(parts) if parts else FLIGHTS.allocate(0)


def ends(s: Scoring, o: Outcome) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each rocket ended: its impact, or the predicted point of the shot that killed it."""
    r = o.rockets
    x, y = r["x_impact"].copy(), r["y_impact"].copy()
    radius = s.parameters.radius
    z = np.sqrt(radius**2 - x**2 - y**2) - radius
    kills = o.shots[o.shots["result"] == 1]
    x[kills["rocket"]], y[kills["rocket"]] = kills["x"], kills["y"]
    z[kills["rocket"]] = kills["z"]
    return x, y, z


def _outcomes(s: Scoring, o: Outcome) -> np.ndarray:
    r = o.rockets
    lead, sheltered = warning_times(s, r, o.warnings)
    harm, _ = deaths(s, r, sheltered)
    struck, _ = debris_deaths(s, o.debris, o.warnings)
    killed = r["status"] == INTERCEPTED
    ends_at = np.array(["short", "sea", "open", "leaked"])[r["lands"]]
    x, y, z = ends(s, o)
    return _fill(
        OUTCOMES,
        len(r),
        {
            "rocket": r["id"],
            "outcome": np.where(killed, "intercepted", ends_at),
            "would_land": np.array(LANDS)[r["lands"]],
            "place": _name(s.place_names, r["place"]),
            "time_s": r["t_end"],
            "x_m": x,
            "y_m": y,
            "z_m": z,
            "shots": r["shots"],
            "warning_s": lead,
            "deaths": np.where(killed, np.bincount(o.debris["rocket"], struck, len(r)), harm),
        },
    )


def _shots(s: Scoring, o: Outcome) -> np.ndarray:
    shots = o.shots
    return _fill(
        SHOTS,
        len(shots),
        {
            "shot": shots["id"],
            "battery": _name(s.battery_names, shots["battery"]),
            "track": shots["track"],
            "rocket": shots["rocket"],
            "decision_time_s": shots["t_decision"],
            "launch_time_s": shots["t_launch"],
            "intercept_time_s": shots["t_intercept"],
            "x_m": shots["x"],
            "y_m": shots["y"],
            "z_m": shots["z"],
            "p_kill": shots["p_kill"],
            "error_m": shots["error"],
            "result": RESULTS[shots["result"]],
        },
    )


def _warnings(s: Scoring, o: Outcome) -> np.ndarray:
    w = o.warnings
    return _fill(
        WARNINGS,
        len(w),
        {
            "place": _name(s.area_names, w["place"]),
            "time_s": w["t"],
            "predicted_impact_s": w["t_impact"],
            "first_impact_s": w["t_first"],
            "track": w["track"],
        },
    )


def _stock(s: Scoring, o: Outcome, duration: float) -> np.ndarray:
    t, left, _, _ = stock(s, o, duration)
    return _fill(STOCK_STEPS, len(t), {"time_s": t, "rounds": left})


def _magazines(s: Scoring, log: np.ndarray) -> np.ndarray:
    """The log of rounds with batteries by name."""
    columns = {c.name: log[c.name] for c in MAGAZINES.cols}
    columns["battery"] = _name(s.battery_names, log["battery"])
    return _fill(MAGAZINES, len(log), columns)
