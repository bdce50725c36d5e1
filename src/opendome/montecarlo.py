"""Replications to workers and back: one ledger, in replication order.

A replication is a function of (scenario, seed, number), so nothing here can change a result: not
the number of workers, not the chunks, not the order of arrival, not a worker that was killed and
replaced.  Workers stay alive, are given about a second of work at a time and send back what they
have finished several times a second, so that little is lost when one dies or the user stops.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from opendome import tables
from opendome.errors import ReplicationError, ScenarioError
from opendome.pool import MOST_WORKERS, Pool
from opendome.worker import Done, Failed, Job, Ready, Started, serve, work

__all__ = ["Progress", "ReplicationError", "RunOutcome", "run"]

ENGINE = "opendome.engine"
CHUNK_S = 1.0  # s of work handed out at a time: a hand-out costs about 1 ms


class Progress(NamedTuple):
    """Where a run stands, for whoever shows it."""

    done: int
    total: int
    elapsed_s: float
    rate: float  # replications a second since the first was finished; 0 until the second is
    compiling: bool  # no replication is finished yet and this version's kernels are not cached
    note: str = ""  # what else is worth saying: the intervals of a study


class RunOutcome(NamedTuple):
    """What a run leaves behind.

    `ledger` has one row per finished replication in replication order, `daily` the rows of their
    days in the same order, `traces` replication -> name -> rows, `declared` name -> declaration.
    """

    ledger: np.ndarray
    daily: np.ndarray
    traces: dict[int, dict[str, np.ndarray]]
    declared: dict[str, tables.Table]
    seed: int
    replications: int  # asked for; len(ledger) are finished
    workers: int
    interrupted: bool
    replaced: int  # workers that died and were replaced
    wall_s: float
    cpu_s: float  # spent in replications, all workers together
    cpu_each_s: float  # median of one: without the first of a process, which loads the kernels
    setup_cpu_s: float  # spent before the first replication: import, tables, compile


def run(
    scenario: Any,
    replications: int,
    seed: int,
    workers: int = 1,
    *,
    trace: Iterable[int] = (0,),
    progress: Callable[[Progress], None] | None = None,
    on_chunk: Callable[[list[np.ndarray]], None] | None = None,
    engine: str = ENGINE,
) -> RunOutcome:
    """Run replications 0 .. n-1 of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Only its `text`, `changes` and `name` reach a worker.
    replications, seed : int
    workers : int
        1: in this process.  More: that many processes.
    trace : iterable of int
        Replications whose tables are kept in full.
    progress : callable, optional
        Called with a `Progress` whenever something has arrived.
    on_chunk : callable, optional
        Called with the ledger rows that have just arrived, in order of arrival.
    engine : str
        Module that offers what the engine offers (`prepare`, `replicate`, `LEDGER`, `DAILY`,
        `TRACES`): the seam at which the
        tests put a small engine that dies, hangs or raises on demand.

    Returns
    -------
    RunOutcome
        After Ctrl-C: the finished replications, `interrupted` set.

    Raises
    ------
    ScenarioError
        The scenario cannot be prepared, or one of the numbers given here is out of range.
    ReplicationError
        A replication raised, or cost `pool.ATTEMPTS` workers.
    KeyboardInterrupt
        Ctrl-C before any replication was finished.
    """
    _check("replications", replications, 1, 2**32 - 1)
    _check("seed", seed, 0, 2**63 - 1)
    _check("workers", workers, 1, MOST_WORKERS)
    job = Job(
        scenario.text, scenario.name, seed, frozenset(trace), engine, scenario.changes,
        scenario.path,
    )  # fmt: skip
    workers = min(workers, replications)
    inbox = _Inbox(job, replications, progress, on_chunk)
    interrupted = False
    try:
        if workers == 1:
            for message in work(job, range(replications)):
                inbox.receive([message])
        else:
            with Pool(serve, (work, job), workers, (engine, "opendome.scenario")) as pool:
                pool.run(inbox)
            inbox.replaced = pool.replaced
    except KeyboardInterrupt:
        if not inbox.done:
            raise
        interrupted = len(inbox.done) < replications
    return inbox.outcome(seed, workers, interrupted)


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ScenarioError(f"{name} = {value}: want {low} to {high}")


class _Inbox:
    """What is still to do, and what has arrived so far: the pool's source of tasks."""

    def __init__(
        self,
        job: Job,
        replications: int,
        progress: Callable[[Progress], None] | None,
        on_chunk: Callable[[list[np.ndarray]], None] | None,
    ) -> None:
        self.job = job
        self.replications = replications
        self.pending = deque(range(replications))
        self.suspects: set[int] = set()
        self.progress = progress
        self.on_chunk = on_chunk
        self.done: dict[int, Done] = {}
        self.declared: dict[str, tables.Table] = {}
        self.setup_cpu_s = 0.0
        self.compiling = False
        self.replaced = 0
        self.start = time.perf_counter()
        self.first: tuple[int, float] | None = None  # count and time of the first finished

    def take(self, last: Any, workers: int) -> list[int]:
        """The next replications: about `CHUNK_S` of work, less near the end to share it out.

        One that a dead worker had in hand goes alone, to find which of them kills.
        """
        if not self.pending:
            return []
        if self.pending[0] in self.suspects:
            return [self.pending.popleft()]
        each = self._cpu_s() / len(self.done) if self.done else CHUNK_S
        share = -(-len(self.pending) // (2 * workers))
        n = max(1, min(share, int(CHUNK_S / max(each, 1e-6))))
        return [self.pending.popleft() for _ in range(n)]

    def put_back(self, tasks: list[int]) -> None:
        """Take back what a dead worker had in hand."""
        self.pending.extendleft(reversed(tasks))
        self.suspects.update(tasks)

    def finished(self) -> bool:
        """Whether every replication is."""
        return len(self.done) == self.replications

    def name(self, task: int) -> str:
        """A replication in words."""
        return f"replication {task}, seed {self.job.seed}"

    def receive(self, messages: list[Any]) -> list[int]:
        """Put messages of a worker where they belong; raise if one says that it failed."""
        rows, finished = [], []
        for message in messages:
            match message:
                case Done():
                    self.done[message.rep] = message
                    rows.append(message.ledger)
                    finished.append(message.rep)
                case Ready():
                    self.declared = message.declared
                    self.setup_cpu_s += message.cpu_s
                case Started():
                    self.compiling = message.compiling
                case Failed():
                    message.error.add_note(message.where)
                    raise message.error
        if rows and self.on_chunk:
            self.on_chunk(rows)
        if self.progress:
            self.progress(self._progress())
        return finished

    def _cpu_s(self) -> float:
        return sum(d.cpu_s for d in self.done.values())

    def _progress(self) -> Progress:
        done, elapsed = len(self.done), time.perf_counter() - self.start
        if done and self.first is None:
            self.first = done, elapsed
        before, since = self.first or (0, elapsed)
        rate = (done - before) / (elapsed - since) if done > before else 0.0
        return Progress(done, self.replications, elapsed, rate, self.compiling and not done)

    def outcome(self, seed: int, workers: int, interrupted: bool) -> RunOutcome:
        done = [self.done[rep] for rep in sorted(self.done)]
        return RunOutcome(
            ledger=np.concatenate([d.ledger for d in done]),
            daily=np.concatenate([d.daily for d in done]),
            traces={d.rep: d.traces for d in done if d.traces},
            declared=self.declared,
            seed=seed,
            replications=self.replications,
            workers=workers,
            interrupted=interrupted,
            replaced=self.replaced,
            wall_s=time.perf_counter() - self.start,
            cpu_s=self._cpu_s(),
            cpu_each_s=float(np.median([d.cpu_s for d in done])),
            setup_cpu_s=self.setup_cpu_s,
        )
