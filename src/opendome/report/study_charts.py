"""What the pictures of a study show, as numbers: the page draws charts that can be asked.

A function for each of `study.plots`, with the same arguments.  Four kinds of chart: `rows` (bars
and intervals side by side), `lines` (with bands), `scatter` and `map`.  Values are scaled to the
unit that is named beside them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from opendome.study import plots
from opendome.study.compare import Difference
from opendome.study.plots import MOST_CURVES, MOST_ROWS
from opendome.study.sensitivity import Bar, MorrisEffect, SobolIndex
from opendome.study.surrogate import Surrogate

Chart = dict[str, Any]
SHARES = 101  # of a curve of quantiles
THRESHOLDS = 200
CURVE, GRID = 81, 31  # places of a response


def paired_intervals(
    differences: Sequence[Difference], names: Sequence[str], label: str, unit: str = "1"
) -> Chart:
    """Differences with their intervals."""
    shown = list(differences)[:MOST_ROWS]
    against = f" less that of {names[shown[0].against]}" if shown else ""
    rows = [
        {"name": names[d.point], "marks": [_mark("difference", unit, d.mean, d.low, d.high)]}
        for d in shown
    ]
    return _rows(rows, ["difference"], label + against, unit, bars=False)


def tornado(bars: Sequence[Bar], label: str, unit: str = "1") -> Chart:
    """Change as each factor alone leaves the baseline."""
    rows = []
    for factor in dict.fromkeys(bar.factor for bar in bars):
        own = [b for b in bars if b.factor == factor]
        marks = [
            _mark(f"at {level(b.level)}", unit, *b.difference[3:6]) | {"series": k % 2}
            for k, b in enumerate(own)
        ]
        rows.append({"name": f"{factor} (at {level(own[0].baseline)})", "marks": marks})
    return _rows(rows, ["a level of the factor", "another level"], f"change of: {label}", unit)


def sobol(indices: Sequence[SobolIndex], label: str) -> Chart:
    """First-order and total indices."""
    legend = ["alone (first-order)", "with interactions (total)"]
    rows = [
        {"name": i.factor, "marks": [
            _mark(legend[0], "%", *i[1:4]), _mark(legend[1], "%", *i[4:7]) | {"series": 1},
        ]}
        for i in indices
    ]  # fmt: skip
    return _rows(rows, legend, f"share of the variance over the design: {label}", "%")


def morris(effects: Sequence[MorrisEffect], label: str, unit: str = "1") -> Chart:
    """Mean absolute effect against its spread."""
    scale, shown = _unit(unit)
    points = [
        {"name": e.factor, "x": _some(scale * e.mean_abs), "y": _some(scale * e.spread),
         "low": _some(scale * e.mean_abs_low), "high": _some(scale * e.mean_abs_high)}
        for e in effects
    ]  # fmt: skip
    noise = scale * float(np.median([e.noise for e in effects]))
    return {
        "kind": "scatter", "points": points, "noise": _some(noise), "unit": shown,
        "x": f"mean absolute change over a factor's full range: {label}",
        "y": "standard deviation of that change",
    }  # fmt: skip


def quantiles(values: np.ndarray, names: Sequence[str], label: str, unit: str = "1") -> Chart:
    """Quantiles over replications, a curve a point."""
    scale, shown = _unit(unit)
    share = np.linspace(0.0, 1.0, SHARES)
    series = [
        {"name": names[i],
         "values": _list(scale * np.quantile(row[np.isfinite(row)], share, method="inverted_cdf"))}
        for i, row in enumerate(np.asarray(values, "f8")[:MOST_CURVES])
        if np.isfinite(row).any()
    ]  # fmt: skip
    return _lines(
        "share of replications at or below, %", _list(100.0 * share), series, label, shown
    )


def thresholds(values: np.ndarray, names: Sequence[str], label: str, unit: str = "1") -> Chart:
    """Probability to exceed a value, a curve a point, with Wilson's intervals."""
    scale, shown = _unit(unit)
    rows = [row[np.isfinite(row)] * scale for row in np.asarray(values, "f8")[:MOST_CURVES]]
    every = np.concatenate([*rows, np.zeros(0)])
    x = np.unique(every) if len(every) else np.zeros(1)
    if len(x) > THRESHOLDS:
        x = np.linspace(x[0], x[-1], THRESHOLDS)
    series = []
    for i, row in enumerate(rows):
        above = 1.0 - np.searchsorted(np.sort(row), x, side="right") / max(len(row), 1)
        low, high = plots.wilson(above, max(len(row), 1), 0.95)
        series.append({"name": names[i], "values": _list(100.0 * above),
                       "low": _list(100.0 * low), "high": _list(100.0 * high)})  # fmt: skip
    return _lines(_named(label, shown), _list(x), series, "probability to exceed it", "%",
                  steps=True)  # fmt: skip


def response(surrogate: Surrogate, factor: str, label: str, unit: str = "1") -> Chart:
    """Response along one factor, the others in the middle, with a band of 95 %."""
    scale, shown = _unit(unit)
    i = surrogate.factors.index(factor)
    x = np.linspace(surrogate.low[i], surrogate.high[i], CURVE)
    fixed = plots.middle(surrogate)
    mean, sd = surrogate.predict({**{n: np.full(len(x), v) for n, v in fixed.items()}, factor: x})
    series = [{"name": f"{surrogate.kind}, 95 %", "values": _list(scale * mean),
               "low": _list(scale * (mean - 1.96 * sd)),
               "high": _list(scale * (mean + 1.96 * sd))}]  # fmt: skip
    return _lines(factor, _list(x), series, label, shown) | {"at": _others(fixed, (factor,))}


def response_map(
    surrogate: Surrogate,
    factors: tuple[str, str],
    label: str,
    unit: str = "1",
    design: Mapping[str, np.ndarray] | None = None,
) -> Chart:
    """Response over two factors, the others in the middle, and the design points."""
    scale, shown = _unit(unit)
    ends = [surrogate.factors.index(f) for f in factors]
    grid = [np.linspace(surrogate.low[i], surrogate.high[i], GRID) for i in ends]
    x, y = (a.ravel() for a in np.meshgrid(*grid))
    fixed = plots.middle(surrogate)
    at = {n: np.full(len(x), v) for n, v in fixed.items()}
    mean, sd = surrogate.predict({**at, factors[0]: x, factors[1]: y})
    seen = np.zeros((0, 2))
    if design is not None:
        seen = np.column_stack([np.asarray(design[f], "f8") for f in factors])
    points = np.unique(seen, axis=0).tolist()
    return {
        "kind": "map", "xs": _list(grid[0]), "ys": _list(grid[1]), "zs": _list(scale * mean),
        "sds": _list(scale * sd), "points": points, "x": factors[0], "y": factors[1],
        "z": label, "unit": shown, "at": _others(fixed, factors),
    }  # fmt: skip


def level(value: object) -> str:
    """A level of a factor as text."""
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)


def _rows(rows: list[Chart], legend: list[str], axis: str, unit: str, bars: bool = True) -> Chart:
    return {"kind": "rows", "rows": rows, "legend": legend, "axis": axis, "unit": _unit(unit)[1],
            "bars": bars}  # fmt: skip


def _lines(x: str, xs: list, series: list[Chart], y: str, unit: str, steps: bool = False) -> Chart:
    return {"kind": "lines", "x": x, "xs": xs, "series": series, "y": y, "unit": unit,
            "steps": steps}  # fmt: skip


def _mark(label: str, unit: str, mean: float, low: float, high: float) -> Chart:
    scale, _ = _unit(unit)
    said = {"value": mean, "low": low, "high": high}
    return {"label": label, "series": 0, **{k: _some(scale * v) for k, v in said.items()}}


def _unit(unit: str) -> tuple[float, str]:
    """Factor, and the unit that is then shown."""
    return {"%": (100.0, "%"), "USD": (1e-6, "million USD"), "1": (1.0, ""), "-": (1.0, "")}.get(
        unit, (1.0, unit)
    )


def _named(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit else label


def _others(fixed: Mapping[str, float], shown: Sequence[str]) -> str:
    return ", ".join(f"{n} = {v:.4g}" for n, v in fixed.items() if n not in shown)


def _some(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _list(values: np.ndarray) -> list[float | None]:
    return [_some(v) for v in np.asarray(values, "f8").tolist()]
