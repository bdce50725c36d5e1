"""Every number of a scenario with its unit, its grade and its source."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from opendome import posterior
from opendome.params import Model, extra, quantities
from opendome.placement import interceptor_types
from opendome.reader import accepted
from opendome.rocket_classes import rocket_classes
from opendome.sections import Published, Sections
from opendome.site_sections import ShippedPlaces


class Row(NamedTuple):
    """One number."""

    key: str  # path in the file, without suffix: battery[0].reload
    value: float | int | tuple[float, ...]  # SI
    unit: str
    grade: str
    source: str


def rows(s: Sections) -> list[Row]:
    """Every number of a scenario: from its file, from defaults, from the shipped classes.

    A number of the file has the source and grade of its table, else of the file, else "assumed".
    Shipped places are left out: the head of their file says where they come from.
    """
    told = s.source or "scenario file", s.grade if isinstance(s.grade, str) else "assumed"
    found = [*_walk(s, "", told)]
    named = {t.name for t in s.interceptors}
    for name, model in interceptor_types(s).items():
        if name not in named:
            found += _walk(model, f"interceptor {name!r}", told)
    known = rocket_classes()
    for c in s.threat.classes:
        found += _walk(known[c.name], f"class {c.name!r}", told)
    return [*found, *_calibrated(s)]


def _calibrated(s: Sections) -> Iterator[Row]:
    """Means of the draws that a calibrated scenario runs on instead of its own values."""
    if s.calibration is None:
        return
    c = s.calibration
    for name, values in posterior.draws(c.operation, c.file, c.keep, ()).values.items():
        low, high = (float(f"{v:.3g}") for v in np.quantile(values, [0.05, 0.95]))
        source = f"opendome calibrate: 90 % from {low:g} to {high:g}; docs/theory/calibration.md"
        mean, unit = float(f"{np.mean(values):.4g}"), posterior.PARAMETERS[name].unit
        yield Row(f"calibration.{name}", mean, unit, "calibrated", source)


def _walk(model: Model, path: str, told: tuple[str, str]) -> Iterator[Row]:
    """Rows of a model and of the models inside it; `told` is the source and grade from above."""
    told = _told(model, told)
    by_key = model.grade if isinstance(model.grade, dict) else {}
    keys = {key: meant.field for key, meant in accepted(type(model)).items()}
    graded = {keys[key]: grade for key, grade in by_key.items() if key in keys}
    for field, q in quantities(type(model)).items():
        value = getattr(model, field)
        if value is None:
            continue
        grade, source = q.grade, q.source
        if field in model.model_fields_set:
            grade, source = graded.get(field, told[1]), told[0]
        yield Row(f"{path}.{field}" if path else field, value, q.unit, grade, source)
    for field in type(model).model_fields:
        yield from _inside(model, field, getattr(model, field), path, told)


def _inside(
    model: Model, field: str, value: Any, path: str, told: tuple[str, str]
) -> Iterator[Row]:
    more = extra(type(model), field)
    name = path if more.get("merged") else ".".join(p for p in (path, more.get("key", field)) if p)
    if isinstance(value, Model):
        yield from _walk(value, name, told)
    elif isinstance(value, tuple):
        for i, entry in enumerate(value):
            if isinstance(entry, Model) and not isinstance(entry, Published):
                yield from _walk(entry, f"{name}[{i}]", told)


def _told(model: Model, above: tuple[str, str]) -> tuple[str, str]:
    # The source of ShippedPlaces says which table is meant, not where a number comes from.
    source = "" if isinstance(model, ShippedPlaces) else model.source
    return source or above[0], model.grade if isinstance(model.grade, str) else above[1]
