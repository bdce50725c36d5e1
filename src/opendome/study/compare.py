"""Differences between design points that met the same evenings, and which point is best.

Every design point uses the same random numbers in the same replication, so replication r of two
points is a pair.  The spread of the paired differences is what decides; it is often many times
smaller than independent runs would give, and the variance reduction factor says how many.

Arrays: `values[point, rep]`, nan where a figure is undefined in a replication or a point was
stopped earlier.  A difference uses the replications in which both points are defined.
"""

from math import inf, nan, sqrt
from typing import NamedTuple

import numpy as np

DRAWS = 4_000  # of the Bayesian bootstrap: an error of 0.008 at most in a probability
SEED = 1981  # of these draws, fixed: the same data give the same answer


class Difference(NamedTuple):
    """Mean of one design point less that of another."""

    point: int
    against: int
    n: int  # replications (pairs, or the fewer of two independent runs)
    mean: float
    low: float
    high: float
    p: float  # two-sided, of a zero difference; adjusted by Holm if simultaneous
    reduction: float  # variance reduction factor against independent runs; nan if not paired


class Rank(NamedTuple):
    """A design point's place in the order of the means."""

    rank: int  # 1 the best
    point: int
    n: int
    mean: float
    low: float
    high: float
    best: float  # probability that it is the best
    behind: Difference | None  # difference from the first; None for the first


def ratio_values(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """Values whose mean is the ratio of sums, so that a ratio can be compared like a mean.

    Parameters
    ----------
    over, under : array-like, (points, reps)
        Numerator and denominator in each replication; nan where one is missing.

    Returns
    -------
    values : ndarray, (points, reps)
        R + (over - R under) / mean(under), where R = sum(over) / sum(under) of the point: their
        mean is R and their spread that of R by the delta method.  nan where under sums to zero.

    Source
    ------
    Linearisation (influence values) of a ratio estimator: Cochran, Sampling Techniques, 3rd
    edition (1977), section 6.3.
    """
    over, under = np.array(over, "f8", ndmin=2), np.array(under, "f8", ndmin=2)
    missing = ~(np.isfinite(over) & np.isfinite(under))
    over[missing] = under[missing] = 0.0
    total = under.sum(axis=1, keepdims=True)
    total[total == 0.0] = nan
    ratio = over.sum(axis=1, keepdims=True) / total
    mean = total / (~missing).sum(axis=1, keepdims=True)
    values = ratio + (over - ratio * under) / mean
    values[missing] = nan
    return values


def interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float, int]:
    """Mean, Student's t interval and number of the finite values."""
    values = np.asarray(values, "f8")
    values = values[np.isfinite(values)]
    n = len(values)
    if n == 0:
        return nan, nan, nan, 0
    mean = float(values.mean())
    if n == 1:
        return mean, -inf, inf, 1
    half = _t_quantile(level, n - 1) * float(values.std(ddof=1)) / sqrt(n)
    return mean, mean - half, mean + half, n


def paired(
    a: np.ndarray, b: np.ndarray, level: float = 0.95, labels: tuple[int, int] = (1, 0)
) -> Difference:
    """Difference a - b of two points that met the same evenings.

    Parameters
    ----------
    a, b : array-like, (reps,)
        Value of each replication; those in which one is not finite are left out.
    level : float
        Of Student's t interval of the mean difference.
    labels : (int, int)
        Numbers of the two points.

    Returns
    -------
    Difference
        The reduction is (var a + var b) / var(a - b): so many times as many independent
        replications of each would be needed for the same interval.  Infinite if the difference
        never varies, nan if nothing does.  p is 1 or 0 where the difference never varies.

    Source
    ------
    Law, Simulation Modeling and Analysis, 5th edition (2015), sections 10.2.1 (paired t) and
    11.2 (common random numbers).
    """
    a, b = np.asarray(a, "f8"), np.asarray(b, "f8")
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    mean, low, high, n = interval(a - b, level)
    if n < 2:
        return Difference(*labels, n, mean, low, high, nan, nan)
    spread = float(np.var(a - b, ddof=1))
    apart = float(np.var(a, ddof=1) + np.var(b, ddof=1))
    p = _two_sided(mean, sqrt(spread / n), n - 1)
    reduction = apart / spread if spread > 0.0 else (inf if apart > 0.0 else nan)
    return Difference(*labels, n, mean, low, high, p, reduction)


def welch(
    a: np.ndarray, b: np.ndarray, level: float = 0.95, labels: tuple[int, int] = (1, 0)
) -> Difference:
    """Difference a - b of two independent runs, whose spreads may differ.

    Parameters and result as for `paired`; the lengths may differ, the reduction is nan.

    Source
    ------
    Welch, Biometrika 34 (1947) 28-35; degrees of freedom by Satterthwaite's formula.
    """
    a, b = (x[np.isfinite(x)] for x in (np.asarray(a, "f8"), np.asarray(b, "f8")))
    n = min(len(a), len(b))
    if n == 0:
        return Difference(*labels, 0, nan, nan, nan, nan, nan)
    mean = float(a.mean() - b.mean())
    if n == 1:
        return Difference(*labels, 1, mean, -inf, inf, nan, nan)
    of_a, of_b = (float(np.var(x, ddof=1)) / len(x) for x in (a, b))
    error = sqrt(of_a + of_b)
    if error == 0.0:
        return Difference(*labels, n, mean, mean, mean, _two_sided(mean, 0.0, 1.0), nan)
    freedom = (of_a + of_b) ** 2 / (of_a**2 / (len(a) - 1) + of_b**2 / (len(b) - 1))
    half = _t_quantile(level, freedom) * error
    p = _two_sided(mean, error, freedom)
    return Difference(*labels, n, mean, mean - half, mean + half, p, nan)


def differences(
    values: np.ndarray, against: int = 0, level: float = 0.95, simultaneous: bool = False
) -> list[Difference]:
    """Paired difference of every point from one of them.

    Parameters
    ----------
    values : array-like, (points, reps)
    against : int
        The point that the others are compared with.
    level : float
    simultaneous : bool
        All intervals hold at once with this level (Bonferroni), and the p values are adjusted
        by Holm's step-down method, which is never weaker than Bonferroni's.

    Source
    ------
    Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    values = np.asarray(values, "f8")
    others = [i for i in range(len(values)) if i != against]
    each = 1.0 - (1.0 - level) / max(len(others), 1) if simultaneous else level
    found = [paired(values[i], values[against], each, (i, against)) for i in others]
    if not simultaneous:
        return found
    adjusted = holm(np.array([d.p for d in found]))
    return [d._replace(p=float(p)) for d, p in zip(found, adjusted, strict=True)]


def holm(p: np.ndarray) -> np.ndarray:
    """p values adjusted for being looked at together; those that are nan stay so."""
    p = np.asarray(p, "f8")
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), nan)
    scaled = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def best_probability(
    values: np.ndarray, least: bool = True, draws: int = DRAWS, seed: int = SEED
) -> np.ndarray:
    """Probability that each point has the best true mean, given the replications.

    The Bayesian bootstrap: each draw weighs the replications by Dirichlet(1, ..., 1) and asks
    which weighted mean is best.  All points share the weights, so what they share in a
    replication cancels, as in a paired difference, and no normal distribution is assumed.

    Parameters
    ----------
    values : array-like, (points, reps)
        Only the replications in which every point is defined count.
    least : bool
        Whether the least mean is the best.
    draws, seed : int

    Returns
    -------
    probability : ndarray, (points,)
        Sums to 1; points that are equal in every replication share.  All nan with fewer than two
        common replications.

    Error
    -----
    Sampling: at most 0.5 / sqrt(draws).  As with any bootstrap, values never seen have no weight.

    Source
    ------
    Rubin, "The Bayesian bootstrap", Annals of Statistics 9 (1981) 130-134.
    """
    values = np.asarray(values, "f8")
    values = values[:, np.isfinite(values).all(axis=0)]
    points, reps = values.shape
    if reps < 2:
        return np.full(points, nan)
    # Equal rows must tie exactly, whatever the order of summation in the product below.
    rows, which, shared = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    sign = -1.0 if least else 1.0
    rng = np.random.default_rng(seed)
    wins = np.zeros(len(rows))
    for first in range(0, draws, 500):  # 500 draws at a time: memory
        weights = rng.standard_exponential((min(500, draws - first), reps))
        wins += np.bincount(np.argmax(sign * (weights @ rows.T), axis=1), minlength=len(rows))
    which = which.reshape(-1)
    return (wins / draws / shared)[which]


def ranking(values: np.ndarray, least: bool = True, level: float = 0.95) -> list[Rank]:
    """The points in the order of their means, the best first.

    Parameters
    ----------
    values : array-like, (points, reps)
    least : bool
        Whether the least mean is the best.
    level : float
        Of the interval of each mean, and of the paired differences from the first point, all of
        which hold at once.  Which point comes first was chosen by the same data, so a difference
        from it is a description; `best` is the probability to act on.
    """
    values = np.asarray(values, "f8")
    means = [interval(row, level) for row in values]
    key = np.array([m[0] for m in means]) * (1.0 if least else -1.0)
    order = np.argsort(key, kind="stable")  # nan last
    probability = best_probability(values, least)
    first = int(order[0])
    behind = {d.point: d for d in differences(values, first, level, simultaneous=True)}
    found = []
    for place, i in enumerate(order):
        mean, low, high, n = means[i]
        best = float(probability[i])
        found.append(Rank(place + 1, int(i), n, mean, low, high, best, behind.get(int(i))))
    return found


def _two_sided(mean: float, error: float, freedom: float) -> float:
    """p of a zero mean; without any spread it is 1 for a zero mean and 0 for any other."""
    if error == 0.0:
        return float(mean == 0.0)
    from scipy.special import stdtr

    return float(2.0 * stdtr(freedom, -abs(mean / error)))


def _t_quantile(level: float, freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1.0 + level) / 2.0))
