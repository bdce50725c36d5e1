"""Did anything change from end to end?  The ledger of five evenings, kept.

If a change was meant, write the file anew and say in the commit what moved and why:

    python tests/golden/test_two_towns.py

Counts are compared exactly and floats to 1e-9: between machines the last bits of sin and exp
differ, and are carried along.  A count that moves on another machine alone is a number on a knife's
edge: take another seed.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from opendome import engine, scenario

KEPT = Path(__file__).with_suffix(".csv")
REPLICATIONS = 5


def evenings(setup):
    """Ledger of the first replications with the scenario's own seed."""
    seed = scenario.load("two-towns").study.seed
    return np.concatenate([engine.replicate(setup, seed, k).ledger for k in range(REPLICATIONS)])


def test_two_towns__gives_the_ledger_that_was_kept(two_towns):
    with KEPT.open(newline="") as file:
        kept = list(csv.DictReader(line for line in file if not line.startswith("#")))
    got = evenings(two_towns)
    assert list(kept[0]) == list(got.dtype.names)
    assert len(kept) == len(got)
    for name in got.dtype.names:
        of = int if got.dtype[name].kind == "i" else float
        wanted = [of(row[name]) for row in kept]
        if of is int:
            assert got[name].tolist() == wanted, name
        else:
            assert got[name].tolist() == pytest.approx(wanted, rel=1e-9, nan_ok=True), name


if __name__ == "__main__":
    rows = evenings(engine.prepare(scenario.load("two-towns")))
    with KEPT.open("w", newline="") as file:
        file.write("# made by: python tests/golden/test_two_towns.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows.dtype.names)
        writer.writerows([value.item() for value in row] for row in rows)
    print(f"{KEPT}: {len(rows)} replications")
