"""Which rocket class a track may be of: its ballistic coefficient, and how far it flies.

The posterior of ln(beta) less its prior is a likelihood, normal in ln(beta); the distance from
launch to impact, which burn-out speed and elevation give, is uniform between the least and the
greatest range of a class, with the error of both points.
"""

from collections.abc import Sequence
from math import erf, log, sqrt
from typing import Any

import numpy as np

from opendome.rocket_classes import RocketClass, rocket_classes

ERRORS = ("impact_cov_xx", "impact_cov_yy", "launch_cov_xx", "launch_cov_yy")  # of the distance
SPREAD = 0.1  # 1, of ln(beta) within a class: burn-out mass, fins, form; assumed


def class_probabilities(
    rows: np.ndarray, tracker: Any, classes: Sequence[RocketClass] | None = None
) -> np.ndarray:
    """Probability of each class, all equally likely before.

    Parameters
    ----------
    rows : ndarray (n,) of RECORDED_TRACKS
    tracker : record of TRACKER
        Rules that the tracks were made with: their prior of ln(beta).
    classes : sequence of RocketClass, optional
        The shipped ones by default.

    Returns
    -------
    ndarray (n, classes)
        Rows sum to 1; nan where launch or impact is not known or no class flies so far.
    """
    classes = tuple(rocket_classes().values()) if classes is None else classes
    weight = np.zeros((len(rows), len(classes)))
    for out, row in zip(weight, rows, strict=True):
        dx, dy = row["impact_x_m"] - row["launch_x_m"], row["impact_y_m"] - row["launch_y_m"]
        far = sqrt(dx * dx + dy * dy)
        spread = sqrt(
            sum(row[f"{at}_cov_{c}"] for at in ("impact", "launch") for c in ("xx", "yy"))
        )
        for k, one in enumerate(classes):
            out[k] = _of_beta(row, tracker, one) * _of_range(far, spread, one)
    with np.errstate(invalid="ignore"):
        return weight / weight.sum(axis=1, keepdims=True)


def _of_beta(row: Any, tracker: Any, one: RocketClass) -> float:
    """Likelihood of a class by ln(beta), the prior of the track taken out."""
    own, prior = row["sigma_ln_beta"] ** -2.0, tracker["sigma_ln_beta"] ** -2.0
    known = own - prior
    if not known > 0.0:
        return 1.0
    mean = (own * log(row["beta_kgpm2"]) - prior * log(tracker["beta"])) / known
    area = np.pi * one.calibre**2 / 4.0
    miss = mean - log(one.m_burnout / (one.form * area))
    s2 = 1.0 / known + SPREAD**2
    return float(np.exp(-0.5 * miss * miss / s2) / sqrt(s2))


def _of_range(far: float, spread: float, one: RocketClass) -> float:
    """Density of the distance flown, uniform over the ranges of a class, with its error."""
    scale = sqrt(2.0) * max(spread, 1.0)
    low, high = (erf((r - far) / scale) for r in (one.range_min, one.range_max))
    return (high - low) / (one.range_max - one.range_min)
