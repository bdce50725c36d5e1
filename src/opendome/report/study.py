"""One self-contained page about a study: who is best, by how much, and which factors matter."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.resources import files
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome import estimate
from opendome.estimate import FIGURES, Figure
from opendome.report import page, study_charts
from opendome.results import ResultError
from opendome.study import compare, plots, sensitivity, surrogate
from opendome.study.compare import Difference, Rank
from opendome.study.outcome import StudyResult
from opendome.study.resample import StudyDataError
from opendome.study.spec import SAMPLED, Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

LEVEL = 0.95
MOST_ROWS = plots.MOST_ROWS
MOST_SAMPLED = 8  # rows of a design that samples a range: its points are no alternatives
MOST_CURVES = 4
#: Figures of which more is better; of the others, less.
MORE_IS_BETTER = {
    "engaged", "engaged_share", "engaged_of_crossed", "intercepted", "interception_rate",
    "launches_per_death", "warning_time_median_s", "stock_min", "stock_end",
}  # fmt: skip


class Row(NamedTuple):
    """A line of the ranking, as printed."""

    point: str
    n: str
    mean: str
    best: str
    difference: str
    p: str
    reduction: str
    reference: bool


class Chart(NamedTuple):
    """Something to see, as a picture for the page to send and as numbers for the browser."""

    title: str
    words: str
    picture: Callable[[], "Picture"]
    data: Callable[[], dict[str, Any]]


class Section(NamedTuple):
    """What the page says about one figure."""

    label: str
    better: str
    rows: list[Row]
    left_out: int
    charts: list[Chart]


def write(result: StudyResult, path: Path, force: bool = False) -> Path:
    """Write the page.

    Raises
    ------
    ResultError
        The file exists, is no page, or cannot be written.
    """
    if path.suffix.lower() not in page.PAGES:
        raise ResultError(f"{path}: want a page, .html, of a study")
    return page.put(path, lambda: render(result).encode(), force)


def render(result: StudyResult) -> str:
    """The page as HTML; nothing in it points outside."""
    from jinja2 import Environment

    template = (files("opendome.report") / "study.html").read_text("utf-8")
    study, reference = result.study, result.reference
    sections = [section(result, study, reference, name) for name in result.manifest["outputs"]]
    return (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        .from_string(template)
        .render(manifest=result.manifest, sections=sections, inline=page.inline)
    )


def columns(result: StudyResult) -> dict[str, np.ndarray]:
    """The design's factors as arrays."""
    table = result.design
    names = [n for n in table.column_names if n != "point"]
    return {n: table.column(n).to_numpy() for n in names}


def section(result: StudyResult, study: Study, reference: int, name: str) -> Section:
    """Ranking and charts of one figure."""
    figure = FIGURES.get(name) or Figure(name, name, "1", name)
    values = result.figure(name)
    least = name not in MORE_IS_BETTER
    design = columns(result)
    ranks = compare.ranking(values, least, LEVEL)
    against = compare.differences(values, reference, LEVEL, simultaneous=True)
    names = plots.point_names(design)
    by_point = {d.point: d for d in against}
    sampled = study.design.kind in SAMPLED
    most = MOST_SAMPLED if sampled else MOST_ROWS
    shown = [r for r in ranks if r.rank <= most or r.point == reference]
    charts = _curves(values, names, figure, ranks, reference, [] if sampled else against)
    charts += _factors(study, reference, design, values, figure)
    return Section(
        label=figure.label,
        better="less" if least else "more",
        rows=[_row(r, by_point.get(r.point), names, figure.unit) for r in shown],
        left_out=len(ranks) - len(shown),
        charts=charts,
    )


def _row(rank: Rank, against: Difference | None, names: Sequence[str], unit: str) -> Row:
    head = (names[rank.point], f"{rank.n:,}", spread(unit, *rank[3:6]), _chance(rank.best))
    if against is None:
        return Row(*head, "reference", "", "", True)
    factor = f"{against.reduction:.3g}" if np.isfinite(against.reduction) else "-"
    difference = spread(unit, against.mean, against.low, against.high, sign=True)
    return Row(*head, difference, p_value(against.p), factor, False)


def spread(unit: str, mean: float, low: float, high: float, sign: bool = False) -> str:
    """A mean and half the width of its interval, to two digits of it: `15.62 ± 0.23 %`."""
    half = (high - low) / 2.0
    plus = "+" if sign and mean > 0.0 else ""
    if not np.isfinite(half) or half == 0.0:
        return plus + estimate.show(unit, mean)
    scale, tail = {"%": (100.0, " %"), "1": (1.0, "")}.get(unit, (1.0, f" {unit}"))
    if unit == "USD" and abs(mean) >= 1e5:
        scale, tail = 1e-6, " M USD"
    decimals = min(max(1 - floor(log10(scale * half)), 0), 6)
    return f"{plus}{scale * mean:,.{decimals}f} ± {scale * half:,.{decimals}f}{tail}"


def _chance(probability: float) -> str:
    if not np.isfinite(probability):
        return "-"
    return "< 0.1 %" if probability < 1e-3 else f"{100.0 * probability:.1f} %"


def p_value(p: float) -> str:
    """A p value as a reader wants it."""
    if not np.isfinite(p):
        return "-"
    return "< 0.001" if p < 1e-3 else f"{p:.3f}"


def _chart(title: str, words: str, name: str, *args: Any, **named: Any) -> Chart:
    """A chart by its name in `plots` and `study_charts`."""
    return Chart(
        title, words, partial(getattr(plots, name), *args, **named),
        partial(getattr(study_charts, name), *args, **named),
    )  # fmt: skip


def _curves(
    values: np.ndarray,
    names: Sequence[str],
    figure: Figure,
    ranks: Sequence[Rank],
    reference: int,
    against: list[Difference],
) -> list[Chart]:
    """Paired differences and the distributions of the first points."""
    label, unit = figure.label, figure.unit
    found: list[Chart] = []
    if against:
        order = {r.point: r.rank for r in ranks}
        words = "Paired differences over the same evenings; the intervals hold all at once at 95 %."
        sorted_ = sorted(against, key=lambda d: order[d.point])
        found.append(_chart("Differences from the reference", words, "paired_intervals",
                            sorted_, names, label, unit))  # fmt: skip
    if figure.under is not None:  # a ratio of sums has no distribution over replications
        return found
    chosen = _chosen(values, [r.point for r in ranks], reference)
    shown = (values[chosen], [names[i] for i in chosen], label, unit)
    words = "Each curve: all replications of a design point, sorted."
    found.append(_chart("Good and bad evenings", words, "quantiles", *shown))
    words = "Bands: Wilson's 95 % interval of each probability."
    found.append(_chart("Probability to exceed", words, "thresholds", *shown))
    return found


def _chosen(values: np.ndarray, order: list[int], reference: int) -> list[int]:
    """Points worth a curve: of many the best, the middle and the worst; no two alike."""
    if len(order) > MOST_CURVES:
        order = [order[0], order[len(order) // 2], order[-1]]
    chosen: list[int] = []
    for point in (reference, *order):
        if not any(np.array_equal(values[point], values[c], equal_nan=True) for c in chosen):
            chosen.append(point)
    return sorted(chosen)


def _factors(
    study: Study,
    reference: int,
    design: Mapping[str, np.ndarray],
    values: np.ndarray,
    figure: Figure,
) -> list[Chart]:
    """What the kind of design says about the factors; nothing where it cannot."""
    titled = {
        f.name: f.name if f.unit in ("-", "1") else f"{f.name}, {f.unit}" for f in study.factors
    }
    design = {titled[name]: column for name, column in design.items()}
    label, unit = figure.label, figure.unit
    try:
        match study.design.kind:
            case "one_at_a_time":
                bars = sensitivity.tornado(design, values, reference)
                words = "Paired differences with 95 % intervals."
                return [_chart("One factor at a time", words, "tornado", bars, label, unit)]
            case "saltelli":
                found = sensitivity.sobol(list(design), values, study.design.second_order)
                words = "Monte Carlo noise is taken out; the 95 % intervals hold it."
                return [_chart("Shares of the variance (Sobol)", words, "sobol", found, label)]
            case "morris":
                effects = sensitivity.morris(design, values, _ends(study, list(design)))
                words = "Right: matters. Up: acts through interactions, or not in proportion."
                return [_chart("Screening (Morris)", words, "morris", effects, label, unit)]
        return _response(design, values, figure)
    except StudyDataError:
        return []  # too few points, or factors that are no numbers: the ranking says it all


def _ends(study: Study, names: list[str]) -> dict[str, tuple[float, float]] | None:
    """The full range of each factor; None if one has levels that are no numbers."""
    levels = [f.extremes() for f in study.factors]
    if any(isinstance(level, str) for each in levels for level in each):
        return None
    numbers = [[float(level) for level in each] for each in levels]
    return {name: (min(each), max(each)) for name, each in zip(names, numbers, strict=True)}


def _response(design: Mapping[str, np.ndarray], values: np.ndarray, figure: Figure) -> list[Chart]:
    """Response surface over the one or two factors that matter most and have three levels."""
    fitted = surrogate.fit(design, values)
    kept = {n: np.asarray(design[n]) for n in fitted.factors}
    weight = {c.factor: abs(c.value) for c in sensitivity.regression(kept, values).coefficients}
    order = [n for n in kept if len(np.unique(kept[n])) > 2]
    order.sort(key=lambda n: -np.nan_to_num(weight[n]))
    if not order:
        return []  # between two levels there is nothing to see
    told = surrogate.describe(fitted, "" if figure.unit in ("1", "%") else figure.unit) + "."
    named = (figure.label, figure.unit)
    found = [_chart(f"Response to {order[0]}", told, "response", fitted, order[0], *named)]
    if len(order) > 1:
        pair = (order[0], order[1])
        found.append(_chart(f"Response to {pair[0]} and {pair[1]}", "Dots: design points.",
                            "response_map", fitted, pair, *named, design=kept))  # fmt: skip
    return found
