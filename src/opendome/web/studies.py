"""Studies and plans for the page: rankings, tables and the pictures of their reports."""

from typing import Any

from opendome.report import study as report
from opendome.study.outcome import StudyResult
from opendome.web.library import Entry, Missing


def study_page(result: StudyResult) -> dict[str, Any]:
    """A study: one section a figure, with ranking and pictures."""
    m = result.manifest
    study, reference = result.study, result.reference
    sections = [report.section(result, study, reference, n) for n in m["outputs"]]
    return {
        "title": m["study"]["title"],
        "scenario": m["scenario"]["title"],
        "points": m["points"],
        "rows": m["rows"],
        "seed": m["seed"],
        "text": m["study"]["text"],
        "sections": [s._asdict() | {"rows": [r._asdict() for r in s.rows]} for s in sections],
    }


def plan_page(entry: Entry) -> dict[str, Any]:
    """A plan."""
    raise Missing(f"{entry.id!r} is a {entry.kind}, not a plan")
