"""Studies and plans for the page: rankings, tables, and what the pictures of reports show."""

import csv
from pathlib import Path
from typing import Any

from opendome.report import study as report
from opendome.results import ResultError
from opendome.study.outcome import StudyResult
from opendome.web.library import Entry, Missing

MOST_ROWS = 10_000  # of a table that the page shows
MOST_BYTES = 20_000_000  # of one file


def study_page(result: StudyResult) -> dict[str, Any]:
    """A study: one section a figure, with ranking and charts."""
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
        "sections": [_section(s) for s in sections],
    }


def _section(s: report.Section) -> dict[str, Any]:
    charts = [{"title": c.title, "words": c.words, **c.data()} for c in s.charts]
    return s._asdict() | {"rows": [r._asdict() for r in s.rows], "charts": charts}


def plan_page(entry: Entry) -> dict[str, Any]:
    """A plan: the page that it wrote, and its tables.

    Raises
    ------
    Missing
        It is no plan.
    ResultError
        A file cannot be read.
    """
    if entry.kind != "plan":
        raise Missing(f"{entry.id!r} is a {entry.kind}, not a plan")
    pages = sorted(entry.folder.glob("*.html"))
    return {
        "title": entry.title,
        "report": _text(pages[0]) if pages else "",
        "tables": [_table(p) for p in sorted(entry.folder.glob("*.csv"))],
    }


def _table(path: Path) -> dict[str, Any]:
    lines = [line for line in _text(path).splitlines() if not line.startswith("#")]
    rows = list(csv.reader(lines))
    head = rows[0] if rows else []
    body = [r for r in rows[1 : MOST_ROWS + 1] if len(r) == len(head)]
    return {"name": path.stem.replace("_", " "), "columns": head, "rows": body}


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ResultError(f"{path.name}: more than {MOST_BYTES:,} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"{path.name}: cannot be read: {error}") from None
