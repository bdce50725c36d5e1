"""Random problems of the laws that the literature measures on."""

import numpy as np

from opendome.assignment.problem import Problem

#: p ~ U(0.6, 0.9), v ~ U{25..100}: Ahuja, Kumar, Jha and Orlin, Oper. Res. 55(6), 2007.
#: p ~ U(0, 1), v ~ U{1..100}: Andersen, Pavlikov and Toffolo, Ann. Oper. Res. 312(2), 2022.
LAWS = {"ahuja": ((0.6, 0.9), (25, 100)), "andersen": ((0.0, 1.0), (1, 100))}


def random(weapons: int, targets: int, law: str, seed: int, copies: int = 1) -> Problem:
    """Draw a problem.

    Parameters
    ----------
    weapons, targets : int
        Weapon types and targets.
    law : str
        Of `LAWS`.
    seed : int
    copies : int
        Shots of every type.
    """
    (low, high), (least, most) = LAWS[law]
    draw = np.random.default_rng(seed)
    value = draw.integers(least, most + 1, targets).astype(np.float64)
    survive = draw.uniform(1.0 - high, 1.0 - low, (weapons, targets))
    return Problem(value, survive, np.full(weapons, copies, np.int64))
