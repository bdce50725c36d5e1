"""How an array shares its time: search fence, volume search above it, track beams."""

from math import radians

from opendome.params import Model, quantity


class TimeBudget(Model):
    """Shares, periods and edges of the search; time and number of the track beams."""

    fence_share: float = quantity(
        "1",
        "share of the time that the search fence takes",
        default=0.3,
        low=0.0,
        high=1.0,
        source="assumption: with the volume search less than half, as weapon location asks for "
        "many tracks",
        grade="assumed",
    )
    fence_top: float = quantity(
        "rad",
        "greatest elevation of the search fence",
        default=radians(8.0),
        low=radians(-5.0),
        high=radians(90.0),
        source="assumption: a rocket of 400 m/s is in it for 3 s at 8 km",
        grade="assumed",
    )
    fence_period: float = quantity(
        "s",
        "time of one pass over the fence",
        default=1.0,
        low=0.05,
        high=60.0,
        source="assumption: two looks before a fast rocket leaves the fence",
        grade="assumed",
    )
    volume_share: float = quantity(
        "1",
        "share of the time that the volume search above the fence takes",
        default=0.15,
        low=0.0,
        high=1.0,
        source="assumption: half of the fence's, as what is high is near",
        grade="assumed",
    )
    volume_top: float = quantity(
        "rad",
        "greatest elevation of the volume search",
        default=radians(60.0),
        low=radians(-5.0),
        high=radians(90.0),
        source="assumption: the array's normal and two thirds of the way to its edge",
        grade="assumed",
    )
    volume_period: float = quantity(
        "s",
        "time of one pass over the volume",
        default=2.0,
        low=0.05,
        high=60.0,
        source="assumption: a lost rocket is found again in a few seconds",
        grade="assumed",
    )
    track_dwell: float = quantity(
        "s",
        "time of one track beam",
        default=3e-3,
        low=1e-5,
        high=1.0,
        source="assumption: as many beams beside the search as `capacity`, about",
        grade="assumed",
        suffixes=("s", "ms"),
    )
    capacity: float = quantity(
        "1/s",
        "most plots a second",
        default=200.0,
        low=0.01,
        high=1e6,
        source="trade press 2016-21: hundreds of targets simultaneously",
        grade="published",
    )
