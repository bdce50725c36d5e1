"""Replications to workers and back: one ledger, in replication order.

A replication is a function of (scenario, seed, number), so nothing here can change a result: not
the number of workers, not the chunks, not the order of arrival, not a worker that was killed and
replaced.  Workers stay alive, are given about a second of work at a time and send back what they
have finished several times a second, so that little is lost when one dies or the user stops.

The pool is our own (processes and pipes) because `concurrent.futures` gives up the whole run when
one process is killed.
"""

import multiprocessing
import multiprocessing.connection
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from opendome import tables
from opendome.errors import ScenarioError
from opendome.worker import Done, Failed, Job, Ready, ReplicationError, Started, serve, work

ENGINE = "opendome.engine"
CHUNK_S = 1.0  # s of work handed out at a time: a hand-out costs about 1 ms
MOST_WORKERS = 64
ATTEMPTS = 3  # workers that one replication may cost before the run gives up


class Progress(NamedTuple):
    """Where a run stands, for whoever shows it."""

    done: int
    total: int
    elapsed_s: float
    rate: float  # replications a second since the first was finished; 0 until the second is
    compiling: bool  # no replication is finished yet and this version's kernels are not cached


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
        Only its `text` and `name` reach a worker.
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
        A replication raised, or cost `ATTEMPTS` workers.
    KeyboardInterrupt
        Ctrl-C before any replication was finished.
    """
    _check("replications", replications, 1, 2**32 - 1)
    _check("seed", seed, 0, 2**63 - 1)
    _check("workers", workers, 1, MOST_WORKERS)
    job = Job(scenario.text, scenario.name, seed, frozenset(trace), engine)
    workers = min(workers, replications)
    inbox = _Inbox(replications, progress, on_chunk)
    interrupted = False
    try:
        if workers == 1:
            for message in work(job, range(replications)):
                inbox.take(message)
        else:
            _Pool(job, workers, inbox).run()
    except KeyboardInterrupt:
        if not inbox.done:
            raise
        interrupted = len(inbox.done) < replications
    return inbox.outcome(seed, workers, interrupted)


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ScenarioError(f"{name} = {value}: want {low} to {high}")


class _Inbox:
    """What has arrived so far."""

    def __init__(
        self,
        replications: int,
        progress: Callable[[Progress], None] | None,
        on_chunk: Callable[[list[np.ndarray]], None] | None,
    ) -> None:
        self.replications = replications
        self.progress = progress
        self.on_chunk = on_chunk
        self.done: dict[int, Done] = {}
        self.declared: dict[str, tables.Table] = {}
        self.setup_cpu_s = 0.0
        self.compiling = False
        self.replaced = 0
        self.start = time.perf_counter()
        self.first: tuple[int, float] | None = None  # count and time of the first finished

    def take(self, *messages: Any) -> None:
        """Put messages of a worker where they belong; raise if one says that it failed."""
        rows = []
        for message in messages:
            match message:
                case Done():
                    self.done[message.rep] = message
                    rows.append(message.ledger)
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
            cpu_s=sum(d.cpu_s for d in done),
            cpu_each_s=float(np.median([d.cpu_s for d in done])),
            setup_cpu_s=self.setup_cpu_s,
        )


# ---------------------------------------------------------------- the pool


class _Worker:
    """One process, its pipe, and the replications it has been given and has not returned."""

    def __init__(self, job: Job, context: Any) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(job, theirs), daemon=True)
        with _sigint_held():
            self.process.start()
        theirs.close()  # or its death would not be an end of file here
        self.todo: deque[int] = deque()

    def give(self, reps: list[int]) -> None:
        self.todo.extend(reps)
        try:
            self.pipe.send(reps)
        except OSError:
            return  # dead: the next wait finds the end of its pipe


class _Pool:
    """Hands out replications and survives the death of workers."""

    def __init__(self, job: Job, workers: int, inbox: _Inbox) -> None:
        method = "forkserver" if sys.platform != "win32" else "spawn"
        self.context: Any = multiprocessing.get_context(method)
        if method == "forkserver":  # imported once, shared by all workers
            self.context.set_forkserver_preload([job.engine, "opendome.scenario"])
        self.job = job
        self.size = workers
        self.inbox = inbox
        self.pending = deque(range(inbox.replications))
        self.alive: list[_Worker] = []
        self.suspects: set[int] = set()
        self.deaths: dict[int, int] = {}

    def run(self) -> None:
        try:
            while len(self.inbox.done) < self.inbox.replications:
                self._hire()
                ready = multiprocessing.connection.wait([w.pipe for w in self.alive])
                for worker in [w for w in self.alive if w.pipe in ready]:
                    self._hear(worker)
        finally:
            for worker in self.alive:
                worker.process.kill()  # it holds nothing that has to be put in order
                worker.process.join()
                worker.pipe.close()

    def _hire(self) -> None:
        """Start missing workers and give work to the idle.

        The first works alone until it has finished one replication: what it compiled lies in the
        cache by then, and the others do not compile the same again beside it.
        """
        want = self.size if self.inbox.done else 1
        for worker in self.alive:
            if self.pending and not worker.todo:
                worker.give(self._chunk())
        while self.pending and len(self.alive) < want:
            self.alive.append(_Worker(self.job, self.context))
            self.alive[-1].give(self._chunk())

    def _chunk(self) -> list[int]:
        """The next replications: about `CHUNK_S` of work, less near the end to share it out.

        One that a dead worker had in hand goes alone, to find which of them kills.
        """
        if self.pending[0] in self.suspects:
            return [self.pending.popleft()]
        done = self.inbox.done
        each = sum(d.cpu_s for d in done.values()) / len(done) if done else CHUNK_S
        share = -(-len(self.pending) // (2 * self.size))
        n = max(1, min(share, int(CHUNK_S / max(each, 1e-6))))
        return [self.pending.popleft() for _ in range(n)]

    def _hear(self, worker: _Worker) -> None:
        try:
            messages = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        for message in messages:
            if isinstance(message, Done):
                worker.todo.remove(message.rep)
        self.inbox.take(*messages)

    def _bury(self, worker: _Worker) -> None:
        """Take back the work of a dead worker; give up on a replication that kills them all."""
        self.alive.remove(worker)
        worker.pipe.close()
        worker.process.join(timeout=5.0)
        self.pending.extendleft(reversed(worker.todo))
        self.suspects.update(worker.todo)
        self.inbox.replaced += 1
        if not worker.todo:
            return
        culprit = worker.todo[0]  # the first not returned; certain once it was sent alone
        self.deaths[culprit] = self.deaths.get(culprit, 0) + 1
        if self.deaths[culprit] >= ATTEMPTS:
            raise ReplicationError(
                f"replication {culprit}, seed {self.job.seed}: {ATTEMPTS} workers died on it "
                f"(last exit code {worker.process.exitcode}); if memory ran out, use fewer "
                "workers; a script that runs several must start under `if __name__ == "
                '"__main__":`'
            )


@contextmanager
def _sigint_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts.

    The child inherits the held signal for life, so that only this process answers to Ctrl-C, and
    here it is late by milliseconds instead of lost.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its own start would let the signal through again
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
