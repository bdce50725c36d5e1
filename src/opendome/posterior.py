"""The calibrated parameters: what is known of them after the data, as draws.

`opendome calibrate` makes `data/posterior.json`.  Replication r of a scenario with a [calibration]
runs on draw r, so the spread between its replications holds both chance and what is not known of
the parameters, and everything that is paired by replication stays paired.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FILE = "posterior.json"
#: An operation that the calibration has not seen: drawn from the spread between those it has.
NEW = "new"


class Parameter(NamedTuple):
    """A calibrated parameter: where it acts, and its prior."""

    key: str  # last step of its key in a scenario, without unit
    unit: str
    meaning: str
    low: float
    high: float
    log: bool  # uniform in the logarithm between low and high, else in the value
    each: bool  # one for each operation
    source: str  # of the prior


PARAMETERS = {
    "dispersion": Parameter(
        "dispersion", "1", "factor on the dispersion of every class", 0.15, 1.5, True, False,
        "not published; the assumed 5 to 12 % of range are an upper guess for crews under fire",
    ),
    "aimed_share": Parameter(
        "aimed_share", "1", "share of the raids aimed at a place", 0.05, 1.0, False, True,
        "not published; two thirds of the rockets of 2012 were left alone (BBC 2012)",
    ),
    "near_share": Parameter(
        "ring_weight", "1", "share of the short-range rockets that go to the nearest places", 0.2,
        0.9, False, False, "0.88 of the alert events within 20 km in May 2021 were within 8.5 km, "
        "and 0.74 of the alerts; a raid at a larger, farther town may hold more rockets",
    ),
    "misfire_share": Parameter(
        "misfire_share", "1", "share of motors that burn only a part of their time", 0.03, 0.45,
        False, True, "6.1 to 15.6 % fell short, and not every misfire does",
    ),
    "reliability": Parameter(
        "reliability", "1", "probability that a round works", 0.6, 1.0, False, False,
        "not published; the claimed rates of 84 to 92 % bound it from below",
    ),
    "reaction": Parameter(
        "reaction", "s", "from decision to lift-off", 1.0, 8.0, False, False,
        "not published; no cover inside about 4 to 4.5 km (Haaretz 2010) bounds it from above",
    ),
    "rounds_per_target": Parameter(
        "rounds_per_target", "1", "rounds a salvo", 1.0, 2.0, False, False,
        "one (pricing of March 2012) or two (Jerusalem Post 2011, BBC 2012), equally likely",
    ),
    "exposure": Parameter(
        "exposure", "1", "share of the inhabitants within a lethal area who are struck", 0.02, 2.0,
        True, False, "not published; lethal areas are assumed, so it corrects them too",
    ),
}  # fmt: skip


class Draws(NamedTuple):
    """Draws of the parameters that a scenario takes from the posterior, (n,) each."""

    values: dict[str, np.ndarray]

    def at(self, rep: int) -> dict[str, float]:
        """The draw of a replication."""
        return {name: float(v[rep % len(v)]) for name, v in self.values.items()}


@cache
def read(path: str = "") -> dict[str, Any]:
    """A posterior as `opendome calibrate` wrote it; without a path the shipped one.

    Raises
    ------
    ValueError
        The file is missing or is no posterior; one line.
    """
    file = Path(path) if path else files("opendome") / "data" / FILE
    try:
        found = json.loads(file.read_text("utf-8"))
        found["draws"]["aimed_share"].keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path}: no posterior ({error}; want a file of opendome calibrate)"
        ) from None
    return found


def operations(path: str = "") -> tuple[str, ...]:
    """Operations for which a posterior has draws; the last is `NEW`."""
    return tuple(read(path)["draws"]["aimed_share"])


def draws(operation: str, path: str, keep: Iterable[str], changes: Iterable[str]) -> Draws:
    """The draws of an operation.

    Parameters
    ----------
    operation : str
        One of `operations(path)`.
    path : str
        File of the posterior; empty for the shipped one.
    keep : iterable of str
        Parameters that stay as the scenario has them.
    changes : iterable of str
        Paths of changes to the scenario: a parameter that one of them sets stays as it is.
    """
    found = {}
    for name, values in read(path)["draws"].items():
        if name not in keep and not any(_sets(path, name) for path in changes):
            mine = values[operation] if PARAMETERS[name].each else values
            found[name] = np.asarray(mine, "f8")
    return Draws(found)


def apply(setup: Any, draw: Mapping[str, float]) -> Any:
    """An engine.Setup with the parameters of one draw in the place of its own."""
    fixed, plan, scoring = setup.fixed, setup.plan, setup.scoring
    classes, batteries, rounds, doctrine = (
        t.copy() for t in (fixed.classes, fixed.batteries, fixed.interceptors, fixed.doctrine)
    )
    effects = scoring.parameters.effects.copy()
    for column in ("sigma_range", "sigma_cross"):
        classes[column] *= draw.get("dispersion", 1.0)
    for rows, column, name in (
        (rounds, "reliability", "reliability"),
        (batteries, "reaction", "reaction"),
        (doctrine, "rounds", "rounds_per_target"),
        (effects, "exposure", "exposure"),
    ):
        if name in draw:
            rows[column] = draw[name]
    shares: dict[str, Any] = {k: draw[k] for k in ("aimed_share", "misfire_share") if k in draw}
    if "near_share" in draw:
        shares |= _between(setup.near_aims, draw["near_share"])
    parameters = scoring.parameters._replace(effects=effects)
    return setup._replace(
        fixed=fixed._replace(
            classes=classes, batteries=batteries, interceptors=rounds, doctrine=doctrine
        ),
        plan=plan._replace(classes=classes, **shares),
        scoring=scoring._replace(parameters=parameters),
    )


def _between(ends: Any, near: float) -> dict[str, np.ndarray]:
    """Chances of classes and places between those fitted at the two ends of near_share's prior.

    Fitting them for every draw would cost a tenth of a replication.
    """
    low, high = PARAMETERS["near_share"].low, PARAMETERS["near_share"].high
    part = (near - low) / (high - low)
    names = ("class_cum", "weights")
    return {k: (1.0 - part) * a + part * b for k, a, b in zip(names, *ends, strict=True)}


def _sets(path: str, name: str) -> bool:
    """Whether a change of that path sets a parameter."""
    return path.rpartition(".")[2].startswith(PARAMETERS[name].key)
