"""Pictures of a study.  Units on every axis; colour is never the only difference.

Each function returns a matplotlib Figure that belongs to no window.  `label` is the figure's
name, `unit` its unit ("1": none, shown as nothing; "%": the values are fractions; "USD": shown in
millions).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from opendome.study.compare import Difference
from opendome.study.sensitivity import Bar, MorrisEffect, SobolIndex
from opendome.study.surrogate import Surrogate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito (2008), without the yellow, which is too faint on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)))
MOST_CURVES = len(COLOURS)
MOST_ROWS = 40
GRID = 41


def paired_intervals(
    differences: Sequence[Difference], names: Sequence[str], label: str, unit: str = "1"
) -> "Figure":
    """Difference of each point from one of them, with its interval, and where zero is.

    Parameters
    ----------
    differences : sequence of Difference
        The first MOST_ROWS are shown.
    names : sequence of str
        Of all design points, by number.
    """
    shown = list(differences)[:MOST_ROWS]
    figure, axes = _canvas(rows=len(shown))
    y = np.arange(len(shown))[::-1]
    scale = _scale(unit)
    mean, low, high = scale * np.array([[d.mean, d.low, d.high] for d in shown]).reshape(-1, 3).T
    clear = (low > 0.0) | (high < 0.0)
    for keep, marker, colour in ((clear, "o", COLOURS[0]), (~clear, "D", "#6E6E6E")):
        span = np.array([mean - low, high - mean])[:, keep]
        axes.errorbar(mean[keep], y[keep], xerr=span, fmt=marker, ms=5, color=colour, capsize=3)
    axes.axvline(0.0, color="black", lw=0.8)
    axes.set_yticks(y, [names[d.point] for d in shown])
    axes.set_ylim(-0.7, max(len(shown), 1) - 0.3)
    against = f"\nless that of {names[shown[0].against]}" if shown else ""
    axes.set_xlabel(_axis(label, unit) + against)
    axes.grid(axis="x", lw=0.3)
    return figure


def tornado(bars: Sequence[Bar], label: str, unit: str = "1") -> "Figure":
    """Change of the figure as each factor alone leaves the baseline, with intervals."""
    factors = list(dict.fromkeys(bar.factor for bar in bars))
    figure, axes = _canvas(rows=len(factors))
    scale = _scale(unit)
    for row, factor in enumerate(reversed(factors)):
        own = [bar for bar in bars if bar.factor == factor]
        for place, bar in enumerate(sorted(own, key=lambda b: abs(b.difference.mean))[::-1]):
            mean, low, high = (
                scale * v for v in (bar.difference.mean, bar.difference.low, bar.difference.high)
            )
            up = mean >= 0.0
            axes.barh(row, mean, 0.62, color=COLOURS[1 if up else 0], hatch=None if up else "//",
                      edgecolor="white", zorder=2 + 0.1 * place)  # fmt: skip
            axes.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="none",
                          ecolor="black", elinewidth=1.0, capsize=3, zorder=3)  # fmt: skip
            side, pad = ("left", 4) if up else ("right", -4)
            axes.annotate(_level(bar.level), (high if up else low, row), (pad, 0), ha=side,
                          textcoords="offset points", va="center", fontsize=8)  # fmt: skip
    base = {bar.factor: _level(bar.baseline) for bar in bars}
    axes.set_yticks(range(len(factors)), [f"{f}\n(at {base[f]})" for f in reversed(factors)])
    axes.axvline(0.0, color="black", lw=0.8)
    axes.margins(x=0.15)
    axes.set_xlabel(_axis(f"change of: {label}", unit))
    return figure


def quantiles(values: np.ndarray, names: Sequence[str], label: str, unit: str = "1") -> "Figure":
    """The figure's quantiles over replications, one curve a point: how good and bad evenings get.

    Parameters
    ----------
    values : array-like, (points, reps)
        The first MOST_CURVES points are shown.
    """
    figure, axes = _canvas()
    for i, row in enumerate(np.asarray(values, "f8")[:MOST_CURVES]):
        kept = np.sort(row[np.isfinite(row)]) * _scale(unit)
        share = np.linspace(0.0, 100.0, len(kept) + 1)
        steps = np.append(kept, kept[-1:])[: len(share)]
        axes.step(share[: len(steps)], steps, where="post", color=COLOURS[i], ls=DASHES[i],
                  label=names[i])  # fmt: skip
    axes.set(xlim=(0.0, 100.0), xlabel="share of replications at or below, %")
    axes.set_ylabel(_axis(label, unit))
    _finish(axes)
    return figure


def thresholds(
    values: np.ndarray, names: Sequence[str], label: str, unit: str = "1", level: float = 0.95
) -> "Figure":
    """Probability that the figure exceeds x, one curve a point, with intervals.

    Parameters
    ----------
    values : array-like, (points, reps)
        The first MOST_CURVES points are shown.
    level : float
        Of Wilson's interval of each probability (Wilson, JASA 22 (1927) 209-212).
    """
    figure, axes = _canvas()
    rows = [row[np.isfinite(row)] * _scale(unit) for row in np.asarray(values, "f8")[:MOST_CURVES]]
    every = np.concatenate([*rows, np.zeros(0)])
    x = np.unique(every) if len(every) else np.zeros(1)
    if len(x) > 400:
        x = np.linspace(x[0], x[-1], 400)
    for i, row in enumerate(rows):
        above = 1.0 - np.searchsorted(np.sort(row), x, side="right") / max(len(row), 1)
        low, high = wilson(above, max(len(row), 1), level)
        colour = COLOURS[i]
        axes.step(x, 100.0 * above, where="post", color=colour, ls=DASHES[i], label=names[i])
        axes.fill_between(x, 100.0 * low, 100.0 * high, step="post", color=colour, alpha=0.12, lw=0)
    axes.set(ylim=(0.0, 100.0), ylabel="probability to exceed it, %")
    axes.set_xlabel(_axis(label, unit))
    _finish(axes)
    return figure


def sobol(indices: Sequence[SobolIndex], label: str) -> "Figure":
    """First-order and total indices with their intervals."""
    figure, axes = _canvas(rows=len(indices) + 1)
    y = np.arange(len(indices))[::-1]
    for shift, name, column, colour, hatch in (
        (0.2, "alone (first-order)", 1, COLOURS[0], ""),
        (-0.2, "with interactions (total)", 4, COLOURS[5], "//"),
    ):
        mean, low, high = np.array([i[column : column + 3] for i in indices], "f8").T
        axes.barh(y + shift, mean, 0.36, color=colour, hatch=hatch, edgecolor="white", label=name)
        span = np.maximum([mean - low, high - mean], 0.0)
        axes.errorbar(
            mean, y + shift, xerr=span, fmt="none", ecolor="black", elinewidth=1, capsize=2
        )
    axes.axvline(0.0, color="black", lw=0.8)
    axes.set_yticks(y, [i.factor for i in indices])
    axes.set_xlabel(f"share of the variance over the design: {label}")
    axes.legend(fontsize=8)
    return figure


def morris(effects: Sequence[MorrisEffect], label: str, unit: str = "1") -> "Figure":
    """Mean absolute effect against its spread: right matters, up interacts or bends."""
    figure, axes = _canvas()
    scale = _scale(unit)
    for e in effects:
        span = [[scale * (e.mean_abs - e.mean_abs_low)], [scale * (e.mean_abs_high - e.mean_abs)]]
        axes.errorbar(scale * e.mean_abs, scale * e.spread, xerr=np.maximum(span, 0.0), fmt="o",
                      color=COLOURS[0], ecolor="#8C8C8C", capsize=2)  # fmt: skip
        axes.annotate(e.factor, (scale * e.mean_abs, scale * e.spread), (5, 5),
                      textcoords="offset points", fontsize=9)  # fmt: skip
    noise = scale * float(np.median([e.noise for e in effects]))
    if noise > 0.0:
        axes.axvspan(0.0, noise, color="#DDDDDD", zorder=0, label="within Monte Carlo noise")
        axes.legend(fontsize=8)
    axes.set_xlabel(_axis(f"mean absolute change over a factor's full range: {label}", unit))
    axes.set_ylabel(_axis("standard deviation of that change", unit))
    axes.margins(0.12)
    axes.set_xlim(left=0.0)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(lw=0.3)
    return figure


def response(
    surrogate: Surrogate,
    factor: str,
    label: str,
    unit: str = "1",
    at: Mapping[str, float] | None = None,
    seen: tuple[np.ndarray, np.ndarray] | None = None,
) -> "Figure":
    """Response surface along one factor, with a band of 95 %.

    Parameters
    ----------
    at : mapping, factor -> value, optional
        Where the other factors stand; by default in the middle.
    seen : (x, mean), optional
        Design points to mark.
    """
    figure, axes = _canvas()
    scale = _scale(unit)
    i = surrogate.factors.index(factor)
    x = np.linspace(surrogate.low[i], surrogate.high[i], 4 * GRID)
    fixed = middle(surrogate) | dict(at or {})
    mean, sd = surrogate.predict({**{n: np.full(len(x), v) for n, v in fixed.items()}, factor: x})
    axes.fill_between(x, scale * (mean - 1.96 * sd), scale * (mean + 1.96 * sd), color=COLOURS[4],
                      alpha=0.35, lw=0, label="95 % of the surrogate")  # fmt: skip
    axes.plot(x, scale * mean, color=COLOURS[0], label=surrogate.kind)
    if seen is not None:
        axes.plot(seen[0], scale * seen[1], "o", ms=4, color="black", label="design points")
    axes.set_xlabel(factor)
    axes.set_ylabel(_axis(label, unit))
    others = {n: v for n, v in fixed.items() if n != factor}
    if others:
        axes.set_title("at " + ", ".join(f"{n} = {v:.4g}" for n, v in others.items()), fontsize=9)
    _finish(axes)
    return figure


def response_map(
    surrogate: Surrogate,
    factors: tuple[str, str],
    label: str,
    unit: str = "1",
    at: Mapping[str, float] | None = None,
    design: Mapping[str, np.ndarray] | None = None,
) -> "Figure":
    """Response surface over two factors, as contours with their values, and the design points."""
    figure, axes = _canvas(height=5.2)
    ends = [surrogate.factors.index(f) for f in factors]
    grid = [np.linspace(surrogate.low[i], surrogate.high[i], GRID) for i in ends]
    x, y = np.meshgrid(*grid)
    fixed = {n: np.full(x.size, v) for n, v in (middle(surrogate) | dict(at or {})).items()}
    mean, _ = surrogate.predict({**fixed, factors[0]: x.ravel(), factors[1]: y.ravel()})
    z = _scale(unit) * mean.reshape(x.shape)
    filled = axes.contourf(x, y, z, levels=12, cmap="cividis")  # even in lightness, for any eye
    lines = axes.contour(
        x, y, z, levels=np.asarray(filled.levels)[::2], colors="white", linewidths=0.7
    )
    axes.clabel(lines, fontsize=8, fmt="%.4g")
    figure.colorbar(filled, ax=axes, label=_axis(label, unit))
    if design is not None:
        seen = [design[f] for f in factors]
        axes.plot(*seen, "o", ms=4, mfc="white", mec="black", clip_on=False)
    axes.set(xlabel=factors[0], ylabel=factors[1])
    return figure


def point_names(design: Mapping[str, np.ndarray]) -> list[str]:
    """What to call each design point: the factors that vary, with their values."""
    varied = {n: c for n, c in design.items() if len(np.unique(np.asarray(c))) > 1} or design
    count = len(next(iter(design.values()))) if design else 0
    return [", ".join(f"{n} {_level(c[i])}" for n, c in varied.items()) for i in range(count)]


def _canvas(rows: int = 0, height: float = 4.2) -> tuple["Figure", "Axes"]:
    from matplotlib.figure import Figure

    tall = max(1.4 + 0.42 * rows, 2.2) if rows else height
    figure = Figure(figsize=(8.0, tall), layout="constrained")
    return figure, figure.subplots()


def _finish(axes: "Axes") -> None:
    axes.grid(lw=0.3)
    axes.set_axisbelow(True)
    axes.legend(fontsize=8)


def _axis(label: str, unit: str) -> str:
    shown = "million USD" if unit == "USD" else unit
    return label if unit in ("1", "-", "") else f"{label}, {shown}"


def _scale(unit: str) -> float:
    return {"%": 100.0, "USD": 1e-6}.get(unit, 1.0)


def _level(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)


def middle(surrogate: Surrogate) -> dict[str, float]:
    """Middle of each factor's range."""
    half = (surrogate.low + surrogate.high) / 2.0
    return {n: float(v) for n, v in zip(surrogate.factors, half, strict=True)}


def wilson(share: np.ndarray, n: int, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval of a probability of which `share` of n trials came true.

    Source: Wilson, JASA 22 (1927) 209-212.
    """
    from scipy.special import ndtri

    z2 = float(ndtri((1.0 + level) / 2.0)) ** 2
    centre = share + z2 / (2.0 * n)
    half = np.sqrt(z2 * (share * (1.0 - share) / n + z2 / (4.0 * n**2)))
    return (centre - half) / (1.0 + z2 / n), (centre + half) / (1.0 + z2 / n)
