"""Which rocket class a track may be of: its ballistic coefficient, and how far it flies.

The posterior of ln(beta) less its prior is a likelihood, normal in ln(beta); the distance from
launch to impact, which burn-out speed and elevation give, is uniform between the least and the
greatest range of a class, with the error of both points.
"""

from collections.abc import Sequence
from math import log, sqrt
from typing import Any

import numpy as np
from scipy.special import erf

from opendome.rocket_classes import RocketClass, rocket_classes

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
    dx, dy = rows["impact_x_m"] - rows["launch_x_m"], rows["impact_y_m"] - rows["launch_y_m"]
    far = np.hypot(dx, dy)
    spread = np.sqrt(
        sum(rows[f"{at}_cov_{c}"] for at in ("impact", "launch") for c in ("xx", "yy"))
    )
    each = [_of_beta(rows, tracker, one) * _of_range(far, spread, one) for one in classes]
    weight = np.stack(each, axis=1)
    with np.errstate(invalid="ignore"):
        return weight / weight.sum(axis=1, keepdims=True)


def most_likely(rows: np.ndarray, tracker: Any) -> tuple[np.ndarray, np.ndarray]:
    """Name of the most probable shipped class of every row, and its probability.

    Returns
    -------
    names : ndarray (n,) of str
        Empty where launch or impact is not known or no class flies so far.
    probability : ndarray (n,)
        nan there.
    """
    p = class_probabilities(rows, tracker)
    known = np.isfinite(p).all(axis=1)
    best = np.where(known[:, None], p, 0.0).argmax(axis=1)
    names = np.array([*rocket_classes(), ""])
    return names[np.where(known, best, -1)], p[np.arange(len(p)), best]


def _of_beta(rows: np.ndarray, tracker: Any, one: RocketClass) -> np.ndarray:
    """Likelihood of a class by ln(beta), the prior of the track taken out."""
    own, prior = rows["sigma_ln_beta"] ** -2.0, tracker["sigma_ln_beta"] ** -2.0
    known = np.maximum(own - prior, 1e-9)  # a track that knows no more than the prior says nothing
    mean = (own * np.log(rows["beta_kgpm2"]) - prior * log(tracker["beta"])) / known
    area = np.pi * one.calibre**2 / 4.0
    miss = mean - log(one.m_burnout / (one.form * area))
    s2 = 1.0 / known + SPREAD**2
    return np.where(own > prior, np.exp(-0.5 * miss * miss / s2) / np.sqrt(s2), 1.0)


def _of_range(far: np.ndarray, spread: np.ndarray, one: RocketClass) -> np.ndarray:
    """Density of the distance flown, uniform over the ranges of a class, with its error."""
    scale = sqrt(2.0) * np.maximum(spread, 1.0)
    low, high = (erf((r - far) / scale) for r in (one.range_min, one.range_max))
    return (high - low) / (one.range_max - one.range_min)
