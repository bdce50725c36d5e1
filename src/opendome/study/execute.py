"""A study from its design to its dataset, wherever the work is done."""

import os
import pickle
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from opendome.errors import ScenarioError
from opendome.montecarlo import ENGINE, Progress
from opendome.pool import MOST_WORKERS, Pool
from opendome.results import ResultError
from opendome.study import dataset, designs, outcome, rounds
from opendome.study.compare import interval
from opendome.study.dataset import Dataset
from opendome.study.manifest import design_table, fingerprint, manifest
from opendome.study.outcome import LEVEL, StudyResult
from opendome.study.pieces import PieceDone, StudyJob, work
from opendome.study.rounds import Piece, Sequential, Values
from opendome.study.spec import Study, launches
from opendome.worker import Failed, Started, serve

#: CPU seconds of one launch and what belongs to it (0.3 to 0.5 ms measured on a virtual core).
LAUNCH_S = 4e-4

#: More replications or core hours than this want the user's word.
MANY_REPLICATIONS = 1_000_000
MANY_HOURS = 24.0

NOTE_S = 1.0  # s between two looks at the intervals


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C: what is finished is on the disk; the message says how much."""


def size(study: Study) -> tuple[int, int, float]:
    """Points, replications at most, and about how many core hours they take."""
    points = designs.count(study)
    each = study.precision.most_replications if study.precision else study.replications or 0
    total = points * each
    return points, total, total * max(launches(study.scenario), 1) * LAUNCH_S / 3600.0


def check_size(study: Study, workers: int = 1) -> None:
    """Raise ScenarioError if a study is too large to be meant.

    A sequential study may end long before its last replication, but nobody knows.
    """
    points, total, hours = size(study)
    if points > designs.MOST_POINTS:
        raise ScenarioError(f"{study.name}: {points:,} points (want {designs.MOST_POINTS:,})")
    if total > MANY_REPLICATIONS or hours > MANY_HOURS:
        raise ScenarioError(
            f"{study.name}: {points:,} design points, {total:,} replications, about "
            f"{hours:,.0f} core hours, {hours / workers:,.0f} h with {workers} workers: "
            "too large to start unasked (fewer points or replications, or --yes)"
        )


def run(
    study: Study,
    folder: str | Path,
    workers: int = 1,
    cluster: str | None = None,
    *,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
    command: str = "opendome.study.run",
    engine: str = ENGINE,
) -> StudyResult:
    """Run a study, or what is missing of it.

    Parameters
    ----------
    study : Study
    folder : path
        A new folder, or that of the same study, unfinished: it goes on there.
    workers : int
        Processes on this machine; the result does not depend on it.
    cluster : str, optional
        Instead: the address of a Dask scheduler, or `local:N` for one of N processes here.
    force : bool
        Throw away what the folder holds of a study, and begin anew.
    progress : callable, optional
        Called with a `Progress` as chunks arrive.
    command : str
        For the manifest.
    engine : str
        Module that offers what the engine offers; the seam of the tests.

    Raises
    ------
    ScenarioError
        The study, or a number given here, is wrong; the cluster cannot be reached.
    ResultError
        The folder holds something else, or cannot be written.
    ReplicationError
        A replication raised, or cost several workers.
    StudyInterrupted
        Ctrl-C.
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise ScenarioError(f"workers = {workers}: want 1 to {MOST_WORKERS}")
    found = import_module(engine)
    columns = [c.name for c in found.LEDGER.cols]
    targets = [t.figure for t in study.precision.targets] if study.precision else []
    watched = [rounds.figure(name, columns) for name in dict.fromkeys((*study.outputs, *targets))]
    design = designs.points(study)
    table = design_table(study, design)
    data = Dataset(Path(folder), manifest(study, design, command), found.LEDGER)
    job = StudyJob(
        study.scenario.text, study.scenario.name, study.seed, engine, fingerprint(),
        tuple(pickle.dumps(study.changes(point)) for point in design), study.scenario.path,
        study.first,
    )  # fmt: skip
    with backend(job, workers, cluster) as execute:
        _begin(data, table, force)
        with data.locked():
            inbox = Inbox(study, design, data, Values(len(design), watched), progress)
            try:
                for wanted in inbox.rounds():
                    inbox.load(wanted)
                    if not inbox.finished():
                        execute(inbox)
            except KeyboardInterrupt:
                raise StudyInterrupted(inbox.kept()) from None
            data.finish(list(inbox.done), table)
    return outcome.read(folder)


def _begin(data: Dataset, table: Any, force: bool) -> None:
    """Make the folder, or take up what is there."""
    folder = data.folder
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        if not dataset.is_study(folder):
            raise ResultError(f"{folder}: exists and is not the folder of a study; choose another")
        if not force:
            data.resume()
            return
        with data.locked():
            shutil.rmtree(folder)
    data.create(table)


Execute = Callable[["Inbox"], None]


@contextmanager
def backend(job: StudyJob, workers: int, cluster: str | None) -> Iterator[Execute]:
    """Something that computes what an inbox wants: this process, a pool, or a cluster."""
    if cluster is not None:
        from opendome.study import dask_pool

        with dask_pool.connected(cluster) as client:
            yield lambda inbox: dask_pool.run(client, job, inbox)
    elif workers == 1:
        yield lambda inbox: _alone(job, inbox)
    else:
        with Pool(serve, (work, job), workers, (job.engine, "opendome.study.pieces")) as pool:
            yield pool.run


def _alone(job: StudyJob, inbox: "Inbox") -> None:
    def tasks() -> Iterator[Piece]:
        last = None
        while taken := inbox.take(last, 1):
            yield from taken
            last = taken[-1]

    for message in work(job, tasks()):
        inbox.receive([message])


class Inbox:
    """What a study still wants and what has arrived: the pool's source of tasks."""

    def __init__(
        self,
        study: Study,
        design: list[designs.Point],
        data: Dataset,
        values: Values,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.study, self.data, self.values = study, data, values
        self.progress = progress
        self.points = len(design)
        self.sequential = Sequential(study, design, values) if study.precision else None
        self.reference = rounds.reference(study, design)
        self.pending: dict[int, deque[Piece]] = {}  # by point, each in order
        self.done: set[Piece] = set()
        self.missing = 0
        self.damaged = 0
        self.replications = 0  # finished, here or earlier
        self.fresh = 0  # finished here
        self.cpu_s = 0.0
        self.compiling = False
        self.start = time.perf_counter()
        self.first: tuple[int, float] | None = None
        self.noted = ("", self.replications, -NOTE_S)  # intervals, total, and when

    def rounds(self) -> Iterator[list[Piece]]:
        """The rounds of the study."""
        if self.sequential is not None:
            return self.sequential.rounds()
        end = self.study.replications or 0
        return iter([rounds.pieces(range(self.points), 0, end, self.study.chunk)])

    def load(self, wanted: list[Piece]) -> None:
        """Take from the disk what is finished of a round; the rest is to be done."""
        for piece in wanted:
            rows = self.data.read(piece)
            if rows is None:
                self.pending.setdefault(piece.point, deque()).append(piece)
                self.missing += 1
            else:
                self._keep(piece, rows)
        self._tell()

    # -------- the pool's side

    def take(self, last: Piece | None, workers: int) -> list[Piece]:
        """The next piece: of the point that the worker has prepared, else of the next point."""
        if not self.pending:
            return []
        point = last.point if last is not None else -1
        if point not in self.pending:
            point = next(iter(self.pending))
            self.pending[point] = self.pending.pop(point)  # the next worker gets another
        queue = self.pending[point]
        piece = queue.popleft()
        if not queue:
            del self.pending[point]
        return [piece]

    def put_back(self, tasks: list[Piece]) -> None:
        """Take back what a dead worker had in hand."""
        for piece in reversed(tasks):
            self.pending.setdefault(piece.point, deque()).appendleft(piece)

    def finished(self) -> bool:
        """Whether all that was wanted is there."""
        return self.missing == 0

    def name(self, task: Piece) -> str:
        """A piece in words."""
        return (
            f"design point {task.point}, replications {task.first} to {task.last}, "
            f"seed {self.study.seed}"
        )

    def receive(self, messages: list[Any]) -> list[Piece]:
        """Write what has arrived; raise if a worker says that it failed."""
        finished = []
        for message in messages:
            match message:
                case PieceDone():
                    self.data.write(message.piece, message.rows)
                    self._keep(message.piece, message.rows)
                    self.missing -= 1
                    self.fresh += message.piece.size
                    self.cpu_s += message.cpu_s
                    finished.append(message.piece)
                case Started():
                    self.compiling = message.compiling
                case Failed():
                    message.error.add_note(message.where)
                    raise message.error
        self._tell()
        return finished

    def _keep(self, piece: Piece, rows: np.ndarray) -> None:
        self.values.add(piece, rows)
        self.done.add(piece)
        self.replications += piece.size

    # -------- what the user sees

    def kept(self) -> str:
        """What an interrupted study leaves."""
        return (
            f"interrupted: {self.replications} of {self.total()} replications are kept in "
            f"{self.data.folder}; the same command goes on"
        )

    def total(self) -> int:
        """Replications of the whole study, as far as it is known."""
        if self.sequential is not None:
            return max(self.sequential.expected(self.replications // self.points), 1)
        return self.points * (self.study.replications or 0)

    def _tell(self) -> None:
        if self.progress is None:
            return
        elapsed = time.perf_counter() - self.start
        if self.fresh and self.first is None:
            self.first = self.fresh, elapsed
        before, since = self.first or (0, elapsed)
        rate = (self.fresh - before) / (elapsed - since) if self.fresh > before else 0.0
        if elapsed - self.noted[2] >= NOTE_S:
            self.noted = self._intervals(), self.total(), elapsed
        note, total, _ = self.noted
        compiling = self.compiling and not self.fresh
        done = self.replications
        self.progress(Progress(done, max(total, done), elapsed, rate, compiling, note))

    def _intervals(self) -> str:
        """The widest interval of each output over the points: of the difference, if paired."""
        said = []
        if self.sequential is not None:
            for target in self.sequential.precision.targets:
                widest, wanted = self.sequential.standing(target)
                if isfinite(widest):
                    said.append(f"{target.figure} ± {widest:.3g} (want {wanted:.3g})")
            return ", ".join(said)
        for name in self.study.outputs:
            values = self.values.of(name)
            if self.points > 1:
                values = np.delete(values, self.reference, 0) - values[self.reference]
            ends = [interval(v, LEVEL)[1:3] for v in values]
            halves = [(high - low) / 2.0 for low, high in ends if isfinite(high - low)]
            if halves:
                said.append(f"{name} ± {max(halves):.3g}")
        return ", ".join(said)
