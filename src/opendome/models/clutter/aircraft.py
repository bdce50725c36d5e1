"""Aircraft in holding patterns or on patrol."""

from opendome.models.clutter._flyers import Flyers
from opendome.params import quantity


class Aircraft(Flyers):
    """A group of aircraft."""

    rcs: float = quantity(
        "m^2",
        "mean radar cross-section of one",
        default=6.0,
        low=1e-6,
        high=1e4,
        source="Skolnik (2001), table of cross-sections: 6 m^2 of a large fighter",
        grade="published",
    )
    speed_min: float = quantity(
        "m/s",
        "least speed",
        default=120.0,
        low=0.0,
        high=1e3,
        source="assumption: patrol and approach to cruise",
        grade="assumed",
    )
    speed_max: float = quantity(
        "m/s",
        "greatest speed",
        default=250.0,
        low=0.0,
        high=1e3,
        source="assumption: patrol and approach to cruise",
        grade="assumed",
    )
    height_min: float = quantity(
        "m",
        "least height above the ground of the origin",
        default=1500.0,
        low=0.0,
        high=20e3,
        source="assumption: below and at cruise",
        grade="assumed",
    )
    height_max: float = quantity(
        "m",
        "greatest height",
        default=9000.0,
        low=0.0,
        high=20e3,
        source="assumption: below and at cruise",
        grade="assumed",
    )
    turn: float = quantity(
        "m",
        "radius of the circle that each flies",
        default=6000.0,
        low=10.0,
        high=100e3,
        source="assumption: a turn of some 20 deg of bank",
        grade="assumed",
    )
