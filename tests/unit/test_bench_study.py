"""The arithmetic of `opendome bench study`, on made-up clocks; what it measures is no test."""

import os

import numpy as np
import pytest

from opendome.bench import study as bench
from opendome.study.rounds import Piece

PIECES = [Piece(0, i, i) for i in range(10)]


def took(wall, each_cpu, parent=0.0, imports=0.0):
    """Ten pieces after a start that cost `imports`; the parent has 3 s and 7 s behind it."""
    begin = bench.Clock(100.0, 3.0, 0.0)
    warm = bench.Clock(150.0, 7.0, imports)
    pieces = dict.fromkeys(PIECES, each_cpu)
    worked = bench.Clock(150.0 + wall, 7.0 + parent, imports + sum(pieces.values()))
    end = bench.Clock(1e9, 7.0 + parent, 0.0)  # the children are gone
    return bench.Timed(begin, warm, worked, end, pieces, 0.0, 100.0)


def test_cpu_ratio__is_that_of_the_typical_piece():
    odd = took(1.0, 1.0)
    odd.pieces[PIECES[3]] = 99.0
    assert bench.cpu_ratio(took(1.0, 0.9), odd) == pytest.approx(0.9)


def test_wall_clock__counts_from_the_warm_start_to_the_last_piece():
    assert bench.speed_up(took(20.0, 1.0), took(10.0, 1.0)) == 2.0
    assert bench.cores_got(took(8.0, 1.0)) == 10.0 / 8.0


def test_shares__of_orchestration():
    # 0.5 s of the parent beside 10 pieces of 1 s; at the start 4 s of it and 2 s of imports
    found = took(10.0, 1.0, parent=0.5, imports=2.0)
    assert bench.parent_s(found) == pytest.approx(0.05)
    assert bench.orchestration(found) == pytest.approx(0.5 / 10.5)
    assert bench.beside(found) == pytest.approx(6.5 / 16.5)


def test_shuffled__keeps_values_and_numbers_the_rows():
    some = np.zeros(3, [("rep", "i8"), ("leaked", "f8")])
    some["leaked"] = [1.0, 2.0, 4.0]
    rows = bench.shuffled(some, Piece(1, 5, 8))
    assert rows["rep"].tolist() == [5, 6, 7, 8]
    assert set(rows["leaked"]) <= {1.0, 2.0, 4.0}


def test_million__writes_joins_and_groups():
    rows = bench.million(40, 2)
    assert [row.unit for row in rows] == ["s", "s", "s", "MB"]
    assert "40 rows written in 20 chunks" in rows[0].name
    assert all(row.value > 0.0 for row in rows)


def test_pss__of_this_process_and_of_none():
    assert not bench.pss(os.getpid()) < 1.0  # nan where the system does not tell
    assert np.isnan(bench.pss(-1))
