"""Replenishment: what to buy, when, from whom, and what that is worth.

>>> import opendome as od
>>> found = od.plan("billion-2021", budget_usd=5e8)  # doctest: +SKIP
>>> print(found.answers["restored"].text)  # doctest: +SKIP

The package can be called itself: a function of its name beside it would be lost as soon as
anything imports it.  docs/planning.md explains the method.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from opendome.montecarlo import Progress
    from opendome.plan.make import Outcome
    from opendome.plan.spec import Plan

__all__ = ["Outcome", "Plan", "load", "names"]

_WHERE = {"Outcome": "make", "Plan": "spec", "load": "spec", "names": "spec"}


class _Package(ModuleType):
    """This package as a function."""

    def __call__(
        self,
        plan: "Plan | str | Path",
        budget_usd: float | None = None,
        *,
        workers: int = 1,
        simulate: bool = True,
        progress: "Callable[[Progress], None] | None" = None,
    ) -> "Outcome":
        """Plan a replenishment.

        Parameters
        ----------
        plan : Plan, str or path
            The name of a shipped plan, or the path of a TOML file.
        budget_usd : float, optional
            Appropriation; by default the file's.
        workers : int
            Processes for simulations; the result does not depend on it.
        simulate : bool
            Run the chosen plan again in the full simulator.
        progress : callable, optional
            Called with a `montecarlo.Progress` while simulations run.

        Returns
        -------
        Outcome
            `.answers`, `.rule`, `.gap`, ...; opendome.report.plan writes it into a folder.

        Raises
        ------
        ScenarioError
            Bad input, a target that cannot be met, or a surrogate that errs too much.
        """
        from opendome.plan.make import make

        return make(plan, budget_usd, workers=workers, simulate=simulate, progress=progress)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"opendome.plan.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
