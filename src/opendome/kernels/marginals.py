"""Joint probabilistic data association: how sure each pair of a track and a plot is.

The probability of a pair is the sum over all joint assignments of its cluster in which it stands.
The sum runs over sets of plots that are taken, which holds it to rows x 2^columns terms.

    psi      likelihood ratio of a pair, body's plot over false plot, P_d / (1 - P_d) in it
    f_i[S]   sum over the assignments of the rows before i that take the plots S
    b_i[S]   sum over those of row i and after that leave the plots S alone

    f_{i+1}[S] = f_i[S] + sum_{j in S} psi_ij f_i[S - j]
    b_i[S] = b_{i+1}[S] + sum_{j not in S} psi_ij b_{i+1}[S + j]
    P_ij = psi_ij sum_{S without j} f_i[S] b_{i+1}[S + j] / b_0[nothing]

Source: Fortmann, Bar-Shalom, Scheffe, "Sonar tracking of multiple targets using joint probabilistic
data association", IEEE J. Oceanic Engineering 8(3) (1983).
"""

from math import exp

import numpy as np

from opendome._jit import allocating_kernel
from opendome.kernels.association import root_of

PLOTS_MOST = 10  # of a cluster whose assignments are summed; a larger one keeps the best


@allocating_kernel
def leave_open(n_edges, p_own, scratch):
    """Take back the plots that may well be another track's: column_of becomes -2 - plot.

    The track has been seen, but is not updated.  Comes after `match` (kernels/association.py),
    whose clusters it reads.
    """
    edge_row, edge_col, order = scratch.edges[0], scratch.edges[1], scratch.order
    e = 0
    while e < n_edges:
        end = scratch.local[root_of(scratch.parent, edge_row[order[e]])]
        if end > e + 1:
            part = order[e:end]
            rows, columns = edge_row[part], edge_col[part]
            chance = marginals(rows, columns, scratch.gains[part])
            for c in range(len(chance)):
                if scratch.column_of[rows[c]] == columns[c] and chance[c] < p_own:
                    scratch.column_of[rows[c]] = -2 - columns[c]
        e = end


@allocating_kernel
def marginals(rows, columns, gains):
    """Probability of each pair of a cluster.

    Parameters
    ----------
    rows, columns : int array (n,)
        Track and plot of each pair.
    gains : float array (n,)
        ln psi.

    Returns
    -------
    float array (n,)
        Ones, where there are more than PLOTS_MOST plots.
    """
    row, n_rows = _numbered(rows)
    col, n_cols = _numbered(columns)
    chance = np.ones(len(gains))
    if n_cols > PLOTS_MOST:
        return chance
    best = np.zeros(n_rows)
    for e in range(len(gains)):
        best[row[e]] = max(best[row[e]], gains[e])
    f, b = np.zeros((n_rows + 1, 1 << n_cols)), np.ones((n_rows + 1, 1 << n_cols))
    f[0, 0] = 1.0
    for i in range(n_rows):
        k = n_rows - 1 - i
        f[i + 1], b[k] = exp(-best[i]) * f[i], exp(-best[k]) * b[k + 1]
        for e in range(len(gains)):
            bit, psi = 1 << col[e], exp(gains[e] - best[row[e]])
            for S in range(1 << n_cols):
                if row[e] == i and S & bit:
                    f[i + 1, S] += psi * f[i, S - bit]
                if row[e] == k and not S & bit:
                    b[k, S] += psi * b[k + 1, S + bit]
    for e in range(len(gains)):
        bit, psi = 1 << col[e], exp(gains[e] - best[row[e]])
        total = 0.0
        for S in range(1 << n_cols):
            if not S & bit:
                total += f[row[e], S] * b[row[e] + 1, S + bit]
        chance[e] = psi * total / b[0, 0]
    return chance


@allocating_kernel
def _numbered(ends):
    """The same ends numbered from 0, and how many there are."""
    number, n = np.empty(len(ends), np.int64), 0
    for e in range(len(ends)):
        number[e] = -1
        for k in range(e):
            if ends[k] == ends[e]:
                number[e] = number[k]
                break
        if number[e] < 0:
            number[e] = n
            n += 1
    return number, n
