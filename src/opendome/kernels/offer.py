"""What the simple policies decide on: who may be fired at now, by whom, how surely."""

from typing import NamedTuple

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.tables import NONE


class Offer(NamedTuple):
    """One row a threat that may be fired at now, one column a battery; and the orders."""

    id: np.ndarray  # i8 (n,): identity; settles ties, so that a row is only a place
    value: np.ndarray  # f8 (n,): value at risk
    p: np.ndarray  # f8 (n, batteries): kill probability of one round; 0: it cannot
    meet: np.ndarray  # f8 (n, batteries): time of the intercept
    can: np.ndarray  # i8 (batteries,): rounds that may leave now
    left: np.ndarray  # f8 (batteries,): rounds left, with those still to be loaded
    full: np.ndarray  # f8 (batteries,): the same at the start
    fire: np.ndarray  # i8 (n,): rounds ordered
    battery: np.ndarray  # i8 (n,): by whom; -1: nobody
    reason: np.ndarray  # i8 (n,): tables.REASONS
    gain: np.ndarray  # f8 (n, batteries): value saved by firing now, less the price of the round
    price: np.ndarray  # f8 (n, batteries)


def offer(n: int, n_batteries: int) -> Offer:
    """Room for n threats."""
    shape = (n, n_batteries)
    return Offer(
        np.zeros(n, np.int64), np.zeros(n), np.zeros(shape), np.zeros(shape),
        np.zeros(n_batteries, np.int64), np.zeros(n_batteries), np.zeros(n_batteries),
        np.zeros(n, np.int64), np.full(n, -1), np.zeros(n, np.int64), np.zeros(shape),
        np.zeros(shape),
    )  # fmt: skip


@kernel
def clear(offer, n):
    """Withdraw the orders of the first n rows."""
    for i in range(n):
        offer.fire[i] = 0
        offer.battery[i] = -1
        offer.reason[i] = NONE
        for b in range(len(offer.can)):
            offer.gain[i, b] = np.nan
            offer.price[i, b] = np.nan


@allocating_kernel
def by_id(offer, n):
    """Rows in order of identity."""
    return np.argsort(offer.id[:n], kind="mergesort")


@allocating_kernel
def by_value(offer, n):
    """Rows in order of falling value; equals in order of identity."""
    rows = by_id(offer, n)
    return rows[np.argsort(-offer.value[rows], kind="mergesort")]
