"""Evenings that can be solved exactly: threats that come one after the other.

Nothing but the rounds couples the threats, so the optimum is a dynamic programme over the rounds
left, s, one number a battery; a salvo o takes n_o rounds from its battery, e_o:

    X_j(s, c) = min(v_j + V_{j+1}(s),  min_o p_o V_{j+1}(s - n_o e_o)
                                             + (1 - p_o) X_j(s - n_o e_o, c - 1)),
    V_j(s) = X_j(s, chances),   X_j(s, 0) = v_j + V_{j+1}(s),   V_n = 0.

It says how much of a policy's distance from the fluid bound is the bound's.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from opendome.dwta import problem

Reach = Sequence[tuple[float, dict[int, float]]]  # value, and kill probability by battery


def make(seed: int, threats: int = 20, rounds: int = 20, chances: int = 3) -> dict[str, Any]:
    """An evening with one battery; values and kill probabilities of the law of `problem.draw`."""
    rng = np.random.default_rng([seed, 4])
    value = np.minimum(10.0 * rng.pareto(1.5, threats) + 5.0, 100.0)
    value *= rng.uniform(0.5, 1.5, threats)
    p = rng.uniform(0.7, 0.92, threats) * (1.0 - 0.35 * rng.uniform(0.0, 1.0, threats) ** 2)
    found = [(float(v), {0: float(x)}) for v, x in zip(value, p, strict=True)]
    return _evening(f"in-turn-{seed}", found, 1, rounds, chances, salvo=1)


def neighbours(
    evening: dict[str, Any], batteries: int, rounds: int = 20, chances: int = 3
) -> dict[str, Any]:
    """Part of an evening of the generator: the batteries next to the first one, threats in turn.

    Parameters
    ----------
    evening : dict
        From `problem.make`.
    batteries : int
        How many; of the threats in their reach as many as they hold rounds are kept, by lot.
    rounds : int
        Of a battery.
    chances : int
        Salvos of one or two rounds at a threat, one after the other.
    """
    sites = np.array(evening["law"]["sites"])
    near = np.argsort(np.linalg.norm(sites - sites[0], axis=1), kind="stable")[:batteries]
    number = {int(b): i for i, b in enumerate(near)}
    found = []
    for t in evening["threats"]:
        best: dict[int, float] = {}
        for b, _, _, p, n in t["opportunities"]:
            if n == 1 and b in number:
                best[number[b]] = max(best.get(number[b], 0.0), p)
        if best:
            found.append((t["value"], best))
    lot = np.random.default_rng([len(found), 8]).permutation(len(found))[: batteries * rounds]
    some = [found[i] for i in np.sort(lot)]
    return _evening(f"{evening['name']}-in-turn", some, batteries, rounds, chances, salvo=2)


def _evening(
    name: str, found: Reach, batteries: int, rounds: int, chances: int, salvo: int
) -> dict[str, Any]:
    """The instance: `chances` slots a threat, results known at once, salvos up to `salvo`."""
    battery = {
        "launchers": 1, "pack": rounds, "depot": 0, "reload": 1, "rate": salvo, "channels": salvo,
    }  # fmt: skip
    threats = [
        {
            "value": value, "detected": j * chances,
            "opportunities": [
                [b, k, k + 1, p if n == 1 else 1.0 - (1.0 - p) ** n, n]
                for k in range(j * chances, (j + 1) * chances)
                for b, p in sorted(reach.items())
                for n in range(1, salvo + 1)
            ],
        }
        for j, (value, reach) in enumerate(found)
    ]  # fmt: skip
    return {
        "format": problem.FORMAT, "name": name, "slots": len(found) * chances + 1, "assess": 0,
        "batteries": [dict(battery) for _ in range(batteries)], "threats": threats,
    }  # fmt: skip


def optimum(made: dict[str, Any]) -> float:
    """Least expected damage of any policy; memory and work go with (rounds + 1)^batteries."""
    after = np.zeros([b["pack"] + 1 for b in made["batteries"]])
    for t in reversed(made["threats"]):
        given_up = t["value"] + after
        slots = [o[1] for o in t["opportunities"]]
        first = [o for o in t["opportunities"] if o[1] == min(slots)]
        left = given_up
        for _ in range(len(set(slots))):
            best = given_up.copy()
            for b, _, _, p, n in first:
                rest = (slice(None),) * b + (slice(0, -n),)
                held = (slice(None),) * b + (slice(n, None),)
                fired = p * after[rest] + (1.0 - p) * left[rest]
                np.minimum(best[held], fired, out=best[held])
            left = best
        after = left
    return float(after[(-1,) * after.ndim])
