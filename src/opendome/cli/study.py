"""The commands `study` and `repeat`."""

import sys
from pathlib import Path
from typing import Any

import click

from opendome.options import (
    FAILED,
    INTERRUPTED,
    as_json_option,
    cores,
    debug_option,
    print_json,
    say,
)

SHOWN = 18  # design points printed; all are in the folder

_workers = click.option("--workers", type=int, help="Processes (default: one per core).")
_cluster = click.option(
    "--cluster", metavar="ADDRESS", help="Dask scheduler, or local:N for one on this machine."
)
_quiet = click.option("--no-progress", is_flag=True, help="No progress on stderr.")


@click.command()
@click.argument("study", metavar="STUDY")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the study.")
@_workers
@_cluster
@click.option("--resume", is_flag=True, help="Only go on with what is in the folder.")
@click.option("--force", is_flag=True, help="Throw away what the folder holds; begin anew.")
@click.option("--yes", is_flag=True, help="Start even a very large study.")
@_quiet
@as_json_option
@debug_option
def study(
    study: str,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    resume: bool,
    force: bool,
    yes: bool,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Run a study: a design of experiments on a scenario.

    STUDY is the name of a shipped one or the path of a TOML file.  The same command on the same
    folder goes on where the last one ended.
    """
    from opendome.report import progress
    from opendome.results import ResultError
    from opendome.study import execute, spec

    found = spec.load(study)
    workers = cores() if workers is None else workers
    if not yes:
        execute.check_size(found, workers)
    out = out or Path("results") / found.name
    if resume and not out.is_dir():
        raise ResultError(f"{out}: no such folder; nothing to resume")
    try:
        with progress.shown(not no_progress) as show:
            done = execute.run(
                found, out, workers, cluster, force=force, progress=show,
                command=" ".join(["opendome", *sys.argv[1:]]),
            )  # fmt: skip
    except execute.StudyInterrupted as stopped:
        say([str(stopped)])
        raise click.exceptions.Exit(INTERRUPTED) from None
    if as_json:
        print_json(_as_dict(done))
    else:
        _show(done)


@click.command()
@click.argument("result", metavar="DIR", type=click.Path(path_type=Path))
@_workers
@_cluster
@_quiet
@as_json_option
@debug_option
def repeat(
    result: Path, workers: int | None, cluster: str | None, no_progress: bool, as_json: bool
) -> None:
    """Run a result again and compare.

    DIR is the folder of a run or of a finished study.  Runs it from its manifest into a temporary
    folder, says whether every table is the same to the bit; exit code 1 if not.
    """
    from opendome.report import progress
    from opendome.study import repeat as repeating

    with progress.shown(not no_progress) as show:
        found = repeating.repeat(result, cores() if workers is None else workers, cluster, show)
    if as_json:
        print_json(found._asdict())
    else:
        for note in found.notes:
            click.echo(note)
        for line in found.differences:
            click.echo(line)
        verdict = "identical" if found.identical else "different"
        click.echo(f"{result}: {verdict} ({found.rows} rows)")
    if not found.identical:
        raise click.exceptions.Exit(FAILED)


def _as_dict(done: Any) -> dict[str, Any]:
    rows = [
        row._asdict() | {"difference": row.difference._asdict() if row.difference else None}
        for row in done.rows()
    ]
    kept = ("design", "seed", "points", "rows", "chunk", "fingerprint", "opendome")
    head = {key: done.manifest[key] for key in kept}
    head |= {"folder": str(done.folder), "reference": done.reference, "level": 0.95}
    if done.study.analytic:
        from opendome.study import analytic

        head["analytic"] = [c._asdict() for c in analytic.checks(done)]
    return head | {"levels": done.points(), "figures": rows}


def _show(done: Any) -> None:
    """Print a table a figure: a row a design point, its mean and its paired difference."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    m = done.manifest
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    console.print(
        f"{m['study']['title']}: {m['points']} design points on {m['scenario']['name']}, "
        f"{m['rows']:,} replications, seed {m['seed']}",
        soft_wrap=True,
    )
    points, at = done.points(), done.reference
    rows = done.rows()
    for name in m["outputs"]:
        table = Table(title=name, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for column in ("point", *points[0]):
            table.add_column(column)
        for column in ("n", "mean", f"less point {at}"):
            table.add_column(column, justify="right", no_wrap=True)
        for row in [row for row in rows if row.figure == name][:SHOWN]:
            levels = [_text(level) for level in points[row.point].values()]
            mean, pair = _interval(row.mean, row.high), _pair(row.difference)
            table.add_row(str(row.point), *levels, str(row.n), mean, pair)
        console.print(table)
    if done.study.analytic:
        console.print(_analytic(done))
    if len(points) > SHOWN:
        console.print(f"and {len(points) - SHOWN} more design points")
    console.print(f"Means and paired differences with 95 % intervals; wrote {done.folder}")


def _analytic(done: Any) -> Any:
    """Leakers beside what closed forms say of them."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from opendome.study import analytic

    points = done.points()
    title = "leaked, beside closed forms (study/analytic.py)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("point", *points[0], "law"):
        table.add_column(column)
    for column in ("simulated", "closed form", "assumptions hold"):
        table.add_column(column, justify="right", no_wrap=True)
    for c in analytic.checks(done):
        levels = [_text(level) for level in points[c.point].values()]
        simulated = _interval(c.simulated, c.simulated_high)
        expected = f"{c.expected:.4g} (sd {c.spread:.2g})"
        table.add_row(str(c.point), *levels, c.law, simulated, expected, "yes" if c.holds else "no")
    return table


def _text(level: Any) -> str:
    return f"{level:.6g}" if isinstance(level, float) else str(level)


def _interval(mean: float, high: float) -> str:
    return f"{mean:.4g} ± {high - mean:.2g}" if mean == mean else "-"


def _pair(difference: Any) -> str:
    return _interval(difference.mean, difference.high) if difference is not None else ""
