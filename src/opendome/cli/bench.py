"""The command `bench`."""

import click

from opendome.options import INTERRUPTED, as_json_option, debug_option, print_json, say


@click.command()
@click.argument("name", default="two-towns", metavar="[SCENARIO|NAME]")
@click.option("--cold", is_flag=True, help="Also the first result with an empty kernel cache.")
@click.option("--full", is_flag=True, help="Of a named benchmark: also what takes long.")
@as_json_option
@debug_option
def bench(name: str, cold: bool, full: bool, as_json: bool) -> None:
    """Measure CPU seconds and memory.

    Import, help, first result, one warm replication of SCENARIO; or the benchmark NAME: `assign`
    (static assignment beside greedy and HiGHS), `flight` (flights to impact beside C, scipy and
    RocketPy), `page` (the replay in the browser), `plan` (the shipped plan, another budget, its
    studies), `policies` (damage over the bound, re-planning), `radar` (detection beside scipy,
    dwells, plots), `study` (workers, orchestration, memory, a million rows, Dask), `tracking`
    (speed, Stone Soup, error over bound).

    Long ones print each row when it is measured; Ctrl-C keeps what there is.
    """
    from opendome import bench as benchmarks

    if cold and name in benchmarks.NAMES:
        raise click.UsageError(f"--cold: of a scenario only, not with `{name}`")
    if full and name not in benchmarks.NAMES:
        raise click.UsageError(f"--full: only with {', '.join(benchmarks.NAMES)}")
    title, coming = benchmarks.measure(name, cold=cold, full=full)
    rows, whole = benchmarks.watch(coming)
    if as_json:
        print_json([row._asdict() for row in rows])
    else:
        benchmarks.show(title, rows)
    if not whole:
        say(["interrupted; these are the rows measured by then"])
        raise click.exceptions.Exit(INTERRUPTED)
