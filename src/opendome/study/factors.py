"""Factors: what a study varies, and which keys of the scenario that means."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from opendome import models, units
from opendome.changes import steps
from opendome.errors import ScenarioError
from opendome.params import Model, declared, extra
from opendome.reader import accepted
from opendome.sections import Sections
from opendome.study.laws import Law

Value = int | float | str | bool

MOST_LEVELS = 10_000


class Meaning(NamedTuple):
    """What the models say about a key."""

    unit: str
    meaning: str
    whole: bool  # takes whole numbers only


class Factor(NamedTuple):
    """One factor: either levels, or a law of a number between two bounds."""

    name: str
    keys: tuple[str, ...]  # all get the same value; none with variants
    levels: tuple[Value, ...]
    variants: Mapping[str, Mapping[str, Any]]  # level -> changes
    law: Law | None
    low: float
    high: float
    unit: str
    meaning: str
    whole: bool

    def changes(self, level: Value) -> dict[str, Any]:
        """What a level puts into the scenario, by path."""
        if self.variants:
            return dict(self.variants[str(level)])
        return dict.fromkeys(self.keys, level)

    def at(self, u: float) -> Value:
        """The level at a point of the unit interval: equal shares of it, or the law's quantile."""
        if self.law is None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.whole and self.law.kind == "uniform":  # every whole number has the same share
            count = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(u * count), count - 1)
        value = self.law.quantile(u, self.low, self.high)
        return round(value) if self.whole else value

    def extremes(self) -> tuple[Value, ...]:
        """The levels, or the ends of the range (of a law without ends: its 5 % and 95 %)."""
        if self.law is None:
            return self.levels
        ends = self.law.bounded(self.low, self.high)
        return tuple(self.at(u) for u in ((0.0, 1.0) if ends else (0.05, 0.95)))

    def middle(self) -> Value:
        """The first level, or the median."""
        return self.levels[0] if self.law is None else self.at(0.5)

    def known(self, value: Any) -> bool:
        """Whether a value can be a level, as a baseline names it."""
        if self.law is None:
            return any(value == level and type(value) is type(level) for level in self.levels)
        return isinstance(value, int | float) and not isinstance(value, bool)


def meaning(raw: Mapping[str, Any], path: str) -> Meaning | None:
    """What the scenario's models say about a key; None where they do not know it.

    Parameters
    ----------
    raw : mapping
        The scenario's tables, as tomllib gives them: they name the plug-ins.
    path : str
        As changes.py has it.
    """
    here: list[type[Model]] = [Sections]
    table: Any = raw
    *way, last = steps(path)
    for step in way:
        owner = next((m for m in here if step.key in accepted(m)), None)
        if owner is None or not isinstance(table, Mapping):
            return None
        table = _entry(table.get(step.key, {}), step.pick)
        here = _inside(owner, accepted(owner)[step.key].field, table)
    for model in here:
        key = accepted(model).get(last.key)
        q = declared(model, key.field) if key else None
        if key is not None and q is not None:
            whole = int in (model.model_fields[key.field].annotation, *_inner(model, key.field))
            return Meaning(units.symbol(key.suffix) or q.unit, q.meaning, whole)
        if key is not None:
            return Meaning("-", model.model_fields[key.field].description or key.field, False)
    return None


def _inner(model: type[Model], field: str) -> tuple[Any, ...]:
    return get_args(model.model_fields[field].annotation)


def _entry(inside: Any, pick: str) -> Any:
    """The table that a step leads to; of several the first, which has the same keys."""
    if not isinstance(inside, list):
        return inside
    named = [e for e in inside if isinstance(e, Mapping) and e.get("name") == pick]
    if pick.isdecimal() and int(pick) < len(inside):
        named = [inside[int(pick)]]
    return (named or inside or [{}])[0]


def _inside(model: type[Model], field: str, table: Any) -> list[type[Model]]:
    """The models that read a table: its own, and a plug-in whose keys stand beside them."""
    more = extra(model, field)
    if "plugin" in more:
        return [_plugin(more, table)]
    candidates = (model.model_fields[field].annotation, *_inner(model, field))
    found = [c for c in candidates if isinstance(c, type) and issubclass(c, Model)]
    for one in list(found):
        for name in one.model_fields:
            if extra(one, name).get("merged"):
                found.append(_plugin(extra(one, name), table))
    return found


def _plugin(more: Mapping[str, Any], table: Any) -> type[Model]:
    name = table.get("model", more["default"]) if isinstance(table, Mapping) else more["default"]
    return models.find(more["plugin"], name)


def check_value(where: str, value: Any) -> Value:
    """A level as it is, or ScenarioError."""
    if isinstance(value, bool | int | float | str):
        return value
    raise ScenarioError(
        f"{where}: a level is a number, a text, true or false; for tables and several keys at once "
        "use [factor.variant]"
    )
