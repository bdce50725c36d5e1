"""CSV (RFC 4180) of a result's tables: names with units, empty where a value is missing.

Positions in metres of the scenario's frame get longitude, latitude and height beside them.
"""

import shutil
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from opendome import scenario
from opendome.formats import shapes
from opendome.results import Result, ResultError

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".csv"


def render(result: Result, name: str) -> bytes:
    """One table as CSV.

    Raises
    ------
    ResultError
        There is no such table.
    """
    from pyarrow import csv

    m = result.manifest["scenario"]
    table = placed(result.table(name), scenario.parse(m["text"], m["name"]).tables().origin)
    stream = BytesIO()
    csv.write_csv(_plain(table), stream)
    return stream.getvalue()


def write_all(result: Result, folder: Path, force: bool = False) -> Path:
    """Every table as a file of a new folder; all of them or none.

    Raises
    ------
    ResultError
        The folder exists or cannot be written.
    """
    if folder.exists():
        known = folder.is_dir() and all(p.suffix == SUFFIX for p in folder.iterdir())
        if not (known and force):
            hint = "choose another name" + (" or --force to replace it" if known else "")
            raise ResultError(f"{folder}: exists; {hint}")
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name in result.names:
            (partial / f"{name}{SUFFIX}").write_bytes(render(result, name))
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        raise ResultError(f"{folder}: cannot write: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def placed(table: "pa.Table", origin: tuple[float, float]) -> "pa.Table":
    """The table, with degrees beside every position."""
    import pyarrow as pa

    names = set(table.column_names)
    for x in [n for n in table.column_names if n.endswith("x_m") and f"{n[:-3]}y_m" in names]:
        stem = x[:-3]
        up = f"{stem}z_m"
        z = table[up].to_numpy() if up in names else np.zeros(table.num_rows)
        east, north = table[x].to_numpy(), table[f"{stem}y_m"].to_numpy()
        lon, lat, height = shapes.lonlat(east, north, z, origin)
        table = table.append_column(f"{stem}lon_deg", pa.array(np.round(lon, 7)))
        table = table.append_column(f"{stem}lat_deg", pa.array(np.round(lat, 7)))
        if up in names:
            table = table.append_column(f"{stem}height_m", pa.array(np.round(height, 2)))
    return table


def _plain(table: "pa.Table") -> "pa.Table":
    """Missing values as nothing; lists as columns of their own."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_fixed_size_list(column.type):
            for i in range(column.type.list_size):
                columns[f"{name}_{i}"] = pc.list_element(column, i)
        elif pa.types.is_floating(column.type):
            columns[name] = pc.if_else(pc.is_finite(column), column, None)
        else:
            columns[name] = column
    return pa.table(columns)
