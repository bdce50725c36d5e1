"""Fire at what threatens a protected place, then look, and fire again while there is time.

The built-in rule is compiled (kernels/decide.py); this file holds its parameters.

Source: public descriptions: fires only where a protected place is threatened (CRS IN10158, 2014);
one or two rounds a target (Jerusalem Post 2011, BBC 2012).
"""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from opendome.params import Model, quantity
from opendome.settings import DOCTRINE
from opendome.tables import Table

#: Which of the batteries that can engage is chosen; the order is that of `DOCTRINE.battery_rule`.
BATTERY_RULES = ("earliest", "highest_p_kill", "most_rounds")


class Doctrine(Model):
    """Thresholds and counts of the rule of fire."""

    TABLE: ClassVar[Table | None] = DOCTRINE

    #: True for a policy that decides in Python: `decide(view, decisions)`.
    external: ClassVar[bool] = False
    #: Which compiled policy reads the row: `DOCTRINE.kind`.
    kind: ClassVar[int] = 0

    threat_min: float = quantity(
        "1",
        "least probability of falling on a protected place",
        default=0.1,
        low=0.0,
        high=1.0,
        source="assumption: a round is far cheaper than one hit in ten on a town",
        grade="assumed",
    )
    sigma_max: float = quantity(
        "m",
        "wait while the impact ellipse is larger, unless it is the last chance",
        default=800.0,
        low=1.0,
        high=1e5,
        source="assumption: about the radius of a small town",
        grade="assumed",
    )
    rounds_per_target: int = quantity(
        "1",
        "rounds a salvo",
        default=1,
        low=1,
        high=10,
        source="one (pricing of March 2012) or two (Jerusalem Post 2011, BBC 2012)",
        grade="published",
    )
    salvos: int = quantity(
        "1",
        "most salvos at one body",
        default=2,
        low=1,
        high=10,
        source="assumption: shoot, look, shoot once more",
        grade="assumed",
    )
    p_kill_min: float = quantity(
        "1",
        "least expected kill probability worth a round",
        default=0.2,
        low=0.0,
        high=1.0,
        source="assumption",
        grade="assumed",
    )
    battery_rule: Literal["earliest", "highest_p_kill", "most_rounds"] = Field(
        default="earliest", description="which of the batteries that can engage fires"
    )
    last_chance: float = quantity(
        "s",
        "how long before the latest lift-off waiting ends",
        default=2.0,
        low=0.0,
        high=120.0,
        source="assumption: two scans",
        grade="assumed",
    )

    def row(self) -> np.ndarray:
        """One row of `DOCTRINE`."""
        row = super().row()
        row["rounds"] = self.rounds_per_target
        row["battery_rule"] = BATTERY_RULES.index(self.battery_rule)
        row["kind"] = self.kind
        for name in ("round_value", "reserve", "value_min", "steps"):
            row[name] = getattr(self, name, 0)
        return row
