"""`opendome run` from the command to the files, on the small scenario and the real engine."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

import opendome
from opendome import engine, estimate, results

RUN = (sys.executable, "-m", "opendome", "run", "two-towns", "--seed", "3")


def shell(*words):
    return subprocess.run(
        [*RUN, *map(str, words)], capture_output=True, text=True, check=False, timeout=300
    )


def parquet(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three replications of the two towns, saved."""
    out = tmp_path_factory.mktemp("run") / "a"
    return opendome.run("two-towns", 3, seed=3).save(out)


def test_run__writes_the_same_bytes_with_two_workers_as_in_python(folder, tmp_path):
    done = shell("-n", 3, "--workers", 2, "-o", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "3 replications, seed 3, 2 workers" in done.stdout
    assert "Launched" in done.stdout
    assert parquet(tmp_path / "b") == parquet(folder)
    assert os.listdir(tmp_path) == ["b"]


def test_run__prints_the_same_figures_as_json(folder, tmp_path):
    done = shell("-n", 3, "--workers", 1, "-o", tmp_path / "b", "--json", "--no-progress")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert printed["folder"] == str(tmp_path / "b")
    want = {row.figure: row.estimate.mean for row in opendome.open(folder).summary()}
    got = {row["figure"]: row["estimate"]["mean"] for row in printed["figures"]}
    assert got == {name: mean if mean == mean else None for name, mean in want.items()}


def test_run__keeps_the_finished_replications_on_ctrl_c(tmp_path):
    child = subprocess.Popen(
        [*RUN, "-n", "100000", "--workers", "2", "-o", str(tmp_path / "part")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stderr is not None
    for line in child.stderr:
        if " of 100000 replications" in line:
            break
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does
    _, err = child.communicate(timeout=60)
    part = opendome.open(tmp_path / "part")
    finished = part.manifest["finished"]
    assert child.returncode == 130
    last = f"interrupted: kept {finished} of 100000 replications in {tmp_path / 'part'}"
    assert err.splitlines()[-1] == last
    assert "Traceback" not in err
    assert part.manifest["interrupted"]
    assert part.table("replications").num_rows == finished >= 1


def test_result__has_every_table_of_the_traced_replication(folder):
    result = opendome.open(folder)
    traced = {t.name for t in engine.TRACES}
    assert set(result.names) == {"replications", "daily"} | traced
    launched = result.sql("select launched from replications order by rep")["launched"].to_pylist()
    assert result.table("rockets").num_rows == launched[0]
    for name in result.names:
        for field in result.table(name).schema:
            assert field.metadata[b"meaning"], f"{name}.{field.name}"


def test_figures__are_all_in_the_ledger():
    columns = {c.name for c in engine.LEDGER.cols}
    for figure in estimate.FIGURES.values():
        assert {figure.over, figure.under or figure.over} <= columns


def test_report__is_one_page_that_points_nowhere(folder, tmp_path):
    from opendome.report import page

    written = page.write(opendome.open(folder), tmp_path / "report.html")
    html = written.read_text("utf-8")
    titles = ["What was asked", "Answers", "Figures", "Validation", "Assumptions", "How to repeat"]
    assert re.findall("<h2>(.*?)</h2>", html) == titles
    assert html.count("<svg ") == 4
    assert not re.search(r'(src|href)="(?!#)', html)  # pictures refer to their own parts only
    assert len(html) < 2_000_000
    again = page.write(opendome.open(folder), tmp_path / "again.html")
    assert again.read_bytes() == written.read_bytes()


def test_result__shows_itself_in_a_notebook(folder):
    result = opendome.open(folder)
    html = result._repr_html_()
    assert html.count("<tr>") == len(result.summary()) + 1
    for figure in (result.plot.days(), result.plot.stock(), result.plot.raid()):
        assert figure.axes
    assert len(result.plot.distributions("leaked", "deaths").axes) == 2
    with pytest.raises(results.ResultError, match="no figure 'nothing'"):
        result.plot.distributions("nothing")


def test_report__draws_the_map_alone(folder, tmp_path):
    from opendome.report import page

    written = page.write(opendome.open(folder), tmp_path / "map.svg")
    assert written.read_text("utf-8").count("<path ") > 40  # a path for each launch, and more
    with pytest.raises(results.ResultError, match="exists; choose another name or --force"):
        page.write(opendome.open(folder), tmp_path / "map.svg")
    with pytest.raises(results.ResultError, match=r"unknown kind of file '\.txt'"):
        page.write(opendome.open(folder), tmp_path / "map.txt")


def test_map__counts_every_launch_of_the_raid_once(folder):
    from opendome.report import map as pictures

    result = opendome.open(folder)
    barrage = pictures.find(result, raid=0)
    drawn = {how: len(paths) for how, paths in barrage.paths.items() if paths}
    want = result.sql(
        "select outcome, count(*) n from outcomes join rockets using (rep, rocket) "
        "where raid = 0 group by outcome"
    ).to_pydict()
    assert drawn == dict(zip(want["outcome"], want["n"], strict=True))


def test_map__of_an_untraced_result_says_why_there_is_none(tmp_path):
    from opendome.report import map as pictures

    bare = opendome.run("two-towns", 1, seed=3, trace=())
    with pytest.raises(results.ResultError, match="no traced replication"):
        pictures.draw(bare)
