"""Production lines: capacity by month, and what of an order has arrived by when.

A line works on orders in turn, at its capacity.  What has come by month m of orders that may be
delivered from months u_1 <= u_2 <= ... on is the least of
    all that may be delivered by m, and, for each i, what was ordered before i + C(u_i, m),
with C(u, m) the capacity of the months u .. m: the departures of a fluid queue (Kleinrock, Queueing
Systems, volume 2 (1976), chapter 2).  It is linear in the orders, so the programme needs no monthly
variables.
"""

from typing import NamedTuple

import numpy as np

from opendome.plan.assumptions import Values
from opendome.plan.file import Supplier


class Line(NamedTuple):
    """A production line on n paths."""

    price: np.ndarray  # (n,), USD
    us_share: np.ndarray  # (n,)
    lead: np.ndarray  # (n,) int, months
    capacity: np.ndarray  # (n, months), rounds that can be delivered in a month
    committed: float  # rounds ordered before the plan began


def line(
    supplier: Supplier, values: Values, arrival: np.ndarray, months: int, committed: float = 0.0
) -> Line:
    """A line at values of the assumptions.

    Parameters
    ----------
    values : mapping
        Numbers or (n,).
    arrival : int array (n,)
        Month in which the money comes: a line that has to be built opens so many months later.
    """
    at = f"supplier[{supplier.name}]"
    n = len(arrival)
    opens = np.rint(arrival + np.broadcast_to(values[f"{at}.opens_months"], n))
    if supplier.opens.most == 0.0:
        opens = np.zeros(n)
    month = np.arange(months)
    capacity = np.zeros((n, months))
    for i, step in enumerate(supplier.ramp):
        rate = np.broadcast_to(values[f"{at}.ramp[{i}].rounds_per_year"], n)
        begins = opens + step.after_months
        capacity = np.where(month >= begins[:, None], rate[:, None] / 12.0, capacity)
    return Line(
        np.broadcast_to(np.asarray(values[f"{at}.price_usd"], "f8"), n),
        np.broadcast_to(np.asarray(values[f"{at}.us_share"], "f8"), n),
        np.broadcast_to(np.rint(values[f"{at}.lead_months"]), n).astype(int),
        capacity,
        committed,
    )
