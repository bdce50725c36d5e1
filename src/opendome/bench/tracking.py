"""The tracker beside Stone Soup and the Cramer-Rao bound: `opendome bench tracking`.

Brief: speed at 300 targets, three trials of the public set, a few matched and unmatched flights.
Full: 1,000 and 10,000 targets, the whole set, 300 flights each.  Stone Soup takes milliseconds a
target and scan: of a trial it sees the scans in which bodies have been due so often, and both are
compared on them.
"""

import importlib.util
import time
from collections.abc import Iterator
from statistics import fmean

import numpy as np

from opendome._jit import kernel
from opendome.bench.rows import Row
from opendome.kernels import estimator, motion, states, window
from opendome.kernels.gating import CONFIRMED
from opendome.tracking import efficiency, metrics, radars, recorded, trials
from opendome.tracking.trials import Trial

TITLE = "Tracking, CPU seconds on one core; ratio to Stone Soup where both ran on the same plots"

SEED = 1
BRIEF = ("20 independent", "300 independent", "300 in ripples, range rate")
PEER_SCANS = 600  # bodies times scans of a trial that Stone Soup runs too
AHEAD = (0.0, 5.0, 10.0, 20.0, 30.0, 45.0, 90.0)  # s, intervals of the time to impact
FALSE_PLOTS = 500.0  # a scan, in the trial without bodies
HOURS_BRIEF, HOURS_FULL = 0.05, 1.0
TUNED, OTHERS = range(1, 9), range(11, 21)  # seeds of the trials in ripples
MIDWAY = 50  # scans after which windows are full and few fits are due


def measure(full: bool) -> Iterator[Row]:
    """Run the benchmark, row by row."""
    for n in (1_000, 10_000) if full else (300,):
        yield from _speed(n)
    yield from _update()
    yield from _set(full)
    if full:
        yield from _ripples()
    yield from _false(HOURS_FULL if full else HOURS_BRIEF)
    yield from _bounds(300 if full else 15)


def _timed(trial: Trial) -> tuple[np.ndarray, float, list[float]]:
    """Rows, CPU seconds, and those of every scan, of a tracker that is compiled."""
    tracker = recorded.Tracker(trial.sensors, recorded.most_plots(trial.plots, 1.0))
    each = []
    for t, first, last in recorded.scans(trial.plots["t"], trial.sensors.period):
        began = time.process_time()
        tracker.scan(t, trial.plots, first, last)
        each.append(time.process_time() - began)
    return tracker.log(), sum(each), each


def _speed(n: int) -> list[Row]:
    """So many bodies at once, 1 Hz: share of a core, and the worst scan."""
    rng = np.random.default_rng(SEED)
    sensors = radars.read(trials.radar())
    r = trials.independent(n, rng, span=5.0)
    trial = trials.observe(r, sensors, rng)
    recorded.track(trial.plots[:50], trial.sensors)  # compiles
    rows, _, each = _timed(trial)
    crowded = [c for c, k in zip(each, _held(rows, len(each)), strict=True) if k > 0.8 * n]
    name = f"{n:,} targets at 1 Hz, impact and launch of each"
    return [
        Row(f"{name}: share of a core", 100.0 * fmean(crowded or each), "%"),
        Row(f"{name}: a target and scan", 1e6 * sum(each) / max(len(rows), 1), "CPU us"),
        Row(f"{name}: worst scan", 1e3 * max(each), "CPU ms"),
    ]


def _update() -> list[Row]:
    """One plot into a track that needs no new fit: prediction, recursion, covariance for others."""
    rng = np.random.default_rng(SEED)
    sensors = radars.read(trials.radar())
    trial = trials.observe(trials.independent(300, rng, span=5.0), sensors, rng)
    tracker = recorded.Tracker(sensors, recorded.most_plots(trial.plots, 1.0))
    each = list(recorded.scans(trial.plots["t"], sensors.period))[:MIDWAY]
    for scan in each:
        tracker.scan(scan[0], trial.plots, *scan[1:])
    args = tracker.fixed, tracker.belief, tracker.scratch.k, each[-1][0] + sensors.period
    n, best = _updated(*args), np.inf
    for _ in range(10):
        began = time.process_time()
        for _ in range(10):
            _updated(*args)
        best = min(best, (time.process_time() - began) / 10 / n)
    return [
        Row("a plot into a track by recursion, eleven constants", 1e9 * best, "CPU ns"),
        *_flights(tracker),
    ]


def _flights(tracker: recorded.Tracker) -> Iterator[Row]:
    """A step of a body with its derivatives, and a pass over a full window of plots."""
    fixed, k = tracker.fixed, tracker.scratch.k
    full = np.flatnonzero(tracker.belief.estimates["n_window"] == window.WINDOW)
    e = tracker.belief.estimates[full[0]]
    estimator.restore(e, fixed.tracker[0], k)
    k.s[motion.DT] = 1e-4
    for name, work, n, unit in (
        ("a step of a body with its derivatives", _steps, 20_000, 1e9),
        (f"a pass over {window.WINDOW} plots", _passes, 500, 1e6),
    ):
        each = []
        for _ in range(5):
            began = time.process_time()
            work(n, e, fixed, k)
            each.append((time.process_time() - began) / n)
        yield Row(name, unit * min(each), "CPU ns" if unit == 1e9 else "CPU us")


@kernel
def _steps(n, e, fixed, k):
    for _ in range(n):
        motion.step(k.s, fixed.drag, fixed.nature, True)


@kernel
def _passes(n, e, fixed, k):
    for _ in range(n):
        estimator.linearise(
            e, fixed.tracker[0], fixed.radars, fixed.drag, fixed.nature, k, motion.N_MOTION
        )


@kernel
def _updated(fixed, belief, k, t):
    """Update every track with its last plot, at time t; returns how many."""
    rules, radars, drag, nature = fixed.tracker[0], fixed.radars, fixed.drag, fixed.nature
    n = 0
    for i in range(len(belief.tracks)):
        track, e = belief.tracks[i], belief.estimates[i]
        if track.status == CONFIRMED and track.plot >= 0:
            estimator.to_time(e, t, rules, drag, nature, k)
            window.write_row(k.row, belief.plots[track.plot])
            estimator.take(e, k.row, rules, radars, k)
            states.publish(track, e, t, rules, k)
            n += 1
    return n


def _held(rows: np.ndarray, scans: int) -> np.ndarray:
    """Confirmed tracks of each scan."""
    _, number = np.unique(rows["time_s"], return_inverse=True)
    counts = np.bincount(number) if len(rows) else np.zeros(0, int)
    return np.concatenate([np.zeros(scans - len(counts), int), counts])


def _set(full: bool) -> Iterator[Row]:
    names = tuple(trials.SET) if full else BRIEF
    peers = names if full else BRIEF[:1]
    for name in names:
        trial = trials.trial(name, SEED)
        rows, cpu, _ = _timed(trial)
        yield from _quality(name, trial, rows)
        if name in peers:
            yield from _peer(name, trial, cpu / max(len(rows), 1), rows, full)


def _quality(name: str, trial: Trial, rows: np.ndarray) -> Iterator[Row]:
    body = metrics.nearest(rows, trial.time, trial.states)
    air = metrics.siap(rows, body, trial.time, trial.states, _due(trial))
    kept = metrics.continuity(rows, trial.source, trial.plots, len(trial.impact))
    yield Row(f"{name}: tracks a rocket", kept.tracks, "1")
    yield Row(f"{name}: swaps a rocket", kept.swaps, "1")
    yield Row(f"{name}: completeness", air.completeness, "1")
    yield Row(f"{name}: spuriousness", 100.0 * air.spuriousness, "%")
    yield Row(f"{name}: latency", kept.latency, "s")
    yield Row(f"{name}: GOSPA, root mean square", _gospa(trial, rows), "m")
    for one in metrics.impact_by_time(rows, body, trial.impact, AHEAD):
        when = f"{name}: impact error {one.start:g}-{one.end:g} s before impact"
        yield Row(f"{when}, median", one.median, "m")
        yield Row(f"{when}, inside 95 %", 100.0 * one.inside, "%")


def _ripples() -> Iterator[Row]:
    """Ripples over many seeds: those that the starts' parameters were tuned on, and others."""
    for name in (name for name in trials.SET if "ripples" in name):
        for what, seeds, own in (
            ("tuned on", TUNED, None),
            ("others", OTHERS, None),
            ("tuned on, no joint probabilities", TUNED, 0.0),
        ):
            kept = [_kept(trials.trial(name, seed), own) for seed in seeds]
            label = f"{name}, mean of seeds {seeds[0]} to {seeds[-1]} ({what})"
            yield Row(f"{label}: tracks a rocket", fmean(k.tracks for k in kept), "1")
            yield Row(f"{label}: swaps a rocket", fmean(k.swaps for k in kept), "1")


def _kept(trial: Trial, own: float | None) -> metrics.Continuity:
    """How tracks keep to bodies; `own` replaces the tracker's `p_own`."""
    if own is not None:
        trial.sensors.tracker["p_own"] = own
    rows = recorded.track(trial.plots, trial.sensors)
    return metrics.continuity(rows, trial.source, trial.plots, len(trial.impact))


def _due(trial: Trial) -> np.ndarray:
    """Where bodies are to be tracked: in flight and in coverage."""
    return trial.seen & np.isfinite(trial.states[..., 0])


def _gospa(trial: Trial, rows: np.ndarray) -> float:
    """Root mean square over scans, cut-off 500 m, order 2."""
    scan, at, due = metrics.scan_of(rows, trial.time), metrics.position(rows), _due(trial)
    each = [
        metrics.gospa(trial.states[due[:, k], k, :3], at[scan == k]).distance
        for k in range(len(trial.time))
    ]
    return float(np.sqrt(np.mean(np.square(each))))


def _stretch(trial: Trial) -> Trial:
    """The first scans of a trial, until bodies have been due PEER_SCANS times."""
    total = np.cumsum(_due(trial).sum(axis=0))
    n = min(int(np.searchsorted(total, PEER_SCANS)) + 1, len(trial.time))
    use = trial.plots["t"] < trial.time[n - 1] + 0.5 * trial.sensors.period
    return trial._replace(
        plots=trial.plots[use], source=trial.source[use], time=trial.time[:n],
        states=trial.states[:, :n], seen=trial.seen[:, :n],
    )  # fmt: skip


def _peer(name: str, trial: Trial, own: float, own_rows: np.ndarray, full: bool) -> Iterator[Row]:
    """Stone Soup on the same plots; ratios are Stone Soup's figure over ours."""
    if importlib.util.find_spec("stonesoup") is None:
        yield Row("Stone Soup: not installed (pip install 'opendome[bench]')", float("nan"), "")
        return
    from opendome.bench import stone_soup

    part = _stretch(trial)
    until = part.time[-1] + 0.5 * part.sensors.period
    own_gospa = _gospa(part, own_rows[own_rows["time_s"] < until])
    name = f"{name}, first {len(part.time)} scans"
    yield Row(f"{name}: a target and scan", 1e6 * own, "CPU us")
    yield Row(f"{name}: GOSPA", own_gospa, "m")
    for kind in stone_soup.FILTERS if full else ("extended",):
        whose = f"Stone Soup, {kind} filter"
        try:
            rows, cpu = stone_soup.track(part, kind)
        except np.linalg.LinAlgError as error:  # a covariance that is none any more
            yield Row(f"{name}: {whose} gave up: {error}", float("nan"), "")
            continue
        each, gospa = cpu / max(len(rows), 1), _gospa(part, rows)
        yield Row(f"{name}: a target and scan, {whose}", 1e6 * each, "CPU us", each / own)
        yield Row(f"{name}: GOSPA, {whose}", gospa, "m", gospa / own_gospa)


def _false(hours: float) -> Iterator[Row]:
    """False plots alone, uniform and low: confirmed tracks an hour."""
    for low in (False, True):
        rng = np.random.default_rng(SEED)
        sensors = radars.read(trials.radar(clutter_plots=FALSE_PLOTS))
        plots = trials.clutter(hours * 3600.0, sensors, rng, low)
        rows, cpu, _ = _timed(plots)
        where = "low" if low else "uniform"
        found = len(np.unique(rows["track"]))
        yield Row(f"{FALSE_PLOTS:g} false plots a scan, {where}: tracks", found / hours, "1/h")
        yield Row(f"{FALSE_PLOTS:g} false plots a scan, {where}", cpu / hours / 36.0, "% of a core")


def _bounds(n: int) -> Iterator[Row]:
    """Error over bound, mean and worst over the numbers of plots."""
    for what, run in (("matched", efficiency.matched), ("unknown", efficiency.unmatched)):
        for far, speed in trials.RANGES:
            for rate in (False, True):
                got = run(speed, n, SEED, rate=rate)
                name = f"{what}, {far / 1e3:g} km{', range rate' if rate else ''}"
                yield Row(f"{name}: impact error over bound", fmean(e.impact for e in got), "1")
                yield Row(f"{name}: ... impact, worst count", max(e.impact for e in got), "1")
                yield Row(f"{name}: launch error over bound", fmean(e.launch for e in got), "1")
                yield Row(f"{name}: inside 95 %", 100.0 * fmean(e.inside for e in got), "%")
                inside = [100.0 * e.launch_inside for e in got]
                yield Row(f"{name}: launch inside 95 %", fmean(inside), "%")
                yield Row(f"{name}: ... launch, worst count", min(inside), "%")
                yield Row(f"{name}: NEES over 6", fmean(e.nees for e in got), "1")
