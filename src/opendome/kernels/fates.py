"""Bounds by relaxed information: every salvo's fate is told beforehand, at a penalty or for free.

W_j(k)    least expected cost of threat j without that knowledge (prices.py), at the penalty prices
Z_j(k, n) least cost with it, n salvos fired
"""

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.prices import best_chain, price_of


@allocating_kernel
def fate(threats, j, salvos, costs, penalty_costs, chain, draws, penalised, Z):
    """Least cost of one threat whose fates are known: salvo n kills if draws[j, n] < p_o.

    Z(k, n) = min(Z(k + 1, n), min over o of c_o + next), where `next` is 0 after a kill and
    Z(again, n + 1) after a miss; penalised, the knowledge of the fate costs what it changes the
    expected cost by: next - (W(next) - E W(next)).  At equal prices Z = W, whatever the draws.

    Source: Brown, Smith and Sun, "Information relaxations and duality in stochastic dynamic
    programs", Oper. Res. 58(4), 2010.

    Parameters
    ----------
    penalty_costs : Costs
        Of the prices that the penalty is made of.
    Z : float array (slots + 2, salvos), working memory

    Returns
    -------
    float
        Z(start, 0).
    """
    start, first, last = threats.start[j], threats.first[j], threats.last[j]
    v, most = threats.value[j], Z.shape[1] - 1
    if first >= last or salvos.launch[first] < start:
        return v
    best_chain(threats, j, salvos, penalty_costs, chain)
    end = salvos.launch[first] + 1
    Z[end] = v
    o = first
    for k in range(end - 1, start - 1, -1):
        Z[k] = Z[k + 1]
        while o < last and salvos.launch[o] == k:
            c, again = price_of(salvos, o, costs), min(salvos.again[o], end)
            W, p = chain.W[again], salvos.p[o]
            for n in range(most):
                killed = draws[j, n] < p
                after = 0.0 if killed else Z[again, n + 1]
                if penalised:
                    after -= (0.0 if killed else W) - (1.0 - p) * W
                Z[k, n] = min(Z[k, n], c + after)
            o += 1
    return Z[start, 0]


@kernel
def fates(threats, n, salvos, costs, penalty_costs, chain, draws, penalised, Z):
    """Sum of the least costs of threats 0 to n - 1."""
    total = 0.0
    for j in range(n):
        total += fate(threats, j, salvos, costs, penalty_costs, chain, draws, penalised, Z)
    return total
