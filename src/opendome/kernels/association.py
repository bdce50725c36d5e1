"""Global nearest neighbour: clusters of conflicting tracks, then an exact assignment in each.

    cost[i, j]  cost of giving column j to row i; the last n columns stand for "nothing"
    u, v        dual prices of rows and columns

A row is a track (or an old plot), a column a plot.
"""

import numpy as np

from opendome._jit import allocating_kernel, kernel


@kernel
def assign(cost, n, m, column_of, u, v, row_of, way, least, done):
    """Minimum-cost assignment of every row 0..n-1 to a different column 0..m-1, n <= m.

    Shortest augmenting paths with dual prices, O(n^2 m).

    Parameters
    ----------
    cost : float array (>= n, >= m); np.inf forbids a pair, but every row needs a finite one
        that stays free (a column of its own for "nothing").
    column_of : int array, filled with the column of each row.
    u, v, least : float arrays; row_of, way : int arrays; done : bool array.
        Scratch, at least max(n, m) + 1 long.

    Source: Jonker and Volgenant, Computing 38 (1987); Crouse, IEEE Trans. AES 52(4) (2016).
    """
    for j in range(m + 1):
        v[j] = 0.0
        row_of[j] = -1
    for i in range(n):
        u[i] = 0.0
        row_of[m] = i
        here = m
        for j in range(m + 1):
            least[j] = np.inf
            done[j] = False
        while row_of[here] >= 0:
            done[here] = True
            row = row_of[here]
            delta = np.inf
            nxt = -1
            for j in range(m):
                if not done[j]:
                    reduced = cost[row, j] - u[row] - v[j]
                    if reduced < least[j]:
                        least[j] = reduced
                        way[j] = here
                    if least[j] < delta:
                        delta = least[j]
                        nxt = j
            for j in range(m + 1):
                if done[j]:
                    u[row_of[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            here = nxt
        while here != m:
            row_of[here] = row_of[way[here]]
            here = way[here]
    for j in range(m):
        if row_of[j] >= 0:
            column_of[row_of[j]] = j


@kernel
def root_of(parent, i):
    """Representative of i's cluster, halving the path on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def match(n_edges, n_rows, n_cols, miss, scratch):
    """Assign columns to rows over a sparse list of allowed pairs; a row may stay without one.

    Minimises the sum of edge costs plus `miss` for each row left alone.  A pair that no other
    pair competes with is taken at once; the others are solved exactly, cluster by cluster.  Only
    in a cluster that exceeds scratch.work (world.CLUSTER) the cheapest pair goes first.

    Parameters
    ----------
    scratch : world.Scratch
        Reads the first n_edges of edges (row, column) and costs; every cost is below miss (the
        gate).  Fills column_of: the column of each row, or -1.
    """
    edge_row, edge_col, column_of = scratch.edges[0], scratch.edges[1], scratch.column_of
    parent, first, order = scratch.parent, scratch.local, scratch.order
    for i in range(n_rows + n_cols):
        parent[i] = i
        first[i] = 0
    for i in range(n_rows):
        column_of[i] = -1
    for e in range(n_edges):
        a = root_of(parent, edge_row[e])
        b = root_of(parent, n_rows + edge_col[e])
        if a != b:
            parent[max(a, b)] = min(a, b)
    # Edges in order of their cluster (counting sort): first[root] counts, then begins its part.
    for e in range(n_edges):
        first[root_of(parent, edge_row[e])] += 1
    begin = 0
    for i in range(n_rows):
        count = first[i]
        first[i] = begin
        begin += count
    for e in range(n_edges):
        root = root_of(parent, edge_row[e])
        order[first[root]] = e
        first[root] += 1
    e = 0
    while e < n_edges:
        end = first[root_of(parent, edge_row[order[e]])]  # by now the end of its part
        if end == e + 1:
            column_of[edge_row[order[e]]] = edge_col[order[e]]
        else:
            _solve_cluster(order[e:end], miss, scratch)
        e = end


@allocating_kernel
def _solve_cluster(edges, miss, scratch):
    """Dense assignment of one cluster, given its edges; column m + i is row i's own "nothing"."""
    edge_row, edge_col, work = scratch.edges[0], scratch.edges[1], scratch.work
    rows, cols, row_of = scratch.ints[0], scratch.ints[1], scratch.ints[2]
    way, found = scratch.ints[3], scratch.ints[4]
    row_at, col_at = scratch.ints[5], scratch.ints[6]
    n = 0
    m = 0
    for e in edges:
        i, j = edge_row[e], edge_col[e]
        if not (row_at[i] < n and rows[row_at[i]] == i):
            row_at[i] = n
            rows[n] = i
            n += 1
        if not (col_at[j] < m and cols[col_at[j]] == j):
            col_at[j] = m
            cols[m] = j
            m += 1
    if n + 3 > work.shape[0] or n + m + 1 > work.shape[1]:
        _cheapest_first(edges, scratch)
        return
    for i in range(n):
        for j in range(m + n):
            work[3 + i, j] = np.inf
        work[3 + i, m + i] = miss
    for e in edges:
        work[3 + row_at[edge_row[e]], col_at[edge_col[e]]] = scratch.costs[e]
    done = np.empty(m + n + 1, np.bool_)
    assign(work[3:], n, m + n, found, work[0], work[1], row_of, way, work[2], done)
    for i in range(n):
        scratch.column_of[rows[i]] = cols[found[i]] if found[i] < m else -1


@allocating_kernel
def _cheapest_first(edges, scratch):
    """Take the cheapest pair of a cluster, then the next whose row and column are free."""
    taken = np.zeros(len(scratch.parent), np.bool_)
    costs = np.empty(len(edges))
    for i in range(len(edges)):
        costs[i] = scratch.costs[edges[i]]
    for i in np.argsort(costs):
        row, col = scratch.edges[0, edges[i]], scratch.edges[1, edges[i]]
        if scratch.column_of[row] < 0 and not taken[col]:
            scratch.column_of[row] = col
            taken[col] = True
