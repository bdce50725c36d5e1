"""Validation: every published figure of the shipped operations beside the simulated one.

Verdicts, from the mean and from the interval into which one more operation falls (90 %):

    within    the mean lies in the published range
    overlaps  the mean lies outside, the interval of one operation meets the range
    below, above   the interval lies on that side of the range

A figure that the model was calibrated on is reproduced if it is `within`.  Of any other figure the
interval is a prediction: it is reproduced if it is `within` or `overlaps`; so is a calibrated one
that conflicts with another.  Held-out figures are predictions, counted apart from what is claimed.
What is claimed is decided before a fit, from the sources alone: docs/theory/calibration.md has the
rule and the list.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from opendome import estimate, montecarlo, scenario
from opendome.errors import ScenarioError
from opendome.models import nearest
from opendome.montecarlo import Progress
from opendome.results import Result, collect
from opendome.scenario import Scenario

REPLICATIONS = 20  # the fewest of which least and greatest hold 90 % of operations: 19

HELD_OUT = "held out"
USES = {
    "construction": "built from it",
    "calibration": "calibrated",
    HELD_OUT: HELD_OUT,
    "check": "not used",
}


class Row(NamedTuple):
    """One published figure and what the model makes of it."""

    operation: str
    figure: str
    label: str
    unit: str
    published: str
    published_low: float
    published_high: float
    mean: float
    low: float  # 90 % of operations, the posterior's uncertainty included
    high: float
    use: str
    verdict: str
    claimed: bool
    conflicts_with: str
    reproduced: bool
    source: str
    note: str

    @property
    def failed(self) -> bool:
        """Claimed, and not reproduced.  A held-out figure is predicted, not claimed."""
        return self.claimed and self.use != HELD_OUT and not self.reproduced


class Validation(NamedTuple):
    """Rows of all operations, and the results that they come from."""

    rows: tuple[Row, ...]
    results: dict[str, Result]

    @property
    def failures(self) -> list[Row]:
        """Figures that are claimed to be reproduced and are not."""
        return [row for row in self.rows if row.failed]

    @property
    def predictions(self) -> list[Row]:
        """Figures that were held out."""
        return [row for row in self.rows if row.use == HELD_OUT]

    @property
    def outside(self) -> list[Row]:
        """Every figure whose mean lies outside the published range."""
        return [row for row in self.rows if row.verdict != "within"]


def operations() -> tuple[str, ...]:
    """Shipped scenarios that hold figures of a real operation, in order of time."""
    found = [scenario.load(name) for name in scenario.names()]
    real = [s for s in found if s.calibration is not None]
    return tuple(s.name for s in sorted(real, key=lambda s: s.clock.start))


def validate(
    names: Sequence[str] = (),
    replications: int = REPLICATIONS,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Validation:
    """Run operations and hold them against what was published.

    Parameters
    ----------
    names : sequence of str
        Names or paths of scenarios with [[published]] figures; all of `operations()` if empty.
    replications, workers : int
    progress : callable, optional

    Raises
    ------
    ScenarioError
        A scenario is unknown or publishes nothing.
    """
    known = operations()
    found = [_load(name, known) for name in (names or known)]
    rows: list[Row] = []
    results: dict[str, Result] = {}
    for s in found:
        estimate.check(s.published)
        done = montecarlo.run(s, replications, s.study.seed, workers, trace=(), progress=progress)
        if done.interrupted:
            raise KeyboardInterrupt
        result = results[s.name] = collect(s, done, "opendome validate")
        rows += judge(s, result)
    return Validation(tuple(rows), results)


def _load(name: str, known: Sequence[str]) -> Scenario:
    if "/" not in name and not name.endswith(".toml") and name not in scenario.names():
        raise ScenarioError(f"{name}: no such operation{nearest(name, known)}")
    found = scenario.load(name)
    if not found.published:
        raise ScenarioError(f"{name}: publishes no figures (want [[published]] in the scenario)")
    return found


def judge(s: Scenario, result: Result) -> list[Row]:
    """A row for each published figure of a scenario, in the order of the summary."""
    order = list(estimate.FIGURES)
    published = sorted(s.published, key=lambda p: order.index(p.figure))
    compared = [c for c in result.summary() if c.published]
    rows = []
    for p, c in zip(published, compared, strict=True):
        e = c.estimate
        verdict = verdict_of(e.mean, e.low, e.high, c.published_low, c.published_high)
        alone = p.use == "calibration" and not p.conflicts_with
        good = ("within",) if alone else ("within", "overlaps")
        rows.append(
            Row(
                s.name,
                p.figure,
                c.label,
                c.unit,
                c.published,
                c.published_low,
                c.published_high,
                e.mean,
                e.low,
                e.high,
                p.use,
                verdict,
                p.claimed,
                p.conflicts_with,
                verdict in good,
                p.source,
                p.note,
            )
        )
    return rows


def verdict_of(mean: float, low: float, high: float, least: float, most: float) -> str:
    """`within`, `overlaps`, `below` or `above`; see the head of this file.

    Rounded as a reader sees it, so that 0.1499999 is not below 0.15.
    """
    slack = 1e-9 * max(abs(least), abs(most))
    if least - slack <= mean <= most + slack:
        return "within"
    side = estimate.verdict(low, high, least, most)
    return "overlaps" if side == "within" else side


def as_dict(found: Validation) -> dict[str, Any]:
    """The rows for machines."""
    return {
        "level": estimate.LEVEL,
        "replications": {n: r.manifest["finished"] for n, r in found.results.items()},
        "ok": not found.failures,
        "figures": [row._asdict() for row in found.rows],
    }
