"""Two results side by side: runs, or design points of studies."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opendome import estimate, results
from opendome.estimate import FIGURES, Figure
from opendome.report.study import p_value, spread
from opendome.results import ResultError
from opendome.study import outcome
from opendome.study.compare import Difference, paired, ratio_values, welch
from opendome.study.dataset import is_study
from opendome.study.plots import point_names

LEVEL = 0.95
WIDTH = 130  # characters, where stdout is no terminal


class Side(NamedTuple):
    """One of the two: its name and ledger columns, in the order of replications."""

    name: str
    seed: int
    ledger: dict[str, np.ndarray]


class Row(NamedTuple):
    """A figure of both; the difference is that of the second less the first."""

    figure: Figure
    a: tuple[float, float, float]  # mean, low, high
    b: tuple[float, float, float]
    difference: Difference


class Comparison(NamedTuple):
    """What two results say about each other."""

    a: Side
    b: Side
    paired: bool
    why: str  # paired or not, and why
    rows: list[Row]


def read(where: str) -> Side:
    """A side: a folder of a run, or `FOLDER:POINT` for a design point of a study.

    Raises
    ------
    ResultError
        There is no such result or point.
    """
    folder, _, point = where.rpartition(":")
    if folder and point.isdecimal() and not Path(where).exists():
        return _point(where, Path(folder), int(point))
    path = Path(where)
    if is_study(path):
        raise ResultError(f"{where}: a study; name a design point, as in {where}:0")
    return side(results.read(path), where)


def side(result: results.Result, where: str) -> Side:
    """A run as a side; `where` is how it is called."""
    m = result.manifest
    return Side(f"{m['scenario']['name']} ({where})", m["seed"], _by_rep(result.ledger()))


def _point(where: str, folder: Path, point: int) -> Side:
    if not is_study(folder):
        kind = "a run, which has no design points" if folder.exists() else "no such folder"
        raise ResultError(f"{folder}: {kind}")
    study = outcome.read(folder)
    design = study.design
    if point >= design.num_rows:
        raise ResultError(f"{where}: the study has design points 0 to {design.num_rows - 1}")
    table = study.table()
    here = table.filter(table["point"].to_numpy() == point)
    ledger = {
        name: here.column(name).to_numpy()
        for name in here.column_names
        if name != "point" and not name.startswith("factor_")
    }
    factors = [n for n in design.column_names if n != "point"]
    named = point_names({n: design.column(n).to_numpy() for n in factors})[point]
    return Side(f"{named} ({where})", study.manifest["seed"], _by_rep(ledger))


def _by_rep(ledger: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    order = np.argsort(ledger["rep"], kind="stable")
    return {name: column[order] for name, column in ledger.items()}


def compare(a: Side, b: Side, level: float = LEVEL) -> Comparison:
    """Every figure that both sides can give, and its difference.

    Replications with the same number of the same seed met the same evening, so their differences
    are taken pair by pair; otherwise the two runs count as independent (Welch's interval).

    Raises
    ------
    ResultError
        A side has fewer than two replications, or no figure is in both.
    """
    for side in (a, b):
        if len(side.ledger["rep"]) < 2:
            count = len(side.ledger["rep"])
            raise ResultError(f"{side.name}: {count} replication; want two at least to compare")
    common = np.intersect1d(a.ledger["rep"], b.ledger["rep"])
    pair = a.seed == b.seed and len(common) >= 2
    if pair:
        ledgers = [_pick(side.ledger, common) for side in (a, b)]
        why = f"paired over {len(common):,} common replications of seed {a.seed}"
    else:
        ledgers = [a.ledger, b.ledger]
        what = f"seeds {a.seed} and {b.seed}" if a.seed != b.seed else "no common replications"
        why = f"not paired ({what}): independent runs, Welch's intervals"
    columns = set(a.ledger) & set(b.ledger)
    shared = [f for f in FIGURES.values() if {f.over, f.under or f.over} <= columns]
    if not shared:
        raise ResultError(f"{a.name} and {b.name}: not comparable: no figure is in both")
    rows = [_row(f, ledgers[0], ledgers[1], pair, level) for f in shared]
    return Comparison(a, b, pair, why, rows)


def _pick(ledger: dict[str, np.ndarray], reps: np.ndarray) -> dict[str, np.ndarray]:
    kept = np.isin(ledger["rep"], reps)
    return {name: column[kept] for name, column in ledger.items()}


def _row(
    figure: Figure, a: dict[str, np.ndarray], b: dict[str, np.ndarray], pair: bool, level: float
) -> Row:
    sides = [_values(figure, ledger) for ledger in (a, b)]
    found = (paired if pair else welch)(sides[1], sides[0], level)
    means = [estimate.mean_interval(v[np.isfinite(v)], level) for v in sides]
    return Row(figure, means[0], means[1], found)


def _values(figure: Figure, ledger: dict[str, np.ndarray]) -> np.ndarray:
    """Values of the replications, whose mean is the figure."""
    over = np.asarray(ledger[figure.over], "f8")
    return over if figure.under is None else ratio_values(over, ledger[figure.under])[0]


def show(found: Comparison) -> None:
    """Print the two side by side."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"A: {found.a.name}", soft_wrap=True)
    console.print(f"B: {found.b.name}", soft_wrap=True)
    console.print(found.why, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Figure", no_wrap=True)
    for name in ("A", "B", "B less A", "p", *(("Reduction",) if found.paired else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.rows:
        d, unit = row.difference, row.figure.unit
        cells = [spread(unit, *row.a), spread(unit, *row.b)]
        if d.low == d.high == 0.0:
            cells += ["same", ""]
        else:
            cells += [spread(unit, d.mean, d.low, d.high, sign=True), p_value(d.p)]
        if found.paired:
            cells.append(f"{d.reduction:.3g}" if np.isfinite(d.reduction) else "-")
        table.add_row(row.figure.label, *cells)
    console.print(table)
    if found.paired:
        console.print("Reduction: of the variance by pairing, against independent runs.")
    console.print(
        "Means and differences with 95 % intervals, each by itself: of twenty figures without a "
        "difference, one shows p < 0.05."
    )


def as_dict(found: Comparison) -> dict[str, Any]:
    """The same for machines."""
    sides = {
        key: {"name": s.name, "seed": s.seed, "replications": len(s.ledger["rep"])}
        for key, s in (("a", found.a), ("b", found.b))
    }
    keys = ("mean", "low", "high")
    rows = [
        {
            "figure": row.figure.name,
            "unit": row.figure.unit,
            "a": dict(zip(keys, row.a, strict=True)),
            "b": dict(zip(keys, row.b, strict=True)),
            "difference": {k: getattr(row.difference, k) for k in (*keys, "n", "p", "reduction")},
        }
        for row in found.rows
    ]
    return {**sides, "paired": found.paired, "why": found.why, "level": LEVEL, "figures": rows}
