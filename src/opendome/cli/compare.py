"""The command `compare`."""

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@as_json_option
@debug_option
def compare(a: str, b: str, as_json: bool) -> None:
    """Compare two results, figure by figure.

    A and B are folders of runs, or FOLDER:POINT for a design point of a study.  Pairs
    replications that met the same evening (same seed, same number); else the runs count as
    independent.
    """
    from opendome.report import comparison

    found = comparison.compare(comparison.read(a), comparison.read(b))
    if as_json:
        print_json(comparison.as_dict(found))
    else:
        comparison.show(found)
