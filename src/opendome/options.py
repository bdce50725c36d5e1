"""What commands share: exit codes, options, and how they print."""

import json
import os
from typing import Any

import click

BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells count


def debug_option(command):
    """The option --debug: a traceback instead of one line."""
    return click.option(
        "--debug", is_flag=True, expose_value=False, help="Show where in the code it failed."
    )(command)


def as_json_option(command):
    """The option --json, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(command)


def say(lines: list[str], prefix: str = "") -> None:
    """Print lines on stderr."""
    for line in lines:
        click.echo(prefix + " ".join(line.split()), err=True)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout; nan and infinities become null."""
    click.echo(json.dumps(_finite(value), indent=2, ensure_ascii=False))


def _finite(value: Any) -> Any:
    """The value with nan and infinities as null: JSON has neither."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, float) and value - value != 0.0:
        return None
    return value


def cores() -> int:
    """Cores that this process may use, at most as many as a run accepts."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, 64)
