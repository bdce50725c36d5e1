"""What a user waits for: import, help, first result, one replication of a scenario."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from opendome.bench.rows import Row

TITLE = "Medians; ratio to a loop in plain Python, measured in this run"

REPEATS = 5

#: What a fresh process does for the cold and the warm first result.
FIRST = "import sys, opendome; opendome.run(sys.argv[1], replications=1, trace=())"


def measure(scenario: str, cold: bool = False) -> list[Row]:
    """Run the benchmarks on a scenario.

    Parameters
    ----------
    scenario : str
        Name or path.
    cold : bool
        Also the first result with an empty kernel cache, which compiles everything.
    """
    import opendome

    opendome.load(scenario)  # a wrong name is said before anything is measured
    reference = median(_cpu(_reference) for _ in range(REPEATS))
    timed = [
        ("reference loop", reference),
        ("import opendome", _fresh("-c", "import opendome")),
        ("opendome --help", _fresh("-m", "opendome", "--help")),
    ]
    if cold:
        timed.append(("first result, cold", _cold(scenario)))
    replications = _replications(scenario)  # fills the kernel cache, if it was empty
    timed.append(("first result, warm", _fresh("-c", FIRST, scenario, repeats=1)))
    timed += replications
    rows = [Row(name, value, "CPU s", value / reference) for name, value in timed]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return [*rows, Row("memory of one process, peak", peak, "MB")]


def _reference() -> int:
    """A fixed piece of plain Python: the unit of the ratios."""
    total = 0
    for i in range(2_000_000):
        total += i * i & 7
    return total


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _fresh(*arguments: str, repeats: int = REPEATS, cache: str | None = None) -> float:
    """Median CPU seconds of a fresh interpreter with these arguments."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        env = os.environ | ({"XDG_CACHE_HOME": cache} if cache else {})
        subprocess.run([sys.executable, *arguments], env=env, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    return median(once() for _ in range(repeats))


def _cold(scenario: str) -> float:
    with tempfile.TemporaryDirectory() as cache:
        return _fresh("-c", FIRST, scenario, repeats=1, cache=cache)


def _replications(scenario: str) -> list[tuple[str, float]]:
    """Warm CPU seconds of one replication in this process."""
    import opendome
    from opendome import engine

    setup = engine.prepare(opendome.load(scenario))
    engine.replicate(setup, 1, 0)  # loads the kernels
    each = median(_cpu(partial(engine.replicate, setup, 1, rep)) for rep in range(REPEATS))
    return [("one replication, warm", each)]
