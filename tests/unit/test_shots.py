"""Rounds: none is lost and none appears; a shot meets its own fate, whoever fires it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome import tables
from opendome.constants import DAY
from opendome.kernels.decide import consider
from opendome.kernels.shots import (
    ALREADY_DEAD,
    IN_AIR,
    KILL,
    MISS,
    NOTHING,
    engage,
    reload,
    resolve,
    rest,
)

pytestmark = pytest.mark.kernel


def order(s, slot, battery, fire):
    """Order fire at a slot, at the option that the engine finds for it."""
    s.known.decisions["fire"][slot], s.known.decisions["battery"][slot] = fire, battery


def fire(s, *orders):
    """Consider, order (slot, battery, rounds) and engage."""
    consider(s.clock[0], s.fixed, s.known)
    for slot, battery, rounds in orders:
        order(s, slot, battery, rounds)
    return engage(s.clock[0], s.fixed, s.known, s.truth, s.shots)


def settle(s, t, seed=1, rep=0):
    """Resolve what is due by a time, as the scan at that time would."""
    s.clock["t"] = t
    resolve(s.clock[0], s.fixed, s.known, s.truth, s.shots, seed, rep)
    return s.shots["result"][: s.clock[0]["n_shots"]].tolist()


def turn(s, t, idle=False):
    reload(t, idle, s.clock[0], s.fixed, s.known)


def n_shots(s):
    return int(s.clock[0]["n_shots"])


def everywhere(s):
    """Rounds in launchers, packs, depot and fired."""
    held = s.known.launchers["rounds"].sum() + s.known.launchers["loading"].sum()
    return held + s.clock[0]["depot"] + n_shots(s)


# ---------------------------------------------------------------- launch


def test_engage__takes_a_round_and_writes_what_the_defence_knows(scene):
    s = scene(batteries=2)
    assert fire(s, (0, 1, 1))
    shot, option = s.shots[0], s.known.options[0, 1]
    assert (shot["id"], shot["battery"], shot["track"], shot["slot"]) == (0, 1, 100, 0)
    assert (shot["rocket"], shot["number"], shot["result"]) == (0, 0, IN_AIR)
    assert shot["t_decision"] == s.clock[0]["t"]
    for name in ("t_launch", "t_intercept", "p_kill"):
        assert shot[name] == option[name]
    # The stored point is the path's at the meeting; the option found its own on the same path.
    assert [shot[a] for a in "xyz"] == pytest.approx([option[a] for a in "xyz"], abs=1e-6)
    assert s.known.launchers["rounds"].tolist() == [4, 4, 3, 4]
    assert s.known.state["rounds"].tolist() == [8, 7]
    e = s.known.engagements[0]
    assert (e["shots"], e["salvos"]) == (1, 1)
    assert e["t_assessed"] == shot["t_intercept"] + s.fixed.interceptors[0]["assess"]
    assert s.truth.rockets["shots"][0] == 1


def test_engage__fires_what_there_is(scene):
    s = scene(launchers=2, rounds=2)
    fire(s, (0, 0, 99))
    assert n_shots(s) == 4
    assert s.known.launchers["rounds"].tolist() == [0, 0]
    assert s.known.engagements["salvos"][0] == 1


def test_engage__keeps_the_spacing_between_slots_and_rounds(scene):
    s = scene(rockets=2, spacing=3.0)
    fire(s, (0, 0, 2), (1, 0, 2))
    launch, meet = s.shots["t_launch"][:4], s.shots["t_intercept"][:4]
    assert np.diff(launch) == pytest.approx([3.0, 3.0, 3.0])
    assert np.diff(meet) == pytest.approx([3.0, 3.0, 3.0])  # a later round meets it that much later
    assert s.known.state["t_free"][0] == pytest.approx(launch[-1] + 3.0)


@pytest.mark.parametrize(
    ("battery", "rounds", "asked", "feasible"),
    [(0, 1, 0, 1), (0, 1, 1, 0), (0, 0, 1, 1), (-1, 1, 1, 1)],
    ids=["not asked", "not feasible", "no rounds ordered", "no battery"],
)
def test_engage__leaves_alone_what_it_may_not_fire_at(scene, battery, rounds, asked, feasible):
    s = scene()
    consider(s.clock[0], s.fixed, s.known)
    order(s, 0, battery, rounds)
    s.known.engagements["asked"], s.known.options["feasible"] = asked, feasible
    assert engage(s.clock[0], s.fixed, s.known, s.truth, s.shots)
    assert n_shots(s) == 0
    assert s.known.engagements["salvos"][0] == 0


def test_engage__guides_no_more_rounds_than_it_has_channels(scene):
    s = scene(rockets=2, channels=3)
    assert fire(s, (0, 0, 2), (1, 0, 2))
    assert n_shots(s) == 3
    assert s.known.state["guided"].tolist() == [3]
    settle(s, s.shots["t_intercept"][:3].max())  # a channel is free once its round is settled
    assert s.known.state["guided"].tolist() == [0]


def test_engage__says_when_its_table_is_full(scene):
    s = scene(most_shots=2)
    assert not fire(s, (0, 0, 3))
    assert n_shots(s) == 2


# ---------------------------------------------------------------- results


def test_resolve__waits_for_the_meeting(scene):
    s = scene()
    fire(s, (0, 0, 1))
    assert settle(s, np.nextafter(s.shots["t_intercept"][0], 0.0)) == [IN_AIR]
    assert s.clock[0]["first_shot"] == 0
    assert settle(s, s.shots["t_intercept"][0]) == [KILL]
    assert s.clock[0]["first_shot"] == 1


def test_resolve__a_killed_rocket_stays_dead(scene):
    s = scene()
    fire(s, (0, 0, 2))
    # The second round of the table meets first: order in time counts, not place in the table.
    s.shots["t_intercept"][:2] = s.shots["t_intercept"][:2][::-1].copy()
    killed = s.shots["t_intercept"][1]
    assert settle(s, 1e4) == [ALREADY_DEAD, KILL]
    body = s.truth.rockets[0]
    assert (body["status"], body["t_end"]) == (tables.INTERCEPTED, killed)
    assert np.isnan(s.shots["error"][0])


def test_resolve__nothing_there(scene):
    s = scene()
    s.truth.carries[0] = -1  # the track follows false plots
    fire(s, (0, 0, 2))
    assert s.shots["number"][:2].tolist() == [0, 0]
    assert settle(s, 1e4) == [NOTHING, NOTHING]
    assert s.truth.rockets["status"][0] == tables.FLYING


@pytest.mark.parametrize("status", [tables.FLYING, tables.LANDED])
def test_resolve__a_shot_after_the_impact_is_a_miss(scene, status):
    # In the scan of the impact the body still counts as flying; the result must not tell scans.
    s = scene()
    fire(s, (0, 0, 1))
    s.truth.rockets["status"] = status
    s.shots["t_intercept"][0] = s.truth.rockets["t_impact"][0] + 0.1
    assert settle(s, 1e4) == [MISS]
    assert s.truth.rockets["status"][0] == status


def test_resolve__misses_what_the_track_is_far_from(scene):
    s = scene()
    fire(s, (0, 0, 1))
    s.known.tracks["m"][0, 1] += 5e3
    assert settle(s, s.shots["t_intercept"][0]) == [MISS]
    # The part along the closing direction does not count: less than the whole distance.
    assert 1e3 < s.shots["error"][0] < 5e3


def test_resolve__is_guided_by_the_track_and_by_the_prediction_without_one(scene):
    lost, kept = scene(), scene()
    for s in (lost, kept):
        fire(s, (0, 0, 1))
        s.shots["y"][0] += 5e3  # the prediction was wrong
    lost.known.tracks["id"] = 999  # the slot went to another track
    tau = lost.shots["t_intercept"][0]
    assert settle(lost, tau) == [MISS]
    assert settle(kept, tau) == [KILL]


def test_resolve__a_useless_round_kills_nothing(scene):
    s = scene(kind={"reliability": 0.0})
    fire(s, (0, 0, 1))
    assert settle(s, 1e4) == [MISS]
    assert s.truth.rockets["status"][0] == tables.FLYING


def fates(scene, battery, number, rep=0, backwards=False):
    """Results of one shot at each of 24 rockets, by rocket."""
    s = scene(rockets=24, batteries=2, launchers=8, spacing=0.0, kind={"reliability": 0.5})
    s.truth.rockets["shots"] = number  # so many were fired before
    if backwards:  # rockets in other slots, followed by other tracks
        s.truth.carries[:] = s.truth.carries[::-1].copy()
        s.known.tracks["id"] += 1000
    fire(s, *((i, battery, 1) for i in range(24)))
    settle(s, 1e4, rep=rep)
    done = s.shots[:24]
    return dict(zip(done["rocket"].tolist(), done["result"].tolist(), strict=True))


def test_resolve__draws_the_same_fate_for_the_same_shot(scene):
    first = fates(scene, battery=0, number=0)
    assert set(first.values()) == {KILL, MISS}
    assert fates(scene, battery=1, number=0) == first
    assert fates(scene, battery=0, number=0, backwards=True) == first
    assert fates(scene, battery=0, number=1) != first
    assert fates(scene, battery=0, number=0, rep=1) != first


# ---------------------------------------------------------------- stock


STEPS = st.lists(
    st.tuples(
        st.sampled_from([1.0, 7.0, 59.0, 60.0, 3_600.0, DAY]),
        st.booleans(),
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(1, 5)), max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)  # compiled on the first example
@given(steps=STEPS, depot=st.integers(0, 30), resupply=st.integers(0, 9))
def test_rounds__are_conserved_under_any_fire(scene, steps, depot, resupply):
    s = scene(rockets=4, batteries=2, depot=float(depot), resupply=float(resupply), spacing=2.0)
    s.fixed.doctrine["salvos"] = 1000
    start, t = everywhere(s), s.clock[0]["t"]
    t_scene = float(t)
    for dt, idle, orders in steps:
        t += dt
        turn(s, t, idle)
        s.clock["t"] = t_scene  # the rockets stand still, time passes for the stock alone
        s.known.engagements["salvos"] = 0
        s.known.state["t_free"] = 0.0
        before = n_shots(s)
        assert fire(s, *orders)
        new = s.shots[before : n_shots(s)]
        for b in (0, 1):
            launch = np.sort(new["t_launch"][new["battery"] == b])
            assert (np.diff(launch) >= 2.0 - 1e-9).all()  # rounding of sums of 2 s
        launchers = s.known.launchers
        assert everywhere(s) == start + resupply * int(t // DAY)
        assert s.clock[0]["depot"] >= 0.0
        assert ((launchers["rounds"] >= 0) & (launchers["rounds"] <= 4)).all()
        assert ((launchers["loading"] > 0) == ~np.isnan(launchers["t_ready"])).all()
        assert (launchers["rounds"][launchers["loading"] > 0] == 0).all()
        ready = [launchers["rounds"][launchers["battery"] == b].sum() for b in (0, 1)]
        assert s.known.state["rounds"].tolist() == ready


def test_reload__an_empty_launcher_gets_its_pack_after_the_reload_time(scene):
    s = scene(launchers=1, rounds=4, reload=60.0, depot=10.0)
    s.known.launchers["rounds"] = 0
    turn(s, 100.0)
    assert (s.known.launchers["rounds"][0], s.known.launchers["loading"][0]) == (0, 4)
    assert s.known.launchers["t_ready"][0] == 160.0
    assert s.clock[0]["depot"] == 6.0
    turn(s, 159.0)
    assert s.known.state["rounds"][0] == 0
    turn(s, 160.0)
    assert s.known.state["rounds"][0] == 4
    assert np.isnan(s.known.launchers["t_ready"][0])


def test_reload__takes_what_the_depot_has(scene):
    s = scene(launchers=2, rounds=4, depot=5.0)
    s.known.launchers["rounds"] = 0
    turn(s, 100.0)
    assert s.known.launchers["loading"].tolist() == [4, 1]
    assert s.clock[0]["depot"] == 0.0


@pytest.mark.parametrize(("rounds", "idle", "loading"), [(1, False, 0), (3, True, 0), (2, True, 4)])
def test_reload__exchanges_a_half_empty_pack_in_a_lull_only(scene, rounds, idle, loading):
    s = scene(launchers=1, rounds=4, depot=10.0)
    s.known.launchers["rounds"] = rounds
    turn(s, 100.0, idle)
    assert s.known.launchers["loading"][0] == loading
    # What was left in the pack is in the depot again.
    assert s.clock[0]["depot"] == (10.0 + rounds - loading if loading else 10.0)


def test_reload__keeps_its_pack_if_the_depot_has_no_better(scene):
    s = scene(launchers=1, rounds=4, depot=0.0)
    s.known.launchers["rounds"] = 2
    turn(s, 100.0, True)
    assert s.known.launchers["rounds"][0] == 2


def test_reload__gets_its_resupply_at_midnight(scene):
    s = scene(resupply=7.0)
    s.clock["midnight"] = 18 * 3600.0  # it begins at six in the evening
    turn(s, 6 * 3600.0 - 1.0)
    assert s.clock[0]["depot"] == 0.0
    turn(s, 6 * 3600.0)
    turn(s, 6 * 3600.0 + 1.0)
    assert s.clock[0]["depot"] == 7.0
    turn(s, 6 * 3600.0 + 2 * DAY)
    assert s.clock[0]["depot"] == 21.0


def test_rest__loads_at_midnight_what_comes_at_midnight(scene):
    s = scene(launchers=1, rounds=4, reload=60.0, resupply=3.0)
    s.known.launchers["rounds"] = 0
    rest(DAY + 60.0, s.clock[0], s.fixed, s.known)
    assert s.known.state["rounds"][0] == 3  # not at the next raid only


def test_rest__tops_up_day_by_day(scene):
    # 1 a day: the launcher takes 1 when empty, then 2 (half full: exchanged), then 3, then none.
    s = scene(launchers=1, rounds=4, reload=60.0, resupply=1.0)
    s.known.launchers["rounds"] = 0
    held = []
    for day in range(1, 6):
        rest(day * DAY + 120.0, s.clock[0], s.fixed, s.known)
        s.clock["t"] = day * DAY + 120.0
        held.append(int(s.known.state["rounds"][0]))
    assert held == [1, 2, 3, 3, 3]
    assert s.clock[0]["depot"] == 2.0
