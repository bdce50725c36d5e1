"""Scenario trees: what may happen between the decisions of a plan.

The root decides at the start; a child of the root is the month in which the money comes; then
follow the reviews, and the leaves at the horizon.  An arc carries the operations between its ends.
Children are drawn with stratified first operations and delays, which leaves every marginal law what
it is: the expectation of a tree's optimum is then at most the true one (Shapiro, Operations
Research Letters 31 (2003) 262-274, on conditional sampling).
"""

from math import exp, floor, log, log1p
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from opendome.plan import outlook
from opendome.plan.assumptions import Values
from opendome.plan.outlook import RATE, SIZE, Paths
from opendome.plan.setting import arrival, delay_of
from opendome.plan.spec import Plan


class Event(NamedTuple):
    """An operation on an arc: its month, size, and the noise of its two figures."""

    month: int
    launches: float
    rounds: float
    leaked: float


class Node(NamedTuple):
    """A point of decision, or a leaf (month = horizon)."""

    parent: int  # -1 of the root
    month: int
    probability: float
    came: int  # month of the money on this path; the horizon before it is known
    events: tuple[Event, ...]  # on the arc from the parent


def sample(
    plan: Plan, values: Values, branches: tuple[int, ...], seed: int, months: tuple[int, ...],
    begins: int = 0, came: int | None = None,
) -> list[Node]:  # fmt: skip
    """Draw a tree.

    Parameters
    ----------
    values : mapping
        Assumptions, numbers.
    branches : tuple of int
        Children of the root, and of the nodes of each further stage, up to the leaves.
    seed : int
        Block of the plan's random numbers.
    months : tuple of int
        Months of the reviews.
    begins, came : int
        A tree that begins later, with the money come (rolling re-planning): its root is a review,
        and `branches` are those of its stages.
    """
    rng = outlook.stream(plan.file.seed, outlook.TREE, seed)
    horizon = plan.file.months
    nodes = [Node(-1, begins, 1.0, horizon if came is None else came, ())]
    stage = [0]
    ends = [*months, horizon]
    if came is None:
        ends = [-1, *ends]
    for end, count in zip(ends, branches, strict=True):
        grown: list[int] = []
        for i in stage:
            grown += _children(plan, values, nodes, i, end, count, rng)
        stage = grown
    return nodes


def _children(
    plan: Plan, values: Values, nodes: list[Node], i: int, end: int, count: int,
    rng: np.random.Generator,
) -> list[int]:  # fmt: skip
    """Add the children of a node; their rows."""
    node, made = nodes[i], []
    first, size, delay = (_strata(rng, count) for _ in range(3))
    for k in range(count):
        came, until = node.came, end
        if end < 0:
            came = until = int(arrival(plan, plan.delay.quantile(delay[k : k + 1]))[0])
        events = _events(plan, values, node.month, until, first[k], size[k], rng)
        nodes.append(Node(i, until, node.probability / count, came, events))
        made.append(len(nodes) - 1)
    return made


def _strata(rng: np.random.Generator, n: int) -> np.ndarray:
    """n uniforms, one in each n-th of the unit interval, in random order."""
    return (rng.permutation(n) + np.clip(rng.random(n), 1e-9, 1.0 - 1e-9)) / n


def _events(
    plan: Plan, values: Values, begin: int, end: int, first: float, size: float,
    rng: np.random.Generator,
) -> tuple[Event, ...]:  # fmt: skip
    """Operations of the months begin .. end - 1; waiting times are geometric."""
    found: dict[int, Event] = {}
    u, month = first, begin
    while values[RATE] > 0.0:
        month += floor(log1p(-u) / (-values[RATE] / 12.0))
        if month >= end:
            break
        found[month] = _event(month, _size(plan, values, size), rng)
        u, size, month = rng.random(), float(rng.random()), month + 1
    for ahead in plan.file.outlook.scenario:
        if begin <= ahead.month < end and rng.random() < ahead.probability:
            found[ahead.month] = _event(ahead.month, ahead.launches, rng)
    return tuple(found[m] for m in sorted(found))


def _size(plan: Plan, values: Values, u: float) -> float:
    outlooked = plan.file.outlook
    u = min(max(u, 1e-12), 1.0 - 1e-12)
    drawn = exp(log(values[SIZE]) + outlook.spread(outlooked) * float(ndtri(u)))
    return min(drawn, outlooked.most)


def _event(month: int, launches: float, rng: np.random.Generator) -> Event:
    a, b = rng.standard_normal(2)
    return Event(month, launches, float(a), float(b))


def way(nodes: list[Node], i: int) -> list[int]:
    """Rows from the root to a node."""
    found = [i]
    while nodes[found[-1]].parent >= 0:
        found.append(nodes[found[-1]].parent)
    return found[::-1]


def futures(plan: Plan, nodes: list[Node]) -> tuple[Paths, np.ndarray]:
    """The paths to the leaves, and their probabilities."""
    ends = leaves(nodes)
    shape = len(ends), plan.file.months
    launches, rounds, leaked = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for row, leaf in enumerate(ends):
        for i in way(nodes, leaf):
            for e in nodes[i].events:
                launches[row, e.month], rounds[row, e.month] = e.launches, e.rounds
                leaked[row, e.month] = e.leaked
    delay = delay_of(plan, np.array([nodes[i].came for i in ends]))
    return Paths(launches, rounds, leaked, delay), np.array([nodes[i].probability for i in ends])


def leaves(nodes: list[Node]) -> list[int]:
    """Rows without children."""
    inner = {node.parent for node in nodes}
    return [i for i in range(len(nodes)) if i not in inner]
