"""Static optimum, solved anew at every scan: no tomorrow, no second look (kernels/resolve.py).

Who is asked about, and how long it waits for a smaller ellipse, are those of the doctrine.
"""

from typing import ClassVar

from opendome.models.policies.greedy import Greedy


class Resolve(Greedy):
    """The best use of the rounds that are ready on the threats that are known."""

    kind: ClassVar[int] = 3
