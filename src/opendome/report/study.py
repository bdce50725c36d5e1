"""One self-contained page about a study: who is best, by how much, and which factors matter."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from opendome import estimate
from opendome.estimate import FIGURES, Figure
from opendome.report import page
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


class Section(NamedTuple):
    """What the page says about one figure."""

    label: str
    better: str
    rows: list[Row]
    left_out: int
    pictures: list[tuple[str, str, str]]  # title, address of the picture, words below it


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
        .render(manifest=result.manifest, sections=sections)
    )


def columns(result: StudyResult) -> dict[str, np.ndarray]:
    """The design's factors as arrays."""
    table = result.design
    names = [n for n in table.column_names if n != "point"]
    return {n: table.column(n).to_numpy() for n in names}


def section(result: StudyResult, study: Study, reference: int, name: str) -> Section:
    """Ranking and pictures of one figure."""
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
    pictures = _curves(values, names, figure, ranks, reference, [] if sampled else against)
    pictures += _factors(study, reference, design, values, figure)
    return Section(
        label=figure.label,
        better="less" if least else "more",
        rows=[_row(r, by_point.get(r.point), names, figure.unit) for r in shown],
        left_out=len(ranks) - len(shown),
        pictures=[(title, page.inline(drawn), words) for title, drawn, words in pictures],
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


Drawn = tuple[str, "Picture", str]


def _curves(
    values: np.ndarray,
    names: Sequence[str],
    figure: Figure,
    ranks: Sequence[Rank],
    reference: int,
    against: list[Difference],
) -> list[Drawn]:
    """Paired differences and the distributions of the first points."""
    label, unit = figure.label, figure.unit
    found: list[Drawn] = []
    if against:
        order = {r.point: r.rank for r in ranks}
        drawn = plots.paired_intervals(
            sorted(against, key=lambda d: order[d.point]), names, label, unit
        )
        words = "Paired differences over the same evenings; the intervals hold all at once at 95 %."
        found.append(("Differences from the reference", drawn, words))
    if figure.under is not None:  # a ratio of sums has no distribution over replications
        return found
    chosen = _chosen(values, [r.point for r in ranks], reference)
    picked, called = values[chosen], [names[i] for i in chosen]
    found.append(
        ("Good and bad evenings", plots.quantiles(picked, called, label, unit),
         "Each curve: all replications of a design point, sorted.")
    )  # fmt: skip
    found.append(
        ("Probability to exceed", plots.thresholds(picked, called, label, unit),
         "Bands: Wilson's 95 % interval of each probability.")
    )  # fmt: skip
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
) -> list[Drawn]:
    """What the kind of design says about the factors; nothing where it cannot."""
    titled = {
        f.name: f.name if f.unit in ("-", "1") else f"{f.name}, {f.unit}" for f in study.factors
    }
    design = {titled[name]: column for name, column in design.items()}
    label, unit = figure.label, figure.unit
    try:
        match study.design.kind:
            case "one_at_a_time":
                drawn = plots.tornado(sensitivity.tornado(design, values, reference), label, unit)
                words = "Paired differences with 95 % intervals."
                return [("One factor at a time", drawn, words)]
            case "saltelli":
                found = sensitivity.sobol(list(design), values, study.design.second_order)
                drawn = plots.sobol(found, label)
                words = "Monte Carlo noise is taken out; the 95 % intervals hold it."
                return [("Shares of the variance (Sobol)", drawn, words)]
            case "morris":
                effects = sensitivity.morris(design, values, _ends(study, list(design)))
                drawn = plots.morris(effects, label, unit)
                words = "Right: matters. Up: acts through interactions, or not in proportion."
                return [("Screening (Morris)", drawn, words)]
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


def _response(design: Mapping[str, np.ndarray], values: np.ndarray, figure: Figure) -> list[Drawn]:
    """Response surface over the one or two factors that matter most and have three levels."""
    fitted = surrogate.fit(design, values)
    kept = {n: np.asarray(design[n]) for n in fitted.factors}
    weight = {c.factor: abs(c.value) for c in sensitivity.regression(kept, values).coefficients}
    order = [n for n in kept if len(np.unique(kept[n])) > 2]
    order.sort(key=lambda n: -np.nan_to_num(weight[n]))
    if not order:
        return []  # between two levels there is nothing to see
    told = surrogate.describe(fitted, "" if figure.unit in ("1", "%") else figure.unit) + "."
    drawn = plots.response(fitted, order[0], figure.label, figure.unit)
    found: list[Drawn] = [(f"Response to {order[0]}", drawn, told)]
    if len(order) > 1:
        pair = (order[0], order[1])
        drawn = plots.response_map(fitted, pair, figure.label, figure.unit, design=kept)
        found.append((f"Response to {pair[0]} and {pair[1]}", drawn, "Dots: design points."))
    return found
