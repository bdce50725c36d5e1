"""What kernels share: tables grouped by what they are, so that a signature tells who may see what.

`Truth` and `Belief` are different types.  A stage that takes only `Belief` cannot see the truth.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome import tables
from opendome.kernels.gating import BANDS
from opendome.kernels.nature import Nature
from opendome.kernels.warn import Alert, places_alone


class Fixed(NamedTuple):
    """Parameters of a scenario: the same in every replication."""

    classes: np.ndarray  # CLASSES
    places: np.ndarray  # PLACES
    radars: np.ndarray  # RADARS
    interceptors: np.ndarray  # INTERCEPTORS
    batteries: np.ndarray  # BATTERIES
    tracker: np.ndarray  # TRACKER, one row
    doctrine: np.ndarray  # DOCTRINE, one row
    warning_rule: np.ndarray  # WARNING_RULE, one row
    stock: np.ndarray  # STOCK, one row
    air: np.ndarray  # (2049, 4): rho a, 1/a^2 and wind over height
    drag: np.ndarray  # (4097,): C_D M over M^2, of a body whose class nobody knows
    #: (types, numbers): flyout table (kernels/flyout.py) and kill table (kernels/kills.py) of each
    #: interceptor type, flat: an array of many axes is many arguments of every kernel.
    rounds: np.ndarray
    grid: np.ndarray  # (5,): cells of the place index
    near: np.ndarray  # (cells, places): places by distance from each cell
    radius: float  # m, of the round earth
    nature: Nature  # what bodies fly through; its air is `air`
    masks: np.ndarray  # (radars, azimuths, ranges): what the ground hides, kernels/terrain.py
    reserve: np.ndarray = np.zeros((1, 1))  # (days, rounds left + 1): value of a round kept
    alert: Alert = places_alone()  # zones that are warned, where a scenario names a file of them

    @property
    def n_areas(self) -> int:
        """Areas that are warned each by itself: zones, or places."""
        return self.alert.count or len(self.places)


class Truth(NamedTuple):
    """What happens, known to nobody inside the simulation."""

    rockets: np.ndarray  # ROCKETS
    nodes: np.ndarray  # (n, 6) flight nodes
    source: np.ndarray  # int: rocket of each plot, -1 for a false one
    single_source: np.ndarray  # int: the same of the kept plots
    carries: np.ndarray  # int: rocket that each track slot last followed
    objects: np.ndarray  # OBJECTS
    bias: np.ndarray  # (radars, 3) m, rad, rad: constant errors of range, azimuth and elevation


class Belief(NamedTuple):
    """What the defence knows."""

    plots: np.ndarray  # PLOTS of this scan
    singles: np.ndarray  # PLOTS of the last scans that no track took
    tracks: np.ndarray  # TRACKS
    estimates: np.ndarray  # ESTIMATES, by track slot
    routes: np.ndarray  # ROUTES: where confirmed tracks came from
    clutter: np.ndarray  # (radars, 16): mean false plots a scan, by band of elevation
    looks: np.ndarray  # LOOKS (slot, radar)
    predictions: np.ndarray  # PREDICTIONS, by track slot
    options: np.ndarray  # OPTIONS (slot, battery)
    engagements: np.ndarray  # ENGAGEMENTS, by track slot
    decisions: np.ndarray  # DECISIONS, by track slot
    state: np.ndarray  # BATTERY_STATE
    launchers: np.ndarray  # LAUNCHERS
    warnings: np.ndarray  # WARNINGS
    warned: np.ndarray  # (areas,) s: time of the last warning of each place, or zone


#: Working memory of the estimator; the letters are those of kernels/estimator.py.  One record: a
#: call passes one pointer, where a tuple of arrays is copied.
ESTIMATION = np.dtype(
    [
        ("s", "f8", 160),
        ("F", "f8", (6, 11)),
        ("x", "f8", 6),
        ("h", "f8", 4),
        ("D", "f8", (4, 6)),
        ("H", "f8", (4, 17)),
        ("z", "f8", 4),
        ("r", "f8", 4),
        ("A", "f8", (17, 17)),
        ("g", "f8", 17),
        ("q", "f8", 11),
        ("last", "f8", 17),
        ("scale", "f8", 17),
        ("row", "f8", 9),
        ("old", "f8", 48),
        ("P", "f8", (6, 6)),
        ("J", "f8", (7, 11)),
    ]
)


def estimation() -> Any:
    """Working memory of the estimator."""
    return np.zeros(1, ESTIMATION).view(np.recarray)[0]


class Scratch(NamedTuple):
    """Working memory of radars, tracker and warnings."""

    wanted: np.ndarray  # int: looks that ask for a beam, then those that get one, in time order
    keys: np.ndarray  # (n,): what they are sorted by
    nearest: np.ndarray  # int, by track slot: the radar that reports it

    k: Any  # ESTIMATION
    covered: np.ndarray  # int, by track slot
    column_of: np.ndarray  # int, by row of an assignment
    edges: np.ndarray  # (2, n) int
    costs: np.ndarray  # (n,)
    gains: np.ndarray  # (n,): log-likelihood ratio of each edge
    nis: np.ndarray  # (n,): normalised innovation squared of each edge
    order: np.ndarray  # (n,) int
    parent: np.ndarray  # int
    local: np.ndarray  # int
    work: np.ndarray  # (k + 3, 2 k): one cluster's costs
    ints: np.ndarray  # (7, 2 k) int
    zones: np.ndarray  # (zones,) int: those that the impact of one slot touches ...
    zone_points: np.ndarray  # (zones,) int: ... and its points in each


CLUSTER = 256  # rows of the largest cluster that is assigned exactly


def scratch(n_slots: int, n_plots: int, n_radars: int = 1, n_zones: int = 0) -> Scratch:
    """Working memory for so many track slots, plots a scan, radars and zones."""
    k = n_slots + n_plots + 1
    rows = max(n_slots, n_plots)
    side = min(k, CLUSTER)
    return Scratch(
        k=estimation(),
        wanted=np.zeros(n_slots * n_radars, np.int64),
        keys=np.zeros(n_slots * n_radars),
        nearest=np.zeros(n_slots, np.int64),
        covered=np.zeros(n_slots, np.int64),
        column_of=np.zeros(rows, np.int64),
        edges=np.zeros((2, 16 * rows), np.int64),
        costs=np.zeros(16 * rows),
        gains=np.zeros(16 * rows),
        nis=np.zeros(16 * rows),
        order=np.zeros(16 * rows, np.int64),
        parent=np.zeros(2 * k, np.int64),
        local=np.zeros(2 * k, np.int64),
        work=np.zeros((side + 3, 2 * side)),
        ints=np.zeros((7, 2 * k), np.int64),
        zones=np.zeros(n_zones, np.int64),
        zone_points=np.zeros(n_zones, np.int64),
    )


def _false_plots(radars: np.ndarray) -> np.ndarray:
    """Mean number of false plots a second of each radar: false alarms and residue."""
    fence = radars["fence_alarms"] / radars["fence_period"]
    return fence + radars["volume_alarms"] / radars["volume_period"] + radars["clutter_plots"]


def belief(fixed: Fixed, n_slots: int, n_plots: int, n_warnings: int) -> Belief:
    """What the defence knows before anything has happened: full launchers, no tracks."""
    tracks = tables.TRACKS.allocate(n_slots)
    tracks["status"] = 0
    looks = tables.LOOKS.allocate(n_slots * len(fixed.radars))
    looks["kind"] = tables.NOT_AT_ALL
    options = tables.OPTIONS.allocate(n_slots * len(fixed.batteries))
    state = tables.BATTERY_STATE.allocate(len(fixed.batteries))
    state["t_free"] = 0.0
    state["guided"] = 0
    per = np.repeat(np.arange(len(fixed.batteries)), fixed.batteries["launchers"])
    launchers = tables.LAUNCHERS.allocate(len(per))
    launchers["battery"] = per
    launchers["rounds"] = fixed.batteries["rounds"][per]
    launchers["loading"] = 0
    # A battery that comes later is one whose packs are under exchange until then.
    late = fixed.batteries["t_service"][per] > 0.0
    launchers["loading"][late] = launchers["rounds"][late]
    launchers["rounds"][late] = 0
    launchers["t_ready"][late] = fixed.batteries["t_service"][per][late]
    return Belief(
        plots=tables.PLOTS.allocate(n_plots),
        singles=tables.PLOTS.allocate(n_plots),
        tracks=tracks,
        estimates=tables.ESTIMATES.allocate(n_slots),
        routes=tables.ROUTES.allocate(256),
        clutter=np.repeat(_false_plots(fixed.radars)[:, None] / BANDS, BANDS, axis=1),
        looks=looks.reshape(n_slots, len(fixed.radars)),
        predictions=tables.PREDICTIONS.allocate(n_slots),
        options=options.reshape(n_slots, len(fixed.batteries)),
        engagements=tables.ENGAGEMENTS.allocate(n_slots),
        decisions=tables.DECISIONS.allocate(n_slots),
        state=state,
        launchers=launchers,
        warnings=tables.WARNINGS.allocate(n_warnings),
        warned=np.full(fixed.n_areas, -np.inf),
    )
