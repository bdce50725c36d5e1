"""Plug-ins: one file a model, found by the name of its folder and its own.

`models/radars/multifunction.py` holds `class Multifunction`; a scenario says
`model = "multifunction"`; the file is imported when a scenario asks for it.  Another package
publishes one under the entry-point group `opendome.<kind>`, for example `opendome.policies`.
"""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from opendome.errors import ScenarioError

KINDS = ("radars", "clutter", "trackers", "interceptors", "policies", "warnings")


@cache
def names(kind: str) -> tuple[str, ...]:
    """Names of the models of a kind: the shipped ones, then those of other packages."""
    folder = Path(__file__).parent / kind
    shipped = sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))
    other = sorted({e.name for e in entry_points(group=f"opendome.{kind}")} - set(shipped))
    return (*shipped, *other)


def find(kind: str, name: str) -> Any:
    """The class of a model.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        File name without `.py`, or the name of an entry point.

    Raises
    ------
    ScenarioError
        No such model; the message offers the nearest names.
    """
    if name not in names(kind):
        raise ScenarioError(f"{kind}: unknown model {name!r}{nearest(name, names(kind))}")
    if (Path(__file__).parent / kind / f"{name}.py").exists():
        module = import_module(f"opendome.models.{kind}.{name}")
        return getattr(module, "".join(word.title() for word in name.split("_")))
    (entry,) = entry_points(group=f"opendome.{kind}", name=name)
    return entry.load()


def nearest(name: object, known: Any, most: int = 8) -> str:
    """End of a message on an unknown name: the nearest known ones, else the first few."""
    known = list(known)
    close = get_close_matches(str(name), known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not known:
        return " (none is known)"
    return f" (known: {', '.join(known[:most])}{', ...' if len(known) > most else ''})"
