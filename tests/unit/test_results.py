"""Result folders: what goes in comes out, all or nothing, the same bytes for the same run."""

import json
import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import opendome
from opendome import montecarlo, results, scenario
from opendome.results import ResultError

HERE = Path(__file__).parent
TWO_TOWNS = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")


@pytest.fixture
def make(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))

    def make(workers=1, replications=6, **orders):
        text = TWO_TOWNS.replace('"Two towns, one battery"', f"'{json.dumps(orders)}'", 1)
        found = scenario.parse(text, "two-towns")
        outcome = montecarlo.run(
            found, replications, 5, workers, trace=(0, 1, 2), engine="small_engine"
        )
        return results.collect(found, outcome, "a test")

    return make


def parquet(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.parquet"))}


def test_save__then_open_gives_the_same_tables(make, tmp_path):
    saved = make()
    saved.save(tmp_path / "a")
    opened = opendome.open(tmp_path / "a")
    assert opened.names == saved.names == ("replications", "daily", "hits")
    for name in saved.names:
        assert opened.table(name).equals(saved.table(name), check_metadata=True)
    assert opened.manifest == saved.manifest
    assert opened.summary() == saved.summary()


def test_save__writes_the_same_bytes_for_any_workers(make, tmp_path):
    a = parquet(make(workers=1).save(tmp_path / "a"))
    b = parquet(make(workers=2).save(tmp_path / "b"))
    assert a == b
    assert list(a) == ["daily.parquet", "hits.parquet", "replications.parquet"]


def test_save__keeps_unit_and_meaning_of_each_column(make, tmp_path):
    schema = pq.read_schema(make().save(tmp_path / "a") / "replications.parquet")
    assert schema.field("cost_usd").metadata == {
        b"unit": b"USD",
        b"meaning": b"price of the rounds used",
    }
    assert schema.metadata[b"meaning"] == b"one row per replication"


def test_manifest__says_where_the_result_comes_from(make):
    m = make().manifest
    text = m["scenario"]["text"]
    assert m["scenario"]["sha256"] == sha256(text.encode()).hexdigest()
    assert scenario.parse(text, "again").study.seed == 20210510
    assert (m["seed"], m["replications"], m["finished"], m["interrupted"]) == (5, 6, 6, False)
    assert m["command"] == "a test"
    assert m["opendome"] == opendome.__version__
    assert m["packages"]["numpy"] == np.__version__
    assert m["tables"]["replications"]["rows"] == 6


def test_tables__of_traced_replications_carry_the_replication(make):
    hits = make().table("hits")
    assert hits.column("rep").to_pylist() == [1, 2, 2]  # replication 0 has no hit
    assert np.shape(hits.column("m").to_pylist()) == (3, 6)


def test_sql__sees_every_table(make):
    result = make()
    got = result.sql("select rep, cost_usd from replications join daily using (rep) where day = 1")
    assert got.num_rows == 6
    assert set(result.sql("select d.launched from daily d where day = 1")["launched"].to_pylist()) \
        == {25}  # fmt: skip


def test_sql__says_in_one_line_what_is_wrong(make):
    with pytest.raises(ResultError, match="nonsense") as caught:
        make().sql("select * from nonsense")
    assert "\n" not in str(caught.value)


def test_table__names_the_tables_there_are(make):
    with pytest.raises(ResultError, match=r"no table 'shots'.*replications, daily, hits"):
        make().table("shots")


def test_save__refuses_an_existing_folder_without_force(make, tmp_path):
    result = make()
    result.save(tmp_path / "a")
    before = parquet(tmp_path / "a")
    other = make(replications=3)
    with pytest.raises(ResultError, match="exists; choose another name or --force"):
        other.save(tmp_path / "a")
    assert parquet(tmp_path / "a") == before
    other.save(tmp_path / "a", force=True)
    assert opendome.open(tmp_path / "a").manifest["finished"] == 3
    assert os.listdir(tmp_path) == ["a"]


def test_save__replaces_only_results(make, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    (tmp_path / "file").write_text("also work")
    for name in ("thesis", "file"):
        with pytest.raises(ResultError, match="exists and is not a result folder"):
            make().save(tmp_path / name, force=True)
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    make().save(tmp_path / "empty", force=True)


@pytest.mark.parametrize("force", [False, True])
def test_save__leaves_nothing_behind_when_it_fails(make, tmp_path, monkeypatch, force):
    result = make()
    if force:
        result.save(tmp_path / "a")
    before = sorted(os.listdir(tmp_path))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(ResultError, match="a: cannot write: No space left on device"):
        result.save(tmp_path / "a", force=force)
    assert sorted(os.listdir(tmp_path)) == before
    if force:
        assert opendome.open(tmp_path / "a").table("daily").num_rows == 12


@pytest.mark.parametrize("folder", ["/proc/a", "/dev/null/a"])
def test_check_target__refuses_what_cannot_be_written(folder):
    with pytest.raises(ResultError, match=f"{folder}: cannot write"):
        results.check_target(folder)


def test_open__says_what_is_wrong_with_a_folder(make, tmp_path):
    def message(folder):
        with pytest.raises(ResultError) as caught:
            opendome.open(folder).table("daily")
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert "no such folder" in message(tmp_path / "none")
    assert "not a result folder" in message(tmp_path)
    folder = make().save(tmp_path / "a")
    (folder / "daily.parquet").write_bytes(b"torn")
    assert "daily.parquet" in message(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    assert "result format 99" in message(folder)
    (folder / "manifest.json").write_text("{")
    assert "not a manifest" in message(folder)
