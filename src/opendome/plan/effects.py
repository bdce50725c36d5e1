"""What one more battery, launcher or radar changes: paired differences in the full simulator.

A pair is one operation twice: the same launches, parameters and random numbers, with the force in
service and with more of one kind.  The change d of a figure's logarithm is fitted over the pairs,

    d = a + b (ln n - mean ln n)      n launches; weights n, as the noise of a count has it

for one more and for one more than can be bought; between the counts it is linear.  Differences of
pairs are known far better than differences of fits: what the launches do to both falls out.

Source: Law, Simulation Modeling and Analysis, 5th edition (2015), section 11.2, for common random
numbers.
"""

from collections.abc import Mapping
from math import expm1
from typing import NamedTuple

import numpy as np

LEAKED = 1  # of the figures rounds, leaked, saved: the one whose error `score` measures


class Effect(NamedTuple):
    """Changes of the logarithms of rounds, leakers and saved by more of one kind."""

    kind: str  # battery, launcher, radar
    counts: np.ndarray  # (c,) int, measured; rising
    centre: float  # mean logarithm of the launches
    slopes: np.ndarray  # (c, 3, 2): a and b of each figure
    inverse: np.ndarray  # (c, 2, 2): inverse of the normal matrix
    spread: np.ndarray  # (c, 3): deviation of one pair; rounds and saved: the part that goes with
    # the leakers'
    pairs: int

    def change(self, ln_launches: np.ndarray, count: int, score: np.ndarray | float) -> np.ndarray:
        """Changes (3, *shape) for so many more.

        Parameters
        ----------
        ln_launches : float array, any shape
        count : int
            Beyond the greatest that was measured, as there.
        score : float or array that broadcasts with ln_launches
            Error of the change of the leakers, in standard errors.
        """
        v = np.stack([np.ones_like(ln_launches), ln_launches - self.centre])
        at = [np.zeros((3, *ln_launches.shape))]
        for slopes, inverse, spread in zip(self.slopes, self.inverse, self.spread, strict=True):
            error = np.sqrt(np.einsum("i...,ij,j...->...", v, inverse, v)) * score
            at.append(np.einsum("fi,i...->f...", slopes, v)
                      + spread.reshape(3, *(1,) * ln_launches.ndim) * error)  # fmt: skip
        counts = np.concatenate([[0], self.counts])
        k = min(int(np.searchsorted(counts, count, side="right")), len(counts) - 1)
        low, high = counts[k - 1], counts[k]
        part = min((count - low) / (high - low), 1.0)
        return (1.0 - part) * at[k - 1] + part * at[k]

    def leakers(self, score: float = 0.0, count: int = 1) -> float:
        """Relative change of the leakers of a middling operation by so many more."""
        return expm1(float(self.change(np.array([self.centre]), count, score)[LEAKED, 0]))


def learn(
    table: Mapping[str, np.ndarray], logs: np.ndarray, columns: Mapping[str, str]
) -> dict[str, Effect]:
    """Effects from the rows of the paired studies.

    Parameters
    ----------
    table : mapping, column -> (rows,)
        `pair` (which operation; -1: none), `rep`, `launches`, and the columns of the force.
    logs : float array (3, rows)
        Logarithms of the figures.
    columns : mapping
        Kind -> column that counts it.
    """
    rows = np.flatnonzero(np.asarray(table["pair"]) >= 0)
    if not len(rows):
        return {}
    force = np.column_stack([np.asarray(table[c])[rows] for c in columns.values()])
    more = force - force.min(axis=0)
    key = [(int(table["pair"][r]), int(table["rep"][r])) for r in rows]
    base = {k: r for k, r, m in zip(key, rows, more, strict=True) if not m.any()}
    found = {}
    for i, kind in enumerate(columns):
        counts = np.unique(more[more[:, i] > 0, i]).astype(int)
        sets = []
        for count in counts:
            mine = np.flatnonzero(more[:, i] == count)
            first = np.array([base[key[j]] for j in mine])
            sets.append((logs[:, rows[mine]] - logs[:, first],
                         np.asarray(table["launches"], "f8")[first]))  # fmt: skip
        if sets:
            found[kind] = _fit(kind, counts, sets)
    return found


def _fit(kind: str, counts: np.ndarray, sets: list[tuple[np.ndarray, np.ndarray]]) -> Effect:
    centre = float(np.mean(np.log(sets[0][1])))
    slopes, inverses, spreads = [], [], []
    for d, launches in sets:
        weight = launches / launches.mean()
        x = np.column_stack([np.ones(len(launches)), np.log(launches) - centre])
        inverse = np.linalg.pinv(x.T * weight @ x)
        fitted = inverse @ (x.T * weight) @ d.T  # (2, 3)
        residual = d - (x @ fitted).T
        freedom = max(len(launches) - 2, 1)
        covariance = (residual * weight) @ residual.T / freedom
        of_leaked = np.sqrt(max(covariance[LEAKED, LEAKED], 0.0))
        # Of each figure's error the part that goes with the leakers': their regression on it.
        spread = covariance[LEAKED] / of_leaked if of_leaked > 0.0 else np.zeros(3)
        slopes.append(fitted.T)
        inverses.append(inverse)
        spreads.append(spread)
    pairs = len(sets[0][1])
    return Effect(
        kind, counts, centre, np.array(slopes), np.array(inverses), np.array(spreads), pairs
    )
