"""The command `explain`."""

from pathlib import Path

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--rocket", type=int, required=True, help="Number of the rocket.")
@click.option("--rep", type=int, help="Traced replication (default: the first).")
@as_json_option
@debug_option
def explain(result: Path, rocket: int, rep: int | None, as_json: bool) -> None:
    """Explain the decisions about one rocket.

    What was believed (impact ellipse, value at risk, alternatives, prices) and why the policy
    fired, held or waited, from the traced tables of the folder RESULT; at the end what became of
    it.  Value is the people expected within 100 m of the impact; prices and gains are in it too.
    """
    from opendome import results
    from opendome.report import explain as story

    found = story.explain(results.read(result), rocket, rep)
    if as_json:
        print_json(found)
    else:
        for line in story.lines(found):
            click.echo(line)
