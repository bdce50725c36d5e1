"""Birds: slow, low, small echoes."""

from opendome.models.clutter._flyers import Flyers
from opendome.params import quantity


class Birds(Flyers):
    """A group of birds."""

    rcs: float = quantity(
        "m^2",
        "mean radar cross-section of one",
        default=0.008,
        low=1e-6,
        high=1e4,
        source="Konrad, Hicks and Dobson, Science 159 (1968), as tabled in Skolnik (2001): 80 cm^2 "
        "of a pigeon at S band",
        grade="published",
    )
    speed_min: float = quantity(
        "m/s",
        "least speed",
        default=8.0,
        low=0.0,
        high=1e3,
        source="assumption: air speed of a pigeon and wind",
        grade="assumed",
    )
    speed_max: float = quantity(
        "m/s",
        "greatest speed",
        default=20.0,
        low=0.0,
        high=1e3,
        source="assumption: air speed of a pigeon and wind",
        grade="assumed",
    )
    height_min: float = quantity(
        "m",
        "least height above the ground of the origin",
        default=50.0,
        low=0.0,
        high=20e3,
        source="assumption: local and migrating flight",
        grade="assumed",
    )
    height_max: float = quantity(
        "m",
        "greatest height",
        default=1000.0,
        low=0.0,
        high=20e3,
        source="assumption: local and migrating flight",
        grade="assumed",
    )
    turn: float = quantity(
        "m",
        "radius of the circle that each flies",
        default=300.0,
        low=10.0,
        high=100e3,
        source="assumption: soaring and local flight",
        grade="assumed",
    )
