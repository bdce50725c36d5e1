"""The validation as a table on the terminal, and as a page with figures."""

import sys
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from opendome import estimate
from opendome.report import page as pages
from opendome.results import ResultError
from opendome.validate import HELD_OUT, USES, Row, Validation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 120  # characters, where stdout is no terminal
COLOURS = {"within": "green", "overlaps": "yellow", "below": "red", "above": "red"}
HEADS = ("Figure", "Published", "Simulated", "90 % of operations", "Use", "Verdict", "Source")
MADE = "<!-- Made by opendome validate --page: change the scenarios, not this page. -->"
INTRODUCTION = (
    "Every published figure of the shipped operations beside the simulated one. Counts come from "
    "one belligerent or from bodies that repeat it; intercepted of engaged is a claim, not a "
    "measurement.",
    "Simulated: the mean, and the interval into which one more operation falls with probability "
    "90 %; it holds chance and what is not known of the calibrated parameters. Use: whether the "
    "launches are built from the figure, the parameters were calibrated on it, it was held out, "
    "or it was not used.",
    "Verdict: within, the mean lies in the published range; overlaps, only the interval meets it; "
    "below or above, neither does. A calibrated figure is reproduced if it is within; any other if "
    "it is within or overlaps, and so is one with a dagger, which conflicts with another published "
    "figure. A figure that was held out is a prediction, counted "
    "apart. A figure with a star is shown and not claimed. Claims are made before a fit, "
    "from the sources alone: theory/calibration.md.",
)


def show(found: Validation) -> None:
    """Print one table an operation, and what is outside its range."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    for name, result in found.results.items():
        m = result.manifest
        title = f"{m['scenario']['title']}; {m['finished']} replications"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("Figure")
        for head in ("Published", "Simulated", "90 % of operations", "Use", "Verdict"):
            words = head in ("Use", "Verdict")
            table.add_column(head, justify="left" if words else "right", no_wrap=True)
        for row in _of(found, name):
            colour = COLOURS[row.verdict]
            verdict = f"[{colour}]{row.verdict}[/]{_mark(row)}"
            table.add_row(
                row.label, row.published, _mean(row), _interval(row), USES[row.use], verdict
            )
        console.print(table)
    for line in counted(found):
        console.print(line)


def counted(found: Validation) -> list[str]:
    """How many figures are reproduced and predicted, and which predictions miss."""
    claimed = [r for r in found.rows if r.claimed and r.use != HELD_OUT]
    held = found.predictions
    missed = [f"{r.operation}, {r.label}" for r in held if not r.reproduced]
    lines = [
        f"{sum(r.reproduced for r in claimed)} of {len(claimed)} claimed figures are reproduced; "
        f"* {sum(not r.claimed for r in found.rows)} figures are shown and not claimed."
    ]
    if held:
        lines.append(
            f"{len(held) - len(missed)} of {len(held)} figures that were held out are predicted"
            + (f"; missed: {'; '.join(missed)}." if missed else ".")
        )
    return lines


def _mean(row: Row) -> str:
    return estimate.show(row.unit, row.mean)


def _interval(row: Row) -> str:
    return estimate.show(row.unit, *dict.fromkeys((row.low, row.high)))


def check_target(path: Path, force: bool) -> None:
    """Raise ResultError before the work if the page could not be written."""
    if path.suffix not in (".md", ".html"):
        raise ResultError(f"{path}: unknown kind of page (want .md or .html)")
    if path.exists() and not force:
        raise ResultError(f"{path}: exists; choose another name or --force to replace it")


def write(found: Validation, path: Path, force: bool) -> None:
    """Write the page; beside a .md page a folder `figures` holds its pictures."""
    pictures = {f"validation-{n}.png": draw(found, n) for n in found.results}
    if path.suffix == ".md":
        folder = path.parent / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in pictures.items():
            figure.savefig(folder / name, dpi=110, metadata={"Software": None})
        pages.put(path, lambda: markdown(found).encode(), force)
        return
    images = {name: pages.inline(figure) for name, figure in pictures.items()}
    pages.put(path, lambda: html(found, images).encode(), force)


def markdown(found: Validation) -> str:
    """The page in Markdown."""
    lines = [MADE, "# Validation", ""]
    for paragraph in INTRODUCTION:
        lines += [paragraph, ""]
    lines += ["```text", "opendome validate --page docs/validation.md --force", "```"]
    for name, result in found.results.items():
        m = result.manifest
        lines += ["", f"## {m['scenario']['title']}", ""]
        lines += [f"`{name}`, {m['finished']} replications, seed {m['seed']}.", ""]
        lines += [f"![Published ranges, simulated intervals](figures/validation-{name}.png)", ""]
        lines += ["| " + " | ".join(HEADS) + " |", "|---" * len(HEADS) + "|"]
        lines += ["| " + " | ".join(cells(r)).replace("*", "\\*") + " |" for r in _of(found, name)]
    lines += ["", "## Count", "", *(line.replace("*", "\\*") + "  " for line in counted(found))]
    lines += ["", "## Outside the published range", ""]
    lines += [f"* {line}" for line in map(explained, found.outside)]
    return "\n".join(lines) + "\n"


def html(found: Validation, images: dict[str, str]) -> str:
    """The page as one HTML file that holds its pictures."""
    from jinja2 import Environment

    template = (files("opendome.report") / "validation.html").read_text("utf-8")
    parts = []
    for name, result in found.results.items():
        m = result.manifest
        part = {"name": name, "title": m["scenario"]["title"], "finished": m["finished"]}
        part |= {"seed": m["seed"], "picture": images[f"validation-{name}.png"]}
        parts.append(part | {"rows": [cells(r) for r in _of(found, name)]})
    made = Environment(autoescape=True, trim_blocks=True).from_string(template)
    outside = [explained(r) for r in found.outside]
    return made.render(
        introduction=INTRODUCTION, heads=HEADS, parts=parts, counted=counted(found), outside=outside
    )


def cells(r: Row) -> tuple[str, ...]:
    """A row of the tables, in the order of `HEADS`."""
    verdict = r.verdict + _mark(r)
    return r.label, r.published, _mean(r), _interval(r), USES[r.use], verdict, r.source


def _mark(r: Row) -> str:
    """A star: not claimed; a dagger: only an overlap is."""
    return " *" if not r.claimed else " †" if r.conflicts_with else ""


def explained(r: Row) -> str:
    """A figure outside its range, in a sentence, and why."""
    return (
        f"{r.operation}, {r.label}: {_mean(r)} ({_interval(r)}) against {r.published}, "
        f"{r.verdict}, {USES[r.use]}. {r.note or 'Not explained.'}"
    )


def _of(found: Validation, name: str) -> list[Row]:
    return [r for r in found.rows if r.operation == name]


def draw(found: Validation, name: str) -> "Figure":
    """Published ranges and simulated intervals of one operation, each over the published middle."""
    from matplotlib.figure import Figure

    rows = [r for r in found.rows if r.operation == name and r.use != "construction"]
    rows = [r for r in rows if isfinite(r.mean) and r.published_high > 0.0][::-1]
    figure = Figure(figsize=(8.0, 0.8 + 0.32 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for y, r in enumerate(rows):
        middle = 0.5 * (r.published_low + r.published_high)
        axes.plot(
            [r.published_low / middle, r.published_high / middle],
            [y, y],
            lw=9,
            color="#CCCCCC",
            solid_capstyle="butt",
        )
        colour = {"calibration": "#0072B2", "held out": "#D55E00"}.get(r.use, "#555555")
        axes.plot([r.low / middle, r.high / middle], [y, y], lw=1.5, color=colour)
        axes.plot([r.mean / middle], [y], "o", ms=4, color=colour)
    axes.set_yticks(range(len(rows)), [r.label for r in rows], fontsize=8)
    axes.axvline(1.0, lw=0.5, color="#999999")
    axes.set(xlabel="over the middle of the published range (grey)", xlim=(0.0, 3.0))
    marks = {"calibrated": "#0072B2", "held out": "#D55E00", "not used": "#555555"}
    for label, colour in marks.items():
        axes.plot([], [], "o-", ms=4, color=colour, label=label)
    axes.legend(fontsize=8, loc="lower right")
    axes.grid(axis="x", lw=0.3, color="#BBBBBB")
    return figure
