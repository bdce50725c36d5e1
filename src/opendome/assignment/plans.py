"""Plans: maximum marginal return, exchanges, repair."""

import numpy as np

from opendome.assignment import sparse
from opendome.kernels.assign_greedy import greedy
from opendome.kernels.assign_sparse import Sparse


def marginal_return(S: Sparse, shots: np.ndarray | None = None) -> tuple[np.ndarray, float]:
    """Give the ammunition that a plan leaves to where it saves most.

    Parameters
    ----------
    shots : int array (rows,), optional
        The plan to complete; none by default.

    Returns
    -------
    shots, objective
    """
    shots = np.zeros(len(S.weapon), np.int64) if shots is None else shots.copy()
    left = S.ammunition.copy()
    np.subtract.at(left, S.weapon, shots)
    A, m = np.empty(len(S.value)), len(left)
    target = sparse.target_of_row(S)
    greedy(
        S.value, left, S.q, *sparse.by_weapon(S), target, A, shots,
        np.empty(m, np.int64), np.empty(m),
    )  # fmt: skip
    return shots, float(A.sum())


def cut(S: Sparse, shots: np.ndarray) -> np.ndarray:
    """A plan without the shots that the ammunition lacks."""
    shots = shots.copy()
    used = np.bincount(S.weapon, shots, minlength=len(S.ammunition)).astype(np.int64)
    for i in np.flatnonzero(used > S.ammunition):
        for r in np.flatnonzero((S.weapon == i) & (shots > 0)):
            over = min(shots[r], used[i] - S.ammunition[i])
            shots[r] -= over
            used[i] -= over
    return shots
