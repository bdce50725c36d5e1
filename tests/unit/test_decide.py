"""Who is asked about, and what the built-in doctrine answers."""

import numpy as np
import pytest

from opendome import settings, tables
from opendome.kernels.decide import EARLIEST, HIGHEST_P_KILL, MOST_ROUNDS, consider, decide
from opendome.models.policies.doctrine import BATTERY_RULES, Doctrine

pytestmark = pytest.mark.kernel


def asked(s):
    consider(s.clock[0], s.fixed, s.known)
    assert s.clock[0]["n_asked"] == s.known.engagements["asked"].sum()
    return s.known.engagements["asked"].tolist()


# ---------------------------------------------------------------- consider


def test_consider__asks_about_a_threat_that_some_battery_can_meet(scene):
    s = scene(rockets=2, batteries=2)
    assert asked(s) == [1, 1]
    assert (s.known.options["feasible"] == 1).all()
    assert (s.known.options["rounds"] == 8).all()


def _tentative(s):
    s.known.tracks["status"][0] = 1


def _unknown(s):
    s.known.predictions["known"][0] = 0


def _harmless(s):
    s.known.predictions["threat"][0] = np.nextafter(s.fixed.doctrine["threat_min"][0], 0.0)


def _used_up(s):
    s.known.engagements["salvos"][0] = s.fixed.doctrine["salvos"][0]


def _in_the_air(s):
    s.known.engagements["salvos"][0] = 1
    s.known.engagements["t_assessed"][0] = s.clock[0]["t"] + 0.5


def _not_seen_since(s):
    s.known.engagements["salvos"][0] = 1
    s.known.engagements["t_assessed"][0] = s.clock[0]["t"]
    s.known.tracks["t_plot"][0] = s.clock[0]["t"] - 1.0


def _past(s):
    s.known.predictions["path"][0, :, 0] -= 1000.0


GATES = [_tentative, _unknown, _harmless, _used_up, _in_the_air, _not_seen_since, _past]


@pytest.mark.parametrize("gate", GATES, ids=lambda g: g.__name__[1:])
def test_consider__leaves_alone(scene, gate):
    s = scene(rockets=2, batteries=2)
    asked(s)  # fills options, which must not outlive the gate
    gate(s)
    assert asked(s) == [0, 1]
    assert (s.known.options["feasible"] == [[0, 0], [1, 1]]).all()


def test_consider__asks_for_nobody_without_rounds(scene):
    s = scene(rockets=2, batteries=2)
    s.known.state["rounds"] = 0
    assert asked(s) == [0, 0]


def test_consider__asks_again_once_the_body_was_seen_after_the_assessment(scene):
    s = scene()
    s.known.engagements["salvos"] = 1
    s.known.engagements["t_assessed"] = s.clock[0]["t"]
    assert asked(s) == [1]


def test_consider__begins_anew_with_a_new_track_in_the_slot(scene):
    s = scene()
    _used_up(s)
    s.known.engagements["shots"] = 3
    assert asked(s) == [0]
    s.known.tracks["id"] = 555
    assert asked(s) == [1]
    e = s.known.engagements[0]
    assert (e["track"], e["shots"], e["salvos"], e["t_assessed"]) == (555, 0, 0, 0.0)


def test_consider__withdraws_the_last_scans_orders(scene):
    s = scene()
    s.known.decisions["fire"], s.known.decisions["battery"] = 2, 0
    consider(s.clock[0], s.fixed, s.known)
    assert (s.known.decisions["fire"][0], s.known.decisions["battery"][0]) == (0, -1)


def test_consider__waits_for_a_battery_that_is_busy(scene):
    s = scene(batteries=2)
    t = s.clock[0]["t"]
    s.known.state["t_free"] = 0.0, t + 10.0
    asked(s)
    free, busy = s.known.options[0]
    # Lift-off comes after the reaction time, or once the launcher is free; edges to 0.01 s.
    assert free["t_launch"] >= t + 2.0 - 0.01
    assert busy["t_launch"] >= t + 10.0 - 0.01
    assert busy["t_intercept"] > free["t_intercept"]


def test_consider__works_without_batteries(scene):
    s = scene(batteries=0)
    assert asked(s) == [0]


# ---------------------------------------------------------------- decide

FIELDS = ("t_intercept", "t_latest", "p_kill", "rounds")


class Case:
    """One slot and three batteries: latest decision at 40 s, reaction 5 s, a small ellipse."""

    def __init__(self):
        self.predictions = tables.PREDICTIONS.allocate(1)
        self.predictions["sxx"], self.predictions["syy"] = 300.0**2, 100.0**2
        self.predictions["sxy"] = 0.0
        self.options = tables.OPTIONS.allocate(3).reshape(1, 3)
        rows = [(30.0, 45.0, 0.5, 9), (40.0, 35.0, 0.9, 3), (50.0, 20.0, 0.7, 12)]
        for b, values in enumerate(rows):
            for name, value in zip(FIELDS, values, strict=True):
                self.options[name][0, b] = value
        self.options["feasible"] = 1
        self.engagements = tables.ENGAGEMENTS.allocate(1)
        self.engagements["asked"] = 1
        self.batteries = settings.BATTERIES.allocate(3)
        self.batteries["reaction"] = 5.0
        self.decisions = tables.DECISIONS.allocate(1)
        self.decisions["fire"] = 0

    def answer(self, t=10.0, **rules):
        doctrine = Doctrine(**{"rounds_per_target": 2, **rules}).row()[0]
        decide(
            t, 1, self.predictions, self.options, self.engagements, self.batteries, doctrine,
            self.decisions,
        )  # fmt: skip
        return int(self.decisions["fire"][0]), int(self.decisions["battery"][0])


WAIT = (0, -1)


def test_battery_rules__names_follow_the_numbers():
    numbers = (EARLIEST, HIGHEST_P_KILL, MOST_ROUNDS)
    assert [BATTERY_RULES[n] for n in numbers] == ["earliest", "highest_p_kill", "most_rounds"]


@pytest.mark.parametrize(
    ("rule", "battery"), [("earliest", 0), ("highest_p_kill", 1), ("most_rounds", 2)]
)
def test_decide__prefers_by_its_rule(rule, battery):
    assert Case().answer(battery_rule=rule) == (2, battery)


@pytest.mark.parametrize("rule", BATTERY_RULES)
def test_decide__takes_the_first_of_equals(rule):
    case = Case()
    case.options[0, 1:] = case.options[0, 0]
    assert case.answer(battery_rule=rule) == (2, 0)


def test_decide__fires_no_more_than_is_ready():
    assert Case().answer(rounds_per_target=10) == (9, 0)


def test_decide__does_not_waste_rounds_on_poor_chances():
    assert Case().answer(p_kill_min=0.8) == (2, 1)
    assert Case().answer(p_kill_min=0.95) == WAIT


def test_decide__passes_over_what_is_not_feasible():
    case = Case()
    case.options["feasible"][0, 0] = 0
    assert case.answer() == (2, 1)


def test_decide__answers_only_when_asked():
    case = Case()
    case.engagements["asked"] = 0
    assert case.answer() == WAIT


def test_decide__waits_with_a_large_ellipse_until_the_last_chance():
    # The last lift-off of any battery is at 45 s, 5 s after its order; 2 s before that it decides.
    rules = {"sigma_max": 299.0, "last_chance": 2.0}
    assert Case().answer(37.9, **rules) == WAIT
    assert Case().answer(38.0, **rules) == (2, 0)
    assert Case().answer(10.0, sigma_max=301.0) == (2, 0)


def test_decide__looks_at_the_long_axis_of_a_turned_ellipse():
    case = Case()
    # 300 m by 100 m, turned by 45 degrees: both variances are 50 000 m^2.
    case.predictions["sxx"] = case.predictions["syy"] = 50_000.0
    case.predictions["sxy"] = 40_000.0
    assert case.answer(sigma_max=299.0) == WAIT
    assert case.answer(sigma_max=301.0) == (2, 0)


def test_decide__does_not_count_a_battery_that_it_would_not_use_as_a_later_chance():
    # Battery 0, the latest, is below p_kill_min: the last order is at 35 - 5 s.
    rules = {"sigma_max": 299.0, "last_chance": 0.0, "p_kill_min": 0.6}
    assert Case().answer(29.9, **rules) == WAIT
    assert Case().answer(30.0, **rules) == (2, 1)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [({"p_kill_min": 0.95}, "unsure"), ({"sigma_max": 299.0}, "ellipse"), ({}, "fire")],
)
def test_decide__says_why(rules, reason):
    case = Case()
    case.answer(**rules)
    assert tables.REASONS[case.decisions["reason"][0]] == reason


def test_consider__offers_no_more_rounds_than_channels_are_free(scene):
    s = scene(channels=5)
    s.known.state["guided"] = 3
    asked(s)
    assert s.known.options["rounds"].tolist() == [[2]]
    s.known.state["guided"] = 5
    assert asked(s) == [0]
