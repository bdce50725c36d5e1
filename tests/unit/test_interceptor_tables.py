"""Tables of interceptor types: made once, kept, and never mistaken for another's."""

import numba
import numpy as np
import pytest

from opendome import interceptor_tables as made
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.kernels.flyout import flyout
from opendome.models.interceptors.short_range import ShortRange

AIR, DRAG = air_table(), drag_table()


@pytest.fixture
def counted(tmp_path, monkeypatch):
    """An empty cache, and makers that only say what they were asked for."""
    asked = []

    def flyout_table(row, air, drag):
        asked.append(float(row["m0"]))
        return np.full(made.SIZE, float(row["m0"]))

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(made, "flyout_table", flyout_table)
    monkeypatch.setattr(made, "kill_table", lambda row, *_: np.full(made.SHAPE, float(row["m0"])))
    return asked


def rows(**changes):
    row = ShortRange().row()
    for name, value in changes.items():
        row[name] = value
    return row


def test_tables__are_made_once_for_a_round_and_an_air(counted):
    first = made.interceptor_tables(rows(), AIR, DRAG)
    again = made.interceptor_tables(rows(), AIR, DRAG)
    assert counted == [90.0]
    assert first.tobytes() == again.tobytes()
    made.interceptor_tables(rows(m0=91.0), AIR, DRAG)
    made.interceptor_tables(rows(), air_table(10.0), DRAG)
    assert counted == [90.0, 91.0, 90.0]


def test_tables__do_not_depend_on_reliability_or_price(counted):
    # The calibration draws the reliability anew for every replication.
    made.interceptor_tables(rows(), AIR, DRAG)
    made.interceptor_tables(rows(reliability=0.7, price=1.0, h_min=0.0), AIR, DRAG)
    assert len(counted) == 1


def test_tables__of_a_broken_file_are_made_again(counted, tmp_path):
    made.interceptor_tables(rows(), AIR, DRAG)
    (kept,) = tmp_path.glob("interceptor-*.npy")
    kept.write_bytes(kept.read_bytes()[:1000])
    again = made.interceptor_tables(rows(), AIR, DRAG)
    assert counted == [90.0, 90.0]
    assert (again == 90.0).all()
    assert [p.name for p in tmp_path.iterdir()] == [kept.name]  # nothing half-written stays


def test_tables__without_a_round_reach_nothing(counted):
    table = made.interceptor_tables(rows()[:0], AIR, DRAG)[0]
    assert flyout(table, 5e3, 2e3)[0] == np.inf
    assert counted == []


def test_columns__are_those_that_the_flight_reads():
    # Every column is either in the key or only read where an engagement is decided or paid for.
    elsewhere = {"reliability", "h_min", "h_max", "range_min", "assess", "price"}
    assert set(made.COLUMNS) | elsewhere == set(ShortRange().row().dtype.names)
