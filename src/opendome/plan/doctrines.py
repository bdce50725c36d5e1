"""Rules of fire compared: what another doctrine would change, from the same start.

What was fired before the plan begins was fired by the old doctrine, so every rule of fire begins
with the same stock.  Orders follow the plan's levels, scaled for each doctrine to what serves it
best on the training paths.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome.plan.assumptions import Values
from opendome.plan.evaluate import Rule, Run, run
from opendome.plan.outlook import Paths
from opendome.plan.response import Doctrine, Response
from opendome.plan.setting import Package, force, setting
from opendome.plan.spec import Plan

FACTORS = (0.75, 1.0, 1.5, 2.0)  # on the levels of the rule


class Tuned(NamedTuple):
    """A doctrine with the plan's rule, scaled to it."""

    doctrine: Doctrine
    rule: Rule
    factor: float

    @property
    def figure(self) -> str:
        """Name of the figure that holds the mean loss it saves over the plan's doctrine."""
        return "doctrine_{:g}_{:g}".format(*self.doctrine)

    def __str__(self) -> str:
        rounds, threat = self.doctrine
        said = "one round" if rounds == 1 else f"{rounds:g} rounds"
        return f"{said} a salvo from a threat of {threat:g} on"


def tuned(plan: Plan, learned: Response, rule: Rule, paths: Paths) -> tuple[Tuned, ...]:
    """The plan's doctrine first, then others.

    Parameters
    ----------
    paths : Paths
        On which the levels are scaled.
    """
    found: list[Tuned] = []
    for one in _choices(plan):
        tried = [Tuned(one, _scaled(rule, f), f) for f in (FACTORS if found else (1.0,))]
        runs = [_run(plan, learned, plan.central, paths, one, t.rule) for t in tried]
        found.append(tried[int(np.argmin([r.loss.mean() for r in runs]))])
    return tuple(found)


def _choices(plan: Plan) -> list[Doctrine]:
    """One and two rounds a salvo, at the plan's threshold and at a third and three times of it."""
    r, v = plan.file.response, plan.central
    now = Doctrine(float(round(v["rounds_per_target"])), float(v["threat_min"]))
    low, high = r.threat_low, r.threat_high
    thresholds = sorted({min(max(now.threat_min * f, low), high) for f in (1 / 3, 1.0, 3.0)})
    every = [Doctrine(rounds, float(f"{t:.2g}")) for rounds in (1.0, 2.0) for t in thresholds]
    return [now, *(d for d in every if d != now)]


def _scaled(rule: Rule, factor: float) -> Rule:
    return rule._replace(levels=factor * rule.levels, most=max(factor, 1.0) * rule.most)


def _run(
    plan: Plan, learned: Response, values: Values, paths: Paths, one: Doctrine, rule: Rule
) -> Run:
    """A rule under a doctrine, from the stock that the doctrine of `values` has left."""
    then = setting(plan, learned, values, paths, rule.package)
    new = setting(plan, learned, {**values, **one._asdict()}, paths, rule.package)
    return run(new._replace(start=then.start), rule)


def saved(
    plan: Plan, learned: Response, choices: tuple[Tuned, ...], values: Values, paths: Paths
) -> dict[str, float]:
    """Mean loss that every doctrine saves over the first, USD."""
    losses = [_run(plan, learned, values, paths, t.doctrine, t.rule).loss.mean() for t in choices]
    return {t.figure: float(losses[0] - v) for t, v in zip(choices, losses, strict=True)}


def rows(
    plan: Plan, learned: Response, choices: tuple[Tuned, ...], paths: Paths
) -> list[dict[str, Any]]:
    """What each doctrine uses and lets through, at the plan's values."""
    launches = np.array([max(plan.file.stock.used_in, 1.0)])
    made = []
    for t in choices:
        used, through, _ = learned.operation(launches, force(plan, Package()), t.doctrine)
        r = _run(plan, learned, plan.central, paths, t.doctrine, t.rule)
        made.append({
            "rounds_per_salvo": t.doctrine.rounds_per_target,
            "threshold": t.doctrine.threat_min,
            "rounds_in_a_repeat": float(used[0] * plan.central["consumption_factor"]),
            "leakers_in_a_repeat": float(through[0]),
            "levels_times": t.factor,
            "leakers": float(r.leakers.mean()),
            "ran_out": float(r.ran_out.mean()),
            "spent_usd": float(r.spent.mean()),
            "loss_usd": float(r.loss.mean()),
        })  # fmt: skip
    return made
