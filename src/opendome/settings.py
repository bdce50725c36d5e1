"""Tables of what a scenario sets: parameters of classes, places and sites, and rules.

The same in every replication; what happens in one stands in tables.py.
"""

from opendome.tables import table

# ---------------------------------------------------------------- parameters, from the scenario

CLASSES = table(
    "classes",
    "rocket classes of the scenario",
    ("m0", "f8", "kg", "launch mass"),
    ("m_burnout", "f8", "kg", "mass after burn-out"),
    ("burn_time", "f8", "s", "motor burn time"),
    ("thrust", "f8", "N", "mean thrust along the velocity"),
    ("area", "f8", "m^2", "drag reference area"),
    ("form", "f8", "1", "factor on its drag curve"),
    ("rcs", "f8", "m^2", "mean radar cross-section"),
    ("swerling", "i8", "-", "case of its fluctuation: 0, 1 or 3"),
    ("lethal_area", "f8", "m^2", "area in which an unsheltered person is killed"),
    ("range_min", "f8", "m", "least range at which the class is used"),
    ("range_max", "f8", "m", "published maximum range"),
    ("sigma_range", "f8", "1", "standard deviation along range over range"),
    ("sigma_cross", "f8", "1", "standard deviation across range over range"),
    ("share", "f8", "1", "share of launches"),
    ("boost_steps", "i8", "1", "integration steps while its motor burns"),
    ("step", "f8", "s", "integration step of its coast"),
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
    ("t_service", "f8", "s", "first time at which it can fire"),
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
    ("p_identify", "f8", "1", "probability that a plot of one is named, so that no track takes it"),
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
    ("p_own", "f8", "1", "least joint probability that a confirmed track's plot is its own"),
    ("rival", "f8", "1", "log-likelihood by which a start may fall behind its best rival"),
    ("lead", "f8", "1", "log-likelihood by which a start must lead all rivals together"),
    ("ln_rise", "f8", "1", "log-likelihood ratio of a start that rose over the horizon"),
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
    ("kind", "i8", "-", "policy: 0 doctrine, 1 greedy, 2 threshold_reserve, 3 resolve, 4 rolling"),
    ("round_value", "f8", "1", "least value that a round must save"),
    ("reserve", "f8", "1", "share of a battery's rounds that is kept for larger values"),
    ("value_min", "f8", "1", "value at risk that the last round is kept for"),
    ("steps", "i8", "1", "dual steps a decision of the price policy"),
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
    ("exposure", "f8", "1", "share of the inhabitants within a lethal area who are struck"),
    ("shelter_factor", "f8", "1", "lethal area without shelter over with shelter"),
    ("shelter_time", "f8", "s", "least warning that lets people reach shelter"),
)
