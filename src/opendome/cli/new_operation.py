"""The command `new-operation`."""

from pathlib import Path

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command("new-operation")
@click.argument("title")
@click.option("--start", required=True, help="First day with offset: 2030-05-10T18:00:00+03:00.")
@click.option("--launches", required=True, help="Launches of each day: 120,340,80.")
@click.option("--short", type=float, help="Share that fell short; left out: not known.")
@click.option("--batteries", type=int, default=10, help="Batteries in service (default: 10).")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File (default: operation.toml)."
)
@click.option("--force", is_flag=True, help="Replace an older file of that name.")
@as_json_option
@debug_option
def new_operation(
    title: str,
    start: str,
    launches: str,
    short: float | None,
    batteries: int,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a scenario for an operation from its public inputs.

    What `opendome run` makes of it is a prediction: its intervals hold what is not known of the
    parameters.
    """
    from datetime import datetime

    from opendome import new_operation as writing
    from opendome import scenario
    from opendome.report import page

    try:
        when = datetime.fromisoformat(start)
        counts = [int(n) for n in launches.split(",")]
    except ValueError as error:
        raise click.UsageError(
            f"{error} (want --start 2030-05-10T18:00:00+03:00 --launches 120,340,80)"
        ) from None
    text = writing.write(title, when, counts, short, batteries)
    out = out or Path("operation.toml")
    found = scenario.parse(text, out.stem)
    page.put(out, text.encode, force)
    if as_json:
        print_json({"file": str(out), "launched": sum(counts), "batteries": len(found.batteries)})
    else:
        click.echo(f"Wrote {out}: {sum(counts):,} launches, {len(found.batteries)} batteries")
