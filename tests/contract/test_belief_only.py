"""Fire control and warnings know plots, tracks and predictions; scramble the truth, they stay."""

import copy
import inspect

import numpy as np
import pytest

from opendome import engine, settings, tables
from opendome.kernels import beats, decide, impact, orders, shots, threat, tracks, warn
from opendome.kernels.dwells import schedule
from opendome.kernels.scan import scan
from opendome.models.policies import View
from opendome.tables import LANDED
from opendome.world import Belief, Fixed, Truth, scratch

SEED, REP = 11, 0
OF_TRUTH = set(Truth._fields)

#: Stages that may not see the truth at all.  (absorb, start and keep_singles keep the books of
#: which rocket a track follows, for scoring; the scrambled runs below show that they only write.)
BLIND = [
    schedule, tracks.advance, tracks.associate, impact.predict_impacts, impact.predict_paths,
    threat.threaten, warn.warn, decide.consider, decide.decide, decide.better, orders.order,
    shots.reload,
    shots.rest,
]  # fmt: skip


def plain(kernel):
    return getattr(kernel, "py_func", kernel)


def reached(kernel, seen=None):
    """A kernel and every function of this project that it calls, by name."""
    seen = {} if seen is None else seen
    function = plain(kernel)
    seen[function.__qualname__] = function
    for name in function.__code__.co_names:
        called = plain(function.__globals__.get(name))
        ours = inspect.isfunction(called) and called.__module__.startswith("opendome")
        if ours and called.__qualname__ not in seen:
            reached(called, seen)
    return seen


# ---------------------------------------------------------------- structure


@pytest.mark.parametrize("kernel", BLIND, ids=lambda k: plain(k).__name__)
def test_stage__neither_takes_nor_names_the_truth(kernel):
    for name, function in reached(kernel).items():
        code = function.__code__
        assert "truth" not in code.co_varnames, name
        # Attributes and globals alike: nothing reads truth.rockets, truth.nodes, truth.carries ...
        assert not OF_TRUTH & set(code.co_names), name


def test_reached__sees_through_calls():
    assert {"consider", "find_option", "flyout", "axes"} <= set(
        reached(decide.consider) | reached(decide.decide)
    )
    assert "position" in reached(shots.resolve)  # and that one does see the truth
    assert OF_TRUTH & set(plain(shots.engage).__code__.co_names)


def test_truth__shares_no_table_with_belief():
    assert not OF_TRUTH & {*Belief._fields, *Fixed._fields, *View._fields}


def test_view__has_no_column_of_truth():
    shown = (
        tables.TRACKS, tables.PREDICTIONS, tables.OPTIONS, tables.ENGAGEMENTS, settings.BATTERIES,
        tables.LAUNCHERS,
    )  # fmt: skip
    assert len(shown) == len(View._fields) - 1  # the first is the time
    for declared in shown:
        for column in declared.cols:
            assert "truth" not in column.meaning, f"{declared.name}.{column.name}"


# ---------------------------------------------------------------- behaviour


class Spy:
    """Looks over the engine's shoulder each time that a policy is asked."""

    def __init__(self, monkeypatch, look):
        self.look, self.run = look, beats.run
        monkeypatch.setattr(engine.beats, "run", self)

    def __call__(self, clock, fixed, known, truth, *rest):
        status = self.run(clock, fixed, known, truth, *rest)
        if status == beats.DECIDE:
            self.look(clock, fixed, known, truth)
        return status


class Recorder:
    """Notes what it sees and what the doctrine would order; fires only if told to."""

    def __init__(self, setup, fires):
        self.doctrine, self.fires, self.notes = setup.fixed.doctrine[0], fires, []

    def decide(self, view, decisions):
        ordered = decisions.copy()
        decide.decide(
            view.t, len(decisions), view.predictions, view.options, view.engagements,
            view.batteries, self.doctrine, ordered,
        )  # fmt: skip
        self.notes.append([rows.tobytes() for rows in (*view[1:], ordered)])
        if self.fires:
            decisions[:] = ordered


def scrambled(truth, rng):
    """Every truth array wrong: places, classes, fates, flights, and who is behind what."""
    wrong = copy.deepcopy(truth)
    rockets, n = wrong.rockets, len(truth.rockets)
    for c in tables.ROCKETS.cols:
        if rockets[c.name].dtype.kind == "f":
            rockets[c.name] = rng.normal(size=n) * 1e4
    for name in ("id", "raid", "entity", "number", "aim", "place", "shots"):
        rockets[name] = rng.integers(0, 9, n)
    rockets["cls"], rockets["lands"] = 0, rng.integers(0, 4, n)
    rockets["status"] = rng.integers(0, LANDED + 1, n)
    wrong.nodes[:] = rng.normal(size=truth.nodes.shape) * 1e4
    for rows in (wrong.source, wrong.single_source, wrong.carries):
        rows[:] = rng.integers(-1, n, len(rows))
    return wrong


def everything(known):
    return [rows.tobytes() for rows in known]


def believe(clock, fixed, known, truth):
    """The part of a scan between its plots and its orders, on copies of clock and belief."""
    now, known = clock.copy(), copy.deepcopy(known)
    working = scratch(len(known.tracks), len(known.plots), len(fixed.radars))
    assert tracks.follow(now, fixed, known, truth, working)
    impact.predict_impacts(now, fixed, known, working)
    threat.threaten(now, fixed, known)
    impact.predict_paths(now, fixed, known, working)
    assert warn.warn(now, fixed, known, working)
    decide.consider(now, fixed, known)
    decide.decide(
        now["t"], now["n_slots"], known.predictions, known.options, known.engagements,
        fixed.batteries, fixed.doctrine[0], known.decisions,
    )  # fmt: skip
    return now, known


def test_scan__believes_the_same_whatever_the_truth_behind_its_plots(two_towns, monkeypatch):
    rng, ordered, warned = np.random.default_rng(2), 0, 0

    def look(clock, fixed, known, truth):
        nonlocal ordered, warned
        clock, known, truth = clock.copy(), copy.deepcopy(known), copy.deepcopy(truth)
        clock["scan"] += 1
        clock["t"] += clock["period"]
        working = scratch(len(known.tracks), len(known.plots), len(fixed.radars))
        schedule(clock, fixed, known, working)
        # From the real truth.
        clock["n_plots"] = scan(clock, fixed, truth, known, working, SEED, REP)
        now, real = believe(clock, fixed, known, truth)
        other, fooled = believe(clock, fixed, known, scrambled(truth, rng))
        assert everything(real) == everything(fooled)
        for name in ("n_slots", "next_track", "n_warnings", "n_asked", "n_singles"):
            assert now[name] == other[name]
        ordered += np.count_nonzero(real.decisions["fire"][: now["n_slots"]] > 0)
        warned += now["n_warnings"] - clock["n_warnings"]

    Spy(monkeypatch, look)
    engine.replicate(two_towns, SEED, REP, policy=Recorder(two_towns, fires=True))
    assert ordered > 5  # else nothing was shown
    assert warned > 0


def test_evening__looks_the_same_with_false_books_of_who_is_who(two_towns, monkeypatch):
    """Nobody fires, so that only belief could carry an error of the books from scan to scan."""
    rng = np.random.default_rng(3)

    def look(clock, fixed, known, truth):
        n = len(truth.rockets)
        for rows in (truth.source, truth.single_source, truth.carries):
            rows[:] = rng.integers(-1, n, len(rows))
        for name in ("lands", "place", "aim", "raid", "shots"):
            truth.rockets[name] = rng.integers(0, 2, n)
        for name in ("x_impact", "y_impact", "apogee", "t_plot", "t_track"):
            truth.rockets[name] = rng.normal(size=n)

    honest, fooled = (Recorder(two_towns, fires=False) for _ in range(2))
    a = engine.replicate(two_towns, SEED, REP, trace=True, policy=honest)
    Spy(monkeypatch, look)
    b = engine.replicate(two_towns, SEED, REP, trace=True, policy=fooled)
    assert len(honest.notes) > 20
    assert honest.notes == fooled.notes
    for name, linked in (("warnings", "first_impact_s"), ("tracks", "rocket"), ("decisions", "")):
        for column in a.traces[name].dtype.names:
            if column != linked:
                same = a.traces[name][column].tobytes() == b.traces[name][column].tobytes()
                assert same, f"{name}.{column}"


def test_view__is_read_only_and_reaches_no_truth(two_towns, monkeypatch):
    held = []
    Spy(monkeypatch, lambda clock, fixed, known, truth: held.append((clock, truth)))

    class Prying:
        def decide(self, view, decisions):
            clock, truth = held[-1]
            assert view.t == clock["t"]
            for rows in view[1:]:
                with pytest.raises(ValueError, match="read-only"):
                    rows[rows.dtype.names[0]] = 0
                for array in (*truth, decisions):
                    assert not np.shares_memory(rows, array)
            for array in truth:
                assert not np.shares_memory(decisions, array)

    engine.replicate(two_towns, SEED, REP, policy=Prying())
    assert held
