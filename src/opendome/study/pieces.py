"""The work of a study, in whichever process: a piece in, its ledger rows out."""

import importlib
import pickle
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.study.manifest import fingerprint
from opendome.study.rounds import Piece
from opendome.worker import Started, is_cold, replication

#: Prepared scenarios that a process keeps; one is some megabytes.
KEPT = 4


class StudyJob(NamedTuple):
    """All that a worker needs to know; travels to it by pickle."""

    text: str
    name: str
    seed: int
    engine: str
    fingerprint: str
    changes: tuple[bytes, ...]  # of each design point, pickled
    path: str = ""  # of the scenario: files that it names stand beside it
    first: tuple[int, ...] = ()  # of each design point: its first replication; empty: 0


class PieceDone(NamedTuple):
    """A finished piece."""

    piece: Piece
    rows: np.ndarray
    cpu_s: float


def work(job: StudyJob, tasks: Iterable[Piece]) -> Iterator[Any]:
    """One message per piece."""
    importlib.import_module(job.engine)
    yield Started(is_cold())
    for piece in tasks:
        yield _compute(job, job.changes[piece.point], piece)


def alone(job: StudyJob, changes: bytes, piece: Piece) -> PieceDone:
    """Run one piece on a worker of a cluster, which knows nothing but the arguments.

    Parameters
    ----------
    job : StudyJob
        Its own `changes` are left out: they may be many.
    changes : bytes
        Those of the piece's design point.
    piece : Piece

    Raises
    ------
    ScenarioError
        This machine has another version of the program, whose answers might differ.
    """
    if job.fingerprint != fingerprint():
        raise ScenarioError(
            f"the cluster's worker has other code ({fingerprint()}) than this machine "
            f"({job.fingerprint}): install the same version on both"
        )
    return _compute(job, changes, piece)


def _compute(job: StudyJob, changes: bytes, piece: Piece) -> PieceDone:
    start = time.process_time()
    engine = importlib.import_module(job.engine)
    setup = _prepared(job.engine, job.text, job.name, job.path, changes)
    shift = job.first[piece.point] if job.first else 0
    done = [
        replication(engine, setup, job.seed, shift + rep).ledger
        for rep in range(piece.first, piece.last + 1)
    ]
    rows = np.concatenate(done)
    rows["rep"] -= shift
    return PieceDone(piece, rows, time.process_time() - start)


@lru_cache(KEPT)
def _prepared(engine: str, text: str, name: str, path: str, changes: bytes) -> Any:
    """What an engine makes of the scenario of a design point."""
    from opendome import scenario

    found = scenario.parse(text, name, path, changes=pickle.loads(changes))
    return importlib.import_module(engine).prepare(found)
