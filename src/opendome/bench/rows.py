"""What a benchmark returns, and how it measures."""

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import NamedTuple

REPEATS = 9


class Row(NamedTuple):
    """One measurement."""

    name: str
    value: float
    unit: str
    ratio: float = float("nan")  # to what the benchmark's title names; nan where there is none


def cpu(work: Callable[[], object]) -> float:
    """Median CPU seconds of some runs of `work`."""
    seconds = []
    for _ in range(REPEATS):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return median(seconds)
