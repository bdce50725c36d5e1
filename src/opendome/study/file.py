"""The keys and tables of a study file."""

from typing import Any

from pydantic import Field

from opendome.params import Model, quantity, section
from opendome.study.factors import MOST_LEVELS

#: Figures that a study shows if its file names none.
OUTPUTS = ("leaked", "interception_rate", "rounds_used")


class FactorTable(Model):
    """[[factor]]: what is varied."""

    name: str = Field(min_length=1, description="name of the factor")
    key: Any = Field(default=(), description="key of the scenario, or a list of keys")
    levels: tuple[Any, ...] = Field(default=(), description="levels")
    low: float | None = quantity("1", "least value", default=None)
    high: float | None = quantity("1", "greatest value", default=None)
    steps: int | None = quantity(
        "1", "levels between low and high", default=None, low=2, high=MOST_LEVELS
    )
    distribution: dict[str, Any] | None = Field(default=None, description="law of the values")
    variant: dict[str, Any] = Field(default={}, description="named levels: changes by key")


class Design(Model):
    """[design]: which combinations of levels."""

    kind: str = Field(default="grid", description="kind of the design")
    points: int | None = quantity(
        "1", "points; saltelli: base samples; morris: trajectories",
        default=None, low=1, high=1_000_000,
    )  # fmt: skip
    baseline: dict[str, Any] = Field(default={}, description="level by factor")
    second_order: bool = Field(default=False, description="saltelli: points for pairs too")
    morris_levels: int = quantity(
        "1", "morris: levels of a factor", default=4, low=2, high=100,
        source="Morris (1991), Campolongo et al. (2007): four", grade="published",
    )  # fmt: skip


class PrecisionTable(Model):
    """[precision]: replicate until the intervals are narrow enough."""

    figure: Any = Field(description="figure, or a list of figures")
    half_width: Any = Field(default=(), description="of the paired difference, in its unit")
    relative: Any = Field(default=(), description="of the reference point's mean")
    level: float = quantity(
        "1", "confidence level of each interval", default=0.95, low=0.5, high=0.9999,
        source="convention", grade="assumed",
    )  # fmt: skip
    against: dict[str, Any] = Field(default={}, description="reference point, level by factor")
    most_replications: int = quantity(
        "1", "replications of a point after which to stop anyway", default=10_000, low=2,
        high=10_000_000, source="convention: half-widths 1/60 of the spread", grade="assumed",
    )  # fmt: skip
    round: int | None = quantity(
        "1", "replications between two looks", default=None, low=1, high=1_000_000
    )


class StudyFile(Model):
    """A study file: its keys and tables."""

    title: str = Field(min_length=1, description="one line")
    summary: str = Field(default="", description="what is asked, in a sentence or two")
    scenario: str = Field(min_length=1, description="name of a shipped one, or a path")
    seed: int | None = quantity("1", "seed; the scenario's", default=None, low=0, high=2**63 - 1)
    replications: int | None = quantity(
        "1", "replications of each point; the scenario's", default=None, low=1, high=10_000_000
    )
    chunk: int | None = quantity(
        "1", "replications that are computed and written together", default=None, low=1, high=10_000
    )
    outputs: tuple[str, ...] = Field(default=OUTPUTS, description="figures to show")
    analytic: bool = Field(
        default=False, description="true: also what closed forms say of the leakers of a barrage"
    )
    factor: tuple[FactorTable, ...] = section("factor", "what is varied", min_length=1)
    design: Design = section("design", "which combinations", default=Design())
    precision: PrecisionTable | None = section("precision", "when to stop", default=None)
