"""Tables as bytes for the page: a JSON head, then columns that a browser maps without a copy.

    "ODC1" | uint32 length of the head | head, JSON, padded to 8 | columns, each padded to 8

Little-endian.  The head lists tables, rows, and of each column its type (`f4 f8 i4 u1 u2`), place,
unit and meaning.  Text is a code into the column's `words`.  Our own and not Arrow's format: the
reader is twenty lines, Arrow's library for browsers is larger than the rest of the page.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

MAGIC = b"ODC1"
TYPES = {"f4", "f8", "i4", "u1", "u2"}
MEDIA = "application/x-opendome-columns"


class Column(NamedTuple):
    """Values with what a reader wants to know of them."""

    values: np.ndarray
    unit: str = "-"
    meaning: str = ""
    words: list[str] | None = None


def coded(values: Any, meaning: str = "") -> Column:
    """A column of text as codes.

    Parameters
    ----------
    values : array-like of str, (n,)
    """
    words, codes = np.unique(np.asarray(values, dtype=str), return_inverse=True)
    kind = "u1" if len(words) < 256 else "u2"
    return Column(codes.astype(kind), "-", meaning, [str(w) for w in words])


def pack(tables: Mapping[str, Mapping[str, Column]], **about: Any) -> bytes:
    """Tables as bytes.

    Parameters
    ----------
    tables : name -> name of a column -> Column
        Columns of one table have one length and a type of `TYPES`.
    about
        More for the head.

    Raises
    ------
    ValueError
        A type that browsers have no array of, or columns of different lengths.
    """
    head: dict[str, Any] = {"tables": {}, **about}
    parts: list[bytes] = []
    offset = 0
    for name, columns in tables.items():
        rows = {len(c.values) for c in columns.values()}
        if len(rows) > 1:
            raise ValueError(f"{name}: columns of {sorted(rows)} rows")
        described = []
        for key, column in columns.items():
            kind = column.values.dtype.str[1:]
            if kind not in TYPES:
                raise ValueError(f"{name}.{key}: type {kind}; want one of {sorted(TYPES)}")
            content = _padded(np.ascontiguousarray(column.values).astype(f"<{kind}").tobytes())
            described.append({"name": key, "type": kind, "offset": offset, **_about(column)})
            parts.append(content)
            offset += len(content)
        head["tables"][name] = {"rows": rows.pop() if rows else 0, "columns": described}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(text) + 8) % 8)
    return b"".join([MAGIC, struct.pack("<I", len(text)), text, *parts])


def _about(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"unit": column.unit}
    if column.meaning:
        said["meaning"] = column.meaning
    if column.words is not None:
        said["words"] = column.words
    return said


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 8)
