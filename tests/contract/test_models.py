"""Every plug-in keeps its promises, and the contract catches those that do not."""

import dataclasses
from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np
import pytest

from opendome import models, scenario
from opendome.contract import check_model, check_policy, made_up_view
from opendome.errors import ScenarioError
from opendome.kernels.decide import decide
from opendome.models.policies import View
from opendome.models.policies.doctrine import Doctrine
from opendome.params import Model, quantity

ALL = [(kind, name) for kind in models.KINDS for name in models.names(kind)]


@pytest.mark.parametrize(("kind", "name"), ALL, ids=lambda v: v)
def test_models__keep_the_contract(kind, name):
    check_model(kind, name)


def test_models__has_one_of_every_kind():
    assert {kind for kind, _ in ALL} == set(models.KINDS)


def test_find__offers_the_nearest_name():
    with pytest.raises(ScenarioError, match=r"^radars: unknown model 'multi' \(known: mu"):
        models.find("radars", "multi")


# ---------------------------------------------------------------- parameter plug-ins that fail


class Bare(Model):
    """A number that was not declared."""

    length: float = 1.0


class Loose(Model, extra="ignore"):
    """Swallows what it does not know."""


class Open(Model, frozen=False):
    """Can be changed."""


class Hungry(Model):
    """Cannot be built without being told."""

    length: float = quantity("m", "length", low=0.0)


class Hollow(Doctrine):
    """Forgets to fill a column."""

    def row(self):
        row = super().row()
        row["salvos"] = 0
        row["threat_min"] = np.nan
        return row


@dataclasses.dataclass(frozen=True)
class Foreign:
    """No Model at all."""


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (Bare, "length: a number without quantity"),
        (Loose, "takes unknown keys"),
        (Open, "can be changed"),
        (Hungry, "length: no default"),
        (Hollow, "leaves threat_min missing"),
        (Foreign, "not a Model"),
    ],
)
def test_check_model__names_the_broken_promise(monkeypatch, broken, message):
    monkeypatch.setattr(models, "find", lambda kind, name: broken)
    with pytest.raises(AssertionError, match=message):
        check_model("policies", "broken")


# ---------------------------------------------------------------- policies


class Compiled:
    """The built-in doctrine behind the interface of a policy in Python."""

    def __init__(self, doctrine):
        self.row = doctrine.row()[0]

    def decide(self, view, decisions):
        belief = view.predictions, view.options, view.engagements, view.batteries
        decide(view.t, len(view.tracks), *belief, self.row, decisions)


class Plain:
    """A policy in plain Python: one round from the battery that meets the body first."""

    def may(self, view, slot):
        asked = view.engagements["asked"][slot]
        return asked and view.predictions["threat"][slot] >= 0.1

    def decide(self, view, decisions):
        for slot in range(len(view.tracks)):
            options = view.options[slot]
            able = np.flatnonzero(options["feasible"])
            if self.may(view, slot) and len(able):
                best = able[np.argmin(options["t_intercept"][able])]
                decisions["fire"][slot], decisions["battery"][slot] = 1, best


class Scared(Plain):
    """Breaks one promise: fires at all."""

    def decide(self, view, decisions):
        pass


class Eager(Plain):
    """Breaks one promise: leaves slots alone that it was not asked about."""

    def may(self, view, slot):
        return True


class Lavish(Plain):
    """Breaks one promise: fires only what there is."""

    def decide(self, view, decisions):
        super().decide(view, decisions)
        decisions["fire"] *= 9


class Blind(Plain):
    """Breaks one promise: fires from a battery that can."""

    def decide(self, view, decisions):
        super().decide(view, decisions)
        if len(view.batteries):
            decisions["battery"] = 0


class Lost(Plain):
    """Breaks one promise: fires from a battery that exists."""

    def decide(self, view, decisions):
        super().decide(view, decisions)
        decisions["battery"] += len(view.batteries)


class Moody(Plain):
    """Breaks one promise: remembers nothing."""

    def __init__(self):
        self.calls = 0

    def may(self, view, slot):
        self.calls += 1
        return super().may(view, slot) and self.calls % 3


class Scribbler(Plain):
    """Breaks one promise: only reads the view."""

    def decide(self, view, decisions):
        view.predictions["threat"] *= 2.0
        super().decide(view, decisions)


class FirstCome(Plain):
    """Breaks one promise: a slot is only a place."""

    def may(self, view, slot):
        return super().may(view, slot) and slot < len(view.tracks) // 2


@pytest.mark.parametrize("rule", ["earliest", "highest_p_kill", "most_rounds"])
def test_doctrine__keeps_the_contract_of_policies(rule):
    check_policy(Compiled(Doctrine(battery_rule=rule, rounds_per_target=2)))


def test_check_policy__accepts_plain_python():
    check_policy(Plain())


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (object(), "no method decide"),
        (Scared(), "never fires"),
        (Eager(), "asked'] is 0"),
        (Lavish(), "fires 9 rounds, battery . has . ready"),
        (Blind(), "from battery 0, whose option is not feasible"),
        (Lost(), "there is no such row"),
        (Moody(), "depends on its own past"),
        (Scribbler(), "writes into the view"),
        (FirstCome(), "depend on the order of the slots"),
    ],
    ids=lambda v: type(v).__name__ if not isinstance(v, str) else "",
)
def test_check_policy__names_the_likely_mistake(policy, message):
    with pytest.raises(AssertionError, match=message):
        check_policy(policy)


def test_made_up_view__has_the_shapes_that_the_engine_gives():
    view = made_up_view(np.random.default_rng(0), 5, 2)
    assert isinstance(view, View)
    assert view.options.shape == (5, 2)
    assert len(view.tracks) == len(view.predictions) == len(view.engagements) == 5
    assert len(view.batteries) == 2


def test_entry_points__add_a_policy_from_another_package(monkeypatch):
    entry = EntryPoint("plain", f"{__name__}:Plain", "opendome.policies")
    monkeypatch.setattr(EntryPoint, "load", lambda self: Plain)
    monkeypatch.setattr(models, "entry_points", lambda **kw: (entry,))
    models.names.cache_clear()
    try:
        assert {"doctrine", "plain"} <= set(models.names("policies"))
        assert models.find("policies", "plain") is Plain
        assert models.find("policies", "doctrine") is Doctrine
    finally:
        models.names.cache_clear()


def test_tables__take_the_gates_of_a_policy_that_derives_from_the_doctrine():
    class Own(Doctrine):
        external: ClassVar[bool] = True

    class Other(Model):
        external: ClassVar[bool] = True

    found = scenario.load("two-towns")
    own, other = (
        found.model_copy(update={"policy": policy}).tables().doctrine["salvos"].tolist()
        for policy in (Own(salvos=7), Other())
    )
    assert own == [7]
    assert other == [Doctrine().salvos]
