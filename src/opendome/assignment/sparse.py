"""Which pairs of weapon and target to keep, so that large problems fit and small ones are quick."""

from typing import NamedTuple

import numpy as np

from opendome.assignment.problem import Problem
from opendome.kernels import assign_oracle as oracle
from opendome.kernels import assign_sparse as kernels
from opendome.kernels.assign_sparse import Sparse

#: A problem of no more weapon types than this keeps every pair.
FEW = 24
#: Most shots at one target that the searches consider.
DEPTH = 256


class ByWeapon(NamedTuple):
    """The rows of a Sparse weapon by weapon: `column[i] .. column[i + 1] - 1` of the others."""

    column: np.ndarray
    row_of: np.ndarray
    target_of: np.ndarray


def first(problem: Problem) -> Sparse:
    """The most sure weapons of each target and the best targets of each weapon."""
    m, n = problem.survive.shape
    kept = 16 + int(3 * np.ceil(np.log2(m + 1)) * max(1.0, problem.ammunition.sum() / n))
    if m <= max(FEW, kept):
        return whole(problem)
    q = np.empty((n, kept), problem.survive.dtype)
    weapon = np.empty((n, kept), np.int64)
    kernels.most_sure(problem.survive, q, weapon)
    targets = np.empty((m, 2), np.int64)
    kernels.best_targets(problem.survive, problem.value, targets)
    targets[targets < 0] = 0
    pairs = np.concatenate(
        [
            (np.arange(n)[:, None] * m + weapon).ravel(),
            (targets * m + np.arange(m)[:, None]).ravel(),
        ]
    )
    return _of_pairs(problem, np.unique(pairs))


def whole(problem: Problem) -> Sparse:
    """Every pair."""
    m, n = problem.survive.shape
    return _of_pairs(problem, np.arange(m * n))


def eligible(problem: Problem, u: np.ndarray, K: np.ndarray, slack: np.ndarray) -> Sparse:
    """The pairs that a set costing at most K + slack can hold at prices u, all of them."""
    count = np.zeros(len(problem.value), np.int64)
    kernels.count_eligible(problem.survive, u, K, slack, count)
    start = np.concatenate([[0], np.cumsum(count)])
    weapon = np.empty(start[-1], np.int64)
    kernels.fill_eligible(problem.survive, u, K, slack, start[:-1].copy(), weapon)
    return _complete(problem, start, weapon)


def merged(problem: Problem, a: Sparse, b: Sparse) -> Sparse:
    """The pairs of both."""
    return _of_pairs(problem, np.union1d(_pairs(problem, a), _pairs(problem, b)))


def missing(problem: Problem, a: Sparse, b: Sparse) -> int:
    """Pairs of b that a lacks."""
    return len(np.setdiff1d(_pairs(problem, b), _pairs(problem, a), assume_unique=True))


def single_shots(S: Sparse) -> tuple[Sparse, np.ndarray, np.ndarray]:
    """Every shot a weapon of its own; the type of each; where each old row begins, one more."""
    copies = np.minimum(S.ammunition, _most_wanted(S))
    kind = np.repeat(np.arange(len(copies)), copies)
    begin = np.concatenate([[0], np.cumsum(copies)])[:-1]
    each = copies[S.weapon]
    row = np.repeat(np.arange(len(S.weapon)), each)
    row_begin = np.concatenate([[0], np.cumsum(each)])
    shot = np.arange(len(row)) - row_begin[row]
    ones = np.ones(len(row), np.int64)
    single = Sparse(
        S.value, np.ones(len(kind), np.int64), row_begin[S.start], begin[S.weapon[row]] + shot,
        S.q[row], S.w[row], ones,
    )  # fmt: skip
    return single, kind, row_begin


def _most_wanted(S: Sparse) -> np.ndarray:
    """Shots of each type that all targets together may take."""
    wanted = np.zeros(len(S.ammunition), np.int64)
    np.add.at(wanted, S.weapon, S.cap)
    return wanted


def by_weapon(S: Sparse) -> ByWeapon:
    """Transpose."""
    rows = len(S.weapon)
    found = ByWeapon(
        np.empty(len(S.ammunition) + 1, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
    )
    kernels.by_weapon(S.start, S.weapon, *found)
    return found


def scratch(S: Sparse) -> oracle.Scratch:
    """Working memory for the searches."""
    return oracle.scratch(int(np.diff(S.start).max(initial=1)), DEPTH)


def target_of_row(S: Sparse) -> np.ndarray:
    """The target of each row."""
    return np.repeat(np.arange(len(S.value)), np.diff(S.start))


def _pairs(problem: Problem, S: Sparse) -> np.ndarray:
    return target_of_row(S) * len(problem.ammunition) + S.weapon


def _of_pairs(problem: Problem, pairs: np.ndarray) -> Sparse:
    target, weapon = np.divmod(pairs, len(problem.ammunition))
    start = np.searchsorted(target, np.arange(len(problem.value) + 1))
    return _complete(problem, start, weapon)


def _complete(problem: Problem, start: np.ndarray, weapon: np.ndarray) -> Sparse:
    rows = len(weapon)
    q, w, cap = np.empty(rows), np.empty(rows), np.empty(rows, np.int64)
    kernels.complete(problem.survive, problem.ammunition, start, weapon, q, w, cap)
    return Sparse(problem.value, problem.ammunition, start, weapon, q, w, cap)
