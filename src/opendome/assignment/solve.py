"""Static assignment: the best plan, and a proof of how good it is.

Greedy plan -> auction -> columns where the auction stalls -> every column with reduced cost below
the gap -> integer programme.  On a few pairs first; the prices then tell which others could matter.
"""

import time
from typing import Any, NamedTuple

import numpy as np

from opendome.assignment import columns as programme
from opendome.assignment import plans, prices, problem, sparse
from opendome.assignment.certify import PRICES, Certificate
from opendome.assignment.prices import TOLERANCE, Priced
from opendome.assignment.problem import Problem
from opendome.kernels.assign_sparse import Sparse

#: Pairs a target more than prices ask for: room for prices to move, where q is spread evenly.
SPARE = 10.0
#: Pairs for which exchanges are worth their time before the first prices, if time is short.
QUICK = 10_000
#: Sets a target within the whole gap up to which one integer programme takes them all.
WHOLE = 3


class Assignment(NamedTuple):
    """A plan, and what is proven about it."""

    shots: np.ndarray  # (m, n) whole numbers: shots of each weapon type at each target
    objective: float  # expected surviving value
    bound: float  # no plan leaves less
    gap: float  # (objective - bound) / objective; 0 below 1e-13 of all value
    seconds: float  # wall clock
    prices: np.ndarray  # f8 (m,): what one shot more of each type would save, about
    certificate: Certificate

    @property
    def optimal(self) -> bool:
        """Whether the gap is closed, to one part in a million."""
        return self.gap <= TOLERANCE


def assign(
    value: Any, survive: Any, ammunition: Any, *, time_limit_s: float | None = None
) -> Assignment:
    """Solve; see `opendome.assign`."""
    return solve(problem.check(value, survive, ammunition), time_limit_s=time_limit_s)


def solve(given: Problem, *, time_limit_s: float | None = None) -> Assignment:
    """Solve a checked problem.

    Raises
    ------
    ProblemError
        The time limit is not a number of seconds >= 0.
    """
    if time_limit_s is not None and not time_limit_s >= 0.0:
        raise problem.ProblemError(f"time_limit_s = {time_limit_s} (want seconds, 0 or more)")
    begin = time.perf_counter()
    deadline = np.inf if time_limit_s is None else begin + time_limit_s
    S = sparse.first(given)
    shots, value = plans.marginal_return(S)
    few = len(given.ammunition) <= sparse.FEW
    if time_limit_s is not None and len(S.weapon) <= QUICK and not few:
        shots, value = plans.exchanged(S, shots, passes=1)
    price = prices.level(S)
    start = Priced(np.full(len(given.ammunition), price), np.zeros(0), -np.inf, shots, value)
    best = prices.improved(S, start, start.u, sparse.scratch(S))
    if few:
        best = prices.by_cycles(S, best, deadline)
    eps = 0.25 * price
    while not (few and best.closed(S)):
        best = _priced(S, best, eps, deadline)
        if len(S.weapon) == given.pairs:
            break
        enough, hoped = best.enough(S), best.bound
        more = sparse.eligible(given, best.u, best.K, best.K * min(0.02, SPARE / len(best.u)))
        S, best = _moved(given, S, more, best)
        if best.closed(S) or best.bound >= hoped - 0.1 * enough or time.perf_counter() >= deadline:
            break
        eps = 5.0 * (best.objective - best.bound) / len(best.K)
    bound, rests_on = best.bound, PRICES
    if not best.closed(S) and time.perf_counter() < deadline:
        S, best, bound, rests_on = _integer(given, S, best, deadline)
    if not best._replace(bound=bound).closed(S) and time.perf_counter() < deadline:
        shots, value = plans.exchanged(S, best.shots)
        best = best._replace(shots=shots, objective=value) if value < best.objective else best
    return _answer(given, S, best, (bound, rests_on), time.perf_counter() - begin)


def _priced(S: Sparse, best: Priced, eps: float, deadline: float) -> Priced:
    """The best prices over the pairs of S, and a plan."""
    if S.ammunition.max() <= prices.COPIES:
        best = prices.by_auction(S, best, eps, deadline)
    if not best.closed(S):
        best = prices.by_columns(S, best, deadline)
    return best


def _moved(given: Problem, old: Sparse, more: sparse.Pairs, best: Priced) -> tuple[Sparse, Priced]:
    """The same plan and prices over more pairs; the bound is that of these pairs."""
    S = sparse.complete(given, sparse.union(sparse.pairs(old), more)[0])
    shots = np.zeros(len(S.weapon), np.int64)
    fired = np.flatnonzero(best.shots)
    shots[np.searchsorted(_key(S), _key(old)[fired])] = best.shots[fired]
    best = best._replace(shots=shots, bound=-np.inf)
    return S, prices.improved(S, best, best.u, sparse.scratch(S))


def _key(S: Sparse) -> np.ndarray:
    return sparse.target_of_row(S) * len(S.ammunition) + S.weapon


def _integer(
    given: Problem, S: Sparse, best: Priced, deadline: float
) -> tuple[Sparse, Priced, float, str]:
    """Close the gap: no plan better than bound + width uses a set of reduced cost above width.

    Returns also what the bound rests on.
    """
    bound, rests_on = best.bound, PRICES
    gap = best.objective - bound
    width = 10.0 * best.enough(S)
    whole = len(S.weapon) == given.pairs  # else there are more sets than these
    if whole and programme.within(S, best.u, best.K + gap, sparse.scratch(S), WHOLE * len(best.K)):
        width = gap
    while time.perf_counter() < deadline:
        width = min(width, gap)
        S, best = _moved(
            given, S, sparse.eligible(given, best.u, best.K, np.full(len(best.K), width)), best
        )
        found = programme.within(S, best.u, best.K + width, sparse.scratch(S))
        if found is None:
            break
        told = programme.solve(
            S, found, best.u, best.K, tolerance=0.5 * best.enough(S),
            time_limit_s=None if deadline == np.inf else deadline - time.perf_counter(),
        )  # fmt: skip
        if told.value < best.objective:
            best = prices.rounded(S, best, found, told.x)
        if min(told.bound, best.bound + width) > bound:
            bound = min(told.bound, best.bound + width)
            rests_on = (
                f"prices up to {best.bound:.12g}, from there on HiGHS: the integer programme over "
                f"the {len(found.A)} sets with a reduced cost of at most {width:.9g} at the prices"
            )
        if best.objective - bound <= best.enough(S) or width >= gap:
            break
        gap = best.objective - best.bound
        width *= 10.0
    return S, best, min(bound, best.objective), rests_on


def _answer(
    given: Problem, S: Sparse, best: Priced, claim: tuple[float, str], seconds: float
) -> Assignment:
    m, n = given.survive.shape
    rows = np.flatnonzero(best.shots)
    target = sparse.target_of_row(S)[rows]
    pairs = np.stack([S.weapon[rows], target, best.shots[rows]], axis=1)
    shots = np.zeros((m, n), np.min_scalar_type(int(best.shots.max(initial=0))))
    shots[pairs[:, 0], pairs[:, 1]] = pairs[:, 2]
    objective = prices.objective(S, best.shots)
    bound = min(claim[0], objective)  # rounding can lift it above, by a part in 1e15
    apart = objective - bound > prices.ROUNDING * given.value.sum()
    gap = (objective - bound) / objective if apart else 0.0
    proof = Certificate(pairs, best.u, objective, best.bound, bound, claim[1])
    return Assignment(shots, objective, bound, gap, seconds, best.u, proof)
