"""Laws of the dynamic problem: bounds below the exact optimum below every policy; monotone."""

from functools import cache
from itertools import product

import numpy as np
import pytest

from opendome.dwta import bound, in_turn, martingale, play, problem, relaxed
from opendome.kernels import game as kernels
from opendome.kernels.prices import Prices, best_chain, spread
from opendome.kernels.rolling import plan

TINY = 1000


def tiny(seed):
    """Two or three threats, one or two batteries, six slots, two or three chances each."""
    rng = np.random.default_rng([77, seed])
    n, batteries = int(rng.integers(2, 4)), int(rng.integers(1, 3))
    threats = []
    for _ in range(n):
        seen = int(rng.integers(0, 3))
        found = []
        for _ in range(3 if n == 2 else 2):
            launch = int(rng.integers(seen, 5))
            meet = int(rng.integers(launch + 1, 6))
            rounds = int(rng.integers(1, 3))
            p = float(rng.uniform(0.1, 0.95))
            found.append([int(rng.integers(0, batteries)), launch, meet, p, rounds])
        value = float(rng.integers(1, 20))
        threats.append({"value": value, "detected": seen, "opportunities": found})
    made = {
        "format": problem.FORMAT, "slots": 6, "assess": int(rng.integers(0, 2)),
        "batteries": [
            {"launchers": 1, "pack": int(rng.integers(1, 4)), "depot": 0, "reload": 9,
             "rate": int(rng.integers(1, 3)), "channels": int(rng.integers(1, 4))}
            for _ in range(batteries)
        ],
        "threats": threats,
    }  # fmt: skip
    problem.check(made)
    return made


def exact(made):
    """Least expected damage of any policy that knows the arrivals, by full enumeration."""
    threats, batteries = made["threats"], made["batteries"]

    def launches(k, j, state):
        free = state[j] is None
        found = threats[j]["opportunities"] if free else []
        return [None, *(o for o in found if o[1] == k)]

    @cache
    def value(k, state, rounds, flights):
        """state: None, "dead", or (until, p) of the salvo in the air; flights: their meets."""
        if k == made["slots"]:
            return sum(
                t["value"] * (1.0 if s is None else 1.0 - s[1])
                for t, s in zip(threats, state, strict=True)
                if s != "dead"
            )
        for j, s in enumerate(state):
            if s not in (None, "dead") and s[0] == k:
                after = [(*state[:j], new, *state[j + 1 :]) for new in ("dead", None)]
                killed, missed = (value(k, a, rounds, flights) for a in after)
                return s[1] * killed + (1.0 - s[1]) * missed
        flying = tuple(tuple(m for m in f if m > k) for f in flights)
        best = np.inf
        for chosen in product(*(launches(k, j, state) for j in range(len(threats)))):
            used = [sum(o[4] for o in chosen if o and o[0] == b) for b in range(len(batteries))]
            fits = all(
                u <= min(r, of["rate"], of["channels"] - len(f))
                for u, r, of, f in zip(used, rounds, batteries, flying, strict=True)
            )
            if not fits:
                continue
            new = tuple(
                s if o is None else (o[2] + made["assess"], o[3])
                for s, o in zip(state, chosen, strict=True)
            )
            left = tuple(r - u for r, u in zip(rounds, used, strict=True))
            air = tuple(
                f + tuple(o[2] for o in chosen if o and o[0] == b for _ in range(o[4]))
                for b, f in enumerate(flying)
            )
            best = min(best, value(k + 1, new, left, air))
        return best

    stock = tuple(b["pack"] for b in batteries)
    return value(0, (None,) * len(threats), stock, ((),) * len(batteries))


def expected(made, g, rules, prices=None):
    """Exact expected damage of a policy: every pattern of fates, weighted by what was fired."""
    n, most = len(made["threats"]), len(made["threats"][0]["opportunities"])
    total = weight = 0.0
    for fates in product((0.0, 1.0), repeat=n * most):
        draws = np.ones((n, problem.SHOTS))
        draws[:, :most] = np.reshape(fates, (n, most))
        work, known = play.memory(g, prices)
        log = np.zeros((problem.SHOTS * n, 3), np.int64)
        harm, rows = kernels.play(g, play.begin(g), rules, work, known, draws, log)
        fired, chance = np.zeros(n, int), 1.0
        for _, j, o in log[:rows]:
            p = g.salvos.p[o]
            chance *= p if draws[j, fired[j]] == 0.0 else 1.0 - p
            fired[j] += 1
        if all((draws[j, fired[j] : most] == 1.0).all() for j in range(n)):
            total, weight = total + chance * harm, weight + chance
    assert weight == pytest.approx(1.0, abs=1e-12)
    return total


def test_bound__is_below_the_exact_optimum_and_that_below_every_policy():
    close = 0
    for seed in range(TINY):
        made = tiny(seed)
        g = play.game(made)
        best = exact(made)
        below, prices = bound.ascend(g, steps=40, size=0.3)
        assert below <= best + 1e-9
        close += below > 0.8 * best
        policy = play.KINDS[seed % len(play.KINDS)]
        rules = play.rules(policy, foresight=1, steps=5)
        assert expected(made, g, rules, prices) >= best - 1e-9
    assert close > TINY // 3  # else the bound says nothing


def test_fluid__is_at_most_the_exact_optimum_and_no_worse_than_its_prices():
    for seed in range(60):
        made = tiny(seed)
        g = play.game(made)
        found = bound.fluid(g)
        assert found.value <= exact(made) + 1e-9
        assert found.value <= found.above + 1e-9
        assert found.value == pytest.approx(bound.lagrangian(g, found.prices), abs=1e-9)
        assert found.value >= bound.ascend(g)[0] - 1e-12


def some_prices(g, rng):
    shape = len(g.pack), g.slots
    return Prices(rng.uniform(0, 3, len(g.pack)), *(rng.uniform(0, 0.5, shape) for _ in range(3)))


def test_penalised_dual__is_the_lagrangian_at_equal_prices_whatever_the_draws():
    rng = np.random.default_rng(5)
    for seed in range(10):
        made = problem.make("small", seed)
        g = play.game(made)
        prices = some_prices(g, rng)
        wanted = bound.lagrangian(g, prices)
        for replication in range(3):
            draws = problem.hits(made, replication)
            found = relaxed.penalised(g, prices, prices, draws)
            assert found == pytest.approx(wanted, abs=1e-9 * sum(g.threats.value))


def test_relaxed_bounds__are_below_the_optimum_in_the_mean():
    for seed in range(25):
        made = tiny(seed)
        g = play.game(made)
        best, prices = exact(made), bound.ascend(g, steps=40, size=0.3)[1]
        other = some_prices(g, np.random.default_rng(seed))
        draws = [problem.hits(made, k) for k in range(400)]
        for bounds in (
            [relaxed.penalised(g, prices, other, d) for d in draws],
            [relaxed.clairvoyant(g, prices, d) for d in draws],
        ):
            # Five standard errors of the mean: one failure in a million runs.
            assert np.mean(bounds) <= best + 5.0 * np.std(bounds) / 20.0 + 1e-9


def test_moving_prices__are_a_bound_however_they_move():
    for seed in range(40):
        made = tiny(seed)
        g = play.game(made)
        best, prices = exact(made), bound.ascend(g, steps=40, size=0.3)[1]
        rng = np.random.default_rng(seed)
        made_up = martingale.moves(g, prices)
        shape = made_up.alpha.shape
        made_up = made_up._replace(
            alpha=rng.uniform(-0.9, 1.0, shape), q=rng.uniform(0.2, 0.9, shape[0])
        )
        values = martingale.bounds(g, prices, made_up, 400, (seed, 0))
        # Five standard errors of the mean: one failure in a million runs.
        assert np.mean(values) <= best + 5.0 * np.std(values) / 20.0 + 1e-9
        still = made_up._replace(alpha=np.zeros(shape))
        wanted = bound.lagrangian(g, prices)
        assert martingale.bounds(g, prices, still, 3, (seed, 0)) == pytest.approx(wanted, abs=1e-9)


def test_raised_bound__takes_a_third_of_the_way_from_the_fluid_bound_to_the_optimum():
    below, raised, best, error = np.zeros(4)
    for seed in range(3):
        made = in_turn.make(seed, 40, 40, 3)
        found = bound.fluid(play.game(made))
        more = martingale.raised(play.game(made), found.prices, pairs=200)
        below, raised, best = below + found.value, raised + more.value, best + in_turn.optimum(made)
        error += more.half_width
    assert below + (best - below) / 3.0 < raised < best + 2.5 * error


def test_in_turn__the_programme_over_rounds_is_the_exact_optimum():
    for seed in range(8):
        evening = problem.make("small", seed)
        for batteries, rounds, chances in ((1, 3, 2), (2, 2, 2), (3, 1, 2)):
            made = in_turn.neighbours(evening, batteries, rounds, chances)
            assert in_turn.optimum(made) == pytest.approx(exact(made), rel=1e-9)


def test_bound__falls_with_stock_and_with_chances():
    """More rounds, or one chance more, never raise the damage (monotone in inventory and time)."""
    for seed in range(40):
        made = tiny(seed)
        base = bound.fluid(play.game(made)).value
        more = made | {"batteries": [b | {"pack": b["pack"] + 1} for b in made["batteries"]]}
        slack = 2e-4 * base  # twice the gap at which column generation stops
        assert bound.fluid(play.game(more)).value <= base + slack + 1e-9
        assert exact(more) <= exact(made) + 1e-9
        less = made["threats"][0] | {"opportunities": made["threats"][0]["opportunities"][1:]}
        fewer = made | {"threats": [less, *made["threats"][1:]]}
        assert exact(fewer) >= exact(made) - 1e-9
        assert bound.fluid(play.game(fewer)).value >= base - slack - 1e-9


def test_salvo__grows_as_time_runs_out_and_with_cheaper_rounds():
    """One threat, identical shots: Kalyanam and Clarkson, Naval Research Logistics 68(4), 2021."""
    for p, price in product((0.3, 0.5, 0.7), (0.02, 0.05, 0.1)):
        found = [[0, k, k + 1, 1.0 - (1.0 - p) ** n, n] for k in range(8) for n in range(1, 7)]
        battery = {"launchers": 1, "pack": 99, "depot": 0, "reload": 99, "rate": 99}
        made = {
            "format": problem.FORMAT, "slots": 12, "assess": 0,
            "batteries": [battery | {"channels": 99}],
            "threats": [{"value": 1.0, "detected": 0, "opportunities": found}],
        }  # fmt: skip
        g = play.game(made)
        sizes = {}
        for u in (price, 2.0 * price):
            work = plan(1, g.slots)
            work.prices.stock[:] = u
            spread(work.prices, g.reload, work.costs)
            best_chain(g.threats, 0, g.salvos, work.costs, work.chain)
            fires = work.chain.next[:8] == np.arange(8)
            rounds = g.salvos.rounds[work.chain.salvo[:8]]
            sizes[u] = np.where(fires, rounds, 0)
            # Waiting is free here, so only the slots in which it fires say how many.
            assert (np.diff(sizes[u][fires]) >= 0).all()
        both = (sizes[price] > 0) & (sizes[2.0 * price] > 0)
        assert (sizes[price][both] >= sizes[2.0 * price][both]).all()
