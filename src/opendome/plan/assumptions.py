"""The uncertain numbers of a plan: their values, and draws of all of them at once."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from opendome.params import Model, extra
from opendome.plan.file import Number, PlanFile

#: Values of all assumptions by name: numbers, or arrays with one value a path.
Values = Mapping[str, Any]


class Assumption(NamedTuple):
    """An uncertain number.  `low` and `high` bound it; equal bounds: no range is given."""

    name: str
    value: float
    low: float
    high: float
    spread: str  # triangular, uniform, loguniform; normal: low and high hold 90 %
    grade: str
    source: str

    @property
    def varies(self) -> bool:
        """Whether a range is given."""
        return self.high > self.low

    @property
    def words(self) -> str:
        """Its name for people: the key, and whose it is."""
        numbered = re.sub(r"\[(\d+)\]", lambda m: f" {int(m[1]) + 1}", self.name)
        *path, key = numbered.split(".")
        whose = ", ".join(re.sub(r".*\[(.+)\]", r"\1", part) for part in path)
        said = re.sub(r"\busd?\b", lambda m: m[0].upper(), key.replace("_", " "))
        return f"{said} ({whose})" if whose else said

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Values at points of the unit interval.

        Parameters
        ----------
        u : float array, 0 < u < 1
        """
        low, high = self.low, self.high
        if not self.varies:
            return np.full(np.shape(u), self.value)
        if self.spread == "uniform":
            return low + (high - low) * u
        if self.spread == "loguniform":
            return low * (high / low) ** u
        if self.spread == "normal":
            from scipy.special import ndtri

            return self.value + (high - low) / (2.0 * ndtri(0.95)) * ndtri(u)
        return _triangular(u, low, self.value, high)


def _triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Quantile of the triangular law."""
    cut = (mode - low) / (high - low)
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < cut, left, right)


def of_file(file: PlanFile) -> tuple[Assumption, ...]:
    """Every number of a plan file that is a table, in the file's order."""
    told = file.source, file.grade if isinstance(file.grade, str) else "assumed"
    return tuple(_walk(file, "", told))


def _walk(model: Model, path: str, told: tuple[str, str]) -> Iterator[Assumption]:
    for field in type(model).model_fields:
        value = getattr(model, field)
        key = extra(type(model), field).get("key", field)
        inside = value if isinstance(value, tuple) else (value,)
        for i, entry in enumerate(inside):
            if not isinstance(entry, Model):
                continue
            grade = entry.grade if isinstance(entry.grade, str) else told[1]
            source = entry.source or told[0]
            at = f"{path}.{key}" if path else key
            if isinstance(entry, Number):
                yield Assumption(
                    at, entry.value, entry.least, entry.most, entry.spread, grade, source
                )
            else:
                at = f"{at}[{_label(entry, i)}]" if isinstance(value, tuple) else at
                yield from _walk(entry, at, (source, grade))


def _label(entry: Model, i: int) -> str:
    """How an entry of an array is called in the name of a number."""
    return str(getattr(entry, "name", None) or getattr(entry, "kind", None) or i)


def central(assumptions: tuple[Assumption, ...]) -> dict[str, Any]:
    """Every assumption at its value."""
    return {a.name: a.value for a in assumptions}


def draw(assumptions: tuple[Assumption, ...], u: np.ndarray) -> dict[str, Any]:
    """Every assumption at a draw of its own.

    Parameters
    ----------
    u : float array (n, assumptions), in (0, 1)

    Returns
    -------
    dict, name -> (n,)
    """
    return {a.name: a.quantile(u[:, i]) for i, a in enumerate(assumptions)}
