"""Greedy: the round that saves most now goes first (kernels/greedy.py).

Who is asked about, and how long it waits for a smaller ellipse, are those of the doctrine.
"""

from typing import ClassVar

from opendome.models.policies.doctrine import Doctrine
from opendome.params import quantity


class Greedy(Doctrine):
    """Maximum marginal return, one round a threat and scan."""

    kind: ClassVar[int] = 1

    round_value: float = quantity(
        "1",
        "least value (people within 100 m of the impact, expected) that a round must save",
        default=0.0,
        low=0.0,
        high=1e6,
        source="assumption: rounds are there to be used",
        grade="assumed",
    )
