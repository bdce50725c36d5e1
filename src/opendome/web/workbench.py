"""Editing a scenario: checks, changes that keep its comments, and files that it is saved to.

The text is the scenario; the page sends it with every request, so two users never share a draft.
They can only meet where a file is saved: that needs the hash of what the writer has read.
"""

import os
import re
import threading
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from opendome import estimate, scenario, toml_files
from opendome.errors import ScenarioError
from opendome.web.scene import scene

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST_STEPS = 8
Step = str | int


class Conflict(RuntimeError):
    """The file is not what the writer has read; one line."""


def digest(text: str) -> str:
    """Identity of a text."""
    return sha256(text.encode()).hexdigest()


def examine(text: str, name: str) -> dict[str, Any]:
    """What the command line would say of a scenario, and its map if it is sound.

    Returns
    -------
    dict
        `ok`, `errors` (one line each); `raw`, the file's keys, if it is TOML; `scene`, `launches`,
        `replications` and `seed` if it is a scenario.
    """
    found: dict[str, Any] = {"ok": False, "errors": [], "sha256": digest(text)}
    try:
        if len(text.encode()) > toml_files.MOST_BYTES:
            raise ScenarioError(f"{name}.toml: more than {toml_files.MOST_BYTES} bytes")
        read = scenario.parse(text, name)
        estimate.check(read.published)
        found |= {"ok": True, "scene": scene(read), "launches": read.plan(read.tables()).n_rockets}
        found |= {"replications": read.study.replications, "seed": read.study.seed}
    except ScenarioError as error:
        found["errors"] = list(error.lines)
    except RecursionError:
        found["errors"] = [f"{name}.toml: nested too deeply"]
    found["raw"] = _raw(text)
    return found


def _raw(text: str) -> dict[str, Any]:
    try:
        return _plain(tomllib.loads(text))
    except (ValueError, RecursionError):
        return {}


def _plain(value: Any) -> Any:
    """Keys and values as JSON has them: times as text."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str | int | bool):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return str(value)


def edit(text: str, changes: list[tuple[list[Step], Any]]) -> str:
    """The text with some values changed; comments and order stay.

    Parameters
    ----------
    text : str
    changes : list of (path, value)
        A path is keys and list positions, as ["battery", 0, "lat_deg"]; the value None takes the
        key, or the entry of a list, out.

    Raises
    ------
    ScenarioError
        The text is no TOML, or there is no such place in it.
    """
    try:
        document = tomlkit.parse(text)
        for path, value in changes:
            _put(document, path, value)
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, RecursionError) as error:
        raise ScenarioError(f"cannot edit: {error}") from None


def _put(document: Any, path: list[Step], value: Any) -> None:
    if not 1 <= len(path) <= MOST_STEPS:
        raise ScenarioError(f"a path of {len(path)} steps (want 1 to {MOST_STEPS})")
    at = document
    for step in path[:-1]:
        at = _inside(at, step, path)
    last = path[-1]
    if isinstance(at, dict) and isinstance(last, str):
        if value is not None:
            at[last] = value
        elif last in at:
            del at[last]
    elif isinstance(at, list) and isinstance(last, int):
        _put_entry(at, last, value, path)
    else:
        raise ScenarioError(f"{_shown(path)}: no such place")


def _put_entry(at: list[Any], i: int, value: Any, path: list[Step]) -> None:
    """Change an entry of a list, take it out, or add one at the end."""
    if not 0 <= i < len(at) + (value is not None):
        raise ScenarioError(f"{_shown(path)}: there are entries 0 to {len(at) - 1}")
    if value is None:
        del at[i]
    elif i == len(at):
        at.append(value)
    else:
        at[i] = value


def _inside(at: Any, step: Step, path: list[Step]) -> Any:
    if isinstance(step, str) and isinstance(at, dict):
        if step not in at:
            at[step] = tomlkit.table()
        return at[step]
    if isinstance(step, int) and isinstance(at, list) and 0 <= step < len(at):
        return at[step]
    raise ScenarioError(f"{_shown(path)}: no such place")


def _shown(path: list[Step]) -> str:
    return ".".join(str(step) for step in path)


class Shelf:
    """The scenarios that can be opened and saved: shipped ones, and TOML files of one folder.

    Parameters
    ----------
    folder : Path
        Files are read from and written to this folder only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()  # between the look at a file and its replacement

    def listed(self) -> list[dict[str, str]]:
        """Name, title and origin of each."""
        shipped = [{"name": n, "origin": "shipped"} for n in scenario.names()]
        own = [{"name": n, "origin": "file"} for n in self._own()]
        return [*own, *shipped]

    def _own(self) -> list[str]:
        try:
            found = sorted(p.stem for p in self.folder.glob("*.toml") if p.is_file())
        except OSError:
            return []
        return [n for n in found if NAME.fullmatch(n) and _is_scenario(self.folder / f"{n}.toml")]

    def read(self, name: str, origin: str) -> str:
        """The text of a scenario.

        Raises
        ------
        LookupError
            There is none of that name.
        """
        if origin == "shipped" and name in scenario.names():
            return (scenario.FOLDER / f"{name}.toml").read_text("utf-8")
        if origin == "file" and name in self._own():
            return (self.folder / f"{name}.toml").read_text("utf-8")
        raise LookupError(f"no scenario {name!r} ({origin})")

    def save(self, name: str, text: str, replaces: str | None) -> Path:
        """Write a scenario that is sound; all of it or nothing.

        Parameters
        ----------
        name : str
        text : str
        replaces : str or None
            `digest` of the file that may be replaced; None: there must be none.

        Raises
        ------
        ScenarioError
            The name or the scenario is wrong.
        Conflict
            There is such a file, and it is not the one that `replaces` names.
        """
        if not NAME.fullmatch(name):
            raise ScenarioError(f"name {name!r}: want letters, digits, '.', '_' or '-', at most 64")
        scenario.parse(text, name)
        path = self.folder / f"{name}.toml"
        try:
            with self._lock:
                self._write(path, text, replaces)
        except OSError as error:
            raise ScenarioError(f"{path}: cannot write: {error.strerror}") from None
        return path

    def _write(self, path: Path, text: str, replaces: str | None) -> None:
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        partial.write_text(text, "utf-8")
        try:
            if replaces is None:
                os.link(partial, path)  # fails if the name is taken, whoever was faster
            elif path.is_symlink() or not path.is_file():
                raise Conflict(f"{path.name}: no such file any more; save under a new name")
            elif digest(path.read_text("utf-8")) != replaces:
                raise Conflict(f"{path.name} was changed by someone else since you opened it")
            else:
                partial.replace(path)
        except FileExistsError:
            raise Conflict(f"{path.name} exists; choose another name, or replace it") from None
        finally:
            partial.unlink(missing_ok=True)


def _is_scenario(path: Path) -> bool:
    """Whether a TOML file looks like a scenario: others (a study, a plan) are not listed."""
    try:
        if path.stat().st_size > toml_files.MOST_BYTES:
            return False
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return {"origin", "clock", "threat"} <= set(found)
