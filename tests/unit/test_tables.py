"""Declared tables: every column says what it is, and an empty cell looks empty."""

import numpy as np
import pytest

from opendome import placement, settings, tables
from opendome._jit import kernel

DECLARED = [
    t for module in (settings, tables) for t in vars(module).values() if isinstance(t, tables.Table)
]
UNITS = {
    "-", "1", "kg", "kg/m^2", "m", "m^2", "m/s", "m/s^2", "N", "rad", "s", "USD", "SI",
    "1/s", "rad/s", "dB/m", "1/sqrt(s)", "m, m/s, 1", "s, m, m/s", "s, m, m",
    "m, m/s", "1, m/s", "s, -, m, rad, rad, m/s, m, rad, m/s",
}  # fmt: skip


@pytest.mark.parametrize("declared", DECLARED, ids=lambda t: t.name)
def test_table__columns_have_unit_and_meaning(declared):
    names = [c.name for c in declared.cols]
    assert len(set(names)) == len(names)
    assert declared.meaning
    for c in declared.cols:
        assert c.unit in UNITS, c
        assert c.meaning, c
        assert c.name.isidentifier(), c


def test_table__names_are_unique():
    assert len({t.name for t in DECLARED}) == len(DECLARED)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda t: t.name)
def test_allocate__marks_every_value_missing(declared):
    rows = declared.allocate(3)
    assert rows.shape == (3,)
    for c in declared.cols:
        values = rows[c.name]
        missing = np.isnan(values) if values.dtype.kind == "f" else values == -1
        assert missing.all(), c


@pytest.mark.parametrize("declared", DECLARED, ids=lambda t: t.name)
def test_dtype__is_aligned(declared):
    # Eight-byte columns at multiples of eight: unaligned loads are slow and break some machines.
    dtype = declared.dtype
    assert dtype.isalignedstruct
    assert all(dtype.fields[name][1] % 8 == 0 for name in dtype.names)


@kernel
def double_x(rows):
    for i in range(len(rows)):
        row = rows[i]
        row.x *= 2.0


@pytest.mark.kernel
def test_allocate__gives_rows_that_a_kernel_writes():
    rows = settings.PLACES.allocate(2)
    rows["x"] = 1.0, 3.0
    double_x(rows)
    assert list(rows["x"]) == [2.0, 6.0]


def test_check__names_place_column_unit_count_and_row():
    rows = settings.PLACES.allocate(4)
    for c in settings.PLACES.cols:
        rows[c.name] = 1.0
    placement.check(rows, settings.PLACES, "places.csv")
    rows["radius"][2:] = np.nan, np.inf
    message = r"places\.csv: places\.radius \[m\]: 2 not finite, first at row 2"
    with pytest.raises(ValueError, match=message):
        placement.check(rows, settings.PLACES, "places.csv")


def test_check__sees_into_columns_with_a_shape():
    rows = np.zeros(2, tables.TRACKS.dtype)
    rows["P"][1, 6, 6] = np.nan
    with pytest.raises(ValueError, match=r"tracks\.P \[SI\]: 1 not finite, first at row 1"):
        placement.check(rows, tables.TRACKS, "tracker")


def test_lands__names_follow_the_numbers():
    numbers = (tables.SHORT, tables.SEA, tables.OPEN, tables.PROTECTED)
    assert [tables.LANDS[n] for n in numbers] == ["short", "sea", "open", "protected"]
