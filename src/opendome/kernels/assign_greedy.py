"""Maximum marginal return: the next shot goes where it saves most.

    A       value that a target still has, in the mean
    gain    A p, what one shot more saves

Source: den Broeder, Ellison and Emerling, Oper. Res. 7(3), 1959, who prove it optimal where p
depends on the target only.
"""

from opendome._jit import kernel


@kernel
def _sift(heap, gain, i):
    """Restore the order of a heap of weapons, largest gain first, below place i."""
    n = len(heap)
    top = heap[i]
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and gain[heap[child + 1]] > gain[heap[child]]:
            child += 1
        if gain[heap[child]] <= gain[top]:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = top


@kernel
def _best(i, column, row_of, target_of, q, A):
    """The target of which weapon i saves most: row and gain."""
    best, most = -1, 0.0
    for y in range(column[i], column[i + 1]):
        gain = A[target_of[y]] * (1.0 - q[row_of[y]])
        if gain > most:
            most = gain
            best = row_of[y]
    return best, most


@kernel
def greedy(value, left, q, column, row_of, target_of, target, A, shots, heap, gain):
    """Give out shots until none is left or none saves anything.

    A weapon's gain only falls, so the heap may hold old ones: the top is looked at again.

    Parameters
    ----------
    left : int array (m,), spent
    column, row_of, target_of : the rows by weapon (`assignment.sparse.by_weapon`)
    target : int array (rows,), the target of each row
    A : float array (n,), filled
    shots : int array (rows,), added to
    heap, gain : scratch (m,)
    """
    m = len(left)
    for j in range(len(value)):
        A[j] = value[j]
    for r in range(len(shots)):
        for _ in range(shots[r]):
            A[target[r]] *= q[r]
    for i in range(m):
        heap[i] = i
        gain[i] = _best(i, column, row_of, target_of, q, A)[1] if left[i] > 0 else 0.0
    for i in range(m // 2, -1, -1):
        _sift(heap, gain, i)
    while gain[heap[0]] > 0.0:
        i = heap[0]
        row, now = _best(i, column, row_of, target_of, q, A)
        if now == gain[i]:
            shots[row] += 1
            A[target[row]] *= q[row]
            left[i] -= 1
            now = _best(i, column, row_of, target_of, q, A)[1] if left[i] > 0 else 0.0
        gain[i] = now
        _sift(heap, gain, 0)
