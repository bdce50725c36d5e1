"""Speed of `opendome plan` on the shipped plan, and of the studies behind it."""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from opendome.bench.rows import Row

TITLE = "The shipped plan: target 3 minutes, 20 without cached studies; another budget 10 s"
NAME, OTHER = "billion-2021", 5e8


def measure(full: bool) -> list[Row]:
    """The orders for another budget and the whole plan with cached studies; `full`: without."""
    from opendome.options import cores
    from opendome.plan import make, spec

    plan, workers = spec.load(NAME), cores()
    rows = []
    if full:
        rows += _studies(plan, workers)
    learned, _ = make.learned(plan, workers=workers)
    with _Clock() as orders:
        make.optimise(plan.with_budget(OTHER), learned)
    rows += orders.rows("orders for another budget")
    with _Clock() as whole:
        made = make.make(plan, workers=workers)
    rows += whole.rows("the plan with cached studies, simulated again")
    rows.append(Row("gap of the mean loss, limit", made.gap.limit / 1e6, "million USD"))
    rows.append(Row("mean loss", made.gap.upper / 1e6, "million USD"))
    return rows


def _studies(plan: Any, workers: int) -> list[Row]:
    """The studies anew, kept nowhere."""
    from opendome.plan import make, studies

    with tempfile.TemporaryDirectory() as folder:
        with _Clock() as made:
            make.learned(replace(plan, folder=Path(folder)), workers=workers)
        lines = studies.cache(replace(plan, folder=Path(folder))).read_text("utf-8").splitlines()
    return [*made.rows("the studies"), Row("their replications", len(lines) - 2, "1")]


class _Clock:
    """Wall time of a block, and CPU time of this process and of the workers that ended in it."""

    def __enter__(self) -> "_Clock":
        self.start = _now()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = (b - a for a, b in zip(self.start, _now(), strict=True))

    def rows(self, name: str) -> list[Row]:
        return [Row(name, self.cpu, "s CPU"), Row(f"{name}, wall", self.wall, "s")]


def _now() -> tuple[float, float]:
    t = os.times()
    return time.perf_counter(), t.user + t.system + t.children_user + t.children_system
