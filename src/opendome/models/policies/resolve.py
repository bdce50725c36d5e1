"""Static optimum, solved anew at every scan: no tomorrow, no second look (kernels/resolve.py).

Who is asked about, and how long it waits for a smaller ellipse, are those of the doctrine.
"""

from typing import ClassVar

from opendome.models.policies.doctrine import Doctrine
from opendome.params import quantity


class Resolve(Doctrine):
    """The best use of the rounds that are ready on the threats that are known."""

    kind: ClassVar[int] = 3

    round_value: float = quantity(
        "1",
        "least value (people within 100 m of the impact, expected) that a round must save",
        default=0.0,
        low=0.0,
        high=1e6,
        source="assumption: rounds are there to be used",
        grade="assumed",
    )
