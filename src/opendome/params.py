"""Declared parameters: unit, meaning, bounds, source and grade beside the name, once.

From one declaration come the keys that a file accepts, the conversion, the check, the docs and
the list of every number with its source.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from opendome import units
from opendome.tables import Table

#: Where a number comes from: read in a source, computed from sources, fitted, or set by us.
Grade = Literal["published", "derived", "calibrated", "assumed"]
GRADES = ("published", "derived", "calibrated", "assumed")


def _with_offset(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no offset (want {value.isoformat()}+03:00)")
    return value


#: A time with its offset: local time alone does not fix an instant.
Instant = Annotated[datetime, AfterValidator(_with_offset)]


class Quantity(NamedTuple):
    """Declaration of a number (SI)."""

    unit: str
    meaning: str
    low: float | None
    high: float | None
    source: str
    grade: str
    suffixes: tuple[str, ...]


def quantity(
    unit: str,
    meaning: str,
    *,
    default: Any = ...,
    low: float | None = None,
    high: float | None = None,
    source: str = "",
    grade: str = "",
    suffixes: tuple[str, ...] = (),
) -> Any:
    """Declare a number of a model: a float, an int, or a tuple of floats.

    Parameters
    ----------
    unit : str
        SI unit, one of `units.UNITS`; "1" for a pure number.
    meaning : str
        What it is, in words that fit in an error message.
    default : number, optional
        SI.  Without one the file must give the number.
    low, high : float, optional
        Inclusive bounds, SI.
    source, grade : str
        Where the default comes from; both are wanted with a default.
    suffixes : tuple of str, optional
        Suffixes that a file may use instead of the usual ones of the unit, SI not needed.

    Raises
    ------
    TypeError
        A default without source and grade, or an unknown unit or grade.
    """
    if unit not in units.UNITS:
        known = ", ".join(sorted(units.UNITS))
        raise TypeError(f"{meaning}: unknown unit {unit!r}; known: {known}")
    if default not in (..., None) and (not source or grade not in GRADES):
        raise TypeError(f"{meaning}: a default wants source= and grade= one of {', '.join(GRADES)}")
    says: Any = Quantity(unit, meaning, low, high, source, grade, suffixes or units.suffixes(unit))
    return Field(default=default, description=meaning, json_schema_extra={"quantity": says})


def plugin(kind: str, default: str, *, meaning: str, merged: bool = False) -> Any:
    """Declare a field that holds a plug-in of models/<kind>/, named by the key `model`.

    `merged`: the plug-in's keys stand in the same table as the keys of the model that holds it.
    """
    says: Any = {"plugin": kind, "default": default, "merged": merged}
    return Field(description=meaning, json_schema_extra=says)


def section(key: str, meaning: str, **default: Any) -> Any:
    """Declare a field read from the table (or array of tables) `key`."""
    return Field(description=meaning, json_schema_extra={"key": key}, **default)


class Model(BaseModel):
    """Parameters of a plug-in or of a section of a scenario: frozen, checked, nothing unknown.

    `TABLE` is the table that `row` fills; columns are fields of the same name.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )
    TABLE: ClassVar[Table | None] = None

    source: str = Field(default="", description="where the numbers of this table come from")
    grade: Grade | dict[str, Grade] | None = Field(
        default=None, description="grade of the numbers of this table, or of each by its key"
    )

    @field_validator("*")
    @classmethod
    def _within_bounds(cls, value: Any, info: Any) -> Any:
        q = declared(cls, info.field_name)
        if q is None or value is None:
            return value
        for i, v in enumerate(value if isinstance(value, tuple) else (value,)):
            if (q.low is not None and v < q.low) or (q.high is not None and v > q.high):
                raise PydanticCustomError("out_of_range", "out of range", {"at": i})
        return value

    def row(self) -> np.ndarray:
        """One-row table: each column that has the name of a field; the others stay missing.

        Returns
        -------
        ndarray, (1,), dtype of `TABLE`

        Raises
        ------
        TypeError
            The model has no table.
        """
        if self.TABLE is None:
            raise TypeError(f"{type(self).__name__} fills no table")
        row = self.TABLE.allocate(1)
        for c in self.TABLE.cols:
            if declared(type(self), c.name):
                row[c.name] = getattr(self, c.name)
        return row


def declared(model: type[BaseModel], field: str) -> Quantity | None:
    """The declaration of a number; None for a field that is no number."""
    return extra(model, field).get("quantity") if field in model.model_fields else None


def quantities(model: type[BaseModel]) -> dict[str, Quantity]:
    """The declared numbers of a model, in order of declaration."""
    found = {name: declared(model, name) for name in model.model_fields}
    return {name: q for name, q in found.items() if q is not None}


def extra(model: type[BaseModel], field: str) -> dict[str, Any]:
    """What the declaration of a field says beside its type."""
    found = model.model_fields[field].json_schema_extra
    return found if isinstance(found, dict) else {}
