"""Replenishment: what to buy, when, from whom, and what that is worth.

>>> import opendome as od
>>> found = od.plan("billion-2021", budget_usd=5e8)  # doctest: +SKIP
>>> print(found.answers["restored"].text)  # doctest: +SKIP

docs/planning.md explains the method.
"""

from typing import Any

__all__ = ["Outcome", "Plan", "load", "make", "names"]

_WHERE = {"Outcome": "make", "Plan": "spec", "load": "spec", "make": "make", "names": "spec"}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"opendome.plan.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
