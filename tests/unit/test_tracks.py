"""Life of a track: start, confirm, coast, drop."""

from math import cos, log, sin

import numpy as np
import pytest

from opendome import tables
from opendome.kernels import dwells, gating, radar, tracks
from opendome.kernels.ballistics import acceleration
from opendome.world import Truth, belief, scratch

pytestmark = pytest.mark.kernel

BETA = 3000.0


class Tracker:
    """The tracker alone: plots in, scan by scan."""

    def __init__(self, sensed, **rules):
        self.fixed = sensed._replace(tracker=sensed.tracker.copy(), radars=sensed.radars.copy())
        for name, value in rules.items():
            self.fixed.tracker[name] = value
        self.known = belief(self.fixed, 16, 16, 4)
        rockets = tables.ROCKETS.allocate(1)
        self.truth = Truth(
            rockets,
            np.zeros((1, 6)),
            *(np.full(16, k, np.int64) for k in (0, 0, -1)),
            tables.OBJECTS.allocate(0),
            np.zeros((1, 3)),
        )
        self.clock = tables.CLOCK.allocate(1)
        for column in tables.CLOCK.cols:
            self.clock[column.name] = 0
        self.clock["period"] = 1.0
        self.scratch = scratch(16, 16)

    def scan(self, *points, t=None, noise=None, snr=1e9):
        """One scan with a plot at each point."""
        clock = self.clock[0]
        self.clock["scan"] += 1
        self.clock["t"] = self.clock["scan"] if t is None else t
        rows = self.known.plots
        for j, point in enumerate(points):
            g = (0.0, 0.0, 0.0) if noise is None else noise.normal(size=3)
            radar.measure(rows[j], clock["t"], 0, self.fixed.radars[0], *point, snr, *g)
        self.clock["n_plots"] = len(points)
        fixed, known, truth, working = self.fixed, self.known, self.truth, self.scratch
        dwells.schedule(clock, fixed, known, working)
        assert tracks.follow(clock, fixed, known, truth, working)
        return self.known.tracks[0]

    @property
    def status(self):
        """Status of every slot up to the last one in use; of no track at all: none."""
        return [int(s) for s in self.known.tracks["status"][: self.clock["n_slots"][0]]]


def flight(sensed, start, n, beta=BETA):
    """Positions of a coasting body, one a second, by twenty small steps each."""
    s = np.array(start, float)
    out = []
    for _ in range(n):
        out.append(tuple(s[:3]))
        for _ in range(20):
            h = 0.05
            a = np.array(acceleration(*s, beta, sensed.drag, sensed.nature))
            mid = s + 0.5 * h * np.concatenate([s[3:], a])
            b = np.array(acceleration(*mid, beta, sensed.drag, sensed.nature))
            s = s + h * np.concatenate([mid[3:], b])
    return out


CLIMB = (-8e3, 3e3, 1.5e3, 260.0, 60.0, 330.0)  # in the radar's sector, up and over


@pytest.fixture(scope="module")
def path(sensed):
    return flight(sensed, CLIMB, 12)


# ---------------------------------------------------------------- start


def test_begin__covariance_is_that_of_two_plots_and_the_priors(sensed, path):
    tracker = Tracker(sensed)
    tracker.scan(path[0])
    track = tracker.scan(path[1])
    rules, e = tracker.fixed.tracker[0], tracker.known.estimates[0]
    assert (track["t"], track["t_start"], track["hits"]) == (2.0, 1.0, 2)
    assert track["m"][:3] == pytest.approx(path[1], abs=1.0)
    assert track["m"][6] == pytest.approx(log(rules["beta"]), abs=0.05)
    # Two plots say nothing of what bends the path: the priors stay.
    assert np.diag(e["C"])[6:11] == pytest.approx(np.ones(5), abs=0.05)
    # Velocity across the line of sight: sqrt(2) of a plot's error over the second.
    plot = tracker.known.plots[0]
    across = 2.0 * (plot["sigma_a"] * plot["range"]) ** 2
    spread = np.linalg.eigvalsh(track["P"][3:6, 3:6])
    assert spread[-1] == pytest.approx(across, rel=0.1)


def test_start__needs_two_plots_at_a_rockets_speed(sensed, path):
    slow = Tracker(sensed)
    for k in range(4):
        slow.scan((5e3, 2e3 + 50.0 * k, 3e3))  # 50 m/s
    assert slow.status == []
    fast = Tracker(sensed)
    for k in range(4):
        fast.scan((-30e3 + 2_600.0 * k, 2e3, 9e3))  # above 2,500 m/s
    assert fast.status == []


def test_start__bridges_one_missing_plot_but_not_two(sensed, path):
    one = Tracker(sensed)
    one.scan(path[0])
    one.scan()
    one.scan(path[2])
    assert one.status == [tracks.TENTATIVE]
    assert one.known.tracks["t_start"][0] == 1.0
    two = Tracker(sensed)
    two.scan(path[0])
    two.scan()
    two.scan()
    two.scan(path[3])
    assert two.status == []


# ---------------------------------------------------------------- confirm and drop


def play(sensed, path, pattern, **rules):
    """The tracker after a pattern of hits (x) and misses (.)."""
    tracker = Tracker(sensed, **rules)
    for point, mark in zip(path, pattern, strict=False):
        tracker.scan(*([point] if mark == "x" else []))
    return tracker


@pytest.mark.parametrize(
    ("pattern", "status"),
    [
        ("xx", tracks.TENTATIVE),
        ("xxx", tracks.CONFIRMED),
        ("xx.x", tracks.CONFIRMED),
        ("xx..x", tracks.CONFIRMED),
        ("xx...", None),
        ("xx..x....", tracks.CONFIRMED),
        ("xxx.....", None),
        ("xxx....x....", tracks.CONFIRMED),
    ],
)
def test_tracks__are_confirmed_by_three_of_five_and_dropped_after_five(
    sensed, path, pattern, status
):
    assert play(sensed, path, pattern).status == ([] if status is None else [status])


@pytest.mark.parametrize(
    ("pattern", "status"),
    [("xxx.x", tracks.CONFIRMED), ("xx.xx", tracks.CONFIRMED), ("xx.x.", None)],
)
def test_tracks__four_of_five_counts_misses_between_hits(sensed, path, pattern, status):
    tracker = play(sensed, path, pattern, confirm_hits=4)
    assert tracker.status == ([] if status is None else [status])
    if status == tracks.CONFIRMED:
        assert tracker.known.tracks["misses"][0] == 0


def test_tracks__outside_coverage_miss_nothing(sensed, path):
    tracker = play(sensed, path, "xxx", drop_misses=2)
    tracker.fixed.radars["range_max"] = 600.0
    for _ in range(5):
        tracker.scan()
    assert tracker.status == [tracks.CONFIRMED]
    assert tracker.known.tracks["misses"][0] == 0


def test_tracks__below_the_ground_are_dropped_at_once(sensed):
    falling = flight(sensed, (1e3, 2e3, 1_100.0, 100.0, 30.0, -240.0), 8)
    last = max(k for k, p in enumerate(falling) if p[2] > 300.0)
    tracker = play(sensed, falling, "x" * (last + 1))
    assert tracker.status == [tracks.CONFIRMED]
    scans = 0
    while tracker.status == [tracks.CONFIRMED]:
        tracker.scan()
        scans += 1
    # 300 m at 250 m/s: gone before four misses could drop it.
    assert scans <= 2


# ---------------------------------------------------------------- whole flights


def test_tracks__a_clean_rocket_gives_exactly_one_track(sensed):
    noise = np.random.default_rng(5)
    points = [p for p in flight(sensed, CLIMB, 75) if p[2] > 150.0]
    assert len(points) > 55
    tracker = Tracker(sensed)
    for point in points:
        track = tracker.scan(point, noise=noise, snr=60.0)
    assert tracker.clock["next_track"][0] == 1
    assert tracker.clock["n_tracks"][0] == 1
    assert track["hits"] == len(points)
    # The ballistic coefficient is found to 10 %; prior: a factor of two.
    assert track["m"][6] == pytest.approx(log(BETA), abs=0.1)
    error = track["m"][:3] - points[-1]
    # 16.3: chi-square of three degrees of freedom at 99.9 %.
    assert error @ np.linalg.solve(track["P"][:3, :3], error) < 16.3


@pytest.mark.parametrize(("p_own", "hits"), [(0.0, 79), (0.95, 76)])
def test_tracks__two_crossing_rockets_keep_two_tracks(sensed, p_own, hits):
    noise = np.random.default_rng(9)
    one = flight(sensed, CLIMB, 40)
    two = flight(sensed, (-8e3, 5.4e3, 1.5e3, 260.0, -60.0, 330.0), 40)
    tracker = Tracker(sensed, p_own=p_own)
    for a, b in zip(one, two, strict=True):
        tracker.scan(a, b, noise=noise, snr=200.0)
    assert tracker.clock["next_track"][0] == 2
    # One plot in a thousand lies outside its gate, and where they cross nobody can tell whose plots
    # the two are; the two tracks want 80.
    ended = tracker.known.tracks[:2]
    assert ended["hits"].sum() >= hits
    assert ended["misses"].sum() <= 1
    for track, end in zip(ended, (one[-1], two[-1]), strict=True):
        assert np.linalg.norm(track["m"][:3] - end) < 100.0


def test_associate__cheap_gate_loses_no_plot_of_the_exact_gate(sensed, path):
    tracker = play(sensed, path, "xxxxx")
    fixed, known, clock = tracker.fixed, tracker.known, tracker.clock[0]
    tracker.clock["scan"] += 1
    tracker.clock["t"] += 1.0
    tracks.advance(clock, fixed, known, tracker.scratch)
    m = known.tracks["m"][0]
    peer = np.random.default_rng(2)
    inside = 0
    for _ in range(150):
        # Rays around the body, dense at the edge of the gate.
        az, el, far = peer.uniform(0, 6.28), peer.uniform(-1.5, 1.5), peer.uniform(0, 600)
        step = far * np.array([cos(el) * sin(az), cos(el) * cos(az), sin(el)])
        radar.measure(
            known.plots[0], clock["t"], 0, fixed.radars[0], *(m[:3] + step), 30.0, 0, 0, 0
        )
        tracker.clock["n_plots"] = 1
        d2, _, _ = gating.distance(
            known.tracks[0], known.plots[0], fixed.radars[0], tracker.scratch.k
        )
        n = tracks.associate(tracks.CONFIRMED, clock, fixed, known, tracker.scratch)
        assert n == (d2 < fixed.tracker["gate"][0])
        inside += n
    assert 20 < inside < 130


def test_start__says_when_no_slot_is_left(sensed):
    tracker = Tracker(sensed)
    rows = [(-20e3 + 4e3 * k, 9e3, 5e3) for k in range(4)]
    tracker.known.tracks["status"] = tracks.CONFIRMED
    tracker.known.tracks["m"] = (0.0, 0.0, 9e3, 0.0, 0.0, 0.0, 8.0)
    tracker.known.tracks["P"] = np.eye(7)
    tracker.known.tracks["t"] = 0.0
    tracker.clock["n_slots"] = 16
    clock, known = tracker.clock[0], tracker.known
    for t in (1.0, 2.0):
        tracker.clock["t"], tracker.clock["n_plots"] = t, 4
        for j, (x, y, z) in enumerate(rows):
            radar.measure(
                known.plots[j], t, 0, tracker.fixed.radars[0], x + 300.0 * t, y, z, 99.0, 0, 0, 0
            )
        if t == 2.0:
            assert not tracks.start(clock, tracker.fixed, known, tracker.truth, tracker.scratch)
        tracks.keep_singles(clock, known, tracker.truth)


def test_tracks__of_bodies_in_one_cell_coast_on_the_plot_between_them(sensed):
    one = flight(sensed, CLIMB, 14)
    # 120 m aside across the line of sight: one range, one beam; 14 standard deviations of an angle.
    two = [(x + 42.0, y + 112.0, z) for x, y, z in one]
    tracker = Tracker(sensed)
    for a, b in zip(one[:6], two[:6], strict=True):
        tracker.scan(a, b)
    held = tracker.known.tracks[tracker.known.tracks["status"] == tracks.CONFIRMED]["id"]
    for a, b in zip(one[6:12], two[6:12], strict=True):
        tracker.scan(tuple(np.add(a, b) / 2.0))
        now = tracker.known.tracks[tracker.known.tracks["status"] != tracks.FREE]
        assert now["id"].tolist() == held.tolist()
        assert now["misses"].tolist() == [0, 0]
        assert now["hits"].tolist() == [6, 6]
    for a, b in zip(one[12:], two[12:], strict=True):
        tracker.scan(a, b)
    now = tracker.known.tracks[tracker.known.tracks["status"] != tracks.FREE]
    assert now["hits"].tolist() == [8, 8]
    assert tracker.clock["next_track"][0] == 2


def test_tracks__a_lone_body_takes_no_plot_beside_it(sensed, path):
    tracker = play(sensed, path, "xxxxxx")
    x, y, z = path[6]
    tracker.scan((x + 42.0, y + 112.0, z))
    assert tracker.known.tracks["misses"][0] == 1
