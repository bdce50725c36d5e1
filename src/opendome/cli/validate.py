"""The command `validate`."""

from pathlib import Path

import click

from opendome.options import FAILED, as_json_option, cores, debug_option, print_json, say


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("-n", "--replications", type=click.IntRange(2, 100_000), help="Default: 20.")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option(
    "--page", type=click.Path(path_type=Path), help="Also write a page with figures: .md or .html."
)
@click.option("--force", is_flag=True, help="Replace an older page of that name.")
@click.option("--no-progress", is_flag=True, help="No progress on stderr.")
@as_json_option
@debug_option
def validate(
    names: tuple[str, ...],
    replications: int | None,
    workers: int | None,
    page: Path | None,
    force: bool,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Hold simulated operations against published figures.

    NAME is an operation that ships with OpenDome (default: all) or the path of a scenario with
    [[published]] figures.  Exit code 1 if a figure that is claimed to be reproduced is not.
    """
    from opendome import validate as validating
    from opendome.report import progress, validation

    if page:
        validation.check_target(page, force)
    with progress.shown(not no_progress) as show:
        found = validating.validate(
            names,
            replications or validating.REPLICATIONS,
            cores() if workers is None else workers,
            show,
        )
    if page:
        validation.write(found, page, force)
    if as_json:
        print_json(validating.as_dict(found))
    else:
        validation.show(found)
    if found.failures:
        say([f"{row.operation}: {row.label}: claimed, not reproduced" for row in found.failures])
        raise click.exceptions.Exit(FAILED)
