"""Which factors matter: Sobol and Morris indices, tornado data, regression coefficients.

The Monte Carlo noise of the replications is taken out of every square, and is in every interval:
resample.py says how.

Arrays: `values[point, rep]`.  Replications in which some point is undefined are left out.
"""

from collections.abc import Mapping
from math import nan
from typing import NamedTuple

import numpy as np

from opendome.study.compare import Difference, paired
from opendome.study.resample import StudyDataError, common, numbers, percentiles, product, weights

RESAMPLES = 400
SEED = 1994


class SobolIndex(NamedTuple):
    """Shares of the variance of a figure over the design."""

    factor: str
    first: float  # by this factor alone
    first_low: float
    first_high: float
    total: float  # with all its interactions
    total_low: float
    total_high: float


class MorrisEffect(NamedTuple):
    """Elementary effects: change of the figure per full range of a factor."""

    factor: str
    mean: float
    mean_abs: float  # mu*
    mean_abs_low: float
    mean_abs_high: float
    spread: float  # sigma: interactions and curvature, less Monte Carlo noise
    noise: float  # standard error of one effect; mu* has no meaning below it


class Bar(NamedTuple):
    """One bar of a tornado: a factor at one of its levels, all others as in the baseline."""

    factor: str
    level: object
    baseline: object
    difference: Difference


class Coefficient(NamedTuple):
    """Standardised regression coefficient."""

    factor: str
    value: float  # standard deviations of the figure per standard deviation of the factor
    low: float
    high: float


class Regression(NamedTuple):
    """A linear fit to all points: trust the coefficients as far as r_squared."""

    coefficients: list[Coefficient]
    r_squared: float  # share of the noise-free variance over the design; may exceed 1 by its error


def sobol(
    factors: list[str],
    values: np.ndarray,
    second_order: bool = False,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[SobolIndex]:
    """First-order and total Sobol indices of a Saltelli design.

    Parameters
    ----------
    factors : list of str
        The D factors in the order of the design's columns.
    values : array-like, (points, reps)
        In the order of `SALib.sample.sobol`: N blocks of D + 2 rows (2 D + 2 with second_order).
    second_order : bool
        Whether the design has the rows for second-order indices; they are passed over.
    level : float
        Of the percentile bootstrap intervals.
    resamples, seed : int

    Raises
    ------
    StudyDataError
        The number of points does not fit.

    Error
    -----
    That of the design is of order 1 / sqrt(N): the intervals show it.  Total and first-order
    index use different products, so a first-order index may exceed the total one within them.

    Source
    ------
    Saltelli et al., Computer Physics Communications 181 (2010) 259-270, table 2: (b) for the
    first-order, (f, Jansen) for the total index, as SALib (Herman and Usher, JOSS 2 (2017) 97)
    computes them; for one replication the answer is SALib's.
    """
    block = len(factors) * (2 if second_order else 1) + 2
    y = common(values)
    if len(y) == 0 or len(y) % block:
        raise StudyDataError(
            f"sobol: {len(y)} points are no multiple of {block}: want a design of kind saltelli"
        )
    rows = len(y) // block
    # The mean of all is taken off: it changes no index and much of the sampling error.
    blocks = (y - y.mean()).reshape(rows, block, y.shape[1])
    a, ab, b = blocks[:, 0], blocks[:, 1 : len(factors) + 1], blocks[:, -1]
    once = _sobol_ratios(a, ab, b, np.ones(rows), np.ones(y.shape[1]))
    draws = [_sobol_ratios(a, ab, b, *w) for w in weights(rows, y.shape[1], resamples, seed)]
    low, high = percentiles(np.array(draws), level)
    return [
        SobolIndex(name, *(float(x[k, i]) for k in (0, 1) for x in (once, low, high)))
        for i, name in enumerate(factors)
    ]


def _sobol_ratios(
    a: np.ndarray, ab: np.ndarray, b: np.ndarray, w_row: np.ndarray, w_rep: np.ndarray
) -> np.ndarray:
    """First-order and total indices, (2, D), with weights of rows and replications.

    a, b: (N, reps); ab: (N, D, reps).
    """
    w_row = w_row / w_row.sum()
    both = np.concatenate([a, b])
    w_both = np.concatenate([w_row, w_row]) / 2.0
    middle = w_both @ both
    variance = w_both @ product(both, both, w_rep) - product(middle, middle, w_rep)
    if not variance > 0.0:
        return np.full((2, ab.shape[1]), nan)
    first = w_row @ product(b[:, None], ab - a[:, None], w_rep)
    step = a[:, None] - ab
    total = 0.5 * (w_row @ product(step, step, w_rep))
    return np.array([first, total]) / variance


def morris(
    design: Mapping[str, np.ndarray],
    values: np.ndarray,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[MorrisEffect]:
    """Elementary effects of a Morris design.

    Parameters
    ----------
    design : mapping, factor -> (points,)
        Trajectories of D + 1 points one after the other (`SALib.sample.morris`), each step moving
        one factor.  A step that moves none (rounded to a whole number) is left out.
    values : array-like, (points, reps)
    bounds : mapping, factor -> (low, high), optional
        The full range of each factor; by default that found in the design.
    level, resamples, seed
        Of the percentile bootstrap over trajectories and replications.

    Raises
    ------
    StudyDataError
        The design is not one of trajectories, or a factor is not a number.

    Error
    -----
    mu* is a mean of absolute values, so noise makes it larger: compare it with `noise`.

    Source
    ------
    Morris, Technometrics 33 (1991) 161-174; mu*: Campolongo, Cariboni and Saltelli,
    Environmental Modelling & Software 22 (2007) 1509-1518.
    """
    x, y = numbers(design), common(values)
    names = list(design)
    stride = len(names) + 1
    if len(y) == 0 or len(y) != len(x) or len(y) % stride:
        raise StudyDataError(
            f"morris: {len(y)} points are no multiple of {stride}: want a design of kind morris"
        )
    ends = np.array([bounds[n] for n in names] if bounds else [(c.min(), c.max()) for c in x.T])
    effects = _elementary(x, y, ends[:, 1] - ends[:, 0])
    once = _morris_means(effects, np.ones(len(effects)), np.ones(y.shape[1]))
    draws = [_morris_means(effects, *w) for w in weights(len(effects), y.shape[1], resamples, seed)]
    low, high = percentiles(np.array(draws), level)
    spread, noise = _morris_spread(effects)
    columns = zip(names, once[0], once[1], low[1], high[1], spread, noise, strict=True)
    return [MorrisEffect(name, *(float(v) for v in rest)) for name, *rest in columns]


def _elementary(x: np.ndarray, y: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Effects, (trajectories, D, reps), nan where a trajectory does not move a factor."""
    factors = x.shape[1]
    x = x.reshape(-1, factors + 1, factors)
    y = y.reshape(len(x), factors + 1, -1)
    steps, changes = np.diff(x, axis=1), np.diff(y, axis=1)
    if ((steps != 0.0).sum(axis=2) > 1).any():
        raise StudyDataError("morris: a step moves several factors: want a design of kind morris")
    effects = np.full((len(x), factors, y.shape[2]), nan)
    for walk, step, factor in zip(*np.nonzero(steps), strict=True):
        rise = steps[walk, step, factor] / width[factor]
        effects[walk, factor] = changes[walk, step] / rise
    return effects


def _morris_means(effects: np.ndarray, w_row: np.ndarray, w_rep: np.ndarray) -> np.ndarray:
    """Weighted mean and mean absolute value of the effects, (2, D)."""
    each = effects @ (w_rep / w_rep.sum())
    known = np.isfinite(each) * w_row[:, None]
    total = known.sum(axis=0)
    total[total == 0.0] = nan
    each = np.nan_to_num(each)
    return np.array([(known * each).sum(axis=0), (known * abs(each)).sum(axis=0)]) / total


def _morris_spread(effects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation over trajectories less that of noise, and the noise of one effect."""
    reps = effects.shape[2]
    each = effects.mean(axis=2)
    count = np.isfinite(each).sum(axis=0)
    spread, noise = np.full(len(count), nan), np.zeros(len(count))
    for i, n in enumerate(count):
        rows = effects[np.isfinite(each[:, i]), i]
        if reps > 1 and n:
            noise[i] = np.sqrt(np.mean(rows.var(axis=1, ddof=1)) / reps)
        if n > 1:
            centred = rows - rows.mean(axis=0)
            w = np.ones(reps)
            squares = np.sum(product(centred, centred, w)) / (n - 1)
            spread[i] = np.sqrt(max(squares, 0.0))
    return spread, noise


def tornado(
    design: Mapping[str, np.ndarray], values: np.ndarray, baseline: int = 0, level: float = 0.95
) -> list[Bar]:
    """Paired differences from the baseline of a one-at-a-time design, the widest swing first.

    Parameters
    ----------
    design : mapping, factor -> (points,)
    values : array-like, (points, reps)
    baseline : int
        Row of the point that the others differ from in one factor.
    level : float

    Raises
    ------
    StudyDataError
        A point differs from the baseline in several factors or in none.
    """
    values = np.asarray(values, "f8")
    bars: dict[str, list[Bar]] = {}
    for point in (i for i in range(len(values)) if i != baseline):
        moved = [name for name, x in design.items() if x[point] != x[baseline]]
        if len(moved) != 1:
            raise StudyDataError(
                f"tornado: point {point} differs from the baseline in {len(moved)} factors; "
                "want a design of kind one_at_a_time"
            )
        (name,) = moved
        found = paired(values[point], values[baseline], level, (point, baseline))
        bar = Bar(name, design[name][point], design[name][baseline], found)
        bars.setdefault(name, []).append(bar)
    swings = {n: np.ptp([0.0, *(b.difference.mean for b in rows)]) for n, rows in bars.items()}
    return [bar for name in sorted(bars, key=lambda n: -swings[n]) for bar in bars[name]]


def regression(
    design: Mapping[str, np.ndarray],
    values: np.ndarray,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Regression:
    """Standardised coefficients of a linear fit, for any design with numeric factors.

    Parameters
    ----------
    design : mapping, factor -> (points,)
    values : array-like, (points, reps)
    level, resamples, seed
        Of the percentile bootstrap over points and replications.

    Raises
    ------
    StudyDataError
        Fewer than D + 2 points, or a factor that is not a number.

    Source
    ------
    Saltelli et al., Sensitivity Analysis in Practice (2004), section 1.2.5.
    """
    x, y = numbers(design), common(values)
    if len(y) < x.shape[1] + 2:
        raise StudyDataError(f"regression: {len(y)} points; want {x.shape[1] + 2} at least")
    y = y - y.mean()
    once = _standardised(x, y, np.ones(len(y)), np.ones(y.shape[1]))
    draws = [_standardised(x, y, *w) for w in weights(len(y), y.shape[1], resamples, seed)]
    low, high = percentiles(np.array(draws), level)
    rows = zip(design, once, low, high, strict=False)  # the last of `once` is no coefficient
    found = [Coefficient(name, float(v), float(a), float(b)) for name, v, a, b in rows]
    return Regression(found, float(once[-1]))


def _standardised(x: np.ndarray, y: np.ndarray, w_row: np.ndarray, w_rep: np.ndarray) -> np.ndarray:
    """Coefficients and, last, the share of the variance that the fit explains."""
    w = w_row / w_row.sum()
    x = x - w @ x
    y = y - w @ y
    variance = w @ product(y, y, w_rep)
    root = np.sqrt(w)[:, None]
    slopes = np.linalg.lstsq(root * x, root * y, rcond=None)[0]  # per replication: it is linear
    fitted = x @ slopes
    if not variance > 0.0:
        return np.full(x.shape[1] + 1, nan)
    spread = np.sqrt(w @ x**2)
    slope = slopes @ w_rep / w_rep.sum()
    explained = w @ product(fitted, fitted, w_rep)
    return np.append(slope * spread / np.sqrt(variance), explained / variance)
