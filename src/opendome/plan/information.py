"""Which assumptions matter: one at a time, and by the value of knowing them.

The expected value of perfect information on one assumption is what a decision maker who knew it
could save on average by choosing the best of the candidate plans for its value, over the plan that
is best without knowing.  The conditional means are regressions of the losses on the assumption.

Source: Strong, Oakley and Brennan, Medical Decision Making 34 (2014) 311-326.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from opendome.plan.assumptions import Assumption

TERMS = 4  # of the Legendre polynomials in an assumption's probability


class Bar(NamedTuple):
    """A figure with one assumption at its ends."""

    assumption: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """Width between the ends."""
        return abs(self.at_high - self.at_low)


class Worth(NamedTuple):
    """Value of knowing an assumption."""

    assumption: str
    usd: float  # expected
    error: float  # standard error, by halves of the sample
    switches: float  # share of its values at which another plan is best
    plans: tuple[str, ...]  # best at low, middle and high values


def tornado(
    assumptions: Sequence[Assumption], values: Mapping[str, Any],
    figures: Callable[[dict[str, Any]], dict[str, float]],
    tell: Callable[[], None] = lambda: None,
) -> dict[str, list[Bar]]:  # fmt: skip
    """Each figure with each assumption at its low and its high end, the widest bar first."""
    ends = {}
    for a in assumptions:
        ends[a.name] = [figures({**values, a.name: end}) for end in (a.low, a.high)]
        tell()
    names = next(iter(ends.values()))[0].keys() if ends else ()
    return {
        figure: sorted(
            (Bar(a, low[figure], high[figure]) for a, (low, high) in ends.items()),
            key=lambda bar: -np.nan_to_num(bar.swing, posinf=1e300),
        )
        for figure in names
    }


def worth(
    assumptions: Sequence[Assumption], u: np.ndarray, losses: np.ndarray, names: Sequence[str]
) -> list[Worth]:
    """Value of perfect information on each assumption alone, the greatest first.

    Parameters
    ----------
    assumptions : sequence
        Those that vary, a column of `u` each.
    u : float array (n, assumptions)
        Their probabilities in each draw.
    losses : float array (n, plans), USD
        Mean loss of each candidate plan in each draw.
    names : sequence of str
        Of the plans.

    Error
    -----
    `error` is that of the sample; chance differences between nearly equal plans bias the value up,
    by about `error`.
    """
    now = float(losses.mean(axis=0).min())
    at = int(np.argmin(losses.mean(axis=0)))
    halves = (slice(0, None, 2), slice(1, None, 2))
    found = []
    for i, a in enumerate(assumptions):
        fitted = _regressed(u[:, i], losses)
        value = now - float(fitted.min(axis=1).mean())
        parts = []
        for half in halves:
            part = _regressed(u[half, i], losses[half])
            parts.append(float(losses[half].mean(axis=0).min() - part.min(axis=1).mean()))
        best = np.argmin(fitted, axis=1)
        order = np.argsort(u[:, i])
        picks = [names[best[order[int(q * (len(order) - 1))]]] for q in (0.02, 0.5, 0.98)]
        error = abs(parts[0] - parts[1]) / 2.0
        found.append(
            Worth(a.name, max(value, 0.0), error, float((best != at).mean()), tuple(picks))
        )
    return sorted(found, key=lambda w: -w.usd)


def _regressed(u: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Conditional mean of each column on one assumption, (n, plans).

    The mean of the fit is that of the losses, so a value is never negative but for rounding.
    """
    terms = np.polynomial.legendre.legvander(2.0 * u - 1.0, TERMS)
    slopes, *_ = np.linalg.lstsq(terms, losses, rcond=None)
    return terms @ slopes
