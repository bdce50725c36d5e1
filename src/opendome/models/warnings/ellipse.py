"""Warn a zone, or a place, when a rocket falls in it with noticeable probability.

Source: published practice: warn only the endangered polygon, by distance ring (Home Front Command
2008); no numeric false-alarm target is public, so the threshold is an assumption.
"""

from typing import ClassVar

from pydantic import Field

from opendome.params import Model, quantity
from opendome.settings import WARNING_RULE
from opendome.tables import Table


class Ellipse(Model):
    """Thresholds of the rule."""

    TABLE: ClassVar[Table | None] = WARNING_RULE

    zones: str = Field(
        default="",
        description="file of `opendome zones import`: its zones are warned; without it the places",
    )
    p_min: float = quantity(
        "1",
        "least probability of an impact in a zone, or in the disc of a place, and the margin",
        default=0.02,
        low=0.0,
        high=1.0,
        source="assumption: cautious; no target for false alarms is public",
        grade="assumed",
    )
    margin: float = quantity(
        "m",
        "added around a zone, or to the radius of a place",
        default=1e3,
        low=0.0,
        high=50e3,
        source="assumption: fragments and the coarse outline of a place",
        grade="assumed",
    )
    hold: float = quantity(
        "s",
        "time within which a zone or a place is not warned again",
        default=60.0,
        low=0.0,
        high=3600.0,
        source="public alert record of May 2021: no zone repeats within 45-60 s",
        grade="derived",
    )
    sigma_max: float = quantity(
        "m",
        "no warning while the impact ellipse is larger (major axis, 1 sigma)",
        default=4e3,
        low=1.0,
        high=1e5,
        source="assumption: the tracker's own limit",
        grade="assumed",
    )
