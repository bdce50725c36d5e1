"""Which class is aimed at which place: published shares, as far as reach allows.

A class has a published share of the launches, a place a share of the aims (population, and the
public record by distance), and reach couples the two.  Drawing a class by its share and then a
place in its reach by its share would send too many rockets to the near places, which every class
reaches from somewhere.  So the places of a band of distance get a common factor with which that
same draw gives each band its share: iterative proportional fitting over a grid of launch points.

Source: Deming and Stephan, "On a least squares adjustment of a sampled frequency table when the
expected marginal totals are known", Annals of Mathematical Statistics 11 (1940).
"""

from collections.abc import Sequence

import numpy as np
import shapely

#: A class is left out where it reaches a place from a smaller part of the launch area.
PART_MIN = 0.01
#: Points along either side of the launch area's box on which reach is measured.
GRID = 32
#: Rounds of fitting: the bands of may-2021 are then within 0.006 of their shares.  A share that
#: reach forbids would take a factor without bound.
ROUNDS = 40


def aims(
    area: shapely.Polygon,
    classes: np.ndarray,
    places: np.ndarray,
    named: Sequence[Sequence[int]],
) -> tuple[np.ndarray, np.ndarray]:
    """Chances of classes and places of the raids without a name, and of each barrage.

    Parameters
    ----------
    area : shapely polygon, m
        Launch area in ENU.
    classes, places : tables CLASSES and PLACES
    named : sequence of rows of places
        What each barrage is aimed at.

    Returns
    -------
    class_cum : array (1 + barrages, classes)
        Cumulative shares of the classes that reach a place from enough of the area.
    weights : array (1 + barrages, places)
        Weight of each place among those that a rocket reaches.

    Raises
    ------
    ValueError
        No class reaches any place.
    """
    reached = _reach(area, classes, places)
    away = shapely.distance(area, shapely.points(places["x"], places["y"]))
    band = np.searchsorted(np.sort(classes["range_max"]), away)
    class_cum, weights = [], []
    for target in _targets(places, named):
        share = classes["share"] * (_part(reached, target) >= PART_MIN)
        if not share.sum() > 0.0:
            raise ValueError(
                "threat: no rocket class reaches a place of every raid from the launch area "
                "(want range_min to range_max of a class with a share to hold such a distance)"
            )
        share /= share.sum()
        class_cum.append(np.cumsum(share))
        weights.append(_fit(reached, share, target, band))
    return np.array(class_cum), np.array(weights)


def _targets(places: np.ndarray, named: Sequence[Sequence[int]]) -> np.ndarray:
    """Share of each place: of all raids, then of each barrage."""
    rows = np.tile(places["aim_weight"], (1 + len(named), 1))
    for row, wanted in zip(rows[1:], named, strict=True):
        among = np.isin(np.arange(len(places)), wanted)
        row[~among] = 0.0
        if row.sum() == 0.0:  # named places that are not aimed at otherwise
            row[among] = places["population"][among]
    return rows / rows.sum(axis=1, keepdims=True)


def _reach(area: shapely.Polygon, classes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """1 where a class reaches a place from a point of the grid; (classes, points, places)."""
    x_min, y_min, x_max, y_max = area.bounds
    x, y = np.meshgrid(np.linspace(x_min, x_max, GRID), np.linspace(y_min, y_max, GRID))
    inside = shapely.intersects_xy(area, x, y)
    d = np.hypot(x[inside][:, None] - places["x"], y[inside][:, None] - places["y"])
    lo, hi = (classes[name][:, None, None] for name in ("range_min", "range_max"))
    return ((lo <= d) & (d <= hi)).astype("f8")


def _part(reached: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Part of the area from which each class reaches a place that is aimed at."""
    return (reached @ (target > 0.0) > 0.0).mean(axis=1)


def _fit(
    reached: np.ndarray, share: np.ndarray, target: np.ndarray, band: np.ndarray
) -> np.ndarray:
    """Weights of the places with which the bands get their part of `target`, if reach allows.

    The bands end at the greatest ranges of the classes.
    """
    wanted = np.bincount(band, target)
    weight = target.copy()
    for _ in range(ROUNDS):
        got = np.bincount(band, _aimed(reached, share, weight))
        factor = np.divide(wanted, got, out=np.zeros(len(got)), where=got > 0.0)
        weight *= factor[band]
        weight /= weight.sum()
    return weight


def _aimed(reached: np.ndarray, share: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Share of the rockets that each place is aimed at with, over the grid of launch points."""
    aimed = np.zeros(len(weight))
    for r, s in zip(reached[share > 0.0], share[share > 0.0], strict=True):
        total = r @ weight
        some = total > 0.0
        aimed += s * weight * ((1.0 / total[some]) @ r[some]) / some.sum()
    return aimed
