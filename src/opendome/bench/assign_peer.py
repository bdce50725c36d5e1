"""The compact model, given to HiGHS as it is: what a user without columns would write.

    min  sum v_j y_j,   y_j >= exp(z_j),   z_j = sum_i x_ij ln q_ij,   sum_j x_ij <= a_i

with exp replaced by its tangents: at first a grid, then at each optimum found, until model and
plan agree.  Each model is a relaxation, so its optimum is a bound.
"""

import time
from typing import Any, NamedTuple

import numpy as np

from opendome.assignment.columns import solver
from opendome.assignment.problem import Problem

#: ln q of a sure kill; exp(-40) is below every tolerance used here.
LEAST = -40.0


class Compact(NamedTuple):
    """Plan, bound and relative gap of the compact model."""

    objective: float
    bound: float
    gap: float
    rounds: int


def compact(
    problem: Problem, tolerance: float = 1e-6, time_limit_s: float = 60.0, most: int = 30
) -> Compact:
    """Solve by outer approximation, `most` rounds at most."""
    m, n = problem.survive.shape
    with np.errstate(divide="ignore"):
        log_q = np.maximum(np.log(problem.survive), LEAST)
    run = solver(mip_rel_gap=0.1 * tolerance)
    run.passModel(_model(problem))
    for t in np.linspace(-12.0, 0.0, 13):
        _tangents(run, log_q, np.full(n, t))
    stop = time.perf_counter() + time_limit_s
    best, bound, rounds = np.inf, 0.0, 0
    while rounds < most and time.perf_counter() < stop:
        rounds += 1
        run.setOptionValue("time_limit", max(stop - time.perf_counter(), 0.0) + run.getRunTime())
        run.run()
        bound = max(bound, run.getInfo().mip_dual_bound)
        if run.getInfo().primal_solution_status != 2:
            break
        shots = np.round(np.asarray(run.getSolution().col_value)[: m * n].reshape(m, n))
        z = (shots * log_q).sum(axis=0)
        best = min(best, float((problem.value * np.exp(z)).sum()))
        if best - bound <= tolerance * best:
            break
        _tangents(run, log_q, z)
    gap = (best - bound) / best if 0.0 < best < np.inf else 1.0 if best else 0.0
    return Compact(best, bound, gap, rounds)


def _model(problem: Problem) -> Any:
    """Columns x (type by type), then y; one row of ammunition a type."""
    import highspy

    m, n = problem.survive.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m * n + n, m
    lp.col_cost_ = np.concatenate([np.zeros(m * n), problem.value])
    lp.col_lower_ = np.zeros(m * n + n)
    lp.col_upper_ = np.concatenate([np.repeat(problem.ammunition, n).astype(float), np.ones(n)])
    lp.row_lower_ = np.full(m, -highspy.kHighsInf)
    lp.row_upper_ = problem.ammunition.astype(float)
    kind = highspy.HighsVarType
    lp.integrality_ = [kind.kInteger] * (m * n) + [kind.kContinuous] * n
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(m + 1, dtype=np.int32) * n
    lp.a_matrix_.index_ = np.arange(m * n, dtype=np.int32)
    lp.a_matrix_.value_ = np.ones(m * n)
    return lp


def _tangents(run: Any, log_q: np.ndarray, t: np.ndarray) -> None:
    """y_j >= e^t (1 + z_j - t) for every target."""
    import highspy

    m, n = log_q.shape
    for j in range(n):
        slope = np.exp(t[j])
        index = np.concatenate([np.arange(m) * n + j, [m * n + j]]).astype(np.int32)
        value = np.concatenate([-slope * log_q[:, j], [1.0]])
        run.addRow(slope * (1.0 - t[j]), highspy.kHighsInf, m + 1, index, value)
