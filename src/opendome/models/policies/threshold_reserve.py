"""Threshold with reserve: the last rounds are for larger values (kernels/reserve.py).

Who is asked about, and how long it waits for a smaller ellipse, are those of the doctrine.
"""

from typing import ClassVar

from opendome.models.policies.doctrine import Doctrine
from opendome.params import quantity


class ThresholdReserve(Doctrine):
    """A battery that runs low fires at ever larger values only."""

    kind: ClassVar[int] = 2

    reserve: float = quantity(
        "1",
        "share of a battery's rounds that is kept for larger values",
        default=0.3,
        low=0.01,
        high=1.0,
        source="assumption: the last of three launchers",
        grade="assumed",
    )
    value_min: float = quantity(
        "1",
        "value (people within 100 m of the impact, expected) that the last round is kept for",
        default=150.0,
        low=0.0,
        high=1e6,
        source="assumption: a certain hit on a town of some 5,000 people a square kilometre",
        grade="assumed",
    )
