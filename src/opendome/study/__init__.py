"""Studies: designs of experiments on a scenario, resumable, the same to the bit anywhere.

>>> from opendome import study
>>> found = study.run(study.load("rounds-per-target"), "out")  # doctest: +SKIP
>>> found.figure("leaked").mean(axis=1)  # doctest: +SKIP
"""

from typing import Any

__all__ = ["Study", "StudyInterrupted", "StudyResult", "load", "names", "read", "run"]

_WHERE = {
    "Study": "spec",
    "StudyInterrupted": "execute",
    "StudyResult": "outcome",
    "load": "spec",
    "names": "spec",
    "read": "outcome",
    "run": "execute",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for: the light analysis modules need none of the rest."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"opendome.study.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
