"""od.assign and `opendome assign`: the border, files, certificates, the clock."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import opendome as od
from opendome.assignment import andersen, instances
from opendome.assignment.certify import Certificate, certify
from opendome.assignment.problem import ProblemError, as_json, check, read
from opendome.assignment.solve import solve
from opendome.cli import main
from opendome.errors import ScenarioError

VALUE, SURVIVE, AMMUNITION = [10.0, 5.0, 3.0], [[0.2, 0.5, 0.4], [0.3, 0.9, 0.1]], [2, 1]
NAN = float("nan")


@pytest.fixture(scope="module")
def solved():
    """A problem with several types and several shots a target, and its answer."""
    given = instances.random(6, 9, "andersen", 3, copies=3)
    return given, solve(given)


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_assign__answers_as_the_contract_says():
    found = od.assign(VALUE, SURVIVE, AMMUNITION)
    # By hand: each target gets the shot that leaves least, 10 * 0.2 + 5 * 0.5 + 3 * 0.1.
    assert found.shots.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert found.objective == pytest.approx(4.8, rel=1e-12)
    assert found.bound <= found.objective
    assert found.gap <= 1e-6
    assert found.seconds > 0.0


@pytest.mark.parametrize(
    ("value", "survive", "ammunition", "says"),
    [
        ([], np.zeros((2, 0)), [1, 1], "value: no target (want at least one)"),
        ([1.0], np.zeros((0, 1)), [], "ammunition: no weapon type (want at least one)"),
        ([1.0], [[0.5]], [1, 1], "survive: 1 x 1 (want 2 weapon types x 1 targets)"),
        ([1.0, NAN], [[0.5, 0.5]], [1], "value[1] = nan (want a number >= 0)"),
        ([1.0, -2.0], [[0.5, 0.5]], [1], "value[1] = -2 (want a number >= 0)"),
        ([1.0], [[1.5]], [1], "survive[0, 0] = 1.5 (want a probability, 0 to 1)"),
        ([1.0, 1.0], [[0.5, NAN]], [1], "survive[0, 1] = nan (want a probability, 0 to 1)"),
        ([1.0], [[0.5]], [-1], "ammunition[0] = -1 (want a whole number)"),
        ([1.0], [[0.5]], [1.5], "ammunition[0] = 1.5 (want a whole number)"),
        ([1.0], [0.5], [1], "survive: 1 dimensions (want 2)"),
        (["a"], [[0.5]], [1], "value: want a list of numbers"),
        ([1.0, 1.0], [[0.5, 0.5], [0.5]], [1, 1], "survive: want rows of numbers"),
    ],
)
def test_assign__refuses_with_place_and_remedy(value, survive, ammunition, says):
    with pytest.raises(ScenarioError) as error:
        od.assign(value, survive, ammunition)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_assign__names_the_row_of_a_late_fault():
    survive = np.full((600, 2), 0.5)
    survive[555, 1] = 2.0
    with pytest.raises(ScenarioError, match=r"survive\[555, 1\] = 2 "):
        od.assign([1.0, 1.0], survive, np.ones(600, int))


@pytest.mark.parametrize("limit", [-1.0, NAN])
def test_assign__refuses_a_time_limit_that_is_none(limit):
    with pytest.raises(ScenarioError, match="time_limit_s"):
        od.assign(VALUE, SURVIVE, AMMUNITION, time_limit_s=limit)


@pytest.mark.parametrize(
    ("value", "survive", "ammunition", "best"),
    [
        ([4.0, 6.0], [[0.5, 0.5]], [0], 10.0),  # nothing to fire
        ([4.0, 6.0], [[1.0, 1.0]], [9], 10.0),  # nothing that hits
        ([0.0, 0.0], [[0.5, 0.5]], [3], 0.0),  # nothing at stake
        ([4.0, 6.0], [[0.0, 0.0]], [2], 0.0),  # every shot kills
        ([4.0, 6.0], [[0.0, 0.0]], [1], 4.0),
        ([8.0], [[0.5]], [1_000_000], 0.0),  # more than anybody needs
    ],
)
def test_assign__takes_the_edges(value, survive, ammunition, best):
    given = check(value, survive, ammunition)
    found = solve(given)
    assert found.objective == pytest.approx(best, abs=1e-12)
    assert found.gap <= 1e-6 or found.objective < 1e-12
    assert certify(given, found.certificate).ok


def test_time_limit__gives_the_plan_of_the_moment_and_an_honest_gap():
    given = instances.random(60, 40, "andersen", 1)
    best = solve(given)
    for limit in (0.0, 0.002, 0.05):
        found = solve(given, time_limit_s=limit)
        assert found.bound <= best.objective * (1.0 + 1e-9)
        assert found.objective >= best.bound * (1.0 - 1e-9)
        assert found.gap == pytest.approx(1.0 - found.bound / found.objective, abs=1e-12)
        assert certify(given, found.certificate).ok


def test_solve__answers_alike_twice():
    given = instances.random(60, 40, "ahuja", 2)
    a, b = solve(given), solve(given)
    assert a.objective == b.objective
    assert np.array_equal(a.shots, b.shots)
    assert np.array_equal(a.prices, b.prices)


def test_solve__keeps_single_precision():
    given = instances.random(40, 40, "ahuja", 2)
    single = given._replace(survive=given.survive.astype(np.float32))
    assert check(*single).survive.dtype == np.float32
    assert solve(single).objective == pytest.approx(solve(given).objective, rel=1e-6)


# ---------------------------------------------------------------- certificates


def test_certificate__holds(solved):
    given, found = solved
    verdict = certify(given, found.certificate)
    assert verdict.ok
    assert verdict.objective == pytest.approx(found.objective, rel=1e-12)
    assert verdict.bound >= found.certificate.price_bound - 1e-9


def tampered(found):
    """Certificates that claim what is not so, each with what the check says."""
    proof: Certificate = found.certificate
    pairs, prices = proof.pairs, proof.prices
    more = pairs.copy()
    more[0, 2] += 3
    elsewhere = pairs.copy()
    elsewhere[0, 1] = (elsewhere[0, 1] + 1) % 9
    outside = pairs.copy()
    outside[0, 0] = 6
    none = pairs.copy()
    none[0, 2] = 0
    minus = prices.copy()
    minus[2] = -0.1
    return {
        "objective: ": proof._replace(objective=proof.objective * 0.99),
        "bound: ": proof._replace(price_bound=proof.price_bound * 1.001),
        "bound: said": proof._replace(bound=proof.bound * 1.001, rests_on="prices"),
        "fires": proof._replace(pairs=more),
        "objective: 2": proof._replace(pairs=elsewhere),
        "plan: row 0": proof._replace(pairs=outside),
        "plan: row 0 is": proof._replace(pairs=none),
        "prices[2]": proof._replace(prices=minus),
        "prices: 5": proof._replace(prices=prices[:5]),
        "bound: 1": proof._replace(prices=prices * 0.9),
        "prices[0]": proof._replace(prices=prices * NAN),
    }


@pytest.mark.parametrize("which", range(11))
def test_certificate__is_refused_when_tampered_with(solved, which):
    given, found = solved
    says, proof = list(tampered(found).items())[which]
    verdict = certify(given, proof)
    assert not verdict.ok
    assert any(says.split()[0] in fault for fault in verdict.faults)


# ---------------------------------------------------------------- files and the command


def test_andersen__round_trip():
    given = instances.random(3, 4, "andersen", 1, copies=2)
    back = andersen.parse(andersen.text(given), "x")
    assert np.array_equal(back.value, given.value)
    assert back.ammunition.tolist() == [2, 2, 2]
    # Kill probabilities are written, survival is kept: 1 - (1 - q) rounds once.
    assert np.allclose(back.survive, given.survive, rtol=0.0, atol=1e-15)


def test_andersen__reads_the_published_layout():
    # The head of data/wta_50x100x2.txt (Andersen, Pavlikov and Toffolo), cut to 2 x 3.
    text = "2 3 2\n13\n60\n71\n0 0 0.409311426086\n0 1 0.480376252415\n0 2 0.367941765617\n"
    text += "1 0 0.285727386023\n1 1 0.99404099033\n1 2 0.0915266942211\n"
    given = andersen.parse(text, "x")
    assert given.value.tolist() == [13.0, 60.0, 71.0]
    assert given.ammunition.tolist() == [2, 2]
    assert given.survive[1, 1] == pytest.approx(1.0 - 0.99404099033, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("2\n", "'2' (want `weapons targets copies`"),
        ("a b\n", ":1: 'a' (want a whole number)"),
        ("1 1 1\n5\n", "2 lines (want 1 + 1 values + 1 x 1 probabilities = 3)"),
        ("1 1 1\n5\n0 0 1.5\n", ":3: probability 1.5 (want 0 to 1)"),
        ("1 1 1\n5\n0 1 0.5\n", ":3: pair 0 1 (want a weapon 0..0 and a target 0..0)"),
        ("1 1 1\n5 5\n0 0 0.5\n", ":2: '5 5' (want a value)"),
        ("1 2 1\n5\n5\n0 0 0.5\n0 0 0.5\n", ":5: pair 0 0 is there already"),
    ],
)
def test_andersen__refuses_with_the_line(text, says):
    with pytest.raises(ProblemError) as error:
        andersen.parse(text, "x")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", ":1: not JSON"),
        ("[1]", "want an object with value, survive, ammunition"),
        ('{"value": [1]}', "survive is missing"),
        ('{"value": [1], "survive": [[0.5]], "ammunition": [1], "x": 1}', "unknown key 'x'"),
        ('{"value": [1], "survive": [[2]], "ammunition": [1]}', "survive[0, 0] = 2"),
        ('{"value": [1], "survive": [["a"]], "ammunition": [1]}', "survive: want rows of numbers"),
        ('{"value": null, "survive": [[0.5]], "ammunition": [1]}', "value: want a list"),
    ],
)
def test_command__refuses_bad_files_in_one_line(text, says, tmp_path):
    path = tmp_path / "p.json"
    path.write_text(text)
    done = run("assign", path)
    assert done.exit_code == 2
    assert says in done.output
    assert done.output.count("\n") == 1


def test_command__refuses_a_file_that_is_not_there(tmp_path):
    done = run("assign", tmp_path / "none.json")
    assert done.exit_code == 2
    assert "No such file" in done.output


def test_command__solves_writes_and_checks(solved, tmp_path):
    given, found = solved
    problem, result = tmp_path / "p.json", tmp_path / "r.json"
    problem.write_text(json.dumps(as_json(given)))
    assert np.array_equal(read(problem).survive, given.survive)
    done = run("assign", problem, "-o", result)
    assert done.exit_code == 0, done.output
    assert "(optimal)" in done.output
    told = json.loads(run("assign", problem, "--json").output)
    assert told["objective"] == pytest.approx(found.objective, rel=1e-12)
    assert told["gap"] <= 1e-6
    assert run("assign", problem, "--check", result).exit_code == 0
    claim = json.loads(result.read_text())
    claim["plan"][0][2] += 5
    result.write_text(json.dumps(claim))
    done = run("assign", problem, "--check", result)
    assert done.exit_code == 1
    assert "shots" in done.output


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"plan": 1, "prices": ["a"]}'])
def test_command__refuses_what_is_no_result(text, tmp_path):
    problem, result = tmp_path / "p.json", tmp_path / "r.json"
    problem.write_text(json.dumps({"value": VALUE, "survive": SURVIVE, "ammunition": AMMUNITION}))
    result.write_text(text)
    done = run("assign", problem, "--check", result)
    assert done.exit_code == 2
    assert "want a result of" in done.output


def test_command__reads_andersen_files(tmp_path):
    path = tmp_path / "wta.txt"
    path.write_text(andersen.text(instances.random(4, 8, "andersen", 5)))
    told = json.loads(run("assign", path, "--json").output)
    assert told["optimal"]
    assert len(told["prices"]) == 4
