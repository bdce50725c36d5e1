"""A response surface from few design points, with an honest error.

Two kinds are fitted, a Gaussian process and a polynomial, and the one with the smaller
cross-validated error is kept; the answer says which, and by how much.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from math import inf, nan
from typing import Any, NamedTuple

import numpy as np

from opendome.study.resample import StudyDataError, numbers

FOLDS = 5
SEED = 2006
GAUSSIAN_PROCESS = "Gaussian process"
QUADRATIC = "quadratic polynomial"
LINEAR = "linear polynomial"
POLYNOMIALS = (QUADRATIC, LINEAR)  # need no scikit-learn

#: Inputs (n, D) in [0, 1], and whether the second is wanted -> mean and standard deviation.
Predict = Callable[..., tuple[np.ndarray, np.ndarray]]


class Score(NamedTuple):
    """Cross-validated error of one kind, in the figure's unit."""

    kind: str
    k_fold: float  # root mean square error, fitted anew without each fifth of the points
    leave_one_out: float  # likewise without each point; the length scales stay those of all points
    calibration: float  # root mean square of error / predicted standard deviation: 1 is right


class Surrogate(NamedTuple):
    """A fitted response surface.

    `scores` holds every kind that was tried, the chosen one first; `explained` is the share of
    the variance over the design that the chosen one predicts (k-fold).
    """

    factors: tuple[str, ...]
    low: np.ndarray  # (D,)
    high: np.ndarray
    scores: tuple[Score, ...]
    explained: float
    surface: Predict

    @property
    def kind(self) -> str:
        """Name of the chosen kind."""
        return self.scores[0].kind

    def predict(self, design: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Mean of the figure and the standard deviation of that prediction, each (n,).

        Parameters
        ----------
        design : mapping, factor -> (n,)
            Anywhere; outside the fitted range it extrapolates, and the sd of a polynomial does
            not know.
        """
        x = numbers({name: np.atleast_1d(design[name]) for name in self.factors})
        return self.surface(_scaled(x, self.low, self.high))

    def mean(self, design: Mapping[str, np.ndarray]) -> np.ndarray:
        """Mean alone, (n,): of a Gaussian process a third of the time of `predict`."""
        x = numbers({name: np.atleast_1d(design[name]) for name in self.factors})
        return self.surface(_scaled(x, self.low, self.high), False)[0]


def least_points(factors: int) -> int:
    """Fewest design points that a surrogate of so many factors accepts.

    Twice the terms of a linear fit, and no fold without enough; ten a factor are advised
    (Loeppky, Sacks and Welch, Technometrics 51 (2009) 366-376).
    """
    return max(2 * (factors + 1), 6)


def fit(
    design: Mapping[str, np.ndarray],
    values: np.ndarray,
    seed: int = SEED,
    kinds: Sequence[str] = (*POLYNOMIALS, GAUSSIAN_PROCESS),
    judged: np.ndarray | None = None,
) -> Surrogate:
    """Fit both kinds to the means of a figure and keep the better one.

    Parameters
    ----------
    design : mapping, factor -> (points,)
        Numeric factors; one that never varies is left out.
    values : array-like, (points, reps)
        nan where undefined; a point without any value is left out.
    seed : int
        Of the folds.
    kinds : sequence of str
        Kinds to choose among.
    judged : bool array (points,), optional
        Points whose errors count in `scores` and `explained`; all by default.

    Raises
    ------
    StudyDataError
        Too few points, no factor that varies, or one that is not a number.

    Error
    -----
    `scores`; tests/unit/test_study_surrogate.py compares them with the true error on Branin's
    function.  The replications' noise is in the fit (its variance is known at each point), as if
    it were independent between points: with common random numbers the level of the whole surface
    is less sure than the sd says, the differences along it are surer.

    Source
    ------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), sections 2.2 and 5.4.2
    (leave-one-out); Myers, Montgomery and Anderson-Cook, Response Surface Methodology, 4th
    edition (2016), section 6.
    """
    factors, x, mean, variance, known = _points(design, values)
    least = least_points(len(factors))
    if len(mean) < least:
        raise StudyDataError(
            f"surrogate: {len(mean)} design points for {len(factors)} factors; "
            f"want {least} at least, {10 * len(factors)} or more are advised"
        )
    low, high = x.min(axis=0), x.max(axis=0)
    x = _scaled(x, low, high)
    judged = np.ones(len(x), bool) if judged is None else judged[known]
    spread = float(mean[judged].std())
    fits = _kinds(len(x), len(factors), float(mean.std()) == 0.0)
    fits = {kind: fitter for kind, fitter in fits.items() if kind in kinds}
    folds = np.random.default_rng(seed).permutation(len(x)) % FOLDS
    scores = [_score(k, fitter, x, mean, variance, folds, judged) for k, fitter in fits.items()]
    scores.sort(key=lambda s: s.k_fold)
    explained = 1.0 - (scores[0].k_fold / spread) ** 2 if spread > 0.0 else nan
    surface = fits[scores[0].kind](x, mean, variance)[0]
    return Surrogate(factors, low, high, tuple(scores), explained, surface)


def describe(found: Surrogate, unit: str = "") -> str:
    """One line: what was chosen, how good it is, and what it beat."""
    best, *others = found.scores
    tail = f" {unit}" if unit else ""
    line = (
        f"{best.kind}: cross-validated error {best.k_fold:.3g}{tail} ({FOLDS}-fold), "
        f"{best.leave_one_out:.3g}{tail} (leave-one-out)"
    )
    if np.isfinite(found.explained):
        line += f", {max(found.explained, 0.0):.0%} of the variance predicted"
    if others:
        line += "; " + ", ".join(f"{s.kind} {s.k_fold:.3g}{tail}" for s in others)
    return line


# ---------------------------------------------------------------- cross-validation

#: (x, mean, variance) -> surface, leave-one-out residuals and their standard deviations.
Fitter = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[Predict, np.ndarray, np.ndarray]]


def _kinds(points: int, factors: int, constant: bool) -> dict[str, Fitter]:
    """Kinds that so many points can bear, in each fold too; a tie goes to the first."""
    fewest = points - -(-points // FOLDS)
    quadratic = (factors + 1) * (factors + 2) // 2
    found: dict[str, Fitter] = {}
    if fewest >= quadratic + 2:
        found[QUADRATIC] = lambda *data: _polynomial(_quadratic_terms, *data)
    else:
        found[LINEAR] = lambda *data: _polynomial(_linear_terms, *data)
    if not constant:
        found[GAUSSIAN_PROCESS] = _gaussian_process
    return found


def _score(
    kind: str,
    fitter: Fitter,
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    folds: np.ndarray,
    judged: np.ndarray,
) -> Score:
    _, left_out, deviation = fitter(x, mean, variance)
    missed = np.empty(len(x))
    for fold in range(FOLDS):
        test = folds == fold
        surface = fitter(x[~test], mean[~test], variance[~test])[0]
        missed[test] = mean[test] - surface(x[test])[0]
    safe = np.where(deviation > 0.0, deviation, inf)
    errors = (missed, left_out, left_out / safe)
    return Score(kind, *(_rms(e[judged]) for e in errors))


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


# ---------------------------------------------------------------- polynomial


def _linear_terms(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x])


def _quadratic_terms(x: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(x.shape[1])
    return np.column_stack([np.ones(len(x)), x, x[:, i] * x[:, j]])


def _polynomial(
    terms: Callable[[np.ndarray], np.ndarray], x: np.ndarray, y: np.ndarray, _: np.ndarray
) -> tuple[Predict, np.ndarray, np.ndarray]:
    """Least squares; two levels of a factor give no curvature, which lstsq then leaves at zero."""
    a = terms(x)
    inverse = np.linalg.pinv(a.T @ a)
    slopes = inverse @ a.T @ y
    residual = y - a @ slopes
    leverage = np.minimum(np.einsum("ij,jk,ik->i", a, inverse, a), 1.0 - 1e-9)
    freedom = max(len(y) - int(np.linalg.matrix_rank(a)), 1)
    sigma2 = float(residual @ residual) / freedom

    def surface(new: np.ndarray, _: bool = True) -> tuple[np.ndarray, np.ndarray]:
        b = terms(new)
        return b @ slopes, np.sqrt(sigma2 * np.einsum("ij,jk,ik->i", b, inverse, b))

    return surface, residual / (1.0 - leverage), np.sqrt(sigma2 / (1.0 - leverage))


# ---------------------------------------------------------------- Gaussian process


def _gaussian_process(
    x: np.ndarray, y: np.ndarray, variance: np.ndarray
) -> tuple[Predict, np.ndarray, np.ndarray]:
    """Squared-exponential kernel with one length a factor, and a nugget for what it misses."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    middle, spread = float(y.mean()), float(y.std()) or 1.0
    kernel = ConstantKernel(1.0, (1e-2, 1e3)) * RBF(np.full(x.shape[1], 0.5), (0.05, 50.0))
    model: Any = GaussianProcessRegressor(
        kernel + WhiteKernel(1e-3, (1e-8, 1.0)),
        alpha=variance / spread**2 + 1e-10,
    )
    with warnings.catch_warnings():
        # A length at its upper bound is a factor that does not matter: no failure.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, (y - middle) / spread)

    def surface(new: np.ndarray, spreads: bool = True) -> tuple[np.ndarray, np.ndarray]:
        if not spreads:
            return middle + spread * model.predict(new), np.full(len(new), nan)
        mean, deviation = model.predict(new, return_std=True)
        return middle + spread * mean, spread * deviation

    covariance = model.kernel_(x) + np.diag(variance / spread**2 + 1e-10)
    inverse = np.linalg.inv(covariance)
    diagonal = np.diag(inverse)
    left_out = spread * (inverse @ ((y - middle) / spread)) / diagonal
    return surface, left_out, spread / np.sqrt(diagonal)


# ---------------------------------------------------------------- points


def _points(
    design: Mapping[str, np.ndarray], values: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Varying factors, their values (n, D), mean and its variance at each point, known points."""
    values = np.array(values, "f8", ndmin=2)
    known = np.isfinite(values).any(axis=1)
    values = values[known]
    kept = {n: np.asarray(c)[known] for n, c in design.items()}
    kept = {n: c for n, c in kept.items() if len(np.unique(c)) > 1}
    if not kept:
        raise StudyDataError("surrogate: no factor varies over the design")
    count = np.isfinite(values).sum(axis=1)
    mean = np.nanmean(values, axis=1)
    squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
    variance = squares / np.maximum(count - 1, 1) / count
    return tuple(kept), numbers(kept), mean, variance, known


def _scaled(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return (x - low) / (high - low)
