"""Lower bounds on the expected damage of every policy that does not see results before they come.

The fluid bound is the Lagrangian dual of the dynamic problem, or the linear programme over policy
columns (one chain of salvos a threat) whose dual it is.  Any prices >= 0 give a valid bound:
`lagrangian` evaluates it exactly; `fluid` looks for the best prices.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from opendome.kernels import rolling
from opendome.kernels.game import Game
from opendome.kernels.prices import (
    Prices,
    Room,
    best_chain,
    rent,
    respond,
    spread,
)


class Bound(NamedTuple):
    """A lower bound, the prices that prove it, and what a linear programme could reach at most."""

    value: float
    prices: Prices
    above: float  # value of the restricted programme: the fluid optimum is at most this


def room(g: Game) -> Room:
    """Capacities at the start of an evening."""
    loaded = g.launchers * g.pack
    place, rate, channel = (
        np.repeat(c[:, None], g.slots, axis=1).astype(float) for c in (loaded, g.rate, g.channels)
    )
    return Room((loaded + g.depot).astype(float), place, rate, channel, g.reload)


def lagrangian(g: Game, prices: Prices) -> float:
    """The bound that prices prove: sum of least costs of the threats, less what capacity is worth.

    Parameters
    ----------
    g : Game
    prices : Prices
        All >= 0.
    """
    work = rolling.plan(len(g.pack), g.slots)
    start(g)
    spread(prices, g.reload, work.costs)
    n = int(g.bounds[1])
    cost = respond(g.threats, 0, n, g.salvos, work.costs, work.chain, work.use)
    return float(cost - rent(prices, room(g), 0))


def to_come(g: Game, prices: Prices) -> np.ndarray:
    """W_j(k): least cost of every threat from every slot on, at prices; (threats, slots + 1)."""
    work = rolling.plan(len(g.pack), g.slots)
    start(g)
    spread(prices, g.reload, work.costs)
    found = np.repeat(g.threats.value[: int(g.bounds[1]), None], g.slots + 1, axis=1)
    for j, row in enumerate(found):
        if g.threats.first[j] < g.threats.last[j]:
            begin, end = g.threats.start[j], g.salvos.launch[g.threats.first[j]] + 1
            best_chain(g.threats, j, g.salvos, work.costs, work.chain)
            row[begin:end] = work.chain.W[begin:end]
            row[:begin] = row[begin]
    return found


def start(g: Game) -> None:
    """Every threat of the evening as it is before the first slot."""
    g.threats.weight[:] = 1.0
    g.threats.start[:] = g.detected


def ascend(g: Game, steps: int = 600, size: float = 0.05) -> tuple[float, Prices]:
    """Good prices by scaled subgradient steps, and the bound that they prove."""
    capacity = room(g)
    work = rolling.plan(len(g.pack), g.slots)
    scale = float(np.mean(g.threats.value))
    best, kept = -np.inf, _copy(work.prices)
    for i in range(0, steps, 20):
        start(g)
        shrink = size / (1.0 + 6.0 * i / steps)
        rolling.improve(
            work, g.threats, int(g.bounds[1]), g.salvos, capacity, 0, 20, shrink, scale, 0.1
        )
        for prices in (work.prices, work.mean):
            value = lagrangian(g, prices)
            if value > best:
                best, kept = value, _copy(prices)
    return best, kept


def _copy(prices: Prices) -> Prices:
    return Prices(*(p.copy() for p in prices))


# ---------------------------------------------------------------- columns


class _Columns:
    """Chains of salvos found so far: their cost and their expected use."""

    def __init__(self, g: Game) -> None:
        self.g, self.room = g, room(g)
        self.n = int(g.bounds[1])
        self.work = rolling.plan(len(g.pack), g.slots)
        self.seen: set[tuple] = set()
        self.threat: list[int] = []
        self.cost: list[float] = []
        self.chains: list[list[tuple[int, float]]] = []  # (salvo, chance that it is fired)
        for j in range(self.n):
            self._add(j, [])

    def price(self, prices: Prices) -> tuple[float, int]:
        """Bound that the prices prove, and how many of the best chains were new; adds them."""
        g, work = self.g, self.work
        start(g)
        spread(prices, g.reload, work.costs)
        total, new = 0.0, 0
        for j in range(self.n):
            total += best_chain(g.threats, j, g.salvos, work.costs, work.chain)
            new += self._add(j, self._fired(j))
        return total - rent(prices, self.room, 0), new

    def _fired(self, j: int) -> list[int]:
        """Salvos of the best chain, in order."""
        t, s, chain = self.g.threats, self.g.salvos, self.work.chain
        fired: list[int] = []
        k = int(t.start[j])
        while t.first[j] < t.last[j] and k <= s.launch[t.first[j]]:
            k = int(chain.next[k])
            if k < 0:
                break
            fired.append(int(chain.salvo[k]))
            k = int(s.again[fired[-1]])
        return fired

    def _add(self, j: int, fired: list[int]) -> bool:
        if (j, *fired) in self.seen:
            return False
        self.seen.add((j, *fired))
        left, uses = 1.0, []
        for o in fired:
            uses.append((o, left))
            left *= 1.0 - float(self.g.salvos.p[o])
        self.threat.append(j)
        self.cost.append(float(self.g.threats.value[j]) * left)
        self.chains.append(uses)
        return True

    def solve(self) -> tuple[float, Prices]:
        """Optimum of the programme over the columns so far, and its prices."""
        rows, shape = self._rows()
        capacity = np.concatenate([a.ravel() for a in self.room[:4]])
        used = np.flatnonzero(np.diff(rows.tocsr().indptr))
        one = sparse.csr_array(
            (np.ones(len(self.threat)), (self.threat, np.arange(len(self.threat)))),
            shape=(self.n, len(self.threat)),
        )
        found = linprog(
            self.cost, A_ub=rows.tocsr()[used], b_ub=capacity[used], A_eq=one,
            b_eq=np.ones(self.n), method="highs",
        )  # fmt: skip
        u = np.zeros(len(capacity))
        u[used] = np.maximum(-found.ineqlin.marginals, 0.0)
        parts = np.split(u, np.cumsum([np.prod(s, dtype=int) for s in shape])[:-1])
        return float(found.fun), Prices(*(p.reshape(s) for p, s in zip(parts, shape, strict=True)))

    def _rows(self) -> tuple[Any, list[tuple[int, ...]]]:
        """Expected use of every resource (rows) by every column."""
        s = self.g.salvos
        shape = [a.shape for a in self.room[:4]]
        at = np.cumsum([0, *(np.prod(x, dtype=int) for x in shape)])
        slots = self.g.slots
        row, column, value = [], [], []
        for c, chain in enumerate(self.chains):
            for o, chance in chain:
                b, k, meet = int(s.battery[o]), int(s.launch[o]), int(s.meet[o])
                r = [b, at[2] + b * slots + k]
                until = min(k + int(self.g.reload[b]), slots)
                r += range(at[1] + b * slots + k, at[1] + b * slots + until)
                r += range(at[3] + b * slots + k, at[3] + b * slots + meet)
                row += r
                column += [c] * len(r)
                value += [chance * float(s.rounds[o])] * len(r)
        return sparse.coo_array((value, (row, column)), shape=(at[-1], len(self.chains))), shape


def fluid(g: Game, gap: float = 1e-4, rounds: int = 60, smooth: float = 0.6) -> Bound:
    """The fluid bound by column generation with smoothed prices.

    Parameters
    ----------
    g : Game
    gap : float
        Relative gap to the programme's optimum at which it stops.
    rounds : int
        Most linear programmes.
    smooth : float
        Weight of the best prices so far in those that columns are priced at (Wentges, Int. Trans.
        Oper. Res. 4(2), 1997); without it the prices swing.

    Returns
    -------
    Bound
        `value` is exact for its prices, however good they are.
    """
    columns = _Columns(g)
    best, kept = ascend(g)
    columns.price(kept)
    above = np.inf
    for _ in range(rounds):
        above, prices = columns.solve()
        if above - best <= gap * max(above, 1e-12):
            break
        for share in (smooth, 0.0):
            trial = Prices(
                *(share * a + (1.0 - share) * b for a, b in zip(kept, prices, strict=True))
            )
            value, new = columns.price(trial)
            if value > best:
                best, kept = value, trial
            if new:
                break
        else:
            break
    return Bound(best, kept, above)
