"""The command `assign`."""

import click

from opendome.options import FAILED, as_json_option, debug_option, print_json, say


@click.command()
@click.argument("problem", metavar="PROBLEM")
@click.option("--time-limit-s", type=float, help="Stop then, with the best plan and its gap.")
@click.option("-o", "--output", metavar="RESULT.json", help="Write plan, bound and prices.")
@click.option("--check", "claimed", metavar="RESULT.json", help="Do not solve: verify this result.")
@as_json_option
@debug_option
def assign(
    problem: str, time_limit_s: float | None, output: str | None, claimed: str | None, as_json: bool
) -> int:
    """Assign shots to targets, with a proven gap.

    PROBLEM is a JSON object with value [target], survive [weapon type][target] (probability that
    the target survives one shot) and ammunition [weapon type], or a text file in the format of
    Andersen, Pavlikov and Toffolo.  Minimises the expected surviving value.
    """
    from opendome.assignment import files
    from opendome.assignment.problem import read

    if claimed is not None and (output is not None or time_limit_s is not None):
        raise click.UsageError("--check: not together with --output or --time-limit-s")
    given = read(problem)
    if claimed is not None:
        from opendome.assignment.certify import certify

        verdict = certify(given, files.read_certificate(claimed))
        if as_json:
            print_json(verdict._asdict() | {"ok": verdict.ok})
        else:
            files.show_verdict(verdict)
        say(list(verdict.faults), f"{claimed}: ")
        return 0 if verdict.ok else FAILED
    from opendome.assignment.solve import solve

    found = solve(given, time_limit_s=time_limit_s)
    if output is not None:
        files.write(found, output)
    if as_json:
        print_json(files.as_json(found))
    else:
        files.show(given, found)
    return 0
