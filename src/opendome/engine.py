"""One replication: launches, flight, then scan after scan until nothing flies.

The order of the stages inside a scan is in kernels/beats.py; what comes of it in ledger.py and
traces.py.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome import ledger, posterior, tables, traces
from opendome.constants import DAY
from opendome.dwta import campaign
from opendome.errors import CapacityError
from opendome.interceptor_tables import interceptor_tables
from opendome.kernels import beats
from opendome.kernels.aiming import RangeTables, aim_through, place, range_tables
from opendome.kernels.ballistics import drag_table
from opendome.kernels.clutter import draw, draw_bias
from opendome.kernels.debris import PIECES, scatter
from opendome.kernels.decide import RULE
from opendome.kernels.earth import height
from opendome.kernels.flight import fly_all
from opendome.kernels.nature import Nature
from opendome.kernels.orders import desk
from opendome.kernels.raids import disc_hit
from opendome.kernels.shots import KILL
from opendome.kernels.terrain import masks
from opendome.kernels.threat import people_near
from opendome.kernels.warn import Alert, places_alone
from opendome.kernels.zones import normal_points
from opendome.models.policies import View, read_only
from opendome.models.threats.ballistic_rocket import Plan, classify, launches
from opendome.world import Belief, Fixed, Truth, belief, scratch

SLOTS = 512  # track slots; May 2021 needs about a quarter of them (docs/decisions/closed-loop.md)
PLOTS = 512  # plots of one scan
CELL = 2_000.0  # m, cell of the place index
MARGIN = 40_000.0  # m, rim of the place index
LOG_ROWS = 65_536
EXPECTED_KILL = 0.8  # of a round fired in a campaign: assumed, the middle of the envelope
PLANNING_SEED = 2**62 + 1  # of the launches that a policy expects: no run has it by chance

LEDGER = ledger.LEDGER
DAILY = ledger.DAILY
TRACES = traces.TRACES


class Setup(NamedTuple):
    """Everything of a scenario that does not depend on chance."""

    fixed: Fixed
    plan: Plan
    clutter: np.ndarray  # CLUTTER
    ranges: RangeTables
    scoring: ledger.Scoring
    period: float  # s, of the radars' scan
    duration: float  # s
    midnight: float  # s, time of day at the start
    policy: Any  # a policy in Python, or None for the built-in doctrine
    draws: posterior.Draws | None = None  # replication r runs on draw r of the calibration
    near_aims: Any = None  # Plan.class_cum and .weights at both ends of near_share's prior


class Replication(NamedTuple):
    """What one replication leaves behind."""

    ledger: np.ndarray  # LEDGER, one row
    daily: np.ndarray  # DAILY, one row a day
    traces: dict[str, np.ndarray]  # by table name; empty unless traced


def prepare(scenario: Any) -> Setup:
    """Tables, plan of launches, flyout tables and place index of a scenario.

    Parameters
    ----------
    scenario : opendome.scenario.Scenario
    """
    p = scenario.tables()
    nature = scenario.nature(p)
    air, drag = nature.air, drag_table()
    grid, near = place_index(p.places)
    rounds = interceptor_tables(p.interceptors, air, drag)
    fixed = Fixed(
        p.classes, p.places, p.radars, p.interceptors, p.batteries, p.tracker, p.doctrine,
        p.warning_rule, p.stock, air, drag, rounds, grid, near, p.radius, nature,
        masks(nature.terrain, p.radars["x"], p.radars["y"], _heights(p.radars, nature), p.radius),
    )  # fmt: skip
    scoring = ledger.scoring(scenario, p, air)
    fixed = fixed._replace(alert=_alert(scoring))
    start = scenario.clock.start
    setup = Setup(
        fixed=fixed,
        plan=scenario.plan(p),
        clutter=p.clutter,
        ranges=range_tables(p.classes, nature),
        scoring=scoring,
        period=scenario.clock.scan_period,
        duration=scenario.clock.duration,
        midnight=start.hour * 3600.0 + start.minute * 60.0 + start.second,
        policy=scenario.policy if getattr(scenario.policy, "external", False) else None,
        draws=scenario.draws(),
        near_aims=scenario.near_aims(p),
    )
    samples = getattr(scenario.policy, "samples", 0)
    if samples:
        fixed = fixed._replace(reserve=_reserve(setup, samples))
    return setup._replace(fixed=fixed)


def _alert(s: ledger.Scoring) -> Alert:
    """The zones that are warned; none: the places."""
    if s.zones is None:
        return places_alone()
    return Alert(s.near, normal_points(), len(s.zones.names))


def _reserve(setup: Setup, samples: int) -> np.ndarray:
    """Value of a round kept for later days, by day and rounds left (dwta/campaign.py).

    Days come from replications of the scenario's launches under a seed of their own: what may
    happen, not what will.
    """
    fixed = setup.fixed
    days = int((setup.duration + setup.midnight) // DAY) + 1
    worth = np.array([people_near(place) for place in fixed.places]) * EXPECTED_KILL
    saves: list[list[np.ndarray]] = [[] for _ in range(days)]
    for k in range(samples):
        r = _fly(setup, PLANNING_SEED, k).rockets
        r = r[r["lands"] == tables.PROTECTED]
        day = ((r["t_launch"] + setup.midnight) // DAY).astype(int)
        for d in range(days):
            saves[d].append(worth[r["place"][day == d]])
    held = int(np.sum(fixed.batteries["launchers"] * fixed.batteries["rounds"]))
    stock = fixed.stock[0]
    most = held + int(stock["depot"] + days * stock["resupply"])
    values = campaign.round_values(saves, float(stock["resupply"]), most)
    kept = np.zeros((days, most + 1))
    r = int(stock["resupply"])
    kept[:, : most + 1 - r] = values[1:, r:]  # after the day, with what arrives at midnight
    return kept


def replicate(
    setup: Setup, seed: int, rep: int, *, trace: bool = False, policy: Any = None
) -> Replication:
    """Run one replication.

    Parameters
    ----------
    setup : Setup
    seed, rep : int
        Address of every random number of the replication.
    trace : bool
        Also keep every track, prediction, decision and shot.
    policy : object with `decide(view, decisions)`, optional
        Decides instead of the scenario's policy.

    Raises
    ------
    CapacityError
        A table is too small for the scenario; the message says which.
    """
    if setup.draws is not None:
        setup = posterior.apply(setup, setup.draws.at(rep))
    truth = _fly(setup, seed, rep)
    known = belief(setup.fixed, SLOTS, PLOTS, _most_warnings(setup))
    shots = tables.SHOTS.allocate(_most_shots(setup))
    clock = _clock(setup, trace)
    log = _Log()
    asked = setup.policy if policy is None else policy
    _loop(clock, setup, truth, known, shots, log, seed, rep, asked)
    log.take(clock)
    fired, warned = shots[: clock[0]["n_shots"]], known.warnings[: clock[0]["n_warnings"]]
    pieces = _scatter(setup.fixed, truth, fired, seed, rep)
    outcome = ledger.Outcome(truth.rockets, truth.nodes, fired, warned, clock, pieces)
    row, days = ledger.score(setup.scoring, outcome, setup.duration, seed, rep)
    if not trace:
        return Replication(row, days, {})
    made = traces.traces(setup.scoring, outcome, *log.tables(), setup.duration)
    return Replication(row, days, made)


def _fly(setup: Setup, seed: int, rep: int) -> Truth:
    """Launches and flights of a replication, if nobody touches them.

    Rockets do not react to the defence, so they all fly at once, in lanes.
    """
    fixed = setup.fixed
    rockets, x, y = launches(setup.plan, seed, rep)
    place(rockets, fixed.nature)
    aim_through(rockets, fixed.classes, x, y, setup.ranges, fixed.nature)
    nodes = fly_all(rockets, fixed.classes, fixed.nature)
    lost = rockets["left"] != tables.FLEW
    if lost.any():
        row = int(np.argmax(lost))
        why = tables.LEFT[rockets["left"][row]]
        raise CapacityError(f"threat: the flight of rocket {row} leaves the model: {why}")
    classify(rockets, setup.plan)
    objects = tables.OBJECTS.allocate(int(setup.clutter["number"].sum()))
    draw(setup.clutter, objects, seed, rep)
    bias = np.zeros((len(fixed.radars), 3))
    draw_bias(fixed.radars, bias, seed, rep)
    unknown = (np.full(n, -1) for n in (PLOTS, PLOTS, SLOTS))
    return Truth(rockets, nodes, *unknown, objects, bias)


def _scatter(fixed: Fixed, truth: Truth, shots: np.ndarray, seed: int, rep: int) -> np.ndarray:
    """Pieces of every interception, where they fell."""
    kills = int(np.count_nonzero(shots["result"] == KILL))
    pieces = tables.DEBRIS.allocate(kills * PIECES)
    scatter(shots, truth.rockets, truth.nodes, fixed, seed, rep, pieces)
    x, y = np.ascontiguousarray(pieces["x"]), np.ascontiguousarray(pieces["y"])
    hit = np.empty(len(pieces), np.int64)
    disc_hit(x, y, fixed.places, hit)
    pieces["place"] = hit
    return pieces


def _heights(sites: np.ndarray, nature: Nature) -> np.ndarray:
    """Heights of sites above the ellipsoid, m."""
    return np.array([height(s["x"], s["y"], s["z"], nature.earth) for s in sites])


def _loop(clock, setup, truth, known, shots, log, seed, rep, policy) -> None:
    """Run the scans; come back to Python for a policy written in it, and to empty the logs."""
    fixed = setup.fixed
    working = scratch(SLOTS, PLOTS, len(fixed.radars), fixed.alert.count)
    rule = policy is not None or fixed.doctrine[0]["kind"] == RULE
    prices = None if rule else desk(SLOTS, len(fixed.batteries))
    while True:
        status = beats.run(
            clock[0], fixed, known, truth, shots, log.rows, working, prices, seed,
            rep, policy is not None,
        )  # fmt: skip
        if status == beats.DONE:
            return
        if status == beats.FLUSH:
            log.take(clock)
        elif status == beats.DECIDE:
            _ask(policy, view(clock, fixed, known), known.decisions)
        else:
            what = _full(status, known, shots)
            raise CapacityError(f"{what} at {clock[0]['t']:g} s of replication {rep}")


def _ask(policy: Any, seen: View, decisions: np.ndarray) -> None:
    """Let a policy in Python decide.  Compiled code takes its orders: their rows must exist."""
    orders = decisions[: len(seen.tracks)]
    policy.decide(seen, orders)
    battery, last = orders["battery"], len(seen.batteries) - 1
    wrong = (battery > last) | ((orders["fire"] > 0) & (battery < 0))
    if wrong.any():
        raise ValueError(
            f"{type(policy).__name__}: fires from battery {battery[wrong][0]} (want a row, 0 to "
            f"{last})"
        )


def _full(status: int, known: Belief, shots: np.ndarray) -> str:
    """Which table is full, its size and what to raise."""
    return {
        beats.FULL_PLOTS: f"plots: more than {len(known.plots)} in one scan (engine.PLOTS)",
        beats.FULL_TRACKS: f"tracks: more than {len(known.tracks)}, or too many plots within "
        "their gates (engine.SLOTS)",
        beats.FULL_SHOTS: f"shots: more than {len(shots)} (doctrine: salvos, rounds_per_target)",
        beats.FULL_WARNINGS: f"warnings: more than {len(known.warnings)} (warning: hold)",
    }[status]


def view(clock: np.ndarray, fixed: Fixed, known: Belief) -> View:
    """What a policy may see: read-only belief, as long as the slots in use."""
    n = int(clock[0]["n_slots"])
    by_slot = (known.tracks, known.predictions, known.options, known.engagements)
    parts = [rows[:n] for rows in by_slot]
    return read_only(View(float(clock[0]["t"]), *parts, fixed.batteries, known.launchers))


def place_index(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells over the places and, for each cell, the places by the distance of their edge.

    Returns
    -------
    grid : float array (5,)
        x0, y0 (m), cell size (m), columns, rows.
    near : int array (cells, places)
    """
    x0, y0 = (places[a].min() - MARGIN for a in "xy")
    nx, ny = (
        int(np.ceil((places[a].max() + MARGIN - low) / CELL)) for a, low in (("x", x0), ("y", y0))
    )
    cx = x0 + (np.arange(nx) + 0.5) * CELL
    cy = y0 + (np.arange(ny) + 0.5) * CELL
    dx = places["x"] - np.tile(cx, ny)[:, None]
    dy = places["y"] - np.repeat(cy, nx)[:, None]
    near = np.argsort(np.hypot(dx, dy) - places["radius"], axis=1, kind="stable")
    return np.array([x0, y0, CELL, nx, ny]), near.astype(np.int32)


def _most_warnings(setup: Setup) -> int:
    """Room for warnings: areas times holds, or thirty a rocket, whichever is less."""
    hold = max(float(setup.fixed.warning_rule[0]["hold"]), setup.period)
    by_time = setup.fixed.n_areas * int(setup.duration / hold + 2.0)
    return min(by_time, 30 * setup.plan.n_rockets + 1000)


def _most_shots(setup: Setup) -> int:
    """Room for shots: all salvos at all rockets, and at a thousand false tracks."""
    doctrine = setup.fixed.doctrine[0]
    a_salvo = max(int(doctrine["rounds"]), 20)  # a policy in Python may order more than the rule
    return (setup.plan.n_rockets + 1000) * int(doctrine["salvos"]) * a_salvo


def _clock(setup: Setup, trace: bool) -> np.ndarray:
    """The clock at the start of a replication."""
    clock = tables.CLOCK.allocate(1)
    for column in tables.CLOCK.cols:
        clock[column.name] = 0
    clock["period"] = setup.period
    clock["midnight"] = setup.midnight
    clock["depot"] = setup.fixed.stock[0]["depot"]
    clock["trace"] = trace
    return clock


class _Log:
    """Rows of the traced stages: kernels fill four tables, which are emptied when full."""

    def __init__(self) -> None:
        logged = (traces.TRACKS, traces.DECISION_LOG, traces.ALTERNATIVES, traces.MAGAZINE_LOG)
        self.rows = tuple(declared.allocate(LOG_ROWS) for declared in logged)
        self.taken: tuple[list[np.ndarray], ...] = ([], [], [], [])

    def take(self, clock: np.ndarray) -> None:
        """Copy the filled rows and begin anew."""
        counts = ("n_track_log", "n_decision_log", "n_option_log", "n_magazine_log")
        for rows, taken, n in zip(self.rows, self.taken, counts, strict=True):
            taken.append(rows[: clock[0][n]].copy())
            clock[n] = 0

    def tables(self) -> list[np.ndarray]:
        """All rows: tracks, decisions, alternatives, magazines."""
        return [np.concatenate(taken) for taken in self.taken]
