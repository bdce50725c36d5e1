"""Threshold with reserve: the last rounds of a battery are for the larger values.

A battery that holds the share f of its rounds fires at values of at least
value_min max(0, 1 - f / reserve): everything while more than the reserve is left, and then at
ever larger values only.
"""

from opendome._jit import allocating_kernel
from opendome.kernels.offer import by_value
from opendome.tables import FIRE, RESERVE, SHORT_OF


@allocating_kernel
def threshold_reserve(offer, n, reserve, value_min):
    """One round at each threat above the threshold, from the surest battery that may fire.

    Parameters
    ----------
    offer : Offer
    n : int
    reserve : float
        Share of a battery's rounds that is kept.
    value_min : float
        Value at risk that the last round is kept for.
    """
    for i in by_value(offer, n):
        best = -1
        offer.reason[i] = SHORT_OF
        for b in range(len(offer.can)):
            if offer.p[i, b] <= 0.0 or offer.can[b] <= 0:
                continue
            held = offer.left[b] / max(offer.full[b], 1.0)
            need = value_min * (1.0 - held / reserve) if held < reserve else 0.0
            offer.price[i, b] = need
            offer.gain[i, b] = offer.value[i] - need
            if offer.value[i] < need:
                offer.reason[i] = RESERVE
            elif best < 0 or offer.p[i, b] > offer.p[i, best]:
                best = b
        if best >= 0:
            offer.fire[i], offer.battery[i], offer.reason[i] = 1, best, FIRE
            offer.can[best] -= 1
            offer.left[best] -= 1.0
