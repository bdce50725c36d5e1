"""Drones of some metres of span."""

from opendome.models.clutter._flyers import Flyers
from opendome.params import quantity


class Drones(Flyers):
    """A group of drones."""

    rcs: float = quantity(
        "m^2",
        "mean radar cross-section of one",
        default=0.05,
        low=1e-6,
        high=1e4,
        source="assumption: between the bird and the small aircraft of the table in Skolnik (2001)",
        grade="assumed",
    )
    speed_min: float = quantity(
        "m/s",
        "least speed",
        default=20.0,
        low=0.0,
        high=1e3,
        source="assumption: piston engine",
        grade="assumed",
    )
    speed_max: float = quantity(
        "m/s",
        "greatest speed",
        default=60.0,
        low=0.0,
        high=1e3,
        source="assumption: piston engine",
        grade="assumed",
    )
    height_min: float = quantity(
        "m",
        "least height above the ground of the origin",
        default=100.0,
        low=0.0,
        high=20e3,
        source="assumption: loiter",
        grade="assumed",
    )
    height_max: float = quantity(
        "m",
        "greatest height",
        default=2000.0,
        low=0.0,
        high=20e3,
        source="assumption: loiter",
        grade="assumed",
    )
    turn: float = quantity(
        "m",
        "radius of the circle that each flies",
        default=800.0,
        low=10.0,
        high=100e3,
        source="assumption: loiter",
        grade="assumed",
    )
