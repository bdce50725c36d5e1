"""The command `serve`."""

import os
from pathlib import Path

import click

from opendome.options import as_json_option, cores, debug_option, print_json

LOOPBACK = "127.0.0.1"


@click.command()
@click.argument("result", type=click.Path(path_type=Path), required=False)
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8050, show_default=True,
              help="Port; 0: any free one.")  # fmt: skip
@click.option("--token", envvar="OPENDOME_TOKEN", help="Users must show it; wanted with --host. "
              "Better in the variable OPENDOME_TOKEN: others see a command's words.")  # fmt: skip
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("."),
              help="Scenarios are read and saved here, results lie in its `results`.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), help="Processes of a run.")
@click.option("--run-limit-s", type=click.FloatRange(1.0, 1e6), default=1800.0, show_default=True,
              help="A run that takes longer is stopped.")  # fmt: skip
@click.option("--tiles", help="Map below the shipped coast: a .pmtiles file, or the address of one "
              "or of {z}/{x}/{y} pictures (default: none; then nothing is loaded from "
              "outside).")  # fmt: skip
@as_json_option
@debug_option
def serve(
    result: Path | None,
    host: str,
    port: int,
    token: str | None,
    folder: Path,
    workers: int | None,
    run_limit_s: float,
    tiles: str | None,
    as_json: bool,
) -> None:
    """Show results in the browser.

    Replays the folder RESULT (default: the newest in `results`), and every other result beside it;
    edits scenarios and runs them.  Listens on this machine only, unless --host says otherwise.
    """
    from opendome.web import listen, server

    options = listen.options(result, host, token, folder, run_limit_s, workers or cores(), tiles)
    socket = listen.bind(host, port)
    url = listen.address(socket, host)
    if as_json:
        print_json({"url": url, "pid": os.getpid()})
    else:
        click.echo(f"OpenDome at {url} (Ctrl-C ends it)")
    listen.serve(server.make(options)[0], socket)
