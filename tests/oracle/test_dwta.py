"""The referee of benchmarks/dwta, written apart, against the compiled game; scipy as third."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from opendome.dwta import bound, play, problem
from opendome.kernels.greedy import greedy
from opendome.kernels.offer import clear, offer
from opendome.kernels.resolve import resolve

FOLDER = Path(__file__).parents[2] / "benchmarks" / "dwta"


@pytest.fixture(scope="module")
def referee():
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("referee", FOLDER / "referee.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module


def test_problem__of_the_benchmark_is_that_of_the_package():
    """The folder holds a copy, so that it works when it is copied alone."""
    assert (FOLDER / "problem.py").read_bytes() == Path(problem.__file__).read_bytes()


def sparse(prices):
    """Prices as a certificate has them."""
    rows = {
        name: [[int(b), int(k), float(u[b, k])] for b, k in np.argwhere(u > 0.0)]
        for name, u in zip(("place", "rate", "channel"), prices[1:], strict=True)
    }
    return {"stock": prices.stock.tolist(), **rows}


@pytest.mark.parametrize("policy", play.KINDS)
def test_game__is_that_of_the_referee(referee, policy):
    made = problem.make("small", 3)
    g = play.game(made)
    rules = play.rules(policy, foresight=1, steps=2)
    found = play.play(made, g, rules, range(3))
    for replication in range(3):
        launches = found.launches[replication].tolist()
        assert launches
        # The referee refuses a launch that breaks a rule.
        assert referee.replay(made, replication, launches) == pytest.approx(
            found.damage[replication], rel=1e-12
        )


def test_bound__is_that_of_the_referee(referee):
    made = problem.make("small", 1)
    found = bound.fluid(play.game(made))
    assert referee.bound(made, sparse(found.prices)) == pytest.approx(found.value, abs=1e-8)


def test_referee__refuses_what_was_tampered_with(referee):
    made = problem.make("small", 1)
    g = play.game(made)
    value, prices = bound.ascend(g)
    fair = {"sha256": referee.digest(made), "prices": sparse(prices), "bound": value}
    assert "no policy expects less" in referee.check(made, fair)
    with pytest.raises(referee.ProblemError, match="the prices prove"):
        referee.check(made, fair | {"bound": value + 0.01})
    with pytest.raises(referee.ProblemError, match="another instance"):
        referee.check(problem.make("small", 2), fair)
    wrong = sparse(prices)
    wrong["stock"][0] = -1.0
    with pytest.raises(referee.ProblemError, match="0 or more"):
        referee.check(made, fair | {"prices": wrong})
    launches = play.play(made, g, play.rules("greedy"), [0]).launches[0].tolist()
    with pytest.raises(referee.ProblemError, match=r"dead, or a salvo|launch slot|rounds of"):
        referee.replay(made, 0, [launches[0], *launches])
    with pytest.raises(referee.ProblemError, match="not in order"):
        referee.replay(made, 0, launches[::-1])


def test_referee__plays_a_program(referee, tmp_path):
    made = problem.make("small", 0)
    program = [sys.executable, str(FOLDER / "example_policy.py")]
    played = referee.score(made, program, 2)
    compiled = play.play(made, play.game(made), play.rules("greedy"), range(2))
    # The example is greedy too, ties apart: values are continuous, so there are none.
    assert [p["damage"] for p in played["played"]] == pytest.approx(compiled.damage.tolist())
    path = tmp_path / "small-0.json"
    path.write_text(json.dumps(made), "utf-8")
    (tmp_path / "played.json").write_text(json.dumps(played), "utf-8")
    done = subprocess.run(
        [sys.executable, FOLDER / "referee.py", "check", path, tmp_path / "played.json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "mean damage" in done.stdout


@pytest.mark.parametrize("seed", range(6))
def test_certificates__prove_what_they_say(referee, seed):
    size = tuple(problem.SIZES)[seed % 2]
    made = problem.make(size, seed)
    path = FOLDER / "certificates" / f"{made['name']}.json"
    assert "no policy" in referee.check(made, json.loads(path.read_text("utf-8")))


# ---------------------------------------------------------------- static policies


def static(rng, by_target):
    n, batteries = int(rng.integers(1, 12)), int(rng.integers(1, 4))
    o = offer(n, batteries)
    o.id[:] = rng.permutation(n)
    o.value[:] = rng.uniform(1.0, 100.0, n)
    p = rng.uniform(0.1, 0.9, (n, 1 if by_target else batteries))
    o.p[:] = np.where(rng.random((n, batteries)) < 0.8, p, 0.0)
    o.can[:] = rng.integers(0, 5, batteries)
    o.left[:] = o.can
    clear(o, n)
    return o, n


def saved(o, n):
    fired = o.fire[:n] > 0
    return float(np.sum((o.value * o.p[np.arange(len(o.p)), o.battery])[:n][fired]))


def optimum(o, n):
    """One round a threat, by scipy."""
    columns = np.repeat(np.arange(len(o.can)), o.can)
    worth = (o.value[:, None] * o.p)[:n][:, columns]
    rows, taken = linear_sum_assignment(worth, maximize=True)
    return float(worth[rows, taken].sum())


def test_resolve__is_the_optimum_of_the_static_problem():
    rng = np.random.default_rng(3)
    for _ in range(300):
        o, n = static(rng, by_target=False)
        wanted = optimum(o, n)
        resolve(o, n, 0.0)
        assert saved(o, n) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_greedy__is_the_optimum_where_p_depends_on_the_target_alone_and_all_can_reach():
    rng = np.random.default_rng(4)
    for _ in range(300):
        o, n = static(rng, by_target=True)
        o.p[:] = o.p.max(axis=1, keepdims=True)
        wanted = optimum(o, n)
        greedy(o, n, 0.0)
        assert saved(o, n) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
