"""One self-contained page about a run: what was asked, answers, figures, validation, assumptions.

The same result folder gives the same bytes: nothing in the page is of the moment it was written.
"""

from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO
from math import degrees
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opendome.params import GRADES
from opendome.provenance import Row
from opendome.report import map as pictures
from opendome.report import plots, summary, svg
from opendome.report.map import stored
from opendome.results import Result, ResultError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES = {".png", ".svg", ".pdf"}
PAGES = {".html", ".htm"}


def write(result: Result, path: Path, force: bool = False) -> Path:
    """Write the page, or only the map where the suffix of `path` is one of a picture.

    Raises
    ------
    ResultError
        The file exists, the suffix is unknown, or it cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in PICTURES | PAGES:
        known = ", ".join(sorted(PICTURES | PAGES))
        raise ResultError(f"{path}: unknown kind of file {suffix!r}; known: {known}")
    if suffix in PICTURES:
        return put(path, lambda: _picture(pictures.draw(result), suffix[1:]), force)
    return put(path, lambda: render(result).encode(), force)


def put(path: Path, make: Callable[[], bytes], force: bool) -> Path:
    """Write a file, all of it or nothing; its content is made only if it may be written.

    Raises
    ------
    ResultError
        The file exists, or cannot be written.
    """
    if path.exists() and not force:
        raise ResultError(f"{path}: exists; choose another name or --force to replace it")
    content = make()
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ResultError(f"{path}: cannot write: {error.strerror}") from error
    return path


def render(result: Result) -> str:
    """The page as HTML; nothing in it points outside."""
    from jinja2 import Environment
    from markupsafe import Markup

    template = (files("opendome.report") / "page.html").read_text("utf-8")
    found = stored(result)
    numbers = found.parameters_table()
    rows = result.summary()
    traced = bool(result.manifest["traced"]) and "flights" in result.names
    drawn = {"stock": plots.stock(result), "days": plots.days(result)}
    drawn["spread"] = plots.distributions(result)
    if traced:
        drawn["map"] = pictures.draw(result)
    return (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        .from_string(template)
        .render(
            manifest=result.manifest,
            headline=summary.headline(result),
            scenario=found,
            asked=_asked(result, found),
            rows=[(r, summary.mean(r), summary.operations(r)) for r in rows],
            verdicts=_verdicts(rows),
            notes=summary.footnotes(result)[:1],
            pictures={name: Markup(svg.draw(f, name)) for name, f in drawn.items()},
            numbers=[_number(row) for row in numbers],
            grades=[(g, Counter(r.grade for r in numbers)[g]) for g in GRADES],
        )
    )


def _asked(result: Result, found: Any) -> list[tuple[str, str]]:
    """What was run, in words."""
    m, clock = result.manifest, found.clock
    launchers = sum(b.launchers for b in found.batteries)
    ready = sum(b.launchers * b.rounds_per_launcher for b in found.batteries)
    return [
        ("Time", f"{clock.start:%d %B %Y %H:%M} to {clock.end:%d %B %Y %H:%M} {clock.start:%Z}"),
        ("Defence", f"{len(found.batteries)} batteries at notional sites with {launchers} "
                    f"launchers and {ready:,} rounds; {len(found.radars)} radars"),
        ("Behind them", f"{found.stock.depot_rounds:,} rounds in the depot"),
        ("Places", f"{len(found.place_names()):,} protected places"),
        ("Launches from", f"an area near {degrees(found.origin.lat):.1f} N, "
                          f"{degrees(found.origin.lon):.1f} E, in {len(found.threat.classes)} "
                          "generic classes of rockets"),
        ("Replications", f"{m['finished']:,} of {m['replications']:,}, seed {m['seed']}"),
    ]  # fmt: skip


def _verdicts(rows: list[Any]) -> str:
    """How many figures agree with what was published."""
    told = Counter(r.verdict for r in rows if r.verdict)
    if not told:
        return "No figure has both a published value and an interval."
    parts = [f"{told[v]} {v}" for v in ("within", "below", "above") if told[v]]
    return f"{sum(told.values())} figures with a published range: {', '.join(parts)}."


def _number(row: Row) -> tuple[str, str, str, str, str]:
    value = row.value
    text = ", ".join(f"{v:.6g}" for v in (value if isinstance(value, tuple) else (value,)))
    return row.key, text, "" if row.unit == "1" else row.unit, row.grade, row.source


def _picture(figure: "Figure", kind: str) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format=kind, dpi=150)
    return stream.getvalue()


def inline(figure: "Figure") -> str:
    """The picture as the address of an image that holds itself."""
    return svg.address(figure)
