"""Processes that take tasks and survive each other's death.

Our own (processes and pipes) because `concurrent.futures` gives up everything when one process is
killed.  Workers stay alive from task to task; the pool knows nothing of what a task is.
"""

import multiprocessing
import multiprocessing.connection
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from opendome.errors import ReplicationError

MOST_WORKERS = 64
ATTEMPTS = 3  # workers that one task may cost before everything is given up


class Source(Protocol):
    """Where a pool gets its tasks, and where it brings what comes of them."""

    def take(self, last: Any, workers: int) -> list[Any]:
        """Tasks for an idle worker, which had `last` (None: nothing yet); [] if none is left."""

    def put_back(self, tasks: list[Any]) -> None:
        """Take back what a dead worker had in hand, the first perhaps its killer."""

    def receive(self, messages: list[Any]) -> list[Any]:
        """Keep messages of a worker; the tasks that they finish.  Raise what a worker reports."""

    def finished(self) -> bool:
        """Whether every task is."""

    def name(self, task: Any) -> str:
        """A task in words, for a message."""


class _Worker:
    """One process, its pipe, and the tasks it has been given and has not returned."""

    def __init__(self, serve: Callable[..., None], args: tuple, context: Any) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(*args, theirs), daemon=True)
        with _sigint_held():
            self.process.start()
        theirs.close()  # or its death would not be an end of file here
        self.todo: list[Any] = []
        self.last: Any = None

    def give(self, tasks: list[Any]) -> None:
        self.todo.extend(tasks)
        self.last = tasks[-1]
        try:
            self.pipe.send(tasks)
        except OSError:
            return  # dead: the next wait finds the end of its pipe


class Pool:
    """Workers that run `serve(*args, pipe)`; a context.

    Parameters
    ----------
    serve : callable
        Life of a worker: lists of tasks in, lists of messages out, until the pipe closes.
    args : tuple
        What it is given before the pipe.
    size : int
        Processes.
    preload : sequence of str
        Modules imported once, for all workers.
    """

    def __init__(
        self, serve: Callable[..., None], args: tuple, size: int, preload: tuple[str, ...]
    ) -> None:
        method = "forkserver" if sys.platform != "win32" else "spawn"
        self.context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            self.context.set_forkserver_preload(list(preload))
        self.serve, self.args, self.size = serve, args, size
        self.alive: list[_Worker] = []
        self.warm = False  # some task is finished: what it compiled is in the cache
        self.deaths: dict[Any, int] = {}
        self.replaced = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.alive:
            worker.process.kill()  # it holds nothing that has to be put in order
            worker.process.join()
            worker.pipe.close()
        self.alive.clear()

    def run(self, source: Source) -> None:
        """Work until the source is finished.

        Raises
        ------
        ReplicationError
            A task cost `ATTEMPTS` workers.
        """
        while not source.finished():
            self._hire(source)
            ready = multiprocessing.connection.wait([w.pipe for w in self.alive])
            for worker in [w for w in self.alive if w.pipe in ready]:
                self._hear(worker, source)

    def _hire(self, source: Source) -> None:
        """Give work to the idle and start missing workers.

        The first works alone until it has finished one task: what it compiled lies in the cache
        by then, and the others do not compile the same again beside it.
        """
        for worker in self.alive:
            if not worker.todo and (tasks := source.take(worker.last, self.size)):
                worker.give(tasks)
        while len(self.alive) < (self.size if self.warm else 1):
            tasks = source.take(None, self.size)
            if not tasks:
                return
            self.alive.append(_Worker(self.serve, self.args, self.context))
            self.alive[-1].give(tasks)

    def _hear(self, worker: _Worker, source: Source) -> None:
        try:
            messages = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker, source)
            return
        for task in source.receive(messages):
            worker.todo.remove(task)
            self.warm = True

    def _bury(self, worker: _Worker, source: Source) -> None:
        """Take back the work of a dead worker; give up on a task that kills them all."""
        self.alive.remove(worker)
        worker.pipe.close()
        worker.process.join(timeout=5.0)
        self.replaced += 1
        if not worker.todo:
            return
        source.put_back(worker.todo)
        culprit = worker.todo[0]  # the first not returned; certain once it was sent alone
        self.deaths[culprit] = self.deaths.get(culprit, 0) + 1
        if self.deaths[culprit] >= ATTEMPTS:
            raise ReplicationError(
                f"{source.name(culprit)}: {ATTEMPTS} workers died on it "
                f"(last exit code {worker.process.exitcode}); if memory ran out, use fewer "
                "workers; a script that runs several must start under `if __name__ == "
                '"__main__":`'
            )


@contextmanager
def _sigint_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts; it comes when the start is over.

    The child inherits the held signal for life, so that only this process answers to Ctrl-C.
    The mask alone would not do: another thread (of the progress bar) may receive the signal, and
    Python would still interrupt this one in the middle of the start.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its own start would let the signal through again
    held: list[tuple[Any, ...]] = []
    handler = signal.getsignal(signal.SIGINT)  # None: not set from Python
    # Handlers are set in the main thread only, and only there Ctrl-C interrupts.
    ours = threading.current_thread() is threading.main_thread() and handler is not None
    if ours:
        signal.signal(signal.SIGINT, lambda *what: held.append(what))
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        if ours:
            signal.signal(signal.SIGINT, handler)
    if held and callable(handler):
        handler(*held[0])
