"""What requests carry, and what is said when they are refused."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from opendome import toml_files
from opendome.web import workbench

MOST_REPLICATIONS = 10_000  # of a run that the page starts

Text = Annotated[str, Field(max_length=toml_files.MOST_BYTES)]
Label = Annotated[str, Field(min_length=1, max_length=64, pattern=workbench.NAME.pattern)]


class Problem(BaseModel):
    """Why a request was refused: one line, and all lines where there are more."""

    detail: str
    errors: list[str]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Login(Strict):
    """The token."""

    token: Annotated[str, Field(max_length=1000)]


class Draft(Strict):
    """A scenario as text."""

    text: Text
    name: Label = "scenario"


class Change(Strict):
    """A place in a scenario and its new value; null takes it out."""

    path: Annotated[list[str | int], Field(min_length=1, max_length=workbench.MOST_STEPS)]
    value: Any = None


class Edit(Draft):
    """Changes to a scenario."""

    changes: Annotated[list[Change], Field(max_length=1000)]


class Save(Strict):
    """A scenario to write, and which file it may replace."""

    text: Text
    replaces: Annotated[str, Field(max_length=64)] | None = None


class Start(Draft):
    """A run."""

    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
