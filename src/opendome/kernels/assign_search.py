"""Local search on a plan: one shot to another target, or two shots that change targets.

A       value that a target still has, in the mean
"""

from opendome._jit import kernel


@kernel
def without(j, r, S, shots, A):
    """A of target j less one shot of row r."""
    if S.q[r] > 0.0:
        return A[j] / S.q[r]
    left = S.value[j]
    for x in range(S.start[j], S.start[j + 1]):
        for _ in range(shots[x] - (1 if x == r else 0)):
            left *= S.q[x]
    return left


@kernel
def _row(j, i, S):
    """The row of weapon i at target j, or -1; rows ascend by weapon."""
    lo, hi = S.start[j], S.start[j + 1]
    while lo < hi:
        mid = (lo + hi) // 2
        if S.weapon[mid] < i:
            lo = mid + 1
        else:
            hi = mid
    return lo if lo < S.start[j + 1] and S.weapon[lo] == i else -1


@kernel
def _best_exchange(j, r, S, column, row_of, target_of, shots, A):
    """What one shot of row r should do instead: gain, its new row, row that comes here or -1."""
    i = S.weapon[r]
    alone = without(j, r, S, shots, A)
    most, to, back = 0.0, -1, -1
    for y in range(column[i], column[i + 1]):
        k, new = target_of[y], row_of[y]
        if k == j:
            continue
        gain = A[k] * (1.0 - S.q[new]) - (alone - A[j])
        if gain > most:
            most, to, back = gain, new, -1
        if A[j] + A[k] <= most:
            continue
        for z in range(S.start[k], S.start[k + 1]):
            if shots[z] == 0 or z == new:
                continue
            here = _row(j, S.weapon[z], S)
            if here < 0:
                continue
            there = without(k, z, S, shots, A) * S.q[new]
            gain = A[j] + A[k] - alone * S.q[here] - there
            if gain > most:
                most, to, back = gain, new, z
    return most, to, back


@kernel
def _move(r, j, to, k, S, shots, A):
    """Take one shot of row r from target j and fire it at target k, row `to`."""
    A[j] = without(j, r, S, shots, A)
    shots[r] -= 1
    shots[to] += 1
    A[k] *= S.q[to]


@kernel
def exchange(S, column, row_of, target_of, target, shots, A, passes):
    """Improve a plan by moves and exchanges of single shots.

    Parameters
    ----------
    S : assign_sparse.Sparse
    column, row_of, target_of : the rows of S by weapon
    target : int array (rows,), the target of each row
    shots : int array (rows,), changed
    A : float array (n,), of the plan; changed
    passes : int
        Rounds over all rows at most; it ends when one finds nothing.
    """
    least = 1e-12 * A.sum()
    for _ in range(passes):
        found = False
        for r in range(len(shots)):
            if shots[r] == 0:
                continue
            j = target[r]
            gain, to, back = _best_exchange(j, r, S, column, row_of, target_of, shots, A)
            if gain <= least:
                continue
            k = target[to]
            if back >= 0:
                _move(back, k, _row(j, S.weapon[back], S), j, S, shots, A)
            _move(r, j, to, k, S, shots, A)
            found = True
        if not found:
            break
