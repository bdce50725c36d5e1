"""Tracks as a table for users, and as a Parquet file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome import tables
from opendome.errors import ScenarioError
from opendome.results import to_arrow
from opendome.tracking.classes import most_likely

if TYPE_CHECKING:
    import pyarrow as pa

STATUS = np.array(["", "", "updated", "coasting"])
PHASE = np.array(["unknown", "boost", "coast"])

WORDS = {"status": "updated or coasting", "phase": "unknown, boost or coast"}

TRACKS = tables.table(
    "recorded_tracks",
    "one row per confirmed track and scan; east, north, up at the first radar",
    *(
        (c.name, "U8", c.unit, WORDS[c.name]) if c.name in WORDS else tuple(c)
        for c in tables.RECORDED_TRACKS.cols
    ),
    ("class", "U32", "-", "most probable rocket class; empty where none flies so far"),
    ("class_probability", "f8", "1", "its probability, all shipped classes equally likely before"),
)


def as_table(rows: np.ndarray, tracker: Any) -> "pa.Table":
    """Rows of RECORDED_TRACKS as an Arrow table: words for status and phase, and the class.

    tracker : record of TRACKER
        Rules that the tracks were made with.
    """
    out = np.empty(len(rows), TRACKS.dtype)
    out["class"], out["class_probability"] = most_likely(rows, tracker)
    for c in tables.RECORDED_TRACKS.cols:
        words = {"status": STATUS, "phase": PHASE}.get(c.name)
        out[c.name] = rows[c.name] if words is None else words[rows[c.name]]
    return to_arrow(out, TRACKS)


def check_target(path: Path, force: bool) -> None:
    """Raise if the file may not be written."""
    if path.exists() and not force:
        raise ScenarioError(f"{path} exists (want another -o, or --force to replace it)")
    if not path.parent.is_dir():
        raise ScenarioError(f"{path.parent}: no such folder (want one that exists for {path.name})")


def write(table: "pa.Table", path: Path) -> None:
    """Write the table at once: a file of another name, renamed when it is whole."""
    import pyarrow.parquet as pq

    partial = path.with_name(f".{path.name}.partial")
    try:
        pq.write_table(table, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def summary(table: "pa.Table") -> list[dict[str, Any]]:
    """One entry a track: when, how many plots, and its last impact and launch point."""
    number = table["track"].to_numpy()
    order = np.argsort(number, kind="stable")
    found = []
    for part in np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []:
        first, last = int(part[0]), int(part[-1])
        row = {name: table[name][last].as_py() for name in table.column_names if name != "cov"}
        found.append({"first_s": table["time_s"][first].as_py(), "last_s": row.pop("time_s")} | row)
    return found
