"""Figures of a run: means, intervals, and a verdict against what was published.

Two intervals, which answer two questions and must not be mixed:

- of the mean: how well the run knows the expected value.  It shrinks with more replications.
- of one operation: where one more replication would fall.  It does not shrink.  What was
  published is the outcome of one operation, so the verdict uses this one.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import inf, isfinite, nan
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError

LEVEL = 0.90  # of both intervals


class Figure(NamedTuple):
    """A figure: a ledger column, or the ratio of the sums of two."""

    name: str
    label: str
    unit: str
    over: str
    under: str | None = None


#: All figures, in the order of the summary; a scenario's [[published]] names one of them.
FIGURES = {
    f.name: f
    for f in (
        Figure("launched", "Launched", "1", "launched"),
        Figure("short", "Fell short", "1", "short"),
        Figure("short_share", "Fell short, of launched", "%", "short", "launched"),
        Figure("sea", "Into the sea", "1", "sea"),
        Figure("crossed", "Crossed the border", "1", "crossed"),
        Figure("open", "On open ground", "1", "open"),
        Figure("threatened", "Threatened a protected place", "1", "threatened"),
        Figure("threatened_share", "Threatened, of crossed", "%", "threatened", "crossed"),
        Figure("engaged", "Engaged", "1", "engaged"),
        Figure("engaged_share", "Engaged, of launched", "%", "engaged", "launched"),
        Figure("engaged_of_crossed", "Engaged, of crossed", "%", "engaged", "crossed"),
        Figure("intercepted", "Intercepted", "1", "intercepted"),
        Figure("interception_rate", "Intercepted, of engaged", "%", "intercepted", "engaged"),
        Figure("leaked", "Leaked onto a protected place", "1", "leaked"),
        Figure("unengaged_leaked", "Leaked without being engaged", "1", "unengaged_leaked"),
        Figure("engaged_leaked", "Leaked though engaged", "1", "engaged_leaked"),
        Figure("barrage_hits", "Hits of the first named barrage", "1", "barrage_hits"),
        Figure("rounds_used", "Rounds used", "1", "rounds_used"),
        Figure("rounds_per_engaged", "Rounds per engaged rocket", "1", "rounds_used", "engaged"),
        Figure("rounds_wasted", "Rounds that met nothing alive", "1", "rounds_wasted"),
        Figure("cost_usd", "Cost of rounds", "USD", "cost_usd"),
        Figure("killed", "Deaths", "1", "killed"),
        Figure("deaths", "Deaths expected", "1", "deaths"),
        Figure("deaths_unwarned", "Deaths expected without warning", "1", "deaths_unwarned"),
        Figure(
            "shelter_ratio", "Deaths without over with warning", "1", "deaths_unwarned", "deaths"
        ),
        Figure("launches_per_death", "Launches per death", "1", "launched", "deaths"),
        Figure(
            "launches_per_death_undefended",
            "Launches per death, nothing shot down",
            "1",
            "launched",
            "deaths_undefended",
        ),
        Figure("warnings", "Warnings to places", "1", "warnings"),
        Figure(
            "false_warning_share", "Warnings that were false", "%", "false_warnings", "warnings"
        ),
        Figure("warning_time_median_s", "Median warning time", "s", "warning_time_median_s"),
        Figure("unwarned_share", "Threatening, not warned in time", "%", "unwarned_share"),
        Figure("tracks", "Tracks confirmed", "1", "tracks"),
        Figure("false_tracks", "False tracks confirmed", "1", "false_tracks"),
        Figure("untracked", "Threatening, never tracked", "1", "untracked"),
        Figure("peak_hour_launches", "Most launches within an hour", "1", "peak_hour_launches"),
        Figure("peak_day_launches", "Launches on the peak day", "1", "peak_day_launches"),
        Figure("peak_day_rounds", "Rounds on the peak day", "1", "peak_day_rounds"),
        Figure("stock_min", "Least stock", "1", "stock_min"),
        Figure("stock_end", "Stock at the end", "1", "stock_end"),
    )
}


class Estimate(NamedTuple):
    """A mean with its interval, and the interval of one operation."""

    mean: float
    mean_low: float
    mean_high: float
    low: float
    high: float
    n: int  # replications in which the figure is defined


class Comparison(NamedTuple):
    """One row of the summary."""

    figure: str
    label: str
    unit: str
    estimate: Estimate
    published: str  # as printed; "" if nothing was published
    published_low: float
    published_high: float
    verdict: str  # within, below, above; "" if nothing was published or there is one replication
    source: str


def mean_interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean and Student's t interval of the mean.

    Parameters
    ----------
    values : array-like, (n,)
        Independent, one per replication.
    level : float
        Nominal coverage.

    Returns
    -------
    mean, low, high : float
        The bounds are infinite for n = 1; all nan for n = 0.

    Error
    -----
    Exact for normal values; otherwise the coverage approaches `level` as n grows (tests measure
    it on skewed values).
    """
    values = np.asarray(values, "f8")
    n = len(values)
    if n == 0:
        return nan, nan, nan
    mean = float(np.mean(values))
    if n == 1:
        return mean, -inf, inf
    half = _t_quantile(level, n - 1) * float(np.std(values, ddof=1)) / n**0.5
    return mean, mean - half, mean + half


def ratio_interval(
    over: np.ndarray, under: np.ndarray, level: float = LEVEL
) -> tuple[float, float, float]:
    """Ratio of sums and its interval by the jackknife.

    A mean of ratios would give a quiet replication the weight of a busy one and be undefined
    where nothing was fired; the ratio of sums is what a reader means by "of those engaged".

    Parameters
    ----------
    over, under : array-like, (n,)
        Numerator and denominator of each replication, under >= 0.
    level : float

    Returns
    -------
    ratio, low, high : float
        The ratio is not corrected for its bias of order 1/n.  Bounds are infinite for n = 1 or
        if one replication alone holds the whole denominator; all nan if the denominators sum
        to zero.

    Source
    ------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 11, eq. (11.5);
    Student's t with n - 1 degrees of freedom as there, chapter 12.
    """
    over, under = np.asarray(over, "f8"), np.asarray(under, "f8")
    n, a, b = len(over), float(np.sum(over)), float(np.sum(under))
    if n == 0 or b == 0.0:
        return nan, nan, nan
    ratio = a / b
    rest = b - under
    if n == 1 or not (rest > 0.0).all():
        return ratio, -inf, inf
    left_out = (a - over) / rest
    spread = float(np.sqrt((n - 1) / n * np.sum((left_out - np.mean(left_out)) ** 2)))
    half = _t_quantile(level, n - 1) * spread
    return ratio, ratio - half, ratio + half


def operation_interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Interval into which one more replication falls, free of any distribution.

    The order statistics at (n + 1) (1 -+ level) / 2, interpolated (the "weibull" quantile).

    Parameters
    ----------
    values : array-like, (n,)
    level : float

    Returns
    -------
    low, high : float
        With fewer than (1 + level) / (1 - level) replications (19 at 90 %) the least and the
        greatest value, which cover one more with probability (n - 1) / (n + 1) only.

    Source
    ------
    Wilks, Annals of Mathematical Statistics 12 (1941) 91-96; Hahn and Meeker, Statistical
    Intervals (1991), section 5.4.
    """
    values = np.asarray(values, "f8")
    if len(values) == 0:
        return nan, nan
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail], method="weibull")
    return float(low), float(high)


def coverage(n: int, level: float = LEVEL) -> float:
    """Probability that `operation_interval` of n replications covers one more."""
    return min(level, (n - 1) / (n + 1))


def verdict(low: float, high: float, published_low: float, published_high: float) -> str:
    """`within` if the simulated interval and the published range share a value; else the side.

    `below`: the whole simulated interval lies below the published range; `above`: above it.
    """
    if high < published_low:
        return "below"
    return "above" if low > published_high else "within"


def estimate(ledger: Mapping[str, np.ndarray], figure: Figure, level: float = LEVEL) -> Estimate:
    """Estimate one figure from ledger columns (one value per replication; nan: undefined there)."""
    over = np.asarray(ledger[figure.over], "f8")
    if figure.under is None:
        values = over[np.isfinite(over)]
        mean = mean_interval(values, level)
    else:
        under = np.asarray(ledger[figure.under], "f8")
        mean = ratio_interval(over, under, level)
        values = over[under > 0.0] / under[under > 0.0]
    return Estimate(*mean, *operation_interval(values, level), len(values))


def check(published: Iterable[Any]) -> None:
    """Raise ScenarioError, one line each, at published figures that no run gives."""
    lines = []
    for i, p in enumerate(published):
        if p.days and p.figure in FIGURES and not _given(FIGURES[p.figure], _a_day()):
            lines.append(f"published[{i}].days: {p.figure!r} is not known by the day (want none)")
        if p.figure not in FIGURES:
            near = get_close_matches(p.figure, FIGURES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(FIGURES)}"
            lines.append(f"published[{i}].figure = {p.figure!r}: unknown; {hint}")
    if lines:
        raise ScenarioError(lines)


def _a_day() -> dict[str, None]:
    from opendome.ledger import DAILY

    return dict.fromkeys(c.name for c in DAILY.cols)


def compare(
    ledger: Mapping[str, np.ndarray],
    published: Sequence[Mapping[str, Any]] = (),
    level: float = LEVEL,
    daily: Mapping[str, np.ndarray] | None = None,
) -> list[Comparison]:
    """Rows of the summary: every figure of `FIGURES` that the ledger can give.

    Parameters
    ----------
    ledger : mapping, column -> (n,)
    published : sequence of mapping
        `figure` and `source`; `low` and `high`, or `value` and perhaps `tolerance` (relative);
        `unit`.  Several of one figure make several rows.  One with `days` is about these days
        only, and is left out without `daily`.
    level : float
    daily : mapping, column -> (n days,), optional
        Rows of the days, as in the table of that name.
    """
    said: dict[str, list[Mapping[str, Any]]] = {}
    for p in published:
        said.setdefault(p["figure"], []).append(p)
    rows = []
    for figure in FIGURES.values():
        if not _given(figure, ledger):
            continue
        found = estimate(ledger, figure, level)
        about = said.get(figure.name, [])
        if all(p.get("days") for p in about):  # the whole operation is always shown
            rows.append(_row(figure, found, None))
        for p in about:
            if not p.get("days"):
                rows.append(_row(figure, found, p))
            elif daily is not None:
                rows.append(_row(figure, estimate(within(daily, p["days"]), figure, level), p))
    return rows


def within(daily: Mapping[str, np.ndarray], days: Sequence[int]) -> dict[str, np.ndarray]:
    """Sums over the days from the first to the last of `days`, one value per replication."""
    first, last = days
    kept = (daily["day"] >= first) & (daily["day"] <= last)
    reps, at = np.unique(daily["rep"][kept], return_inverse=True)
    sums = {
        name: np.bincount(at, np.asarray(values, "f8")[kept], len(reps))
        for name, values in daily.items()
        if name not in ("rep", "day", "stock_end")
    }
    return sums | {"rep": reps}


def _given(figure: Figure, columns: Mapping[str, Any]) -> bool:
    return {figure.over, figure.under or figure.over} <= set(columns)


def _row(figure: Figure, found: Estimate, p: Mapping[str, Any] | None) -> Comparison:
    head = (figure.name, figure.label, figure.unit, found)
    if p is None:
        return Comparison(*head, "", nan, nan, "", "")
    if p.get("days"):
        first, last = p["days"]
        head = (figure.name, f"{figure.label}, days {first + 1} to {last + 1}", *head[2:])
    low, high = published_range(p)
    text = show(figure.unit, *dict.fromkeys((low, high)))
    judged = verdict(found.low, found.high, low, high) if found.n > 1 else ""
    return Comparison(*head, text, low, high, judged, p["source"])


def published_range(p: Mapping[str, Any]) -> tuple[float, float]:
    """Least and greatest published value: as given, or the value with its tolerance."""
    if p.get("low") is not None:
        low, high = float(p["low"]), float(p["high"])
    else:
        value = float(p["value"])
        margin = abs(value) * (p.get("tolerance") or 0.0)
        low, high = value - margin, value + margin
    return (low / 100.0, high / 100.0) if p.get("unit") == "%" else (low, high)


def show(unit: str, *values: float, joint: str = " to ") -> str:
    """One figure or several in one unit, as a reader wants them: 15.6 %, 1,210 to 1,610.

    All with as many decimals as suit the largest; "-" where one is not finite.
    """
    if not all(isfinite(v) for v in values):
        return "-"
    largest = max(abs(v) for v in values)
    tail = "" if unit == "1" else f" {unit}"
    if unit == "%":
        values, decimals = tuple(100.0 * v for v in values), 1
    elif unit == "USD" and largest >= 1e5:
        values, decimals, tail = tuple(v / 1e6 for v in values), 2, " M USD"
    elif largest >= 100.0 or all(v == round(v) for v in values):
        decimals = 0
    else:
        decimals = 1 if largest >= 10.0 else 2
    return joint.join(f"{v:,.{decimals}f}" for v in values) + tail


def _t_quantile(level: float, df: int) -> float:
    from scipy.special import stdtrit  # a third of the import time of scipy.stats

    return float(stdtrit(df, (1.0 + level) / 2.0))
