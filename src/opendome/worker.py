"""The work of a run, in whichever process: prepare once, then one message per replication."""

import importlib
import multiprocessing.connection
import pickle
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opendome import tables
from opendome.errors import CapacityError, ReplicationError, ScenarioError

SEND_S = 0.25  # s between two messages of a worker


class Job(NamedTuple):
    """All that a worker needs to know; travels to it by pickle."""

    text: str
    name: str
    seed: int
    trace: frozenset[int]
    engine: str
    changes: dict[str, Any]
    path: str = ""  # of the scenario: files that it names stand beside it


class Started(NamedTuple):
    compiling: bool


class Ready(NamedTuple):
    declared: dict[str, tables.Table]
    cpu_s: float


class Done(NamedTuple):
    rep: int
    ledger: np.ndarray
    daily: np.ndarray
    traces: dict[str, np.ndarray]
    cpu_s: float


class Failed(NamedTuple):
    error: Exception
    where: str  # traceback in the worker


def work(job: Job, reps: Iterable[int]) -> Iterator[Any]:
    """Prepare once, then one message per replication."""
    start = time.process_time()
    engine = importlib.import_module(job.engine)
    yield Started(is_cold())
    from opendome import scenario

    setup = engine.prepare(scenario.parse(job.text, job.name, job.path, changes=job.changes))
    yield Ready(_declared(engine), time.process_time() - start)
    for rep in reps:
        yield replication(engine, setup, job.seed, rep, rep in job.trace)


def replication(engine: Any, setup: Any, seed: int, rep: int, trace: bool = False) -> Done:
    """Run one replication of what an engine has prepared.

    Raises
    ------
    ReplicationError
        The engine raised something that is not in the user's words already.
    """
    start = time.process_time()
    try:
        result = engine.replicate(setup, seed, rep, trace=trace)
    except (ScenarioError, CapacityError):
        raise
    except Exception as error:
        what = " ".join(str(error).split())
        raise ReplicationError(
            f"replication {rep}, seed {seed}: {type(error).__name__}: {what}"
        ) from error
    cpu_s = time.process_time() - start
    return Done(rep, result.ledger, result.daily, result.traces, cpu_s)


def is_cold() -> bool:
    """True if this version's kernels have never been compiled on this machine."""
    import numba

    folder = Path(numba.config.CACHE_DIR)
    return not numba.config.DISABLE_JIT and not any(folder.rglob("*.nbi"))


def _declared(engine: Any) -> dict[str, tables.Table]:
    """Declarations of every table that the engine can hand out, by name."""
    return {t.name: t for t in (engine.LEDGER, engine.DAILY, *engine.TRACES)}


def serve(
    work: Callable[[Any, Iterable[Any]], Iterator[Any]],
    job: Any,
    pipe: multiprocessing.connection.Connection,
) -> None:
    """Life of a worker process: tasks in, what `work` makes of them out, until the pipe closes."""
    unsent: list[Any] = []
    sent = 0.0
    try:
        for message in work(job, _handed_out(pipe, unsent)):
            unsent.append(message)
            if isinstance(message, Started) or time.perf_counter() - sent > SEND_S:
                pipe.send(unsent)
                unsent.clear()
                sent = time.perf_counter()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the run is over, and with it this process
    except Exception as error:
        pipe.send([*unsent, _failure(error)])


def _handed_out(pipe: multiprocessing.connection.Connection, unsent: list[Any]) -> Iterator[Any]:
    """Tasks as the pool hands them out; sends what is left before it waits for more."""
    while True:
        if unsent:
            pipe.send(unsent)
            unsent.clear()
        yield from pipe.recv()


def _failure(error: Exception) -> Failed:
    """The error as it can travel: itself if it survives pickling, else its text."""
    where = "".join(traceback.format_exception(error))
    try:
        error = pickle.loads(pickle.dumps(error))
    except Exception:
        error = ReplicationError(f"{type(error).__name__}: {error}")
    return Failed(error, where)
