"""An independent check of an assignment, in plain numpy: no kernel, nothing of the solver.

The value of the plan is computed from the problem.  The bound is computed from the prices alone:
for any prices u >= 0 of the weapon types and any plan,

    value of the plan >= sum over targets of min over sets (v prod q + prices) - sum of u ammunition

because shots beyond the ammunition are paid for and each target takes no better than its best
set.  The minimum is found here breadth first, over sets of one shot, two, three and so on.
"""

from typing import NamedTuple

import numpy as np

from opendome.assignment.problem import Problem, ProblemError

#: Rounding, relative to the sum of what is added up.
ROUNDING = 1e-12
#: Sets that are looked at a target before the check gives up.
MOST = 5_000_000


class Certificate(NamedTuple):
    """What can be checked without the solver."""

    pairs: np.ndarray  # i8 (k, 3): weapon type, target, shots
    prices: np.ndarray  # f8 (m,)
    objective: float
    price_bound: float  # what the prices prove
    bound: float  # what is claimed
    rests_on: str  # what the claim needs beyond the prices: nothing, or trust in a solver


#: What a bound rests on that the prices prove.
PRICES = "prices"


class Verdict(NamedTuple):
    """What the check found."""

    objective: float
    bound: float  # that the prices prove
    faults: tuple[str, ...]
    claimed: float  # the bound that the certificate claims
    rests_on: str

    @property
    def ok(self) -> bool:
        """Whether the certificate holds."""
        return not self.faults


def certify(problem: Problem, certificate: Certificate) -> Verdict:
    """Check plan, objective and bound.

    Returns
    -------
    Verdict
        With the value and the bound computed here; a fault for every claim that does not hold.

    Raises
    ------
    ProblemError
        A target whose sets are too many to look at.
    """
    faults = _plan_faults(problem, certificate.pairs)
    objective = np.nan if faults else _objective(problem, certificate.pairs)
    u = np.asarray(certificate.prices, float)
    bound = np.nan
    if u.shape != problem.ammunition.shape:
        faults.append(f"prices: {u.size} (want {len(problem.ammunition)}, one a weapon type)")
    elif not ((u >= 0.0) & (u < np.inf)).all():
        faults.append(f"prices[{int(np.argmin((u >= 0.0) & (u < np.inf)))}]: want a number >= 0")
    else:
        bound = lagrangian(problem, u)
    slack = ROUNDING * (problem.value.sum() + (u @ problem.ammunition if bound == bound else 0.0))
    if abs(objective - certificate.objective) > slack:
        faults.append(f"objective: {certificate.objective!r} is claimed, {objective!r} found")
    if not certificate.price_bound <= bound + slack:
        faults.append(f"bound: {certificate.price_bound!r} is claimed, {bound!r} proven")
    if certificate.rests_on == PRICES and not certificate.bound <= bound + slack:
        faults.append(f"bound: {certificate.bound!r} is said to rest on prices, {bound!r} proven")
    return Verdict(
        float(objective), float(bound), tuple(faults), certificate.bound, certificate.rests_on
    )


def _plan_faults(problem: Problem, pairs: np.ndarray) -> list[str]:
    m, n = problem.survive.shape
    pairs = np.asarray(pairs)
    if pairs.size == 0:
        return []
    if pairs.ndim != 2 or pairs.shape[1] != 3 or pairs.dtype.kind not in "iu":
        return ["plan: want rows of weapon type, target, shots, all whole numbers"]
    i, j, shots = pairs.T
    good = (i >= 0) & (i < m) & (j >= 0) & (j < n) & (shots >= 1)
    if not good.all():
        return [f"plan: row {int(np.argmin(good))} is {pairs[int(np.argmin(good))].tolist()}"]
    used = np.bincount(i, shots, minlength=m)
    over = np.flatnonzero(used > problem.ammunition)
    return [
        f"plan: weapon type {k} fires {used[k]:g} of {problem.ammunition[k]} shots"
        for k in over[:9]
    ]


def _objective(problem: Problem, pairs: np.ndarray) -> float:
    left = problem.value.copy()
    for i, j, shots in np.asarray(pairs, np.int64).reshape(-1, 3):
        left[j] *= float(problem.survive[i, j]) ** int(shots)
    return float(left.sum())


def lagrangian(problem: Problem, u: np.ndarray) -> float:
    """The bound that prices u prove."""
    costs = [least_cost(problem, u, j) for j in range(len(problem.value))]
    return float(np.sum(costs) - u @ problem.ammunition)


def least_cost(problem: Problem, u: np.ndarray, j: int) -> float:
    """min over sets of v prod q + prices, of target j: level by level, one shot more at a time."""
    v = float(problem.value[j])
    q = np.asarray(problem.survive[:, j], float)
    usable = (problem.ammunition > 0) & (q < 1.0)
    best = min(v, (v * q + u)[usable].min(initial=np.inf))
    keep = np.flatnonzero(usable & (u < (1.0 - q) * best))
    free = keep[u[keep] == 0.0]  # free shots are all taken
    v = v * float(np.prod(q[free] ** problem.ammunition[free]))
    best = min(best, v)
    keep = keep[u[keep] > 0.0]
    with np.errstate(divide="ignore"):
        strength = np.where(q[keep] > 0.0, -np.log(q[keep]), np.inf)
    keep = keep[np.argsort(u[keep] / strength, kind="stable")]
    q, c, ammunition = q[keep], u[keep], problem.ammunition[keep]
    left, paid = np.array([v]), np.array([0.0])
    last, same = np.array([0]), np.array([0])  # place of the last shot; shots of that type so far
    seen = 0
    while len(left) and len(keep):
        grown = []
        for k in range(len(keep)):
            ready = (last < k) | ((last == k) & (same < ammunition[k]))
            worth = ready & (c[k] < (1.0 - q[k]) * left) & (paid + c[k] < best)
            if worth.any():
                again = np.where(last[worth] == k, same[worth], 0) + 1
                grown.append((left[worth] * q[k], paid[worth] + c[k], k, again))
        if not grown:
            break
        left = np.concatenate([g[0] for g in grown])
        paid = np.concatenate([g[1] for g in grown])
        last = np.concatenate([np.full(len(g[0]), g[2]) for g in grown])
        same = np.concatenate([g[3] for g in grown])
        best = min(best, float((left + paid).min()))
        hope = paid + _continuous(left, c[last], q[last]) < best
        left, paid, last, same = left[hope], paid[hope], last[hope], same[hope]
        seen += len(left)
        if seen > MOST:
            raise ProblemError(f"target {j}: more than {MOST:,} sets to look at")
    return best


def _continuous(left: np.ndarray, c: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Least of left e^-t + e t over t >= 0, e the price of a unit of -ln q from here on."""
    with np.errstate(divide="ignore", invalid="ignore"):
        e = np.where(q > 0.0, c / -np.log(q), 0.0)
        inner = e * (np.log(left) - np.log(e) + 1.0)
    return np.where(left > e, np.where(e > 0.0, inner, 0.0), left)
