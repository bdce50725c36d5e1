"""From a plan file to a plan: learn, optimise, bound, evaluate, explain, run again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.montecarlo import Progress
from opendome.plan import assumptions as assumed
from opendome.plan import (
    bound,
    figures,
    information,
    outlook,
    programme,
    resimulate,
    response,
    rolling,
    rules,
    siting,
    spec,
    studies,
    tree,
)
from opendome.plan.bound import Gap
from opendome.plan.evaluate import Rule, Run, run
from opendome.plan.figures import Runs, World
from opendome.plan.information import Bar, Worth
from opendome.plan.outlook import Paths
from opendome.plan.programme import Solution
from opendome.plan.resimulate import Again
from opendome.plan.response import Response
from opendome.plan.setting import Package, Setting, packages, setting
from opendome.plan.siting import Ground, Sites
from opendome.plan.spec import Plan

#: Blocks of the plan's random numbers: paths on which rules are trained, judged, explained.
TRAIN, JUDGE, EXPLAIN, BATCH = 100, 200, 300, 1000
TRAINED = 1000  # paths
EXPLAINED = 300  # paths behind a figure at other assumptions
DRAWS = 60  # of all assumptions at once
INFORMED, EACH = 400, 25  # draws and paths of each behind the value of information
FOLLOWED = 12  # paths of rolling re-planning
BUDGETS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5)  # of the plan's, on the frontier
PRICES = (50e3, 75e3, 100e3, 125e3, 150e3)  # USD, as published

Tell = Callable[[str], None]


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
    loss_half: float  # half-width of the loss, 95 %


@dataclass(frozen=True)
class Outcome:
    """A plan with all that was found out about it."""

    plan: Plan
    response: Response
    fresh: bool  # studies made for this plan's scenario and design
    solution: Solution
    rule: Rule
    world: World
    gap: Gap
    judged: tuple[Judged, ...]  # the plan, no money, and the simple rules
    frontier: tuple[Judged, ...]
    followed: tuple[float, float, float]  # loss of re-planning and of the rule, difference's error
    runs: Runs
    paths: Paths
    central: dict[str, float]  # figures
    low: dict[str, float]  # 5 % and 95 % over the assumptions
    high: dict[str, float]
    bars: dict[str, list[Bar]]
    worths: tuple[Worth, ...]
    buys: tuple[dict[str, Any], ...]
    ground: Ground | None
    sited: tuple[Sites, ...]  # best 1, 2, ... batteries
    extended: tuple[Sites, ...]  # those in service and further ones
    further: np.ndarray  # degrees
    again: Again | None

    @property
    def answers(self) -> dict[str, Any]:
        """The printed answers by name."""
        from opendome.plan.answers import answers

        return answers(self)


def learned(
    plan: Plan, *, remake: bool = False, workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Response, bool]:  # fmt: skip
    """The response of a plan: from its cache, else from studies that are run now.

    Returns
    -------
    response
    fresh : bool
        Whether the studies were made for this scenario and design.

    Raises
    ------
    ScenarioError
        Its error is above the plan's limit.
    """
    path = studies.cache(plan)
    found = None if remake else studies.read(path)
    if found is None:
        table = studies.run(plan, workers, progress)
        try:
            studies.write(path, plan, table)
        except OSError as error:
            raise ScenarioError(f"{path}: cannot be written ({error.strerror})") from None
        fresh = True
    else:
        head, table = found
        fresh = studies.current(plan, head)
    made = response.learn(table)
    response.check(made, plan.file.response)
    return made, fresh


def optimise(plan: Plan, learned: Response) -> tuple[Solution, Rule]:
    """The programme's solution and the rule made of it.

    Raises
    ------
    ScenarioError
        A target cannot be met.
    """
    p = plan.file.programme
    nodes = tree.sample(plan, plan.central, p.branches, 0, p.review_months)
    found = programme.solve(plan, learned, nodes, packages(plan))
    paths = _paths(plan, TRAIN, TRAINED)
    s = setting(plan, learned, plan.central, paths, found.package)
    return found, rules.best(plan, s, found)


def _paths(plan: Plan, block: int, n: int, values: dict[str, Any] | None = None) -> Paths:
    file = plan.file
    values = values or plan.central
    delay = plan.delay
    if "money.delay_days" in values and np.ndim(values["money.delay_days"]) == 0:
        given = float(values["money.delay_days"])
        if given != delay.value:  # an assumption put to an end: the delay is then known
            delay = delay._replace(value=given, low=given, high=given)
    return outlook.paths(file.outlook, delay, values, file.months, n, file.seed, block)


def bounded(plan: Plan, learned: Response, rule: Rule, losses: np.ndarray, tell: Tell) -> Gap:
    """The bound: optima of independent trees, and the rule on the same futures."""
    p = plan.file.programme
    optima, ours = [], []
    for k in range(p.batches):
        tell(f"bound: tree {k + 1} of {p.batches}")
        nodes = tree.sample(plan, plan.central, p.branches, BATCH + k, p.review_months)
        optima.append(programme.solve(plan, learned, nodes, packages(plan)).bound)
        paths, chance = tree.futures(plan, nodes)
        s = setting(plan, learned, plan.central, paths, rule.package)
        ours.append(float(chance @ run(s, rule).loss))
    return bound.gap(optima, ours, losses)


def judge(name: str, plan: Plan, learned: Response, rule: Rule, paths: Paths) -> Judged:
    """A rule on fresh paths."""
    s = setting(plan, learned, plan.central, paths, rule.package)
    r = run(s, rule)
    level = plan.file.objective.cvar_level
    worst = np.sort(r.loss)[int(np.floor(level * len(r.loss))) :]
    return Judged(
        name, rule, plan.file.money.budget, float(r.loss.mean()), float(worst.mean()),
        float(r.leakers.mean()), float(r.ran_out.mean()), float(r.spent.mean()),
        1.96 * float(r.loss.std(ddof=1)) / len(r.loss) ** 0.5,
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
    plan: Plan, learned: Response, package: Package, paths: Paths, tell: Tell
) -> list[Judged]:
    """Plans of other budgets and of a cautious planner, with the plan's package or without it."""
    made = []
    objective, train = plan.file.objective, _paths(plan, TRAIN, TRAINED)
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


def _near(plan: Plan) -> list[Package]:
    """Packages of one kind of item: enough for a frontier."""
    return [p for p in packages(plan) if sum(n > 0 for n in p) <= 1]


def informed(plan: Plan, learned: Response, rule: Rule) -> list[Worth]:
    """Value of information: candidate plans under draws of all assumptions."""
    varying = plan.varying
    u = np.repeat(
        outlook.uniforms(plan.file.seed, outlook.ASSUMED, INFORMED, len(varying)), EACH, 0
    )
    values = plan.central | assumed.draw(varying, u)
    paths = _paths(plan, EXPLAIN + 1, len(u), values)
    paths = paths._replace(delay=np.asarray(values["money.delay_days"]))
    losses, names = [], []
    for package in _near(plan):
        s = setting(plan, learned, values, paths, package)
        for name, scaled in _scaled(rule).items():
            one = run(s, scaled._replace(package=package))
            losses.append(one.loss.reshape(INFORMED, EACH).mean(axis=1))
            names.append(f"{name}, {package}")
    return information.worth(varying, u[::EACH], np.array(losses).T, names)


def _scaled(rule: Rule) -> dict[str, Rule]:
    """Plans that buy less or more than the chosen one."""
    made = {
        f"{f:g} x levels": rule._replace(levels=f * rule.levels, most=f * rule.most)
        for f in (0.5, 1.0, 1.5, 2.0)
    }
    first = rule.levels.copy()
    first[:, 1:] = np.nan
    made["first line only"] = rule._replace(levels=first)
    return made


def spread(world: World, tell: Tell) -> tuple[dict[str, float], dict[str, float]]:
    """5 % and 95 % of every figure over draws of all assumptions."""
    plan = world.plan
    u = outlook.uniforms(plan.file.seed, outlook.ASSUMED, DRAWS, len(plan.varying), 1)
    drawn = assumed.draw(plan.varying, u)
    made = []
    for i in range(DRAWS):
        tell(f"assumptions: draw {i + 1} of {DRAWS}")
        values = plan.central | {name: float(v[i]) for name, v in drawn.items()}
        paths = _paths(plan, EXPLAIN + 2 + i, EXPLAINED, values)
        made.append(figures.figures(world, values, paths))
    low, high = (
        {k: float(np.quantile([m[k] for m in made], q, method="nearest")) for k in made[0]}
        for q in (0.05, 0.95)
    )
    return low, high


def make(
    name_or_path: str | Path | Plan, budget_usd: float | None = None, *, workers: int = 1,
    remake_studies: bool = False, simulate: bool = True,
    progress: Callable[[Progress], None] | None = None, tell: Tell = lambda _: None,
) -> Outcome:  # fmt: skip
    """Make a plan.

    Parameters
    ----------
    name_or_path : str, path or Plan
    budget_usd : float, optional
        Instead of the file's.
    workers : int
        Processes for simulations; the result does not depend on it.
    remake_studies : bool
        Run the studies anew and keep them.
    simulate : bool
        Run the plan again in the full simulator.
    progress, tell : callable, optional
        Called with the progress of simulations, and with what is being done.

    Raises
    ------
    ScenarioError
        Bad input, a target that cannot be met, or a surrogate that errs more than the plan accepts.
    """
    plan = name_or_path if isinstance(name_or_path, Plan) else spec.load(name_or_path)
    plan = plan if budget_usd is None else plan.with_budget(budget_usd)
    tell("studies")
    learned_, fresh = learned(plan, remake=remake_studies, workers=workers, progress=progress)
    tell("programme")
    solution, rule = optimise(plan, learned_)
    return _explain(plan, learned_, fresh, solution, rule, workers, simulate, progress, tell)


def _explain(
    plan: Plan, learned_: Response, fresh: bool, solution: Solution, rule: Rule, workers: int,
    simulate: bool, progress: Callable[[Progress], None] | None, tell: Tell,
) -> Outcome:  # fmt: skip
    poor = plan.with_budget(0.0)
    world = World(plan, learned_, rule, optimise(poor, learned_)[1])
    paths = _paths(plan, JUDGE, plan.file.programme.paths)
    runs = figures.runs(world, plan.central, paths)
    gap = bounded(plan, learned_, rule, runs.money.loss, tell)
    train = _paths(plan, TRAIN, TRAINED)
    judged = [judge("this plan", plan, learned_, rule, paths)]
    judged.append(judge("without the money", poor, learned_, world.without, paths))
    judged += [
        judge(name, plan, learned_, one, paths) for name, one in baselines(plan, learned_, train)
    ]
    edge = frontier(plan, learned_, rule.package, paths, tell)
    tell("rolling re-planning")
    few = _paths(plan, EXPLAIN, FOLLOWED)
    fixed = run(setting(plan, learned_, plan.central, few, rule.package), rule).loss
    rolled = rolling.follow(plan, learned_, rule, few)
    error = float((rolled - fixed).std(ddof=1)) / few.n**0.5
    low, high = spread(world, tell)
    same = _paths(plan, EXPLAIN, EXPLAINED)

    def at(values: dict[str, Any]) -> dict[str, float]:
        return figures.figures(world, values, _paths(plan, EXPLAIN, EXPLAINED, values))

    bars = information.tornado(plan.varying, plan.central, at, lambda: tell("tornado"))
    tell("value of information")
    worths = informed(plan, learned_, rule)
    tell("siting")
    where, sited, extended, further = _sited(plan)
    seen = None
    if simulate:
        tell("full simulator")
        seen = resimulate.again(
            plan, learned_, rule, further, plan.file.programme.resimulated, workers, progress
        )
    return Outcome(
        plan=plan, response=learned_, fresh=fresh, solution=solution, rule=rule, world=world,
        gap=gap, judged=tuple(judged), frontier=tuple(edge),
        followed=(float(rolled.mean()), float(fixed.mean()), error), runs=runs, paths=paths,
        central=figures.figures(world, plan.central, paths), low=low, high=high, bars=bars,
        worths=tuple(worths), buys=tuple(figures.buys(world, same, PRICES)), ground=where,
        sited=sited, extended=extended, further=further, again=seen,
    )  # fmt: skip


def _sited(plan: Plan) -> tuple[Ground, tuple[Sites, ...], tuple[Sites, ...], np.ndarray]:
    """Coverage of the best sites for 1, 2, ... batteries, and of those in service with more."""
    from opendome import engine

    options = plan.file.siting
    where = siting.ground(engine.prepare(plan.scenario), options.step)
    counts = range(1, min(options.most, len(where.sites)) + 1)
    sited = tuple(siting.choose(where, n, options.unavailable) for n in counts)
    more = max(studies.most(plan).batteries, 1)
    extended = tuple(siting.extended(where, more, options.unavailable))
    degrees = studies.degrees_of(plan, where.sites, extended[-1])[where.in_service :]
    return where, sited, extended, degrees


__all__ = ["Outcome", "Run", "Setting", "learned", "make", "optimise"]
