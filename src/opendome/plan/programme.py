"""The purchase plan as a mixed-integer programme over a scenario tree, solved by HiGHS.

Variables: x[n, s] rounds ordered at node n from line s; z[k] = 1 where package k is bought when the
money comes; of each operation j: del[j, s] delivered by then, use[j] used, short[j] missing; with
conditional value at risk its threshold and excesses.

    min  E[ prices x + packages z - salvage (stock + orders at the end) + loss of the leakers ]
    use[j] + short[j] = sum_k D[j, k] z[k]
    use[j] <= start + sum_s del[j, s] - sum_{i before j} use[i]
    del[j, s] <= orders that may be delivered by then, <= orders before i + C(u_i, m_j)  (lines.py)
    spent at n <= money come by n;  US part of it >= its least share
    leakers of j = sum_k L[j, k] z[k] + saved[j] short[j]

Source: Rockafellar and Uryasev, Journal of Risk 2 (2000) 21-41, for the value at risk; Birge and
Louveaux, Introduction to Stochastic Programming, 2nd edition (2011), for trees.
"""

from typing import NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.plan.assumptions import Values
from opendome.plan.file import Target
from opendome.plan.outlook import Paths
from opendome.plan.response import Response
from opendome.plan.rows import Found, Model
from opendome.plan.setting import Package, Setting, delay_of, setting, start_stock
from opendome.plan.spec import Plan
from opendome.plan.tree import Node, leaves, way

MILLION = 1e6  # the programme counts in millions of USD: its numbers are then near 1
PENALTY = 1e3  # million USD for a round that a target lacks: more than any loss of a tree
GAP = 1e-4  # relative, of the search over packages
TIME_LIMIT = 900.0  # s by the clock: against hanging, far from what a busy machine needs


class State(NamedTuple):
    """Where a plan goes on after its start: rolling re-planning."""

    stock: float
    on_order: tuple[float, ...]  # by line; may be delivered at once
    spent: float  # USD, all told
    us_spent: float


class Solution(NamedTuple):
    """A solved programme."""

    objective: float  # USD
    bound: float  # USD, proven
    package: Package
    orders: np.ndarray  # (nodes, lines)
    position: np.ndarray  # (nodes,), stock and orders before the node's own
    nodes: list[Node]


class _Tree(NamedTuple):
    """What the rows need to know of each node and operation."""

    nodes: list[Node]
    ways: list[list[int]]
    leaves: list[int]
    settings: list[Setting]  # by package; one "path" a node: the operations of its arc
    start: float  # rounds
    pipeline: tuple[float, ...]  # by line
    gone: tuple[float, float]  # USD spent before, in all and in the US
    z: list[int]  # columns of the packages
    x: np.ndarray  # (nodes, lines) columns; -1 at leaves
    use: dict[tuple[int, int], int]  # (node, month) -> column
    charges: list[dict[int, float]]  # by node: column -> million USD on every path through it


def solve(
    plan: Plan, response: Response, nodes: list[Node], choices: list[Package],
    values: Values | None = None, state: State | None = None,
) -> Solution:  # fmt: skip
    """Solve the programme of a tree.

    Parameters
    ----------
    choices : list of Package
        Exactly one is bought when the money comes.
    values : mapping, optional
        Assumptions, numbers; by default the plan's.
    state : State, optional
        Where to begin; `choices` is then the one package that was bought before.

    Raises
    ------
    ScenarioError
        A target that cannot be met: by how much, and what stands against it.
    """
    model = Model()
    t = _tree(model, plan, response, nodes, choices, values, state)
    model.row(dict.fromkeys(t.z, 1.0), 1.0, 1.0)
    for i, node in enumerate(nodes):
        for event in node.events:
            _operation(model, t, i, event.month)
    paid = state is not None
    if not paid:
        _packages(t)
    _money(model, t, paid)
    target = plan.file.target
    lacks = _target(model, t, target) if target is not None and not paid else []
    _objective(model, t, plan.file.objective.cvar_weight, plan.file.objective.cvar_level)
    for column in lacks:
        model.cost[column] = PENALTY
    found = model.solve(GAP, TIME_LIMIT)
    worst = max((float(found.values[c]) for c in lacks), default=0.0)
    if target is not None and worst > 0.5:
        raise ScenarioError(_cannot(t, target, worst))
    return _read(found, t, choices)


def _tree(
    model: Model, plan: Plan, response: Response, nodes: list[Node], choices: list[Package],
    values: Values | None, state: State | None,
) -> _Tree:  # fmt: skip
    """The tree with a column for each package and each order."""
    values = plan.central if values is None else values
    paths = _paths(plan, nodes)
    settings = [setting(plan, response, values, paths, p) for p in choices]
    lines, ends = settings[0].lines, leaves(nodes)
    z = [model.column(1.0, whole=len(choices) > 1) for _ in choices]
    x = np.full((len(nodes), len(lines)), -1)
    charges: list[dict[int, float]] = [{} for _ in nodes]
    inner = set(range(len(nodes))) - set(ends)
    for i in sorted(inner):
        for k, line in enumerate(lines):
            x[i, k] = model.column()
            charges[i][int(x[i, k])] = float(line.price[i] - settings[0].salvage[i]) / MILLION
    return _Tree(
        nodes=nodes,
        ways=[way(nodes, i) for i in range(len(nodes))],
        leaves=ends,
        settings=settings,
        start=float(start_stock(plan, response, values)[1]) if state is None else state.stock,
        pipeline=tuple(ln.committed for ln in lines) if state is None else state.on_order,
        gone=(0.0, 0.0) if state is None else (state.spent, state.us_spent),
        z=z,
        x=x,
        use={},
        charges=charges,
    )


def _paths(plan: Plan, nodes: list[Node]) -> Paths:
    """The arcs of a tree as paths, one a node, with the money in the month that its path has."""
    shape = len(nodes), plan.file.months
    launches, rounds, leaked = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    delay = delay_of(plan, np.array([node.came for node in nodes]))
    for i, node in enumerate(nodes):
        for e in node.events:
            launches[i, e.month], rounds[i, e.month] = e.launches, e.rounds
            leaked[i, e.month] = e.leaked
    return Paths(launches, rounds, leaked, delay)


def _operation(model: Model, t: _Tree, i: int, m: int) -> None:
    """One operation: what it wants, uses, misses and lets through."""
    s, charge = t.settings[0], t.charges[i]
    usd = float(s.usd_per_leaker[i]) / MILLION
    use, short = model.column(), model.column()
    charge[use] = float(s.salvage[i]) / MILLION
    charge[short] = usd * float(s.saved[i, m])
    wants = {use: 1.0, short: 1.0}
    for column, each in zip(t.z, t.settings, strict=True):
        forces = each.bought if m >= each.bought.ready[i] else each.now
        wants[column] = -float(forces.rounds[i, m])
        charge[column] = charge.get(column, 0.0) + usd * float(forces.leaked[i, m])
    model.row(wants, 0.0, 0.0)
    stocked = {use: 1.0} | dict.fromkeys(_deliveries(model, t, i, m), -1.0)
    for n in t.ways[i]:
        for event in t.nodes[n].events:
            if event.month < m:
                stocked[t.use[n, event.month]] = 1.0
    model.row(stocked, -np.inf, t.start)
    t.use[i, m] = use


def _deliveries(model: Model, t: _Tree, i: int, m: int) -> list[int]:
    """A column a line: what has come by month m on the path to node i (lines.py)."""
    made = []
    first = t.nodes[t.ways[i][0]].month
    for k, line in enumerate(t.settings[0].lines):
        capacity, came = line.capacity[i], model.column()
        model.row({came: 1.0}, -np.inf, float(capacity[first : m + 1].sum()))
        terms = {came: 1.0}  # less the orders before the one at hand
        for n in t.ways[i][:-1]:
            due = t.nodes[n].month + int(line.lead[i])
            if due > m:
                break
            model.row(dict(terms), -np.inf, t.pipeline[k] + float(capacity[due : m + 1].sum()))
            terms[int(t.x[n, k])] = -1.0
        model.row(terms, -np.inf, t.pipeline[k])
        made.append(came)
    return made


def _packages(t: _Tree) -> None:
    """Price and upkeep of the packages."""
    for i in t.leaves:
        for column, each in zip(t.z, t.settings, strict=True):
            f = each.bought
            upkeep = float(f.upkeep[i]) * max(each.months - int(f.ready[i]), 0)
            cost = (float(f.cost[i]) + upkeep) / MILLION
            t.charges[i][column] = t.charges[i].get(column, 0.0) + cost


def _money(model: Model, t: _Tree, paid: bool) -> None:
    """At each node: what has been spent on the way, and where."""
    s = t.settings[0]
    for i, node in enumerate(t.nodes):
        if t.x[i, 0] < 0:
            continue
        least = float(s.us_share[i])
        spent: dict[int, float] = {}
        share: dict[int, float] = {}
        for n in t.ways[i]:
            for k, line in enumerate(s.lines):
                price = float(line.price[i]) / MILLION
                spent[int(t.x[n, k])] = price
                share[int(t.x[n, k])] = price * (float(line.us_share[i]) - least)
        came = node.month >= node.came
        if came and not paid:
            for column, each in zip(t.z, t.settings, strict=True):
                cost = float(each.bought.cost[i]) / MILLION
                spent[column] = cost
                share[column] = float(each.bought.us_cost[i]) / MILLION - least * cost
        purse = float(s.regular[i]) * (1 + node.month // 12) + came * float(s.budget[i])
        gone, us_gone = t.gone
        model.row(spent, -np.inf, max(purse - gone, 0.0) / MILLION)
        model.row(share, min(least * gone - us_gone, 0.0) / MILLION, np.inf)


def _target(model: Model, t: _Tree, target: Target) -> list[int]:
    """Rounds delivered by a month on every path; columns of what is lacking."""
    lacks = []
    for i, node in enumerate(t.nodes):
        if node.parent >= 0 and t.nodes[node.parent].month <= target.month < node.month:
            lack = model.column()
            came = dict.fromkeys(_deliveries(model, t, i, target.month), 1.0)
            model.row({**came, lack: 1.0}, target.rounds, np.inf)
            lacks.append(lack)
    return lacks


def _cannot(t: _Tree, target: Target, lack: float) -> str:
    """One line on a target that cannot be met: by how much, and what stands against it."""
    s = t.settings[0]
    month = target.month + 1
    capacity = max(sum(float(ln.capacity[i, :month].sum()) for ln in s.lines) for i in t.leaves)
    money = float(s.budget[0]) + float(s.regular[0]) * (1 + target.month // 12)
    paid = money / min(float(line.price[0]) for line in s.lines)
    against = f"budget: {money:,.0f} USD pay at most {paid:,.0f}"
    if capacity < min(paid, target.rounds):
        against = f"capacity: the lines make at most {capacity:,.0f} by then"
    elif paid >= target.rounds:
        against = "lead times, the arrival of the money and the work share"
    return (
        f"target.rounds = {target.rounds:,.0f} by month {target.month}: "
        f"{lack:,.0f} more than can be had ({against})"
    )


def _objective(model: Model, t: _Tree, weight: float, level: float) -> None:
    """Mean of the charges, or a mixture with the conditional value at risk of the paths' sums."""
    total = np.zeros(len(model.cost))
    for node, charge in zip(t.nodes, t.charges, strict=True):
        for column, cost in charge.items():
            total[column] += node.probability * cost
    model.cost = list((1.0 - weight) * total)
    if weight > 0.0:
        threshold = model.column(cost=weight, low=-np.inf)
        for i in t.leaves:
            excess = model.column(cost=weight * t.nodes[i].probability / (1.0 - level))
            row = {excess: 1.0, threshold: 1.0}
            for n in t.ways[i]:
                for column, cost in t.charges[n].items():
                    row[column] = row.get(column, 0.0) - cost
            model.row(row, 0.0, np.inf)


def _read(found: Found, t: _Tree, choices: list[Package]) -> Solution:
    """The solution in rounds and USD."""
    held = t.start + sum(t.pipeline)
    constant = -float(t.settings[0].salvage[0]) * held
    orders = np.where(t.x >= 0, found.values[t.x], 0.0)
    position = np.empty(len(t.nodes))
    for i, way_there in enumerate(t.ways):
        used = sum(found.values[t.use[n, e.month]] for n in way_there for e in t.nodes[n].events)
        position[i] = held + orders[way_there[:-1]].sum() - used
    chosen = int(np.argmax(found.values[t.z]))
    return Solution(
        found.objective * MILLION + constant,
        found.bound * MILLION + constant,
        choices[chosen],
        orders,
        position,
        t.nodes,
    )
