"""Runs that the page has started: one at a time, with a limit, and stoppable."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

MOST_WAITING = 4
MOST_KEPT = 100
LINE_LIMIT = 1_000_000  # bytes of one line of a job
ENDED = ("done", "failed", "stopped")


class Busy(RuntimeError):
    """Too many runs wait already; one line."""


class Job:
    """A run: what was asked, and where it stands.

    Attributes
    ----------
    status : dict
        `state` is waiting, starting, compiling, running, writing, done, failed or stopped.
    """

    def __init__(self, number: int, asked: dict[str, Any]) -> None:
        self.id = str(number)
        self.asked = asked
        self.status: dict[str, Any] = {
            "state": "waiting",
            "total": asked["replications"],
            "done": 0,
        }
        self.changed = asyncio.Event()
        self.process: asyncio.subprocess.Process | None = None
        self.why_stopped = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status["state"] in ENDED

    def tell(self, **what: Any) -> None:
        """Note where the run stands, and wake who waits for it."""
        self.status = {**self.status, **what}
        self.changed.set()
        self.changed = asyncio.Event()

    def describe(self) -> dict[str, Any]:
        """The run for the page."""
        keys = ("name", "replications", "seed")
        folder = Path(self.asked["folder"]).name
        return {"id": self.id, "folder": folder, **{k: self.asked[k] for k in keys}, **self.status}


class Jobs:
    """The runs of one server.

    Parameters
    ----------
    folder : Path
        Where results are written, each under a name of its own.
    limit_s : float
        A run that takes longer is stopped.
    workers : int
        Processes of a run.
    """

    def __init__(self, folder: Path, limit_s: float, workers: int) -> None:
        self.folder = folder
        self.limit_s = limit_s
        self.workers = workers
        self.jobs: dict[str, Job] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task] = set()
        self._number = 0

    def start(self, text: str, name: str, replications: int, seed: int) -> Job:
        """Queue a run.

        Raises
        ------
        Busy
            Too many wait.
        """
        waiting = [j for j in self.jobs.values() if not j.ended]
        if len(waiting) > MOST_WAITING:
            raise Busy(
                f"{len(waiting)} runs are under way or waiting; stop one, or come back later"
            )
        self._number += 1
        asked = {
            "text": text,
            "name": name,
            "replications": replications,
            "seed": seed,
            "workers": self.workers,
            "folder": str(self._free_folder(name)),
        }
        job = Job(self._number, asked)
        self.jobs[job.id] = job
        for old in [j for j in self.jobs.values() if j.ended][:-MOST_KEPT]:
            del self.jobs[old.id]
        task = asyncio.get_running_loop().create_task(self._live(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def _free_folder(self, name: str) -> Path:
        """A folder that no result and no other run uses."""
        word = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "scenario"
        stem = f"{word}-{datetime.now():%Y%m%d-%H%M%S}"
        taken = {Path(j.asked["folder"]).name for j in self.jobs.values()}
        for n in range(1, 1000):
            found = stem if n == 1 else f"{stem}-{n}"
            if found not in taken and not (self.folder / found).exists():
                return self.folder / found
        raise Busy(f"{self.folder}: too many results of this second")

    async def _live(self, job: Job) -> None:
        async with self._turn:
            if job.ended:
                return
            job.tell(state="starting")
            try:
                await asyncio.wait_for(self._run(job), self.limit_s)
            except TimeoutError:
                await self._kill(job, f"stopped after {self.limit_s:g} s, the limit of this server")
            except asyncio.CancelledError:
                await self._kill(job, "the server was stopped")
                raise
            except OSError as error:
                job.tell(state="failed", errors=[f"cannot start: {error.strerror}"])

    async def _run(self, job: Job) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opendome.web.job",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, limit=LINE_LIMIT, start_new_session=True,
        )  # fmt: skip
        job.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(job.asked).encode())
            await process.stdin.drain()
        process.stdin.close()
        async for line in process.stdout:
            with contextlib.suppress(ValueError):
                job.tell(**json.loads(line))
        code = await process.wait()
        if not job.ended:
            why = job.why_stopped or f"the run ended without a result (exit code {code})"
            job.tell(state="stopped" if job.why_stopped else "failed", errors=[why])

    async def stop(self, job: Job) -> None:
        """Stop a run, or take it out of the queue."""
        if not job.ended:
            await self._kill(job, "stopped by the user")

    async def _kill(self, job: Job, why: str) -> None:
        job.why_stopped = why
        process = job.process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its workers die with it
            await process.wait()
        if not job.ended:
            job.tell(state="stopped", errors=[why])

    async def events(self, job: Job) -> AsyncIterator[dict[str, Any]]:
        """Where the run stands, again whenever that changes, until it has ended."""
        while True:
            changed = job.changed
            yield job.describe()
            if job.ended:
                return
            await changed.wait()

    async def close(self) -> None:
        """Stop everything: the server ends."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
