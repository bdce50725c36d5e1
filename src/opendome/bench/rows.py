"""What a benchmark returns."""

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement."""

    name: str
    value: float
    unit: str
    ratio: float = float("nan")  # to what the benchmark's title names; nan where there is none
