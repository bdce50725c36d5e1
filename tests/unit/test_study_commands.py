"""The commands `study` and `repeat`, on the real engine."""

import json
import os
import shutil

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import opendome
from opendome.cli import main
from opendome.study import repeat

REAL = """
title = "real"
scenario = "two-towns"
seed = 3
replications = 6
chunk = 2
outputs = ["leaked", "rounds_used"]
[[factor]]
name = "rounds"
key = "policy.rounds_per_target"
levels = [1, 2]
"""


def content(folder):
    """Every Parquet file of a study, as bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def opendome_(*words):
    return CliRunner().invoke(main, [str(w) for w in words])


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A finished study on the real engine, made by the command."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "real.toml").write_text(REAL, "utf-8")
    done = opendome_("study", folder / "real.toml", "-o", folder / "out", "--workers", 1, "--json")
    assert done.exit_code == 0, done.output
    return folder, json.loads(done.stdout)


def test_study__prints_its_figures(real):
    folder, printed = real
    assert (printed["points"], printed["rows"], printed["reference"]) == (2, 12, 0)
    assert printed["levels"] == [{"rounds": 1}, {"rounds": 2}]
    used = [f for f in printed["figures"] if f["figure"] == "rounds_used"]
    assert used[1]["difference"]["mean"] == pytest.approx(used[1]["mean"] - used[0]["mean"])
    assert opendome.open(folder / "out").table().num_rows == 12


def test_study__on_the_real_engine_is_the_same_with_two_workers(real, tmp_path):
    folder, _ = real
    done = opendome_("study", folder / "real.toml", "-o", tmp_path / "b", "--workers", 2)
    assert done.exit_code == 0, done.output
    assert "rounds_used" in done.stdout
    assert content(tmp_path / "b") == content(folder / "out")


def test_study__has_the_ledger_of_a_plain_run(real):
    folder, _ = real
    plain = opendome.run("two-towns", 6, seed=3).table("replications")
    rows = opendome.open(folder / "out").table().slice(0, 6).select(plain.column_names)
    assert rows.equals(plain)


def test_repeat__says_whether_a_study_is_identical(real, tmp_path):
    folder, _ = real
    done = opendome_("repeat", folder / "out", "--workers", 2)
    assert (done.exit_code, done.stdout) == (0, f"{folder / 'out'}: identical (14 rows)\n")
    copy = shutil.copytree(folder / "out", tmp_path / "copy")
    table = pq.read_table(copy / "replications.parquet")
    at = table.column_names.index("leaked")
    forged = table.set_column(at, table.schema.field(at), [table["leaked"].to_numpy() + 1])
    pq.write_table(forged, copy / "replications.parquet")
    done = opendome_("repeat", copy, "--workers", 1, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert not found["identical"]
    assert found["differences"][0].startswith("replications: leaked differs, first in row 0: ")


def test_repeat__works_for_runs(tmp_path):
    opendome.run("two-towns", 2, seed=3).save(tmp_path / "run")
    found = repeat.repeat(tmp_path / "run", workers=1)
    assert found.identical
    assert not found.notes


def test_repeat__of_nothing_is_one_line(tmp_path):
    done = opendome_("repeat", tmp_path / "no")
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_study__that_is_too_large_wants_a_word(tmp_path):
    path = tmp_path / "large.toml"
    path.write_text(REAL.replace("replications = 6", "replications = 9000000"), "utf-8")
    done = opendome_("study", path, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "2 design points, 18,000,000 replications, about 80 core hours" in done.stderr
    assert os.listdir(tmp_path) == ["large.toml"]


def test_study__to_resume_wants_a_folder(real, tmp_path):
    folder, _ = real
    done = opendome_("study", folder / "real.toml", "-o", tmp_path / "no", "--resume")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing to resume" in done.stderr
