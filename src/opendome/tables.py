"""Declared tables: every column with its type, unit and meaning, once.

A table is a one-dimensional numpy structured array.  A kernel takes it as one argument and writes
`row = tracks[i]; row.x`.  The declaration feeds the docs, the Parquet metadata and the labels.
Why records and not a tuple of arrays: docs/decisions/tables-as-records.md.

Missing: nan for a float, -1 for an identity or an index.  An `id` is an identity and addresses
random numbers; a row is only a place.
"""

import os
from typing import NamedTuple

import numpy as np


class Col(NamedTuple):
    """One column: name, numpy type (with shape, if any), unit, meaning."""

    name: str
    type: str | tuple[str, int | tuple[int, ...]]
    unit: str
    meaning: str


class Table(NamedTuple):
    """A declared table."""

    name: str
    meaning: str
    cols: tuple[Col, ...]

    @property
    def dtype(self) -> np.dtype:
        """Aligned structured type of one row."""
        typed = [(c.name, *(c.type if isinstance(c.type, tuple) else (c.type,))) for c in self.cols]
        return np.dtype(typed, align=True)

    def allocate(self, n: int) -> np.ndarray:
        """Table of n rows, every value missing: nan in floats, -1 in integers, empty text."""
        rows = np.zeros(n, self.dtype)
        for c in self.cols:
            kind = rows[c.name].dtype.kind
            if kind in "fi":
                rows[c.name] = np.nan if kind == "f" else -1
        # Attribute access to a record without the compiler needs numpy's recarray.
        return rows.view(np.recarray) if os.environ.get("NUMBA_DISABLE_JIT") == "1" else rows


def table(name: str, meaning: str, *cols: tuple) -> Table:
    """Declare a table from (name, type, unit, meaning) tuples."""
    return Table(name, meaning, tuple(Col(*c) for c in cols))


# ---------------------------------------------------------------- truth

ROCKETS = table(
    "rockets",
    "truth: one row per rocket of a replication, in order of launch",
    ("id", "i8", "-", "number within the replication, in order of launch"),
    ("raid", "i8", "-", "number of its raid"),
    ("entity", "i8", "-", "identity of its raid, and ..."),
    ("number", "i8", "-", "... number in it: together they address random numbers"),
    ("cls", "i8", "-", "row of its class"),
    ("aim", "i8", "-", "row of the place aimed at"),
    ("t_launch", "f8", "s", "launch time since the start of the scenario"),
    ("x0", "f8", "m", "launch point east"),
    ("y0", "f8", "m", "launch point north"),
    ("z0", "f8", "m", "launch point up"),
    ("azimuth", "f8", "rad", "launch direction, clockwise from north"),
    ("elevation", "f8", "rad", "launch elevation"),
    ("burn", "f8", "1", "fraction of the motor's burn time that it burns (1 unless it misfires)"),
    ("first", "i8", "-", "row of its first flight node"),
    ("n_nodes", "i8", "1", "number of its flight nodes"),
    ("t_impact", "f8", "s", "impact time, if nobody touches it"),
    ("x_impact", "f8", "m", "impact point east"),
    ("y_impact", "f8", "m", "impact point north"),
    ("apogee", "f8", "m", "greatest height"),
    ("lands", "i8", "-", "where it falls if nobody touches it: see LANDS"),
    ("place", "i8", "-", "row of the protected place that it would hit"),
    ("status", "i8", "-", "0 waiting, 1 flying, 2 intercepted, 3 landed"),
    ("t_end", "f8", "s", "time of interception or impact"),
    ("shots", "i8", "1", "interceptors fired at it"),
    ("t_plot", "f8", "s", "time of its first plot"),
    ("t_track", "f8", "s", "time of its first confirmed track"),
    ("left", "i8", "-", "0 flew to the ground; 1 too high, 2 too long, 3 not finite: see LEFT"),
)
LEFT = ("flew to the ground", "above 100 km", "longer than 400 s after burn-out", "not finite")
FLEW, TOO_HIGH, TOO_LONG, NOT_FINITE = range(4)
LANDS = ("short", "sea", "open", "protected")
SHORT, SEA, OPEN, PROTECTED = range(4)
WAITING, FLYING, INTERCEPTED, LANDED = range(4)

OBJECTS = table(
    "objects",
    "truth: birds, aircraft and drones of a replication; each flies a level circle",
    ("x", "f8", "m", "east of the circle's middle"),
    ("y", "f8", "m", "north of it"),
    ("height", "f8", "m", "height above the round earth"),
    ("turn", "f8", "m", "radius of the circle"),
    ("omega", "f8", "rad/s", "rate of turn, positive counter-clockwise"),
    ("phase", "f8", "rad", "angle at time 0, counter-clockwise from east"),
    ("rcs", "f8", "m^2", "mean radar cross-section"),
    ("swerling", "i8", "-", "case of its fluctuation"),
    ("p_identify", "f8", "1", "probability that a plot of it is named"),
)

# ---------------------------------------------------------------- belief

PLOTS = table(
    "plots",
    "belief: the plots of one scan",
    ("t", "f8", "s", "time of its dwell: within the scan period that ends at the scan"),
    ("radar", "i8", "-", "row of the radar"),
    ("range", "f8", "m", "measured range"),
    ("az", "f8", "rad", "measured azimuth, clockwise from north, at the radar"),
    ("el", "f8", "rad", "measured elevation at the radar"),
    ("rate", "f8", "m/s", "measured range rate; nan: not measured"),
    ("snr", "f8", "1", "measured signal to noise, power ratio"),
    ("sigma_r", "f8", "m", "range error that the SNR promises"),
    ("sigma_a", "f8", "rad", "angle error that the SNR promises"),
    ("sigma_rate", "f8", "m/s", "range-rate error that the SNR promises; nan: not measured"),
    ("x", "f8", "m", "plot east"),
    ("y", "f8", "m", "plot north"),
    ("z", "f8", "m", "plot up"),
    (
        "used",
        "i8",
        "1",
        "1 a confirmed track has taken it, or it was named as of no rocket; 2 tentative ones claim "
        "it",
    ),
    ("serial", "i8", "-", "number of the plot: scan times a million, and its row"),
)

TRACKS = table(
    "tracks",
    "belief: track slots",
    ("id", "i8", "-", "track number within the replication; -1: not confirmed"),
    ("status", "i8", "-", "0 free, 1 tentative, 2 confirmed"),
    ("t", "f8", "s", "time of the state"),
    ("m", ("f8", 7), "m, m/s, 1", "mean: x y z vx vy vz ln(beta / 1 kg m^-2)"),
    ("P", ("f8", (7, 7)), "SI", "covariance of m"),
    ("a", ("f8", 3), "m/s^2", "acceleration of the mean: to the time of a plot near the scan"),
    ("nuisance", ("f8", 4), "1, m/s", "drag curve's tilt and rise, wind east and north"),
    ("hits", "i8", "1", "plots taken"),
    ("misses", "i8", "1", "scans without a plot since the last one; tentative: since the start"),
    ("t_start", "f8", "s", "time of the first plot"),
    ("t_plot", "f8", "s", "time of the last plot"),
    ("nis", "f8", "1", "normalised innovation squared of the last plot, 3 degrees of freedom"),
    ("score", "f8", "1", "log-likelihood ratio of a body over false plots"),
    ("plot", "i8", "-", "row of the plot that it took on this scan; -1: none"),
    ("held", ("i8", 8), "-", "tentative: serials of its last plots, the newest first; -1: none"),
    ("chosen", "i8", "1", "tentative: scans in a row on which it was in the best set"),
    ("unseen", "f8", "1", "log-likelihood of no plot on the scans before its first"),
)

ESTIMATES = table(
    "estimates",
    "belief: the estimator's own, by track slot; TRACKS holds what others read of it",
    ("q", ("f8", 17), "m, m/s, 1", "parameters of the linearisation: kernels/estimator.py"),
    ("d", ("f8", 17), "m, m/s, 1", "correction of q by the plots since"),
    ("C", ("f8", (17, 17)), "SI", "covariance of q + d"),
    ("s", ("f8", 48), "m, m/s", "bundle of the linearisation at time t"),
    ("t", "f8", "s", "time of the bundle"),
    ("s_was", ("f8", 48), "m, m/s", "bundle before it, of the same linearisation ..."),
    ("t_was", "f8", "s", "... and its time; that of the bundle: there is none"),
    ("t0", "f8", "s", "epoch: time of the first plot in the window"),
    ("t_first", "f8", "s", "time of the first plot taken"),
    ("window", ("f8", (40, 9)), "s, -, m, rad, rad, m/s, m, rad, m/s", "plots kept"),
    ("n_window", "i8", "1", "plots in the window"),
    ("n_plots", "i8", "1", "plots taken"),
    ("radar0", "i8", "-", "radar of the first bias; -1: none yet"),
    ("radar1", "i8", "-", "radar of the second bias; -1: none yet"),
    ("cost", "f8", "1", "chi-square of the window and the priors at the last fit"),
    ("phase", "i8", "-", "0 unknown, 1 boost, 2 coast"),
    ("routed", "i8", "-", "1: its beginning is in the routes"),
    ("fits", "i8", "1", "fits so far"),
    ("aimed", "i8", "1", "fit that the impact belongs to"),
    ("impact", ("f8", 3), "s, m, m", "impact time and point of the linearisation"),
    ("G", ("f8", (3, 17)), "SI", "derivatives of the impact by q"),
    ("traced", "i8", "1", "fit that the launch belongs to"),
    ("launch", ("f8", 3), "s, m, m", "launch time and point of the linearisation"),
    ("L", ("f8", (3, 17)), "SI", "derivatives of the launch by q"),
)

ROUTES = table(
    "routes",
    "belief: beginnings of confirmed tracks, the prior of those that follow; newest over oldest",
    ("t", "f8", "s", "time"),
    ("x", "f8", "m", "east"),
    ("y", "f8", "m", "north"),
    ("z", "f8", "m", "up"),
    ("vx", "f8", "m/s", "velocity east"),
    ("vy", "f8", "m/s", "velocity north"),
    ("vz", "f8", "m/s", "velocity up"),
)

LOOKS = table(
    "looks",
    "belief: how one radar looks at the body of one track slot in a scan",
    ("kind", "i8", "-", "0 not at all, 1 in the search, 2 with a track beam"),
    ("t", "f8", "s", "time of the dwell"),
    ("direction", ("f8", 3), "1", "unit vector to the predicted place at that time, radar ENU"),
    ("p_d", "f8", "1", "detection probability of a rocket of the design cross-section there"),
)
NOT_AT_ALL, SEARCH, BEAM = range(3)

PREDICTIONS = table(
    "predictions",
    "belief: where the body of each track slot will fall",
    ("t", "f8", "s", "time of the prediction"),
    ("known", "i8", "1", "1: impact and covariance are finite and the ellipse is small enough"),
    ("t_impact", "f8", "s", "impact time"),
    ("x", "f8", "m", "impact point east"),
    ("y", "f8", "m", "impact point north"),
    ("sxx", "f8", "m^2", "variance of x"),
    ("sxy", "f8", "m^2", "covariance of x and y"),
    ("syy", "f8", "m^2", "variance of y"),
    ("st", "f8", "s", "standard deviation of the impact time"),
    ("threat", "f8", "1", "probability of falling on a protected place"),
    ("value", "f8", "1", "value at risk: people expected within 100 m of the impact"),
    ("place", "i8", "-", "the most probable protected place"),
    ("n_path", "i8", "1", "nodes of the predicted path"),
    ("path", ("f8", (32, 7)), "s, m, m/s", "predicted path: t x y z vx vy vz"),
)

OPTIONS = table(
    "options",
    "belief: the best engagement of one track slot by one battery",
    ("feasible", "i8", "1", "1: a round launched after the reaction time can meet the body"),
    ("t_launch", "f8", "s", "lift-off time"),
    ("t_intercept", "f8", "s", "intercept time"),
    ("t_latest", "f8", "s", "latest lift-off that still meets the body"),
    ("x", "f8", "m", "predicted intercept point east"),
    ("y", "f8", "m", "predicted intercept point north"),
    ("z", "f8", "m", "predicted intercept point up"),
    ("p_kill", "f8", "1", "expected single-shot kill probability"),
    ("rounds", "i8", "1", "rounds that battery can fire now: ready, with a free guidance channel"),
    ("price", "f8", "1", "value of the round elsewhere or later, if the policy has one"),
    ("gain", "f8", "1", "value saved by firing it now, less its price; nan: not compared"),
)

DECISIONS = table(
    "decisions",
    "belief: what the policy orders for one track slot",
    ("fire", "i8", "1", "rounds to fire now"),
    ("battery", "i8", "-", "row of the battery"),
    ("reason", "i8", "-", "why it fires or not: see REASONS"),
)
#: fires; none given (a policy in Python); waits for a smaller ellipse; nothing is sure enough; the
#: round is worth more; a later shot is; rounds or channels went to others; kept for larger values.
REASONS = ("fire", "none", "ellipse", "unsure", "price", "later", "short", "reserve")
FIRE, NONE, ELLIPSE, UNSURE, PRICE, LATER, SHORT_OF, RESERVE = range(8)

ENGAGEMENTS = table(
    "engagements",
    "belief: what was fired at the body of one track slot",
    ("track", "i8", "-", "number of the track that this row is about"),
    ("shots", "i8", "1", "rounds fired so far"),
    ("salvos", "i8", "1", "salvos fired so far"),
    ("t_assessed", "f8", "s", "when the last salvo's result is known"),
    ("asked", "i8", "1", "1: the policy may order fire on this scan"),
    ("pending", "i8", "1", "1: the last salvo's result is not known, and a next one is possible"),
    ("p_miss", "f8", "1", "expected probability that the last salvo missed"),
)

# ---------------------------------------------------------------- both: shots

SHOTS = table(
    "shots",
    "interceptors: ordered on belief, resolved on truth",
    ("id", "i8", "-", "number within the replication"),
    ("battery", "i8", "-", "row of the battery"),
    ("track", "i8", "-", "track number fired at"),
    ("slot", "i8", "-", "track slot at launch"),
    ("rocket", "i8", "-", "truth: rocket that the track followed at launch; -1: nothing"),
    ("number", "i8", "1", "which shot at that rocket: addresses the kill draw"),
    ("t_decision", "f8", "s", "time of the order"),
    ("t_launch", "f8", "s", "lift-off"),
    ("t_intercept", "f8", "s", "planned intercept time"),
    ("x", "f8", "m", "predicted intercept point east"),
    ("y", "f8", "m", "predicted intercept point north"),
    ("z", "f8", "m", "predicted intercept point up"),
    ("p_kill", "f8", "1", "expected single-shot kill probability"),
    ("error", "f8", "m", "truth: hand-over error across the closing direction"),
    ("result", "i8", "-", "0 flying, 1 kill, 2 miss, 3 nothing there, 4 already dead"),
)

DEBRIS = table(
    "debris",
    "truth: pieces of the interceptions of a replication, on the ground",
    ("rocket", "i8", "-", "row of the rocket that was intercepted"),
    ("t", "f8", "s", "time at which it lands"),
    ("x", "f8", "m", "east"),
    ("y", "f8", "m", "north"),
    ("mass", "f8", "kg", "mass"),
    ("casualty_area", "f8", "m^2", "area in which it strikes a person"),
    ("place", "i8", "-", "row of the protected place that it falls on; -1: none"),
)

LAUNCHERS = table(
    "launchers",
    "launchers: state",
    ("battery", "i8", "-", "row of the battery"),
    ("rounds", "i8", "1", "rounds ready"),
    ("t_ready", "f8", "s", "when the pack under exchange is ready; nan: none"),
    ("loading", "i8", "1", "rounds in that pack"),
)

BATTERY_STATE = table(
    "battery_state",
    "batteries: state",
    ("t_free", "f8", "s", "earliest next lift-off"),
    ("rounds", "i8", "1", "rounds ready in its launchers"),
    ("guided", "i8", "1", "its rounds in flight"),
    ("logged", "i8", "1", "rounds ready when they were last written to the log"),
)

WARNINGS = table(
    "warnings",
    "warnings given to places, or to zones",
    ("place", "i8", "-", "row of the place, or of the zone"),
    ("t", "f8", "s", "time of the warning"),
    ("t_impact", "f8", "s", "predicted impact time"),
    ("track", "i8", "-", "track that caused it"),
    ("t_first", "f8", "s", "truth: first impact due near it of what was in the air; nan: false"),
)

RECORDED_TRACKS = table(
    "recorded_tracks",
    "belief: one row per confirmed track and scan of recorded plots, in the frame of the radar",
    ("time_s", "f8", "s", "time of the scan"),
    ("track", "i8", "-", "track number"),
    ("x_m", "f8", "m", "east"),
    ("y_m", "f8", "m", "north"),
    ("z_m", "f8", "m", "up"),
    ("vx_mps", "f8", "m/s", "velocity east"),
    ("vy_mps", "f8", "m/s", "velocity north"),
    ("vz_mps", "f8", "m/s", "velocity up"),
    ("cov", ("f8", 21), "SI", "covariance of position and velocity, upper triangle by rows"),
    ("beta_kgpm2", "f8", "kg/m^2", "ballistic coefficient, mass over form area"),
    ("sigma_ln_beta", "f8", "1", "standard deviation of its logarithm"),
    ("impact_time_s", "f8", "s", "predicted impact time"),
    ("impact_x_m", "f8", "m", "predicted impact east"),
    ("impact_y_m", "f8", "m", "predicted impact north"),
    ("impact_cov_xx", "f8", "m^2", "its variance east"),
    ("impact_cov_xy", "f8", "m^2", "its covariance"),
    ("impact_cov_yy", "f8", "m^2", "its variance north"),
    ("launch_time_s", "f8", "s", "when the path leaves the ground, had the body always coasted"),
    ("launch_x_m", "f8", "m", "launch point east"),
    ("launch_y_m", "f8", "m", "launch point north"),
    ("launch_cov_xx", "f8", "m^2", "its variance east"),
    ("launch_cov_xy", "f8", "m^2", "its covariance"),
    ("launch_cov_yy", "f8", "m^2", "its variance north"),
    ("hits", "i8", "1", "plots taken"),
    ("score", "f8", "1", "log-likelihood ratio of a body over false plots"),
    ("nis", "f8", "1", "normalised innovation squared of the last plot"),
    ("status", "i8", "-", "2 with a plot on this scan, 3 without"),
    ("phase", "i8", "-", "0 unknown, 1 boost, 2 coast"),
    ("plot", "i8", "-", "row of the plot taken on this scan; -1: none"),
)

# ---------------------------------------------------------------- the engine's own

CLOCK = table(
    "clock",
    "where a replication stands: one row",
    ("scan", "i8", "1", "number of the last scan"),
    ("t", "f8", "s", "its time"),
    ("period", "f8", "s", "scan period"),
    ("t_busy", "f8", "s", "last scan at which a rocket or a round flew"),
    ("phase", "i8", "-", "0 a scan begins, 1 decisions are due"),
    ("next", "i8", "-", "row of the next rocket to launch"),
    ("first", "i8", "-", "no rocket before this row flies"),
    ("n_slots", "i8", "1", "track slots in use"),
    ("n_plots", "i8", "1", "plots of the last scan"),
    ("n_beams", "i8", "1", "track beams of the last scan"),
    ("n_refused", "i8", "1", "track beams wanted so far that no time was left for"),
    ("n_singles", "i8", "1", "unused plots kept"),
    ("next_track", "i8", "-", "number of the next track"),
    ("n_routes", "i8", "1", "routes written so far"),
    ("n_shots", "i8", "1", "shots fired"),
    ("first_shot", "i8", "-", "no shot before this row is in the air"),
    ("n_warnings", "i8", "1", "warnings given"),
    ("n_asked", "i8", "1", "slots that the policy may fire at on this scan"),
    ("n_tracks", "i8", "1", "tracks confirmed so far"),
    ("n_false", "i8", "1", "of them, tracks confirmed on a false plot"),
    ("depot", "f8", "1", "rounds in the depot"),
    ("day", "i8", "1", "days begun, by the scenario's clock"),
    ("midnight", "f8", "s", "time of day at the start"),
    ("trace", "i8", "1", "1: write the logs"),
    ("n_track_log", "i8", "1", "rows in the track log"),
    ("n_decision_log", "i8", "1", "rows in the decision log"),
    ("n_option_log", "i8", "1", "rows in the log of options"),
    ("n_magazine_log", "i8", "1", "rows in the log of batteries' rounds"),
    ("n_updates", "i8", "1", "plots taken by tracks"),
    ("n_predictions", "i8", "1", "impacts predicted"),
)
