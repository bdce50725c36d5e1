"""Purchase rules: that of the programme, and those that a staff would use."""

import numpy as np

from opendome.plan.evaluate import ARRIVAL, Rule, nothing, run
from opendome.plan.programme import Solution
from opendome.plan.setting import Setting
from opendome.plan.spec import Plan

#: Factors on a level that polishing tries; 0 stands for no order.
STEPS = (0.0, 0.8, 1.25, 1.6)
PASSES = 2
LEAST = 0.5  # rounds: an order below it is none
GAIN = 1e4  # USD of mean loss: less is no gain

#: Quantiles of the raised positions that are tried for the levels: where a line is at its capacity
#: or the money at its end, a node's order says only that the level is higher.
QUANTILES = (0.1, 0.5, 0.9)


def reviews(plan: Plan) -> tuple[int, ...]:
    """Months in which orders may be placed beside the arrival of the money: start and reviews."""
    return (0, *plan.file.programme.review_months)


def of_solution(plan: Plan, s: Solution, quantile: float = 0.5) -> Rule:
    """Order-up-to levels of a programme: a quantile of what its nodes raise stock and orders to.

    Nodes that order nothing from a line say nothing about its level; if none orders, neither does
    the rule.  The largest order of any node is the most of the rule.
    """
    rule = nothing(plan.file.months, s.orders.shape[1])
    decided = sorted({node.parent for node in s.nodes} - {-1})
    stages = np.array([_stage(s, i) for i in decided])
    for row in (*reviews(plan), ARRIVAL):
        at = np.array(decided)[stages == row]
        raised = s.position[at, None] + np.cumsum(s.orders[at], axis=1)
        for k, orders in enumerate(s.orders[at].T):
            placed = orders > LEAST
            if placed.any():
                rule.levels[row, k] = np.quantile(raised[placed, k], quantile)
                rule.most[row, k] = orders.max()
    return rule._replace(package=s.package)


def _stage(s: Solution, i: int) -> int:
    """Month of a node's stage, or `ARRIVAL`."""
    node = s.nodes[i]
    return ARRIVAL if node.parent >= 0 and s.nodes[node.parent].parent < 0 else node.month


def best(plan: Plan, s: Setting, solution: Solution) -> Rule:
    """The best rule that polishing finds from the programme's levels."""
    starts = (of_solution(plan, solution, q) for q in QUANTILES)
    made = [polished(s, rule, reviews(plan)) for rule in starts]
    return min(made, key=lambda rule: float(run(s, rule).loss.mean()))


def polished(s: Setting, rule: Rule, months: tuple[int, ...]) -> Rule:
    """The rule with each level moved as long as that lessens the mean loss on these paths.

    Coordinate search: the programme sees some hundred futures, these paths are more.
    """
    best, score = rule, float(run(s, rule).loss.mean())
    for _ in range(PASSES):
        before = score
        for row in (ARRIVAL, *months):
            for k in range(len(rule.fixed)):
                for other in _moved(best, row, k):
                    loss = float(run(s, other).loss.mean())
                    if loss < score - GAIN:
                        best, score = other, loss
        if score >= before - GAIN:
            break
    return best


def _moved(rule: Rule, row: int, line: int) -> list[Rule]:
    """The rule with one level moved, or without it; one that has none gets the highest."""
    made = []
    level = rule.levels[row, line]
    highest = np.nanmax(rule.levels) if np.isfinite(rule.levels).any() else np.nan
    for step in STEPS:
        levels = rule.levels.copy()
        levels[row, line] = step * (highest if np.isnan(level) else level) or np.nan
        if not np.array_equal(levels, rule.levels, equal_nan=True):
            made.append(rule._replace(levels=levels))
    return made


def split(plan: Plan) -> np.ndarray:
    """Shares of the lines in an order: all from the first, as far as the work share allows.

    What lies below the share is made up by the line with the largest part in the US.
    """
    v, least = plan.central, plan.find("money.us_share_min").value
    names = [f"supplier[{s.name}]" for s in plan.file.supplier]
    over = np.array([v[f"{n}.price_usd"] * (v[f"{n}.us_share"] - least) for n in names])
    shares = np.zeros(len(names))
    best = int(np.argmax(over))
    part = 0.0 if over[0] >= 0.0 or over[best] <= 0.0 else over[0] / (over[0] - over[best])
    shares[best] += part
    shares[0] += 1.0 - part
    return shares


def order_up_to(plan: Plan, level: float) -> Rule:
    """What a staff would do: at every review up to one level."""
    rule = nothing(plan.file.months, len(plan.file.supplier))
    for row in (ARRIVAL, *reviews(plan)):
        rule.levels[row, 0] = level
    return rule._replace(split=split(plan))


def reorder(plan: Plan, least: float, level: float) -> Rule:
    """(s, S): in any month in which the position is at most `least`, up to `level`."""
    rule = order_up_to(plan, level)
    rule.levels[:, 0] = level
    return rule._replace(reorder=least)


def monthly(plan: Plan, rounds: float) -> Rule:
    """Another thing a staff would do: the same order every month."""
    rule = nothing(plan.file.months, len(plan.file.supplier))
    return rule._replace(fixed=rounds * split(plan))
