"""Evenings that can be solved exactly: one battery, and threats that come one after the other.

Nothing but the rounds couples the threats, so the optimum is a dynamic programme over rounds left:

    X_j(s, c) = min(v_j + V_{j+1}(s),  p_j V_{j+1}(s - 1) + (1 - p_j) X_j(s - 1, c - 1)),
    V_j(s) = X_j(s, chances),   X_j(s, 0) = v_j + V_{j+1}(s),   V_n = 0.

It says how much of a policy's distance from the fluid bound is the bound's.
"""

from typing import Any

import numpy as np

from opendome.dwta import problem


def make(seed: int, threats: int = 20, rounds: int = 20, chances: int = 3) -> dict[str, Any]:
    """An evening; values and kill probabilities of the law of `problem.draw`."""
    rng = np.random.default_rng([seed, 4])
    value = np.minimum(10.0 * rng.pareto(1.5, threats) + 5.0, 100.0)
    value *= rng.uniform(0.5, 1.5, threats)
    p = rng.uniform(0.7, 0.92, threats) * (1.0 - 0.35 * rng.uniform(0.0, 1.0, threats) ** 2)
    battery = {"launchers": 1, "pack": rounds, "depot": 0, "reload": 1, "rate": 1, "channels": 1}
    return {
        "format": problem.FORMAT, "name": f"in-turn-{seed}", "slots": threats * chances + 1,
        "assess": 0, "batteries": [battery],
        "threats": [
            {
                "value": float(value[j]), "detected": j * chances,
                "opportunities": [
                    [0, k, k + 1, float(p[j]), 1] for k in range(j * chances, (j + 1) * chances)
                ],
            }
            for j in range(threats)
        ],
    }  # fmt: skip


def optimum(made: dict[str, Any]) -> float:
    """Least expected damage of any policy."""
    after = np.zeros(made["batteries"][0]["pack"] + 1)
    for t in reversed(made["threats"]):
        v, p = t["value"], t["opportunities"][0][3]
        given_up = v + after
        left = given_up
        for _ in t["opportunities"]:
            fired = p * after[:-1] + (1.0 - p) * left[:-1]
            left = np.concatenate([given_up[:1], np.minimum(given_up[1:], fired)])
        after = left
    return float(after[-1])
