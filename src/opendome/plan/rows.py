"""A mixed-integer programme by rows, handed to HiGHS at once."""

from typing import Any, NamedTuple

import numpy as np


class Found(NamedTuple):
    """What HiGHS found."""

    values: np.ndarray
    objective: float
    bound: float


class Model:
    """Columns with costs and bounds, rows with bounds; minimised."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[bool] = []
        self.row_low: list[float] = []
        self.row_high: list[float] = []
        self.starts: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    def column(
        self, high: float = np.inf, *, cost: float = 0.0, low: float = 0.0, whole: bool = False
    ) -> int:
        """Add a variable; its number."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: dict[int, float], low: float, high: float) -> None:
        """Add low <= sum of coefficient times variable <= high."""
        self.index += terms.keys()
        self.value += terms.values()
        self.starts.append(len(self.index))
        self.row_low.append(low)
        self.row_high.append(high)

    def solve(self, gap: float, time_limit: float) -> Found:
        """Minimise.

        Parameters
        ----------
        gap : float
            Relative, at which the search over whole numbers may end.
        time_limit : float, s

        Raises
        ------
        RuntimeError
            HiGHS ended without a solution; its own words.
        """
        import highspy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = map(np.array, (self.cost, self.low, self.high))
        lp.row_lower_, lp.row_upper_ = np.array(self.row_low), np.array(self.row_high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts, np.int32)
        lp.a_matrix_.index_ = np.array(self.index, np.int32)
        lp.a_matrix_.value_ = np.array(self.value, "f8")
        if any(self.whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[w] for w in self.whole]
        # What highspy.Highs wraps: the wrapper prints a banner when it is made.
        h: Any = highspy._Highs()  # type: ignore[attr-defined]
        for option, value in (
            ("output_flag", False), ("threads", 1), ("mip_rel_gap", gap),
            ("time_limit", time_limit), ("random_seed", 0),
        ):  # fmt: skip
            h.setOptionValue(option, value)
        h.passModel(lp)
        h.run()
        info = h.getInfo()
        if info.primal_solution_status != 2:  # 2: a feasible point is known
            raise RuntimeError(f"HiGHS: {h.modelStatusToString(h.getModelStatus())}")
        bound = info.mip_dual_bound if any(self.whole) else info.objective_function_value
        return Found(
            np.array(h.getSolution().col_value), info.objective_function_value, float(bound)
        )
