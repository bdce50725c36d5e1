"""Calibration: what the published figures of past operations say of the parameters.

Twice: one run of the simulator at each point of a design, a Gaussian process for each figure, a
Markov chain over the parameters.  The first design fills the prior, the second is drawn from the
first chain, so that the surfaces are good where the answer lies; the second chain's draws are the
answer (posterior.py).  A design travels as if it were a posterior: replication i of an operation
runs on point i.

Symbols and the likelihood: docs/theory/calibration.md.
"""

import json
import tempfile
import tomllib
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import inf, log
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opendome import estimate, montecarlo, scenario
from opendome.estimate import Figure
from opendome.ledger import DAILY, LEDGER
from opendome.posterior import NEW, PARAMETERS, Parameter
from opendome.study import surrogate

#: The operations that the parameters are calibrated on; scenarios say which figures count.
OPERATIONS = ("nov-2012", "jul-2014", "may-2021")
POINTS, DRAWS, SEED = 96, 400, 2012
WAVES = 2  # designs
WALKERS, STEPS, BURN = 64, 2000, 700
COUNTS = ("killed", "deaths")  # Poisson numbers, proportional to exposure
FIXED_EXPOSURE = 1.0  # in the design: deaths are proportional to it, so no run is needed for it

SHARED = tuple(n for n, p in PARAMETERS.items() if not p.each)
EACH = tuple(n for n, p in PARAMETERS.items() if p.each)
#: What a run depends on, in the order of the design's columns.
DESIGNED = tuple(n for n in PARAMETERS if n != "exposure")
#: What the chain walks over, in its order: the shared ones, then those of each operation, then the
#: mean and spread over operations of the log odds of aimed_share.
WALKED = (*SHARED, *(f"{n}.{o}" for n in EACH for o in OPERATIONS), "mean", "spread")


class Target(NamedTuple):
    """A published figure that counts in the likelihood."""

    operation: str
    figure: Figure
    days: tuple[int, int] | None
    value: float
    sigma: float  # half of the published range as 90 % of a normal


class Emulated(NamedTuple):
    """A target with the surface that stands for the simulator."""

    target: Target
    surface: surrogate.Surrogate
    error: float  # of the surface and one operation's chance, cross-validated at the last design


class Wave(NamedTuple):
    """A design and its runs, by operation."""

    unit: dict[str, np.ndarray]  # (points, len(DESIGNED)), in the unit cube
    runs: dict[str, montecarlo.RunOutcome]


class Fit(NamedTuple):
    """What a calibration found."""

    chain: np.ndarray  # (samples, len(WALKED)), in the unit cube
    emulated: tuple[Emulated, ...]
    acceptance: float
    autocorrelation: float  # longest, in steps
    points: int


def targets() -> list[Target]:
    """Figures of the operations that their scenarios mark with use = "calibration"."""
    found = []
    for name in OPERATIONS:
        for p in scenario.load(name).published:
            if p.use == "calibration":
                low, high = estimate.published_range(p.model_dump())
                value = 0.5 * (low + high) if p.value is None else p.value
                sigma = 0.5 * (high - low) / 1.645
                found.append(Target(name, estimate.FIGURES[p.figure], p.days, value, sigma))
    return found


def calibrate(
    points: int = POINTS,
    seed: int = SEED,
    workers: int = 1,
    progress: Callable[[montecarlo.Progress], None] | None = None,
) -> dict[str, Any]:
    """Run a design, fit the surfaces, walk the chain; once more where the chain went.

    Parameters
    ----------
    points : int
        Points of either design; one replication of each operation at each.
    seed : int
        Of the designs, the replications, the chains and the draws.
    workers : int
    progress : callable, optional
        Shown for the simulations, operation after operation.

    Returns
    -------
    dict
        The posterior as posterior.py reads it, with how it was found.

    Source
    ------
    A second design where the first fit puts the parameters: Vernon, Goldstein and Bower, "Galaxy
    formation: a Bayesian uncertainty analysis", Bayesian Analysis 5(4) (2010).
    """
    from threadpoolctl import threadpool_limits

    unit = dict.fromkeys(OPERATIONS, design(points, seed))
    waves: list[Wave] = []
    while True:
        runs = simulate(unit, seed + len(waves), workers, progress)
        waves.append(Wave(unit, runs))
        with threadpool_limits(1):  # small matrices: more threads only wait for each other
            fit = walk(tuple(emulate(t, waves) for t in targets()), seed, points)
        if len(waves) == WAVES:
            return summary(fit, seed)
        unit = redesign(fit.chain, points, seed)


def redesign(chain: np.ndarray, points: int, seed: int) -> dict[str, np.ndarray]:
    """A design of each operation at draws of a chain, (points, len(DESIGNED))."""
    drawn = chain[np.random.default_rng(seed).choice(len(chain), points, replace=False)]
    found = {o: columns(drawn, o) for o in OPERATIONS}
    return {o: np.column_stack([found[o][n] for n in DESIGNED]) for o in OPERATIONS}


def design(points: int, seed: int) -> np.ndarray:
    """Latin hypercube in the unit cube, (points, len(DESIGNED)); discrete columns at 0 and 1."""
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(DESIGNED), rng=np.random.default_rng(seed)).random(points)
    rounds = DESIGNED.index("rounds_per_target")
    unit[:, rounds] = np.round(unit[:, rounds])
    return unit


def physical(p: Parameter, unit: np.ndarray) -> np.ndarray:
    """Values of a parameter from the unit interval, uniform there a priori."""
    if p.log:
        return np.exp(log(p.low) + unit * (log(p.high) - log(p.low)))
    return p.low + unit * (p.high - p.low)


def simulate(
    unit: Mapping[str, np.ndarray],
    seed: int,
    workers: int,
    progress: Callable[[montecarlo.Progress], None] | None = None,
) -> dict[str, montecarlo.RunOutcome]:
    """One replication of every operation at every point of its design."""
    points = len(unit[OPERATIONS[0]])
    drawn: dict[str, Any] = {"exposure": [FIXED_EXPOSURE] * points}
    for i, n in enumerate(DESIGNED):
        by = {o: physical(PARAMETERS[n], unit[o][:, i]).tolist() for o in OPERATIONS}
        drawn[n] = by if n in EACH else by[OPERATIONS[0]]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "design.json"
        path.write_text(json.dumps({"draws": drawn}), "utf-8")
        for name in OPERATIONS:
            shipped = scenario.load(name)
            changes = lighter(shipped) | {"calibration.file": str(path)}
            s = scenario.parse(shipped.text, name, changes=changes)
            found[name] = montecarlo.run(s, points, seed, workers, trace=(), progress=progress)
            if found[name].interrupted:
                raise KeyboardInterrupt
    return found


def lighter(s: scenario.Scenario) -> dict[str, Any]:
    """Changes that leave out of a scenario the days after the last that a target is about."""
    days = {t.days[1] for t in targets() if t.operation == s.name and t.days}
    if not days:
        return {}
    counts = [(v["until"], v["launched"]) for v in tomllib.loads(s.text)["threat"]["interval"]]
    end = s.clock.start.replace(hour=0, minute=0, second=0) + timedelta(days=max(days) + 1)
    t = [s.clock.seconds(until) for until, _ in counts]
    launched = int(np.interp(s.clock.seconds(end), t, [n for _, n in counts]))
    counts = [(until, n) for until, n in counts if until < end] + [(end, launched)]
    return {
        "clock.end": end,
        "threat.interval": [{"until": u, "launched": n} for u, n in counts],
    }


def emulate(target: Target, waves: Sequence[Wave]) -> Emulated:
    """A surface of a figure over all designs; of counts, of the logarithm of the expectation."""
    values = np.concatenate([figure_values(target, w.runs[target.operation]) for w in waves])
    if target.figure.name in COUNTS:
        values = np.log(np.maximum(values, 1e-3))
    unit = np.concatenate([w.unit[target.operation] for w in waves])
    last = np.arange(len(unit)) >= len(unit) - len(waves[-1].unit[target.operation])
    named = {n: unit[:, i] for i, n in enumerate(DESIGNED)}
    surface = surrogate.fit(named, values[:, None], judged=last)
    return Emulated(target, surface, surface.scores[0].k_fold)


def figure_values(target: Target, outcome: montecarlo.RunOutcome) -> np.ndarray:
    """A figure at every design point; of deaths, what is expected, not what was drawn."""
    rows: Mapping[str, np.ndarray] = {c.name: outcome.ledger[c.name] for c in LEDGER.cols}
    if target.days:
        rows = estimate.within({c.name: outcome.daily[c.name] for c in DAILY.cols}, target.days)
    over, under = target.figure.over, target.figure.under
    values = np.asarray(rows["deaths" if over == "killed" else over], "f8")
    return values if under is None else values / np.maximum(rows[under], 1.0)


# ---------------------------------------------------------------- posterior


def walk(
    emulated: Sequence[Emulated], seed: int, points: int, steps: int = STEPS, burn: int = BURN
) -> Fit:
    """Sample the posterior in the unit cube with an ensemble of walkers."""
    import emcee

    rng = np.random.default_rng(seed)
    start = rng.uniform(0.02, 0.98, (WALKERS, len(WALKED)))
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(
        WALKERS, len(WALKED), lambda x: log_posterior(x, emulated), vectorize=True, moves=moves
    )
    sampler.random_state = np.random.RandomState(seed).get_state()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # inf - inf of two refused proposals
        sampler.run_mcmc(start, steps, progress=False)
    chain = sampler.get_chain(discard=burn)
    tau = emcee.autocorr.integrated_time(chain, quiet=True)
    flat = chain.reshape(-1, len(WALKED))
    accepted = float(np.mean(sampler.acceptance_fraction))
    return Fit(flat, tuple(emulated), accepted, float(np.max(tau)), points)


def log_posterior(x: np.ndarray, emulated: Sequence[Emulated]) -> np.ndarray:
    """Log of the posterior density at points of the unit cube, (n, len(WALKED)) -> (n,)."""
    inside = ((x > 0.0) & (x < 1.0)).all(axis=1)
    total = np.where(inside, log_hierarchy(x), -inf)
    x = np.clip(x, 1e-9, 1.0 - 1e-9)
    for e in emulated:
        mean = e.surface.mean(columns(x, e.target.operation))
        total = total + log_likelihood(e, mean, x)
    return np.where(np.isfinite(total), total, -inf)


def columns(x: np.ndarray, operation: str) -> dict[str, np.ndarray]:
    """Design columns of one operation at points of the chain; two rounds above one half."""
    at = {n: WALKED.index(f"{n}.{operation}" if n in EACH else n) for n in DESIGNED}
    found = {n: x[:, i] for n, i in at.items()}
    found["rounds_per_target"] = np.round(found["rounds_per_target"])
    return found


def log_likelihood(e: Emulated, mean: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A normal of the published tolerance and the emulator's error; a Poisson number for deaths."""
    t = e.target
    if t.figure.name in COUNTS:
        exposure = np.log(physical(PARAMETERS["exposure"], x[:, WALKED.index("exposure")]))
        expected = mean + exposure - log(FIXED_EXPOSURE)
        # The emulator's error on the log scale widens the Poisson law: a normal on that scale.
        sigma2 = e.error**2 + 1.0 / max(t.value, 0.5)
        return -0.5 * (log(max(t.value, 0.5)) - expected) ** 2 / sigma2
    return -0.5 * (t.value - mean) ** 2 / (t.sigma**2 + e.error**2)


def hierarchy(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of the log odds of aimed_share over operations: -3 to 3, and 0.1 to 1.5."""
    mean, spread = x[:, WALKED.index("mean")], x[:, WALKED.index("spread")]
    return -3.0 + 6.0 * mean, 0.1 * 15.0**spread


def log_hierarchy(x: np.ndarray) -> np.ndarray:
    """Density of the operations' aimed shares given their mean and spread, on the unit interval."""
    mean, spread = hierarchy(x)
    total = np.zeros(len(x))
    for o in OPERATIONS:
        share = np.clip(
            physical(PARAMETERS["aimed_share"], x[:, WALKED.index(f"aimed_share.{o}")]),
            1e-6,
            1 - 1e-6,
        )
        odds = np.log(share / (1.0 - share))
        total += -0.5 * ((odds - mean) / spread) ** 2 - np.log(spread * share * (1.0 - share))
    return total


# ---------------------------------------------------------------- the file


def summary(fit: Fit, seed: int) -> dict[str, Any]:
    """The posterior as a file: draws, and what is known of each parameter."""
    rng = np.random.default_rng(seed)
    chosen = fit.chain[rng.choice(len(fit.chain), DRAWS, replace=False)]
    values = {n: _value(n, chosen) for n in WALKED[:-2]}
    drawn: dict[str, Any] = {n: _rounded(values[n]) for n in SHARED}
    for n in EACH:
        drawn[n] = {o: _rounded(values[f"{n}.{o}"]) for o in OPERATIONS}
    drawn["aimed_share"][NEW] = _rounded(new_aimed(chosen, rng))
    any_of = np.array([values[f"misfire_share.{o}"] for o in OPERATIONS])
    drawn["misfire_share"][NEW] = _rounded(
        any_of[rng.integers(len(any_of), size=DRAWS), range(DRAWS)]
    )
    return {
        "made_by": f"opendome calibrate --points {fit.points} --seed {seed}",
        "operations": list(OPERATIONS),
        "parameters": {n: described(n, fit.chain) for n in WALKED[:-2]},
        "correlations": correlations(fit.chain),
        "figures": [_figure(e, fit.chain) for e in fit.emulated],
        "chain": {
            "walkers": WALKERS,
            "steps": STEPS,
            "burn": BURN,
            "acceptance": round(fit.acceptance, 3),
            "autocorrelation_steps": round(fit.autocorrelation, 1),
        },
        "draws": drawn,
    }


def _value(name: str, x: np.ndarray) -> np.ndarray:
    base = name.partition(".")[0]
    v = physical(PARAMETERS[base], x[:, WALKED.index(name)])
    return np.round(v) if base == "rounds_per_target" else v


def new_aimed(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Aimed share of an operation that was not seen: from the spread between those that were."""
    mean, spread = hierarchy(x)
    odds = mean + spread * rng.standard_normal(len(x))
    p = PARAMETERS["aimed_share"]
    return np.clip(1.0 / (1.0 + np.exp(-odds)), p.low, p.high)


def described(name: str, x: np.ndarray) -> dict[str, Any]:
    """Mean, 90 % interval, prior, and how much narrower than the prior it became."""
    base = name.partition(".")[0]
    p, v, unit = PARAMETERS[base], _value(name, x), x[:, WALKED.index(name)]
    low, high = np.quantile(v, [0.05, 0.95])
    return {
        "unit": p.unit,
        "meaning": p.meaning,
        "mean": float(f"{np.mean(v):.4g}"),
        "low": float(f"{low:.4g}"),
        "high": float(f"{high:.4g}"),
        "grade": "calibrated",
        "prior": f"{'log-uniform' if p.log else 'uniform'} {p.low:g} to {p.high:g}",
        "source": p.source,
        "learned": round(float(1.0 - np.var(unit) * 12.0), 3),  # of the prior's variance
    }


def correlations(x: np.ndarray, least: float = 0.4) -> list[tuple[str, str, float]]:
    """Pairs of parameters that the figures cannot tell apart, strongest first."""
    n = len(WALKED) - 2
    r = np.corrcoef(x[:, :n].T)
    pairs = [(WALKED[i], WALKED[j], round(float(r[i, j]), 2)) for i in range(n) for j in range(i)]
    return sorted((p for p in pairs if abs(p[2]) >= least), key=lambda p: -abs(p[2]))


def _figure(e: Emulated, x: np.ndarray) -> dict[str, Any]:
    """A target, its surface's error, and what the posterior makes of it by the surface."""
    t, some = e.target, x[:: max(len(x) // 500, 1)]
    mean = e.surface.mean(columns(some, t.operation))
    if t.figure.name in COUNTS:
        mean = np.exp(mean) * physical(PARAMETERS["exposure"], some[:, WALKED.index("exposure")])
    return {
        "operation": t.operation,
        "figure": t.figure.name,
        "days": t.days,
        "published": t.value,
        "sigma": float(f"{t.sigma:.4g}"),
        "emulator": e.surface.kind,
        "explained": round(e.surface.explained, 3),
        "error": float(f"{e.error:.3g}"),
        "posterior": float(f"{np.mean(mean):.4g}"),
    }


def _rounded(v: np.ndarray) -> list[float]:
    return [float(f"{x:.4g}") for x in v]
