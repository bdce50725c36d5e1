"""From the command line to a listening server."""

import ipaddress
import socket as sockets
from pathlib import Path
from typing import Any

from opendome.errors import ScenarioError
from opendome.web import library
from opendome.web.guard import LOOPBACK
from opendome.web.server import Options
from opendome.web.tiles import read as read_tiles

LEAST_TOKEN = 12  # characters
DOWN_S = 3  # s that open connections are given at the end


def options(
    result: Path | None,
    host: str,
    token: str | None,
    folder: Path,
    limit_s: float,
    workers: int,
    tiles: str | None,
) -> Options:
    """Options of a server.

    Raises
    ------
    ScenarioError
        A host without a token, a token that is too short, tiles that are none.
    ResultError
        `result` is none.
    """
    if result is not None:
        library.check(result)
    if not is_loopback(host) and not token:
        raise ScenarioError(f"--host {host}: others could use this server; want --token too")
    if token is not None and len(token) < LEAST_TOKEN:
        raise ScenarioError(f"--token: {len(token)} characters; want {LEAST_TOKEN} at least")
    below = None if tiles is None else read_tiles(tiles)
    folder = folder.resolve()
    hosts = LOOPBACK if is_loopback(host) else ("*",)
    roots = (folder / "results",)
    return Options(result, roots, folder, roots[0], hosts, token, limit_s, workers, below)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> sockets.socket:
    """A listening socket.

    Raises
    ------
    ScenarioError
        The address is taken or unknown.
    """
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    made = sockets.socket(family, sockets.SOCK_STREAM)
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        made.bind((host.strip("[]"), port))
        made.listen(128)  # now: whoever reads the printed address may connect at once
    except OSError as error:
        made.close()
        raise ScenarioError(
            f"--host {host} --port {port}: {error.strerror or error}; choose another --port, "
            "or 0 for any free one"
        ) from None
    return made


def address(socket: sockets.socket, host: str) -> str:
    """What to type into a browser."""
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{socket.getsockname()[1]}/"


def serve(app: Any, socket: sockets.socket) -> None:
    """Serve until Ctrl-C.  No access log: addresses say what somebody looks at."""
    import uvicorn

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=DOWN_S,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[socket])
