"""The work of a study on a Dask cluster: the same pieces, the same rows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from opendome.errors import ReplicationError, ScenarioError
from opendome.pool import MOST_WORKERS
from opendome.study.pieces import StudyJob, alone
from opendome.study.rounds import Piece

TIMEOUT_S = 5.0  # to reach a scheduler
WORKERS_S = 60.0  # for the first worker, which a queue may keep waiting
#: What Dask's workers do by the clock costs a tenth of a busy worker's CPU: with these it is
#: under one (process less thread CPU seconds, 24 pieces of a second, 2 workers: 0.6 %, else 11 %).
QUIET = {
    "distributed.worker.profile.enabled": False,  # a look at every thread each 10 ms
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
AHEAD = 3  # pieces a thread has in hand: one at work, the next ones on the way


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address, or of a cluster on this machine: `local:N`.

    Raises
    ------
    ScenarioError
        Dask is not installed, or nobody answers.
    """
    try:
        import distributed
    except ImportError:
        raise ScenarioError(
            "--cluster: Dask is not installed (pip install 'opendome[cluster]')"
        ) from None
    with ExitStack() as stack:
        if address.startswith("local:"):
            stack.enter_context(_quiet())
            target: Any = stack.enter_context(_local(distributed, address))
        else:
            target = address
            _reach(address)
        yield stack.enter_context(distributed.Client(target, set_as_default=False))


def _reach(address: str) -> None:
    """Raise ScenarioError unless a scheduler answers: a client's own attempt ends late and loud."""
    import asyncio

    from distributed.comm import connect

    async def ask() -> str:
        comm = await connect(address, timeout=TIMEOUT_S)
        try:
            await comm.write({"op": "identity", "reply": True})
            return str((await comm.read()).get("type"))
        finally:
            comm.abort()

    try:
        found = asyncio.run(asyncio.wait_for(ask(), TIMEOUT_S))
        what = f"a {found} is there"
    except Exception as error:  # of another service's answer Dask makes almost any error
        found, what = "", " ".join(str(error).split())[:100] or type(error).__name__
    if found != "Scheduler":
        raise ScenarioError(
            f"--cluster {address}: no scheduler answers within {TIMEOUT_S:.0f} s ({what}); want "
            "the address of a Dask scheduler, as tcp://10.0.0.1:8786, or local:N"
        )


def _quiet() -> Any:
    """Dask's settings while a cluster of this machine works."""
    import dask

    return dask.config.set(QUIET)


def _local(distributed: Any, address: str) -> Any:
    count = address.removeprefix("local:")
    if not (count.isdecimal() and 1 <= int(count) <= MOST_WORKERS):
        raise ScenarioError(f"--cluster {address}: want local:1 to local:{MOST_WORKERS}")
    return distributed.LocalCluster(
        n_workers=int(count), threads_per_worker=1, dashboard_address=":0", processes=True
    )


def run(client: Any, job: StudyJob, inbox: Any) -> None:
    """Have a cluster compute what an inbox wants.

    Some pieces for each thread are under way at a time, so the scheduler's load does not grow
    with the study.

    Raises
    ------
    ScenarioError
        No worker, or one with other code.
    ReplicationError
        A replication raised, or its piece cost several workers.
    """
    from distributed import KilledWorker, as_completed

    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError:
        raise ScenarioError(
            f"--cluster: the scheduler has no worker after {WORKERS_S:.0f} s"
        ) from None
    head = job._replace(changes=())  # a task takes its own along, so no worker's death loses them
    under_way: dict[Any, Piece] = {}
    arriving = as_completed(loop=client.loop)

    last: Piece | None = None

    def submit() -> None:
        nonlocal last
        room = AHEAD * max(sum(client.nthreads().values()), 1) - len(under_way)
        for _ in range(room):
            taken = inbox.take(last, 1)  # in order: neighbours share what is prepared
            if not taken:
                return
            last = taken[0]
            future = client.submit(alone, head, job.changes[last.point], last, pure=False)
            under_way[future] = last
            arriving.add(future)

    submit()
    while under_way:
        future = next(arriving)
        piece = under_way.pop(future)
        try:
            inbox.receive([future.result()])
        except KilledWorker as error:
            raise ReplicationError(f"{inbox.name(piece)}: the workers died on it") from error
        submit()
