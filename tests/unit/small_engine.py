"""An engine of twenty lines for the tests of what lies around the engine.

It dies, raises or waits when the scenario's title, a JSON object, says so.  A worker gets nothing
but the scenario's text, so that is the one way to reach it.
"""

import json
import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from opendome.tables import table

LEDGER = table(
    "replications",
    "one row per replication",
    ("rep", "i8", "-", "replication"),
    ("launched", "i8", "1", "rockets launched"),
    ("engaged", "i8", "1", "rockets engaged"),
    ("intercepted", "i8", "1", "rockets intercepted"),
    ("cost_usd", "f8", "USD", "price of the rounds used"),
)
DAILY = table(
    "daily",
    "one row per replication and day",
    ("rep", "i8", "-", "replication"),
    ("day", "i8", "1", "day, from 0"),
    ("launched", "i8", "1", "rockets launched"),
)
HITS = table(
    "hits",
    "traced hits",
    ("t", "f8", "s", "time"),
    ("m", ("f8", (2, 3)), "m", "a matrix"),
)
TRACES = (HITS,)


class Replication(NamedTuple):
    ledger: np.ndarray
    daily: np.ndarray
    traces: dict


def prepare(scenario):
    return json.loads(scenario.title)


def replicate(setup, seed, rep, *, trace=False, policy=None):
    if rep == setup.get("raise"):
        raise ZeroDivisionError("a fault\nof two lines")
    if rep == setup.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if rep == setup.get("die_once") and not Path(setup["mark"]).exists():
        Path(setup["mark"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(setup.get("sleep", 0.0))
    draw = np.random.default_rng([seed, rep])
    ledger, daily, hits = LEDGER.allocate(1), DAILY.allocate(2), HITS.allocate(rep % 3)
    ledger["rep"] = daily["rep"] = rep
    ledger["launched"] = 40
    ledger["engaged"] = draw.integers(10, 20)
    ledger["intercepted"] = draw.binomial(ledger["engaged"][0], 0.9)
    ledger["cost_usd"] = 5e4 * ledger["engaged"]
    daily["day"] = 0, 1
    daily["launched"] = 15, 25
    hits["t"] = draw.random(len(hits))
    hits["m"] = draw.random((len(hits), 2, 3))
    return Replication(ledger, daily, {"hits": hits} if trace else {})
