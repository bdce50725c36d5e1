"""The dynamic problem: its files, its generator, the value of a round over days."""

import copy
import json

import numpy as np
import pytest

from opendome.dwta import bound, campaign, in_turn, play, problem, score
from opendome.kernels import game as kernels
from opendome.kernels import lazy


def changed(path, value):
    made = problem.make("small", 0)
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return made


BAD = [
    (("format",), "x", r"format = 'x': want dwta-1"),
    (("slots",), 0, r"slots = 0: want a whole number, 1 to"),
    (("batteries",), [], r"batteries = 'empty': want at least one"),
    (("batteries", 1, "rate"), 0, r"batteries\[1\]\.rate = 0"),
    (("batteries", 1, "pack"), 2.5, r"batteries\[1\]\.pack = 2\.5"),
    (("threats",), [], r"threats = 'empty'"),
    (("threats", 0, "value"), float("nan"), r"threats\[0\]\.value = nan: want a number, 0 or more"),
    (("threats", 0, "value"), -1.0, r"value = -1\.0"),
    (("threats", 0, "opportunities", 0, 3), 1.5, r"opportunities\[0\] probability = 1\.5"),
    (("threats", 0, "opportunities", 0, 3), float("nan"), r"probability = nan: want 0 to 1"),
    (("threats", 0, "opportunities", 0, 0), 99, r"opportunities\[0\] battery = 99"),
    (("threats", 0, "opportunities", 0, 2), 0, r"opportunities\[0\] intercept slot = 0"),
    (("threats", 0, "opportunities", 0), [1], r"opportunities\[0\] = \[1\]"),
]


@pytest.mark.parametrize(("path", "value", "says"), BAD)
def test_check__says_where_what_and_what_would_be_right(path, value, says):
    with pytest.raises(problem.ProblemError, match=says):
        problem.check(changed(path, value))


@pytest.mark.parametrize("size", problem.SIZES)
def test_make__makes_the_same_instance_of_the_size_it_says(size):
    made = problem.make(size, 2)
    problem.check(made)
    assert made == problem.make(size, 2)
    assert made != problem.make(size, 3)
    threats, batteries, slots = problem.SIZES[size]
    assert (len(made["threats"]), len(made["batteries"]), made["slots"]) == (
        threats, batteries, slots,
    )  # fmt: skip
    assert all(t["opportunities"] for t in made["threats"])


def test_command_line__makes_checks_and_refuses(tmp_path, capsys):
    assert problem.main(["small", "1"]) == 0
    path = tmp_path / "a.json"
    path.write_text(capsys.readouterr().out, "utf-8")
    assert problem.main(["--check", str(path)]) == 0
    for words in (["tiny", "1"], ["--check", str(tmp_path / "none.json")], []):
        assert problem.main(words) == 2
        assert capsys.readouterr().err.startswith("error: ")
    path.write_text("{", "utf-8")
    with pytest.raises(problem.ProblemError, match="not JSON"):
        problem.read(path)


@pytest.mark.parametrize("policy", play.KINDS)
def test_play__is_bit_identical_and_does_not_see_what_is_not_detected(policy):
    made = problem.make("small", 5)
    rules = play.rules(policy, steps=3)
    one = play.play(made, play.game(made), rules, range(4))
    again = play.play(json.loads(json.dumps(made)), play.game(made), rules, [3])
    assert one.damage[3].tobytes() == again.damage[0].tobytes()
    assert (one.launches[3] == again.launches[0]).all()
    # Scramble what is detected later than slot 40: the launches before stay.
    later = copy.deepcopy(made)
    for t in later["threats"]:
        if t["detected"] > 40:
            t["value"] *= 7.0
    other = play.play(later, play.game(later), rules, [0]).launches[0]
    early = one.launches[0][one.launches[0][:, 0] <= 40]
    assert len(early)
    assert (other[other[:, 0] <= 40] == early).all()


def test_decide_by__keeps_the_rules_whatever_the_deadline():
    """With no time it fires single rounds by reduced value; with time it decides as `play` does."""
    made = problem.make("small", 5)
    g, rules = play.game(made), play.rules("rolling", foresight=1, steps=2)
    draws, damage = problem.hits(made, 0), {}
    for deadline in (0.0, np.inf):
        state, memory, n = play.begin(g), play.memory(g), 0
        log = np.zeros((problem.SHOTS * int(g.bounds[1]), 3), np.int64)
        for k in range(g.slots):
            steps = play.decide_by(g, state, rules, memory, k, deadline)
            assert steps == (0 if deadline == 0.0 else 2)
            n = kernels.leave(g, state, memory[0], k, draws, log, n)
            assert (state.rounds >= 0).all()
            assert (state.guided <= g.channels).all()
        assert n > 10
        damage[deadline] = g.threats.value[(state.known_dead + state.hit) == 0].sum()
    assert damage[np.inf] == play.play(made, g, rules, [0]).damage[0]


def test_insured__counts_a_needed_salvo_by_what_is_at_stake():
    """Needed with 0.2, 50 at stake: whole where a round costs 2, half at 4, as expected at 50."""
    known, rules = play.memory(play.game(problem.make("small", 0)))[1], play.rules("rolling")
    for price, counted in ((2.0, 1.0), (4.0, 0.5), (50.0, 0.2)):
        known.mean.stock[0] = price
        assert 0.2 * lazy._insured(0.2, 50.0, known, 0, rules) == pytest.approx(counted)
        without = rules._replace(insure=0.0)
        assert lazy._insured(0.2, 50.0, known, 0, without) == 1.0


def test_paced__takes_fewer_steps_where_more_is_expected():
    g = play.game(problem.make("small", 0))
    g.threats.weight[:] = 1.0  # 50 threats
    steps = [kernels.paced(g, play.rules("rolling", looks=n)) for n in (10_000, 500, 100)]
    assert steps == [20, 10, 4]
    assert kernels.paced(g, play.rules("rolling", steps=2, looks=100)) == 2


def test_without_luck__keeps_the_mean_and_lowers_the_spread():
    made = problem.make("small", 2)
    g = play.game(made)
    found = bound.fluid(g)
    case = score.Case(made, g, g, found, found.prices, bound.to_come(g, found.prices))
    played = play.play(made, g, play.rules("greedy"), range(400))
    less = score.without_luck(case, played, range(400))
    apart = less - played.damage
    # Four standard errors: one failure in 16,000 runs, and the draws are fixed.
    assert abs(apart.mean()) < 4.0 * apart.std() / 20.0
    assert less.std() < 0.7 * played.damage.std()
    assert (less >= found.value - 1e-6).all()  # loss upon loss, none of it negative


def test_in_turn__optimum_is_between_bound_and_policy_and_found_by_hand():
    for seed in range(3):
        made = in_turn.make(seed, threats=6, rounds=5, chances=2)
        problem.check(made)
        g = play.game(made)
        found = bound.fluid(g)
        best = in_turn.optimum(made)
        played = play.play(made, g, play.rules("rolling", foresight=1), range(300), found.prices)
        assert found.value <= best + 1e-9
        # Five standard errors of the mean.
        assert played.damage.mean() >= best - 5.0 * played.damage.std() / np.sqrt(300.0)
    one = in_turn.make(0, threats=1, rounds=1, chances=2)
    v, p = one["threats"][0]["value"], one["threats"][0]["opportunities"][0][3]
    assert in_turn.optimum(one) == pytest.approx(v * (1.0 - p))


def test_neighbours__are_in_turn_within_reach_and_their_optimum_is_above_the_bound():
    evening = problem.make("small", 3)
    made = in_turn.neighbours(evening, 3, rounds=4, chances=2)
    problem.check(made)
    values = {t["value"] for t in evening["threats"]}
    assert len(made["batteries"]) == 3
    assert len(made["threats"]) <= 12
    for j, t in enumerate(made["threats"]):
        assert t["value"] in values
        assert t["detected"] == 2 * j
        assert {o[1] for o in t["opportunities"]} == {2 * j, 2 * j + 1}
        assert {o[4] for o in t["opportunities"]} == {1, 2}
    found, best = bound.fluid(play.game(made)).value, in_turn.optimum(made)
    assert found <= best + 1e-9 <= sum(t["value"] for t in made["threats"])
    # One battery out of reach of everybody changes nothing.
    more = made | {"batteries": [*made["batteries"], made["batteries"][0]]}
    assert in_turn.optimum(more) == pytest.approx(best, rel=1e-12)


# ---------------------------------------------------------------- value of a round over days


def best_saving(days, stock, resupply):
    """By brute force over how many rounds each day gets; one sample a day."""
    if not days:
        return 0.0
    top = np.sort(days[0])[::-1]
    return max(
        top[:n].sum() + best_saving(days[1:], stock - n + resupply, resupply)
        for n in range(min(stock, len(top)) + 1)
    )


@pytest.mark.parametrize("resupply", [0, 1, 2])
def test_round_values__are_the_differences_of_the_best_saving(resupply):
    rng = np.random.default_rng(resupply)
    days = [rng.uniform(0.0, 9.0, rng.integers(0, 4)) for _ in range(3)]
    values = campaign.round_values([[d] for d in days], resupply, 6)
    for d in range(3):
        totals = [best_saving(days[d:], s, resupply) for s in range(8)]
        assert values[d] == pytest.approx(np.diff(totals), abs=1e-9)
    assert (values[3] == 0.0).all()


def test_round_values__fall_with_stock_and_resupply_and_rise_with_what_may_come():
    rng = np.random.default_rng(9)
    days = [[rng.uniform(0.0, 9.0, 20) for _ in range(3)] for _ in range(4)]
    base = campaign.round_values(days, 2.0, 60)
    assert (np.diff(base, axis=1) <= 1e-12).all()
    assert (campaign.round_values(days, 5.0, 60) <= base + 1e-12).all()
    more = [[np.append(s, 5.0) for s in d] for d in days]
    assert (campaign.round_values(more, 2.0, 60) >= base - 1e-12).all()


@pytest.mark.parametrize("days", [[[np.array([-1.0])]], [[np.array([np.nan])]], [[]]])
def test_round_values__refuse_nonsense(days):
    with pytest.raises(ValueError, match="days"):
        campaign.round_values(days, 0.0, 3)
