"""Policies of the dynamic problem against the bound that none can beat (dwta/score.py)."""

import numpy as np

from opendome.bench.rows import Row

TITLE = "Damage over the fluid bound; common random numbers"

#: Size, evenings, replications.
BRIEF = (("small", 4, 20),)
FULL = (("medium", 30, 200), ("large", 30, 200))


def measure(full: bool) -> list[Row]:
    """Each policy's damage over the bound with a 95 % interval, and the time of a decision."""
    rows = []
    for size, evenings, replications in FULL if full else BRIEF:
        rows += table(size, evenings, replications)
    return rows


def table(size: str, evenings: int, replications: int) -> list[Row]:
    """Rows of one size."""
    from opendome.dwta import score

    cases = [score.case(size, seed) for seed in range(evenings)]
    where = f"{size}, {evenings} evenings x {replications}"
    rows = []
    for name, policy, foresight in score.ENTRIES:
        found = score.score(cases, policy, foresight, replications)
        rows.append(Row(f"{where}: {name}", found.percent, "%"))
        rows.append(Row(f"{where}: {name}, half of the 95 % interval", found.half_width, "%"))
        if policy == "rolling":
            took = np.concatenate([score.seconds(c, policy, foresight) for c in cases[:4]])
            p99 = float(np.percentile(took, 99)) * 1e3
            rows.append(Row(f"{where}: {name}, 99th percentile of a decision", p99, "ms CPU"))
    gap = max(c.bound.above / c.bound.value - 1.0 for c in cases)
    return [*rows, Row(f"{where}: bound below the optimum of its programme", 100.0 * gap, "%")]
