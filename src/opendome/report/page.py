"""One self-contained page about a result: summary, days, map of the largest raid."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from opendome import estimate
from opendome.report import map as pictures
from opendome.report import summary
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

    template = (files("opendome.report") / "page.html").read_text("utf-8")
    traced = bool(result.manifest["traced"])
    return (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        .from_string(template)
        .render(
            manifest=result.manifest,
            headline=summary.headline(result),
            rows=[(r, summary.mean(r), summary.operations(r)) for r in result.summary()],
            notes=summary.footnotes(result),
            days=inline(days(result)),
            map=inline(pictures.draw(result)) if traced else "",
        )
    )


def days(result: Result) -> "Figure":
    """Launches, interceptions, leakers and rounds of each day, with the interval of operations."""
    from matplotlib.figure import Figure

    daily = result.table("daily")
    number = daily["day"].to_numpy()
    figure = Figure(figsize=(8.0, 3.2), layout="constrained")
    axes = figure.subplots()
    shown = {
        "launched": ("launched", "#8C8C8C"),
        "rounds_used": ("rounds used", "#009E73"),
        "intercepted": ("intercepted", "#0072B2"),
        "leaked": ("on a protected place", "#D55E00"),
    }
    width = 0.8 / len(shown)
    for i, (name, (label, colour)) in enumerate(shown.items()):
        values = daily[name].to_numpy()
        each = [values[number == day] for day in np.unique(number)]
        middle = np.array([np.mean(v) for v in each])
        low, high = np.array([estimate.operation_interval(v) for v in each]).T
        x = np.unique(number) + (i - (len(shown) - 1) / 2.0) * width
        axes.bar(x, middle, width, color=colour, label=label)
        whiskers = np.maximum(np.array([middle - low, high - middle]), 0.0)
        axes.errorbar(x, middle, whiskers, fmt="none", ecolor="black", elinewidth=0.8)
    start = stored(result).clock.start
    dates = [start + timedelta(days=int(day)) for day in np.unique(number)]
    axes.set_xticks(np.unique(number), [f"{d.day} {d:%b}" for d in dates], fontsize=8)
    axes.set(ylabel="per day")
    axes.legend(fontsize=8)
    axes.grid(axis="y", lw=0.3, color="#BBBBBB")
    axes.set_axisbelow(True)
    return figure


def _picture(figure: "Figure", kind: str) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format=kind, dpi=150)
    return stream.getvalue()


def inline(figure: "Figure") -> str:
    """The picture as the address of an image that holds itself."""
    return "data:image/png;base64," + b64encode(_picture(figure, "png")).decode()
