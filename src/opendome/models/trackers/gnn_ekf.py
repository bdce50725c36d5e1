"""Global nearest neighbour association and an extended Kalman filter of seven states.

State: position, velocity, logarithm of the ballistic coefficient m/(form area).

Source: Bar-Shalom, Willett, Tian, Tracking and Data Fusion (2011); Li and
Jilkov, "Survey of maneuvering target tracking, part II: ballistic target models", SPIE 4473
(2001).
"""

from typing import ClassVar

from pydantic import model_validator

from opendome.params import Model, quantity
from opendome.settings import TRACKER
from opendome.tables import Table


class GnnEkf(Model):
    """Rules of the tracker and the noise that it allows for."""

    TABLE: ClassVar[Table | None] = TRACKER

    gate: float = quantity(
        "1",
        "gate on the normalised innovation squared, 3 degrees of freedom",
        default=16.0,
        low=1.0,
        high=1e3,
        source="chi-square, 3 degrees of freedom: 99.9 % of true plots fall inside",
        grade="derived",
    )
    confirm_hits: int = quantity(
        "1",
        "plots that confirm a track",
        default=3,
        low=2,
        high=100,
        source="Bar-Shalom et al. (2011): M of N logic, customary 3 of 5",
        grade="assumed",
    )
    confirm_scans: int = quantity(
        "1",
        "scans within which they must come",
        default=5,
        low=2,
        high=100,
        source="Bar-Shalom et al. (2011): M of N logic, customary 3 of 5",
        grade="assumed",
    )
    drop_misses: int = quantity(
        "1",
        "scans without a plot that drop a track",
        default=4,
        low=1,
        high=100,
        source="assumption: at a detection probability of 0.9, one true track in 10,000",
        grade="assumed",
    )
    speed_min: float = quantity(
        "m/s",
        "least speed between the first two plots",
        default=80.0,
        low=0.0,
        high=1e3,
        source="assumption: above birds and road traffic, below any class in flight",
        grade="assumed",
    )
    speed_max: float = quantity(
        "m/s",
        "greatest speed between the first two plots",
        default=2500.0,
        low=100.0,
        high=1e4,
        source="assumption: above the burn-out speed of a range of 250 km (about 1.6 km/s)",
        grade="assumed",
    )
    beta: float = quantity(
        "kg/m^2",
        "prior median of the ballistic coefficient",
        default=3000.0,
        low=10.0,
        high=1e6,
        source="assumption: middle of the common rocket classes, 2,000 to 4,000 after burn-out",
        grade="assumed",
    )
    sigma_ln_beta: float = quantity(
        "1",
        "prior standard deviation of the logarithm of the ballistic coefficient",
        default=0.7,
        low=0.01,
        high=3.0,
        source="assumption: a factor of two either way, the spread of the rocket classes",
        grade="assumed",
    )
    q_boost: float = quantity(
        "m/s^2",
        "acceleration noise while the motor may burn",
        default=80.0,
        low=0.0,
        high=1e3,
        source="assumption: part of the 100-400 m/s^2 of the classes under thrust; most of a "
        "burn is over before the first plot",
        grade="assumed",
    )
    boost_time: float = quantity(
        "s",
        "age of a track up to which the motor may burn",
        default=4.0,
        low=0.0,
        high=60.0,
        source="assumption: the classes burn 0.7 to 8 s, in part before the first plot",
        grade="assumed",
    )
    q_coast: float = quantity(
        "m/s^2",
        "acceleration noise after boost",
        default=1.0,
        low=0.0,
        high=100.0,
        source="assumption: wind and the error of the common drag curve",
        grade="assumed",
    )
    q_ln_beta: float = quantity(
        "1/sqrt(s)",
        "random walk of the logarithm of the ballistic coefficient",
        default=0.01,
        low=0.0,
        high=1.0,
        source="assumption: 10 % over a flight of 100 s",
        grade="assumed",
    )
    sigma_max: float = quantity(
        "m",
        "no prediction while the impact ellipse is larger (major axis, 1 sigma)",
        default=4e3,
        low=1.0,
        high=1e5,
        source="assumption: beyond that an ellipse no longer tells one town from the next",
        grade="assumed",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "GnnEkf":
        if self.confirm_hits > self.confirm_scans:
            raise ValueError(
                f"confirm_hits ({self.confirm_hits}) is above confirm_scans ({self.confirm_scans})"
            )
        if self.speed_min >= self.speed_max:
            raise ValueError(
                f"speed_min ({self.speed_min:g} m/s) is not below speed_max "
                f"({self.speed_max:g} m/s)"
            )
        return self
