"""TOML files that a user names or that ship with the program: scenarios, studies, plans."""

import re
import tomllib
from pathlib import Path

from opendome.errors import ScenarioError
from opendome.models import nearest

#: Such a file is some kilobytes; more than this is another kind of file.
MOST_BYTES = 5_000_000

_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def names(folder: Path) -> tuple[str, ...]:
    """Names of the shipped files in a folder."""
    return tuple(sorted(p.stem for p in folder.glob("*.toml")))


def find(name_or_path: str | Path, folder: Path, what: str) -> tuple[Path, str]:
    """Path of a shipped file by name, or of a user's file, and what messages call it.

    Parameters
    ----------
    name_or_path : str or Path
        A name as `names` lists it, or a path; a text with a slash or ending in `.toml` is a path.
    folder : Path
        Where the shipped ones are.
    what : str
        What they are, in one word, for a message.

    Raises
    ------
    ScenarioError
        There is none; names what is near.
    """
    text, known = str(name_or_path), names(folder)
    if isinstance(name_or_path, str) and text in known:
        return folder / f"{text}.toml", f"{text}.toml"
    path = Path(text)
    if isinstance(name_or_path, str) and not ("/" in text or text.endswith(".toml")):
        if not _exists(path):
            raise ScenarioError(f"{text}: no such {what}{nearest(text, known)}")
    elif not _exists(path):
        close = nearest(path.stem, known)
        how = close if "did you mean" in close else " (want a TOML file)"
        raise ScenarioError(f"{text}: no such file{how}")
    return path, text


def read(path: Path, label: str, what: str) -> str:
    """Text of a file.

    Raises
    ------
    ScenarioError
        It is no file, not readable, too large or no text.
    """
    if not path.is_file():
        raise ScenarioError(f"{label}: not a file (want a TOML file)")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f"{label}: cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise ScenarioError(f"{label}: more than {MOST_BYTES} bytes (want a {what} in TOML)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start}"
        raise ScenarioError(f"{label}: no text at {where} (want TOML in UTF-8)") from None


def loads(text: str, label: str) -> dict:
    """What a text in TOML says.

    Raises
    ------
    ScenarioError
        It is malformed: label, line, column.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.fullmatch(str(error))
        if found is None:
            raise ScenarioError(f"{label}: {error} (want TOML)") from None
        message, line, column = found.groups()
        if line is None:
            lines = text.splitlines() or [""]
            line, column = len(lines), len(lines[-1]) + 1
        raise ScenarioError(f"{label}:{line}:{column}: {message} (want TOML)") from None
    except RecursionError:
        raise ScenarioError(f"{label}: brackets nested too deeply (want TOML)") from None
    except ValueError as error:  # a number of thousands of digits
        raise ScenarioError(f"{label}: {error} (want TOML)") from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False
