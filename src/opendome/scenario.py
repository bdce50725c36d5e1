"""Scenarios: a TOML file -> checked, frozen models -> the tables that kernels read.

`load` and `parse` raise one `ScenarioError` with every problem of a file, one line each.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from opendome import placement, posterior, surroundings, toml_files
from opendome.changes import changed
from opendome.contradictions import contradictions
from opendome.errors import ScenarioError
from opendome.placement import Parameters
from opendome.provenance import Row, rows
from opendome.reader import build
from opendome.sections import Sections

if TYPE_CHECKING:
    from opendome.kernels.nature import Nature
    from opendome.models.threats.ballistic_rocket import Plan

FOLDER = Path(__file__).parent / "scenarios"


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

    def with_changes(self, changes: Mapping[str, Any]) -> "Scenario":
        """The same scenario with values put in place of what its text says (changes.py)."""
        return parse(self.text, self.name, self.path, changes={**self.changes, **changes})

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
    path, label = toml_files.find(name_or_path, FOLDER, "scenario")
    return parse(toml_files.read(path, label, "scenario"), path.stem, str(path), label)


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
    raw = toml_files.loads(text, label)
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
    return toml_files.names(FOLDER)


def schema() -> dict[str, Any]:
    """JSON Schema of scenario files, with keys as files have them: for editors."""
    from opendome.schema import file_schema

    return file_schema()
