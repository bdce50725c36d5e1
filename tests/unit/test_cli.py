"""The command line: each kind of bad input is one line, exit code 2, and nothing is written.

A process of its own where the process matters (streams, signals); click's runner elsewhere.
"""

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from opendome import scenario
from opendome.cli import main

TWO_TOWNS = (scenario.FOLDER / "two-towns.toml").read_text("utf-8")


def opendome(*words, cwd=None):
    """Exit code, stdout and stderr of a command."""
    done = subprocess.run(
        [sys.executable, "-m", "opendome", *words], cwd=cwd, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def refused(*words):
    """The one line with which a command refuses bad input."""
    done = CliRunner().invoke(main, [str(w) for w in words])
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.fixture
def broken(tmp_path):
    """Write the two towns with something replaced; the path."""

    def broken(old, new):
        assert old in TWO_TOWNS
        path = tmp_path / "broken.toml"
        path.write_text(TWO_TOWNS.replace(old, new, 1), "utf-8")
        return path

    return broken


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("replications = 200", "replicatons = 200", "did you mean 'replications'"),
        ("scan_period_s = 1.0", "scan_period_furlong = 1.0", "want scan_period_s"),
        ("misfire_share = 0.15", "misfire_share = 1.5", "want 0 to 1"),
        ("[origin]", "[origin", "broken.toml:"),
        ('radar        = "hill"', 'radar        = "valley"', "valley"),
        ('figure = "launched"', 'figure = "lauched"', "did you mean 'launched'"),
        ("replications = 200", "replications = 0", "want 1 to"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_scenario__that_is_wrong_is_one_line(broken, tmp_path, command, old, new, want):
    path = broken(old, new)
    extra = ["-o", tmp_path / "out"] if command == "run" else []
    assert want in refused(command, path, *extra)
    assert os.listdir(tmp_path) == ["broken.toml"]


@pytest.mark.parametrize(
    ("words", "want"),
    [
        (["two-town"], "did you mean 'two-towns'"),
        (["no/such.toml"], "no/such.toml: no such file"),
        (["two-towns", "-n", "0"], "replications = 0: want 1 to"),
        (["two-towns", "-n", "-3"], "replications = -3: want 1 to"),
        (["two-towns", "-n", "ten"], "'ten' is not a valid integer"),
        (["two-towns", "-n", "1.5"], "'1.5' is not a valid integer"),
        (["two-towns", "--workers", "0"], "workers = 0: want 1 to 64"),
        (["two-towns", "--workers", "65"], "workers = 65: want 1 to 64"),
        (["two-towns", "--seed", "-1"], "seed = -1: want 0 to"),
        (["two-towns", "--sed", "1"], "No such option '--sed'"),
        (["two-towns", "-o", "/proc/out"], "/proc/out: cannot write"),
        ([], "Missing argument 'SCENARIO'"),
    ],
)
def test_run__refuses_bad_words(tmp_path, monkeypatch, words, want):
    monkeypatch.chdir(tmp_path)
    assert want in refused("run", *words)
    assert os.listdir(tmp_path) == []


def test_run__refuses_an_existing_folder_before_it_works(tmp_path):
    (tmp_path / "out").mkdir()
    assert "exists; choose another name or --force" in refused(
        "run", "two-towns", "-o", tmp_path / "out"
    )
    (tmp_path / "out" / "thesis.tex").touch()
    assert "is not a result folder" in refused(
        "run", "two-towns", "-o", tmp_path / "out", "--force"
    )


def test_command__that_is_unknown_gets_the_nearest():
    assert "unknown command 'rnu'; did you mean 'run'" in refused("rnu")
    assert "unknown command 'x'; known: run," in refused("x")


@pytest.mark.parametrize("words", [["report", "nowhere"], ["check", "nowhere"]])
def test_process__refuses_like_the_runner(tmp_path, words):
    code, out, err = opendome(*words, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: nowhere: .*\n", err)


def test_debug__shows_where_it_failed():
    done = CliRunner().invoke(main, ["check", "nowhere", "--debug"])
    assert done.exit_code == 2
    assert "Traceback" in done.stderr


def test_check__says_that_a_scenario_is_good():
    done = CliRunner().invoke(main, ["check", "two-towns"])
    assert (done.exit_code, done.stdout) == (0, "two-towns: ok (Two towns, one battery)\n")
    done = CliRunner().invoke(main, ["check", "two-towns", "--json"])
    assert json.loads(done.stdout) == {"ok": True, "errors": []}


def test_check__lists_every_error_as_json(broken):
    done = CliRunner().invoke(main, ["check", str(broken("[origin]", "[origin")), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 2
    assert not found["ok"]
    assert "broken.toml:" in found["errors"][0]


def test_scenarios__lists_what_ships():
    assert "two-towns" in CliRunner().invoke(main, ["scenarios"]).stdout
    found = json.loads(CliRunner().invoke(main, ["scenarios", "--json"]).stdout)
    assert {s["name"] for s in found} == set(scenario.names())


def test_help__names_every_command():
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    for name in ("run", "scenarios", "check", "schema", "bench", "report"):
        assert re.search(rf"^  {name} ", done.stdout, re.MULTILINE)
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_version__is_one_line():
    done = CliRunner().invoke(main, ["--version"])
    assert re.fullmatch(r"opendome \S+\n", done.stdout)


def test_schema__is_a_json_schema():
    done = CliRunner().invoke(main, ["schema"])
    assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")
