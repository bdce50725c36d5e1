"""Scenarios: a TOML file -> checked, frozen models -> the tables that kernels read.

`load` and `parse` raise one `ScenarioError` with every problem of a file, one line each.
"""

import re
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from opendome import placement, posterior, surroundings
from opendome.changes import changed
from opendome.contradictions import contradictions
from opendome.errors import ScenarioError
from opendome.models import nearest
from opendome.placement import Parameters
from opendome.provenance import Row, rows
from opendome.reader import build
from opendome.sections import Sections

if TYPE_CHECKING:
    from opendome.kernels.nature import Nature
    from opendome.models.threats.ballistic_rocket import Plan

FOLDER = Path(__file__).parent / "scenarios"

_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

#: A scenario is some kilobytes; more than this is another kind of file.
MOST_BYTES = 5_000_000


class Scenario(Sections):
    """A checked scenario with the text that it came from."""

    name: str = Field(description="name of the file, without .toml")
    path: str = Field(description="where it was read; empty for text")
    text: str = Field(repr=False, description="the file as it was read")
    changes: dict[str, Any] = Field(
        default={}, description="what was put in place of what the text says, by path"
    )

    @property
    def hash(self) -> str:
        """SHA-256 of the text in UTF-8, hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    def tables(self) -> Parameters:
        """The tables that kernels read, SI and radians, positions in the scenario's frame."""
        return placement.parameters(self)

    @property
    def folder(self) -> Path:
        """Where the paths of files in the scenario count from."""
        return Path(self.path).parent

    def nature(self, tables: Parameters) -> "Nature":
        """What flights go through (surroundings.py), for tables of this scenario."""
        return surroundings.nature(self, tables, self.folder)

    def plan(self, tables: Parameters) -> "Plan":
        """The plan of launches (models/threats/ballistic_rocket.py) for tables of this scenario."""
        return placement.plan(self, tables)

    def draws(self) -> posterior.Draws | None:
        """Draws of its calibrated parameters; None without a [calibration]."""
        if self.calibration is None:
            return None
        c = self.calibration
        return posterior.draws(c.operation, c.file, c.keep, self.changes)

    def near_aims(self, tables: Parameters) -> Any:
        """Chances of classes and places at both ends of near_share's prior; None without rings."""
        near = posterior.PARAMETERS["near_share"]
        if self.calibration is None or len(self.threat.ring_weight) < 2:
            return None
        return tuple(placement.aims_at(self, tables, v) for v in (near.low, near.high))

    def parameters_table(self) -> list[Row]:
        """Every number of the scenario in SI, with unit, grade and source."""
        return rows(self)

    def place_names(self) -> tuple[str, ...]:
        """Names of the places, by row of the table of places."""
        return placement.place_names(self)


def load(name_or_path: str | Path) -> Scenario:
    """Read a shipped scenario by name, or a file by path.

    Parameters
    ----------
    name_or_path : str or Path
        A name as `names` lists it, or a path; a text with a slash or ending in `.toml` is a path.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        The file is missing, unreadable or malformed, or the scenario is wrong; one line a problem.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in names():
        path, label = FOLDER / f"{text}.toml", f"{text}.toml"
    else:
        path, label = Path(text), text
        if isinstance(name_or_path, str) and not ("/" in text or text.endswith(".toml")):
            if not _exists(path):
                raise ScenarioError(f"{text}: no such scenario{nearest(text, names())}")
        elif not _exists(path):
            close = nearest(path.stem, names())
            how = close if "did you mean" in close else " (want a TOML file)"
            raise ScenarioError(f"{text}: no such file{how}")
    return parse(_read(path, label), path.stem, str(path), label)


def parse(
    text: str,
    name: str,
    path: str = "",
    label: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Scenario:
    """Read a scenario from its text.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        Name of the scenario.
    path : str
        Where the text came from.
    label : str
        What messages call the file; `name`.toml if empty.
    changes : mapping, optional
        Path -> value to put in place of what the text says (changes.py).

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        One line a problem: file, key, what is wrong, what would be right.
    """
    label = label or f"{name}.toml"
    raw = _toml(text, label)
    if changes:
        raw = changed(raw, changes)
    problems: list[str] = []
    sections = build(Sections, raw, "", problems)
    if sections is not None:
        problems = contradictions(sections)
    if problems:
        raise ScenarioError([f"{label}: {line}" for line in problems])
    values = {field: getattr(sections, field) for field in Sections.model_fields}
    return Scenario(**values, name=name, path=path, text=text, changes=dict(changes or {}))


def names() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.toml")))


def schema() -> dict[str, Any]:
    """JSON Schema of scenario files, with keys as files have them: for editors."""
    from opendome.schema import file_schema

    return file_schema()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False


def _read(path: Path, label: str) -> str:
    if not path.is_file():
        raise ScenarioError(f"{label}: not a file (want a TOML file)")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f"{label}: cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise ScenarioError(f"{label}: more than {MOST_BYTES} bytes (want a scenario in TOML)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start}"
        raise ScenarioError(f"{label}: no text at {where} (want TOML in UTF-8)") from None


def _toml(text: str, label: str) -> dict:
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
