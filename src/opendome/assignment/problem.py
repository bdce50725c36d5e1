"""What is to be assigned: values, survival probabilities, ammunition.  Checked at the border."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError

#: Rows of survive that are checked at a time: a large matrix must not be copied.
ROWS = 256


class Problem(NamedTuple):
    """A static weapon-target assignment problem."""

    value: np.ndarray  # f8 (n,): value of each target, >= 0
    survive: np.ndarray  # f8 or f4 (m, n): probability that target j survives one shot of type i
    ammunition: np.ndarray  # i8 (m,): shots of each weapon type

    @property
    def pairs(self) -> int:
        """Entries of `survive`."""
        return int(self.survive.size)


class ProblemError(ScenarioError):
    """A problem that cannot be solved as it stands: where, what is wrong, what would be right."""


def check(value: Any, survive: Any, ammunition: Any, where: str = "assign") -> Problem:
    """Turn arrays, lists or numbers into a Problem.

    Raises
    ------
    ProblemError
        Names the array and its first bad entry.
    """
    v = _array(value, "value", where, 1)
    q = _array(survive, "survive", where, 2)
    a = _array(ammunition, "ammunition", where, 1)
    if len(v) == 0 or len(a) == 0:
        side = "value: no target" if len(v) == 0 else "ammunition: no weapon type"
        raise ProblemError(f"{where}: {side} (want at least one)")
    if q.shape != (len(a), len(v)):
        want = f"want {len(a)} weapon types x {len(v)} targets"
        raise ProblemError(f"{where}: survive: {q.shape[0]} x {q.shape[1]} ({want})")
    _entries(v, (v >= 0.0) & (v < np.inf), "value", where, "a number >= 0")
    _entries(a, (a >= 0) & (a < 2**31) & (a == np.floor(a)), "ammunition", where, "a whole number")
    for first in range(0, len(q), ROWS):
        part = q[first : first + ROWS]
        if not (part.min() >= 0.0 and part.max() <= 1.0):
            good = (part >= 0.0) & (part <= 1.0)
            _entries(part, good, "survive", where, "a probability, 0 to 1", first)
    return Problem(v, q, a.astype(np.int64))


def _array(given: Any, name: str, where: str, dimensions: int) -> np.ndarray:
    try:
        found = np.asarray(given)
        if found.dtype.kind not in "fiu" and found.size:
            raise ValueError
        keep = found.dtype == np.float32 and dimensions == 2
        found = np.ascontiguousarray(found, np.float32 if keep else np.float64)
    except (TypeError, ValueError):
        what = "a list of numbers" if dimensions == 1 else "rows of numbers, all of one length"
        raise ProblemError(f"{where}: {name}: want {what}") from None
    if found.ndim != dimensions and found.size:
        raise ProblemError(f"{where}: {name}: {found.ndim} dimensions (want {dimensions})")
    return found if found.ndim == dimensions else found.reshape((0,) * dimensions)


def _entries(
    found: np.ndarray, good: np.ndarray, name: str, where: str, want: str, first: int = 0
) -> None:
    if good.all():
        return
    at = np.unravel_index(int(np.argmin(good)), good.shape)
    place = ", ".join(str(int(x) + (first if k == 0 else 0)) for k, x in enumerate(at))
    raise ProblemError(f"{where}: {name}[{place}] = {found[at]:g} (want {want})")


# ---------------------------------------------------------------- files


def read(path: str | Path) -> Problem:
    """Read a problem: JSON, or the text format of Andersen, Pavlikov and Toffolo.

    JSON is an object with `value` [target], `survive` [weapon type][target] and `ammunition`
    [weapon type]; other keys are an error.

    Raises
    ------
    ProblemError
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ProblemError(f"{path}: {reason} (want a problem, JSON or Andersen text)") from None
    if not text.lstrip().startswith(("{", "[", '"')):
        from opendome.assignment import andersen

        return andersen.parse(text, str(path))
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ProblemError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    return from_json(found, str(path))


def from_json(found: Any, where: str) -> Problem:
    """The Problem in a parsed JSON object."""
    if not isinstance(found, dict):
        raise ProblemError(f"{where}: want an object with {', '.join(Problem._fields)}")
    for key in found:
        if key not in Problem._fields:
            known = ", ".join(Problem._fields)
            raise ProblemError(f"{where}: unknown key {key!r} (known: {known})")
    for key in Problem._fields:
        if key not in found:
            raise ProblemError(f"{where}: {key} is missing")
    return check(found["value"], found["survive"], found["ammunition"], where)


def as_json(problem: Problem) -> dict[str, Sequence[Any]]:
    """The inverse of `from_json`."""
    return {key: getattr(problem, key).tolist() for key in Problem._fields}
