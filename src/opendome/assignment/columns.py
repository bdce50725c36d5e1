"""Sets of weapons as columns, and the linear or integer programme over them (HiGHS).

    min  sum A_S x_S   subject to   one set a target,   shots used <= ammunition

written in reduced costs A_S + U_S - K_j at prices u: the optimum can be a millionth of the sum of
values, and a solver's absolute tolerances would swamp it otherwise.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome.kernels import assign_enumerate as kernels
from opendome.kernels.assign_oracle import Scratch
from opendome.kernels.assign_sparse import Sparse

#: Columns that are built at most; more are refused.
MOST = 3_000_000
#: Sets up to which the simplex method beats the interior point: vertices are nearly plans.
VERTEX = 2_500


class Columns(NamedTuple):
    """Sets of weapons; set c holds rows `row[start[c]] .. row[start[c + 1] - 1]` of a Sparse."""

    A: np.ndarray  # f8: value that the set leaves
    start: np.ndarray  # i8, one more
    row: np.ndarray  # i8, one entry a shot
    target: np.ndarray  # i8

    def price(self, S: Sparse, u: np.ndarray) -> np.ndarray:
        """Price of every set."""
        paid = np.concatenate([[0.0], np.cumsum(u[S.weapon[self.row]])])
        return paid[self.start[1:]] - paid[self.start[:-1]]

    def take(self, which: np.ndarray) -> "Columns":
        """Some of the columns."""
        size = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(size)])
        entry = np.repeat(self.start[which] - start[:-1], size) + np.arange(start[-1])
        return Columns(self.A[which], start, self.row[entry], self.target[which])


def join(a: Columns, b: Columns, code: np.ndarray) -> Columns:
    """The columns of both, each once; `code` is a random number for every row of the Sparse."""
    size = np.concatenate([np.diff(a.start), np.diff(b.start)])
    both = Columns(
        np.concatenate([a.A, b.A]), np.concatenate([[0], np.cumsum(size)]),
        np.concatenate([a.row, b.row]), np.concatenate([a.target, b.target]),
    )  # fmt: skip
    total = np.concatenate([[0], np.cumsum(code[both.row])])
    key = (total[both.start[1:]] - total[both.start[:-1]]) + both.target  # wraps around: a hash
    order = np.argsort(key, kind="stable")
    return both.take(np.sort(order[np.diff(key[order], prepend=key[order[0]] - 1) != 0]))


class Solution(NamedTuple):
    """What the programme says."""

    value: float  # of the plan; inf where there is none
    bound: float  # proven by the solver, over these columns
    x: np.ndarray  # of each column
    u: np.ndarray  # new prices; those given where integer
    short: float  # shots beyond the ammunition that a trust region let pass


def within(
    S: Sparse, u: np.ndarray, most: np.ndarray, s: Scratch, limit: int = MOST
) -> Columns | None:
    """All sets that cost target j at most most[j]; None where there are more than `limit`."""
    size = min(1 << 16, limit)
    while True:
        A, start = np.empty(size), np.empty(size + 1, np.int64)
        row, target = np.empty(4 * size, np.int64), np.empty(size, np.int64)
        found = kernels.columns(S, u, most, row, A, start, target, s)
        if found >= 0:
            return Columns(A[:found], start[: found + 1], row[: start[found]], target[:found])
        if size >= limit:
            return None
        size *= 4


def solve(
    S: Sparse, columns: Columns, u: np.ndarray, K: np.ndarray, *,
    box: float | None = None, tolerance: float = 0.0, time_limit_s: float | None = None,
) -> Solution:  # fmt: skip
    """Solve the programme over some columns.

    Parameters
    ----------
    u, K : float arrays
        Prices, and the cost of each target at them.
    box : float, optional
        Linear: prices may move so far at most (a trust region).  None: integer.
    tolerance : float
        Absolute gap at which the integer programme may stop.
    """
    import highspy

    m, n, c = len(u), len(K), len(columns.A)
    reduced = columns.A + columns.price(S, u) - K[columns.target]
    lp = highspy.HighsLp()
    unit = np.ones(m)
    extra = [(u, unit, S.ammunition)]
    if box is not None:
        free = np.full(m, highspy.kHighsInf)
        extra += [(unit * box, -unit, free), (unit * box, unit, free)]
    lp.num_col_, lp.num_row_ = c + m * len(extra), n + m
    lp.col_cost_ = np.concatenate([reduced, *(cost for cost, _, _ in extra)])
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.concatenate(
        [np.full(c, highspy.kHighsInf), *(top.astype(float) for _, _, top in extra)]
    )
    lp.row_lower_ = lp.row_upper_ = np.concatenate([np.ones(n), S.ammunition.astype(float)])
    _matrix(lp, S, columns, n, [sign for _, sign, _ in extra])
    if box is None:
        kind = highspy.HighsVarType
        lp.integrality_ = [kind.kInteger] * c + [kind.kContinuous] * m
    options: dict[str, Any] = {"mip_rel_gap": 0.0, "mip_abs_gap": tolerance}
    if box is None and c <= VERTEX:  # a good plan is known: heuristics take half of the time
        options |= {"mip_heuristic_effort": 0.0, "mip_heuristic_run_feasibility_jump": False}
    if box is not None:
        if c <= VERTEX:
            options |= {"solver": "simplex", "presolve": "off"}
        else:
            options |= {"solver": "ipm", "run_crossover": "off"}
    if time_limit_s is not None:
        options["time_limit"] = max(time_limit_s, 0.0)
    run = solver(**options)
    run.passModel(lp)
    run.run()
    base = K.sum() - u @ S.ammunition
    return _read(run, base, u, c, box)


def solver(**options: Any) -> Any:
    """HiGHS, silent, on one thread."""
    import highspy

    module: Any = highspy
    run = module._Highs()  # what highspy.Highs wraps: that one prints a banner
    for name, setting in ({"output_flag": False, "threads": 1} | options).items():
        run.setOptionValue(name, setting)
    return run


def _matrix(lp: Any, S: Sparse, columns: Columns, n: int, extra: list[np.ndarray]) -> None:
    """Column-wise: each set in its target's row and, once a shot, in its weapons' rows."""
    import highspy

    m, c = len(S.ammunition), len(columns.A)
    size = np.diff(columns.start) + 1
    start = np.concatenate([[0], np.cumsum(size)])
    index = np.empty(start[-1], np.int64)
    shots = np.ones(start[-1], bool)
    shots[start[:-1]] = False
    index[start[:-1]] = columns.target
    index[shots] = n + S.weapon[columns.row]
    value = np.ones(len(index))
    index, start, value = _joined(index, start, value)
    for sign in extra:
        start = np.concatenate([start, start[-1] + 1 + np.arange(m)])
        index = np.concatenate([index, n + np.arange(m)])
        value = np.concatenate([value, sign])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = start.astype(np.int32), index.astype(np.int32)
    lp.a_matrix_.value_ = value
    assert len(start) == c + m * len(extra) + 1


def _joined(
    index: np.ndarray, start: np.ndarray, value: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the entries of a column in the same row: two shots of one type."""
    column = np.repeat(np.arange(len(start) - 1), np.diff(start))
    same = np.zeros(len(index), bool)
    same[1:] = (index[1:] == index[:-1]) & (column[1:] == column[:-1])
    if not same.any():
        return index, start, value
    first = np.flatnonzero(~same)
    counts = np.bincount(column[first], minlength=len(start) - 1)
    return index[first], np.concatenate([[0], np.cumsum(counts)]), np.add.reduceat(value, first)


def _read(run: Any, base: float, u: np.ndarray, c: int, box: float | None) -> Solution:
    solution, info = run.getSolution(), run.getInfo()
    m = len(u)
    found = np.asarray(solution.col_value)
    if box is None:
        found_one = info.primal_solution_status == 2
        value = base + info.objective_function_value if found_one else np.inf
        bound = base + info.mip_dual_bound
        if not found_one:
            ended = run.getModelStatus().name == "kInfeasible"
            bound = np.inf if ended else base
        return Solution(value, bound, found[:c], u, 0.0)
    new = np.maximum(u - np.asarray(solution.row_dual)[-m:], 0.0)
    value = base + info.objective_function_value
    return Solution(value, value, found[:c], new, float(found[c + m :].sum()))
