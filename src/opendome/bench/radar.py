"""What the radars cost: `opendome bench radar`.

Detection probabilities beside scipy's noncentral chi-square, and the two stages of a scan at the
fullest moment of May 2021 with a track on every rocket.
"""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from opendome import engine, scenario, tables
from opendome._jit import kernel
from opendome.bench.rows import Row
from opendome.kernels.ballistics import position
from opendome.kernels.detection import detection
from opendome.kernels.dwells import schedule
from opendome.kernels.scan import scan
from opendome.world import belief, scratch

TITLE = "Radar, one core: CPU time; ratio to scipy.stats.ncx2, measured in this run"

N = 20_000
REPEATS = 5
SCANS = 500
THRESHOLDS = {1: 13.815510557964274, 10: 32.71034051752392}  # of p_fa = 1e-6, by bursts


def measure(full: bool) -> list[Row]:
    """Rows of the benchmark; `full` takes ten times as many scans."""
    return [*_detection(), *_scans(SCANS * (10 if full else 1))]


def _detection() -> list[Row]:
    """Nanoseconds of one detection probability, SNR from -10 to 30 dB."""
    from scipy.stats import ncx2

    s = 10.0 ** np.random.default_rng(1).uniform(-1.0, 3.0, N)
    rows = []
    for n, T in THRESHOLDS.items():
        peer = _ns(partial(ncx2.sf, 2.0 * T, 2 * n, 2.0 * n * s), N)
        rows.append(Row(f"scipy ncx2.sf, bursts {n}", peer, "ns", 1.0))
        for case in (0, 1, 3):
            ours = _ns(partial(_sum, case, n, s, T), N)
            rows.append(Row(f"detection, case {case}, bursts {n}", ours, "ns", ours / peer))
    return rows


def _scans(n: int) -> list[Row]:
    setup = engine.prepare(scenario.load("may-2021"))
    fixed, truth = setup.fixed, engine._fly(setup, 1, 0)
    clock, known = _fullest(setup, truth)
    working = scratch(len(known.tracks), len(known.plots), len(fixed.radars))
    plots = _repeat(1, clock[0], fixed, truth, known, working, True)
    n_bodies, n_tracks = int(clock[0]["next"] - clock[0]["first"]), int(clock[0]["n_slots"])
    both = _ns(partial(_repeat, n, clock[0], fixed, truth, known, working, True), n)
    alone = _ns(partial(_repeat, n, clock[0], fixed, truth, known, working, False), n)
    return [
        Row("rockets in the air", n_bodies, ""),
        Row("plots of the scan", plots, ""),
        Row("dwell scheduling, a track", alone / n_tracks, "ns"),
        Row("scan, a rocket", (both - alone) / n_bodies, "ns"),
        Row("scan, a plot", (both - alone) / plots, "ns"),
        Row("both, a rocket", both / n_bodies, "ns"),
    ]


def _fullest(setup, truth):
    """The clock at the fullest moment, and belief with a perfect track on every rocket."""
    rockets, fixed = truth.rockets, setup.fixed
    starts = rockets["t_launch"]
    aloft = [np.count_nonzero((starts <= t) & (rockets["t_impact"] > t)) for t in starts]
    t = np.ceil(starts[int(np.argmax(aloft))])
    flying = np.flatnonzero((starts <= t) & (rockets["t_impact"] > t))
    rockets["status"] = tables.LANDED
    rockets["t_end"] = rockets["t_impact"]
    rockets["status"][flying] = tables.FLYING
    clock = engine._clock(setup, False)
    clock["t"], clock["scan"] = t, t / clock["period"]
    clock["first"], clock["next"], clock["n_slots"] = flying[0], flying[-1] + 1, len(flying)
    known = belief(fixed, engine.SLOTS, engine.PLOTS, 1)
    for track, i in zip(known.tracks, flying, strict=False):
        body = rockets[i]
        track["status"], track["t"], track["t_plot"] = 2, t - 1.0, t - 1.0
        cls = fixed.classes[body["cls"]]
        track["m"][:6] = position(truth.nodes, body, cls, t - 1.0)
    known.predictions["known"], known.predictions["threat"] = 1, 0.5
    return clock, known


@kernel
def _sum(case, n, s, T):
    """Sum of the detection probabilities of many SNRs."""
    total = 0.0
    for x in s:
        total += detection(case, n, x, T)
    return total


@kernel
def _repeat(n, clock, fixed, truth, known, working, looks):
    """Schedule the same scan n times and, if `looks`, make its plots; the number of the last."""
    plots = 0
    for _ in range(n):
        schedule(clock, fixed, known, working)
        if looks:
            plots = scan(clock, fixed, truth, known, working, 1, 0)
    return plots


def _ns(work: Callable[[], object], n: int) -> float:
    """CPU nanoseconds of one of n, median of repeats after one that compiles."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times) / n * 1e9
