"""One replication: the same bits however it is run, and books that balance."""

import json
import os
import pickle
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from opendome import engine, montecarlo, scenario, tables
from opendome.errors import CapacityError
from opendome.kernels.debris import PIECES

SEED = 7
TEXT = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")


def without(text, *headers):
    """Scenario text without these tables."""
    blocks, kept = text.split("\n["), []
    for i, block in enumerate(blocks):
        if i == 0 or not any(("[" + block).startswith(h) for h in headers):
            kept.append(block)
    return "\n[".join(kept)


def tiny():
    """Three rockets in one evening."""
    text = without(TEXT, "[[threat.barrage]]", "[[published]]")
    for was, now in (("launched = 10", "launched = 1"), ("launched = 25", "launched = 3")):
        assert was in text
        text = text.replace(was, now)
    return text


def same(a, b):
    return a.ledger.tobytes() == b.ledger.tobytes() and a.daily.tobytes() == b.daily.tobytes()


@pytest.fixture(scope="module")
def evenings(two_towns):
    """Twelve traced replications."""
    return [engine.replicate(two_towns, SEED, k, trace=True) for k in range(12)]


# ---------------------------------------------------------------- the same bits


def test_replicate__is_a_function_of_seed_and_number(two_towns, evenings):
    before = pickle.dumps(two_towns)
    for k in (5, 0, 5, 11):  # in any order, again, and without traces
        assert same(engine.replicate(two_towns, SEED, k), evenings[k])
    assert pickle.dumps(two_towns) == before
    assert not same(engine.replicate(two_towns, SEED + 1, 0), evenings[0])
    assert not same(evenings[0], evenings[1])


def test_replicate__traces_the_same_in_small_portions(two_towns, evenings, monkeypatch):
    monkeypatch.setattr(engine, "LOG_ROWS", 300)  # flushed every few scans
    again = engine.replicate(two_towns, SEED, 3, trace=True)
    assert len(again.traces["tracks"]) > 600
    assert same(again, evenings[3])
    for name, rows in again.traces.items():
        assert rows.tobytes() == evenings[3].traces[name].tobytes(), name


@pytest.mark.parametrize("chunk_s", [1e-9, 1.0])
def test_run__gives_the_bits_of_single_replications(evenings, monkeypatch, chunk_s):
    monkeypatch.setattr(montecarlo, "CHUNK_S", chunk_s)
    two = montecarlo.run(scenario.load("two-towns"), 12, SEED, workers=2, trace=[3])
    assert two.ledger.tobytes() == b"".join(e.ledger.tobytes() for e in evenings)
    assert two.daily.tobytes() == b"".join(e.daily.tobytes() for e in evenings)
    for name, rows in two.traces[3].items():
        assert rows.tobytes() == evenings[3].traces[name].tobytes(), name


def test_run__of_fewer_replications_is_the_beginning(evenings):
    one = montecarlo.run(scenario.load("two-towns"), 4, SEED, workers=1, trace=[])
    assert one.ledger.tobytes() == b"".join(e.ledger.tobytes() for e in evenings[:4])


UNCOMPILED = """
    import json, sys
    import numpy as np
    from opendome import engine, scenario

    # Their millions of steps are compared in tests/oracle; here they would take an hour.
    engine.interceptor_tables = lambda *_: np.load(sys.argv[1])
    setup = engine.prepare(scenario.parse(sys.stdin.read(), "tiny"))
    got = engine.replicate(setup, int(sys.argv[2]), 0, trace=True)
    row = {name: got.ledger[name][0].item() for name in got.ledger.dtype.names}
    print(json.dumps([row, {name: len(rows) for name, rows in got.traces.items()}]))
"""


def test_replicate__uncompiled_gives_the_same(two_towns, tmp_path):
    np.save(tmp_path / "tables.npy", two_towns.fixed.rounds)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(UNCOMPILED),
         str(tmp_path / "tables.npy"), str(SEED)],
        input=tiny(), capture_output=True, text=True, check=False,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    row, lengths = json.loads(done.stdout)
    setup = two_towns._replace(plan=engine.prepare(scenario.parse(tiny(), "tiny")).plan)
    setup = setup._replace(scoring=setup.scoring._replace(first_barrage=False))
    compiled = engine.replicate(setup, SEED, 0, trace=True)
    assert lengths == {name: len(rows) for name, rows in compiled.traces.items()}
    for name in compiled.ledger.dtype.names:
        value = compiled.ledger[name][0].item()
        # Python's math and the compiler's library may round the last bit of sin or exp apart.
        close = pytest.approx(value, rel=1e-9, nan_ok=True) if isinstance(value, float) else value
        assert row[name] == close, name
    assert row["launched"] == 3
    assert row["updates"] > 20  # else nothing was compared


# ---------------------------------------------------------------- the books


def test_ledger__balances(evenings):
    rows = np.concatenate([e.ledger for e in evenings])
    assert (rows["launched"] == 40).all()
    assert (rows["launched"] == rows["short"] + rows["sea"] + rows["crossed"]).all()
    assert (rows["crossed"] == rows["open"] + rows["threatened"]).all()
    assert (rows["engaged"] <= rows["rounds_used"]).all()
    assert (rows["intercepted"] <= rows["engaged"]).all()
    assert (rows["unengaged_leaked"] <= rows["leaked"]).all()
    assert (rows["stock_end"] == 160 - rows["rounds_used"]).all()
    assert (rows["cost_usd"] == 50_000.0 * rows["rounds_used"]).all()
    assert (rows["deaths"] <= rows["deaths_unwarned"]).all()
    assert (rows["false_warnings"] <= rows["warnings"]).all()


def test_daily__adds_up_to_the_ledger(evenings):
    for e in evenings:
        for name in ("launched", "short", "intercepted", "leaked", "rounds_used"):
            assert e.daily[name].sum() == e.ledger[name][0]
        assert e.daily["stock_end"][-1] == e.ledger["stock_end"][0]


def test_outcomes__are_those_of_the_ledger(evenings):
    for e in evenings:
        ended, row = e.traces["outcomes"], e.ledger[0]
        would, how = ended["would_land"], ended["outcome"]
        for name in ("short", "sea", "open"):
            assert np.count_nonzero(would == name) == row[name]
        threatened = would == "protected"
        assert np.count_nonzero(threatened) == row["threatened"]
        killed = how == "intercepted"
        assert np.count_nonzero(killed) == row["intercepted"]
        assert np.count_nonzero(threatened & ~killed) == row["leaked"]
        assert (how[threatened & ~killed] == "leaked").all()
        assert (how[~threatened & ~killed] == would[~threatened & ~killed]).all()
        assert ended["shots"].sum() + np.count_nonzero(e.traces["shots"]["rocket"] < 0) == len(
            e.traces["shots"]
        )
        assert ended["deaths"].sum() == pytest.approx(row["deaths"])
        assert ended["deaths"][killed].sum() == pytest.approx(row["debris_deaths"])


def test_debris__falls_from_every_interception_and_counts_where_people_are(evenings):
    for e in evenings:
        ended, pieces, row = e.traces["outcomes"], e.traces["debris"], e.ledger[0]
        counts = np.bincount(pieces["rocket"], minlength=len(ended))
        assert (counts[ended["outcome"] == "intercepted"] == PIECES).all()
        assert counts.sum() == PIECES * row["intercepted"]
        assert (pieces["time_s"] > ended["time_s"][pieces["rocket"]]).all()
        assert np.count_nonzero(pieces["place"] != "") == row["debris_on_places"]
        assert pieces["deaths"].sum() == pytest.approx(row["debris_deaths"])
        assert (pieces["deaths"][pieces["place"] == ""] == 0.0).all()
        # From a few kilometres up, at some hundred metres a second.
        burst = ended[pieces["rocket"]]
        far = np.hypot(pieces["x_m"] - burst["x_m"], pieces["y_m"] - burst["y_m"])
        assert 100.0 < np.median(far) < 5e3
        assert far.max() < 15e3


def test_shots__kill_once_and_before_the_impact(evenings):
    kills = 0
    for e in evenings:
        ended, rockets, shots = (e.traces[k] for k in ("outcomes", "rockets", "shots"))
        killed = shots[shots["result"] == "kill"]
        assert len(set(killed["rocket"])) == len(killed)
        dead = np.flatnonzero(ended["outcome"] == "intercepted")
        assert sorted(killed["rocket"]) == dead.tolist()
        assert (ended["time_s"][killed["rocket"]] == killed["intercept_time_s"]).all()
        assert (killed["intercept_time_s"] < rockets["impact_time_s"][killed["rocket"]]).all()
        for shot in shots[shots["result"] == "dead"]:
            assert shot["intercept_time_s"] >= ended["time_s"][shot["rocket"]]
        assert (shots["launch_time_s"] >= shots["decision_time_s"]).all()
        assert (shots["intercept_time_s"] > shots["launch_time_s"]).all()
        # One battery, 0.5 s between two launches; rounding of sums of times up to 1e4 s.
        assert (np.diff(np.sort(shots["launch_time_s"])) >= 0.5 - 1e-9).all()
        assert not (shots["result"] == "flying").any()
        kills += len(killed)
    assert kills > 100


def test_flights__end_on_the_round_earth_or_where_they_were_met(two_towns, evenings):
    radius = two_towns.fixed.radius
    for e in evenings[:3]:
        flights, ended = e.traces["flights"], e.traces["outcomes"]
        last = np.append(np.flatnonzero(np.diff(flights["rocket"])), len(flights) - 1)
        assert (flights["time_s"][last] == ended["time_s"]).all()
        down = ended["outcome"] != "intercepted"
        x, y, z = (flights[k][last][down] for k in ("x_m", "y_m", "z_m"))
        height = np.sqrt(x**2 + y**2 + (z + radius) ** 2) - radius
        assert height == pytest.approx(0.0, abs=1e-3)
        assert (flights["z_m"][last][~down] > 500.0).all()  # least height of a meeting


def test_scans__happen_only_while_something_is_in_the_air(evenings):
    for e in evenings:
        seen, rockets = e.traces["tracks"]["time_s"], e.traces["rockets"]
        # The track of a killed rocket may coast to the ground out of the radar's sight, and a track
        # is late by a scan or two.
        ends = rockets["impact_time_s"][:, None] + 3.0
        aloft = (rockets["launch_time_s"][:, None] <= seen) & (seen <= ends)
        assert aloft.any(axis=0).all()


# ---------------------------------------------------------------- at the edges


def test_replicate__without_defence_everything_leaks(two_towns):
    setup = engine.prepare(scenario.parse(without(TEXT, "[[battery]]"), "no battery"))
    for k in range(3):
        row = engine.replicate(setup, SEED, k, trace=True).ledger[0]
        assert row["leaked"] == row["threatened"] > 0
        assert row["unengaged_leaked"] == row["leaked"]
        for name in ("intercepted", "engaged", "rounds_used", "cost_usd"):
            assert row[name] == 0
        assert row["stock_end"] == 100  # the depot
        assert row["warnings"] > 0  # the radar is there
        # The evening is the same: launches do not know the defence.
        for name in ("short", "sea", "open", "threatened"):
            assert row[name] == engine.replicate(two_towns, SEED, k).ledger[name][0]


def test_replicate__without_radar_nothing_is_known():
    setup = engine.prepare(scenario.parse(without(TEXT, "[[battery]]", "[[radar]]"), "blind"))
    row = engine.replicate(setup, SEED, 0, trace=True).ledger[0]
    assert row["untracked"] == row["leaked"] == row["threatened"] > 0
    assert row["tracks"] == row["warnings"] == row["predictions"] == 0
    assert row["unwarned_share"] == 1.0


def test_replicate__without_rockets_is_empty(two_towns):
    text = re.sub(r"launched = \d", "launched = 0", tiny())
    setup = two_towns._replace(plan=engine.prepare(scenario.parse(text, "quiet")).plan)
    got = engine.replicate(setup, SEED, 0, trace=True)
    assert got.ledger["launched"][0] == 0
    assert got.ledger["stock_end"][0] == 160
    assert {len(rows) for name, rows in got.traces.items() if name != "stock"} == {0}


SMALL = [
    ("PLOTS", 3, r"plots: more than 3 in one scan \(engine\.PLOTS\)"),
    ("SLOTS", 3, r"tracks: more than 3, or too many plots within their gates \(engine\.SLOTS\)"),
    ("_most_shots", lambda setup: 2, r"shots: more than 2 \(doctrine: salvos, rounds_per_target\)"),
    ("_most_warnings", lambda setup: 1, r"warnings: more than 1 \(warning: hold\)"),
]


@pytest.mark.parametrize(("name", "value", "message"), SMALL, ids=[s[0] for s in SMALL])
def test_replicate__names_the_table_that_is_full(two_towns, monkeypatch, name, value, message):
    monkeypatch.setattr(engine, name, value)
    with pytest.raises(CapacityError, match=rf"^{message} at \d+ s of replication 4$"):
        engine.replicate(two_towns, SEED, 4)


def test_replicate__names_a_flight_that_leaves_the_model(two_towns, monkeypatch):
    fly_all = engine.fly_all

    def lose_one(rockets, *rest):
        nodes = fly_all(rockets, *rest)
        rockets["left"][12] = tables.TOO_HIGH
        return nodes

    monkeypatch.setattr(engine, "fly_all", lose_one)
    with pytest.raises(CapacityError, match=r"^threat: the flight of rocket 12 leaves the model"):
        engine.replicate(two_towns, SEED, 0)


def test_place_index__lists_every_place_once_by_the_distance_of_its_edge(may_2021):
    places = may_2021.places
    grid, near = engine.place_index(places)
    x0, y0, size, nx, ny = grid
    assert near.shape == (nx * ny, len(places))
    assert (np.sort(near, axis=1) == np.arange(len(places))).all()
    for cell in range(0, len(near), 97):
        j, i = divmod(cell, int(nx))
        x, y = x0 + (i + 0.5) * size, y0 + (j + 0.5) * size
        edge = np.hypot(places["x"] - x, places["y"] - y) - places["radius"]
        assert (np.diff(edge[near[cell]]) >= 0.0).all()
    # Every place lies inside, with the rim around it.
    for axis, low, n in (("x", x0, nx), ("y", y0, ny)):
        assert low + engine.MARGIN <= places[axis].min()
        assert low + n * size - engine.MARGIN >= places[axis].max()
