"""Bounds that know every salvo's fate: with the penalty for knowing it, and without (clairvoyant).

Means over replications bound the expected damage of every policy from below; the clairvoyant is
far too low to score anything by, and is a sanity line.
"""

import numpy as np

from opendome.dwta.bound import room, start
from opendome.kernels import rolling
from opendome.kernels.fates import fates
from opendome.kernels.game import Game
from opendome.kernels.prices import Costs, Prices, rent, spread


def penalised(g: Game, prices: Prices, penalty: Prices, draws: np.ndarray) -> float:
    """Penalised dual of one replication.

    Parameters
    ----------
    g : Game
    prices : Prices
        Of the resources: any >= 0.
    penalty : Prices
        From which the penalty is made: any >= 0.  Equal to `prices` it is `bound.lagrangian`
        without any variance.
    draws : float array (threats, salvos)
        `problem.hits`.
    """
    return _relaxed(g, prices, penalty, draws, True)


def clairvoyant(g: Game, prices: Prices, draws: np.ndarray) -> float:
    """Bound of one replication with every fate known: the best of some multiples of the prices."""
    scaled = [Prices(*(share * p for p in prices)) for share in np.linspace(0.0, 1.0, 11)]
    return max(_relaxed(g, u, u, draws, False) for u in scaled)


def _relaxed(g: Game, prices: Prices, penalty: Prices, draws: np.ndarray, penalise: bool) -> float:
    work = rolling.plan(len(g.pack), g.slots)
    other = Costs(*(c.copy() for c in work.costs))
    start(g)
    spread(prices, g.reload, work.costs)
    spread(penalty, g.reload, other)
    Z = np.zeros((g.slots + 2, draws.shape[1] + 1))
    cost = fates(
        g.threats, int(g.bounds[1]), g.salvos, work.costs, other, work.chain, draws, penalise, Z
    )
    return float(cost - rent(prices, room(g), 0))
