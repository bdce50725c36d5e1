"""A policy in Python goes through the same stages as the compiled one, to the bit."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from opendome import engine, models, tables
from opendome.contract import check_policy
from opendome.models.policies.doctrine import BATTERY_RULES, Doctrine

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "hold_fire_policy.py"
SEED = 11


def same(a, b):
    tables = [(a.ledger, b.ledger), (a.daily, b.daily)]
    tables += [(a.traces[name], b.traces[name]) for name in a.traces]
    return a.traces.keys() == b.traces.keys() and all(
        x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in tables
    )


def altered(setup, batteries, **rules):
    """A setup with other batteries and another doctrine; flyouts and launches stay."""
    doctrine = Doctrine(**rules).row()
    p = setup.scoring.parameters._replace(batteries=batteries)
    names = np.array([f"B{i}" for i in range(len(batteries))])
    return setup._replace(
        fixed=setup.fixed._replace(batteries=batteries, doctrine=doctrine),
        scoring=setup.scoring._replace(parameters=p, battery_names=names),
    )


@pytest.fixture(scope="module")
def three(two_towns):
    """Three small batteries, so that rules, reloading and dry launchers matter."""
    rows = np.repeat(two_towns.fixed.batteries, 3)
    rows["x"] += 0.0, -3e3, 2e3
    rows["y"] += 0.0, 4e3, -3e3
    rows["launchers"], rows["rounds"], rows["reload"] = 1, (4, 6, 8), 120.0
    return rows


class Plain:
    """The built-in doctrine, written again from its description."""

    def __init__(self, doctrine):
        self.rules = doctrine

    def decide(self, view, decisions):
        rules = self.rules
        for slot in np.flatnonzero(view.engagements["asked"]):
            options, p = view.options[slot], view.predictions[slot]
            able = (options["feasible"] == 1) & (options["p_kill"] >= rules.p_kill_min)
            able = np.flatnonzero(able)
            if not len(able):
                decisions["reason"][slot] = tables.UNSURE
                continue
            decisions["reason"][slot] = tables.ELLIPSE
            merit = {
                "earliest": -options["t_intercept"],
                "highest_p_kill": options["p_kill"],
                "most_rounds": options["rounds"],
            }[rules.battery_rule]
            best = able[np.argmax(merit[able])]
            ellipse = np.array([[p["sxx"], p["sxy"]], [p["sxy"], p["syy"]]])
            axis = np.sqrt(np.linalg.eigvalsh(ellipse)[-1])
            latest = np.max((options["t_latest"] - view.batteries["reaction"])[able])
            if axis <= rules.sigma_max or view.t + rules.last_chance >= latest:
                rounds = int(options["rounds"][best])
                decisions["fire"][slot] = min(rules.rounds_per_target, rounds)
                decisions["battery"][slot] = best


def test_python_path__gives_the_bits_of_the_compiled_doctrine(two_towns):
    policy = Plain(Doctrine())
    for rep in range(6):
        compiled = engine.replicate(two_towns, SEED, rep, trace=True)
        plain = engine.replicate(two_towns, SEED, rep, trace=True, policy=policy)
        assert same(compiled, plain)


@pytest.mark.parametrize("rule", BATTERY_RULES)
def test_python_path__gives_the_bits_of_every_battery_rule(two_towns, three, rule):
    rules = {"battery_rule": rule, "rounds_per_target": 2, "salvos": 3, "sigma_max": 200.0}
    setup = altered(two_towns, three, **rules)
    for rep in range(3):
        compiled = engine.replicate(setup, SEED, rep, trace=True)
        plain = engine.replicate(setup, SEED, rep, trace=True, policy=Plain(Doctrine(**rules)))
        assert same(compiled, plain)
    assert len(set(compiled.traces["shots"]["battery"])) == 3  # else the rules were not tried


def test_battery_rules__differ_where_there_is_a_choice(two_towns, three):
    fired = [
        engine.replicate(altered(two_towns, three, battery_rule=r), SEED, 0, trace=True)
        .traces["shots"]["battery"].tolist()
        for r in BATTERY_RULES
    ]  # fmt: skip
    assert len({tuple(f) for f in fired}) == 3


def test_policies__that_decide_in_python_keep_the_contract():
    for name in models.names("policies"):
        found = models.find("policies", name)
        if found.external:
            check_policy(found())


class Whole:
    """Works on whole columns: they are as long as the view, not as the engine's tables."""

    def decide(self, view, decisions):
        assert len(decisions) == len(view.tracks) == len(view.options)
        decisions["battery"] = np.argmax(view.options["feasible"], axis=1)
        decisions["fire"] = np.where(view.engagements["asked"] == 1, 1, 0)


def test_replicate__gives_a_policy_decisions_as_long_as_its_view(two_towns):
    got = engine.replicate(two_towns, SEED, 0, policy=Whole())
    assert got.ledger["rounds_used"][0] > 0


class Orders:
    """Orders the same at every slot that it is asked about."""

    def __init__(self, fire, battery):
        self.fire, self.battery = fire, battery

    def decide(self, view, decisions):
        asked = view.engagements["asked"] == 1
        decisions["fire"][asked], decisions["battery"][asked] = self.fire, self.battery


@pytest.mark.parametrize(("fire", "battery"), [(1, 1), (0, 10**6), (1, -1), (2, -5)])
def test_replicate__refuses_a_battery_that_does_not_exist(two_towns, fire, battery):
    # Compiled code would read beside its table.
    with pytest.raises(ValueError, match=rf"^Orders: .* battery {battery} \(want a row, 0 to 0\)$"):
        engine.replicate(two_towns, SEED, 0, policy=Orders(fire, battery))


def test_replicate__fires_no_more_than_the_launchers_hold(two_towns):
    # 60 rounds, all at the first body; then the packs come from the depot, 100 rounds.
    got = engine.replicate(two_towns, SEED, 0, trace=True, policy=Orders(1000, 0))
    first = got.traces["shots"]["decision_time_s"]
    assert np.count_nonzero(first == first[0]) == 60
    assert got.ledger["rounds_used"][0] <= 160
    assert got.ledger["stock_min"][0] >= 0.0


def test_replicate__a_policy_that_counts_as_false_still_decides(two_towns):
    class Empty(Orders):
        def __len__(self):
            return 0

    got = engine.replicate(two_towns, SEED, 0, policy=Empty(0, -1))
    assert got.ledger["rounds_used"][0] == 0


# ---------------------------------------------------------------- the example of the docs


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location(EXAMPLE.stem, EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.HoldFire


def test_hold_fire__keeps_the_contract(example):
    check_policy(example([1e5], reserve=1))
    check_policy(example([1e3], reserve=1))


@pytest.mark.parametrize("reserve", [0, 52, 55])
def test_hold_fire__keeps_its_reserve_for_the_large_place(two_towns, example, reserve):
    # One launcher of sixty rounds and no second pack; Northport is large, Eastville is not.
    batteries = two_towns.fixed.batteries.copy()
    batteries["launchers"], batteries["rounds"], batteries["reload"] = 1, 60, 1e6
    setup = altered(two_towns, batteries)
    population = setup.fixed.places["population"]
    policy = example(population, reserve=reserve)
    got = engine.replicate(setup, SEED, 0, trace=True, policy=policy).traces
    ordered = got["decisions"][got["decisions"]["fire"] > 0]
    small = population[ordered["place"]] < 50_000.0
    left = 60 - np.arange(len(ordered))  # before each order
    assert small.any()
    assert not small.all()
    assert (left[small] > reserve).all()
    if reserve:  # it was in the way: the large place alone was defended afterwards
        assert (left[~small] <= reserve).any()
