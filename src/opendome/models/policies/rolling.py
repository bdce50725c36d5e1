"""Rolling horizon: rounds, launches and channels have prices, and each threat its best chain.

The prices of the last scan are improved a little at every scan at which something may be fired at
(kernels/rolling.py); a salvo leaves if it saves more than it costs and more than waiting does.  A
round costs at least what it is worth in the days to come (dwta/campaign.py).  Work is counted in
steps, not in seconds, so that results do not depend on the machine.
"""

from typing import ClassVar

from opendome.models.policies.doctrine import Doctrine
from opendome.params import quantity


class Rolling(Doctrine):
    """Price policy; `rounds_per_target` is the most rounds of a salvo."""

    kind: ClassVar[int] = 4

    rounds_per_target: int = quantity(
        "1",
        "most rounds a salvo",
        default=2,
        low=1,
        high=4,
        source="one (pricing of March 2012) or two (Jerusalem Post 2011, BBC 2012)",
        grade="published",
    )
    round_value: float = quantity(
        "1",
        "least value (people within 100 m of the impact, expected) that a round must save",
        default=1.0,
        low=0.0,
        high=1e6,
        source="assumption: hardly anybody there is not worth a round",
        grade="assumed",
    )
    steps: int = quantity(
        "1",
        "dual steps a decision: how far prices follow what has changed since the last",
        default=8,
        low=1,
        high=1000,
        source="assumption: few, because the time of a decision grows with them",
        grade="assumed",
    )
    samples: int = quantity(
        "1",
        "sampled operations that the value of a round for later days comes from; 0: none",
        default=4,
        low=0,
        high=100,
        source="assumption",
        grade="assumed",
    )
