"""Compile time, call time and row time of four ways to hand tables to a compiled loop.

Eight tables of twenty columns go through three nested kernels, as in a replication.  The same
source is compiled for each layout, with nothing cached.  Read the ratios: the absolute times are
of one machine.  The decision: docs/decisions/tables-as-records.md.

    python benchmarks/tables_as_records.py
"""

import time
from collections import namedtuple
from functools import partial

import numba
import numpy as np

TABLES, COLUMNS, ROWS = 8, 20, 1000
NAMES = [f"c{i}" for i in range(COLUMNS)]

# How each layout reads and writes column 3 of row i of table t: the only difference between them.
PLACES = {"tuple": "t[3][i]", "named": "t.c3[i]", "block": "t[3, i]", "record": "t[i].c3"}

SOURCE = """
def inner(a, b, i):
    a_0 += b_1
    return a_2

def middle(a, b, c, i):
    for k in range(4):
        a_3 += inner(b, c, i) + k
    return a_3

def outer(a, b, c, d, i):
    return middle(a, b, c, i) + middle(b, c, d, i) + inner(d, a, i)

def run(t0, t1, t2, t3, t4, t5, t6, t7, n):
    s = 0.0
    for i in range(n):
        s += outer(t0, t1, t2, t3, i) + outer(t4, t5, t6, t7, i) + middle(t0, t6, t7, i)
    return s
"""


def compile_for(place: str):
    """The loop with every `x_3` of SOURCE written as this layout writes a column."""
    source = SOURCE
    for table in "abc":
        for column in range(4):
            written = place.replace("t", table, 1).replace("3", str(column), 1)
            source = source.replace(f"{table}_{column}", written)
    names: dict = {}
    exec(source, names)  # one text for all layouts; numba compiles it as any other function
    for name in ("inner", "middle", "outer", "run"):
        names[name] = numba.njit(error_model="numpy")(names[name])
    return names["run"]


def tables_for(layout: str) -> list:
    """Eight tables of ones, no two of the same type (as in the simulator), where types differ."""
    if layout == "tuple":
        return [tuple(np.ones(ROWS) for _ in NAMES) for _ in range(TABLES)]
    if layout == "named":
        kinds = [namedtuple(f"T{k}", NAMES) for k in range(TABLES)]
        return [kind(*(np.ones(ROWS) for _ in NAMES)) for kind in kinds]
    if layout == "block":
        return [np.ones((COLUMNS, ROWS)) for _ in range(TABLES)]
    columns = [(name, "f8") for name in NAMES]
    return [np.ones(ROWS, np.dtype([*columns, (f"own{k}", "f8")])) for k in range(TABLES)]


def seconds(call, times: int) -> float:
    """CPU seconds of one call, best of five groups."""
    best = np.inf
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            call()
        best = min(best, (time.process_time() - start) / times)
    return best


def main() -> None:
    compile_for(PLACES["block"])(*tables_for("block"), 1)  # numba's own first-call costs
    print(f"numba {numba.__version__}: {TABLES} tables of {COLUMNS} columns, three nested kernels")
    print(f"{'layout':8} {'compile s':>10} {'call us':>8} {'row ns':>8}   sum")
    for layout, place in PLACES.items():
        loop, tables = compile_for(place), tables_for(layout)
        start = time.process_time()
        total = loop(*tables, 10)
        compile_s = time.process_time() - start
        call_s = seconds(partial(loop, *tables, 0), 2000)
        row_s = seconds(partial(loop, *tables, ROWS), 20) / ROWS
        print(f"{layout:8} {compile_s:10.2f} {call_s * 1e6:8.1f} {row_s * 1e9:8.1f}   {total:.0f}")


if __name__ == "__main__":
    main()
