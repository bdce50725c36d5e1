"""The numbers that a plan answers with, as functions of the assumptions.

Every number comes from runs of rules on the same paths (evaluate.py), so differences are paired.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome.plan import doctrines
from opendome.plan.assumptions import Values
from opendome.plan.doctrines import Tuned
from opendome.plan.evaluate import Rule, Run, restored, run
from opendome.plan.outlook import Paths
from opendome.plan.response import Response
from opendome.plan.setting import Package, Setting, doctrine, force, setting
from opendome.plan.spec import Plan

ROUNDS = 100.0  # of a small change in stock: the marginal round is its hundredth
DELAYS = (13.0, 285.0)  # days, the two that are published


class World(NamedTuple):
    """A plan with what was learned of operations: what all figures need."""

    plan: Plan
    response: Response
    rule: Rule  # with the money
    without: Rule  # with the regular appropriation alone
    doctrines: tuple[Tuned, ...] = ()  # the plan's first


class Runs(NamedTuple):
    """Runs of the two rules on the same paths."""

    setting: Setting
    money: Run
    none_setting: Setting
    none: Run


def unfunded(s: Setting) -> Setting:
    """The same without the appropriation."""
    return s._replace(budget=np.zeros(s.n))


def runs(world: World, values: Values, paths: Paths) -> Runs:
    """With and without the money."""
    s = setting(world.plan, world.response, values, paths, world.rule.package)
    poor = unfunded(setting(world.plan, world.response, values, paths, Package()))
    return Runs(s, run(s, world.rule), poor, run(poor, world.without))


def figures(world: World, values: Values, paths: Paths) -> dict[str, float]:
    """Every scalar figure at values of the assumptions.

    Parameters
    ----------
    values : mapping
        Assumptions, numbers.
    paths : outlook.Paths
        Drawn at these values.
    """
    r = runs(world, values, paths)
    made = _stock(r) | _money(r) | _delay(world, values, paths)
    made |= repeat(world, values, r)
    made |= _margins(world, values, paths, r)
    made |= _exchange(world, values)
    if world.doctrines:
        made |= doctrines.saved(world.plan, world.response, world.doctrines, values, paths)
    return made


def _stock(r: Runs) -> dict[str, float]:
    last = r.setting.months
    made = {"ran_out": float(r.money.ran_out.mean()), "ran_out_none": float(r.none.ran_out.mean())}
    for month in range(12, last + 1, 12):
        made[f"stock_{month}"] = float(np.median(r.money.stock[:, month - 1]))
        made[f"stock_none_{month}"] = float(np.median(r.none.stock[:, month - 1]))
    for name, s, one in (("", r.setting, r.money), ("_none", r.none_setting, r.none)):
        when = restored(s, one)
        made[f"restored{name}"] = float(np.median(when))
        made[f"restored_share{name}"] = float(np.isfinite(when).mean())
    return made


def _money(r: Runs) -> dict[str, float]:
    """What the money buys and what that is worth."""
    spent = float((r.money.spent - r.none.spent).mean())
    saved = float((r.none.leakers - r.money.leakers).mean())
    rounds = float((r.money.ordered.sum(axis=(1, 2)) - r.none.ordered.sum(axis=(1, 2))).mean())
    came = r.money.delivered.sum(axis=(1, 2)) - r.none.delivered.sum(axis=(1, 2))
    return {
        "spent": spent,
        "bought_rounds": rounds,
        "delivered_rounds": float(came.mean()),
        "saved": saved,
        "saved_per_100m": 1e8 * saved / spent if spent > 0.0 else 0.0,
        "leakers": float(r.money.leakers.mean()),
        "leakers_none": float(r.none.leakers.mean()),
        "loss": float(r.money.loss.mean()),
        "loss_none": float(r.none.loss.mean()),
    }


def _delay(world: World, values: Values, paths: Paths) -> dict[str, float]:
    """The same plan with the money early and late."""
    made = {}
    for days in DELAYS:
        s = setting(
            world.plan, world.response, values, paths._replace(delay=np.full(paths.n, days)),
            world.rule.package,
        )  # fmt: skip
        made[days] = run(s, world.rule)
    early, late = (made[d] for d in DELAYS)
    return {
        "delay_leakers": float((late.leakers - early.leakers).mean()),
        "delay_ran_out": float(late.ran_out.mean() - early.ran_out.mean()),
        "delay_loss": float((late.loss - early.loss).mean()),
    }


def repeat(world: World, values: Values, r: Runs) -> dict[str, float]:
    """Probability of running out in a repeat of the reference operation, by month, no money."""
    chance = repeat_by_month(world, values, r.none)
    return {f"repeat_{m}": float(p) for m, p in enumerate(chance)}


def repeat_by_month(world: World, values: Values, one: Run) -> np.ndarray:
    """Probability that the reference operation, begun in a month, would want more than there is.

    The noise of that operation is integrated exactly: its demand is lognormal.
    """
    from scipy.special import ndtr

    launches = np.array([max(world.plan.file.stock.used_in, 1.0)])
    asked = world.response.operation(launches, force(world.plan, Package()), doctrine(values))[0]
    mean = float(asked[0] * values["consumption_factor"])
    sd = max(world.response.noise(0), 1e-9)
    stock = np.maximum(one.before, 1e-9)
    return np.asarray(ndtr((np.log(mean / stock) - 0.5 * sd**2) / sd).mean(axis=0))


def _margins(world: World, values: Values, paths: Paths, r: Runs) -> dict[str, float]:
    """Leakers avoided by one more round, battery, launcher and radar."""
    base = float(r.money.leakers.mean())
    more = r.setting._replace(start=r.setting.start + ROUNDS)
    made = {"round": (base - float(run(more, world.rule).leakers.mean())) / ROUNDS}
    package = world.rule.package
    for kind in (item.kind for item in world.plan.file.item):
        extra = package._replace(**{kind: getattr(package, kind) + 1})
        s = setting(world.plan, world.response, values, paths, extra)
        # A gift: it costs no more than the plan's own package.
        gift = s._replace(bought=s.bought._replace(cost=r.setting.bought.cost,
                                                   us_cost=r.setting.bought.us_cost))  # fmt: skip
        made[kind] = base - float(run(gift, world.rule._replace(package=extra)).leakers.mean())
    if "launcher" in made:  # an item is one for every battery; the question is for one
        made["launcher"] /= force(world.plan, package).batteries
    return {f"margin_{name}": value for name, value in made.items()}


def _exchange(world: World, values: Values) -> dict[str, float]:
    """Price of what keeps one rocket from a protected place, and of the reference operation."""
    launches = np.array([max(world.plan.file.stock.used_in, 1.0)])
    rounds, leaked, saved = world.response.operation(
        launches, force(world.plan, Package()), doctrine(values)
    )
    price = values[f"supplier[{world.plan.file.supplier[0].name}].price_usd"]
    per = float(1.0 / saved[0])
    return {
        "rounds_per_saved": per,
        "cost_per_saved": float(price) * per,
        "operation_rounds": float(rounds[0] * values["consumption_factor"]),
        "operation_leaked": float(leaked[0]),
        "operation_cost": float(rounds[0] * values["consumption_factor"] * price),
        "worth_ratio": float(values["objective.usd_per_leaker"]) / (float(price) * per),
    }


def bought_at(
    world: World, values: Values, paths: Paths, prices: tuple[float, ...]
) -> dict[str, float]:
    """Rounds that the money orders with all lines at one price."""
    return {
        f"bought_at_{price:.0f}": _money(_priced(world, values, paths, price))["bought_rounds"]
        for price in prices
    }


def _priced(world: World, values: Values, paths: Paths, price: float) -> Runs:
    lines = {f"supplier[{s.name}].price_usd": price for s in world.plan.file.supplier}
    return runs(world, {**values, **lines}, paths)


def buys(world: World, paths: Paths, prices: tuple[float, ...]) -> list[dict[str, Any]]:
    """What the money buys under price assumptions: all lines at one price."""
    rows = []
    for price in prices:
        money = _money(_priced(world, world.plan.central, paths, price))
        budget = world.plan.file.money.budget
        rows.append(
            {
                "price_usd": price,
                "rounds_that_the_budget_alone_pays": budget / price,
                "rounds_ordered": money["bought_rounds"],
                "rounds_delivered": money["delivered_rounds"],
                "package": str(world.rule.package),
                "spent_usd": money["spent"],
                "left_usd": budget - money["spent"],
                "leakers_avoided": money["saved"],
            }
        )
    return rows
