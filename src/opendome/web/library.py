"""The results that the server shows: folders found under its roots, each with an identity.

A request names an identity, never a path: what was not found by looking cannot be read.
"""

import json
import re
import threading
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from opendome import results
from opendome.results import MANIFEST, Result, ResultError
from opendome.study import dataset, outcome

MOST_BYTES = 20_000_000  # of a manifest
MOST_OPEN = 6  # results kept open
DEPTH = 2  # folders below a root
PLAN_PAGE, PLAN_TABLE = "plan.html", "schedule.csv"


class Entry(NamedTuple):
    """A result folder."""

    id: str
    kind: str  # run, study or plan
    folder: Path
    name: str
    title: str
    written: str
    traced: tuple[int, ...]


class Missing(LookupError):
    """No result of that identity; one line."""


class Library:
    """Result folders under some roots.

    Parameters
    ----------
    chosen : Path or None
        The result that is shown first.
    roots : sequence of Path
        Folders that are searched for results.
    """

    def __init__(self, chosen: Path | None, roots: tuple[Path, ...]) -> None:
        self.chosen = chosen
        self.roots = roots
        self._lock = threading.Lock()
        self._ids: dict[Path, str] = {}
        self._open: dict[str, Result] = {}

    def entries(self) -> list[Entry]:
        """All results, the newest first; folders that hold none are passed over."""
        found = {}
        for folder in self._folders():
            entry = self._entry(folder)
            if entry is not None:
                found[entry.id] = entry
        return sorted(found.values(), key=lambda e: (e.written, e.id), reverse=True)

    def first(self) -> str | None:
        """Identity of the result that is shown first."""
        entries = self.entries()
        if self.chosen is not None:
            return self._id(self.chosen.resolve())
        traced = [e for e in entries if e.kind == "run" and e.traced]
        return (traced or entries)[0].id if entries else None

    def entry(self, name: str) -> Entry:
        """A result by identity.

        Raises
        ------
        Missing
            There is none.
        """
        for entry in self.entries():
            if entry.id == name:
                return entry
        raise Missing(f"no result {name!r}; the list of results may be out of date")

    def run(self, name: str) -> Result:
        """The tables of a run.

        Raises
        ------
        Missing
            There is none, or it is no run.
        """
        entry = self.entry(name)
        if entry.kind != "run":
            raise Missing(f"{name!r} is a {entry.kind}, not a run")
        return self._opened(entry)

    def study(self, name: str) -> Any:
        """A finished study.

        Raises
        ------
        Missing
            There is none, or it is no study.
        """
        entry = self.entry(name)
        if entry.kind != "study":
            raise Missing(f"{name!r} is a {entry.kind}, not a study")
        return self._opened(entry)

    def _opened(self, entry: Entry) -> Result:
        key = f"{entry.id} {entry.written}"
        with self._lock:
            if key not in self._open:
                while len(self._open) >= MOST_OPEN:
                    self._open.pop(next(iter(self._open)))
                read = outcome.read if entry.kind == "study" else results.read
                self._open[key] = read(entry.folder)
            return self._open[key]

    def _folders(self) -> list[Path]:
        found = [] if self.chosen is None else [self.chosen]
        for root in self.roots:
            level = [root]
            for _ in range(DEPTH + 1):
                found += level
                level = [p for folder in level for p in _children(folder)]
        return [p.resolve() for p in found]

    def _entry(self, folder: Path) -> Entry | None:
        manifest = _manifest(folder)
        if manifest is None:
            return self._plan(folder)
        try:
            return self._described(folder, manifest)
        except (KeyError, TypeError):
            return None

    def _described(self, folder: Path, manifest: dict[str, Any]) -> Entry | None:
        kind = str(manifest.get("kind", "run"))
        if kind == dataset.KIND and not manifest["finished"]:
            return None
        said = manifest["scenario" if kind == "run" else kind]
        return Entry(
            id=self._id(folder),
            kind=kind,
            folder=folder,
            name=str(said["name"]),
            title=str(said["title"]),
            written=str(manifest.get("written", "")),
            traced=tuple(manifest.get("traced", ())),
        )

    def _plan(self, folder: Path) -> Entry | None:
        """A folder of `opendome plan`: a page and tables, without a manifest."""
        page = folder / PLAN_PAGE
        if not page.is_file() or not (folder / PLAN_TABLE).is_file():
            return None
        with page.open(encoding="utf-8", errors="replace") as file:
            title = re.search("<title>(.*?)</title>", file.read(4096))
        written = datetime.fromtimestamp(page.stat().st_mtime, UTC).isoformat(timespec="seconds")
        name = unescape(title[1]) if title else folder.name
        return Entry(self._id(folder), "plan", folder, folder.name, name, written, ())

    def _id(self, folder: Path) -> str:
        """A word made of the folder's name, told apart by a number where two folders share it."""
        with self._lock:
            if folder not in self._ids:
                word = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).strip(".-") or "result"
                taken = set(self._ids.values())
                name, n = word, 2
                while name in taken:
                    name, n = f"{word}~{n}", n + 1
                self._ids[folder] = name
            return self._ids[folder]


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def _manifest(folder: Path) -> dict[str, Any] | None:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def check(folder: Path) -> None:
    """Raise ResultError if a folder holds no result that can be shown."""
    if not folder.is_dir():
        raise ResultError(f"{folder}: no such folder; want a result folder of `opendome run`")
    manifest = _manifest(folder)
    if manifest is None:
        raise ResultError(f"{folder}: no {MANIFEST}: not a result folder")
    if manifest.get("kind", "run") == "run":
        results.read(folder)
