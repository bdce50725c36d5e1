"""The standard figures of a run, for the page and for notebooks: `result.plot.days()`."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome import estimate
from opendome.estimate import FIGURES
from opendome.report import map as pictures
from opendome.results import Result, ResultError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette (2008), as on the map.
GREY, BLUE, GREEN, RED = "#8C8C8C", "#0072B2", "#009E73", "#D55E00"
DAILY = {
    "launched": ("launched", GREY),
    "rounds_used": ("rounds used", GREEN),
    "intercepted": ("intercepted", BLUE),
    "leaked": ("on a protected place", RED),
}
SHOWN = ("leaked", "intercepted", "rounds_used", "stock_min", "deaths", "warning_time_median_s")


class Plots:
    """Figures of a result; each is a matplotlib Figure, which a notebook shows."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __repr__(self) -> str:
        return "<figures: days(), stock(), distributions(), raid()>"

    def days(self) -> "Figure":
        """Launches, interceptions, leakers and rounds of each day."""
        return days(self._result)

    def stock(self) -> "Figure":
        """Rounds left at each midnight, over replications."""
        return stock(self._result)

    def distributions(self, *names: str) -> "Figure":
        """Values of figures over replications, beside the published ranges."""
        return distributions(self._result, *names)

    def raid(self, number: int | None = None) -> "Figure":
        """Map and height profile of a raid of the first traced replication."""
        return pictures.draw(self._result, number)


def _by_day(result: Result, name: str) -> tuple[np.ndarray, list[np.ndarray]]:
    daily = result.table("daily")
    number, values = daily["day"].to_numpy(), daily[name].to_numpy()
    every = np.unique(number)
    return every, [values[number == day] for day in every]


def _dates(axes: "Axes", result: Result, every: np.ndarray) -> None:
    start = pictures.stored(result).clock.start
    dates = [start + timedelta(days=int(day)) for day in every]
    axes.set_xticks(every, [f"{d.day} {d:%b}" for d in dates], fontsize=8)
    axes.grid(axis="y", lw=0.3, color="#BBBBBB")
    axes.set_axisbelow(True)


def days(result: Result) -> "Figure":
    """Launches, interceptions, leakers and rounds of each day, with the interval of operations."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 3.2), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(DAILY)
    for i, (name, (label, colour)) in enumerate(DAILY.items()):
        every, each = _by_day(result, name)
        middle = np.array([np.mean(v) for v in each])
        low, high = np.array([estimate.operation_interval(v) for v in each]).T
        x = every + (i - (len(DAILY) - 1) / 2.0) * width
        axes.bar(x, middle, width, color=colour, label=label)
        whiskers = np.maximum(np.array([middle - low, high - middle]), 0.0)
        axes.errorbar(x, middle, whiskers, fmt="none", ecolor="black", elinewidth=0.8)
    _dates(axes, result, every)
    axes.set(ylabel="per day")
    axes.legend(fontsize=8)
    return figure


def stock(result: Result) -> "Figure":
    """Rounds left at each midnight: every replication, their mean, the interval of operations."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 2.6), layout="constrained")
    axes = figure.subplots()
    every, each = _by_day(result, "stock_end")
    low, high = np.array([estimate.operation_interval(v) for v in each]).T
    if len(each[0]) > 1:
        axes.fill_between(every, low, high, color=GREEN, alpha=0.2, lw=0, label="one operation")
    axes.plot(every, [np.mean(v) for v in each], "o-", ms=3, color=GREEN, label="mean")
    _dates(axes, result, every)
    axes.set(ylabel="rounds left at midnight")
    axes.set_ylim(bottom=0.0)
    axes.legend(fontsize=8)
    return figure


def distributions(result: Result, *names: str) -> "Figure":
    """Values of figures over replications: a dot each, and the published range as a band.

    Raises
    ------
    ResultError
        There is no such figure.
    """
    from matplotlib.figure import Figure

    rows = {row.figure: row for row in result.summary()}
    chosen = names or tuple(n for n in SHOWN if n in rows)
    for name in chosen:
        if name not in rows:
            raise ResultError(f"no figure {name!r}; there are: {', '.join(rows)}")
    figure = Figure(figsize=(8.0, 0.4 + 0.55 * len(chosen)), layout="constrained")
    every = figure.subplots(len(chosen), 1, squeeze=False)[:, 0]
    for axes, name in zip(every, chosen, strict=True):
        _dots(axes, rows[name], _values(result.ledger(), name))
    return figure


def _dots(axes: "Axes", row: Any, values: np.ndarray) -> None:
    scale = 100.0 if row.unit == "%" else 1.0
    known = scale * values[np.isfinite(values)]
    if row.published:
        low, high = scale * row.published_low, scale * row.published_high
        pad = 0.004 * max(abs(high), 1e-9) if low == high else 0.0
        axes.axvspan(low - pad, high + pad, color=RED, alpha=0.25, lw=0)
    axes.plot(known, np.zeros(len(known)), "|", color=BLUE, ms=11, mew=1.1)
    if len(known):
        axes.plot(known.mean(), 0.0, "o", color=BLUE, ms=5, mec="white", mew=0.8)
    unit = "" if row.unit == "1" else f", {row.unit}"
    axes.set_yticks([0.0], [f"{row.label}{unit}"], fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_ylim(-1.0, 1.0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _values(ledger: dict[str, np.ndarray], name: str) -> np.ndarray:
    figure = FIGURES[name]
    over = np.asarray(ledger[figure.over], "f8")
    if figure.under is None:
        return over
    under = np.asarray(ledger[figure.under], "f8")
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0.0)
