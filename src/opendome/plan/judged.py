"""Rules judged on fresh paths: the plan, the simple rules of a staff, and other budgets."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from opendome.plan import programme, rules, tree
from opendome.plan.evaluate import Rule, run
from opendome.plan.outlook import Paths
from opendome.plan.response import Response
from opendome.plan.setting import Package, packages, setting
from opendome.plan.spec import Plan

BUDGETS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5)  # of the plan's, on the frontier
LEVEL = 1.645  # standard errors of an interval of 90 %


class Judged(NamedTuple):
    """A rule by its name, judged on fresh paths."""

    name: str
    rule: Rule
    budget: float
    loss: float
    cvar: float
    leakers: float
    ran_out: float
    spent: float
    losses: np.ndarray  # (paths,), USD

    @property
    def loss_half(self) -> float:
        """Half-width of the mean loss, 90 %."""
        return LEVEL * float(self.losses.std(ddof=1)) / len(self.losses) ** 0.5

    def over(self, other: "Judged") -> tuple[float, float]:
        """Mean loss saved over another rule on the same paths, USD, and its half-width, 90 %."""
        saved = other.losses - self.losses
        return float(saved.mean()), LEVEL * float(saved.std(ddof=1)) / len(saved) ** 0.5


def judge(name: str, plan: Plan, learned: Response, rule: Rule, paths: Paths) -> Judged:
    """A rule on fresh paths."""
    s = setting(plan, learned, plan.central, paths, rule.package)
    r = run(s, rule)
    level = plan.file.objective.cvar_level
    worst = np.sort(r.loss)[int(np.floor(level * len(r.loss))) :]
    return Judged(
        name, rule, plan.file.money.budget, float(r.loss.mean()), float(worst.mean()),
        float(r.leakers.mean()), float(r.ran_out.mean()), float(r.spent.mean()), r.loss,
    )  # fmt: skip


def baselines(plan: Plan, learned: Response, paths: Paths) -> list[tuple[str, Rule]]:
    """Rules that a staff would use, each at its best parameter on the training paths."""
    s = setting(plan, learned, plan.central, paths, Package())

    def best(candidates: list[Rule]) -> Rule:
        return min(candidates, key=lambda rule: float(run(s, rule).loss.mean()))

    stock = plan.find("stock.rounds").value
    levels = [stock * f for f in (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)]
    rates = [5.0, 10.0, 20.0, 40.0, 80.0, 160.0]
    return [
        ("order up to the stock before", rules.order_up_to(plan, stock)),
        ("order up to the best level", best([rules.order_up_to(plan, v) for v in levels])),
        ("fixed monthly order, the best", best([rules.monthly(plan, q) for q in rates])),
    ]


def frontier(
    plan: Plan, learned: Response, package: Package, train: Paths, paths: Paths,
    tell: Callable[[str], None],
) -> list[Judged]:  # fmt: skip
    """Plans of other budgets and of a cautious planner, with the plan's package or without it.

    Parameters
    ----------
    train, paths : Paths
        On which the rules are polished, and judged.
    """
    made = []
    objective = plan.file.objective
    choices = list(dict.fromkeys([Package(), package]))
    for share in BUDGETS:
        for weight in sorted({objective.cvar_weight, 0.5}):
            tell(f"frontier: {share:.0%} of the budget, CVaR weight {weight:g}")
            other = plan.with_budget(share * plan.file.money.budget)
            cautious = objective.model_copy(update={"cvar_weight": weight})
            other = replace(other, file=other.file.model_copy(update={"objective": cautious}))
            p = other.file.programme
            nodes = tree.sample(other, other.central, p.branches, 0, p.review_months)
            found = programme.solve(
                other, learned, nodes, [c for c in choices if c in packages(other)]
            )
            s = setting(other, learned, other.central, train, found.package)
            rule = rules.polished(s, rules.of_solution(other, found), rules.reviews(other))
            made.append(judge(f"CVaR weight {weight:g}", other, learned, rule, paths))
    return made
