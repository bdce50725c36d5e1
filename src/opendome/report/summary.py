"""The summary of a run, as a table on the terminal and as JSON."""

import sys
from math import isfinite
from typing import Any

from opendome import estimate
from opendome.estimate import Comparison
from opendome.results import Result

WIDTH = 110  # characters, where stdout is no terminal
COLOURS = {"within": "green", "below": "yellow", "above": "yellow"}


def show(result: Result) -> None:
    """Print headline, table and footnotes to stdout."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(headline(result), soft_wrap=True)
    table = Table(
        title=result.manifest["scenario"]["title"], title_justify="left", box=SIMPLE_HEAD,
        pad_edge=False,
    )  # fmt: skip
    table.add_column("Figure")
    for name in ("Mean", "90 % of operations", "Published", "Verdict"):
        table.add_column(name, justify="left" if name == "Verdict" else "right", no_wrap=True)
    for row in result.summary():
        colour = COLOURS.get(row.verdict, "")
        verdict = f"[{colour}]{row.verdict}[/]" if colour else ""
        table.add_row(row.label, mean(row), operations(row), row.published, verdict)
    console.print(table)
    for note in footnotes(result):
        console.print(note, soft_wrap=True)


def headline(result: Result) -> str:
    """One line: what ran, how often, what it took."""
    m = result.manifest
    name, done = m["scenario"]["name"], m["finished"]
    count = f"{done} of {m['replications']}" if m["interrupted"] else str(done)
    return (
        f"{name}: {count} replications, seed {m['seed']}, {m['workers']} worker"
        f"{'s' if m['workers'] > 1 else ''}, {m['wall_s']:.1f} s ({m['cpu_each_s']:.3g} CPU s each)"
    )


def mean(row: Comparison) -> str:
    """Mean and half the width of its interval: `15.6 ± 0.2 %`."""
    e = row.estimate
    half = (e.mean_high - e.mean_low) / 2.0
    if not isfinite(half) or half == 0.0:
        return estimate.show(row.unit, e.mean)
    return estimate.show(row.unit, e.mean, half, joint=" ± ")


def operations(row: Comparison) -> str:
    """Interval of one operation."""
    e = row.estimate
    if e.n < 2:
        return "-"
    return estimate.show(row.unit, *dict.fromkeys((e.low, e.high)))


def footnotes(result: Result) -> list[str]:
    """How to read the table, and where the result lies."""
    n = result.manifest["finished"]
    notes = []
    if n > 1:
        cover = estimate.coverage(n)
        notes.append(
            "Mean with its 90 % interval. One more operation falls into the next column with "
            f"probability {cover:.0%}{'' if cover == estimate.LEVEL else ' (few replications)'}; "
            "the verdict says on which side of the published range that column lies."
        )
    else:
        notes.append("One replication: no intervals and no verdicts.")
    if result.manifest["workers_replaced"]:
        notes.append(f"{result.manifest['workers_replaced']} workers died and were replaced.")
    if result.folder:
        notes.append(f"Result: {result.folder}")
    return notes


def as_dict(result: Result) -> dict[str, Any]:
    """The same for machines: SI and fractions, nan where nothing is defined."""
    keys = ("seed", "replications", "finished", "interrupted", "wall_s", "cpu_s", "setup_cpu_s")
    return {
        "scenario": result.manifest["scenario"]["name"],
        **{key: result.manifest[key] for key in keys},
        "folder": str(result.folder) if result.folder else None,
        "level": estimate.LEVEL,
        "figures": [
            {**row._asdict(), "estimate": row.estimate._asdict()} for row in result.summary()
        ],
    }
