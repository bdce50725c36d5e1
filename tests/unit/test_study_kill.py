"""Nothing is lost and no bit changes when processes are killed or the disk is full.

Moments are random with a fixed seed, so a failure can be repeated.  Every case ends in the same
comparison: each Parquet file against that of an undisturbed run, byte for byte.
"""

import errno
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from opendome import pool, scenario
from opendome.results import ResultError
from opendome.study import dataset, execute, spec

HERE = Path(__file__).parent
SLEEP = 0.004  # s a replication: a piece takes some ten milliseconds, as kills need
TWO_TOWNS = scenario.load("two-towns").text.replace(
    '"Two towns, one battery"', f"'{json.dumps({'sleep': SLEEP})}'", 1
)
STUDY = """
title = "small"
scenario = "two-towns"
seed = 5
replications = 30
chunk = 3
outputs = ["intercepted"]
[[factor]]
name = "rounds"
key = "policy.rounds_per_target"
levels = [1, 2, 3]
"""
PROGRAM = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from test_study_kill import study
from opendome.study import execute

if __name__ == "__main__":
    execute.run(study(), sys.argv[1], int(sys.argv[2]), engine="study_engine")
"""


def study():
    return spec.parse(STUDY, "small", scenario=scenario.parse(TWO_TOWNS, "two-towns"))


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


@pytest.fixture
def run(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))

    def run(folder, workers=1, **more):
        execute.run(study(), folder, workers, engine="study_engine", **more)
        return content(folder)

    return run


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The files of a run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    subprocess.run([sys.executable, "-c", PROGRAM, str(folder), "1"], check=True)
    return content(folder)


@pytest.mark.parametrize("seed", range(3))
def test_workers__killed_at_random_change_nothing(run, undisturbed, tmp_path, monkeypatch, seed):
    monkeypatch.setattr(pool, "ATTEMPTS", 1000)  # here a death says nothing about the piece
    draws = random.Random(seed)
    killed = []

    def kill(p):
        workers = multiprocessing.active_children()
        if workers and len(killed) < 8 and draws.random() < 0.4:
            time.sleep(draws.random() * 3 * SLEEP)  # anywhere within a piece
            victim = draws.choice(sorted(workers, key=lambda w: w.pid or 0))
            with suppress(ProcessLookupError):  # it ended while we slept
                os.kill(victim.pid, signal.SIGKILL)
                killed.append(victim.pid)

    assert run(tmp_path / "out", 2, progress=kill) == undisturbed
    assert len(killed) >= 4


def test_cluster__whose_workers_are_killed_changes_nothing(run, undisturbed, tmp_path):
    draws = random.Random(0)
    killed = []

    def kill(p):
        workers = [c for c in multiprocessing.active_children() if "Nanny" in c.name]
        if p.done > 10 * (len(killed) + 1) and len(killed) < 2 and workers:
            killed.append(draws.choice(workers).pid)
            os.kill(killed[-1], signal.SIGKILL)

    assert run(tmp_path / "out", cluster="local:2", progress=kill) == undisturbed
    assert len(killed) == 2


@pytest.mark.parametrize(("seed", "workers"), [(0, 1), (1, 2), (2, 2)])
def test_parent__killed_at_random_loses_only_what_was_in_hand(
    run, undisturbed, tmp_path, seed, workers
):
    draws = random.Random(seed)
    folder = tmp_path / "out"
    command = [sys.executable, "-c", PROGRAM, str(folder), str(workers)]
    total = len(undisturbed) - 2  # chunks: without design and replications
    kills = 0
    for goal in sorted(draws.sample(range(1, total - 4), 2)):
        with subprocess.Popen(command) as child:
            while len(list(folder.glob("chunks/p*.parquet"))) < goal and child.poll() is None:
                time.sleep(0.001)
            time.sleep(draws.random() * 3 * SLEEP)
            kills += child.poll() is None
            child.kill()
        kept = {k: v for k, v in content(folder).items() if k.startswith("chunks/p")}
        assert goal <= len(kept) <= total
        assert kept.items() <= undisturbed.items()  # a chunk is there in full or not at all
    assert kills == 2
    assert not (folder / "replications.parquet").exists()
    assert run(folder) == undisturbed
    assert list(folder.glob("**/.*")) == []


class _FullDisk:
    """A disk with room for so many bytes of a folder; beyond, a write puts down what still fits."""

    def __init__(self, room, folder, monkeypatch):
        self.room, self.folder = room, folder
        self.real = dataset.put
        monkeypatch.setattr(dataset, "put", self.put)

    def put(self, path, content):
        self.room -= len(content) if self.folder in path.parts else 0
        if self.room >= 0:
            self.real(path, content)
            return
        path.with_name(f".{path.name}.half").write_bytes(content[: self.room])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.99])
def test_disk__that_is_full_is_one_line_and_loses_nothing(
    run, undisturbed, tmp_path, monkeypatch, share, workers
):
    needed = sum(len(v) for k, v in undisturbed.items() if k.startswith("chunks/"))
    folder = tmp_path / "out"
    with monkeypatch.context() as patch:
        _FullDisk(int(share * needed), dataset.CHUNKS, patch)
        with pytest.raises(ResultError, match="no space left on the disk; what is finished is kep"):
            run(folder, workers)
    kept = {k: v for k, v in content(folder).items() if k.startswith("chunks/p")}
    assert kept
    assert kept.items() <= undisturbed.items()
    assert run(folder, workers) == undisturbed
    assert list(folder.glob("**/.*")) == []


def test_disk__that_is_full_from_the_start_leaves_no_folder(run, tmp_path, monkeypatch):
    _FullDisk(10, tmp_path.name, monkeypatch)
    with pytest.raises(ResultError, match="no space left on the disk"):
        run(tmp_path / "out")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_put__that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "a.parquet"
    dataset.put(path, b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "rename")), full)
    with pytest.raises(OSError, match="No space left"):
        dataset.put(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.parquet"]


def test_disk__that_fills_while_the_chunks_are_joined_loses_nothing(
    run, undisturbed, tmp_path, monkeypatch
):
    def full(path):
        if path.name == ".replications.partial":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(dataset, "sync", full)
        with pytest.raises(ResultError, match="no space left on the disk"):
            run(tmp_path / "out")
    assert not (tmp_path / "out" / "replications.parquet").exists()
    assert run(tmp_path / "out") == undisturbed
