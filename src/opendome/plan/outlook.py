"""Operations to come: a process fitted to those that were, and paths drawn from it.

An operation begins in a month with probability 1 - exp(-rate / 12); at most one begins in a month.
Launches are lognormal.  The rate has a gamma posterior (Jeffreys' prior), the mean logarithm of the
launches Student's t: both are assumptions of the plan with ranges of 90 %, as other numbers are.

Source: Gelman et al., Bayesian Data Analysis, 3rd edition (2013), sections 2.6 and 3.2.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np

from opendome.plan.assumptions import Assumption, Values
from opendome.plan.file import Outlook

RATE, SIZE = "outlook.rate_per_year", "outlook.median_launches"

#: Purposes of the plan's random numbers; new ones at the end.
OPERATIONS, LAUNCHES, ROUNDS, LEAKED, DELAY, ASSUMED, TREE, FRESH = range(8)


def stream(seed: int, purpose: int, block: int = 0) -> np.random.Generator:
    """Random numbers of one purpose; a longer draw begins with the shorter one."""
    return np.random.Generator(np.random.Philox(key=[seed, (purpose << 32) + block]))


def uniforms(seed: int, purpose: int, n: int, width: int, block: int = 0) -> np.ndarray:
    """(n, width) uniforms inside (0, 1); row i depends on i alone."""
    u = stream(seed, purpose, block).random((n, width))
    return np.clip(u, 1e-12, 1.0 - 1e-12)


def spread(outlook: Outlook) -> float:
    """Standard deviation of the logarithm of the launches; 0.8 where one operation is known."""
    logs = [log(o.launches) for o in outlook.operation]
    return float(np.std(logs, ddof=1)) if len(logs) > 1 else 0.8


def fit(outlook: Outlook) -> tuple[Assumption, Assumption]:
    """Rate and median size with their ranges of 90 %.

    Returns
    -------
    rate : 1/year, gamma with shape n + 1/2 and rate of the years observed
    median : launches, geometric mean; its logarithm is Student's t with n - 1 degrees of freedom
    """
    from scipy.special import gammaincinv, stdtrit

    n = len(outlook.operation)
    low, mid, high = (float(gammaincinv(n + 0.5, p)) / outlook.years for p in (0.05, 0.5, 0.95))
    middle = float(np.mean([log(o.launches) for o in outlook.operation]))
    half = spread(outlook) / sqrt(n) * float(stdtrit(max(n - 1, 1), 0.95))
    how = f"fitted to {n} operations in {outlook.years:g} years"
    return (
        Assumption(RATE, mid, low, high, "triangular", "derived", f"gamma posterior, {how}"),
        Assumption(
            SIZE, exp(middle), max(exp(middle - half), 1.0), min(exp(middle + half), outlook.most),
            "triangular", "derived", f"geometric mean, {how}; 90 % of Student's t, cut at the most",
        ),
    )  # fmt: skip


class Paths(NamedTuple):
    """What chance brings on each path, whatever is bought."""

    launches: np.ndarray  # (n, months), 0 where no operation begins
    rounds: np.ndarray  # (n, months) standard normals: the simulator's noise in the rounds used
    leaked: np.ndarray  # (n, months), in the leakers
    delay: np.ndarray  # (n,), days from request to money

    @property
    def n(self) -> int:
        """Paths."""
        return len(self.delay)


def paths(
    outlook: Outlook, delay: Assumption, values: Values, months: int, n: int, seed: int,
    block: int = 0,
) -> Paths:  # fmt: skip
    """Draw paths; the same seed and block give the same chances at any value of an assumption.

    Parameters
    ----------
    values : mapping
        Assumptions: rate and median launches are read, numbers or (n,).
    """
    from scipy.special import ndtri

    chance = uniforms(seed, OPERATIONS, n, months, block)
    size = ndtri(uniforms(seed, LAUNCHES, n, months, block))
    rate, median = (np.reshape(values[k], (-1, 1)) for k in (RATE, SIZE))
    drawn = np.minimum(median * np.exp(spread(outlook) * size), outlook.most)
    launches = np.where(chance < -np.expm1(-rate / 12.0), drawn, 0.0)
    for i, ahead in enumerate(outlook.scenario):
        if ahead.month < months:
            happens = uniforms(seed, OPERATIONS, n, 1, block + 1000 + i)[:, 0] < ahead.probability
            launches[happens, ahead.month] = ahead.launches
    return Paths(
        launches,
        ndtri(uniforms(seed, ROUNDS, n, months, block)),
        ndtri(uniforms(seed, LEAKED, n, months, block)),
        delay.quantile(uniforms(seed, DELAY, n, 1, block)[:, 0]),
    )
