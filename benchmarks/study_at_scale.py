"""What a study's parent and a Dask scheduler bear: constants of docs/decisions/studies-at-scale.md.

python benchmarks/study_at_scale.py
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from opendome import engine
from opendome.bench import study as bench_study
from opendome.study import designs
from opendome.study.dataset import Dataset
from opendome.study.manifest import design_table, manifest
from opendome.study.rounds import Piece

TASKS = 2_000
AHEAD = 8  # tasks under way, as few as with two workers


def chunks(size: int, count: int) -> tuple[float, float, float]:
    """Bytes a row, CPU seconds and wall seconds to check and write a chunk of so many rows."""
    found = bench_study.study("two-towns", size * count, size)
    setup = engine.prepare(found.scenario)
    some = np.concatenate([engine.replicate(setup, 1, rep).ledger for rep in range(100)])
    design = designs.points(found)
    with tempfile.TemporaryDirectory() as place:
        data = Dataset(Path(place) / "s", manifest(found, design, "benchmark"), engine.LEDGER)
        data.create(design_table(found, design))
        pieces = [Piece(0, i * size, (i + 1) * size - 1) for i in range(count)]
        rows = [bench_study.shuffled(some, piece) for piece in pieces]
        wall, cpu = time.perf_counter(), time.process_time()
        for piece, of_it in zip(pieces, rows, strict=True):
            data.write(piece, of_it)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        total = sum(path.stat().st_size for path in (data.folder / "chunks").iterdir())
    return total / (size * count), cpu / count, wall / count


def answer(size: int, number: int) -> np.ndarray:
    """A task that does nothing and returns a chunk's worth of ledger rows."""
    return np.full(size, number, engine.LEDGER.dtype)


def tasks(size: int) -> tuple[float, float]:
    """CPU and wall seconds a task of scheduler and client, which share this process."""
    from distributed import Client, LocalCluster, as_completed

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.submit(answer, size, -1).result()
        wall, cpu = time.perf_counter(), time.process_time()
        arriving = as_completed(
            [client.submit(answer, size, i, pure=False) for i in range(AHEAD)], loop=client.loop
        )
        for i in range(AHEAD, TASKS + AHEAD):
            next(arriving).result()
            if i < TASKS:
                arriving.add(client.submit(answer, size, i, pure=False))
        return (time.process_time() - cpu) / TASKS, (time.perf_counter() - wall) / TASKS


def main() -> None:
    """Print the constants."""
    print(f"a row in memory: {engine.LEDGER.dtype.itemsize} bytes")
    for size, count in ((1, 200), (20, 200), (100, 100), (500, 50), (10_000, 5)):
        each, cpu, wall = chunks(size, count)
        print(f"chunk of {size:6} rows: {each:7.0f} bytes a row, {cpu * 1e3:6.2f} CPU ms to write, "
              f"{wall * 1e3:6.2f} ms on the clock")  # fmt: skip
    for size in (1, 100):
        cpu, wall = tasks(size)
        print(f"Dask task of {size} rows: {cpu * 1e3:.2f} CPU ms, {wall * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
