"""Changes to a scenario before it is read: `battery[*].reload_min` and the value to put there.

A path is written as messages write it: tables by their keys, entries of an array of tables by
index, by name, all (`*`), or one more (`+`): `policy.salvos`, `radar[hill].range_max_km`,
`battery[0].launchers`, `place[*].population`, `battery[+]`.  What the values may be is checked by
the scenario's own models, after the change.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from opendome import units
from opendome.errors import ScenarioError
from opendome.models import nearest

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]+)\])?(\.|$)")


class Step(NamedTuple):
    """A key, and which entries of its array: an index, a name, `*`, `+`, or "" for no array."""

    key: str
    pick: str


def steps(path: str) -> list[Step]:
    """The steps of a path.

    Raises
    ------
    ScenarioError
        It is no path.
    """
    found: list[Step] = []
    at = 0
    while at < len(path) or not found:
        step = _STEP.match(path, at)
        if step is None or (step[3] == "." and step.end() == len(path)):
            raise ScenarioError(
                f"{path!r}: not a key of a scenario (want for example policy.salvos, "
                "battery[0].launchers, radar[hill].range_max_km, battery[*].reload_min)"
            )
        found.append(Step(step[1], step[2] or ""))
        at = step.end()
    return found


def changed(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a scenario's tables with some values replaced.

    Parameters
    ----------
    raw : mapping
        Tables as tomllib gives them.
    changes : mapping
        Path -> value, as the file would have it; applied in order.

    Raises
    ------
    ScenarioError
        A path leads nowhere; one line.
    """
    made = deepcopy(dict(raw))
    for path, value in changes.items():
        *way, last = steps(path)
        for table in _reached(made, way, path):
            _put(table, last, deepcopy(value), path)
    return made


def _reached(raw: dict[str, Any], way: list[Step], path: str) -> list[dict[str, Any]]:
    """The tables to which the steps lead."""
    tables = [raw]
    for step in way:
        tables = [entry for table in tables for entry in _entries(table, step, path)]
    return tables


def _entries(table: dict[str, Any], step: Step, path: str) -> list[dict[str, Any]]:
    if not step.pick:
        inside = table.setdefault(step.key, {})  # a section that the file leaves to its defaults
        if isinstance(inside, list):
            raise ScenarioError(
                f"{path}: {step.key} has several entries "
                f"(want {step.key}[0], {step.key}[name] or {step.key}[*])"
            )
        entries = [inside]
    else:
        array = _array(table, step, path)
        entries = [array[i] for i in _picked(array, step, path)]
    if not all(isinstance(entry, dict) for entry in entries):
        raise ScenarioError(f"{path}: {step.key} is no table")
    return entries


def _array(table: dict[str, Any], step: Step, path: str) -> list[Any]:
    if step.pick == "+":
        table.setdefault(step.key, [])
    array = table.get(step.key)
    if not isinstance(array, list):
        what = "is not in the file" if array is None else "is no array"
        raise ScenarioError(f"{path}: {step.key} {what}, so it has no [{step.pick}]")
    return array


def _picked(array: list[Any], step: Step, path: str) -> list[int]:
    """Indices that `[...]` means."""
    if step.pick == "*":
        return list(range(len(array)))
    if step.pick.isdecimal():
        if int(step.pick) >= len(array):
            raise ScenarioError(f"{path}: {step.key} has {len(array)} entries, from [0] on")
        return [int(step.pick)]
    names = [str(entry.get("name", "")) if isinstance(entry, dict) else "" for entry in array]
    if step.pick not in names:
        raise ScenarioError(f"{path}: no {step.key} of that name{nearest(step.pick, names)}")
    return [names.index(step.pick)]


def _put(table: dict[str, Any], step: Step, value: Any, path: str) -> None:
    if step.pick == "+":
        added = value if isinstance(value, list) else [value]
        _array(table, step, path).extend(added)
    elif step.pick:
        array = _array(table, step, path)
        for i in _picked(array, step, path):
            array[i] = value
    else:
        for other in _spellings(step.key):
            table.pop(other, None)
        table[step.key] = value


def _spellings(key: str) -> list[str]:
    """The same quantity in other units: a file must not give it twice."""
    ends = [s for s in units.SUFFIXES if key.endswith(f"_{s}")]
    if not ends:
        return []
    suffix = max(ends, key=len)  # `per_sqrt_s`, not `s`
    stem, unit = key.removesuffix(suffix), units.SUFFIXES[suffix][0]
    return [f"{stem}{s}" for s, (u, _) in units.SUFFIXES.items() if u == unit and s != suffix]
