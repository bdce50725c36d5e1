"""Progress of a run on stderr: a bar on a terminal, a line every few seconds elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opendome.montecarlo import Progress

EVERY_S = 5.0  # s between two lines where there is no terminal
COMPILING = "compiling kernels (once per version) ..."

Show = Callable[[Progress], None]


@contextmanager
def shown(wanted: bool = True) -> Iterator[Show | None]:
    """A callback for `montecarlo.run` that shows progress while the context is open."""
    if not wanted:
        yield None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _lines()


def _lines() -> Show:
    last = -EVERY_S  # the first line comes with the first replication
    said = False

    def show(p: Progress) -> None:
        nonlocal last, said
        now = p.elapsed_s
        if p.compiling and not said:
            said = True
            print(COMPILING, file=sys.stderr, flush=True)
        elif p.done and now - last >= EVERY_S:
            last = now
            print(line(p), file=sys.stderr, flush=True)

    return show


def line(p: Progress) -> str:
    """Where the run stands, in one line: count, rate, time left, and what else there is to say."""
    count = f"{p.done} of {p.total} replications"
    if p.rate:
        count += f", {p.rate:.2f} per second, {(p.total - p.done) / p.rate:.0f} s left"
    return f"{count}; {p.note}" if p.note else count


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rest]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1, completed=0, rest="")

        def show(p: Progress) -> None:
            what = "replications" if p.done else COMPILING if p.compiling else "starting"
            rest = line(p).partition(", ")[2]
            bar.update(task, description=what, total=p.total, completed=p.done, rest=rest)

        yield show
