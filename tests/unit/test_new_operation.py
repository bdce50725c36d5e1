"""A scenario from public inputs."""

from click.testing import CliRunner

from opendome import new_operation, posterior, scenario
from opendome.cli import main

START = "2030-05-10T18:00:00+03:00"


def call(*words):
    return CliRunner().invoke(main, ["new-operation", *words])


def test_new_operation__is_a_scenario_of_its_inputs(tmp_path):
    path = tmp_path / "mine.toml"
    done = call('An "operation"', "--start", START, "--launches", "120,300,80", "--short", "0.12",
                "--batteries", "6", "-o", str(path))  # fmt: skip
    assert done.exit_code == 0, done.output
    s = scenario.load(path)
    assert s.title == 'An "operation"'
    assert [v.launched for v in s.threat.intervals] == [120, 420, 500]
    assert s.clock.duration == 3 * 86_400.0
    assert len(s.batteries) == 6
    assert s.calibration.operation == posterior.NEW
    drawn = s.draws().values
    assert "misfire_share" not in drawn  # given
    assert "aimed_share" in drawn
    assert s.threat.misfire_share * new_operation.part_short() < 0.13
    assert call("x", "--start", START, "--launches", "9", "-o", str(path)).exit_code == 2  # exists


def test_new_operation__takes_the_posterior_where_nothing_is_known(tmp_path):
    path = tmp_path / "mine.toml"
    assert call("x", "--start", START, "--launches", "90", "-o", str(path)).exit_code == 0
    assert set(scenario.load(path).draws().values) == set(posterior.PARAMETERS)


def test_new_operation__names_what_is_wrong(tmp_path):
    for words, says in (
        (["--start", "tomorrow", "--launches", "9"], "Invalid isoformat string"),
        (["--start", "2030-05-10", "--launches", "9"], "no offset"),
        (["--start", START, "--launches", "many"], "want --start"),
        (["--start", START, "--launches", "0"], "want a count for each day"),
        (["--start", START, "--launches", "9", "--short", "0.9"], "want a share from 0 to 0.4"),
        (["--start", START, "--launches", "9", "--batteries", "11"], "want 0 to 10"),
    ):
        done = call("x", *words, "-o", str(tmp_path / "x.toml"))
        assert done.exit_code == 2, words
        assert says in done.stderr
        assert not (tmp_path / "x.toml").exists()
