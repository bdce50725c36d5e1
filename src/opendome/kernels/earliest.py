"""The doctrine without its ellipse: one round at once, from the battery that meets first."""

from opendome._jit import allocating_kernel
from opendome.kernels.offer import by_id
from opendome.tables import FIRE, SHORT_OF


@allocating_kernel
def earliest(offer, n):
    """One round at each threat in order of identity, from the battery with the first intercept."""
    for i in by_id(offer, n):
        best = -1
        for b in range(len(offer.can)):
            able = offer.p[i, b] > 0.0 and offer.can[b] > 0
            if able and (best < 0 or offer.meet[i, b] < offer.meet[i, best]):
                best = b
        offer.reason[i] = SHORT_OF
        if best >= 0:
            offer.fire[i], offer.battery[i], offer.reason[i] = 1, best, FIRE
            offer.can[best] -= 1
