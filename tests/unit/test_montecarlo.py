"""Workers change nothing but the time: bits, deaths, faults, interrupts."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from opendome import montecarlo, pool, scenario
from opendome.errors import ScenarioError
from opendome.montecarlo import ReplicationError

HERE = Path(__file__).parent
TWO_TOWNS = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")


def small(**orders):
    """The two towns, with orders for the small engine as its title."""
    text = TWO_TOWNS.replace('"Two towns, one battery"', f"'{json.dumps(orders)}'", 1)
    return scenario.parse(text, "two-towns")


@pytest.fixture
def run(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))

    def run(workers=1, replications=12, seed=5, trace=(0,), progress=None, on_chunk=None, **orders):
        return montecarlo.run(
            small(**orders), replications, seed, workers, trace=trace, progress=progress,
            on_chunk=on_chunk, engine="small_engine",
        )  # fmt: skip

    return run


def same(a, b):
    return a.ledger.tobytes() == b.ledger.tobytes() and a.daily.tobytes() == b.daily.tobytes()


@pytest.mark.parametrize(("workers", "chunk_s"), [(2, 1.0), (3, 1e-9), (2, 1e9)])
def test_run__is_the_same_to_the_bit_for_any_workers_and_chunks(run, monkeypatch, workers, chunk_s):
    monkeypatch.setattr(montecarlo, "CHUNK_S", chunk_s)
    alone = run(trace=(0, 4))
    together = run(workers=workers, trace=(0, 4))
    assert same(alone, together)
    assert together.ledger["rep"].tolist() == list(range(12))
    assert list(together.traces) == [0, 4]
    assert together.traces[4]["hits"].tobytes() == alone.traces[4]["hits"].tobytes()
    assert together.declared == alone.declared


def test_run__of_more_replications_begins_with_the_same(run):
    few, many = run(replications=5), run(replications=9)
    assert few.ledger.tobytes() == many.ledger[:5].tobytes()


def test_run__survives_a_killed_worker(run, tmp_path):
    died = run(workers=2, die_once=7, mark=str(tmp_path / "mark"))
    assert (tmp_path / "mark").exists()
    assert died.replaced == 1
    assert same(died, run())


def test_run__survives_the_death_of_its_first_worker_in_its_first_replication(run, tmp_path):
    died = run(workers=2, die_once=0, mark=str(tmp_path / "mark"))
    assert died.replaced == 1
    assert same(died, run())


def test_run__gives_up_on_a_replication_that_kills_every_worker(run):
    with pytest.raises(ReplicationError, match=r"replication 7, seed 5: 3 workers died .*-9"):
        run(workers=2, die=7)


@pytest.mark.parametrize("workers", [1, 2])
def test_run__says_in_one_line_which_replication_failed(run, workers):
    with pytest.raises(ReplicationError) as caught:
        run(workers=workers, **{"raise": 7})
    assert str(caught.value) == ("replication 7, seed 5: ZeroDivisionError: a fault of two lines")
    if workers > 1:  # where it happened travels along, for --debug
        assert "small_engine.py" in caught.value.__notes__[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_run__hands_over_each_replication_once(run, workers):
    rows, states = [], []
    run(workers=workers, on_chunk=rows.extend, progress=states.append)
    assert sorted(int(r["rep"][0]) for r in rows) == list(range(12))
    assert [s.done for s in states] == sorted(s.done for s in states)
    assert (states[-1].done, states[-1].total) == (12, 12)


@pytest.mark.parametrize("workers", [1, 2])
def test_run__keeps_what_is_finished_on_an_interrupt(run, workers):
    def stop(p):
        if p.done >= 3:
            raise KeyboardInterrupt

    part = run(workers=workers, replications=200, progress=stop)
    assert part.interrupted
    assert 3 <= len(part.ledger) < 200
    whole = run(replications=200)
    at = np.isin(whole.ledger["rep"], part.ledger["rep"])
    assert part.ledger.tobytes() == whole.ledger[at].tobytes()


def test_run__leaves_no_process_behind(run):
    import multiprocessing

    run(workers=2)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"workers": 65}, {"replications": 0},
                                   {"seed": -1}, {"seed": 2**63}])  # fmt: skip
def test_run__refuses_numbers_out_of_range(run, wrong):
    name, value = next(iter(wrong.items()))
    with pytest.raises(ScenarioError, match=rf"{name} = {value}: want \d+ to \d+"):
        run(**wrong)


def test_run__answers_ctrl_c_alone_and_silently():
    """A terminal sends SIGINT to the whole group: the workers must not answer to it."""
    program = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(HERE)!r})
        from test_montecarlo import small
        from opendome import montecarlo

        if __name__ == "__main__":
            out = montecarlo.run(
                small(sleep=0.05), 10_000, 1, 2, engine="small_engine",
                progress=lambda p: print(p.done, flush=True),
            )
            print("kept", len(out.ledger), out.interrupted, flush=True)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 3:
            break
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert err == ""
    last = out.splitlines()[-1].split()
    assert (last[0], last[2]) == ("kept", "True")
    assert int(last[1]) >= 3


@pytest.mark.parametrize("receiver", ["this thread", "another"])
def test_start__is_not_interrupted_by_ctrl_c(receiver):
    done, started = threading.Event(), []
    other = threading.Thread(target=done.wait)

    def start():
        with pool._sigint_held():
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000):
                time.sleep(1e-5)  # Python looks for signals here
            started.append(True)

    if receiver == "another":  # the kernel gives it the signal that this thread holds back
        other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            start()
    finally:
        done.set()
        if other.ident is not None:
            other.join()
    assert started == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
