"""Global nearest neighbour and an estimator of constants: Gauss-Newton with recursion in between.

The name is that of its first form, which had an extended Kalman filter; scenarios say it.

Source: Bar-Shalom, Willett, Tian, Tracking and Data Fusion (2011); Bell and Cathey, "The iterated
Kalman filter update as a Gauss-Newton method", IEEE Trans. AC 38(2) (1993); Li and Jilkov, "Survey
of maneuvering target tracking, part II: ballistic target models", SPIE 4473 (2001).
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
        "gate on the normalised innovation squared",
        default=16.0,
        low=1.0,
        high=1e3,
        source="chi-square, 3 or 4 degrees of freedom: 99.9 or 99.7 % of true plots fall inside",
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
        default=5,
        low=1,
        high=100,
        source="assumption: at a detection probability of 0.9 one true track in 1,000 is lost in "
        "100 scans",
        grade="assumed",
    )
    confirm_score: float = quantity(
        "1",
        "least log-likelihood ratio of a confirmed track, beyond the logarithm of the number of "
        "false plots a scan",
        default=9.0,
        low=0.0,
        high=100.0,
        source="a false start is confirmed with a probability of at most exp(-score) (Ville's "
        "inequality), and there are as many as false plots: at most one false track in 2.2 hours",
        grade="derived",
    )
    p_detect: float = quantity(
        "1",
        "probability of a plot a scan, in the scores",
        default=0.9,
        low=0.01,
        high=0.9999,
        source="assumption: design value of the radar",
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
    sigma_tilt: float = quantity(
        "1",
        "prior standard deviation of the tilt of the drag curve over Mach number",
        default=0.35,
        low=0.0,
        high=2.0,
        source="root mean square over nine drag curves against the common one: 0.38 "
        "(docs/theory/tracking.md)",
        grade="derived",
    )
    sigma_rise: float = quantity(
        "1",
        "prior standard deviation of the size of the drag curve's transonic rise",
        default=0.2,
        low=0.0,
        high=2.0,
        source="root mean square over the same nine curves: 0.19",
        grade="derived",
    )
    sigma_wind: float = quantity(
        "m/s",
        "prior standard deviation of the wind on each axis",
        default=6.0,
        low=0.0,
        high=100.0,
        source="assumption: winds of 0 to 15 m/s, uniform in direction",
        grade="assumed",
    )
    sigma_velocity: float = quantity(
        "m/s",
        "prior standard deviation of the velocity on each axis",
        default=700.0,
        low=1.0,
        high=1e4,
        source="assumption: burn-out speeds of the common rocket classes, any direction",
        grade="assumed",
    )
    sigma_bias_range: float = quantity(
        "m",
        "prior standard deviation of a radar's range bias, estimated with every track; 0: not "
        "estimated, the impact's ellipse has the radar's own error added",
        default=0.0,
        low=0.0,
        high=1e3,
        source="convention: one radar cannot tell its bias from the path",
        grade="assumed",
    )
    sigma_bias_angle: float = quantity(
        "rad",
        "prior standard deviation of a radar's azimuth and elevation bias, likewise",
        default=0.0,
        low=0.0,
        high=0.1,
        source="convention: one radar cannot tell its bias from the path",
        grade="assumed",
    )
    a_boost: float = quantity(
        "m/s^2",
        "acceleration that the motor may give, 1 sigma, while a track's phase is not known to be "
        "coast",
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
        default=8.0,
        low=0.0,
        high=60.0,
        source="assumption: the classes burn 0.7 to 8 s, in part before the first plot",
        grade="assumed",
    )
    sigma_route: float = quantity(
        "1",
        "spread of the velocities of bodies that follow each other, over their speed",
        default=0.04,
        low=0.001,
        high=1.0,
        source="rockets of one class from one place at nearby targets: elevation and azimuth vary "
        "by two degrees; tuned on seeds 1 to 8 of the trials in ripples (docs/theory/tracking.md)",
        grade="calibrated",
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

    p_own: float = quantity(
        "1",
        "joint probability that the plot of a confirmed track is its own, below which the track "
        "leaves it; 0: takes it always (global nearest neighbour alone)",
        default=0.95,
        low=0.0,
        high=1.0,
        source="convention: one wrong update in twenty at most",
        grade="assumed",
    )
    rival: float = quantity(
        "1",
        "log-likelihood by which a pair of plots may fall behind the best pair of either plot and "
        "still start a track",
        default=4.0,
        low=0.0,
        high=100.0,
        source="a pair less likely by e^4 is right once in fifty times; tuned on seeds 1 to 8 of "
        "the trials in ripples (docs/theory/tracking.md)",
        grade="calibrated",
    )
    lead: float = quantity(
        "1",
        "log-likelihood by which a start must lead all that share plots with it, together, to be "
        "confirmed at once",
        default=6.0,
        low=0.0,
        high=100.0,
        source="one wrong choice in four hundred; tuned on the same trials",
        grade="calibrated",
    )
    ln_rise: float = quantity(
        "1",
        "log-likelihood ratio of a start where bodies rise into coverage, over one in the middle",
        default=12.0,
        low=0.0,
        high=100.0,
        source="bodies rise over the horizon and appear nowhere else: a factor of 160,000; tuned "
        "on the same trials",
        grade="calibrated",
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
