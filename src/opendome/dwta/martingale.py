"""A bound above the fluid one: prices of rounds that follow the fates of the salvos.

The prices are a martingale: a miss makes rounds dearer, a kill cheaper, in the mean nothing moves.
How far they move is free, and this module chooses it; that the bound holds does not depend on it.
"""

from typing import NamedTuple

import numpy as np

from opendome.dwta.bound import room, start
from opendome.kernels import rolling
from opendome.kernels.game import Game
from opendome.kernels.moving_prices import Moves, cost_of, uses
from opendome.kernels.prices import Prices, best_chain, rent, spread

#: Shares of the full move of a price that are tried, and draws (in pairs) that each is tried on.
SHARES, TRIED = (0.25, 0.5, 0.75, 1.0, 1.5), 40
#: Spread of the prices, as a part of them, and pairs of draws, with which demand is measured.
SPREAD, PAIRS = 0.15, 200
#: Rounds that are added to what demand gives way by: late, there is little left to give way.
STIFF = 1.0
MOST, LEAST = 1.0, -0.5  # move of a price by one fate, relative


class Raised(NamedTuple):
    """A bound in the mean of draws, with the half-width of its 95 % interval."""

    value: float
    half_width: float
    moves: Moves


def raised(g: Game, prices: Prices, pairs: int = 500, seed: int = 0) -> Raised:
    """Raise the bound that prices prove by letting them follow the fates.

    Parameters
    ----------
    g : Game
    prices : Prices
        All >= 0, best those of `bound.fluid`.
    pairs : int
        Draws of the first fates, each with its mirror image.
    seed : int

    Returns
    -------
    Raised
        The share of the moves is chosen on draws of its own, so that the mean is not biased.
    """
    full = moves(g, prices, seed)
    found = [
        (np.mean(bounds(g, prices, _scaled(full, share), TRIED, (seed, 1))), share)
        for share in (0.0, *SHARES)
    ]
    best = _scaled(full, max(found)[1])
    values = bounds(g, prices, best, pairs, (seed, 2))
    return Raised(
        float(np.mean(values)), float(1.96 * np.std(values, ddof=1) / np.sqrt(pairs)), best
    )


def _scaled(full: Moves, share: float) -> Moves:
    return full._replace(alpha=np.clip(share * full.alpha, LEAST, MOST))


def bounds(g: Game, prices: Prices, made: Moves, pairs: int, seed: tuple[int, int]) -> np.ndarray:
    """The bound of each pair of draws; only their mean is one.

    Parameters
    ----------
    made : Moves
        Any with -1 < alpha <= 1, and `told` and `ends` of `moves`.
    """
    n, worth = int(g.bounds[1]), rent(prices, room(g), 0)
    work, use = rolling.plan(len(g.pack), g.slots), np.zeros((n, len(g.pack)))
    start(g)
    spread(prices, g.reload, work.costs)
    uses(g.threats, n, g.salvos, work.costs, work.chain, use)
    spread(prices._replace(stock=np.zeros(len(g.pack))), g.reload, work.costs)
    rng = np.random.default_rng([*seed, 5])
    found = np.empty(pairs)
    for i in range(pairs):
        draws = rng.random(n)
        found[i] = 0.5 * sum(
            cost_of(g.threats, n, g.salvos, work.costs, prices.stock, use, made, d)
            for d in (draws, 1.0 - draws)
        )
    return found - worth


def moves(g: Game, prices: Prices, seed: int = 0) -> Moves:
    """How far prices should move: what a miss asks for over what demand gives way by.

    A miss of threat j asks for r_jb rounds more, those of its chain after the first salvo.  Later
    threats ask for S = -dN/du rounds less as prices rise, and S x = r gives the rise x.  S is
    measured from spread prices and made symmetric, as it is at any optimum.
    """
    n = int(g.bounds[1])
    q, asked = _reference(g, prices)
    t, s = g.threats, g.salvos
    windows = [slice(a, b) for a, b in zip(t.first[:n], t.last[:n], strict=True)]
    some = [w.start < w.stop for w in windows]
    told = np.array([s.again[w].min() if o else 0 for w, o in zip(windows, some, strict=True)])
    ends = np.array([s.launch[w].max() if o else -1 for w, o in zip(windows, some, strict=True)])
    priced = np.flatnonzero(prices.stock > 1e-6)
    root = np.sqrt(prices.stock[priced])
    demand = _demand(g, prices, seed)[:, priced][:, :, priced]
    alpha = np.zeros((n, len(g.pack)))
    for j in np.flatnonzero(q > 0.0):
        # With w = root x the matrix of the relative rises is symmetric: root S root.
        S = demand[ends >= told[j]].sum(axis=0) * root[:, None] / root
        size, vectors = np.linalg.eigh(0.5 * (S + S.T))
        rise = vectors @ (vectors.T @ (root * asked[j, priced]) / (np.maximum(size, 0.0) + STIFF))
        alpha[j, priced] = rise / root
    return Moves(alpha, q, told, ends)


def _reference(g: Game, prices: Prices) -> tuple[np.ndarray, np.ndarray]:
    """Of the best chains: kill probability of the first salvo, rounds that its miss asks for.

    The probability is 0 where no salvo follows.
    """
    work = rolling.plan(len(g.pack), g.slots)
    n, t, s, chain = int(g.bounds[1]), g.threats, g.salvos, work.chain
    start(g)
    spread(prices, g.reload, work.costs)
    q, asked = np.zeros(n), np.zeros((n, len(g.pack)))
    for j in range(n):
        best_chain(t, j, s, work.costs, chain)
        k = chain.next[t.start[j]]
        if k < 0:
            continue
        first = chain.salvo[k]
        share, k = 1.0, s.again[first]
        while k <= s.launch[t.first[j]] and chain.next[k] >= 0:
            o = chain.salvo[chain.next[k]]
            asked[j, s.battery[o]] += share * s.rounds[o]
            share *= 1.0 - s.p[o]
            k = s.again[o]
        q[j] = s.p[first] if share < 1.0 else 0.0
    return q, asked


def _demand(g: Game, prices: Prices, seed: int) -> np.ndarray:
    """-dN_b / d(log u_c) of every threat, (threats, batteries, batteries).

    By Stein's identity: the mean slope of N over normal prices is the covariance of the two.
    """
    work = rolling.plan(len(g.pack), g.slots)
    n, batteries = int(g.bounds[1]), len(g.pack)
    rng = np.random.default_rng([seed, 6])
    found = np.zeros((n, batteries, batteries))
    sides = np.zeros((2, n, batteries))
    start(g)
    for _ in range(PAIRS):
        z = rng.normal(size=batteries)
        for sign, side in zip((1.0, -1.0), sides, strict=True):
            stock = np.maximum(prices.stock * (1.0 + sign * SPREAD * z), 0.0)
            spread(prices._replace(stock=stock), g.reload, work.costs)
            uses(g.threats, n, g.salvos, work.costs, work.chain, side)
        found -= (sides[0] - sides[1])[:, :, None] * z
    return found / (2.0 * SPREAD * PAIRS)
