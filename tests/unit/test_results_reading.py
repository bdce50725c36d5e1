"""Results in other libraries: the same numbers at the same addresses, and SQL over the files."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import opendome
from opendome import results
from opendome.ledger import LEDGER
from opendome.results import ResultError


@pytest.fixture(scope="module")
def rows():
    made = LEDGER.allocate(1_000)
    made["rep"] = np.arange(1_000)
    made["leaked"] = np.random.default_rng(1).integers(0, 9, 1_000)
    made["cost_usd"] = 5e4 * made["leaked"]
    return made


@pytest.fixture(scope="module")
def saved(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results") / "a"
    table = results.to_arrow(rows, LEDGER)
    manifest = {"format": results.FORMAT, "tables": {"replications": {}}}
    results.Result(manifest, {"replications": table}).save(folder)
    return opendome.open(folder)


def address(column):
    """Where a column's numbers lie in memory."""
    chunk = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    return chunk.buffers()[1].address


@pytest.mark.parametrize("name", ["leaked", "cost_usd"])
def test_table__goes_to_pandas_and_polars_without_a_copy(saved, rows, name):
    table = saved.table("replications")
    there = address(table[name])
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    assert address(frame[name].array.__arrow_array__()) == there
    assert address(pl.from_arrow(table)[name].to_arrow()) == there
    assert table[name].chunk(0).to_numpy(zero_copy_only=True).ctypes.data == there
    assert (frame[name] == rows[name]).all()


def test_table__keeps_unit_and_meaning_for_pandas(saved):
    field = saved.table("replications").schema.field("cost_usd")
    assert field.metadata[b"unit"] == b"USD"


def test_sql__reads_the_files_and_only_what_it_needs(saved, rows):
    fresh = opendome.open(saved.folder)
    found = fresh.sql(
        "select leaked, count(*) as n, avg(cost_usd) as usd from replications group by 1 order by 1"
    )
    kinds, counts = np.unique(rows["leaked"], return_counts=True)
    assert found["leaked"].to_pylist() == list(kinds)
    assert found["n"].to_pylist() == list(counts)
    assert found["usd"].to_numpy() == pytest.approx(5e4 * kinds)
    assert not fresh._tables._read  # no table was loaded for it


def test_sql__takes_a_folder_whose_name_is_a_pattern(saved, tmp_path):
    saved.save(tmp_path / "a[1]*")
    found = opendome.open(tmp_path / "a[1]*").sql("select count(*) as n from replications")
    assert found["n"].to_pylist() == [1_000]


def test_sql__says_that_a_file_is_damaged(saved, tmp_path):
    folder = tmp_path / "b"
    saved.save(folder)
    path = Path(folder) / "replications.parquet"
    path.write_bytes(path.read_bytes()[:1_000])
    with pytest.raises(ResultError, match=r"replications\.parquet"):
        opendome.open(folder).sql("select count(*) from replications")
