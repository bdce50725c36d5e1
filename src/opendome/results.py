"""Results in memory and on disk: Parquet tables with units and meanings, and where they come from.

A result folder holds `manifest.json` and one Parquet file a table.  The Parquet files depend on
scenario, seed and replications only: byte for byte the same for any number of workers.  What
differs from run to run (time of day, machine, command) is in the manifest.
"""

import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome import estimate
from opendome.montecarlo import RunOutcome
from opendome.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
MANIFEST = "manifest.json"
PACKAGES = ("numpy", "numba", "pyarrow", "pydantic", "scipy")


class ResultError(ValueError):
    """A folder that cannot be read or written as a result; one line."""


class Result:
    """Tables of a run and its manifest.

    Attributes
    ----------
    manifest : dict
        Scenario name, text and hash, version, seed, replications, command, machine, packages.
    folder : Path or None
        Where it was read from or saved to.
    """

    def __init__(
        self, manifest: dict[str, Any], tables: Mapping[str, "pa.Table"], folder: Path | None = None
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self._tables = tables

    def __repr__(self) -> str:
        m = self.manifest
        cut = " (interrupted)" if m["interrupted"] else ""
        return (
            f"<Result {m['scenario']['name']}, seed {m['seed']}: "
            f"{m['finished']} replications{cut}; {', '.join(self.names)}>"
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self._tables)

    def table(self, name: str) -> "pa.Table":
        """Table by name; its fields carry `unit` and `meaning` as metadata.

        Without a copy of the numbers: `polars.from_arrow(table)`, and for pandas
        `table.to_pandas(types_mapper=pandas.ArrowDtype)`.

        Raises
        ------
        ResultError
            There is no such table.
        """
        if name not in self._tables:
            raise ResultError(f"no table {name!r}; this result has: {', '.join(self.names)}")
        return self._tables[name]

    def sql(self, query: str) -> "pa.Table":
        """Answer of DuckDB to a query over the tables, by their names.

        Raises
        ------
        ResultError
            The query is wrong; the message is DuckDB's first line.
        """
        import duckdb

        with duckdb.connect() as connection:
            try:
                self._register(connection)
                found = connection.sql(query)
                if found is None:
                    raise ResultError("sql: want a query that returns rows")
                return found.to_arrow_table()
            except duckdb.Error as error:
                raise ResultError(f"sql: {str(error).splitlines()[0]}") from error

    def _register(self, connection: Any) -> None:
        """Give DuckDB the tables; of a folder the files, of which it reads the columns it needs."""
        for name in self.names:
            path = str(self._tables.path(name)) if isinstance(self._tables, OnDisk) else "*"
            if set(path) & set("*?["):  # in memory, or DuckDB would take the name for a pattern
                connection.register(name, self._tables[name])
            else:
                connection.read_parquet(path).create_view(name)

    @property
    def plot(self) -> Any:
        """Standard figures, by matplotlib: `days()`, `stock()`, `distributions()`, `raid()`."""
        from opendome.report import plots

        return plots.Plots(self)

    def _repr_html_(self) -> str:
        """The summary as a table: what a notebook shows."""
        from opendome.report import notebook

        return notebook.table(self)

    def ledger(self) -> dict[str, np.ndarray]:
        """Columns of `replications` as arrays, one value per replication."""
        table = self.table("replications")
        return {name: table.column(name).to_numpy() for name in table.column_names}

    def summary(self) -> list[estimate.Comparison]:
        """Every figure with its intervals, what was published, and the verdict."""
        return estimate.compare(self.ledger(), self.manifest["published"])

    def save(self, folder: str | Path, force: bool = False) -> Path:
        """Write manifest and tables into a new folder; all of it or nothing.

        Parameters
        ----------
        folder : path
        force : bool
            Replace an older result of the same name.

        Raises
        ------
        ResultError
            The folder exists, is no result folder, or cannot be written.
        """
        target = Path(folder)
        check_target(target, force)
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            self._write(partial)
            _replace(target, partial)
        except OSError as error:
            raise ResultError(f"{target}: cannot write: {error.strerror or error}") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        self.folder = target
        return target

    def _write(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        for name in self.names:
            path = folder / f"{name}.parquet"
            pq.write_table(self.table(name), path, compression="zstd")
            _sync(path)
        path = folder / MANIFEST
        path.write_text(json.dumps(self.manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        _sync(path)
        _sync(folder)


class OnDisk(Mapping):
    """Tables of a folder, each read when it is asked for."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder = folder
        self._names = names
        self._read: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self._folder / f"{name}.parquet"

    def __getitem__(self, name: str) -> "pa.Table":
        import pyarrow as pa
        import pyarrow.parquet as pq

        if name not in self._read:
            path = self.path(name)
            try:
                self._read[name] = pq.read_table(path, memory_map=True)
            except (OSError, pa.ArrowException) as error:
                raise ResultError(f"{path}: {str(error).splitlines()[0]}") from error
        return self._read[name]


def read(folder: str | Path) -> Result:
    """Read a result folder; its tables are read when they are asked for.

    Raises
    ------
    ResultError
        There is no such folder, it is no result, or a newer version wrote it.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ResultError(f"{path}: no such folder; want a result folder written by `opendome run`")
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        form = manifest["format"]
        names = list(manifest["tables"])
    except FileNotFoundError:
        raise ResultError(f"{path}: no {MANIFEST}: not a result folder") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{path / MANIFEST}: not a manifest: {error}") from error
    if form != FORMAT:
        raise ResultError(f"{path}: result format {form}; this version reads format {FORMAT}")
    return Result(manifest, OnDisk(path, names), path)


def check_target(folder: str | Path, force: bool = False) -> None:
    """Raise ResultError now, before the work, if a result could not be saved there."""
    target = Path(folder)
    if os.path.lexists(target):
        known = (target / MANIFEST).is_file() or (target.is_dir() and not any(target.iterdir()))
        if not known:
            raise ResultError(f"{target}: exists and is not a result folder; choose another name")
        if not force:
            raise ResultError(f"{target}: exists; choose another name or --force to replace it")
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    probe = parent / f".{target.name}.{os.getpid()}.probe"
    try:  # os.access says yes to root where a read-only or virtual file system says no
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise ResultError(f"{target}: cannot write in {parent}: {error.strerror}") from error


def collect(scenario: Any, outcome: RunOutcome, command: str) -> Result:
    """The result of a run.

    Parameters
    ----------
    scenario : Scenario
    outcome : RunOutcome
    command : str
        What the user typed, for the manifest.
    """
    declared = outcome.declared
    tables = {
        "replications": to_arrow(outcome.ledger, declared["replications"]),
        "daily": to_arrow(outcome.daily, declared["daily"]),
    }
    names = dict.fromkeys(name for trace in outcome.traces.values() for name in trace)
    for name in names:
        import pyarrow as pa

        tables[name] = pa.concat_tables(
            to_arrow(trace[name], declared[name], rep)
            for rep, trace in outcome.traces.items()
            if name in trace
        )
    return Result(_manifest(scenario, outcome, command, tables), tables)


def to_arrow(rows: np.ndarray, declared: Table, rep: int | None = None) -> "pa.Table":
    """Arrow table of declared rows; columns carry unit and meaning.

    A column of vectors or matrices becomes fixed-size lists, row-major.  With `rep`, a column of
    that name comes first.
    """
    import pyarrow as pa

    arrays = [_array(rows[c.name], rows.dtype[c.name].shape) for c in declared.cols]
    about = [(c.name, c.unit, c.meaning) for c in declared.cols]
    if rep is not None:
        arrays.insert(0, pa.array(np.full(len(rows), rep, "i8")))
        about.insert(0, ("rep", "-", "replication"))
    fields = [
        pa.field(name, array.type, nullable=False, metadata={"unit": unit, "meaning": meaning})
        for (name, unit, meaning), array in zip(about, arrays, strict=True)
    ]
    return pa.table(arrays, schema=pa.schema(fields, metadata={"meaning": declared.meaning}))


def _array(values: np.ndarray, shape: tuple[int, ...]) -> "pa.Array":
    """One column as an Arrow array, `shape` being that of one value."""
    import pyarrow as pa

    flat = pa.array(np.ascontiguousarray(values).ravel())
    if not shape:
        return flat
    element = pa.field("element", flat.type)  # the name that Parquet gives back
    return pa.FixedSizeListArray.from_arrays(flat, type=pa.list_(element, prod(shape)))


def _manifest(
    scenario: Any, outcome: RunOutcome, command: str, tables: Mapping[str, "pa.Table"]
) -> dict[str, Any]:
    from importlib.metadata import version

    from opendome import __version__

    return {
        "format": FORMAT,
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "sha256": hashlib.sha256(scenario.text.encode()).hexdigest(),
            "text": scenario.text,
        },
        "opendome": __version__,
        "seed": outcome.seed,
        "replications": outcome.replications,
        "finished": len(outcome.ledger),
        "interrupted": outcome.interrupted,
        "traced": sorted(outcome.traces),
        "command": command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(outcome.wall_s, 3),
        "cpu_s": round(outcome.cpu_s, 3),
        "cpu_each_s": round(outcome.cpu_each_s, 4),
        "setup_cpu_s": round(outcome.setup_cpu_s, 3),
        "workers": outcome.workers,
        "workers_replaced": outcome.replaced,
        "machine": {
            "platform": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "python": sys.version.split()[0],
        },
        "packages": {name: version(name) for name in PACKAGES},
        "published": [p.model_dump() for p in scenario.published],
        "tables": {
            name: {"rows": t.num_rows, "meaning": t.schema.metadata[b"meaning"].decode()}
            for name, t in tables.items()
        },
    }


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk: a rename must not overtake its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(target: Path, partial: Path) -> None:
    """Put `partial` in the place of `target`; an older result goes only when the new one is in."""
    if not os.path.lexists(target):
        partial.rename(target)
    else:
        older = target.with_name(f".{target.name}.{os.getpid()}.older")
        target.rename(older)
        try:
            partial.rename(target)
        except OSError:
            older.rename(target)
            raise
        shutil.rmtree(older)
    _sync(target.parent)


def default_folder(name: str) -> Path:
    """Where a run of the scenario `name` goes if the user does not say: a name not yet used."""
    return Path("results") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
