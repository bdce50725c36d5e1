"""The sections of a scenario on what stands where: places, radars, batteries, stock, effects."""

from math import radians
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from opendome.params import Instant, Model, plugin, quantity
from opendome.settings import BATTERIES, EFFECTS, STOCK
from opendome.tables import Table

_QUARTER, _HALF, _FULL = radians(90.0), radians(180.0), radians(360.0)


class Located(Model):
    """Something that stands at a place on the ground."""

    lat: float = quantity("rad", "latitude, WGS84", low=-_QUARTER, high=_QUARTER)
    lon: float = quantity("rad", "longitude, WGS84", low=-_HALF, high=_HALF)


class Named(Located):
    """Something with a name and a height at a place on the ground."""

    name: str = Field(min_length=1, description="unique name")
    height: float = quantity(
        "m",
        "height above sea level",
        default=0.0,
        low=-500.0,
        high=9e3,
        source="assumption: terrain is left out",
        grade="assumed",
    )


class Place(Located):
    """A populated place: a disc that is protected, and may be aimed at."""

    name: str = Field(min_length=1, description="unique name")
    radius: float = quantity("m", "radius of the built-up area", low=10.0, high=50e3)
    population: float = quantity("1", "inhabitants", low=0.0, high=1e8)


class ShippedPlaces(Model):
    """Places from the shipped table, in addition to those written out."""

    source: Literal["shipped"] = Field(description="which table; only 'shipped' exists")
    range: float = quantity("m", "greatest distance from the launch area", low=0.0, high=1e6)


class Radar(Named):
    """A radar: where it stands, which way it looks, and its type."""

    boresight: float = quantity(
        "rad", "azimuth of the middle of the sector, clockwise from north", low=-_FULL, high=_FULL
    )
    type: Model = plugin(
        "radars", "multifunction", merged=True, meaning="type of radar and its parameters"
    )


class Clutter(Located):
    """Things that fly and are no rockets, in a disc around a place; `model` says which."""

    radius: float = quantity(
        "m",
        "radius of the disc in which the middles of their circles lie",
        default=30e3,
        low=0.0,
        high=500e3,
        source="assumption: a sensor's surroundings",
        grade="assumed",
    )
    type: Model = plugin("clutter", "birds", merged=True, meaning="what flies, and its parameters")


class Interceptor(Model):
    """A named interceptor type: a model with some of its parameters changed."""

    name: str = Field(min_length=1, description="unique name, as batteries use it")
    type: Model = plugin(
        "interceptors", "short_range", merged=True, meaning="type of round and its parameters"
    )


class Battery(Named):
    """A battery: launchers at one site, fed by one radar."""

    TABLE: ClassVar[Table | None] = BATTERIES

    radar: str = Field(description="name of the radar that feeds it")
    interceptor: str = Field(
        default="short_range", description="name of an [[interceptor]] or of an interceptor model"
    )
    reaction: float = quantity(
        "s",
        "from decision to lift-off",
        default=2.0,
        low=0.0,
        high=120.0,
        source="assumption: two scans",
        grade="assumed",
    )
    launchers: int = quantity(
        "1",
        "launchers",
        default=3,
        low=1,
        high=100,
        source="IDF 2011: 3 to 4",
        grade="published",
    )
    rounds_per_launcher: int = quantity(
        "1",
        "rounds in a full launcher",
        default=20,
        low=1,
        high=1000,
        source="IDF 2011; CRS 2023",
        grade="published",
    )
    reload: float = quantity(
        "s",
        "time to exchange the pack of an empty launcher",
        default=1800.0,
        low=0.0,
        high=7 * 86_400.0,
        source="assumption: tens of minutes; not published",
        grade="assumed",
    )
    in_service: Instant | None = Field(
        default=None, description="first time at which it can fire, with offset; from the start"
    )
    spacing: float = quantity(
        "s",
        "least time between two launches of one battery",
        default=0.5,
        low=0.0,
        high=60.0,
        source="assumption: public video shows several launches within seconds",
        grade="assumed",
    )

    channels: int = quantity(
        "1",
        "most rounds in flight at a time, each on its guidance channel",
        default=100,
        low=1,
        high=10_000,
        source="assumption: not published; more than the launchers hold, so that none is missed",
        grade="assumed",
    )

    def row(self) -> np.ndarray:
        """One row of `BATTERIES`; position, radar and interceptor stay missing."""
        row = super().row()
        row["rounds"] = self.rounds_per_launcher
        return row


class Stock(Model):
    """Rounds behind the launchers."""

    TABLE: ClassVar[Table | None] = STOCK

    depot_rounds: int = quantity(
        "1",
        "rounds in the depot at the start",
        default=1000,
        low=0,
        high=10_000_000,
        source="assumption: not published",
        grade="assumed",
    )
    resupply_rounds: float = quantity(
        "1/day",
        "rounds that reach the depot at midnight of the scenario's clock",
        default=0.0,
        low=0.0,
        high=1e6,
        source="assumption: none within an operation; the production rate is not published",
        grade="assumed",
    )

    def row(self) -> np.ndarray:
        """One row of `STOCK`."""
        row = super().row()
        row["depot"] = self.depot_rounds
        row["resupply"] = self.resupply_rounds
        return row


class Effects(Model):
    """Harm to people."""

    TABLE: ClassVar[Table | None] = EFFECTS

    exposure: float = quantity(
        "1",
        "share of the inhabitants within a lethal area who are struck: walls protect the others",
        default=1.0,
        low=0.0,
        high=10.0,
        source="assumption: all; calibrated in the shipped operations",
        grade="assumed",
    )
    shelter_factor: float = quantity(
        "1",
        "lethal area without shelter over with shelter",
        default=5.0,
        low=1.0,
        high=1e3,
        source="Zucker and Kaplan (2014): sheltering cuts casualties by 3 to 7 times",
        grade="published",
    )
    shelter_time: float = quantity(
        "s",
        "least warning that lets people reach shelter",
        default=15.0,
        low=0.0,
        high=3600.0,
        source="Home Front Command (2008): shortest published time to shelter",
        grade="published",
    )
