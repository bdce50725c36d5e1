"""Rows of a benchmark as they come."""

import json

from click.testing import CliRunner

from opendome import bench
from opendome.bench.rows import Row
from opendome.cli import main
from opendome.options import INTERRUPTED

ROWS = [Row("first", 1.0, "s"), Row("second", 2.0, "s")]


def stopped():
    yield ROWS[0]
    raise KeyboardInterrupt


def test_watch__says_each_row_and_keeps_what_there_is_when_stopped(capsys):
    assert bench.watch(row for row in ROWS) == (ROWS, True)
    assert capsys.readouterr().err == "first: 1 s\nsecond: 2 s\n"
    assert bench.watch(stopped()) == (ROWS[:1], False)
    assert bench.watch(ROWS) == (ROWS, True)


def test_bench__prints_the_rows_that_there_are_when_stopped(monkeypatch):
    monkeypatch.setattr(bench, "measure", lambda *_, **__: ("title", stopped()))
    done = CliRunner().invoke(main, ["bench", "assign", "--json"])
    assert done.exit_code == INTERRUPTED
    assert "interrupted" in done.stderr
    assert [row["name"] for row in json.loads(done.stdout)] == ["first"]
