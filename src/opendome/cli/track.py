"""The command `track`."""

from pathlib import Path
from typing import Any

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command()
@click.argument("plots", type=click.Path(path_type=Path))
@click.option(
    "--radar", required=True, type=click.Path(path_type=Path), help="RADAR.toml: the radars."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File (default: PLOTS.tracks.parquet)."
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@as_json_option
@debug_option
def track(plots: Path, radar: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """Track recorded plots.

    PLOTS is a Parquet file with the columns time_s, range_m, azimuth_rad and elevation_rad, and
    range_rate_mps, snr_db and radar where there are any.  Writes one row per track and scan.
    """
    from opendome.tracking import output, radars, recorded

    out = out or plots.with_suffix(".tracks.parquet")
    output.check_target(out, force)
    sensors = radars.read(radar)
    rows = recorded.track(plots, sensors, progress=_progress())
    table = output.as_table(rows, sensors.tracker[0])
    output.write(table, out)
    found = output.summary(table)
    if as_json:
        print_json({"written": str(out), "rows": table.num_rows, "tracks": found})
    else:
        _show(found)
        click.echo(f"wrote {out}: {table.num_rows} rows, {len(found)} tracks")


def _progress() -> Any:
    """A line on stderr every few seconds."""
    from time import monotonic

    began = last = monotonic()

    def show(share: float) -> None:
        nonlocal last
        if monotonic() - last >= 5.0:
            last = monotonic()
            click.echo(f"{100.0 * share:.0f} % after {last - began:.0f} s", err=True)

    return show


def _show(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "Track", "From, s", "To, s", "Plots", "Impact, km", "Ellipse, m", "Launch, km", "Class"
    )
    for row in found[:40]:
        table.add_row(
            str(row["track"]), f"{row['first_s']:.1f}", f"{row['last_s']:.1f}", str(row["hits"]),
            _point(row, "impact"), _size(row), _point(row, "launch"),
            _class(row),
        )  # fmt: skip
    if found:
        Console().print(table)
    if len(found) > 40:
        click.echo(f"... and {len(found) - 40} more")


def _point(row: dict[str, Any], what: str) -> str:
    x, y = row[f"{what}_x_m"], row[f"{what}_y_m"]
    return f"{x / 1e3:.2f}, {y / 1e3:.2f}" if x == x else "-"


def _size(row: dict[str, Any]) -> str:
    trace = row["impact_cov_xx"] + row["impact_cov_yy"]
    return f"{trace**0.5:.0f}" if trace == trace else "-"


def _class(row: dict[str, Any]) -> str:
    return f"{row['class']}, {row['class_probability']:.2f}" if row["class"] else "-"
