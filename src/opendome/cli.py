"""The command line.  Libraries load inside the commands: `opendome --help` must be quick."""

import sys
import traceback
from pathlib import Path
from typing import Any

import click

from opendome import cli_compare, cli_study
from opendome.options import (
    BAD_INPUT,
    FAILED,
    INTERRUPTED,
    as_json_option,
    cores,
    debug_option,
    print_json,
    say,
)


class _Commands(click.Group):
    """Commands whose errors are one line each on stderr, `error: ...`, with the exit code."""

    def main(self, args: Any = None, *more: Any, **extra: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        extra |= {"prog_name": "opendome", "standalone_mode": False}
        try:
            code = super().main(words, *more, **extra)
        except click.ClickException as error:
            say([error.format_message()], "error: ")
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            say(["interrupted; nothing was written"])
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # `opendome ... | head`
            sys.stderr.close()
            sys.exit(FAILED)
        except Exception as error:
            if "--debug" in words:
                traceback.print_exception(error)
            say(*_explained(error))
            sys.exit(BAD_INPUT if _is_bad_input(error) else FAILED)
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        from difflib import get_close_matches

        if args and not args[0].startswith("-") and args[0] not in self.commands:
            near = get_close_matches(args[0], self.commands, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(self.commands)}"
            raise click.UsageError(f"unknown command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)


def _is_bad_input(error: Exception) -> bool:
    """Whether the user can put it right: a wrong scenario, folder, size or number."""
    from opendome.errors import CapacityError, ScenarioError

    if isinstance(error, (ScenarioError, CapacityError)):
        return True
    results = sys.modules.get("opendome.results")
    return results is not None and isinstance(error, results.ResultError)


def _explained(error: Exception) -> tuple[list[str], str]:
    if _is_bad_input(error):
        return list(getattr(error, "lines", [str(error)])), "error: "
    kind = type(error).__name__
    what = str(error) if kind == "ReplicationError" else f"{kind}: {error}"
    return [f"{what} (--debug shows where)"], "error: "


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import opendome

        click.echo(f"opendome {opendome.__version__}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version.",
)
def main() -> None:
    """Simulate a short-range rocket-defence system, from the radar plot to the stock."""


@main.command()
@click.argument("scenario")
@click.option("-n", "--replications", type=int, help="Replications (default: the scenario's).")
@click.option("--seed", type=int, help="Seed of the random numbers (default: the scenario's).")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Result folder to write.")
@click.option("--force", is_flag=True, help="Replace an older result in that folder.")
@click.option("--trace/--no-trace", default=True, help="Keep all tables of replication 0.")
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
    no_progress: bool,
    as_json: bool,
) -> None:
    """Run a scenario: print the summary, write the result.

    SCENARIO is the name of a shipped one or the path of a TOML file.
    """
    import opendome
    from opendome import results
    from opendome.report import progress, summary

    found = opendome.load(scenario)
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
    m = result.manifest
    if m["interrupted"]:
        say([f"interrupted: kept {m['finished']} of {m['replications']} replications in {out}"])
        raise click.exceptions.Exit(INTERRUPTED)


@main.command()
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


@main.command()
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


@main.command()
@as_json_option
@debug_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from opendome import scenario

    print_json(scenario.schema())


@main.command()
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


@main.command()
@click.argument("scenario", default="two-towns", metavar="[SCENARIO|study]")
@click.option("--cold", is_flag=True, help="Also the first result with an empty kernel cache.")
@click.option("--full", is_flag=True, help="With `study`: also 10,000 and 200 replications.")
@as_json_option
@debug_option
def bench(scenario: str, cold: bool, full: bool, as_json: bool) -> None:
    """Measure CPU seconds and memory.

    Import, help, first result, one warm replication of SCENARIO.  `opendome bench study` measures
    studies instead: workers, orchestration, memory, a million rows, Dask.
    """
    benchmarks: Any
    if scenario == "study":
        from opendome import bench_study as benchmarks

        if cold:
            raise click.UsageError("--cold: of a scenario only, not with `study`")
        rows = benchmarks.measure(full)
    else:
        import opendome
        from opendome import bench as benchmarks

        if full:
            raise click.UsageError("--full: only with `study`")
        opendome.load(scenario)
        rows = benchmarks.measure(scenario, cold)
    if as_json:
        print_json([row._asdict() for row in rows])
    else:
        benchmarks.show(rows)


for command in (cli_study.study, cli_study.repeat, cli_compare.compare):
    main.add_command(command)
