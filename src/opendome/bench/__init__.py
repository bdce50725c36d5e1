"""Benchmarks that ship with the program, in CPU seconds.

CPU seconds because wall time on a shared machine measures the neighbours; medians of repeats;
and ratios within one run, so that figures of two machines can be compared.

A benchmark is a module of this package, in `NAMES`, with `TITLE` and `measure(full)`: a list of
rows, or a generator where they take long.
"""

import importlib
import sys
from collections.abc import Iterable

from opendome.bench.rows import Row

__all__ = ["NAMES", "Row", "measure", "show", "watch"]

NAMES = ("assign", "flight", "page", "plan", "policies", "radar", "study", "tracking")


def measure(name: str, *, cold: bool = False, full: bool = False) -> tuple[str, Iterable[Row]]:
    """Title and rows of a benchmark; some measure a row only when it is asked for.

    Parameters
    ----------
    name : str
        One of `NAMES`, else a scenario's name or path.
    cold : bool
        Of a scenario: also the first result with an empty kernel cache.
    full : bool
        Of a named benchmark: also what takes long.
    """
    if name in NAMES:
        module = importlib.import_module(f"{__name__}.{name}")
        return module.TITLE, module.measure(full)
    from opendome.bench import scenario

    return scenario.TITLE, scenario.measure(name, cold)


def watch(rows: Iterable[Row]) -> tuple[list[Row], bool]:
    """All rows, each on stderr as it comes, and whether they came to an end: Ctrl-C keeps them."""
    if isinstance(rows, list):
        return rows, True
    done: list[Row] = []
    try:
        for row in rows:
            done.append(row)
            print(f"{row.name}: {row.value:.3g} {row.unit}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        return done, False
    return done, True


def show(title: str, rows: list[Row]) -> None:
    """Print a benchmark as a table."""
    from rich.console import Console
    from rich.table import Table

    ratios = any(row.ratio == row.ratio for row in rows)
    table = Table("Benchmark", title=title)
    for name in ("Value", "Unit", *(["Ratio"] if ratios else [])):
        table.add_column(name, justify="left" if name == "Unit" else "right")
    for row in rows:
        value = f"{row.value:.3g}" if row.value == row.value else "-"
        ratio = f"{row.ratio:.3g}" if row.ratio == row.ratio else ""
        table.add_row(row.name, value, row.unit, *([ratio] if ratios else []))
    Console().print(table)
