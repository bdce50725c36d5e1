"""Studies from design to dataset, on a small engine: the same bits wherever and however often."""

import json
import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import opendome
from opendome import scenario
from opendome.errors import ReplicationError, ScenarioError
from opendome.results import ResultError
from opendome.study import dataset, execute, outcome, spec, stopping

HERE = Path(__file__).parent
TWO_TOWNS = scenario.load("two-towns").text

STUDY = """
title = "small"
scenario = "two-towns"
seed = 5
replications = 11
chunk = 4
outputs = ["intercepted", "interception_rate", "cost_usd"]
[[factor]]
name = "rounds"
key = "policy.rounds_per_target"
levels = [1, 2, 3]
"""
PRECISE = (
    STUDY.replace("replications = 11\n", "")
    + """
[precision]
figure = "intercepted"
half_width = 0.5
most_replications = 500
"""
)


def small(text=STUDY, **orders):
    """A study on the two towns with orders for the small engine."""
    towns = TWO_TOWNS.replace('"Two towns, one battery"', f"'{json.dumps(orders)}'", 1)
    return spec.parse(text, "small", scenario=scenario.parse(towns, "two-towns"))


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))

    def run(name="out", workers=1, text=STUDY, cluster=None, force=False, progress=None, **orders):
        return execute.run(
            small(text, **orders), tmp_path / name, workers, cluster, force=force,
            progress=progress, engine="study_engine",
        )  # fmt: skip

    return run


def content(folder):
    """Every Parquet file of a study, as bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def chunks(folder):
    return sorted((folder / dataset.CHUNKS).iterdir())


@pytest.mark.parametrize("workers", [2, 3])
def test_run__is_the_same_to_the_bit_for_any_workers(run, workers):
    assert content(run("a").folder) == content(run("b", workers).folder)


def test_run__is_the_same_to_the_bit_on_a_cluster(run):
    assert content(run("a").folder) == content(run("b", cluster="local:2").folder)


@pytest.mark.parametrize("workers", [1, 2])
def test_run__that_stops_when_precise_is_the_same_to_the_bit(run, workers, tmp_path):
    whole = run("a", text=PRECISE)
    other = run("b", workers, text=PRECISE)
    assert content(whole.folder) == content(other.folder)
    # Interrupted and gone on: what is on the disk leads to the same decisions.
    for path in chunks(other.folder)[::3]:
        path.unlink()
    assert content(run("b", workers, text=PRECISE).folder) == content(whole.folder)


def test_precision__stops_each_point_at_the_first_complete_round_that_suffices(run):
    found = run(text=PRECISE)
    values = found.figure("intercepted")
    counts = np.isfinite(values).sum(axis=1)
    assert (counts % 32 == 0).all()  # rounds of 32, the least
    assert counts[0] == counts[1:].max() < 500
    for point in (1, 2):
        n = counts[point]
        known = values[point, :n] - values[0, :n]
        assert stopping.confidence_half_width(known) <= 0.5
        assert stopping.confidence_half_width(known[: n - 32]) > 0.5
    for row in found.rows():
        if row.figure == "intercepted" and row.difference:
            assert row.difference.high - row.difference.mean <= 0.5


def test_precision__ends_at_the_most_replications(run):
    found = run(text=PRECISE.replace("half_width = 0.5", "relative = 1e-9").replace("500", "70"))
    assert found.table().num_rows == 3 * 70


def test_replications__are_paired_and_in_order(run):
    found = run()
    table = found.table()
    assert table["point"].to_pylist() == [p for p in range(3) for _ in range(11)]
    assert table["rep"].to_pylist() == 3 * list(range(11))
    assert table["factor_rounds"].to_pylist() == [r for r in (1, 2, 3) for _ in range(11)]
    # The small engine adds the factor to the draw: the same draws at every point differ by one.
    engaged = found.column("engaged")
    assert (np.diff(engaged, axis=0) == 1).all()


def test_columns__carry_unit_and_meaning(run):
    found = run()
    for table in (found.table(), found.design):
        for field in table.schema:
            assert field.metadata[b"unit"]
            assert field.metadata[b"meaning"]
    factor = found.table().schema.field("factor_rounds").metadata
    assert factor[b"meaning"] == b"rounds a salvo (policy.rounds_per_target)"


def test_open__answers_sql_arrow_pandas_and_polars(run):
    found = opendome.open(run().folder)
    assert isinstance(found, outcome.StudyResult)
    grouped = found.sql(
        "select rounds, avg(engaged) e from replications join design using (point) "
        "group by rounds order by rounds"
    )
    means = found.column("engaged").mean(axis=1)
    assert grouped["e"].to_pylist() == pytest.approx(means.tolist(), rel=1e-12)  # order of the sum
    assert found.table().to_pandas()["engaged"].sum() == found.column("engaged").sum()
    import polars

    assert polars.from_arrow(found.table()).shape == (33, found.table().num_columns)
    with pytest.raises(ResultError, match="by design point"):
        found.summary()


def test_figure__of_a_ratio_has_the_ratio_of_sums_as_its_mean(run):
    found = run()
    values = found.figure("interception_rate")
    want = found.column("intercepted").sum(axis=1) / found.column("engaged").sum(axis=1)
    assert values.mean(axis=1) == pytest.approx(want, rel=1e-12)  # rounding of a mean
    with pytest.raises(ScenarioError, match="did you mean 'intercepted'"):
        found.figure("intercepte")


def test_rows__know_their_paired_differences(run):
    row = next(r for r in run().rows() if r.figure == "cost_usd" and r.point == 2)
    assert row.n == 11
    assert row.difference.against == 0
    assert row.low < row.mean < row.high


# ---------------------------------------------------------------- going on


def test_run__again_computes_only_what_is_missing(run, monkeypatch):
    folder = run().folder
    before = content(folder)
    kept = {p: p.stat().st_mtime_ns for p in chunks(folder)}
    lost = chunks(folder)[4]
    lost.unlink()
    asked = []
    monkeypatch.setattr(execute, "work", lambda job, tasks: _noted(job, tasks, asked))
    assert content(run().folder) == before
    assert [piece.name for piece in asked] == [lost.stem]
    assert all(p.stat().st_mtime_ns == t for p, t in kept.items() if p != lost)


def _noted(job, tasks, asked):
    from opendome.study import pieces

    def noted():
        for task in tasks:
            asked.append(task)
            yield task

    return pieces.work(job, noted())


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "other"])
def test_run__recomputes_a_damaged_chunk(run, damage):
    folder = run().folder
    before = content(folder)
    path, other = chunks(folder)[2:4]
    good = path.read_bytes()
    middle = len(good) // 3
    path.write_bytes({
        "truncated": good[:-40],
        "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "empty": b"",
        "other": other.read_bytes(),
    }[damage])  # fmt: skip
    assert content(run().folder) == before


def test_run__does_not_trust_values_that_do_not_fit_their_checksum(run):
    folder = run().folder
    before = content(folder)
    path = chunks(folder)[0]
    table = pq.read_table(path)
    forged = table.set_column(2, table.schema.field(2), [table.column(2).to_numpy() + 1])
    pq.write_table(forged, path)
    assert pq.read_schema(path).metadata[b"sha256"]
    assert content(run().folder) == before


def test_run__of_more_replications_goes_on(run):
    run("a")
    more = STUDY.replace("replications = 11", "replications = 20")
    assert run("a", text=more).table().equals(run("b", text=more).table())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("seed = 5", "seed = 6", "seed"),
        ("[1, 2, 3]", "[1, 2, 4]", "design"),
        ("chunk = 4", "chunk = 5", "chunk size"),
    ],
)
def test_run__refuses_to_go_on_with_another_study(run, old, new, what):
    before = content(run().folder)
    with pytest.raises(ResultError, match=rf"made with another {what} \(.*--force to begin anew"):
        run(text=STUDY.replace(old, new))
    with pytest.raises(ResultError, match="another scenario"):
        run(sleep=0.0)
    assert content(run().folder) == before
    run(text=STUDY.replace(old, new), force=True)


def test_run__refuses_the_dataset_of_another_version(run):
    folder = run().folder
    path = folder / "manifest.json"
    for key, what in (
        ("opendome", "version of OpenDome"),
        ("fingerprint", "code of the simulator"),
    ):
        said = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(said | {key: "0.0.1"}), "utf-8")
        with pytest.raises(ResultError, match=what):
            run()
        path.write_text(json.dumps(said), "utf-8")
    path.write_text(json.dumps(said | {"format": 99}), "utf-8")
    with pytest.raises(ResultError, match="study format 99"):
        run()


def test_run__refuses_what_is_not_its_own(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()
    for force in (False, True):
        with pytest.raises(ResultError, match="not the folder of a study"):
            run(force=force)
    assert os.listdir(tmp_path / "out") == ["thesis.tex"]


def test_run__keeps_a_second_study_out(run, tmp_path):
    run()
    held = dataset.Dataset(tmp_path / "out", {}, None)
    with held.locked(), pytest.raises(ResultError, match="another study is at work"):
        run()


def test_run__passes_on_what_a_replication_raises(run):
    for workers in (1, 2):
        with pytest.raises(ReplicationError, match="replication 7, seed 5: ZeroDivisionError"):
            run(f"w{workers}", workers, **{"raise": 7})


def test_run__refuses_unknown_outputs_before_it_works(run, tmp_path):
    with pytest.raises(ScenarioError, match="'leeked': no such figure"):
        run(text=STUDY.replace('"cost_usd"', '"leeked"'))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_run__keeps_what_is_finished_on_an_interrupt(run, workers, tmp_path):
    def stop(p):
        if p.done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(execute.StudyInterrupted, match=r"interrupted: \d+ of 33 replications"):
        run("a", workers, progress=stop)
    assert 2 <= len(chunks(tmp_path / "a")) < 9
    with pytest.raises(ResultError, match="not finished"):
        opendome.open(tmp_path / "a")
    assert content(run("a", workers).folder) == content(run("b").folder)


def test_progress__counts_to_the_end_and_shows_the_intervals(run, monkeypatch):
    monkeypatch.setattr(execute, "NOTE_S", 0.0)
    seen = []
    run(progress=seen.append)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert (seen[-1].done, seen[-1].total) == (33, 33)
    assert "intercepted ± " in seen[-1].note
    run("precise", text=PRECISE, progress=seen.append)
    assert "(want 0.5)" in seen[-2].note
    assert seen[-1].done == seen[-1].total


def test_cluster__that_cannot_be_reached_is_one_line(run, tmp_path, monkeypatch):
    from opendome.study import dask_pool

    monkeypatch.setattr(dask_pool, "TIMEOUT_S", 0.5)
    for address, want in (("tcp://127.0.0.1:9", "no scheduler answers"), ("local:0", "local:1 to"),
                          ("nonsense", "no scheduler answers")):  # fmt: skip
        with pytest.raises(ScenarioError, match=want):
            run(cluster=address)
    assert os.listdir(tmp_path) == []


def test_cluster__with_other_code_is_refused(run, monkeypatch):
    monkeypatch.setattr(execute, "fingerprint", lambda: "another")
    with pytest.raises(ScenarioError, match="other code"):
        run(cluster="local:1")
