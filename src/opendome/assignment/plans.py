"""Plans: maximum marginal return, exchanges, repair."""

import numpy as np

from opendome.assignment import sparse
from opendome.kernels import assign_cycles as cycles
from opendome.kernels.assign_greedy import greedy
from opendome.kernels.assign_search import exchange
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


def exchanged(S: Sparse, shots: np.ndarray, passes: int = 20) -> tuple[np.ndarray, float]:
    """A plan improved by moving and exchanging single shots; shots and objective."""
    shots, target = shots.copy(), sparse.target_of_row(S)
    A = S.value.copy()
    used = np.flatnonzero(shots)
    np.multiply.at(A, target[used], S.q[used] ** shots[used])
    exchange(S, *sparse.by_weapon(S), target, shots, A, passes)
    return shots, float(A.sum())


def rotated(S: Sparse, shots: np.ndarray, most: int) -> tuple[np.ndarray, float, list[np.ndarray]]:
    """A plan improved by cycles of replaced shots; shots, objective, prices that may prove it.

    Parameters
    ----------
    most : int
        Cycles at most.

    Returns
    -------
    shots, objective
    prices : list of float arrays (m,)
        Empty where cycles are left.
    """
    shots, target, m = shots.copy(), sparse.target_of_row(S), len(S.ammunition)
    A = S.value.copy()
    used = np.flatnonzero(shots)
    np.multiply.at(A, target[used], S.q[used] ** shots[used])
    left = S.ammunition - np.bincount(S.weapon, shots, minlength=m).astype(np.int64)
    G = cycles.graph(m)
    if not cycles.improve(S, target, shots, A, left, G, most):
        return shots, float(A.sum()), []
    low, high = np.empty(m), np.empty(m)
    cycles.prices(G, low, high)
    high = np.where(np.isfinite(high), high, low)
    return shots, float(A.sum()), [0.5 * (low + high), low, high]


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
