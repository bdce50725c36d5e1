"""JSON Schema of scenario files, made from the declarations: completion and checks in editors."""

from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from opendome import models, units
from opendome.params import Model, Quantity, declared, extra
from opendome.reader import limits
from opendome.sections import Sections

_PLAIN: dict[Any, dict[str, Any]] = {
    float: {"type": "number"},
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}


def file_schema() -> dict[str, Any]:
    """Schema of a scenario file, draft 2020-12."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "OpenDome scenario"}
    return head | _table(Sections)


def _table(model: type[Model]) -> dict[str, Any]:
    """Schema of a table of a file; with a merged plug-in, one alternative for each model."""
    merged = next((f for f in model.model_fields if extra(model, f).get("merged")), None)
    if merged is None:
        return _object((model,))
    return _alternatives(extra(model, merged), (model,))


def _alternatives(more: dict[str, Any], hosts: tuple[type[Model], ...]) -> dict[str, Any]:
    """Schema of a table that names a plug-in by its key `model`."""
    found = []
    for name in models.names(more["plugin"]):
        one = _object((*hosts, models.find(more["plugin"], name)))
        one["properties"] = {"model": {"const": name}} | one["properties"]
        if name != more["default"]:
            one["required"] = [*one.get("required", []), "model"]
        found.append(one)
    return found[0] if len(found) == 1 else {"oneOf": found}


def _object(parts: tuple[type[Model], ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    rules: list[dict[str, Any]] = []
    for model in parts:
        for field, info in model.model_fields.items():
            q, more = declared(model, field), extra(model, field)
            if more.get("merged"):
                continue
            keys = [units.key(field, s) for s in q.suffixes] if q else [more.get("key", field)]
            for i, key in enumerate(keys):
                properties[key] = _number(model, field, q, i) if q else _other(model, field)
            must = info.is_required() and "plugin" not in more
            if len(keys) == 1:
                required += keys if must else []
            else:
                rules.append(_one_of(keys, must))
    first = (parts[0].__doc__ or "").strip().splitlines()[0]
    schema = {"type": "object", "description": first, "additionalProperties": False}
    schema["properties"] = properties
    return (
        schema | ({"required": required} if required else {}) | ({"allOf": rules} if rules else {})
    )


def _one_of(keys: list[str], must: bool) -> dict[str, Any]:
    """Exactly one of the keys of a quantity, or none where it has a default."""
    one = [{"required": [key]} for key in keys]
    return {"oneOf": one if must else [*one, {"not": {"anyOf": one}}]}


def _number(model: type[Model], field: str, q: Quantity, i: int) -> dict[str, Any]:
    suffix = q.suffixes[i]
    info = model.model_fields[field]
    text = q.meaning
    if q.low is not None or q.high is not None:
        text += f"; {limits(q, suffix)}"
    elif suffix:
        text += f", {units.symbol(suffix)}"
    if q.source:
        text += f"; source of the default ({q.grade}): {q.source}"
    one = _type(info.annotation)
    bounds = one.get("items", one)
    for word, bound in (("minimum", q.low), ("maximum", q.high)):
        if bound is not None:
            bounds[word] = bound / units.factor(suffix) if suffix else bound
    if not info.is_required() and isinstance(info.default, int | float):
        one["default"] = info.default / units.factor(suffix) if suffix else info.default
    return one | {"description": text}


def _other(model: type[Model], field: str) -> dict[str, Any]:
    info, more = model.model_fields[field], extra(model, field)
    if "plugin" in more:
        found = _alternatives(more, ())
    else:
        found = dict(more.get("schema") or _type(info.annotation))
    return found | {"description": info.description or ""}


def _type(annotation: Any) -> dict[str, Any]:
    """Schema of a Python type as a file writes it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kept = [_type(a) for a in inside if a is not type(None)]
        return kept[0] if len(kept) == 1 else {"anyOf": kept}
    if origin is Annotated:
        return _type(inside[0])
    if origin is Literal:
        return {"enum": list(inside)}
    if origin is tuple:
        return {"type": "array", "items": _type(inside[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(inside[1])}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _table(annotation)
    return dict(_PLAIN[annotation])
