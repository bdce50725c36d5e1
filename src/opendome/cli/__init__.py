"""The command line.  Libraries load inside the commands: `opendome --help` must be quick."""

import sys
import traceback
from typing import Any

import click

from opendome.cli import (
    assign,
    bench,
    calibrate,
    compare,
    explain,
    export,
    footprint,
    new_operation,
    plan,
    report,
    scenario,
    serve,
    study,
    track,
    validate,
    zones,
)
from opendome.options import BAD_INPUT, FAILED, INTERRUPTED, say

COMMANDS = (
    *(scenario.run, scenario.scenarios, scenario.check, scenario.schema),
    plan.plan,
    *(study.study, study.repeat, compare.compare, explain.explain),
    *(validate.validate, calibrate.calibrate, new_operation.new_operation),
    *(zones.zones, zones.warnings),
    *(report.report, export.export, serve.serve),
    *(footprint.footprint, assign.assign, bench.bench),
    track.track,
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


for command in COMMANDS:
    main.add_command(command)
