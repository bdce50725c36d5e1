"""Monte Carlo noise of the replications: out of the estimates, into the intervals.

A design point's value is a mean over replications, so it carries Monte Carlo noise, and squares of
it are too large by the noise's variance.  Every quadratic quantity is therefore estimated
from pairs of *different* replications: with y(x, r) the value of point x in replication r,

    f(x) f(x')  is estimated by  sum over r != s of  y(x, r) y(x', s) / (R (R - 1)),

which is unbiased for the product of the true means even though all points share their random
numbers.  Intervals come from a bootstrap that redraws the design's independent rows and the
replications together, so they hold both sources of error.  With one replication there is nothing
to correct: the values count as exact.

Arrays: `values[point, rep]`.
"""

from collections.abc import Iterator, Mapping
from math import nan

import numpy as np


class StudyDataError(ValueError):
    """An analysis does not fit the design; one line."""


def common(values: np.ndarray) -> np.ndarray:
    """The replications in which every point is defined.

    Raises
    ------
    StudyDataError
        There is none.
    """
    values = np.array(values, "f8", ndmin=2)
    kept = values[:, np.isfinite(values).all(axis=0)]
    if kept.shape[1] == 0:
        raise StudyDataError("no replication in which the figure is defined at every point")
    return kept


def product(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Product of the means over the last axis, from pairs of different replications.

    `w`: times that each replication was drawn; two draws of one replication are no pair.
    """
    over = (x @ w) * (y @ w)
    if len(w) == 1:
        return over / w[0] ** 2
    return (over - (x * y) @ w**2) / (w.sum() ** 2 - (w**2).sum())


def weights(
    rows: int, reps: int, resamples: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield how often each row and each replication is drawn."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        w_rep = rng.multinomial(reps, np.full(reps, 1.0 / reps)).astype("f8")
        while reps > 1 and np.count_nonzero(w_rep) < 2:  # no pair of different replications
            w_rep = rng.multinomial(reps, np.full(reps, 1.0 / reps)).astype("f8")
        yield rng.multinomial(rows, np.full(rows, 1.0 / rows)).astype("f8"), w_rep


def percentiles(draws: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the middle `level` of the draws, (resamples, ...); nan where none is finite."""
    flat = draws.reshape(len(draws), -1).T
    bounds = np.full((2, len(flat)), nan)
    for i, column in enumerate(flat):
        kept = column[np.isfinite(column)]
        if len(kept):
            bounds[:, i] = np.quantile(kept, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    low, high = bounds.reshape(2, *draws.shape[1:])
    return low, high


def numbers(design: Mapping[str, np.ndarray]) -> np.ndarray:
    """Columns of the design as (points, D)."""
    for name, column in design.items():
        if np.asarray(column).dtype.kind not in "biuf":
            raise StudyDataError(f"factor {name!r} is not a number: use a tornado or the ranking")
    return np.column_stack([np.asarray(column, "f8") for column in design.values()])
