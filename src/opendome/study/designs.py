"""Designs: which combinations of levels a study runs.

A design is made from the study's text and seed alone, so it is the same on every machine; a
dataset keeps it, and a resumed study must give the same.

Sources: Saltelli et al., Computer Physics Communications 181 (2010) 259-270; Morris, Technometrics
33 (1991) 161-174; McKay, Beckman and Conover, Technometrics 21 (1979) 239-245; Sobol' (1967) with
Owen's scrambling, through scipy.stats.qmc and SALib.
"""

import itertools
from math import prod
from typing import Any

import numpy as np

from opendome.errors import ScenarioError
from opendome.study.factors import Value
from opendome.study.spec import SAMPLED, Study

Point = dict[str, Value]

MOST_POINTS = 1_000_000

#: Points that are read as scenarios before anything runs (some milliseconds each); of the others
#: only the bounds are checked, and a worker finds what is left.
CHECKED = 2_000


def count(study: Study) -> int:
    """Design points, without making them.

    Raises
    ------
    ScenarioError
        The design lacks something.
    """
    design, factors = study.design, study.factors
    n = design.points
    if design.kind in SAMPLED:
        if n is None:
            raise ScenarioError(f"design: {design.kind} wants points")
    elif n is not None:
        raise ScenarioError(f"design.points: {design.kind} takes all levels; leave points out")
    match design.kind:
        case "grid":
            for f in factors:
                if f.law is not None:
                    raise ScenarioError(
                        f"factor {f.name!r}: a grid wants levels, or low, high and steps"
                    )
            return prod(len(f.levels) for f in factors)
        case "one_at_a_time":
            return 1 + sum(len(_others(study, f.name)) for f in factors)
        case "saltelli":
            return (n or 0) * (len(factors) * (2 if design.second_order else 1) + 2)
        case "morris":
            for f in factors:
                if f.law is not None and not f.law.bounded(f.low, f.high):
                    raise ScenarioError(f"factor {f.name!r}: morris wants low and high")
            return (n or 0) * (len(factors) + 1)
    return n or 0


def points(study: Study) -> list[Point]:
    """The design points, each with one level a factor.

    Raises
    ------
    ScenarioError
        The design lacks something, is too large, or a point contradicts the scenario.
    """
    n = count(study)
    if n > MOST_POINTS:
        raise ScenarioError(f"design: {n:,} points (want at most {MOST_POINTS:,})")
    match study.design.kind:
        case "grid":
            names = [f.name for f in study.factors]
            combined = itertools.product(*(f.levels for f in study.factors))
            made = [dict(zip(names, levels, strict=True)) for levels in combined]
        case "one_at_a_time":
            base = baseline(study)
            made = [base]
            for f in study.factors:
                made += [base | {f.name: level} for level in _others(study, f.name)]
        case _:
            made = [_point(study, row) for row in _unit_sample(study)]
    check(study, made)
    return made


def baseline(study: Study) -> Point:
    """The point that others are compared with: as the file says, else first levels and medians."""
    given = study.design.baseline
    return {f.name: given.get(f.name, f.middle()) for f in study.factors}


def check(study: Study, made: list[Point]) -> None:
    """Raise ScenarioError, one line a problem, at points that make no scenario."""
    chosen = set(range(min(len(made), CHECKED)))
    for f in study.factors:
        if f.law is not None:  # bounds hold between the least and the greatest
            values = [point[f.name] for point in made]
            chosen |= {int(np.argmin(values)), int(np.argmax(values))}
    lines = []
    for i in sorted(chosen):
        point = made[i]
        try:
            study.at(point)
        except ScenarioError as error:
            levels = ", ".join(f"{name} = {value!r}" for name, value in point.items())
            lines += [f"design point {i} ({levels}): {line}" for line in error.lines]
    if lines:
        raise ScenarioError(lines)


def _others(study: Study, name: str) -> list[Value]:
    """Levels of a factor that differ from the baseline."""
    base = baseline(study)
    factor = next(f for f in study.factors if f.name == name)
    return [level for level in factor.extremes() if level != base[name]]


def _point(study: Study, row: np.ndarray) -> Point:
    return {f.name: f.at(float(u)) for f, u in zip(study.factors, row, strict=True)}


def _unit_sample(study: Study) -> np.ndarray:
    """Sample of the unit cube, (points, factors)."""
    from scipy.stats import qmc

    design, d = study.design, len(study.factors)
    n = design.points or 0
    if design.kind in ("sobol", "saltelli") and n & (n - 1):
        near = 2 ** max(round(np.log2(n)), 0)
        raise ScenarioError(
            f"design.points = {n}: the Sobol sequence is balanced at powers of two (want {near})"
        )
    draws = np.random.default_rng(study.seed)
    if design.kind == "latin_hypercube":
        return qmc.LatinHypercube(d, scramble=True, rng=draws).random(n)
    if design.kind == "sobol":
        return qmc.Sobol(d, scramble=True, rng=draws).random(n)
    return _salib(study, n)


def _salib(study: Study, n: int) -> np.ndarray:
    """Samples of SALib, whose estimators want its order of the rows."""
    d = len(study.factors)
    problem: dict[str, Any] = {
        "num_vars": d,
        "names": [f.name for f in study.factors],
        "bounds": [[0.0, 1.0]] * d,
    }
    draws = np.random.default_rng(study.seed)
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        raise ScenarioError(
            f"design.kind = {study.design.kind!r}: wants SALib (pip install 'opendome[study]')"
        ) from None
    if study.design.kind == "saltelli":
        return sobol.sample(
            problem, n, calc_second_order=study.design.second_order, scramble=True, seed=draws
        )
    return morris.sample(problem, n, num_levels=study.design.morris_levels, seed=draws)
