"""What birds, aircraft and drones have in common: a level circle each, somewhere in a disc."""

from typing import ClassVar

from pydantic import model_validator

from opendome.params import Model, quantity
from opendome.settings import CLUTTER
from opendome.tables import Table


class Flyers(Model):
    """A group of things that fly and are no rockets; a kind sets the defaults of its own."""

    TABLE: ClassVar[Table | None] = CLUTTER

    number: int = quantity(
        "1",
        "how many",
        default=1,
        low=0,
        high=100_000,
        source="convention: one",
        grade="assumed",
    )
    swerling: int = quantity(
        "1",
        "Swerling case of their fluctuation: 0, 1 or 3",
        default=1,
        low=0,
        high=3,
        source="Skolnik (2001): case 1 for many scatterers of like size",
        grade="assumed",
    )

    p_identify: float = quantity(
        "1",
        "probability that a plot of one is named by secondary radar, so that no track takes it",
        default=0.0,
        low=0.0,
        high=1.0,
        source="birds carry no transponder, and drones need not",
        grade="assumed",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Flyers":
        for of, unit in (("speed", "m/s"), ("height", "m")):
            low, high = f"{of}_min", f"{of}_max"
            a, b = getattr(self, low), getattr(self, high)
            if a > b:
                raise ValueError(f"{low} ({a:g} {unit}) is above {high} ({b:g} {unit})")
        if self.swerling not in (0, 1, 3):
            raise ValueError(f"swerling ({self.swerling}): want 0, 1 or 3")
        return self
