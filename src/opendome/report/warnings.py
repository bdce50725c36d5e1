"""Warnings by zones as tables on the terminal, and the trade-off as a picture."""

import sys
from collections.abc import Sequence
from io import BytesIO
from math import isfinite
from typing import Any

WIDTH = 110  # characters, where stdout is no terminal
SHOWN = 12  # zones printed; --json has all
HEADS = ("Threshold", "Zones", "Warnings", "People", "False", "Missed", "Late", "Lead", "5 to 95 %")


def show(answer: Any) -> None:
    """Print the rule, the trade-off, the districts and the most warned zones."""
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    r = answer.rule
    console.print(
        f"{answer.scenario}: warned at {r.p_min:g} within {r.margin / 1e3:g} km of a zone, held "
        f"{r.hold:g} s"
    )
    console.print(_table("The rule", [answer.figures]))
    console.print(_table("Over the threshold", answer.trade_off))
    if answer.districts:
        console.print(_table("The same zones joined into districts", answer.districts))
    console.print(_zones(answer.zones))
    console.print(
        "Warnings and people warned: per rocket launched. False: nothing in the air was to fall in "
        "or near the zone. Missed: hits without a warning. Late: hits warned later than the "
        "published time. Lead: seconds from warning to impact, median."
    )


def _table(title: str, rows: Sequence[Any]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for head in HEADS:
        table.add_column(head, justify="right")
    for f in rows:
        table.add_row(
            f"{f.p_min:g}", str(f.zones), f"{f.warnings_per_rocket:.2f}",
            f"{f.people_per_rocket:,.0f}", _share(f.false_share), _share(f.missed_share),
            _share(f.late_share), _seconds(f.lead_median),
            f"{_seconds(f.lead_low)} to {_seconds(f.lead_high)}",
        )  # fmt: skip
    return table


def _zones(rows: Sequence[dict[str, Any]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    most = sorted(rows, key=lambda r: -r["warnings"])[:SHOWN]
    title = f"The most warned of {len(rows)} zones"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for head in ("Zone", "Published", "Warnings", "False", "Hits", "Missed", "Lead", "5 to 95 %"):
        table.add_column(head, justify="left" if head == "Zone" else "right")
    for r in most:
        numbers = [str(r[k]) for k in ("warnings", "false", "hits", "missed")]
        span = f"{_seconds(r['lead_low_s'])} to {_seconds(r['lead_high_s'])}"
        table.add_row(
            r["zone"], _seconds(r["published_s"]), *numbers, _seconds(r["lead_median_s"]), span
        )
    return table


def _share(value: float) -> str:
    return f"{100.0 * value:.1f} %" if isfinite(value) else "-"


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if isfinite(value) else "-"


def picture(answer: Any, kind: str) -> bytes:
    """The trade-off: what a lower threshold buys in lead time and costs in false warnings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    p = [f.p_min for f in answer.trade_off]
    for axes, names in (
        (left, (("false_share", "false", "#D55E00"), ("missed_share", "missed", "#0072B2"))),
        (right, (("lead_median", "median lead, s", "#009E73"),)),
    ):
        for name, label, colour in names:
            axes.plot(
                p, [getattr(f, name) for f in answer.trade_off], "o-", color=colour, label=label
            )
        axes.set(xscale="log", xlabel="threshold of probability", ylim=(0.0, None))
        axes.legend(fontsize=8)
        axes.grid(lw=0.3, color="#BBBBBB")
    left.set_ylabel("share")
    stream = BytesIO()
    figure.savefig(stream, format=kind, dpi=150)
    return stream.getvalue()
