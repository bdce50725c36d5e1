"""What studies cost beside their replications: `opendome bench study`.

CPU seconds and wall seconds both: on a shared machine the wall clock measures the neighbours.
Ratios compare the same pieces of work in the same run.
"""

import importlib.util
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from opendome import engine, scenario
from opendome.bench.rows import Row
from opendome.montecarlo import Progress
from opendome.study import designs, execute, outcome, spec
from opendome.study.dataset import Dataset
from opendome.study.manifest import design_table, fingerprint, manifest
from opendome.study.pieces import PieceDone, StudyJob
from opendome.study.rounds import Piece, Values, figure

SMALL, LARGE = "two-towns", "may-2021"
FULL = {SMALL: 10_000, LARGE: 200}  # replications with --full
BRIEF = {SMALL: 24, LARGE: 2}  # replications that tell the throughput without it
WORKERS = 2
PIECES = 20  # of about a second, for each way of working
SHARED = 6  # pieces of each process that shares nothing
WARM = 2 * WORKERS  # pieces before, in which every worker loads the kernels
ROWS = 1_000_000
ROWS_A_CHUNK = 10_000
GROUPS = 10
MB = 1e6

TITLE = f"Studies: {os.cpu_count()} cores, {WORKERS} workers"

STUDY = """
title        = "benchmark"
scenario     = "{scenario}"
seed         = 1
replications = {replications}
{chunk}
[[factor]]
name   = "rounds"
key    = "policy.rounds_per_target"
levels = {levels}
"""

#: What one of several processes that share nothing does.
ALONE = """
import sys
from opendome.bench import study
print(study.replication_s(sys.argv[1], int(sys.argv[2])))
"""

QUERY = """
    select factor_rounds, count(*), avg(leaked), stddev(leaked), avg(rounds_used),
           quantile_cont(cost_usd, 0.95)
    from replications group by factor_rounds order by factor_rounds
"""


class Clock(NamedTuple):
    """Seconds at an arrival of work: of the wall, of this process, of its children."""

    wall: float
    parent: float
    children: float


class Timed(NamedTuple):
    """A study that was run, and what it took; at each clock nothing was at work."""

    begin: Clock
    warm: Clock  # every worker has loaded the kernels
    worked: Clock
    end: Clock  # with everything joined
    pieces: dict[Piece, float]  # CPU seconds of each in its worker, from `warm` on
    first: float  # CPU seconds of those before
    memory: float  # MB, of the largest worker


def measure(full: bool = False) -> list[Row]:
    """Measure; about two minutes once the kernels are compiled.

    Parameters
    ----------
    full : bool
        Also run 10,000 replications of the small and 200 of the large shipped scenario.
    """
    each = {name: replication_s(name, count) for name, count in BRIEF.items()}
    rows = [Row(f"one replication of {name}", value, "CPU s") for name, value in each.items()]
    rows += [
        Row(f"{FULL[name]:,} of {name} on {WORKERS} cores, from that", 0.5 * FULL[name] * s, "s")
        for name, s in each.items()
    ]
    chunk = max(round(1.0 / each[SMALL]), 1)
    rows += execution(chunk)
    large = timed(study(LARGE, WARM + WORKERS, 1), WORKERS)
    rows.append(Row(f"memory of a worker, {LARGE}", large.memory, "MB (PSS)"))
    rows += million(ROWS, ROWS_A_CHUNK)
    if full:
        for name, count in FULL.items():
            rows += whole(name, count)
    return rows


def study(
    name: str, replications: int, chunk: int | None = None, levels: tuple[int, ...] = (1,)
) -> spec.Study:
    """A study of one design point, or more, in chunks of its own choice or ours."""
    cut = "" if chunk is None else f"chunk = {chunk}"
    text = STUDY.format(scenario=name, replications=replications, chunk=cut, levels=list(levels))
    return spec.parse(text, "bench", None, scenario.load(name))


def replication_s(name: str, count: int) -> float:
    """Mean CPU seconds of a warm replication in this process."""
    setup = engine.prepare(scenario.load(name))
    engine.replicate(setup, 1, 0)
    start = time.process_time()
    for rep in range(count):
        engine.replicate(setup, 1, rep)
    return (time.process_time() - start) / count


# ---------------------------------------------------------------- ways of working


def execution(chunk: int) -> list[Row]:
    """The same pieces by one process, by a pool, and by Dask if it is there."""
    same = study(SMALL, (WARM + PIECES) * chunk, chunk)
    one, two, machine = timed(same, 1), timed(same, WORKERS), sharing(chunk)
    rows = [
        Row(f"efficiency of {WORKERS} processes that share nothing", machine, "1"),
        Row(f"efficiency of {WORKERS} workers, by CPU of a piece", cpu_ratio(one, two), "1"),
        Row(f"efficiency of {WORKERS} workers, by wall clock", speed_up(one, two) / WORKERS, "1"),
        Row(f"cores that {WORKERS} workers got", cores_got(two), "1"),
        Row("orchestration, share of CPU", orchestration(two), "1"),
        Row("the same with the start of all processes", beside(two), "1"),
        Row("orchestration, of a piece", parent_s(two) * 1e3, "CPU ms"),
        Row(f"memory of a worker, {SMALL}", two.memory, "MB (PSS)"),
    ]
    if importlib.util.find_spec("distributed") is None:
        return [*rows, Row("Dask: not installed (pip install 'opendome[cluster]')", np.nan, "")]
    dask = timed(same, WORKERS, f"local:{WORKERS}")
    return [
        *rows,
        Row("Dask: speed, of the pool's by CPU of a piece", cpu_ratio(two, dask), "1"),
        Row("Dask: speed, of the pool's by wall clock", speed_up(two, dask), "1"),
        Row("Dask: orchestration, share of CPU", orchestration(dask), "1"),
        Row("Dask: orchestration, of a piece", parent_s(dask) * 1e3, "CPU ms"),
        Row("Dask: memory of a worker", dask.memory, "MB (PSS)"),
    ]


def sharing(chunk: int) -> float:
    """What the machine itself gives: the bound on the efficiency of any workers.

    CPU seconds of the same replications in one process alone over those in each of several at
    once that share nothing, not even a study.
    """
    count = str(SHARED * chunk)

    def each(processes: int) -> float:
        command = [sys.executable, "-c", ALONE, SMALL, count]
        started = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
        ]
        return median(float(p.communicate()[0]) for p in started)

    before, together, after = each(1), each(WORKERS), each(1)
    return 0.5 * (before + after) / together


def whole(name: str, count: int) -> list[Row]:
    """As many replications as the figures of this program are quoted for."""
    took = timed(study(name, count), WORKERS)
    return [
        Row(f"{count:,} of {name}: wall clock", took.end.wall - took.begin.wall, "s"),
        Row(f"{count:,} of {name}: orchestration, share of CPU", beside(took), "1"),
        Row(f"{count:,} of {name}: memory of a worker", took.memory, "MB (PSS)"),
    ]


def cpu_ratio(first: Timed, second: Timed) -> float:
    """CPU seconds of a piece in the first over those of the same piece in the second; median."""
    return median(first.pieces[p] / second.pieces[p] for p in first.pieces)


def speed_up(first: Timed, second: Timed) -> float:
    """Wall seconds of the first over those of the second."""
    return (first.worked.wall - first.warm.wall) / (second.worked.wall - second.warm.wall)


def cores_got(took: Timed) -> float:
    """CPU seconds a wall second of the workers: the machine's neighbours take the rest."""
    return (took.worked.children - took.warm.children) / (took.worked.wall - took.warm.wall)


def parent_s(took: Timed) -> float:
    """CPU seconds of this process for a piece: hand out, receive, check, write, join."""
    return (took.end.parent - took.warm.parent) / len(took.pieces)


def orchestration(took: Timed) -> float:
    """Share of the CPU seconds of all processes that is not a piece, once they have started."""
    return _share(took, took.warm, sum(took.pieces.values()))


def beside(took: Timed) -> float:
    """The same with start and imports of every process."""
    return _share(took, took.begin, took.first + sum(took.pieces.values()))


def _share(took: Timed, since: Clock, pieces: float) -> float:
    """The children are counted while they live, that is until the last piece is done."""
    children = took.worked.children - since.children
    return 1.0 - pieces / (took.end.parent - since.parent + children)


def timed(found: spec.Study, workers: int, cluster: str | None = None) -> Timed:
    """Run a study as `opendome study` does, into a folder that is thrown away."""
    begin = _clock()
    design = designs.points(found)
    job = StudyJob(
        found.scenario.text, found.scenario.name, found.seed, "opendome.engine", fingerprint(),
        tuple(pickle.dumps(found.changes(point)) for point in design),
    )  # fmt: skip
    with _folder(found) as data, execute.backend(job, workers, cluster) as compute:
        columns = [c.name for c in engine.LEDGER.cols]
        values = Values(len(design), [figure(name, columns) for name in found.outputs])
        inbox = _Inbox(found, design, data, values)
        wanted = [piece for each in inbox.rounds() for piece in each]
        inbox.load(wanted[:WARM])
        compute(inbox)
        first, inbox.pieces = sum(inbox.pieces.values()), {}
        warm = _clock()
        inbox.load(wanted[WARM:])
        compute(inbox)
        worked = _clock()
        memory = max(map(pss, workers_now()), default=float("nan"))
        data.finish(list(inbox.done), design_table(found, design))
        return Timed(begin, warm, worked, _clock(), inbox.pieces, first, memory)


class _Inbox(execute.Inbox):
    """An inbox that keeps the CPU seconds of each piece."""

    def __init__(
        self, found: spec.Study, design: list[designs.Point], data: Dataset, values: Values
    ) -> None:
        super().__init__(found, design, data, values, _silent)
        self.pieces: dict[Piece, float] = {}

    def receive(self, messages: list[Any]) -> list[Piece]:
        for message in messages:
            if isinstance(message, PieceDone):
                self.pieces[message.piece] = message.cpu_s
        return super().receive(messages)


def _silent(_: Progress) -> None:
    """Progress that nobody sees, but that is worked out."""


@contextmanager
def _folder(found: spec.Study) -> Iterator[Dataset]:
    design = designs.points(found)
    with tempfile.TemporaryDirectory() as place:
        data = Dataset(Path(place) / "study", manifest(found, design, "bench"), engine.LEDGER)
        data.create(design_table(found, design))
        yield data


# ---------------------------------------------------------------- many rows


def million(rows: int, chunk: int) -> list[Row]:
    """Write so many rows of a study, join them, group them by a factor."""
    seen = study(SMALL, rows // GROUPS, chunk, tuple(range(1, GROUPS + 1)))
    setup = engine.prepare(seen.scenario)
    some = np.concatenate([engine.replicate(setup, 1, rep).ledger for rep in range(100)])
    design = designs.points(seen)
    with _folder(seen) as data:
        done = []
        start = time.perf_counter()
        for point in range(GROUPS):
            for first in range(0, rows // GROUPS, chunk):
                piece = Piece(point, first, first + chunk - 1)
                data.write(piece, shuffled(some, piece))
                done.append(piece)
        written = time.perf_counter()
        data.finish(done, design_table(seen, design))
        joined = time.perf_counter()
        answer = outcome.read(data.folder).sql(QUERY)
        grouped = time.perf_counter()
        size = (data.folder / "replications.parquet").stat().st_size
    if answer.num_rows != GROUPS:
        raise RuntimeError(f"{answer.num_rows} groups (want {GROUPS})")
    return [
        Row(f"{rows:,} rows written in {len(done)} chunks", written - start, "s"),
        Row(f"{rows:,} rows joined", joined - written, "s"),
        Row(f"{rows:,} rows grouped by DuckDB", grouped - joined, "s"),
        Row(f"{rows:,} rows on the disk", size / MB, "MB"),
    ]


def shuffled(some: np.ndarray, piece: Piece) -> np.ndarray:
    """Ledger rows of a piece, each column drawn for itself: as hard to compress as real ones."""
    draw = np.random.default_rng(piece.first + piece.point)
    rows = np.empty(piece.size, some.dtype)
    for name in some.dtype.names or ():
        rows[name] = draw.choice(some[name], piece.size)
    rows["rep"] = np.arange(piece.first, piece.last + 1)
    return rows


# ---------------------------------------------------------------- what Linux says of processes


def workers_now() -> list[int]:
    """Processes that work for this one."""
    return [p.pid for p in multiprocessing.active_children() if p.pid is not None]


def pss(pid: int) -> float:
    """Memory of a process in MB, with its share of what it shares; nan where none is told."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return float("nan")
    return sum(float(s.split()[1]) for s in text.splitlines() if s.startswith("Pss:")) * 1024 / MB


def descendants_s() -> float:
    """CPU seconds of all living processes below this one; 0 where the system does not tell."""
    told: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        told[int(path.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family, total = {os.getpid()}, 0
    for _ in told:
        new = {pid for pid, (parent, _) in told.items() if parent in family} - family
        if not new:
            break
        total += sum(told[pid][1] for pid in new)
        family |= new
    return total / os.sysconf("SC_CLK_TCK")


def _clock() -> Clock:
    return Clock(time.perf_counter(), time.process_time(), descendants_s())
