"""Prices of weapons that prove a bound: the auction, and columns where it stalls."""

import time
from typing import NamedTuple

import numpy as np

from opendome.assignment import columns as programme
from opendome.assignment import plans, sparse
from opendome.kernels import assign_auction as auctions
from opendome.kernels.assign_enumerate import costs
from opendome.kernels.assign_oracle import Scratch
from opendome.kernels.assign_sparse import Sparse

#: Shots that are weapons of their own in an auction; with more, columns start at once.
COPIES = 4
#: Each phase of the auction divides eps by this.
SCALE = 5.0


#: Relative gap at which a plan counts as optimal, and the part of all value that is rounding.
TOLERANCE, ROUNDING = 1e-6, 1e-13
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
    """The price at which all ammunition finds a buyer if each target meets its surest weapon only.

    Bisection on the marginal return of the last shot.
    """
    surest = np.minimum.reduceat(np.append(S.q, 1.0), S.start[:-1])
    surest = np.where(np.diff(S.start) > 0, surest, 1.0)
    p, shots = 1.0 - surest, float(S.ammunition.sum())
    with np.errstate(divide="ignore"):
        w = np.where(surest > 0.0, -np.log(surest), np.inf)
    low, high = 0.0, float((S.value * p).max(initial=0.0))
    for _ in range(60):
        price = 0.5 * (low + high)
        if price <= 0.0:
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            more = np.where(p > 0.0, np.log(np.maximum(S.value * p, price) / price) / w, 0.0)
        wanted = np.where(S.value * p > price, np.floor(more) + 1.0, 0.0).sum()
        low, high = (price, high) if wanted > shots else (low, price)
    return high


def objective(S: Sparse, shots: np.ndarray) -> float:
    """Value that a plan leaves in the mean."""
    left = S.value.copy()
    used = np.flatnonzero(shots)
    np.multiply.at(left, sparse.target_of_row(S)[used], S.q[used] ** shots[used])
    return float(left.sum())


def by_auction(S: Sparse, start: Priced, deadline: float) -> Priced:
    """Phases of the auction with ever smaller eps, until the gap is closed or it stalls.

    Parameters
    ----------
    start : Priced
        Prices to begin from; what it knows is kept where the auction finds no better.
    deadline : float
        On `time.perf_counter`.
    """
    single, kind, row_begin = sparse.single_shots(S)
    turned = sparse.by_weapon(single)
    s, whole = sparse.scratch(single), sparse.scratch(S)
    M = auctions.market(S.value, len(kind), sparse.DEPTH)
    M.u[:] = start.u[kind]
    eps = 0.25 * level(S)
    best, stalls = start, 0
    limit = 20 * (len(kind) + len(S.value))
    while eps > 0.0 and stalls < 2 and time.perf_counter() < deadline:
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


def by_columns(S: Sparse, start: Priced, deadline: float) -> Priced:
    """Linear programmes over near-optimal sets, prices in a trust region, until they agree.

    All sets with reduced cost <= width are columns.  While prices move by at most width / 6,
    sets of up to five shots outside cannot become optimal, so each programme is exact in its
    region (docs/theory/assignment.md).
    """
    s = sparse.scratch(S)
    best = start
    width = _width(S, best, s)
    for _ in range(ROUNDS):
        found = programme.within(S, best.u, best.K + width, s)
        if found is None:
            width *= 0.5
            continue
        if time.perf_counter() >= deadline:
            break
        box = width / 4.0
        left = deadline - time.perf_counter()
        told = programme.solve(S, found, best.u, best.K, box=box, time_limit_s=left)
        before = best
        best = improved(S, best, told.u, s)
        best = rounded(S, best, found, told.x)
        gained, promised = best.bound - before.bound, told.value - before.bound
        if best.closed(S) or promised <= 0.1 * best.enough(S):
            break
        if gained < 0.5 * promised:
            width *= 0.5
    return best


def _width(S: Sparse, best: Priced, s: Scratch) -> float:
    """A reduced cost that leaves some twenty sets a target."""
    width = max(best.objective - best.bound, best.enough(S)) / len(S.value)
    for _ in range(30):
        found = programme.within(S, best.u, best.K + width, s)
        count = np.inf if found is None else len(found.A)
        if count > 60 * len(S.value):
            width *= 0.6
        elif count < 15 * len(S.value):
            width *= 1.5
        else:
            break
    return width


def rounded(S: Sparse, best: Priced, columns: programme.Columns, x: np.ndarray) -> Priced:
    """The better of the known plan and that of the columns that are mostly taken, completed."""
    shots = np.zeros(len(S.weapon), np.int64)
    for c in np.flatnonzero(x > 0.5):
        np.add.at(shots, columns.row[columns.start[c] : columns.start[c + 1]], 1)
    shots, value = plans.marginal_return(S, plans.cut(S, shots))
    return best._replace(shots=shots, objective=value) if value < best.objective else best
