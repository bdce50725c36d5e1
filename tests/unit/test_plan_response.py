"""What operations use: the fit, its limit, and running out against the simulator; siting."""

import itertools
import json

import numpy as np
import pytest

from opendome import engine, scenario
from opendome.errors import ScenarioError
from opendome.plan import response, siting, studies
from opendome.plan.file import Response as Wanted
from opendome.plan.response import Doctrine, Force
from opendome.plan.siting import Ground
from tests.unit.plan_small import small


def table(noise=0.0, points=64, reps=2, seed=3):
    """Rows of studies from a law that the polynomial holds, with pairs that share their noise."""
    rng = np.random.default_rng(seed)
    wanted = Wanted(points=points, replications=reps)
    made = [(p | {"pair": -1}, reps) for p in response.design(wanted, Force(10, 3, 0), 5)]
    rule = {"rounds_per_target": 1, "threat_min": 0.1}
    twice = response.pairs(wanted, Force(10, 3, 0), Force(4, 1, 2), rule)
    made += [(p, wanted.paired) for p in twice]
    index = np.repeat(np.arange(len(made)), [n for _, n in made])
    rows = {n: np.array([float(made[i][0][n]) for i in index]) for n in (*response.FACTORS, "pair")}
    rows["pair"] = rows["pair"].astype(int)
    rows["point"] = index
    rows["rep"] = np.concatenate([np.arange(n) for _, n in made])
    law, more = np.log(rows["launches"]), rows["batteries"] - 10.0
    used = np.exp(
        -1.0 + 0.03 * law**2 / 10 + 0.6 * (rows["rounds_per_target"] - 1.0)
        - 0.1 * np.log(rows["threat_min"])
    )  # fmt: skip
    leaks = np.exp(-3.0 - 0.05 * more + 0.02 * law)
    shared = {}
    for figure in ("rounds_used", "leaked"):
        shared[figure] = np.array([
            noise * np.random.default_rng([seed, p + 1, r, i if p < 0 else 0, len(figure)]).normal()
            for i, p, r in zip(index, rows["pair"], rows["rep"], strict=True)
        ])  # fmt: skip
    rows["rounds_used"] = used * rows["launches"] * np.exp(shared["rounds_used"])
    own = 0.1 * noise * rng.normal(size=len(index)) * (more > 0)
    rows["leaked"] = leaks * rows["launches"] * np.exp(shared["leaked"] + own)
    rows["threatened"] = rows["leaked"] + 0.7 * rows["rounds_used"]
    return rows


def written():
    """The same with every column of a cache."""
    rows = table()
    empty = np.zeros(len(rows["point"]))
    return {name: rows.get(name, empty) for name in studies.COLUMNS}


PLAIN = Doctrine(1.0, 0.1)


def test_design__is_inside_and_covers_doctrines_at_the_force_in_service():
    points = response.design(Wanted(), Force(10, 3, 0), 5)
    assert {(p["batteries"], p["launchers"], p["radars"]) for p in points} == {(10, 3, 0)}
    assert {p["rounds_per_target"] for p in points} == {1, 2}
    threats = [p["threat_min"] for p in points]
    assert 0.02 <= min(threats) < 0.025
    assert 0.4 < max(threats) <= 0.5
    launches = [p["launches"] for p in points]
    assert 400 <= min(launches) < 430
    assert 6500 < max(launches) <= 7000


def test_pairs__differ_in_one_kind_alone():
    made = response.pairs(
        Wanted(), Force(10, 3, 0), Force(4, 0, 1), {"rounds_per_target": 1, "threat_min": 0.1}
    )
    assert {p["pair"] for p in made} == {0, 1, 2, 3}
    for k in range(4):
        mine = [p for p in made if p["pair"] == k]
        assert len({p["launches"] for p in mine}) == 1
        forces = [(p["batteries"], p["launchers"], p["radars"]) for p in mine]
        # One more, and one more than can be bought: the gift that a plan is offered beyond.
        assert forces == [(10, 3, 0), (11, 3, 0), (15, 3, 0), (10, 3, 1), (10, 3, 2)]
    assert response.pairs(Wanted(), Force(10, 3, 0), Force(0, 0, 0), {}) == []


def test_learn__finds_a_law_of_its_kind_and_says_its_error():
    exact = response.learn(table())
    assert max(f.error for f in exact.fits) < 1e-6
    assert exact.base == Force(10, 3, 0)
    rounds, leaked, saved = exact.operation(np.array([0.0, 2000.0]), Force(11, 3, 1), PLAIN)
    law = np.log(2000.0)
    assert rounds[0] == leaked[0] == 0.0
    used = -1.0 + 0.003 * law**2 - 0.1 * np.log(0.1)
    assert rounds[1] == pytest.approx(2000.0 * np.exp(used), rel=1e-6)
    assert leaked[1] == pytest.approx(2000.0 * np.exp(-3.05 + 0.02 * law), rel=1e-6)
    assert saved[1] == pytest.approx(0.7, rel=1e-6)
    noisy = response.learn(table(noise=0.2))
    assert noisy.fits[0].noise == pytest.approx(0.2, rel=0.3)
    # Ten terms on 64 points of two runs: 0.2 sqrt(10 / 128) is 0.056.  The truth is known here.
    at = np.random.default_rng(8).uniform(500.0, 6500.0, 200)
    got = noisy.operation(at, Force(10, 3, 0), PLAIN)[1] / at
    wrong = np.sqrt(np.mean((np.log(got) - (-3.0 + 0.02 * np.log(at))) ** 2))
    assert noisy.fits[1].error == pytest.approx(0.056, rel=0.6)
    assert wrong < 2.0 * noisy.fits[1].error


def test_learn__takes_more_of_a_kind_from_pairs_whose_noise_falls_out():
    noisy = response.learn(table(noise=0.2))
    (launches,) = at = (np.array([1500.0]),)
    base = noisy.operation(launches, Force(10, 3, 0), PLAIN)[1]
    for more, change in ((1, -0.05), (3, -0.15), (5, -0.25), (9, -0.25)):
        got = noisy.operation(*at, Force(10 + more, 3, 0), PLAIN)[1]
        # Twenty per cent of noise in each run, two in a pair, 32 pairs: 0.4 %.
        assert np.log(got / base)[0] == pytest.approx(change, abs=0.015)
    (battery,) = (a for a in noisy.assumptions if a.name == "response.battery")
    assert (battery.value, battery.low, battery.high) == (0.0, -1.645, 1.645)
    assert "32 pairs of runs" in battery.source
    low, high = (
        noisy.operation(launches, Force(11, 3, 0), PLAIN, {"battery": z})[1][0]
        for z in (-1.645, 1.645)
    )
    assert low < base[0] * np.exp(-0.05) < high  # covers the truth
    assert np.log(high / low) < 0.03


def test_effect__has_the_error_of_weighted_least_squares():
    # Coverage of 90 % intervals over made-up pairs: the check of the standard error.
    inside = 0
    for seed in range(60):
        effect = response.learn(table(noise=0.2, seed=100 + seed)).effects["battery"]
        low, high = (np.log1p(effect.leakers(z)) for z in (-1.645, 1.645))
        inside += low <= -0.05 <= high
    assert 47 <= inside <= 60  # 54 expected; binomial deviation 2.3


def test_learn__stays_at_the_edge_beyond_the_design():
    exact = response.learn(table())
    far, edge = (exact.operation(np.array([v]), Force(10, 3, 0), PLAIN) for v in (50e3, 7000.0))
    assert far[0][0] / 50e3 == pytest.approx(edge[0][0] / 7000.0, rel=0.02)


def test_check__refuses_and_says_how_many_replications_are_needed():
    noisy = response.learn(table(noise=0.4))
    with pytest.raises(ScenarioError) as caught:
        response.check(noisy, Wanted(error_rounds=0.06, error_leaked=1.0))
    (line,) = caught.value.lines
    assert "response.error_rounds: the surrogate of the rounds errs by" in line
    assert "replications more of each of the 64 points are needed" in line
    bent = table()
    bent["rounds_used"] = bent["rounds_used"] * (1.0 + 0.5 * np.sin(9.0 * np.log(bent["launches"])))
    crooked = response.learn(bent)
    with pytest.raises(ScenarioError, match="more replications do not help, try points = "):
        response.check(crooked, Wanted(error_rounds=0.01))
    response.check(noisy, Wanted(error_rounds=1.0, error_leaked=1.0))


def test_cache__is_read_as_it_was_written(tmp_path):
    plan = small()
    rows = written()
    studies.write(tmp_path / "small.csv", plan, rows)
    head, back = studies.read(tmp_path / "small.csv")
    assert studies.current(plan, head)
    assert not studies.current(small(outlook="[response]\npoints = 99"), head)
    for name in studies.COLUMNS:
        assert back[name] == pytest.approx(rows[name], rel=1e-7)
    assert json.loads((tmp_path / "small.csv").read_text("utf-8").splitlines()[0][2:]) == head
    (tmp_path / "bad.csv").write_text("1,2\n3,x\n", "utf-8")
    with pytest.raises(ScenarioError, match="not the studies of a plan"):
        studies.read(tmp_path / "bad.csv")
    assert studies.read(tmp_path / "none.csv") is None


@pytest.mark.parametrize("share", [0.75, 0.5])
def test_running_out__is_ample_stock_cut_in_time(share, two_towns):
    # The claim of the response: with a stock S an operation uses min(S, D), and each missing round
    # lets through what a round saves.  D, leakers and saved come from the run with ample stock.
    base = scenario.load("two-towns")
    launchers = sum(b.launchers for b in base.batteries)
    setups = {}
    ample, less = [], []
    for rep in range(12):
        row = engine.replicate(two_towns, 3, rep).ledger[0]
        each = max(round(share * row["rounds_used"] / launchers), 1)
        if each not in setups:
            setups[each] = engine.prepare(_stocked(base, each))
        poor = engine.replicate(setups[each], 3, rep).ledger[0]
        assert poor["rounds_used"] == min(each * launchers, row["rounds_used"])
        ample.append(row)
        less.append(poor)
    fired, leaked, threatened = (
        sum(row[name] for row in ample) for name in ("rounds_used", "leaked", "threatened")
    )
    used = sum(row["rounds_used"] for row in less)
    predicted = leaked + (threatened - leaked) / fired * (fired - used)
    through = sum(row["leaked"] for row in less)
    assert through == pytest.approx(predicted, rel=0.1)  # measured 4 % and 1 %; noise is 7 %


def _stocked(base, each):
    """The scenario with so many rounds in each launcher and none behind them."""
    return scenario.parse(
        base.text, base.name,
        changes={"stock.depot_rounds": 0, "battery[*].rounds_per_launcher": each},
    )  # fmt: skip


def test_simulate__scales_operations_and_forces():
    plan = small()
    points = [
        {"launches": 40, "batteries": 2, "launchers": 3, "radars": 0, "rounds_per_target": 1,
         "threat_min": 0.1},
        {"launches": 40, "batteries": 3, "launchers": 3, "radars": 1, "rounds_per_target": 2,
         "threat_min": 0.05},
    ]  # fmt: skip
    sites = np.array([[31.55, 34.62]])
    found = studies.simulate(plan, points, sites, 1, 5)
    assert list(found["point"]) == [0, 1]
    assert found["rounds_used"][1] > found["rounds_used"][0] > 0
    assert np.all(found["leaked"] <= found["threatened"])


def test_simulate__gives_every_run_a_replication_of_its_own():
    plan, sites = small(), np.empty((0, 2))
    one = {"launches": 40, "batteries": 1, "launchers": 3, "radars": 0, "rounds_per_target": 1,
           "threat_min": 0.1}  # fmt: skip
    long = studies.simulate(plan, [one], sites, 6, 5, firsts=[0])
    apart = studies.simulate(plan, [one, one, one], sites, 2, 5)
    shared = studies.simulate(plan, [one, one], sites, 2, 5, firsts=[4, 4])
    assert len(set(long["rounds_used"])) > 1
    for name in studies.FIGURES:
        assert apart[name].tolist() == long[name].tolist()
        assert shared[name].tolist() == 2 * long[name][4:].tolist()
    assert shared["rep"].tolist() == [0, 1, 0, 1]


# ---------------------------------------------------------------- siting


def grid(seed=0, sites=9, demands=14):
    rng = np.random.default_rng(seed)
    weight = rng.random(demands)
    return Ground(
        np.zeros((sites, 2)), 2, weight / weight.sum(), rng.random((sites, demands)) < 0.3
    )


@pytest.mark.parametrize("unavailable", [0.0, 0.2])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_choose__is_the_best_of_all_subsets(seed, unavailable):
    g = grid(seed)
    for n in (1, 3, 4):
        found = siting.choose(g, n, unavailable)
        every = [
            siting.expected(g, rows, unavailable) for rows in itertools.combinations(range(9), n)
        ]
        assert found.coverage == pytest.approx(max(every), rel=1e-9)
        assert found.bound >= found.coverage - 1e-6
        assert len(found.rows) == n


def test_expected__counts_backups_as_daskin_does():
    # One demand under three batteries, each away with probability 0.2: 1 - 0.2^3.
    g = Ground(np.zeros((3, 2)), 0, np.ones(1), np.ones((3, 1), bool))
    assert siting.expected(g, (0, 1, 2), 0.2) == pytest.approx(1.0 - 0.2**3)
    assert siting.expected(g, (0,), 0.2) == pytest.approx(0.8)


def test_extended__keeps_those_in_service_and_adds_the_best():
    g = grid(4)
    made = siting.extended(g, 3, 0.1)
    assert made[0].rows == (0, 1)
    assert all(s.rows[:2] == (0, 1) for s in made)
    assert np.all(np.diff([s.coverage for s in made]) >= -1e-12)
    best = max(siting.expected(g, (0, 1, j), 0.1) for j in range(2, 9))
    assert made[1].coverage == pytest.approx(best)


def test_merged__changes_no_coverage():
    g = grid(5, demands=60)
    small_ = siting.merged(g)
    assert len(small_.weight) < 60
    for rows in ((0,), (1, 4), (2, 3, 8)):
        assert siting.expected(small_, rows, 0.1) == pytest.approx(siting.expected(g, rows, 0.1))


def test_ground__sees_the_footprint_of_two_towns(two_towns):
    found = siting.grounds(two_towns, 3000.0)
    g = found[siting.REACHED]
    assert g.in_service == len(two_towns.fixed.batteries)
    assert g.weight.sum() == pytest.approx(1.0)
    assert g.covers[: g.in_service].any()
    # Whoever must meet rockets from more of the launch points covers less.
    most = [float(h.weight @ h.covers.any(axis=0)) for _, h in sorted(found.items())]
    assert most == sorted(most, reverse=True)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_least__is_the_smallest_of_all_subsets_that_covers_enough(seed):
    g = grid(seed)
    can = siting.expected(g, tuple(range(9)), 0.0)
    sizes = [
        n for n in range(1, 10)
        if any(siting.expected(g, rows, 0.0) >= siting.ENOUGH * can - 1e-9
               for rows in itertools.combinations(range(9), n))
    ]  # fmt: skip
    assert siting.least(g) == sizes[0]
