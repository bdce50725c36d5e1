"""The programme against closed forms, brute force and laws; the bound; rules."""

import itertools

import numpy as np
import pytest
from scipy import stats

from opendome.errors import ScenarioError
from opendome.plan import bound, evaluate, make, programme, rules, setting, tree
from opendome.plan.setting import Package
from opendome.plan.tree import Event, Node
from tests.unit.plan_small import BATTERY, FLAT, SECOND, helped, small

NOW = [Package()]


def star(sizes, month, horizon, came=1):
    """A root, the money in month `came`, and one operation in a month, of equally likely sizes."""
    nodes = [Node(-1, 0, 1.0, horizon, ()), Node(0, came, 1.0, came, ())]
    nodes += [
        Node(1, horizon, 1.0 / len(sizes), came, (Event(month, float(v), 0.0, 0.0),)) for v in sizes
    ]
    return nodes


def one_period(**changes):
    return small(months=24, reviews=[], branches=[2, 5], lead=1, rate=1e6, **changes)


@pytest.mark.parametrize("leaker", [80e3, 2e5, 1e6])
def test_programme__is_the_newsvendor(leaker):
    # One order before one operation: order up to the quantile (p - c) / (p - v) of the demand, with
    # p the loss of a missing round.  The sizes are quantiles, so the answer is one of them.
    sizes = np.sort(stats.lognorm(0.6, scale=2000.0).ppf((np.arange(199) + 0.5) / 199))
    plan = one_period(leaker=leaker, stock=0.0, salvage=10e3, budget=1e9)
    found = programme.solve(plan, FLAT, star(sizes, 12, 24), NOW)
    p, c, v = 0.8 * leaker, 50e3, 10e3
    wanted = np.quantile(0.4 * sizes, (p - c) / (p - v), method="inverted_cdf")
    assert found.orders.sum() == pytest.approx(wanted, rel=1e-6)
    cost = c * wanted - v * np.maximum(wanted - 0.4 * sizes, 0.0)
    loss = leaker * (0.05 * sizes + 0.8 * np.maximum(0.4 * sizes - wanted, 0.0))
    assert found.objective == pytest.approx(np.mean(cost + loss), rel=1e-9)


def brute(plan, nodes, choices, steps):
    """Least mean loss over whole-numbered orders, followed month by month by evaluate.run."""
    paths, chance = tree.futures(plan, nodes)
    inner = sorted({n.parent for n in nodes} - {-1})
    ways = [set(tree.way(nodes, i)) for i in tree.leaves(nodes)]
    best = np.inf
    for package in choices:
        s = setting.setting(plan, FLAT, plan.central, paths, package)
        for orders in itertools.product(*steps):
            loss = 0.0
            for row, way in enumerate(ways):
                one = _only(s, row)
                fixed = evaluate.nothing(plan.file.months, 1)._replace(package=package)
                loss += chance[row] * _followed(one, fixed, nodes, inner, orders, way)
            best = min(best, loss)
    return best


def _only(s, row):
    """One path of a setting."""

    def cut(value):
        return value[row : row + 1] if isinstance(value, np.ndarray) else value

    def part(value):
        return type(value)(*(cut(v) for v in value))

    return s._replace(
        lines=tuple(part(line) for line in s.lines), now=part(s.now), bought=part(s.bought),
        **{name: cut(getattr(s, name)) for name in s._fields if name not in
           ("months", "lines", "now", "bought")},
    )  # fmt: skip


def _followed(one, rule, nodes, inner, orders, way):
    """Loss of given orders on a path: each is raised to from the position that it meets."""
    levels, most = rule.levels.copy(), rule.most.copy()
    for i, quantity in zip(inner, orders, strict=True):
        if i in way:
            row = evaluate.ARRIVAL if nodes[i].parent == 0 else nodes[i].month
            levels[row], most[row] = 1e9, quantity
    return float(evaluate.run(one, rule._replace(levels=levels, most=most)).loss[0])


def test_programme__is_the_deterministic_equivalent():
    # Two stages, three futures, lead and capacity: the programme's linear rows against the monthly
    # simulation at every combination of orders on a grid that holds the optimum.
    plan = small(months=12, reviews=[6], branches=[1, 1, 3], lead=2, rate=600, stock=100.0,
                 budget=30e6, leaker=150e3)  # fmt: skip
    nodes = [
        Node(-1, 0, 1.0, 12, ()), Node(0, 1, 1.0, 1, ()),
        Node(1, 6, 0.5, 1, (Event(4, 600.0, 0.0, 0.0),)), Node(1, 6, 0.5, 1, ()),
        Node(2, 12, 0.5, 1, (Event(10, 900.0, 0.0, 0.0),)),
        Node(3, 12, 0.25, 1, (Event(9, 1200.0, 0.0, 0.0),)), Node(3, 12, 0.25, 1, ()),
    ]  # fmt: skip
    found = programme.solve(plan, FLAT, nodes, NOW)
    grid = [0, 50, 100, 150, 200, 250, 300, 400]
    best = brute(plan, nodes, NOW, [[0], grid, grid, grid])
    # The grid can only be worse, by a step of 50 rounds at most.
    assert found.objective <= best + 1e-6
    assert best - found.objective <= 50 * 120e3
    exact = [*found.orders[[0, 1, 2, 3], 0]]
    at = brute(plan, nodes, NOW, [[q] for q in exact])
    assert at == pytest.approx(found.objective, rel=1e-9)


def test_programme__chooses_the_package_that_brute_force_chooses():
    # A battery more halves the leakers: worth its price only where leakers cost enough.
    steep = helped(0.5)._replace(leaked=lambda x: np.full(len(x), 0.2))
    for leaker, wanted in ((1e4, Package()), (1e6, Package(battery=1))):
        plan = one_period(leaker=leaker, stock=5000.0, more=BATTERY, budget=50e6)
        nodes = star([2000.0], 12, 24)
        choices = setting.packages(plan)
        assert choices == [Package(), Package(battery=1)]
        both = [programme.solve(plan, steep, nodes, [c]).objective for c in choices]
        found = programme.solve(plan, steep, nodes, choices)
        assert found.package == wanted == choices[int(np.argmin(both))]
        assert found.objective == pytest.approx(min(both), rel=1e-6)


def test_cvar__is_that_of_the_losses():
    sizes = np.linspace(500.0, 5000.0, 40)
    risky = one_period(leaker=2e5, stock=0.0, cvar=1.0, budget=1e9)
    found = programme.solve(risky, FLAT, star(sizes, 12, 24), NOW)
    order = found.orders.sum()
    loss = 50e3 * order - 10e3 * np.maximum(order - 0.4 * sizes, 0.0)
    loss = loss + 2e5 * (0.05 * sizes + 0.8 * np.maximum(0.4 * sizes - order, 0.0))
    # The mean of the worst tenth, by definition (40 equally likely losses: the worst 4).
    assert found.objective == pytest.approx(np.mean(np.sort(loss)[-4:]), rel=1e-6)
    neutral = programme.solve(
        one_period(leaker=2e5, stock=0.0, budget=1e9), FLAT, star(sizes, 12, 24), NOW
    )
    assert order > neutral.orders.sum()


def sampled(plan, block=0):
    p = plan.file.programme
    return tree.sample(plan, plan.central, p.branches, block, p.review_months)


def test_money__never_hurts():
    plan = small(more=SECOND, share=0.3, stock=300.0)
    nodes = sampled(plan)
    losses = [programme.solve(plan.with_budget(b), FLAT, nodes, NOW).objective
              for b in (0.0, 5e6, 20e6, 60e6, 200e6)]  # fmt: skip
    assert losses[0] > losses[-1]
    assert np.all(np.diff(losses) <= 1.0)  # USD


def test_delay__never_helps():
    # The same operations, the money in later and later months.
    losses = []
    for came in (1, 3, 6, 9):
        plan = one_period(leaker=1e6, stock=0.0)
        nodes = star([1000.0, 4000.0], 10, 24, came)
        losses.append(programme.solve(plan, FLAT, nodes, NOW).objective)
    assert np.all(np.diff(losses) >= -1.0)
    late = programme.solve(plan, FLAT, star([1000.0, 4000.0], 10, 24, 11), NOW).objective
    assert late > losses[0]


def test_work_share__is_kept_on_every_path():
    plan = small(more=SECOND, share=0.4, stock=100.0)
    found = programme.solve(plan, FLAT, sampled(plan), NOW)
    assert found.orders.sum() > 100.0
    for leaf in tree.leaves(found.nodes):
        for end in range(1, len(tree.way(found.nodes, leaf))):
            near, far = found.orders[tree.way(found.nodes, leaf)[:end]].sum(axis=0)
            assert 80e3 * far >= 0.4 * (50e3 * near + 80e3 * far) - 1.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": 120}, "capacity: the lines make at most 120 by then"),
        ({"budget": 1e6}, r"budget: 1,000,000 USD pay at most 20"),
        ({"lead": 11}, "lead times, the arrival of the money and the work share"),
    ],
)
def test_target__that_cannot_be_met_says_what_is_against_it(changes, said):
    top = "[target]\nrounds = 900\nmonth = 11"
    plan = small(outlook=top, **({"budget": 500e6} | changes))
    with pytest.raises(ScenarioError, match=rf"target.rounds = 900 by month 11: .*{said}"):
        programme.solve(plan, FLAT, sampled(plan), NOW)


def test_target__that_can_be_met_is_met():
    plan = small(outlook="[target]\nrounds = 300\nmonth = 11", budget=500e6, leaker=1.0)
    found = programme.solve(plan, FLAT, sampled(plan), NOW)
    assert found.orders[:2].sum() >= 300.0 - 1e-6
    free = programme.solve(small(budget=500e6, leaker=1.0), FLAT, sampled(plan), NOW)
    assert free.orders.sum() == pytest.approx(0.0, abs=1e-6)


def test_bound__brackets_the_truth():
    # With one stage the true optimum is known: the newsvendor's on a fine grid of sizes.
    plan = one_period(leaker=3e5, stock=0.0, budget=1e9)
    law = stats.lognorm(0.5, scale=2000.0)
    fine = law.ppf((np.arange(2001) + 0.5) / 2001)
    truth = programme.solve(plan, FLAT, star(fine, 12, 24), NOW).objective
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(10):
        trees = [star(law.ppf(rng.random(25)), 12, 24) for _ in range(8)]
        optima = [programme.solve(plan, FLAT, nodes, NOW).bound for nodes in trees]
        rule = rules.order_up_to(plan, 700.0)  # not the best
        ours = []
        for nodes in trees:
            paths, chance = tree.futures(plan, nodes)
            s = setting.setting(plan, FLAT, plan.central, paths, Package())
            ours.append(float(chance @ evaluate.run(s, rule).loss))
        paths, _ = tree.futures(plan, star(fine, 12, 24))
        s = setting.setting(plan, FLAT, plan.central, paths, Package())
        losses = evaluate.run(s, rule).loss
        g = bound.gap(optima, ours, losses)
        assert g.gap >= 0.0
        hits += g.lower_limit <= truth and losses.mean() - truth <= g.limit
    # 95 % each, one-sided: 8 of 10 would be rare (1 %) if they were true to 95 %.
    assert hits >= 8


def test_rule__is_nearly_as_good_as_its_programme():
    plan = small(stock=300.0, branches=[4, 24, 16])
    solution, rule = make.optimise(plan, FLAT)
    g = make.bounded(plan, FLAT, rule, np.zeros(2), lambda _: None)
    assert solution.package == Package()
    assert g.gap >= 0.0
    assert g.gap < 0.05 * g.lower  # measured 2 %; with few branches the bound is loose


def test_plan__is_the_same_again_and_another_with_another_seed():
    plan = small(stock=300.0)
    first, second = (make.optimise(plan, FLAT)[1] for _ in range(2))
    assert np.array_equal(first.levels, second.levels, equal_nan=True)
    other = make.optimise(small(stock=300.0, top="", months=24, leaker=1.01e6), FLAT)[1]
    assert not np.array_equal(first.levels, other.levels, equal_nan=True)
