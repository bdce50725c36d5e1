"""A short-range interceptor: solid motor, radar-fuzed fragment warhead, own seeker at the end.

Generic.  Public: mass, calibre, proximity burst, threats of 4 to 70 km, price.  Everything else is
assumed so that the flight agrees with what is public: a mean speed of 400 to 700 m/s and a battery
that covers at least 150 km^2 (docs/figures/envelope.png).

Source: press and parliamentary papers as named below; kernels/flyout.py and kernels/lethality.py
hold the physics and its sources.
"""

from typing import ClassVar

from opendome.params import Model, quantity
from opendome.settings import INTERCEPTORS
from opendome.tables import Table

_MOTOR = "assumption: 36 % propellant at a specific impulse of 239 s, a usual solid motor"


class ShortRange(Model):
    """Parameters of one round."""

    TABLE: ClassVar[Table | None] = INTERCEPTORS

    m0: float = quantity(
        "kg",
        "launch mass",
        default=90.0,
        low=1.0,
        high=2_000.0,
        source="90 kg: CRS reports and trade press",
        grade="published",
    )
    m_burnout: float = quantity(
        "kg",
        "mass after burn-out",
        default=58.0,
        low=1.0,
        high=2_000.0,
        source=_MOTOR,
        grade="assumed",
    )
    burn_time: float = quantity(
        "s",
        "motor burn time",
        default=6.0,
        low=0.1,
        high=60.0,
        source=_MOTOR,
        grade="assumed",
    )
    thrust: float = quantity(
        "N",
        "constant thrust",
        default=12_500.0,
        low=10.0,
        high=1e6,
        source=_MOTOR,
        grade="assumed",
    )
    area: float = quantity(
        "m^2",
        "drag reference area",
        default=0.0201,
        low=1e-4,
        high=1.0,
        source="disc of 160 mm; the calibre is press, not confirmed",
        grade="derived",
    )
    form: float = quantity(
        "1",
        "factor on the common drag curve",
        default=0.8,
        low=0.1,
        high=5.0,
        source="assumption: sharper nose than a rocket's; mean speed 400 m/s to 700 m/s with it",
        grade="assumed",
    )
    a_max: float = quantity(
        "m/s^2",
        "structural limit of the lateral acceleration",
        default=250.0,
        low=10.0,
        high=1_000.0,
        source="assumption: about 25 g, a usual figure of tactical missiles",
        grade="assumed",
    )
    cl_max: float = quantity(
        "1",
        "greatest lift coefficient",
        default=6.0,
        low=0.1,
        high=50.0,
        source="assumption: body, wings and fins at 25 deg to 30 deg, on the body's area",
        grade="assumed",
    )
    seeker_range: float = quantity(
        "m",
        "range at which the seeker takes over",
        default=2_500.0,
        low=50.0,
        high=50e3,
        source="assumption: small radar seeker against a body of 0.1 m^2",
        grade="assumed",
    )
    cep_seeker: float = quantity(
        "m",
        "median miss after homing without saturation",
        default=1.5,
        low=0.05,
        high=50.0,
        source="assumption: gives a kill probability of about 0.9 in good geometry",
        grade="assumed",
    )
    lethal_radius: float = quantity(
        "m",
        "miss at which the fragment burst kills with probability 1/2",
        default=4.0,
        low=0.05,
        high=100.0,
        source="assumption: gives a kill probability of about 0.9 in good geometry",
        grade="assumed",
    )
    reliability: float = quantity(
        "1",
        "probability that launch, motor, fuze and warhead work",
        default=0.95,
        low=0.0,
        high=1.0,
        source="assumption",
        grade="assumed",
    )
    time_max: float = quantity(
        "s",
        "flight time at which it destroys itself",
        default=30.0,
        low=1.0,
        high=120.0,
        source="assumption: bounds the reach at about 13 km",
        grade="assumed",
    )
    h_min: float = quantity(
        "m",
        "least intercept height",
        default=500.0,
        low=0.0,
        high=10e3,
        source="assumption: clutter, and fragments over the protected place",
        grade="assumed",
    )
    h_max: float = quantity(
        "m",
        "greatest intercept height",
        default=10e3,
        low=100.0,
        high=12e3,
        source="10 km: repeated in trade press, not confirmed",
        grade="assumed",
    )
    range_min: float = quantity(
        "m",
        "least intercept range from the launcher",
        default=1_500.0,
        low=0.0,
        high=20e3,
        source="assumption: tip-over and arming; see also the flyout table",
        grade="assumed",
    )
    assess: float = quantity(
        "s",
        "delay from intercept to kill assessment",
        default=2.0,
        low=0.0,
        high=60.0,
        source="assumption: two scans",
        grade="assumed",
    )
    price: float = quantity(
        "USD",
        "price of one round",
        default=50_000.0,
        low=0.0,
        high=1e8,
        source="40,000 to 60,000 USD: AP, Jerusalem Post, AFP, 2011-21",
        grade="published",
    )
