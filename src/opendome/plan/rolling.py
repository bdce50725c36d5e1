"""Next year's plan, given what happened: the programme solved anew from where the plan stands."""

from typing import NamedTuple

import numpy as np

from opendome.plan import programme, tree
from opendome.plan.evaluate import Rule, Run, run
from opendome.plan.outlook import Paths
from opendome.plan.programme import State
from opendome.plan.response import Response
from opendome.plan.rules import reviews
from opendome.plan.setting import Package, Setting, setting
from opendome.plan.spec import Plan

FIRST = 60  # branches of the next year: with few, orders follow the largest that was drawn
BLOCK = 50_000  # of the tree's random numbers: not those of the plan or of its bound


class Next(NamedTuple):
    """Orders of a review."""

    month: int
    orders: tuple[float, ...]  # rounds, by line
    loss: float  # USD, expected from here on


def replan(
    plan: Plan, response: Response, month: int, state: State, package: Package, came: int,
    block: int = BLOCK,
) -> Next:  # fmt: skip
    """What to order at a review.

    Parameters
    ----------
    month : int
        A review month, or any later than the arrival of the money.
    state : programme.State
        Stock, orders outstanding and money spent by then.
    package : Package
        Bought when the money came.
    came : int
        Month in which it did.
    """
    later = tuple(m for m in plan.file.programme.review_months if m > month)
    branches = (FIRST, *plan.file.programme.branches[-len(later) :]) if later else (FIRST,)
    nodes = tree.sample(plan, plan.central, branches, block + month, later, begins=month, came=came)
    found = programme.solve(plan, response, nodes, [package], state=state)
    return Next(month, tuple(float(q) for q in found.orders[0]), found.objective)


def state_of(s: Setting, r: Run, i: int, month: int) -> State:
    """Where path i stands at the beginning of a month."""
    price = np.array([line.price[i] for line in s.lines])
    share = np.array([line.us_share[i] for line in s.lines])
    committed = np.array([line.committed for line in s.lines])
    ordered = r.ordered[i, :month].sum(axis=0)
    left = committed + ordered - r.delivered[i, :month].sum(axis=0)
    bought = float(r.bought[i])
    return State(
        float(r.stock[i, month - 1]),
        tuple(float(v) for v in left),
        float(ordered @ price + bought * s.bought.cost[i]),
        float(ordered @ (price * share) + bought * s.bought.us_cost[i]),
    )


def follow(plan: Plan, response: Response, rule: Rule, paths: Paths) -> np.ndarray:
    """Losses of re-planning at every review, on each path, USD.

    The start and the arrival of the money follow the rule; each review solves the programme anew.
    """
    losses = []
    for i in range(paths.n):
        one = Paths(*(column[i : i + 1] for column in paths))
        s = setting(plan, response, plan.central, one, rule.package)
        levels = rule.levels.copy()
        for month in reviews(plan)[1:]:
            levels[month] = np.nan
        for month in reviews(plan)[1:]:
            done = run(s, rule._replace(levels=levels))
            state = state_of(s, done, 0, month)
            bought = rule.package if done.bought[0] else Package()
            new = replan(plan, response, month, state, bought, int(s.arrival[0]))
            levels[month] = state.stock + sum(state.on_order) + np.cumsum(new.orders)
        losses.append(float(run(s, rule._replace(levels=levels)).loss[0]))
    return np.array(losses)
