"""The small engine, with figures that depend on what a study varies."""

import small_engine
from small_engine import DAILY, LEDGER, TRACES  # noqa: F401


def prepare(scenario):
    orders = small_engine.prepare(scenario)
    return orders | {
        "rounds": scenario.policy.rounds_per_target,
        "depot": scenario.stock.depot_rounds,
    }


def replicate(setup, seed, rep, *, trace=False, policy=None):
    done = small_engine.replicate(setup, seed, rep, trace=trace)
    done.ledger["engaged"] += setup["rounds"]
    done.ledger["cost_usd"] += 0.1 * setup["depot"] * done.ledger["intercepted"]
    return done
