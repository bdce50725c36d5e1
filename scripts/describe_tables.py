"""Write docs/reference/ from the declarations: columns, scenario keys, parameters, commands.

python scripts/describe_tables.py           # write the pages
python scripts/describe_tables.py --check   # write nothing; exit code 1 if a page is stale
"""

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import degrees
from pathlib import Path
from typing import Any, get_args

import click

import opendome
from opendome import cli, engine, estimate, models, settings, tables, units
from opendome.params import Model, declared, extra
from opendome.provenance import Row
from opendome.reader import limits
from opendome.sections import Sections
from opendome.tables import Col, Table
from opendome.tracking import output

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by scripts/describe_tables.py: edit there, or in the declarations it reads. -->"
SCENARIO = "may-2021"

HEAD = ("key", "bounds", "default", "grade", "meaning and source of the default")

#: Number of a table in an array of tables: the 3 of `radar[3].el_min`.
NUMBER = re.compile(r"(?<=\w)\[(\d+)\]")

#: What a policy in Python sees, in the order of models/policies: View.
SEEN = (
    tables.TRACKS,
    tables.PREDICTIONS,
    tables.OPTIONS,
    tables.ENGAGEMENTS,
    settings.BATTERIES,
    tables.LAUNCHERS,
    tables.DECISIONS,
)
GRADES = {
    "published": "a public document says it",
    "derived": "computed from published values",
    "calibrated": "fitted; the source names the data",
    "assumed": "set by us",
}


def pages() -> dict[str, str]:
    """Text of every page by file name."""
    return {
        "columns.md": columns(),
        "scenario-keys.md": keys(),
        "parameters.md": parameters(),
        "cli.md": commands(),
    }


# ---------------------------------------------------------------- columns


def columns() -> str:
    """Tables of a result, figures of the summary, tables of a policy's view."""
    parts = [
        MADE,
        "# Tables and columns",
        "Times count from `clock.start`. Positions are metres east, north and up of the "
        "scenario's origin. Missing: nan in a float, -1 in an identity or a row number, empty "
        "text in a name.",
        "## Every replication",
        *(_table(t) for t in (engine.LEDGER, engine.DAILY)),
        "## Traced replications",
        "Tables of the replications that were traced (replication 0 unless `--no-trace`). Each "
        "has a column `rep` first: the replication.",
        *(_table(t) for t in engine.TRACES),
        "## Figures of the summary",
        "Each is a mean over replications, or a ratio of sums. A scenario's `[[published]]` names "
        "one of them.",
        _grid(
            ("figure", "label", "unit", "column", "over column"),
            ((f"`{f.name}`", f.label, f.unit, f.over, f.under or "") for f in _figures()),
        ),
        "## What a policy sees",
        "`view.tracks`, `view.predictions`, `view.engagements` and `decisions` have one row a "
        "track slot, `view.options` one row a slot and one column a battery.",
        *(_table(t) for t in SEEN),
        "## Tracks of recorded plots",
        "What `opendome track` and `opendome.track` give.",
        _table(output.TRACKS),
    ]
    return "\n\n".join(parts) + "\n"


def _figures() -> Iterable[estimate.Figure]:
    return estimate.FIGURES.values()


def _table(declared: Table) -> str:
    meaning = declared.meaning[0].upper() + declared.meaning[1:]
    rows = ((f"`{c.name}`", _type(c), c.unit, c.meaning) for c in declared.cols)
    grid = _grid(("column", "type", "unit", "meaning"), rows)
    return f"### `{declared.name}`\n\n{meaning}.\n\n{grid}"


def _type(c: Col) -> str:
    kind, shape = c.type if isinstance(c.type, tuple) else (c.type, ())
    name = {"f8": "float", "i8": "integer"}.get(kind, "text")
    sizes = shape if isinstance(shape, tuple) else (shape,)
    return f"{name} {' x '.join(map(str, sizes))}".strip()


# ---------------------------------------------------------------- keys of a scenario file


def keys() -> str:
    """Every table and key that a scenario file may have."""
    parts = [
        MADE,
        "# Keys of a scenario file",
        "A number carries its unit in its key, in any of the ways listed; defaults and bounds are "
        "in the first. `[]` marks an array of tables, written `[[radar]]`. Every table may also "
        "have `source`, a text, and `grade`: one of "
        f"{', '.join(f'`{g}`' for g in GRADES)} for the table, or a table of grades by key. "
        "`opendome schema` prints the same for editors.",
        *_keys(Sections, ""),
    ]
    return "\n\n".join(parts) + "\n"


def _keys(model: type[Model], path: str, name: str = "") -> list[str]:
    """The keys of one table, of the plug-in `name` if it is one, then of the tables inside it."""
    rows, inside = [_model_row(name)] if name else [], []
    for field, info in model.model_fields.items():
        more = extra(model, field)
        plugin = more.get("default", "") if "plugin" in more else ""
        held = models.find(more["plugin"], plugin) if plugin else _model_in(info.annotation)
        if held and more.get("merged"):
            rows += [_model_row(plugin), *_rows(held)]
        elif held:
            array = "[]" if "tuple" in str(info.annotation) else ""
            below = f"{path}.{more.get('key', field)}".strip(".") + array
            inside += _keys(held, below, plugin)
        else:
            rows += _rows(model, field)
    title = f"`{path}`" if path else "The file"
    about = (model.__doc__ or "").strip().splitlines()[0]
    return [f"## {title}\n\n{about}\n\n{_grid(HEAD, rows)}", *inside]


def _model_row(default: str) -> tuple:
    return "`model`", "", default, "", "name of the plug-in whose keys follow"


def _rows(model: type[Model], *fields: str) -> list[tuple]:
    """Rows of some fields of a model, or of all; `source` and `grade` stand in the head."""
    return [
        _key_row(model, field)
        for field in fields or model.model_fields
        if field not in ("source", "grade") or model.model_fields[field].is_required()
    ]


def _model_in(annotation: Any) -> type[Model] | None:
    """The model inside `Model`, `Model | None` or `tuple[Model, ...]`."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, Model):
            return one
    return None


def _key_row(model: type[Model], field: str) -> tuple:
    info, q = model.model_fields[field], declared(model, field)
    default = "required" if info.is_required() else _shown(info.default)
    if q is None:
        return f"`{field}`", "", default, "", info.description or ""
    written = ", ".join(f"`{units.key(field, s)}`" for s in q.suffixes)
    by = units.factor(q.suffixes[0])
    if isinstance(info.default, int | float):
        default = f"{info.default / by:.6g}"
    low_high = limits(q, q.suffixes[0]) if (q.low, q.high) != (None, None) else ""
    meaning = f"{q.meaning}. {q.source}" if q.source else q.meaning
    return written, low_high, default, q.grade, meaning


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default in (None, "", ()) else str(default)


# ---------------------------------------------------------------- parameters


def parameters() -> str:
    """Every number of the reference scenario with unit, grade and source."""
    rows = _merged(opendome.load(SCENARIO).parameters_table())
    counts = {g: sum(r.grade == g for r in rows) for g in GRADES}
    parts = [
        MADE,
        f"# Parameters of `{SCENARIO}`",
        "Every number of the scenario: from its file, from the defaults of its plug-ins, from the "
        "shipped rocket classes. Angles are in degrees, everything else in SI. `radar[0..9]` "
        "stands for ten rows that say the same. A number without a grade of its own has the grade "
        "of its table, else `assumed`. The shipped places are in `data/places.csv`.",
        _grid(("grade", "means", "rows"), ((g, GRADES[g], str(n)) for g, n in counts.items())),
    ]
    for section, found in groupby(rows, lambda r: _section(r.key)):
        grid = _grid(
            ("key", "value", "unit", "grade", "source"),
            ((f"`{r.key}`", *_in_degrees(r), r.grade, r.source) for r in found),
        )
        parts.append(f"## {section}\n\n{grid}")
    return "\n\n".join(parts) + "\n"


def _section(key: str) -> str:
    """`radar[0].range_max` -> `radar`; `class 'long'.form` -> `class 'long'`."""
    return re.split(r"[\[.]", key, maxsplit=1)[0]


def _merged(rows: Sequence[Row]) -> list[Row]:
    """Rows that differ only in the number of their table, as one: `radar[0..9].el_min`."""
    same: dict[tuple, list[Row]] = {}
    for row in rows:
        same.setdefault(_but_number(row), []).append(row)
    merged = []
    for row in rows:
        group = same[_but_number(row)]
        numbers = [int(n) for r in group for n in NUMBER.findall(r.key)]
        if len(numbers) < 2 or numbers != list(range(len(numbers))):
            merged.append(row)
        elif row is group[0]:
            merged.append(row._replace(key=NUMBER.sub(f"[0..{numbers[-1]}]", row.key)))
    return merged


def _but_number(row: Row) -> tuple:
    return (NUMBER.sub("[]", row.key), *row[1:])


def _in_degrees(row: Row) -> tuple[str, str]:
    """Value and unit as a reader wants them."""
    values = row.value if isinstance(row.value, tuple) else (row.value,)
    if row.unit == "rad":
        values = tuple(degrees(v) for v in values)
    text = ", ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in values)
    return text or "none", "deg" if row.unit == "rad" else row.unit


# ---------------------------------------------------------------- commands


def commands() -> str:
    """Every command with its arguments and options."""
    parts = [
        MADE,
        "# Commands",
        "`opendome COMMAND --help` prints the same. Exit codes and messages: "
        "[troubleshooting](../howto/troubleshoot.md).",
        _options(cli.main),
    ]
    for name, command in sorted(cli.main.commands.items()):
        words = " ".join(_argument(p) for p in command.params if isinstance(p, click.Argument))
        usage = f"opendome {name} [OPTIONS] {words}".strip()
        text = "\n\n".join(" ".join(p.split()) for p in (command.help or "").split("\n\n"))
        parts.append(f"## {name}\n\n```text\n{usage}\n```\n\n{text}\n\n{_options(command)}")
    return "\n\n".join(parts) + "\n"


def _argument(p: click.Parameter) -> str:
    name = (p.name or "").upper()
    return name if p.required else f"[{name}]"


def _options(command: click.Command) -> str:
    rows = (
        (", ".join(f"`{o}`" for o in (*p.opts, *p.secondary_opts)), _takes(p), p.help or "")
        for p in command.params
        if isinstance(p, click.Option)
    )
    return _grid(("option", "takes", "does"), rows)


def _takes(p: click.Option) -> str:
    return "" if p.is_flag else p.type.name


# ---------------------------------------------------------------- Markdown


def _grid(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(v) for v in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Text that Markdown takes as it stands."""
    if text.startswith("`") or text == "---":
        return text
    return re.sub(r"([|*<$])", r"\\\1", text)


def main() -> int:
    """Write the pages, or with --check name those that are stale."""
    stale = [n for n, t in pages().items() if _read(FOLDER / n) != t]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"{FOLDER / name}: stale; run python scripts/describe_tables.py")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(pages()[name], "utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
