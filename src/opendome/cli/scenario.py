"""The commands about one scenario: `run`, `scenarios`, `check`, `schema`."""

import sys
from pathlib import Path

import click

from opendome.options import (
    BAD_INPUT,
    INTERRUPTED,
    as_json_option,
    cores,
    debug_option,
    print_json,
    say,
)


@click.command()
@click.argument("scenario")
@click.option("-n", "--replications", type=int, help="Replications (default: the scenario's).")
@click.option("--seed", type=int, help="Seed of the random numbers (default: the scenario's).")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Result folder to write.")
@click.option("--force", is_flag=True, help="Replace an older result in that folder.")
@click.option("--trace/--no-trace", default=True, help="Keep all tables of replication 0.")
@click.option("--policy", help="Policy in place of the scenario's: `model` of its [policy].")
@click.option("--no-progress", is_flag=True, help="No progress on stderr.")
@as_json_option
@debug_option
def run(
    scenario: str,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    out: Path | None,
    force: bool,
    trace: bool,
    policy: str | None,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Run a scenario: print the summary, write the result.

    SCENARIO is the name of a shipped one or the path of a TOML file.
    """
    import opendome
    from opendome import results
    from opendome.report import explain, progress, summary

    found = opendome.load(scenario)
    if policy is not None:
        found = found.with_changes({"policy.model": policy})
    out = out or results.default_folder(found.name)
    results.check_target(out, force)
    with progress.shown(not no_progress) as show:
        result = opendome.run(
            found,
            replications,
            seed,
            cores() if workers is None else workers,
            trace=(0,) if trace else (),
            progress=show,
            command=" ".join(["opendome", *sys.argv[1:]]),
        )
    result.save(out, force)
    if as_json:
        print_json(summary.as_dict(result))
    else:
        summary.show(result)
        if trace:
            click.echo(f"{explain.reasons(result)}; why: opendome explain {out} --rocket ID")
    m = result.manifest
    if m["interrupted"]:
        say([f"interrupted: kept {m['finished']} of {m['replications']} replications in {out}"])
        raise click.exceptions.Exit(INTERRUPTED)


@click.command()
@as_json_option
@debug_option
def scenarios(as_json: bool) -> None:
    """List the scenarios that ship with OpenDome."""
    import opendome
    from opendome import scenario

    found = [opendome.load(name) for name in scenario.names()]
    if as_json:
        print_json([{"name": s.name, "title": s.title, "summary": s.summary} for s in found])
        return
    width = max(len(s.name) for s in found)
    for s in found:
        click.echo(f"{s.name:{width}}  {s.summary or s.title}")


@click.command()
@click.argument("scenario")
@click.option("--numbers", is_flag=True, help="List every number with unit, grade and source.")
@as_json_option
@debug_option
def check(scenario: str, numbers: bool, as_json: bool) -> None:
    """Check a scenario.

    Says what is wrong in SCENARIO, one line each; exit code 2 if something is.
    """
    import opendome
    from opendome import estimate
    from opendome.errors import ScenarioError

    try:
        found = opendome.load(scenario)
        estimate.check(found.published)
        found.nature(found.tables())  # reads the files that it names
    except ScenarioError as error:
        if not as_json:
            raise
        print_json({"ok": False, "errors": list(error.lines)})
        raise click.exceptions.Exit(BAD_INPUT) from None
    rows = found.parameters_table() if numbers else []
    if as_json:
        listed = {"numbers": [row._asdict() for row in rows]} if numbers else {}
        print_json({"ok": True, "errors": []} | listed)
        return
    click.echo(f"{scenario}: ok ({found.title})")
    for row in rows:
        click.echo("\t".join((row.key, f"{row.value}", row.unit, row.grade, row.source)))


@click.command()
@as_json_option
@debug_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from opendome import scenario

    print_json(scenario.schema())
