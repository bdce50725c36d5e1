"""TOML tables -> models: keys with suffixes become SI numbers, problems become lines.

Every problem of a file is collected; the caller raises.  A path in a message is the path in the
file: `radar[0].range_max_km`.
"""

from datetime import datetime
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import ValidationError

from opendome import models, units
from opendome.models import nearest
from opendome.params import Model, Quantity, declared, extra, quantities


class Key(NamedTuple):
    """What a key of a file means: the field, and the suffix that it carries."""

    field: str
    suffix: str


class _Failed:
    """Stands for a value that could not be read and was reported."""


_FAILED = _Failed()


def build(
    model: type[Model],
    raw: Any,
    where: str,
    problems: list[str],
    hosts: tuple[type[Model], ...] | None = None,
) -> Any:
    """Read one table of a file into a model.

    Parameters
    ----------
    model : type of Model
    raw : dict
        The table as tomllib gives it.
    where : str
        Path of the table in the file, "" for the file itself.
    problems : list of str
        Problems are appended, one line each.
    hosts : tuple of type of Model, optional
        For a plug-in: the models that read the other keys of the same table.

    Returns
    -------
    Model or None
        None where something was wrong.
    """
    if not isinstance(raw, dict):
        problems.append(f"{where} = {shown(raw)}: want a table")
        return None
    before = len(problems)
    values, used, rest = _values(model, raw, where, problems)
    for field in model.model_fields:
        more = extra(model, field)
        if more.get("merged"):
            values[field] = _plugin(more, rest, where, problems, (model,))
            if values[field] is _FAILED:  # a misspelt key of ours was reported there
                values = {_meant(model, name): _FAILED for name in rest} | values
            rest = {}
        elif "plugin" in more and field not in used:
            values[field] = _plugin(more, {}, _join(where, field), problems)
    for name in rest:
        problems.append(_unknown(model, name, where, hosts))
        values.setdefault(_meant(model, name), _FAILED)
    return _construct(model, values, used, raw, where, problems, before)


def accepted(model: type[Model]) -> dict[str, Key]:
    """Every key that a table of this model may have in a file."""
    found: dict[str, Key] = {}
    for field in model.model_fields:
        q, more = declared(model, field), extra(model, field)
        if q is not None:
            found |= {units.key(field, s): Key(field, s) for s in q.suffixes}
        elif not more.get("merged"):
            found[more.get("key", field)] = Key(field, "")
    return found


def wanted(field: str, q: Quantity) -> str:
    """The keys of a number, for a message: `range_max_m or range_max_km`."""
    return " or ".join(units.key(field, s) for s in q.suffixes)


def limits(q: Quantity, suffix: str) -> str:
    """The bounds of a number in the unit of a suffix, for a message."""
    symbol = f" {units.symbol(suffix)}" if suffix else ""
    low, high = (None if v is None else f"{v / units.factor(suffix):.6g}" for v in (q.low, q.high))
    if low is None:
        return f"at most {high}{symbol}"
    return f"at least {low}{symbol}" if high is None else f"{low} to {high}{symbol}"


def shown(value: Any) -> str:
    """A value of a file for a message: one line, not long."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    text = value.isoformat() if isinstance(value, datetime) else repr(value)
    if isinstance(value, bool):
        text = text.lower()
    return text if len(text) <= 60 else text[:57] + "..."


# ---------------------------------------------------------------- values


def _values(
    model: type[Model], raw: dict, where: str, problems: list[str]
) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Values by field, keys by field, and what is left of a table: keys that nobody declared."""
    keys = accepted(model)
    values: dict[str, Any] = {}
    used: dict[str, str] = {}
    rest: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in keys:
            rest[name] = value
        elif keys[name].field in used:
            first = used[keys[name].field]
            problems.append(f"{_at(where)}{first} and {name} say the same thing; keep one")
        else:
            used[keys[name].field] = name
            values[keys[name].field] = _value(
                model, keys[name], value, _join(where, name), problems
            )
    return values, used, rest


def _value(model: type[Model], key: Key, raw: Any, path: str, problems: list[str]) -> Any:
    """One value of a table in SI, as the type that the model wants."""
    more = extra(model, key.field)
    annotation = model.model_fields[key.field].annotation
    if "plugin" in more:
        return _plugin(more, raw, path, problems) or _FAILED
    item = _item(annotation)
    if item is not None and get_origin(annotation) is tuple:
        return _array(item, raw, path, problems)
    if item is not None:
        return build(item, raw, path, problems) or _FAILED
    if declared(model, key.field) is not None:
        return _number(raw, units.factor(key.suffix))
    return _frozen(raw)


def _item(annotation: Any) -> type[Model] | None:
    """The model inside `Model`, `Model | None` or `tuple[Model, ...]`."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Model):
            return candidate
    return None


def _array(item: type[Model], raw: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(raw, list):
        problems.append(f"{path} = {shown(raw)}: want an array of tables, as [[{path}]]")
        return _FAILED
    built = [build(item, entry, f"{path}[{i}]", problems) for i, entry in enumerate(raw)]
    return tuple(built) if all(b is not None for b in built) else _FAILED


def _plugin(
    more: dict, raw: Any, path: str, problems: list[str], hosts: tuple[type[Model], ...] = ()
) -> Any:
    if not isinstance(raw, dict):
        problems.append(f"{path} = {shown(raw)}: want a table")
        return _FAILED
    name = raw.get("model", more["default"])
    if not isinstance(name, str) or name not in models.names(more["plugin"]):
        known = models.names(more["plugin"])
        problems.append(f"{_join(path, 'model')} = {shown(name)}: unknown{nearest(name, known)}")
        return _FAILED
    rest = {k: v for k, v in raw.items() if k != "model"}
    found = models.find(more["plugin"], name)
    if not (isinstance(found, type) and issubclass(found, Model)):
        problems.append(f"{_join(path, 'model')} = {shown(name)}: not an opendome.params.Model")
        return _FAILED
    return build(found, rest, path, problems, hosts) or _FAILED


def _number(raw: Any, by: float) -> Any:
    """A number, or a list of numbers, times a factor; anything else as it is."""
    if isinstance(raw, list):
        return tuple(_number(v, by) for v in raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or by == 1.0:
        return raw
    try:
        return float(raw) * by
    except OverflowError:
        return float("inf")


def _frozen(raw: Any) -> Any:
    return tuple(_frozen(v) for v in raw) if isinstance(raw, list) else raw


# ---------------------------------------------------------------- problems


def _construct(
    model: type[Model],
    values: dict[str, Any],
    used: dict[str, str],
    raw: dict,
    where: str,
    problems: list[str],
    before: int,
) -> Any:
    good = {k: v for k, v in values.items() if v is not _FAILED}
    try:
        built = model(**good)
    except ValidationError as error:
        told = {field for field, value in values.items() if value is _FAILED}
        for e in error.errors(include_url=False):
            field = str(e["loc"][0]) if e["loc"] else ""
            if field not in told:
                told.add(field)  # one line a field: what follows from the first is no news
                problems.append(_explain(model, dict(e), field, used.get(field, ""), raw, where))
        return None
    return built if len(problems) == before else None


def _unknown(
    model: type[Model], name: str, where: str, hosts: tuple[type[Model], ...] | None
) -> str:
    """One line on a key that nobody declared."""
    here = (model, *(hosts or ()))
    for one in here:
        for field, q in quantities(one).items():
            if name == field:
                return f"{_join(where, name)}: no unit (want {wanted(field, q)})"
            if _unit(field, name):
                want = f"{field}, a pure number" if q.suffixes == ("",) else wanted(field, q)
                return f"{_join(where, name)}: unknown unit {_unit(field, name)!r} (want {want})"
    known = [key for one in here for key in accepted(one)]
    known += [] if hosts is None else ["model"]
    return f"{_at(where)}unknown key {name!r}{nearest(name, known)}"


def _unit(field: str, name: str) -> str:
    """What stands after the name of a field in a key, if it may be meant as a unit."""
    unit = name.removeprefix(field + "_")
    return unit if unit != name and ("_" not in unit or unit.startswith("per_")) else ""


def _meant(model: type[Model], name: str) -> str:
    """The field that an unknown key most likely means; "" if none is near."""
    for field in quantities(model):
        if name == field or _unit(field, name):
            return field
    keys = accepted(model)
    close = get_close_matches(name, keys, n=1)
    return keys[close[0]].field if close else ""


def _explain(model: type[Model], error: dict, field: str, key: str, raw: dict, where: str) -> str:
    """One line for one finding of pydantic, in the words and units of the file."""
    kind = error["type"]
    q = declared(model, field) if field else None
    meaning = model.model_fields[field].description if field else ""
    if kind == "missing":
        name = extra(model, field).get("key", field)
        if q is None:
            return f"{_at(where)}{name!r} is missing ({meaning})"
        want = wanted(field, q)
        return f"{_at(where)}{field!r} is missing (want {want}: {meaning})"
    if kind == "value_error":
        return f"{_join(where, key) if key else where or 'scenario'}: {error['ctx']['error']}"
    path, value = _join(where, key), raw.get(key)
    if kind in ("out_of_range", "finite_number") and q is not None:
        at = error["ctx"]["at"] if kind == "out_of_range" else (error["loc"][1:] or (0,))[0]
        if isinstance(value, list):
            path, value = f"{path}[{at}]", value[int(at)]
        suffix = accepted(model)[key].suffix
        want = limits(q, suffix) if q.low is not None or q.high is not None else "a finite number"
        return f"{path} = {shown(value)}: want {want} ({meaning})"
    for step in error["loc"][1:]:
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            path, value = f"{path}[{step}]", value[step]
    return f"{path} = {shown(value)}: want {_type_wanted(model, field, kind)} ({meaning})"


_WANTED = {
    "tuple_type": "a list",
    "too_short": "at least one entry",
    "string_too_short": "a text that is not empty",
}


def _type_wanted(model: type[Model], field: str, kind: str) -> str:
    """What a value should have been."""
    annotation: Any = model.model_fields[field].annotation
    plain = [a for a in (annotation, *get_args(annotation)) if get_origin(a) is Literal]
    if plain:
        return "one of " + ", ".join(repr(v) for v in get_args(plain[0]))
    if kind in _WANTED:
        return _WANTED[kind]
    if kind.startswith(("date", "timezone")):
        return "a time with its offset, as 2021-05-11T18:00:00+03:00"
    names = {"float": "a number", "int": "a whole number", "bool": "true or false"}
    return next((w for k, w in names.items() if kind.startswith(k)), "a text in quotes")


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
