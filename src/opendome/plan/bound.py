"""How far from the best a rule can be: a statistical bound.

The mean optimum of independent trees is at most the true optimum, the mean loss of a rule at least;
on a tree's own futures the rule is one of the policies that its programme searches, so its loss
there less the tree's optimum is an estimate of an upper bound of the gap, never negative, and free
of the chance that both share.  Its mean over independent trees has a confidence limit.

Source: Mak, Morton and Wood, Operations Research Letters 24 (1999) 47-56; for several stages
Chiralaksanakul and Morton, Assessing policy quality in multi-stage stochastic programming,
Stochastic Programming E-Print Series (2004).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95  # one-sided


class Gap(NamedTuple):
    """A rule's mean loss against the lower bound, USD."""

    gap: float  # mean over the trees
    limit: float  # its upper confidence limit
    lower: float  # mean optimum of the trees
    lower_limit: float  # its lower confidence limit
    upper: float  # mean loss of the rule on independent paths
    upper_limit: float  # its upper confidence limit
    trees: int
    paths: int


def gap(optima: Sequence[float], on_trees: Sequence[float], losses: np.ndarray) -> Gap:
    """The gap of a rule.

    Parameters
    ----------
    optima : sequence of float, USD
        Proven lower bounds of the trees' programmes.
    on_trees : sequence of float, USD
        Mean loss of the rule on the futures of each of these trees.
    losses : float array (n,), USD
        Of the rule on independent paths.
    """
    found, half = _mean(np.asarray(on_trees, "f8") - np.asarray(optima, "f8"))
    low, low_half = _mean(np.asarray(optima, "f8"))
    high, high_half = _mean(losses)
    return Gap(
        found, found + half, low, low - low_half, high, high + high_half, len(optima), len(losses)
    )


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and one-sided half-width at `LEVEL`, by Student's t."""
    n = len(values)
    spread = float(np.std(values, ddof=1)) / n**0.5
    return float(np.mean(values)), float(stdtrit(n - 1, LEVEL)) * spread
