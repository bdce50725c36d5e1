"""From a plan file to a plan: learn, optimise, bound, evaluate, explain, run again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from opendome.errors import ScenarioError
from opendome.montecarlo import Progress
from opendome.plan import assumptions as assumed
from opendome.plan import (
    bound,
    doctrines,
    figures,
    information,
    judged,
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
from opendome.plan.judged import Judged
from opendome.plan.outlook import Paths
from opendome.plan.programme import Solution
from opendome.plan.resimulate import Again
from opendome.plan.response import Response
from opendome.plan.setting import Package, Setting, packages, paths_at, setting
from opendome.plan.siting import Ground, Sites
from opendome.plan.spec import Plan

#: Blocks of the plan's random numbers: paths on which rules are trained, judged, explained.
TRAIN, JUDGE, EXPLAIN, BATCH = 100, 200, 300, 1000
TRAINED = 1000  # paths
EXPLAINED = 300  # paths behind a figure at other assumptions
DRAWS = 100  # of all assumptions at once
INFORMED, EACH = 400, 25  # draws and paths of each behind the value of information
FOLLOWED = 12  # paths of rolling re-planning
PRICES = (50e3, 75e3, 100e3, 125e3, 150e3)  # USD, as published

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """A plan with all that was found out about it."""

    plan: Plan
    response: Response
    fresh: bool  # studies made for this plan's scenario and design, by this program
    solution: Solution
    rule: Rule
    world: World
    gap: Gap
    judged: tuple[Judged, ...]  # the plan, no money, and the simple rules
    frontier: tuple[Judged, ...]
    followed: tuple[float, float, float]  # loss of re-planning and of the rule, difference's error
    runs: Runs
    paths: Paths
    central: dict[str, float]  # figures at the plan's values
    middle: dict[str, float]  # median, 5 % and 95 % over draws of all assumptions
    low: dict[str, float]
    high: dict[str, float]
    bars: dict[str, list[Bar]]
    worths: tuple[Worth, ...]
    buys: tuple[dict[str, Any], ...]
    doctrines: tuple[dict[str, Any], ...]  # as world.doctrines
    grounds: dict[float, Ground]  # by the share of launch points that a battery must meet
    sited: tuple[Sites, ...]  # best 1, 2, ... batteries
    extended: tuple[Sites, ...]  # those in service and further ones
    further: np.ndarray  # degrees
    again: Again | None

    @cached_property
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
        Whether the studies were made for this scenario and design, by this program.

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


def optimise(plan: Plan, learned: Response, others: tuple[Rule, ...] = ()) -> tuple[Solution, Rule]:
    """The programme's solution and the rule made of it, or a better one of `others`.

    Raises
    ------
    ScenarioError
        A target cannot be met.
    """
    p = plan.file.programme
    nodes = tree.sample(plan, plan.central, p.branches, 0, p.review_months)
    found = programme.solve(plan, learned, nodes, packages(plan))
    paths = paths_at(plan, TRAIN, TRAINED)
    s = setting(plan, learned, plan.central, paths, found.package)
    rule = rules.best(plan, s, found)
    score = float(run(s, rule).loss.mean())
    for other in others:  # the rule without the money is open to who has it: more never hurts
        s = setting(plan, learned, plan.central, paths, other.package)
        loss = float(run(s, other).loss.mean())
        if loss < score:
            rule, score = other, loss
    return found, rule


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
    paths = paths_at(plan, EXPLAIN + 1, len(u), values)
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


def spread(world: World, tell: Tell) -> tuple[dict[str, float], ...]:
    """5 %, median and 95 % of every figure over draws of all assumptions."""
    plan = world.plan
    u = outlook.uniforms(plan.file.seed, outlook.ASSUMED, DRAWS, len(plan.varying), 1)
    drawn = assumed.draw(plan.varying, u)
    made = []
    for i in range(DRAWS):
        tell(f"assumptions: draw {i + 1} of {DRAWS}")
        values = plan.central | {name: float(v[i]) for name, v in drawn.items()}
        paths = paths_at(plan, EXPLAIN + 2 + i, EXPLAINED, values)
        made.append(figures.figures(world, values, paths))
        made[-1] |= figures.bought_at(world, values, paths, PRICES)
    return tuple(
        {k: float(np.quantile([m[k] for m in made], q, method="nearest")) for k in made[0]}
        for q in (0.05, 0.5, 0.95)
    )


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
    plan = plan.knowing(learned_.assumptions)
    tell("programme")
    _, without = optimise(plan.with_budget(0.0), learned_)
    solution, rule = optimise(plan, learned_, (without,))
    train = paths_at(plan, TRAIN, TRAINED)
    world = World(plan, learned_, rule, without, doctrines.tuned(plan, learned_, rule, train))
    return _explain(world, fresh, solution, workers, simulate, progress, tell)


def _explain(
    world: World, fresh: bool, solution: Solution, workers: int, simulate: bool,
    progress: Callable[[Progress], None] | None, tell: Tell,
) -> Outcome:  # fmt: skip
    plan, learned_, rule = world.plan, world.response, world.rule
    poor = plan.with_budget(0.0)
    paths = paths_at(plan, JUDGE, plan.file.programme.paths)
    runs = figures.runs(world, plan.central, paths)
    gap = bounded(plan, learned_, rule, runs.money.loss, tell)
    train = paths_at(plan, TRAIN, TRAINED)
    every = [("this plan", plan, rule), ("without the money", poor, world.without)]
    every += [(name, plan, one) for name, one in judged.baselines(plan, learned_, train)]
    found = [judged.judge(name, p, learned_, one, paths) for name, p, one in every]
    edge = judged.frontier(plan, learned_, rule.package, train, paths, tell)
    tell("rolling re-planning")
    few = paths_at(plan, EXPLAIN, FOLLOWED)
    fixed = run(setting(plan, learned_, plan.central, few, rule.package), rule).loss
    rolled = rolling.follow(plan, learned_, rule, few)
    error = float((rolled - fixed).std(ddof=1)) / few.n**0.5
    low, middle, high = spread(world, tell)
    same = paths_at(plan, EXPLAIN, EXPLAINED)

    def at(values: dict[str, Any]) -> dict[str, float]:
        return figures.figures(world, values, paths_at(plan, EXPLAIN, EXPLAINED, values))

    bars = information.tornado(plan.varying, plan.central, at, lambda: tell("tornado"))
    tell("value of information")
    worths = informed(plan, learned_, rule)
    tell("siting")
    grounds, sited, extended, further = _sited(plan)
    seen = None
    if simulate:
        tell("full simulator")
        seen = resimulate.again(
            plan, learned_, rule, further, plan.file.programme.resimulated, workers, progress
        )
    return Outcome(
        plan=plan, response=learned_, fresh=fresh, solution=solution, rule=rule, world=world,
        gap=gap, judged=tuple(found), frontier=tuple(edge),
        followed=(float(rolled.mean()), float(fixed.mean()), error), runs=runs, paths=paths,
        central=figures.figures(world, plan.central, paths), middle=middle, low=low, high=high,
        bars=bars,
        worths=tuple(worths), buys=tuple(figures.buys(world, same, PRICES)), grounds=grounds,
        doctrines=tuple(doctrines.rows(plan, learned_, world.doctrines, same)),
        sited=sited, extended=extended, further=further, again=seen,
    )  # fmt: skip


def _sited(
    plan: Plan,
) -> tuple[dict[float, Ground], tuple[Sites, ...], tuple[Sites, ...], np.ndarray]:
    """Coverage of the best sites for 1, 2, ... batteries, and of those in service with more."""
    from opendome import engine

    options = plan.file.siting
    grounds = siting.grounds(engine.prepare(plan.scenario), options.step)
    where = grounds[siting.REACHED]
    counts = range(1, min(options.most, len(where.sites)) + 1)
    sited = tuple(siting.choose(where, n, options.unavailable) for n in counts)
    more = studies.most(plan).batteries + 1
    extended = tuple(siting.extended(where, more, options.unavailable))
    degrees = studies.degrees_of(plan, where.sites, extended[-1])[where.in_service :]
    return grounds, sited, extended, degrees


__all__ = ["Outcome", "Run", "Setting", "learned", "make", "optimise"]
