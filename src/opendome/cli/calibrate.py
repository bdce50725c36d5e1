"""The command `calibrate`."""

import json
from pathlib import Path
from typing import Any

import click

from opendome.options import as_json_option, cores, debug_option, print_json


@click.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File of the posterior to write."
)
@click.option("--points", type=click.IntRange(64, 10_000), help="Design points (default: 96).")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed (default: 2012).")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option("--shipped", is_flag=True, help="Show the shipped posterior; run nothing.")
@click.option("--force", is_flag=True, help="Replace an older file of that name.")
@click.option("--no-progress", is_flag=True, help="No progress on stderr.")
@as_json_option
@debug_option
def calibrate(
    out: Path | None,
    points: int | None,
    seed: int | None,
    workers: int | None,
    shipped: bool,
    force: bool,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Calibrate the parameters on the published figures of three operations.

    Runs a design of simulations of nov-2012, jul-2014 and may-2021, and writes what is known of
    the parameters afterwards as a file that a scenario's [calibration] can name.
    """
    from opendome import calibrate as calibrating
    from opendome import posterior
    from opendome.report import page, progress

    if shipped:
        found = posterior.read()
    else:
        out = out or Path("posterior.json")
        if out.exists() and not force:
            raise click.UsageError(f"{out}: exists; choose another name or --force to replace it")
        with progress.shown(not no_progress) as show:
            found = calibrating.calibrate(
                points or calibrating.POINTS,
                calibrating.SEED if seed is None else seed,
                cores() if workers is None else workers,
                show,
            )
        page.put(out, lambda: (json.dumps(found, indent=1) + "\n").encode(), force)
    if as_json:
        print_json({k: v for k, v in found.items() if k != "draws"} | {"file": str(out or "")})
    else:
        _show(found, out)


def _show(found: dict[str, Any], out: Path | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=110)
    table = Table(
        title="What the figures say of the parameters", title_justify="left", box=SIMPLE_HEAD
    )
    for name in ("Parameter", "Prior", "Mean", "90 %", "Learned"):
        table.add_column(name, justify="left" if name in ("Parameter", "Prior") else "right")
    for name, p in found["parameters"].items():
        interval = f"{p['low']:.3g} to {p['high']:.3g}"
        learned = f"{max(p['learned'], 0.0):.0%}"
        table.add_row(name, p["prior"], f"{p['mean']:.3g}", interval, learned)
    console.print(table)
    table = Table(title="Figures it was calibrated on", title_justify="left", box=SIMPLE_HEAD)
    for name in (
        "Operation",
        "Figure",
        "Published",
        "Sigma",
        "Posterior",
        "Emulator's error",
        "Explained",
    ):
        table.add_column(name, justify="left" if name in ("Operation", "Figure") else "right")
    for f in found["figures"]:
        what = f["figure"] + (f", days {f['days'][0]}-{f['days'][1]}" if f["days"] else "")
        numbers = [f"{f[k]:.3g}" for k in ("published", "sigma", "posterior", "error")]
        table.add_row(f["operation"], what, *numbers, f"{f['explained']:.0%}")
    console.print(table)
    for a, b, r in found["correlations"]:
        console.print(f"not told apart: {a} and {b}, correlation {r:+.2f}")
    console.print("Learned: how much of the prior's variance the figures took away.")
    if out:
        console.print(f"Wrote {out}", soft_wrap=True)
