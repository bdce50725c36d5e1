"""Pictures of a plan: fan charts, schedule, frontier, tornado, coverage."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome.plan.siting import REACHED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from opendome.plan.make import Outcome

COLOURS = ("#1B5E7B", "#C0562F", "#6E6E6E")  # dark, light and grey: also apart in grey print
MOST_BARS = 12


def _canvas(height: float = 4.0) -> tuple["Figure", Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), layout="constrained")
    axes = figure.subplots()
    axes.grid(lw=0.3)
    axes.set_axisbelow(True)
    return figure, axes


def fan(o: "Outcome") -> "Figure":
    """Stock over time with and without the money: median and 90 % of paths."""
    figure, axes = _canvas()
    month = np.arange(1, o.plan.file.months + 1)
    for one, label, colour, hatch in (
        (o.runs.none, "without the money", COLOURS[1], "//"),
        (o.runs.money, "with the money", COLOURS[0], ""),
    ):
        low, mid, high = np.quantile(one.stock, (0.05, 0.5, 0.95), axis=0)
        axes.fill_between(month, low, high, color=colour, alpha=0.18, lw=0, hatch=hatch)
        axes.plot(month, mid, color=colour, ls="-" if not hatch else "--", label=label)
    before = float(o.runs.setting.before.mean())
    axes.axhline(before, color="black", lw=0.8, ls=":", label="before the reference operation")
    axes.set(xlim=(0, month[-1]), ylabel="rounds in stock")
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(f"months after {o.plan.file.start:%d %b %Y}")
    axes.legend(fontsize=8)
    return figure


def gantt(rows: Sequence[dict[str, Any]], months: int) -> "Figure":
    """Orders (marks) and when they are delivered (bars), from the schedule table."""
    rows = [r for r in rows if r["quantity"] >= 0.5]
    figure, axes = _canvas(1.4 + 0.34 * max(len(rows), 1))
    for y, row in enumerate(reversed(rows)):
        first, last = row["first_delivery_month"], row["last_delivery_month"]
        axes.barh(y, max(last - first + 1, 0.5), left=first, height=0.5, color=COLOURS[0])
        axes.plot(row["order_month"], y, "D", ms=5, color=COLOURS[1])
    names = [f"{r['what']}, {r['quantity']:,.0f}" for r in reversed(rows)]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.set(xlim=(-0.5, months), xlabel="month of the plan (diamond: order, bar: delivery)")
    return figure


def repeat(chance: np.ndarray, last: int) -> "Figure":
    """Probability of running out in a repeat, by month, before the money arrives."""
    figure, axes = _canvas(3.2)
    axes.bar(np.arange(last + 1), 100.0 * chance[: last + 1], color=COLOURS[1])
    axes.set(xlabel="month in which it begins", ylabel="probability, %", ylim=(0, 100))
    return figure


def frontier(o: "Outcome") -> "Figure":
    """Leakers against what is spent, for budgets and attitudes to risk."""
    figure, axes = _canvas()
    for i, name in enumerate(dict.fromkeys(j.name for j in o.frontier)):
        own = sorted((j for j in o.frontier if j.name == name), key=lambda j: j.spent)
        x = [j.spent / 1e6 for j in own]
        axes.plot(x, [j.leakers for j in own], "os"[i % 2] + "-", color=COLOURS[i % 3], label=name)
    ours = o.judged[0]
    axes.plot(ours.spent / 1e6, ours.leakers, "*", ms=14, color="black", label="this plan")
    axes.set(xlabel="spent within the plan, million USD", ylabel="leakers expected")
    axes.legend(fontsize=8)
    return figure


def tornado(o: "Outcome", figure_: str, label: str, scale: float = 1.0) -> "Figure":
    """A figure with each assumption at its ends."""
    bars, base = o.bars.get(figure_, []), o.central[figure_]
    shown = [b for b in bars if b.swing > 0.0 and np.isfinite(b.swing)][:MOST_BARS]
    figure, axes = _canvas(1.4 + 0.32 * max(len(shown), 1))
    for y, bar in enumerate(reversed(shown)):
        for end, colour, hatch in (
            (bar.at_low, COLOURS[0], ""), (bar.at_high, COLOURS[1], "//")
        ):  # fmt: skip
            axes.barh(y, scale * (end - base), left=scale * base, height=0.6, color=colour,
                      hatch=hatch, edgecolor="white")  # fmt: skip
    axes.set_yticks(
        range(len(shown)), [o.plan.find(b.assumption).words for b in reversed(shown)], fontsize=8
    )
    axes.axvline(scale * base, color="black", lw=0.8)
    axes.set_xlabel(f"{label}\n(plain: assumption at its low end, hatched: at its high end)")
    return figure


def coverage(o: "Outcome") -> "Figure":
    """Expected coverage by the number of batteries: best sites, and further ones beside ten."""
    figure, axes = _canvas(3.6)
    n = np.arange(1, len(o.sited) + 1)
    axes.plot(n, [100.0 * s.coverage for s in o.sited], "o-", ms=4, color=COLOURS[0],
              label="all at the best sites")  # fmt: skip
    if o.grounds:
        at = o.grounds[REACHED].in_service + np.arange(len(o.extended))
        axes.plot(at, [100.0 * s.coverage for s in o.extended], "s--", ms=5, color=COLOURS[1],
                  label="those in service, then the best further ones")  # fmt: skip
    axes.axvspan(10, 15, color="#DDDDDD", zorder=0, label="stated need, 10 to 15")
    axes.axvline(22, color="black", lw=0.8, ls=":", label="stated for full cover, about 22")
    axes.set(xlabel="batteries", ylabel="aims covered, %")
    axes.legend(fontsize=8)
    return figure
