"""A study on disk: written chunk by chunk, complete or not at all, and found again.

    manifest.json           what is needed to repeat it, and whether it is finished
    design.parquet          one row a design point
    chunks/p00012-r000000-000063.parquet   ledger rows of one point, with their checksum
    replications.parquet    at the end: all rows by point and replication, with the factors

A file appears under its name only when its content is on the disk.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome.results import MANIFEST, ResultError, to_arrow
from opendome.study.rounds import Piece
from opendome.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

KIND = "study"
FORMAT = 1
CHUNKS = "chunks"
ROW_GROUP = 131_072  # rows; what a query reads at once

#: What must be the same for a study to go on: key of the manifest -> how a message calls it.
SAME = {
    "opendome": "version of OpenDome",
    "fingerprint": "code of the simulator",
    "scenario_sha256": "scenario",
    "seed": "seed",
    "design_sha256": "design",
    "chunk": "chunk size",
}


class Dataset:
    """The folder of a study that is being run.

    Parameters
    ----------
    folder : Path
    manifest : dict
        As `manifest.py` makes it; the folder's own must agree with it in everything of `SAME`.
    ledger : Table
        Declaration of the rows.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], ledger: Table) -> None:
        self.folder = folder
        self.manifest = manifest
        self.ledger = ledger

    def create(self, design: "pa.Table") -> None:
        """Make the folder with manifest and design; all of it or nothing."""
        partial = self.folder.with_name(f".{self.folder.name}.{os.getpid()}.partial")
        with self.written():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            try:
                (partial / CHUNKS).mkdir(parents=True)
                put(partial / "design.parquet", parquet(design))
                put(partial / MANIFEST, _json(self.manifest))
                if self.folder.is_dir():
                    self.folder.rmdir()  # an empty one
                partial.rename(self.folder)
            finally:
                shutil.rmtree(partial, ignore_errors=True)

    def resume(self) -> None:
        """Take up what an earlier run left.

        Raises
        ------
        ResultError
            It was another study, or another version made it.
        """
        old = read_manifest(self.folder)
        for key, what in SAME.items():
            if old.get(key) != self.manifest[key]:
                was, now = (_short(m.get(key)) for m in (old, self.manifest))
                raise ResultError(
                    f"{self.folder}: made with another {what} ({was}, now {now}); "
                    "choose another folder, or --force to begin anew"
                )
        with self.written():
            for left in self.folder.glob(f"{CHUNKS}/.*"):
                left.unlink()
            put(self.folder / MANIFEST, _json(self.manifest))

    def write(self, piece: Piece, rows: np.ndarray) -> None:
        """Write the rows of a piece.

        Raises
        ------
        ResultError
            The disk is full or cannot be written; what is finished stays.
        """
        table = to_arrow(rows, self.ledger)
        about = {**(table.schema.metadata or {}), b"sha256": checksum(rows).encode()}
        with self.written():
            put(self._path(piece), parquet(table.replace_schema_metadata(about)))

    def read(self, piece: Piece) -> np.ndarray | None:
        """Rows of a finished piece; None if it is not there, or damaged, and must be computed."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._path(piece)
        if not path.exists():
            return None
        try:
            table = pq.read_table(pa.BufferReader(path.read_bytes()))
        except (OSError, pa.ArrowException):
            return None
        if table.column_names != [c.name for c in self.ledger.cols]:
            return None
        rows = self.ledger.allocate(table.num_rows)
        for name in table.column_names:
            rows[name] = table.column(name).to_numpy()
        told = (table.schema.metadata or {}).get(b"sha256", b"").decode()
        good = told == checksum(rows) and len(rows) == piece.size
        return rows if good else None

    def finish(self, done: list[Piece], design: "pa.Table") -> None:
        """Join the chunks into one table and say so in the manifest."""
        with self.written():
            partial = self.folder / ".replications.partial"
            try:
                rows = self._join(partial, done, design)
                sync(partial)
                partial.rename(self.folder / "replications.parquet")
            finally:
                partial.unlink(missing_ok=True)
            self.manifest |= {"finished": True, "rows": rows}
            self.manifest["tables"] = ["design", "replications"]
            put(self.folder / MANIFEST, _json(self.manifest))

    def _join(self, path: Path, done: list[Piece], design: "pa.Table") -> int:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = None
        waiting: list[pa.Table] = []
        rows = 0
        writer = None
        try:
            for i, piece in enumerate(sorted(done)):
                part = self.read(piece)
                if part is None:
                    raise ResultError(f"{self._path(piece)}: damaged; run the study again")
                waiting.append(with_factors(to_arrow(part, self.ledger), piece.point, design))
                rows += len(part)
                if sum(t.num_rows for t in waiting) >= ROW_GROUP or i == len(done) - 1:
                    group = pa.concat_tables(waiting)
                    schema = schema or group.schema
                    writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
                    writer.write_table(group)
                    waiting.clear()
        finally:
            if writer is not None:
                writer.close()
        return rows

    def _path(self, piece: Piece) -> Path:
        return self.folder / CHUNKS / f"{piece.name}.parquet"

    @contextmanager
    def written(self) -> Iterator[None]:
        """Say in one line that the disk is full, or what else is wrong with it."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ResultError(
                    f"{self.folder}: no space left on the disk; what is finished is kept: make "
                    "room and run the same command again"
                ) from error
            raise ResultError(f"{self.folder}: cannot write: {error.strerror or error}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second study out of the folder; a killed one leaves no lock behind."""
        import fcntl

        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultError(f"{self.folder}: another study is at work there") from None
        else:
            yield
        finally:
            os.close(handle)


def with_factors(rows: "pa.Table", point: int, design: "pa.Table") -> "pa.Table":
    """Ledger rows of a point with its number and its factors in front."""
    import pyarrow as pa

    here = design.slice(point, 1)
    columns, fields = [], []
    for field in here.schema:
        name = field.name if field.name == "point" else f"factor_{field.name}"
        value = here.column(field.name)[0].as_py()
        columns.append(pa.array([value] * rows.num_rows, field.type))
        fields.append(pa.field(name, field.type, nullable=False, metadata=field.metadata))
    schema = pa.schema([*fields, *rows.schema], metadata=rows.schema.metadata)
    return pa.table([*columns, *rows.columns], schema=schema)


def checksum(rows: np.ndarray) -> str:
    """SHA-256 of the columns, by name, type and bytes."""
    digest = hashlib.sha256()
    for name in rows.dtype.names or ():
        column = np.ascontiguousarray(rows[name])
        digest.update(f"{name} {column.dtype.str} {column.shape}".encode())
        digest.update(column.tobytes())
    return digest.hexdigest()


def parquet(table: "pa.Table") -> bytes:
    """A table as the bytes of a small Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, write_statistics=False)
    return sink.getvalue().to_pybytes()


def put(path: Path, content: bytes) -> None:
    """Write a file that is there completely or not at all, also after a kill or a power cut."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study's folder.

    Raises
    ------
    ResultError
        There is none, or of another kind or format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise ResultError(f"{folder}: no {MANIFEST}: not the folder of a study") from None
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder / MANIFEST}: not a manifest: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise ResultError(f"{folder}: not the folder of a study (want another name)")
    if manifest.get("format") != FORMAT:
        raise ResultError(
            f"{folder}: study format {manifest.get('format')}; this version reads format {FORMAT}"
        )
    return manifest


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study, of whatever format."""
    try:
        return json.loads((folder / MANIFEST).read_text("utf-8"))["kind"] == KIND
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _short(value: Any) -> str:
    text = str(value)
    return f"{text[:12]}..." if len(text) > 20 else text
