"""Harm to people: deaths expected from what falls on places, and their number in one operation.

`s` is the ledger's Scoring: parameters of the scenario, and what is warned where.
"""

from typing import Any

import numpy as np

from opendome.rng import CASUALTIES, uniform2

STAY = 600.0  # s, how long people stay sheltered after a warning (Home Front Command: 10 minutes)


def deaths(s: Any, rockets: np.ndarray, sheltered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Deaths expected from each rocket if it falls: density times lethal area.

    Returns
    -------
    harm, unwarned : float arrays (n,)
        With the shelter that the warnings gave, and with none.
    """
    p = s.parameters
    unwarned = _struck(p, rockets["place"], p.classes["lethal_area"][rockets["cls"]])
    return unwarned / np.where(sheltered, p.effects[0]["shelter_factor"], 1.0), unwarned


def debris_deaths(
    s: Any, debris: np.ndarray, warnings: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Deaths expected from each piece: density times casualty area, as for rockets.

    Returns
    -------
    harm, unwarned : float arrays (n,)
        With the shelter that the warnings gave where and when it fell, and with none.
    """
    p = s.parameters
    unwarned = _struck(p, debris["place"], debris["casualty_area"])
    # One key for place and time: an area's warnings lie together, a period apart from the next's.
    period = 2.0 * max(float(np.max(warnings["t"], initial=0.0)), STAY) + 1e6
    keys = np.sort(warnings["place"] * period + warnings["t"])
    fell = s.area_of(debris["place"], debris["x"], debris["y"]) * period + debris["t"]
    given = np.append(keys, np.inf)[np.searchsorted(keys, fell - STAY)]
    sheltered = given <= fell - float(p.effects[0]["shelter_time"])
    return unwarned / np.where(sheltered, p.effects[0]["shelter_factor"], 1.0), unwarned


def _struck(p: Any, place: np.ndarray, area: np.ndarray) -> np.ndarray:
    """People expected to be struck within an area of each of these places; -1: nobody."""
    places = p.places[np.maximum(place, 0)]
    density = places["population"] / (np.pi * places["radius"] ** 2)
    return np.where(place >= 0, density * area * p.effects[0]["exposure"], 0.0)


def draw_deaths(expected: float, seed: int, rep: int) -> int:
    """Deaths of one operation: a Poisson number, by inversion of one uniform.

    Hits are independent given what they are, so the sum of their Poisson numbers is one.
    """
    from scipy.special import pdtrik

    if expected <= 0.0:
        return 0
    u, _ = uniform2(seed, rep, 0, 0, CASUALTIES, 0)
    return max(int(np.ceil(pdtrik(u, expected))), 0)
