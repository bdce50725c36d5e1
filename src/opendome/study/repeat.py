"""Run a result or a study again, and say whether it is the same to the bit."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opendome import results
from opendome.montecarlo import Progress
from opendome.results import Result
from opendome.study import dataset, execute, outcome

if TYPE_CHECKING:
    import pyarrow as pa


class Repeated(NamedTuple):
    """What a repetition found."""

    identical: bool
    differences: tuple[str, ...]  # one line a table
    notes: tuple[str, ...]  # what is not as it was: version, code
    rows: int  # compared, of all tables


def repeat(
    folder: str | Path,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Repeated:
    """Run again what a folder holds, from its manifest alone, and compare the tables.

    Nothing is written into the folder.

    Parameters
    ----------
    folder : path
        A result of `opendome run` or a finished study.
    workers, cluster
        As for a study; they may differ from those of the first time.
    progress : callable, optional

    Raises
    ------
    ResultError
        There is no result, or it is not finished.
    """
    path = Path(folder)
    if dataset.is_study(path):
        return _study(path, workers, cluster, progress)
    return _run(path, workers, progress)


def _run(path: Path, workers: int, progress: Any) -> Repeated:
    import opendome
    from opendome import scenario

    old = results.read(path)
    said = old.manifest["scenario"]
    found = scenario.parse(said["text"], said["name"])
    reps = set(old.table("replications")["rep"].to_pylist())
    traced = old.manifest["traced"]
    # An interrupted run may lack some of the numbers below its greatest: they run and are dropped.
    new = opendome.run(
        found, max(reps) + 1, old.manifest["seed"], workers, trace=traced, progress=progress
    )
    return _compared(old, {name: _only(new.table(name), reps) for name in new.names})


def _only(table: "pa.Table", reps: set[int]) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table["rep"], pa.array(sorted(reps), pa.int64())))


def _study(path: Path, workers: int, cluster: str | None, progress: Any) -> Repeated:
    old = outcome.read(path)
    with tempfile.TemporaryDirectory(prefix="opendome-") as folder:
        new = execute.run(
            old.study, Path(folder) / "again", workers, cluster, progress=progress,
            command="opendome repeat",
        )  # fmt: skip
        return _compared(old, {name: new.table(name) for name in new.names}, new.manifest)


def _compared(
    old: Result, tables: Mapping[str, "pa.Table"], manifest: Mapping[str, Any] | None = None
) -> Repeated:
    import opendome

    lines, rows = [], 0
    for name in old.names:
        if name not in tables:
            lines.append(f"{name}: not there now")
            continue
        was = old.table(name)
        rows += was.num_rows
        line = difference(was, tables[name])
        if line:
            lines.append(f"{name}: {line}")
    now: dict[str, Any] = {"opendome": opendome.__version__, **(manifest or {})}
    notes = [
        f"{key} was {old.manifest[key]}, now {now[key]}"
        for key in ("opendome", "fingerprint")
        if key in old.manifest and key in now and old.manifest[key] != now[key]
    ]
    return Repeated(not lines, tuple(lines), tuple(notes), rows)


def difference(was: "pa.Table", now: "pa.Table") -> str:
    """The first difference between two tables in words; "" if there is none, to the bit."""
    if was.column_names != now.column_names:
        odd = sorted(set(was.column_names) ^ set(now.column_names))
        return f"other columns ({', '.join(odd) or 'in another order'})"
    if was.num_rows != now.num_rows:
        return f"{was.num_rows} rows, now {now.num_rows}"
    for name in was.column_names:
        a, b = was[name].combine_chunks(), now[name].combine_chunks()
        if a.type != b.type:
            return f"{name} is {a.type}, now {b.type}"
        if not _same(a, b):
            row = next(i for i in range(len(a)) if not _same(a.slice(i, 1), b.slice(i, 1)))
            return f"{name} differs, first in row {row}: {a[row].as_py()}, now {b[row].as_py()}"
    return ""


def _same(a: Any, b: Any) -> bool:
    """Equal to the bit, except that one missing number is as good as another."""
    import pyarrow as pa

    if pa.types.is_fixed_size_list(a.type):
        a, b = a.flatten(), b.flatten()
    if not pa.types.is_floating(a.type):
        return bool(a.equals(b))
    x, y = a.to_numpy(zero_copy_only=False), b.to_numpy(zero_copy_only=False)
    return x.tobytes() == y.tobytes()
