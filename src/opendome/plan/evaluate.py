"""What a purchase rule comes to, month by month, on many paths at once."""

from typing import NamedTuple

import numpy as np

from opendome.plan.setting import Package, Setting

ARRIVAL = -1  # row of a rule for the month in which the money comes


class Rule(NamedTuple):
    """When to order how many of what: an executable plan.

    An order from line k in month m raises stock and orders together up to `levels[m, k]`, by at
    most `most[m, k]`, the lines in turn; nan: none is placed.  The last row holds for the month in
    which the money comes.  With `split`, the first line's level is that of all lines together, and
    the order is split.  `fixed` is ordered every month.  Money and work share may cut any order.
    """

    package: Package
    levels: np.ndarray  # (months + 1, lines)
    most: np.ndarray  # (months + 1, lines), rounds
    fixed: np.ndarray  # (lines,), rounds a month
    reorder: float = np.inf  # orders only at or below this position
    split: np.ndarray | None = None  # (lines,), shares of an order


def nothing(months: int, lines: int) -> Rule:
    """A rule that buys nothing."""
    shape = months + 1, lines
    return Rule(Package(), np.full(shape, np.nan), np.full(shape, np.inf), np.zeros(lines))


class Run(NamedTuple):
    """What came of a rule on n paths."""

    stock: np.ndarray  # (n, months), rounds at the end of the month
    before: np.ndarray  # (n, months), rounds at hand when the month's operation begins
    used: np.ndarray  # (n, months)
    short: np.ndarray  # (n, months), rounds that were wanted and missing
    leaked: np.ndarray  # (n, months)
    ordered: np.ndarray  # (n, months, lines)
    delivered: np.ndarray  # (n, months, lines)
    cost: np.ndarray  # (n,), USD: orders, package, upkeep, less what is left
    spent: np.ndarray  # (n,), USD obligated
    loss: np.ndarray  # (n,), USD: cost and leakers
    bought: np.ndarray  # (n,) bool, the package

    @property
    def leakers(self) -> np.ndarray:
        """Leakers of each path."""
        return self.leaked.sum(axis=1)

    @property
    def ran_out(self) -> np.ndarray:
        """Whether rounds were ever missing, by path."""
        return np.any(self.short > 0.0, axis=1)


def run(s: Setting, rule: Rule) -> Run:
    """Follow a rule.

    Within a month: orders, deliveries, then the operation.

    Parameters
    ----------
    s : Setting
        Made for the rule's package.
    rule : Rule
    """
    n, k = s.n, len(s.lines)
    shape = n, s.months
    stock, spent, us_spent = s.start.copy(), np.zeros(n), np.zeros(n)
    backlog = np.zeros((k, n))
    due = np.zeros((k, n, s.months + 1))  # a last column for what is due after the horizon
    for i, line in enumerate(s.lines):
        due[i, :, 0] = line.committed
    on_order = np.full(n, sum(line.committed for line in s.lines))
    made = {name: np.zeros(shape) for name in ("stock", "before", "used", "short", "leaked")}
    ordered, delivered = np.zeros((*shape, k)), np.zeros((*shape, k))
    bought = np.zeros(n, bool)
    for m in range(s.months):
        came = s.arrival == m
        purse = _purse(s, m) - spent
        if not rule.package.nothing and came.any():
            buys = came & (s.bought.cost <= purse)
            bought |= buys
            spent += np.where(buys, s.bought.cost, 0.0)
            us_spent += np.where(buys, s.bought.us_cost, 0.0)
        quantity = _wanted(rule, m, came, stock + on_order)
        if quantity.any():
            quantity = _allowed(s, quantity, _purse(s, m) - spent, spent, us_spent)
            _place(s, m, quantity, due)
            price = quantity * np.stack([line.price for line in s.lines])
            spent += price.sum(axis=0)
            us_spent += (price * np.stack([line.us_share for line in s.lines])).sum(axis=0)
            on_order += quantity.sum(axis=0)
            ordered[:, m] = quantity.T
        for i, line in enumerate(s.lines):
            backlog[i] += due[i, :, m]
            delivered[:, m, i] = np.minimum(backlog[i], line.capacity[:, m])
            backlog[i] -= delivered[:, m, i]
        stock = stock + delivered[:, m].sum(axis=1)
        on_order -= delivered[:, m].sum(axis=1)
        serves = bought & (m >= s.bought.ready)
        wanted = np.where(serves, s.bought.rounds[:, m], s.now.rounds[:, m])
        leaks = np.where(serves, s.bought.leaked[:, m], s.now.leaked[:, m])
        used = np.minimum(wanted, stock)
        made["before"][:, m], made["used"][:, m] = stock, used
        made["short"][:, m] = wanted - used
        made["leaked"][:, m] = leaks + s.saved[:, m] * (wanted - used)
        stock = stock - used
        made["stock"][:, m] = stock
    upkeep = np.where(bought, s.bought.upkeep * np.maximum(s.months - s.bought.ready, 0), 0.0)
    cost = spent + upkeep - s.salvage * (stock + on_order)
    loss = cost + s.usd_per_leaker * made["leaked"].sum(axis=1)
    return Run(
        **made, ordered=ordered, delivered=delivered, cost=cost, spent=spent, loss=loss,
        bought=bought,
    )  # fmt: skip


def _purse(s: Setting, month: int) -> np.ndarray:
    """Money that has come by a month: a regular year at its beginning, the budget on arrival."""
    return s.regular * (1 + month // 12) + np.where(month >= s.arrival, s.budget, 0.0)


def _wanted(rule: Rule, month: int, came: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Rounds (lines, n) that the rule asks for, before money and work share."""
    quantity = np.repeat(rule.fixed[:, None], len(position), axis=1)
    level = np.where(came, rule.levels[ARRIVAL][:, None], rule.levels[month][:, None])
    most = np.where(came, rule.most[ARRIVAL][:, None], rule.most[month][:, None])
    level = np.where(np.isnan(level) | (position > rule.reorder), -np.inf, level)
    if rule.split is not None:
        return quantity + rule.split[:, None] * np.clip(level[0] - position, 0.0, most[0])
    for k in range(len(level)):
        raised = np.clip(level[k] - position, 0.0, most[k])
        quantity[k] += raised
        position = position + raised
    return quantity


def _allowed(
    s: Setting, quantity: np.ndarray, purse: np.ndarray, spent: np.ndarray, us_spent: np.ndarray
) -> np.ndarray:
    """Orders cut to the money, all lines alike, and then to the work share.

    Lines below the share give way until what the others add makes up for them.
    """
    price = np.stack([line.price for line in s.lines])
    total = (quantity * price).sum(axis=0)
    quantity = quantity * np.minimum(1.0, np.maximum(purse, 0.0) / np.maximum(total, 1e-9))
    over = (np.stack([line.us_share for line in s.lines]) - s.us_share) * price * quantity
    credit = us_spent - s.us_share * spent + np.maximum(over, 0.0).sum(axis=0)
    lack = -np.minimum(over, 0.0).sum(axis=0)
    keep = np.clip(credit / np.maximum(lack, 1e-9), 0.0, 1.0)
    return np.where(over < 0.0, quantity * keep, quantity)


def _place(s: Setting, month: int, quantity: np.ndarray, due: np.ndarray) -> None:
    """Put orders where they become deliverable."""
    rows = np.arange(s.n)
    for i, line in enumerate(s.lines):
        due[i, rows, np.minimum(month + line.lead, s.months)] += quantity[i]


def restored(s: Setting, r: Run) -> np.ndarray:
    """First month at whose end the stock is what it was before the reference operation.

    Returns
    -------
    (n,) float; inf where it never is
    """
    back = r.stock >= s.before[:, None]
    return np.where(back.any(axis=1), np.argmax(back, axis=1) + 1.0, np.inf)
