"""What a rule comes to: balances, lines, rules of a staff against closed forms, re-planning."""

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pytest

from opendome.plan import bound, evaluate, information, outlook, rolling, rules, setting
from opendome.plan.assumptions import Assumption
from opendome.plan.evaluate import ARRIVAL, nothing
from opendome.plan.lines import Line
from opendome.plan.outlook import Paths
from opendome.plan.programme import State
from opendome.plan.setting import Package
from tests.unit.plan_small import BATTERY, FLAT, SECOND, helped, small


def settings(plan, n=300, block=9):
    paths = outlook.paths(
        plan.file.outlook, plan.delay, plan.central, plan.file.months, n, 7, block
    )
    return setting.setting(plan, FLAT, plan.central, paths, Package())


def demanded(plan, demand):
    """A setting in which each month asks for given rounds, (n, months)."""
    n = len(demand)
    paths = Paths(np.ones_like(demand), *(np.zeros_like(demand),) * 2, np.full(n, 20.0))
    s = setting.setting(plan, FLAT, plan.central, paths, Package())
    now = s.now._replace(rounds=demand, leaked=0.0 * demand)
    return s._replace(now=now, bought=now, saved=np.ones_like(demand))


# ---------------------------------------------------------------- balances


def test_run__keeps_every_round():
    plan = small(more=SECOND, share=0.3)
    s = settings(plan)
    rule = rules.order_up_to(plan, 2000.0)
    r = evaluate.run(s, rule)
    came = r.delivered.sum(axis=(1, 2))
    assert np.allclose(s.start + came - r.used.sum(axis=1), r.stock[:, -1])
    assert np.all(r.stock >= 0.0)
    assert np.all(came <= r.ordered.sum(axis=(1, 2)) + 1e-9)
    assert np.allclose(r.used + r.short, s.now.rounds)
    price = np.array([50e3, 80e3])
    assert np.allclose(r.spent, r.ordered.sum(axis=1) @ price)
    assert np.all(r.spent <= s.budget + 1e-6)
    # Work share: the far line alone is in the US.
    assert np.all(80e3 * r.ordered[:, :, 1].sum(axis=1) >= 0.3 * r.spent - 1e-3)


def test_delivery__is_the_queue_of_lindley():
    # Orders of random months and sizes: deliveries by a recursion written down here.
    rng = np.random.default_rng(3)
    plan = small(months=36, reviews=[12], lead=4, rate=600, stock=0.0, budget=1e12)
    s = demanded(plan, np.zeros((1, 36)))
    placed = np.where(rng.random(36) < 0.3, rng.uniform(50.0, 300.0, 36), 0.0)
    placed[:2] = 0.0
    rule = nothing(36, 1)
    for m in np.flatnonzero(placed):
        rule.levels[m], rule.most[m] = 1e9, placed[m]
    r = evaluate.run(s, rule)
    # The last round ordered in month m leaves when the line has worked off what came before.
    done = 0.0  # in units of months of work
    finish = []
    for m in np.flatnonzero(placed):
        done = max(done, m + 4.0) + placed[m] / 50.0
        finish.append((placed[: m + 1].sum(), done))
    arrived = np.cumsum(r.delivered[0, :, 0])
    for total, when in finish:
        if when < 36.0:
            assert arrived[int(np.ceil(when - 1e-9)) - 1] >= total - 1e-6
            assert when - 1.0 < 4.0 or arrived[int(np.ceil(when - 1e-9)) - 2] < total


def test_money__comes_in_its_month_and_not_before():
    plan = small(budget=40e6)
    s = settings(plan, 50)
    rule = nothing(24, 1)
    rule.levels[:] = 1e9
    r = evaluate.run(s, rule)
    first = np.argmax(r.ordered[:, :, 0] > 0.0, axis=1)
    assert np.array_equal(first, s.arrival)
    assert np.allclose(r.spent, 40e6)


def test_package__serves_from_the_month_in_which_it_is_ready():
    plan = small(more=BATTERY, budget=50e6)
    paths = outlook.paths(plan.file.outlook, plan.delay, plan.central, 24, 20, 7, 1)
    paths = paths._replace(launches=np.full((20, 24), 100.0))
    s = setting.setting(plan, helped(2.0 / 3.0), plan.central, paths, Package(battery=1))
    r = evaluate.run(s, nothing(24, 1)._replace(package=Package(battery=1)))
    assert r.bought.all()
    ample = 5.0 * 2.0 / np.where(np.arange(24) >= s.bought.ready[:, None], 3.0, 2.0)
    assert np.allclose(r.leaked - s.saved * r.short, ample)
    poor = evaluate.run(s._replace(budget=s.budget * 0.5), nothing(24, 1)._replace(
        package=Package(battery=1)))  # fmt: skip
    assert not poor.bought.any()


# ---------------------------------------------------------------- closed forms


def test_order_up_to__is_the_newsvendor_every_month():
    # Review every month, no lead, exponential demand, missing rounds lost: the best level is the
    # quantile (p - c) / (p - v) of one month's demand, v the price at which what is left over
    # replaces an order of the next month: c.  So p / (p + holding): here by price and salvage.
    rng = np.random.default_rng(11)
    n, months = 3000, 2
    demand = np.zeros((n, months))
    demand[:, 1] = rng.exponential(300.0, n)
    plan = small(months=24, budget=1e9, leaker=150e3, stock=0.0, salvage=10e3, rate=1e7, lead=0)
    s = demanded(plan, np.pad(demand, ((0, 0), (0, 22))))
    best = min(np.arange(100.0, 900.0, 20.0),
               key=lambda v: evaluate.run(s, _once(plan, v)).loss.mean())  # fmt: skip
    ratio = (150e3 - 50e3) / (150e3 - 10e3)
    assert best == pytest.approx(-300.0 * log(1.0 - ratio), abs=30.0)  # the loss is flat there


def _once(plan, level):
    rule = nothing(plan.file.months, 1)
    rule.levels[ARRIVAL] = level
    return rule


def test_reorder__has_the_mean_stock_and_orders_of_the_closed_form():
    # (s, S) with exponential demand of mean 1/mu, no lead: the position after ordering is uniform
    # on (s, S) but for an atom at S of probability 1 / (1 + mu (S - s)), the chance of an order
    # (Karlin's renewal density of exponential demand is constant; Arrow, Karlin and Scarf 1958).
    rng = np.random.default_rng(2)
    mean, low, high, months = 40.0, 300.0, 500.0, 120
    demand = rng.exponential(mean, (400, months))
    plan = small(months=240, reviews=[12], budget=1e12, stock=500.0, rate=1e9, lead=0)
    s = demanded(plan, np.pad(demand, ((0, 0), (0, 120))))
    r = evaluate.run(s, rules.reorder(plan, low, high))
    late = slice(40, months)  # stationary after some renewals; the money is there from month 1
    after = r.before[:, late]
    chance = 1.0 / (1.0 + (high - low) / mean)
    orders = (r.ordered[:, late, 0] > 0.0).mean()
    # 32,000 dependent months: standard errors near 0.003 and 1 round.
    assert orders == pytest.approx(chance, abs=0.01)
    assert after.mean() == pytest.approx(chance * high + (1 - chance) * (low + high) / 2, abs=4.0)
    assert np.mean(after >= high - 1e-9) == pytest.approx(chance, abs=0.01)
    # Its order quantity: S - s and one exponential overshoot.
    sizes = r.ordered[:, late, 0]
    assert sizes[sizes > 0.0].mean() == pytest.approx(high - low + mean, abs=3.0)


def test_economic_order__minimises_what_the_closed_form_minimises():
    # Fixed cost K an order and holding cost h: S - s = sqrt(2 K mean / h) for exponential demand.
    rng = np.random.default_rng(4)
    mean, fixed, holding = 40.0, 1000.0, 1.0
    demand = rng.exponential(mean, (200, 100))
    plan = small(months=240, reviews=[12], budget=1e12, stock=500.0, rate=1e9, lead=0)
    s = demanded(plan, np.pad(demand, ((0, 0), (0, 140))))

    def cost(width):
        r = evaluate.run(s, rules.reorder(plan, 400.0, 400.0 + width))
        late = slice(30, 100)
        return fixed * (r.ordered[:, late, 0] > 0.0).mean() + holding * r.before[:, late].mean()

    widths = np.arange(160.0, 460.0, 20.0)
    best = widths[int(np.argmin([cost(w) for w in widths]))]
    assert best == pytest.approx(sqrt(2.0 * fixed * mean / holding), abs=60.0)  # 283; flat there


# ---------------------------------------------------------------- laws


def test_more_money_and_less_delay__never_hurt_a_rule_that_uses_them():
    plan = small(budget=20e6, leaker=5e6, salvage=39e3, stock=100.0)
    s = settings(plan, 1000)
    rule = nothing(24, 1)
    rule.levels[ARRIVAL] = 3000.0
    # Every round that comes saves leakers: more of them, or earlier, cannot add any.
    leakers = [evaluate.run(s._replace(budget=s.budget * f), rule).leakers for f in (0, 1, 2, 4)]
    assert all(np.all(b <= a + 1e-9) for a, b in pairwise(leakers))
    late = [evaluate.run(s._replace(arrival=np.full(s.n, a)), rule).leakers for a in (1, 4, 8)]
    assert all(np.all(b >= a - 1e-9) for a, b in pairwise(late))


def test_paths__with_the_same_block_are_the_same_and_longer_draws_begin_alike():
    plan = small()
    a, b = (outlook.paths(plan.file.outlook, plan.delay, plan.central, 24, n, 7, 3)
            for n in (50, 90))  # fmt: skip
    for short, long in zip(a, b, strict=True):
        assert np.array_equal(short, long[:50])


def test_outlook__has_the_rate_and_the_sizes_that_were_fitted():
    plan = small()
    rate, median = outlook.fit(plan.file.outlook)
    paths = outlook.paths(plan.file.outlook, plan.delay, plan.central, 240, 2000, 7, 5)
    seen = paths.launches[paths.launches > 0.0]
    # 40,000 years: the rate is known to 1 %, and the median to 2 %.
    assert (paths.launches > 0.0).mean() == pytest.approx(1 - exp(-rate.value / 12.0), rel=0.03)
    assert np.median(seen) == pytest.approx(median.value, rel=0.04)
    assert rate.low < 0.2 < rate.high  # 2 operations in 10 years
    assert np.log(seen[seen < 20_000]).std() == pytest.approx(
        outlook.spread(plan.file.outlook), rel=0.05
    )


def test_outlook__takes_operations_put_in_by_hand():
    ahead = '[[outlook.scenario]]\nname = "x"\nmonth = 7\nlaunches = 1234\nprobability = 0.25'
    plan = small(outlook=ahead)
    paths = outlook.paths(plan.file.outlook, plan.delay, plan.central, 24, 4000, 7, 3)
    # Standard error 0.7 %.
    assert np.mean(paths.launches[:, 7] == 1234.0) == pytest.approx(0.25, abs=0.03)


# ---------------------------------------------------------------- re-planning, information, bound


def test_replanning__orders_up_to_one_position():
    # A linear price and no fixed cost: what is at hand and on order replaces orders one for one.
    plan = small(stock=300.0, rate=6000)
    raised = []
    for stock, waiting in ((400.0, 0.0), (600.0, 0.0), (300.0, 300.0)):
        state = State(stock, (waiting,), 0.0, 0.0)
        order = rolling.replan(plan, FLAT, 12, state, Package(), 1).orders[0]
        raised.append(stock + waiting + order)
    assert raised == pytest.approx([raised[0]] * 3, rel=1e-9)
    rich = State(9000.0, (0.0,), 0.0, 0.0)
    assert rolling.replan(plan, FLAT, 12, rich, Package(), 1).orders[0] == 0.0


def test_rolling__is_no_worse_than_the_rule_that_it_replaces():
    plan = small(stock=300.0, branches=[4, 12, 8])
    from opendome.plan import make

    _, rule = make.optimise(plan, FLAT)
    paths = outlook.paths(plan.file.outlook, plan.delay, plan.central, 24, 60, 7, 77)
    rolled = rolling.follow(plan, FLAT, rule, paths)
    fixed = evaluate.run(setting.setting(plan, FLAT, plan.central, paths, rule.package), rule).loss
    error = (rolled - fixed).std(ddof=1) / sqrt(60)
    assert rolled.mean() <= fixed.mean() + 3.0 * error


def test_worth__is_that_of_a_problem_that_can_be_solved_by_hand():
    # Two plans, losses 0 and x with x uniform on (-1, 1): knowing x is worth E max(0, -x) = 1/4;
    # an assumption that does not matter is worth nothing.
    rng = np.random.default_rng(1)
    u = rng.random((4000, 2))
    losses = np.column_stack([np.zeros(4000), 2.0 * u[:, 0] - 1.0 + 0.3 * rng.normal(size=4000)])
    both = [Assumption(n, 0.5, 0.0, 1.0, "uniform", "assumed", "") for n in ("x", "other")]
    first, second = information.worth(both, u, losses, ["a", "b"])
    assert first.assumption == "x"
    assert first.usd == pytest.approx(0.25, abs=0.03)  # standard error 0.008, regression 0.01
    assert second.usd < 0.03
    assert first.switches == pytest.approx(0.5, abs=0.05)


def test_gap__has_students_limits():
    g = bound.gap([1.0, 2.0, 3.0], [2.0, 3.5, 4.5], np.array([5.0, 7.0]))
    assert g.gap == pytest.approx(4.0 / 3.0)
    # t with 2 degrees of freedom at 95 %: 2.920; deviation of (1, 1.5, 1.5) over sqrt(3).
    assert g.limit == pytest.approx(4.0 / 3.0 + 2.920 * 0.28868 / sqrt(3.0), rel=1e-3)
    assert (g.lower, g.upper) == (2.0, 6.0)


def test_line__is_shifted_by_the_money_and_ramps():
    plan = small()
    supplier = plan.file.supplier[0]
    made = setting.lines.line(supplier, plan.central, np.array([1, 5]), 24)
    assert isinstance(made, Line)
    assert np.all(made.capacity == 100.0)  # 1,200 a year; a line that is open does not wait
