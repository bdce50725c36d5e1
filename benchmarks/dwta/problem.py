"""The dynamic problem: rockets arrive, batteries fire, look and fire again.  Plain JSON.

This file needs only numpy and the standard library: `benchmarks/dwta/` uses it alone.

    python problem.py small 3 > small-3.json      # make an instance
    python problem.py --check small-3.json        # check one

Time is counted in slots.  In each slot, in this order: results due are told; exchanged launchers
are ready; rockets with this detection slot appear; the policy chooses launches.

An instance
-----------
format         "dwta-1"
name, slot_s   words; seconds of a slot
slots          number of slots; launches and intercepts are within them
assess         slots from an intercept until its result is known
batteries      launchers, pack (rounds of a full launcher), depot (rounds behind them), reload
               (slots to exchange an empty launcher's pack), rate (most rounds launched in a slot),
               channels (most rounds in flight)
threats        value (harm if it lands), detected (slot), opportunities: [battery, launch slot,
               intercept slot, probability of a kill, rounds], each a salvo that may be fired once
law            parameters from which `draw` makes further threats of the same kind

Rules.  One salvo at a threat at a time: the next may be launched from the slot on in which the
last one's result is known.  A salvo takes its rounds from ready launchers of one battery, counts
against the rate of its launch slot, and holds a channel a round from launch slot to the slot
before the intercept.  A launcher that is empty is exchanged at once if the depot holds rounds.
Damage is the sum of the values of the threats that no salvo killed.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = "dwta-1"

#: threats, batteries, slots
SIZES = {"small": (50, 4, 100), "medium": (200, 10, 150), "large": (400, 20, 150)}

BATTERY = {"launchers": 1, "pack": 1, "depot": 0, "reload": 1, "rate": 1, "channels": 1}  # least
SHOTS = 16  # salvos of a threat for which a draw is prepared; windows hold fewer

# The made-up geometry, in km and s: all assumed, in the order of the public figures of short-range
# rocket defence (reach some 12 km, flights of 25 to 100 s, p_kill 0.6 to 0.9).
SPEED_ROCKET, SPEED_ROUND, REACH = 0.4, 0.6, 12.0
WINDOW = (0.35, 0.92)  # part of the flight in which it can be met
NO_REACH = 10**6


class ProblemError(ValueError):
    """A file that is no instance: where, what is wrong, what would be right, in one line."""


# ---------------------------------------------------------------- generator


def make(size: str, seed: int) -> dict[str, Any]:
    """Make the instance of a size and seed.

    Parameters
    ----------
    size : one of `SIZES`
    seed : int, 0 or more
    """
    if size not in SIZES:
        raise ProblemError(f"size {size!r}: want one of {', '.join(SIZES)}")
    threats, n, slots = SIZES[size]
    rng = np.random.default_rng([seed, 0])
    side = 14.0 * math.sqrt(n)  # km: reaches overlap about twice
    towns = 3 * n
    law = {
        "threats": threats,
        "slots": slots,
        "slot_s": 2.0,
        "sites": np.round(rng.uniform((10.0, 0.0), (10.0 + side, side), (n, 2)), 3).tolist(),
        "towns": np.round(rng.uniform((10.0, 0.0), (10.0 + side, side), (towns, 2)), 3).tolist(),
        # Heavy-tailed, as sizes of towns are: a few are worth ten times the others.
        "weights": np.round(np.minimum(10.0 * rng.pareto(1.5, towns) + 5.0, 100.0), 3).tolist(),
        "waves": np.round(np.sort(rng.uniform(0.05, 0.65, 3)), 3).tolist(),
        "depth": side,
    }
    batteries = [
        {"launchers": 4, "pack": 4, "depot": 4, "reload": 30, "rate": 2, "channels": 6}
        for _ in range(n)
    ]
    return {
        "format": FORMAT,
        "name": f"{size}-{seed}",
        "slot_s": law["slot_s"],
        "slots": slots,
        "assess": 1,
        "batteries": batteries,
        "threats": draw(law, np.random.default_rng([seed, 1])),
        "law": law,
    }


def draw(law: dict[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw the threats of one evening from a law, in order of detection.

    A third of the rockets comes evenly over the evening, the rest in three waves; a town is aimed
    at as often as another, its worth is that of a hit.
    """
    n, slots = 2 * law["threats"], law["slots"]  # some pass out of every battery's reach
    wave = np.array(law["waves"])[rng.integers(0, 3, n)] + rng.normal(0.0, 0.025, n)
    when = np.where(rng.random(n) < 1.0 / 3.0, rng.uniform(0.0, 0.75, n), wave)
    towns, weights = np.array(law["towns"]), np.array(law["weights"])
    town = rng.integers(0, len(towns), n)
    start = np.column_stack([np.zeros(n), rng.uniform(0.0, law["depth"], n)])
    end = towns[town] + rng.normal(0.0, 1.5, (n, 2))
    value = np.round(weights[town] * rng.uniform(0.5, 1.5, n), 3)
    best = rng.uniform(0.7, 0.92, n)
    launched = np.floor(np.clip(when, 0.0, 0.75) * slots).astype(int)
    seen = launched + rng.integers(3, 7, n)
    made: list[dict[str, Any]] = []
    for j in range(n):
        found = _opportunities(law, start[j], end[j], launched[j], seen[j], best[j])
        if found and len(made) < law["threats"]:
            seen_at = int(seen[j])
            made.append({"value": float(value[j]), "detected": seen_at, "opportunities": found})
    return sorted(made, key=lambda t: t["detected"])


def _opportunities(
    law: dict[str, Any], start: np.ndarray, end: np.ndarray, launched: int, seen: int, best: float
) -> list[list[Any]]:
    """Salvos of one and two rounds that can meet a rocket on its way, by launch slot."""
    sites, slots, slot = np.array(law["sites"]), law["slots"], law["slot_s"]
    flight = 15.0 + math.dist(start, end) / SPEED_ROCKET  # s
    first, last = (launched + math.ceil(f * flight / slot) for f in WINDOW)
    meet = np.arange(max(first, seen + 1), min(last, slots - 1) + 1)
    if not len(meet):
        return []
    part = ((meet - launched) * slot / flight)[:, None]
    away = np.linalg.norm((start + part * (end - start))[:, None, :] - sites, axis=2)
    leave = meet[:, None] - np.ceil(2.0 / slot + away / (SPEED_ROUND * slot)).astype(int)
    leave = np.where((away <= REACH) & (leave >= seen), leave, NO_REACH)
    p = np.round(best * (1.0 - 0.35 * (away / REACH) ** 2), 4)
    found: dict[tuple[int, int], tuple[int, float]] = {}
    for i, m in enumerate(meet):
        for b in np.flatnonzero(leave[i] < NO_REACH):
            # Of the meetings with one launch slot the surest, the first of equals.
            key = int(leave[i, b]), int(b)
            if key not in found or p[i, b] > found[key][1]:
                found[key] = (int(m), float(p[i, b]))
    made = []
    for (slot_at, site), (met, q) in sorted(found.items()):
        both = round(1.0 - (1.0 - q) ** 2, 6)
        made += [[site, slot_at, met, q, 1], [site, slot_at, met, both, 2]]
    return made


def hits(problem: dict[str, Any], replication: int) -> np.ndarray:
    """Uniform draws of a replication: salvo n at threat j kills if draw [j, n] < p_kill.

    The address is threat and salvo, so that two policies meet the same fate of the same salvo.
    """
    rng = np.random.default_rng([replication, 2])
    return rng.random((len(problem["threats"]), SHOTS))


# ---------------------------------------------------------------- reading


def read(path: str | Path) -> dict[str, Any]:
    """Read and check an instance.

    Raises
    ------
    ProblemError
        It cannot be read, or is no instance.
    """
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ProblemError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ProblemError(f"{path}: not JSON ({error})") from None
    check(found, str(path))
    return found


def check(problem: Any, where: str = "problem") -> None:
    """Raise ProblemError at the first thing that is wrong."""
    _want(isinstance(problem, dict), where, "not an object", "a JSON object")
    _want(problem.get("format") == FORMAT, f"{where}.format", problem.get("format"), FORMAT)
    for key, least in (("slots", 1), ("assess", 0)):
        _whole(problem.get(key), least, 10**6, f"{where}.{key}")
    batteries, threats = problem.get("batteries"), problem.get("threats")
    _want(isinstance(batteries, list) and batteries, f"{where}.batteries", "empty", "at least one")
    _want(isinstance(threats, list) and threats, f"{where}.threats", "empty", "at least one")
    for b, battery in enumerate(batteries):
        at = f"{where}.batteries[{b}]"
        _want(isinstance(battery, dict), at, "not an object", "an object")
        for key, least in BATTERY.items():
            _whole(battery.get(key), least, 10**6, f"{at}.{key}")
    for j, threat in enumerate(threats):
        _check_threat(threat, problem, f"{where}.threats[{j}]")


def _check_threat(threat: Any, problem: dict[str, Any], at: str) -> None:
    _want(isinstance(threat, dict), at, "not an object", "an object")
    value = threat.get("value")
    fine = isinstance(value, int | float) and math.isfinite(value) and value >= 0
    _want(fine, f"{at}.value", value, "a number, 0 or more")
    slots, detected = problem["slots"], threat.get("detected")
    _whole(detected, 0, slots - 1, f"{at}.detected")
    found = threat.get("opportunities")
    _want(isinstance(found, list), f"{at}.opportunities", found, "a list")
    for i, o in enumerate(found):
        here = f"{at}.opportunities[{i}]"
        wanted = "[battery, launch, intercept, probability, rounds]"
        _want(isinstance(o, list) and len(o) == 5, here, o, wanted)
        b, launch, meet, p, rounds = o
        _whole(b, 0, len(problem["batteries"]) - 1, f"{here} battery")
        _whole(launch, detected, slots - 1, f"{here} launch slot")
        _whole(meet, launch + 1, slots - 1, f"{here} intercept slot")
        fine = isinstance(p, int | float) and 0.0 <= p <= 1.0  # nan fails
        _want(fine, f"{here} probability", p, "0 to 1")
        _whole(rounds, 1, 100, f"{here} rounds")


def _whole(value: Any, low: int, high: int, at: str) -> None:
    fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    _want(fine, at, value, f"a whole number, {low} to {high}")


def _want(fine: Any, at: str, found: Any, wanted: str) -> None:
    if not fine:
        text = repr(found)
        raise ProblemError(f"{at} = {text[:60]}: want {wanted}")


def main(words: list[str]) -> int:
    """The command line of this file."""
    try:
        if len(words) == 2 and words[0] == "--check":
            read(words[1])
            print(f"{words[1]}: ok")
        elif len(words) == 2 and words[1].isdigit():
            print(json.dumps(make(words[0], int(words[1])), separators=(",", ":")))
        else:
            raise ProblemError(f"arguments {' '.join(words)!r}: want SIZE SEED, or --check FILE")
    except ProblemError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
