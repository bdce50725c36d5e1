"""Greedy by marginal return: the round that saves most goes first (maximum marginal return).

Source: den Broeder, Ellison and Emerling, Oper. Res. 7(3), 1959: optimal in the static problem
where the kill probability depends on the target alone.
"""

import numpy as np

from opendome._jit import allocating_kernel
from opendome.kernels.offer import by_id
from opendome.tables import FIRE, SHORT_OF, UNSURE


@allocating_kernel
def greedy(offer, n, least):
    """One round at each threat, pairs in order of falling value times kill probability.

    Parameters
    ----------
    offer : Offer
        gain is filled with the marginal return.
    n : int
        Rows of it.
    least : float
        Least marginal return worth a round.
    """
    batteries = len(offer.can)
    rows = by_id(offer, n)
    worth = np.zeros(n * batteries)
    for r in range(n):
        i = rows[r]
        offer.reason[i] = UNSURE
        for b in range(batteries):
            if offer.p[i, b] > 0.0:
                offer.gain[i, b] = offer.value[i] * offer.p[i, b]
                worth[r * batteries + b] = offer.gain[i, b]
                if offer.gain[i, b] > least:
                    offer.reason[i] = SHORT_OF
    for pair in np.argsort(-worth, kind="mergesort"):
        if not worth[pair] > least:
            return
        i, b = rows[pair // batteries], pair % batteries
        if offer.fire[i] == 0 and offer.can[b] > 0:
            offer.fire[i], offer.battery[i], offer.reason[i] = 1, b, FIRE
            offer.can[b] -= 1
