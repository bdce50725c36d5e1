"""The rocket classes of data/rocket_classes.toml: generic, fitted to published ranges."""

from functools import cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from opendome.errors import ScenarioError
from opendome.models.threats.classes import PATH, load_classes
from opendome.params import Model, quantity
from opendome.reader import build
from opendome.settings import CLASSES
from opendome.tables import Table


class RocketClass(Model):
    """A generic rocket class of data/rocket_classes.toml."""

    TABLE: ClassVar[Table | None] = CLASSES

    name: str = Field(min_length=1, description="name of the class")
    m0: float = quantity("kg", "launch mass", low=0.1, high=1e5)
    m_burnout: float = quantity("kg", "mass after burn-out", low=0.1, high=1e5)
    burn_time: float = quantity("s", "motor burn time", low=0.01, high=300.0)
    thrust: float = quantity("N", "mean thrust along the velocity", low=1.0, high=1e7)
    calibre: float = quantity("m", "body diameter", low=0.01, high=2.0, suffixes=("mm", "m"))
    form: float = quantity("1", "factor on its drag curve", low=0.01, high=100.0)
    drag: Literal["finned", "spun", "rough"] = Field(description="curve of data/drag_curves.csv")
    motor: Literal["neutral", "tubular"] = Field(description="curve of data/thrust_curves.csv")
    boost_steps: int = quantity("1", "integration steps while the motor burns", low=4, high=100)
    step: float = quantity("s", "integration step of the coast", low=0.1, high=4.0)
    rcs: float = quantity("m^2", "mean radar cross-section", low=1e-6, high=1e3)
    swerling: int = quantity(
        "1",
        "Swerling case of its fluctuation: 0, 1 or 3",
        default=1,
        low=0,
        high=3,
        source="assumption: case 1, the one that asks most of the radar",
        grade="assumed",
    )
    lethal_area: float = quantity(
        "m^2", "area in which an unsheltered person is killed", low=0.0, high=1e6
    )
    range_min: float = quantity("m", "least range at which it is used", low=0.0, high=1e6)
    range_max: float = quantity("m", "published maximum range", low=100.0, high=1e6)
    sigma_range: float = quantity(
        "1", "standard deviation along range over range", low=0.0, high=0.5
    )
    sigma_cross: float = quantity(
        "1", "standard deviation across range over range", low=0.0, high=0.5
    )

    @model_validator(mode="after")
    def _in_order(self) -> "RocketClass":
        if self.m_burnout >= self.m0:
            raise ValueError(f"m_burnout ({self.m_burnout:g} kg) is not below m0 ({self.m0:g} kg)")
        if self.range_min >= self.range_max:
            raise ValueError(
                f"range_min ({self.range_min:g} m) is not below range_max ({self.range_max:g} m)"
            )
        if self.swerling not in (0, 1, 3):
            raise ValueError(f"swerling ({self.swerling}): want 0, 1 or 3")
        return self

    def row(self) -> np.ndarray:
        """One row of `CLASSES`; the share stays missing."""
        row = super().row()
        row["area"] = np.pi * self.calibre**2 / 4.0
        return row


@cache
def rocket_classes() -> dict[str, RocketClass]:
    """The shipped classes by name.

    Raises
    ------
    ScenarioError
        The file is wrong; one line a problem.
    """
    problems: list[str] = []
    built = [
        build(RocketClass, {"name": name} | keys, name, problems)
        for name, keys in load_classes().items()
    ]
    if problems:
        raise ScenarioError([f"{PATH.name}: {line}" for line in problems])
    return {c.name: c for c in built}
