"""Scenarios through the server: edits keep comments, files are not overwritten, runs end."""

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from click.testing import CliRunner

from opendome import scenario
from opendome.cli import main
from opendome.errors import ScenarioError
from opendome.web import workbench
from opendome.web.workbench import Conflict, Shelf, digest

TEXT = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")


def test_edit__changes_a_value_and_nothing_else():
    made = workbench.edit(TEXT, [(["battery", 0, "lat_deg"], 31.6), (["stock", "depot_rounds"], 7)])
    before, after = TEXT.splitlines(), made.splitlines()
    assert len(before) == len(after)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert [b.split()[0] for _, b in changed] == ["lat_deg", "depot_rounds"]
    assert tomllib.loads(made)["battery"][0]["lat_deg"] == 31.6
    assert "# cumulative launches at a time" in made


def test_edit__adds_and_removes_entries():
    entry = tomllib.loads(TEXT)["battery"][0] | {"name": "B"}
    two = workbench.edit(TEXT, [(["battery", 1], entry)])
    assert [b.name for b in scenario.parse(two, "x").batteries] == ["A", "B"]
    one = workbench.edit(two, [(["battery", 0], None)])
    assert [b.name for b in scenario.parse(one, "x").batteries] == ["B"]
    plain = workbench.edit(
        TEXT, [(["policy", "salvos"], None), (["effects", "shelter_factor"], 4.0)]
    )
    assert scenario.parse(plain, "x").effects.shelter_factor == 4.0


@pytest.mark.parametrize("path", [
    ["battery", 9, "lat_deg"], ["battery", "x"], ["title", "x"], [], ["a"] * 9, ["battery", -1],
])  # fmt: skip
def test_edit__refuses_places_that_are_none(path):
    with pytest.raises(ScenarioError):
        workbench.edit(TEXT, [(path, 1.0)])


def test_check__speaks_as_the_command_line(client, tmp_path):
    wrong = TEXT.replace("scan_period_s = 1.0", "scan_period_s = -1.0").replace(
        "height_m", "hight_m"
    )
    (tmp_path / "wrong.toml").write_text(wrong)
    path = str(tmp_path / "wrong.toml")
    told = json.loads(CliRunner().invoke(main, ["check", path, "--json"]).output)["errors"]
    answer = client.post("/api/scenarios/check", json={"text": wrong, "name": "wrong"}).json()
    assert [e.removeprefix("wrong.toml: ") for e in answer["errors"]] == [
        e.removeprefix(f"{path}: ") for e in told
    ]
    assert answer["ok"] is False
    assert answer["raw"]["clock"]["scan_period_s"] == -1.0


@pytest.mark.parametrize(
    "text", ["", "[[[", "a = " + "[" * 5000, "x = nan", "\x00", "[battery]\n" * 3]
)
def test_check__survives_anything(client, text):
    answer = client.post("/api/scenarios/check", json={"text": text})
    assert answer.status_code == 200
    assert answer.json()["errors"]


def test_save__asks_before_it_replaces(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.save("mine", TEXT, None)
    with pytest.raises(Conflict, match="exists"):
        shelf.save("mine", TEXT + "# more\n", None)
    shelf.save("mine", TEXT + "# more\n", digest(TEXT))
    assert shelf.read("mine", "file") == TEXT + "# more\n"
    with pytest.raises(Conflict, match="changed by someone else"):
        shelf.save("mine", TEXT, digest(TEXT))
    assert shelf.listed()[0] == {"name": "mine", "origin": "file"}
    assert not list(tmp_path.glob(".*"))


def test_save__of_two_users_lets_one_win(tmp_path):
    shelf = Shelf(tmp_path)

    def save(k):
        try:
            return shelf.save("both", f"{TEXT}# {k}\n", None)
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        written = [p for p in pool.map(save, range(24)) if p]
    assert len(written) == 1


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "x" * 65, "x y", "a\\b", "-x", "a\0"])
def test_save__writes_nowhere_else(tmp_path, name):
    with pytest.raises(ScenarioError, match="name"):
        Shelf(tmp_path / "in").save(name, TEXT, None)
    assert not list(tmp_path.rglob("*.toml"))


def test_save__refuses_a_scenario_that_is_wrong(client):
    answer = client.put("/api/scenarios/file/wrong", json={"text": "title = 1"})
    assert answer.status_code == 422
    assert "wrong.toml" in answer.json()["detail"]


def events(url, job):
    """All that a run says of itself."""
    with httpx.stream("GET", f"{url}/api/runs/{job}/events", timeout=300.0) as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    return [json.loads(line[6:]) for line in lines]


def test_run__reports_progress_and_leaves_a_result(client, url, folder):
    asked = {"text": TEXT, "name": "two-towns", "replications": 3, "seed": 11}
    job = client.post("/api/runs", json=asked).json()
    told = events(url, job["id"])
    assert told[-1]["state"] == "done"
    assert any(t["state"] in ("compiling", "running") for t in told)
    name = told[-1]["result"]
    assert (folder / "results" / told[-1]["folder"] / "manifest.json").is_file()
    about = client.get(f"/api/results/{name}").json()
    assert (about["seed"], about["finished"], about["traced"]) == (11, 3, [0, 1])


def test_run__can_be_stopped_and_the_queue_is_short(client, url, folder):
    before = {p.name for p in (folder / "results").iterdir()}
    asked = {"text": TEXT, "name": "long", "replications": 10_000, "seed": 1}
    jobs = [client.post("/api/runs", json=asked) for _ in range(6)]
    assert [j.status_code for j in jobs] == [201] * 5 + [429]
    assert "stop one" in jobs[-1].json()["detail"]
    for job in reversed(jobs[:-1]):
        assert client.delete(f"/api/runs/{job.json()['id']}").status_code == 200
    told = events(url, jobs[0].json()["id"])
    assert told[-1]["state"] == "stopped"
    assert told[-1]["errors"] == ["stopped by the user"]
    assert {p.name for p in (folder / "results").iterdir()} == before


def test_run__ends_at_the_limit(folder, new_server):
    with new_server(folder, "--run-limit-s", "1") as url:
        asked = {"text": TEXT, "name": "long", "replications": 10_000, "seed": 1}
        job = httpx.post(f"{url}/api/runs", json=asked).json()
        told = events(url, job["id"])
    assert told[-1]["state"] == "stopped"
    assert "limit" in told[-1]["errors"][0]


def test_run__of_a_wrong_scenario_does_not_start(client):
    asked = {"text": "title = 1", "name": "x", "replications": 1, "seed": 1}
    answer = client.post("/api/runs", json=asked)
    assert answer.status_code == 422
    huge = {"text": TEXT, "name": "x", "replications": 10**9, "seed": 1}
    assert client.post("/api/runs", json=huge).status_code == 422
