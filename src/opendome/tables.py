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
        return np.dtype(
            [(c.name, *(c.type if isinstance(c.type, tuple) else (c.type,))) for c in self.cols],
            align=True,
        )

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


# ---------------------------------------------------------------- parameters, from the scenario

CLASSES = table(
    "classes",
    "rocket classes of the scenario",
    ("m0", "f8", "kg", "launch mass"),
    ("m_burnout", "f8", "kg", "mass after burn-out"),
    ("burn_time", "f8", "s", "motor burn time"),
    ("thrust", "f8", "N", "constant thrust along the velocity"),
    ("area", "f8", "m^2", "drag reference area"),
    ("form", "f8", "1", "factor on the common drag curve"),
    ("rcs", "f8", "m^2", "mean radar cross-section"),
    ("swerling", "i8", "-", "case of its fluctuation: 0, 1 or 3"),
    ("lethal_area", "f8", "m^2", "area in which an unsheltered person is killed"),
    ("range_min", "f8", "m", "least range at which the class is used"),
    ("range_max", "f8", "m", "published maximum range"),
    ("sigma_range", "f8", "1", "standard deviation along range over range"),
    ("sigma_cross", "f8", "1", "standard deviation across range over range"),
    ("share", "f8", "1", "share of launches"),
)

PLACES = table(
    "places",
    "populated places: the protected areas, as discs",
    ("x", "f8", "m", "east"),
    ("y", "f8", "m", "north"),
    ("z", "f8", "m", "up"),
    ("radius", "f8", "m", "radius of the built-up area"),
    ("population", "f8", "1", "inhabitants"),
    ("aim_weight", "f8", "1", "relative chance of being aimed at, before reach"),
)

RADARS = table(
    "radars",
    "radars, one a battery",
    ("x", "f8", "m", "east"),
    ("y", "f8", "m", "north"),
    ("z", "f8", "m", "up"),
    ("rotation", ("f8", (3, 3)), "1", "scenario ENU -> radar ENU"),
    ("boresight", "f8", "rad", "azimuth of the sector's middle, clockwise from north"),
    ("half_sector", "f8", "rad", "half of the sector's width"),
    ("tilt", "f8", "rad", "elevation of the array's normal"),
    ("normal", ("f8", 3), "1", "unit vector of the array's normal, radar ENU"),
    ("scan_loss", "f8", "1", "exponent of the cosine off the normal in the SNR"),
    ("range_min", "f8", "m", "least range"),
    ("range_max", "f8", "m", "greatest range"),
    ("el_min", "f8", "rad", "least elevation"),
    ("reference_range", "f8", "m", "range at which 1 m^2 gives a mean SNR of 1 in a track beam"),
    ("gas", "f8", "dB/m", "attenuation by air at the ground, one way"),
    ("rain", "f8", "dB/m", "attenuation by rain, one way"),
    ("rain_top", "f8", "m", "height of the rain above the radar"),
    ("blind_speed", "f8", "m/s", "first blind speed of the mean pulse interval; 0: no canceller"),
    ("clutter_top", "f8", "rad", "elevation up to which beams use the canceller"),
    ("bursts", "i8", "1", "bursts that a look adds"),
    ("p_fa", "f8", "1", "false-alarm probability of one cell"),
    ("threshold", "f8", "1", "detection threshold on the sum of the bursts, noise powers"),
    ("sigma_r0", "f8", "m", "range error at high SNR"),
    ("sigma_a0", "f8", "rad", "angle error at high SNR"),
    ("sigma_v0", "f8", "m/s", "range-rate error at high SNR"),
    ("range_cell", "f8", "m", "range resolution"),
    ("rate_cell", "f8", "m/s", "range-rate resolution; 0: range rate is not measured"),
    ("beamwidth", "f8", "rad", "3 dB beam width at the normal"),
    ("sigma_bias_r", "f8", "m", "standard deviation of the constant range error"),
    ("sigma_bias_a", "f8", "rad", "standard deviation of the constant angle errors"),
    ("fence_top", "f8", "rad", "greatest elevation of the search fence"),
    ("fence_period", "f8", "s", "time of one pass over the fence"),
    ("fence_factor", "f8", "1", "SNR of a fence beam over that of a track beam"),
    ("fence_alarms", "f8", "1", "mean number of false alarms of a pass over the fence"),
    ("volume_top", "f8", "rad", "greatest elevation of the volume search above the fence"),
    ("volume_period", "f8", "s", "time of one pass over the volume"),
    ("volume_factor", "f8", "1", "SNR of a beam of the volume search over that of a track beam"),
    ("volume_alarms", "f8", "1", "mean number of false alarms of a pass over the volume"),
    ("search_share", "f8", "1", "share of the time that fence and volume search take"),
    ("track_dwell", "f8", "s", "time of one track beam"),
    ("capacity", "f8", "1/s", "most plots a second"),
    ("design_rcs", "f8", "m^2", "cross-section that it expects of a rocket"),
    ("revisit", "f8", "s", "least time between two beams at a body that threatens nothing"),
    ("everywhere", "i8", "-", "1: reports what it sees, also where another radar is nearer"),
    ("clutter_plots", "f8", "1", "mean number of plots of clutter residue a scan"),
    ("clutter_range", "f8", "m", "range up to which they lie"),
)

INTERCEPTORS = table(
    "interceptors",
    "interceptor types: motion, guidance, lethality",
    ("m0", "f8", "kg", "launch mass"),
    ("m_burnout", "f8", "kg", "mass after burn-out"),
    ("burn_time", "f8", "s", "motor burn time"),
    ("thrust", "f8", "N", "constant thrust"),
    ("area", "f8", "m^2", "drag reference area"),
    ("form", "f8", "1", "factor on the common drag curve"),
    ("a_max", "f8", "m/s^2", "structural limit of the lateral acceleration"),
    ("cl_max", "f8", "1", "greatest lift coefficient: a <= q area cl_max / m"),
    ("seeker_range", "f8", "m", "range at which the seeker takes over"),
    ("cep_seeker", "f8", "m", "median miss after homing without saturation"),
    ("lethal_radius", "f8", "m", "miss at which the fragment burst kills with probability 1/2"),
    ("reliability", "f8", "1", "probability that launch, motor, fuze and warhead work"),
    ("time_max", "f8", "s", "flight time at which it destroys itself"),
    ("h_min", "f8", "m", "least intercept height"),
    ("h_max", "f8", "m", "greatest intercept height"),
    ("range_min", "f8", "m", "least intercept range from the launcher"),
    ("assess", "f8", "s", "delay from intercept to kill assessment"),
    ("price", "f8", "USD", "price of one round"),
)

BATTERIES = table(
    "batteries",
    "batteries: parameters",
    ("x", "f8", "m", "east"),
    ("y", "f8", "m", "north"),
    ("z", "f8", "m", "up"),
    ("radar", "i8", "-", "row of its radar"),
    ("interceptor", "i8", "-", "row of its interceptor type"),
    ("reaction", "f8", "s", "from decision to lift-off"),
    ("launchers", "i8", "1", "launchers"),
    ("rounds", "i8", "1", "rounds in a full launcher"),
    ("reload", "f8", "s", "time to exchange an empty launcher's pack"),
    ("spacing", "f8", "s", "least time between two launches of one battery"),
    ("channels", "i8", "1", "most rounds of one battery in flight at a time"),
)

CLUTTER = table(
    "clutter",
    "what else flies: groups of birds, aircraft or drones",
    ("x", "f8", "m", "east of the group's middle"),
    ("y", "f8", "m", "north of it"),
    ("radius", "f8", "m", "radius of the disc in which its members circle"),
    ("number", "i8", "1", "members"),
    ("rcs", "f8", "m^2", "mean radar cross-section of one"),
    ("swerling", "i8", "-", "case of its fluctuation: 0, 1 or 3"),
    ("speed_min", "f8", "m/s", "least speed"),
    ("speed_max", "f8", "m/s", "greatest speed"),
    ("height_min", "f8", "m", "least height"),
    ("height_max", "f8", "m", "greatest height"),
    ("turn", "f8", "m", "radius of the circle that each flies"),
)

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
)
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
    ("used", "i8", "1", "1 once a track has taken it"),
)

TRACKS = table(
    "tracks",
    "belief: track slots",
    ("id", "i8", "-", "track number within the replication; -1: the slot is free"),
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
)

ESTIMATES = table(
    "estimates",
    "belief: the estimator's own, by track slot; TRACKS holds what others read of it",
    ("q", ("f8", 17), "m, m/s, 1", "parameters of the linearisation: kernels/estimator.py"),
    ("d", ("f8", 17), "m, m/s, 1", "correction of q by the plots since"),
    ("C", ("f8", (17, 17)), "SI", "covariance of q + d"),
    ("s", ("f8", 48), "m, m/s", "bundle of the linearisation at time t"),
    ("t", "f8", "s", "time of the bundle"),
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
    ("impact", ("f8", 3), "s, m, m", "impact time and point of the linearisation"),
    ("G", ("f8", (3, 17)), "SI", "derivatives of the impact by q"),
    ("traced", "f8", "1", "mark of the linearisation that the launch belongs to"),
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
#: fires; no reason given (a policy in Python); waits for a smaller ellipse; no option is sure
#: enough; the round is worth more than it saves; a later shot is worth more; rounds, launches or
#: channels went to others; kept for larger values.
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
    "warnings given to places",
    ("place", "i8", "-", "row of the place"),
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
    (
        "launch_time_s",
        "f8",
        "s",
        "where the path leaves the ground, if the body had always coasted",
    ),
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

# ---------------------------------------------------------------- rules, one row each

TRACKER = table(
    "tracker",
    "rules of the tracker",
    ("gate", "f8", "1", "gate on the normalised innovation squared"),
    ("confirm_hits", "i8", "1", "plots that confirm a track ..."),
    ("confirm_scans", "i8", "1", "... within this many scans of its first"),
    ("drop_misses", "i8", "1", "scans without a plot that drop a track"),
    ("confirm_score", "f8", "1", "least log-likelihood ratio of a confirmed track"),
    ("p_detect", "f8", "1", "probability of a plot a scan, in the scores"),
    ("speed_min", "f8", "m/s", "least speed between the first two plots"),
    ("speed_max", "f8", "m/s", "greatest speed between the first two plots"),
    ("beta", "f8", "kg/m^2", "prior median of the ballistic coefficient"),
    ("sigma_ln_beta", "f8", "1", "prior standard deviation of its logarithm"),
    ("sigma_tilt", "f8", "1", "prior standard deviation of the drag curve's tilt"),
    ("sigma_rise", "f8", "1", "prior standard deviation of the drag curve's transonic rise"),
    ("sigma_wind", "f8", "m/s", "prior standard deviation of the wind, east and north"),
    ("sigma_velocity", "f8", "m/s", "prior standard deviation of the velocity on each axis"),
    ("sigma_bias_range", "f8", "m", "prior standard deviation of a radar's range bias"),
    ("sigma_bias_angle", "f8", "rad", "prior standard deviation of a radar's angle biases"),
    ("a_boost", "f8", "m/s^2", "acceleration that the motor may give"),
    ("boost_time", "f8", "s", "age of a track up to which the motor may burn"),
    ("sigma_route", "f8", "1", "spread of speeds on one route, over the speed"),
    ("sigma_max", "f8", "m", "no prediction while the ellipse is larger (major axis, 1 sigma)"),
)

DOCTRINE = table(
    "doctrine",
    "rules of fire",
    ("threat_min", "f8", "1", "least probability of falling on a protected place"),
    ("sigma_max", "f8", "m", "wait while the ellipse is larger, unless it is the last chance"),
    ("rounds", "i8", "1", "rounds a salvo"),
    ("salvos", "i8", "1", "most salvos at one body: above 1 is shoot-look-shoot"),
    ("p_kill_min", "f8", "1", "least expected kill probability worth a round"),
    ("battery_rule", "i8", "-", "0 earliest intercept, 1 highest kill probability, 2 most rounds"),
    ("last_chance", "f8", "s", "how long before the latest lift-off waiting ends"),
)

WARNING_RULE = table(
    "warning_rule",
    "rules of public warning",
    ("p_min", "f8", "1", "least probability of an impact within the warned disc of a place"),
    ("margin", "f8", "m", "added to a place's radius"),
    ("hold", "f8", "s", "a place is not warned again within this time"),
    ("sigma_max", "f8", "m", "no warning while the impact ellipse is larger"),
)

STOCK = table(
    "stock",
    "rounds behind the launchers",
    ("depot", "f8", "1", "rounds in the depot at the start"),
    ("resupply", "f8", "1", "rounds that reach the depot per day, at midnight"),
)

EFFECTS = table(
    "effects",
    "harm to people",
    ("shelter_factor", "f8", "1", "lethal area without shelter over with shelter"),
    ("shelter_time", "f8", "s", "least warning that lets people reach shelter"),
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
