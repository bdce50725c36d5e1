"""The bytes that the page reads."""

import json
import struct

import numpy as np
import pytest

from opendome.web.columns import Column, coded, pack

KINDS = {"f4": "<f4", "f8": "<f8", "i4": "<i4", "u1": "<u1", "u2": "<u2"}


def unpack(content):
    """Reader by the description in columns.py, as the page's."""
    magic, size = struct.unpack_from("<4sI", content)
    assert magic == b"ODC1"
    head = json.loads(content[8 : 8 + size])
    found, at = {}, 8 + size
    for name, table in head["tables"].items():
        found[name] = {
            c["name"]: np.frombuffer(content, KINDS[c["type"]], table["rows"], at + c["offset"])
            for c in table["columns"]
        }
    return head, found


def test_pack__reads_back_and_is_aligned_for_typed_arrays():
    columns = {
        "a": Column(np.array([1, 2, 3], "u1")),
        "b": Column(np.array([0.5, np.nan, -1.0]), "s", "time"),
        "c": coded(["x", "é", "x"]),
    }
    content = pack({"t": columns, "empty": {"a": Column(np.zeros(0, "f4"))}}, rep=3)
    head, found = unpack(content)
    assert head["rep"] == 3
    assert found["t"]["a"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(found["t"]["b"], columns["b"].values)
    about = {c["name"]: c for c in head["tables"]["t"]["columns"]}
    assert [about["c"]["words"][k] for k in found["t"]["c"]] == ["x", "é", "x"]
    assert about["b"]["unit"] == "s"
    assert len(found["empty"]["a"]) == 0
    start = struct.unpack_from("<I", content, 4)[0] + 8
    assert start % 8 == 0
    assert all(c["offset"] % 8 == 0 for c in about.values())


def test_pack__refuses_what_a_browser_has_no_array_for():
    with pytest.raises(ValueError, match="i8"):
        pack({"t": {"a": Column(np.array([1]))}})
    with pytest.raises(ValueError, match="rows"):
        pack({"t": {"a": Column(np.zeros(1, "f4")), "b": Column(np.zeros(2, "f4"))}})


def test_coded__widens_beyond_256_words():
    assert coded([str(i) for i in range(300)]).values.dtype == np.dtype("u2")
