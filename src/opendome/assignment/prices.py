"""Prices of weapons that prove a bound: the auction, and columns where it stalls."""

import time
from typing import NamedTuple

import numpy as np

from opendome.assignment import columns as programme
from opendome.assignment import plans, sparse
from opendome.errors import CapacityError
from opendome.kernels import assign_auction as auctions
from opendome.kernels import assign_sparse as kernels
from opendome.kernels.assign_enumerate import costs
from opendome.kernels.assign_oracle import Scratch
from opendome.kernels.assign_sparse import Sparse

#: Shots that are weapons of their own in an auction; with more, columns start at once.
COPIES = 4
#: Each phase of the auction divides eps by this.
SCALE = 5.0


#: Relative gap at which a plan counts as optimal, and the part of all value that is rounding.
TOLERANCE, ROUNDING = 1e-6, 1e-13
#: Cycles of replaced shots in one go at most.
CYCLES = 3000
#: Sets a target within the gap up to which one programme holds them all.
DIRECT = 5
#: Trust region at first, in widths of the pool of sets.
BOX = 8.0
#: Shots at the border of the trust region that are rounding.
SHORT = 1e-6
#: Linear programmes in one go at most.
ROUNDS = 60


class Priced(NamedTuple):
    """Prices and what they prove; shots of the best plan met on the way, row by row."""

    u: np.ndarray  # f8 (m,)
    K: np.ndarray  # f8 (n,): least cost of each target at u
    bound: float
    shots: np.ndarray  # i8 (rows,)
    objective: float

    def enough(self, S: Sparse) -> float:
        """Difference of objective and bound at which the plan counts as optimal."""
        return TOLERANCE * self.objective + ROUNDING * float(S.value.sum())

    def closed(self, S: Sparse) -> bool:
        """Whether the plan counts as optimal."""
        return self.objective - self.bound <= self.enough(S)


def level(S: Sparse) -> float:
    """The price at which all ammunition finds a buyer, about: where to start."""
    return kernels.level(S.value, S.start, S.q, int(S.ammunition.sum()))


def objective(S: Sparse, shots: np.ndarray) -> float:
    """Value that a plan leaves in the mean."""
    left = S.value.copy()
    used = np.flatnonzero(shots)
    np.multiply.at(left, sparse.target_of_row(S)[used], S.q[used] ** shots[used])
    return float(left.sum())


def by_auction(S: Sparse, start: Priced, start_eps: float, deadline: float) -> Priced:
    """Phases of the auction with ever smaller eps, until the gap is closed or it stalls.

    Parameters
    ----------
    start : Priced
        Prices to begin from; what it knows is kept where the auction finds no better.
    start_eps : float
        Of the first phase: how far prices may be wrong.
    deadline : float
        On `time.perf_counter`.
    """
    single, kind, row_begin = sparse.single_shots(S)
    turned = sparse.by_weapon(single)
    s, whole = sparse.scratch(single), sparse.scratch(S)
    M = auctions.market(S.value, len(kind), sparse.DEPTH)
    M.u[:] = start.u[kind]
    eps = start_eps
    best, stalls = start, 0
    limit = 10 * (len(kind) + len(S.value))
    while eps > 0.0 and stalls < 3 and time.perf_counter() < deadline:
        steps = auctions.auction(single, *turned, eps, limit, M, s)
        u = np.full(len(S.ammunition), np.inf)
        np.minimum.at(u, kind, M.u)
        u[u == np.inf] = 0.0
        best = improved(S, best, u, whole)
        shots = _held(row_begin, M)
        value = float(M.A.sum())
        if value < best.objective:
            best = best._replace(shots=shots, objective=value)
        stalls += steps >= limit
        if best.closed(S):
            break
        eps /= SCALE
    return best


def _held(row_begin: np.ndarray, M: auctions.Market) -> np.ndarray:
    """Shots of each row of S that the market holds."""
    each = np.zeros(row_begin[-1], np.int64)
    each[M.row[M.holder >= 0]] = 1
    total = np.concatenate([[0], np.cumsum(each)])
    return total[row_begin[1:]] - total[row_begin[:-1]]


def improved(S: Sparse, best: Priced, u: np.ndarray, s: Scratch) -> Priced:
    """The better of the known prices and u."""
    K = np.empty(len(S.value))
    bound = costs(S, u, K, s)
    return best._replace(u=u.copy(), K=K, bound=bound) if bound > best.bound else best


def by_cycles(S: Sparse, start: Priced, deadline: float) -> Priced:
    """Cycles of replaced shots, and the prices that the plan without them implies."""
    prices: list[np.ndarray] = []
    best, done = start, 0
    while not prices and done < CYCLES and time.perf_counter() < deadline:
        most = CYCLES if deadline == np.inf else 16
        shots, value, prices = plans.rotated(S, best.shots, most)
        best = best._replace(shots=shots, objective=value) if value < best.objective else best
        done += most
    s = sparse.scratch(S)
    for u in prices:
        best = improved(S, best, u, s)
        if best.closed(S):
            break
    return best


def by_columns(S: Sparse, start: Priced, deadline: float) -> Priced:
    """Linear programmes over a pool of near-optimal sets, prices in a trust region.

    Sets that turn out cheap at the prices found join the pool, sets that stay dear leave it.  The
    region grows while the bound follows what the programme promises, and shrinks where it fails.
    """
    if time.perf_counter() >= deadline:
        return start
    s = sparse.scratch(S)
    code = np.random.default_rng(0).integers(1, 2**62, len(S.weapon))
    best = start
    width, pool = _window(S, best, s)
    box = BOX * width
    for _ in range(ROUNDS):
        left = deadline - time.perf_counter()
        if left <= 0.0:
            break
        told = programme.solve(S, pool, best.u, best.K, box=box, time_limit_s=left)
        there = improved(S, best._replace(bound=-np.inf), told.u, s)
        gained, promised = there.bound - best.bound, told.value - best.bound
        if gained > 0.0:
            best = there
        best = rounded(S, best, pool, told.x)
        little = 0.1 * best.enough(S)
        kept = promised - gained <= little and told.short <= SHORT  # the region did not bind
        if best.closed(S) or promised <= little or kept:
            break
        if gained < 0.0:
            box *= 0.7
        elif gained > 0.5 * promised:
            box *= 1.5
        more = programme.within(S, there.u, there.K + 0.3 * width, s)
        reduced = pool.A + pool.price(S, best.u) - best.K[pool.target]
        pool = pool.take(np.flatnonzero(reduced < 3.0 * width))
        pool = pool if more is None else programme.join(pool, more, code)
    return best


def _window(S: Sparse, best: Priced, s: Scratch) -> tuple[float, programme.Columns]:
    """A reduced cost that leaves some eight sets a target, and those sets."""
    gap = max(best.objective - best.bound, best.enough(S))
    all_of_it = programme.within(S, best.u, best.K + gap, s, DIRECT * len(S.value))
    if all_of_it is not None:
        return gap, all_of_it
    width = gap / len(S.value)
    some = programme.within(S, best.u, best.K, s)
    for _ in range(40):
        found = programme.within(S, best.u, best.K + width, s)
        some = some if found is None else found
        count = np.inf if found is None else len(found.A)
        if count > 10 * len(S.value):
            width *= 0.6
        elif count < 5 * len(S.value):
            width *= 1.5
        else:
            break
    if some is None:
        raise CapacityError(f"more than {programme.MOST:,} sets of shots tie at the best prices")
    return width, some


def rounded(S: Sparse, best: Priced, columns: programme.Columns, x: np.ndarray) -> Priced:
    """The better of the known plan and that of the columns that are mostly taken, completed."""
    taken = columns.take(np.flatnonzero(x > 0.5)).row
    shots = np.bincount(taken, minlength=len(S.weapon)).astype(np.int64)
    shots, value = plans.marginal_return(S, plans.cut(S, shots))
    return best._replace(shots=shots, objective=value) if value < best.objective else best
