"""The command `report`."""

from pathlib import Path

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File (default: in RESULT).")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@as_json_option
@debug_option
def report(result: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """Write a page about a result.

    The page about the folder RESULT is one file.  Of a run: summary, days, map of the largest raid
    of replication 0 (with -o NAME.png, .svg or .pdf: only the map).  Of a study: ranking, paired
    differences, distributions, and which factors matter.
    """
    import opendome
    from opendome.report import page
    from opendome.report import study as study_page
    from opendome.study import dataset, outcome

    out = out or result / "report.html"
    if dataset.is_study(result):
        written = study_page.write(outcome.read(result), out, force)
    else:
        written = page.write(opendome.open(result), out, force)
    if as_json:
        print_json({"written": str(written)})
    else:
        click.echo(f"wrote {written}")
