"""A scenario file as frozen models: its keys and tables."""

from datetime import datetime

from pydantic import Field, model_validator

from opendome.params import Instant, Model, plugin, quantity, section
from opendome.site_sections import (
    Battery,
    Clutter,
    Effects,
    Interceptor,
    Located,
    Place,
    Radar,
    ShippedPlaces,
    Stock,
)
from opendome.threat_section import Threat


class Origin(Located):
    """Origin of the scenario's east-north-up frame."""


class Study(Model):
    """How often the scenario is repeated, and with which random numbers."""

    seed: int = quantity(
        "1", "seed", default=1, low=0, high=2**63 - 1, source="convention", grade="assumed"
    )
    replications: int = quantity(
        "1",
        "replications",
        default=100,
        low=1,
        high=10_000_000,
        source="convention: a share of one half within 10 points (95 %)",
        grade="assumed",
    )


class Clock(Model):
    """Wall-clock time of the scenario, and the beat inside a raid."""

    start: Instant = Field(description="start, with offset")
    end: Instant = Field(description="end, with offset")
    scan_period: float = quantity(
        "s",
        "time between two scans of every radar",
        default=1.0,
        low=0.1,
        high=60.0,
        source="assumption: one look a second at every track",
        grade="assumed",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Clock":
        if self.end <= self.start:
            raise ValueError(
                f"end ({self.end.isoformat()}) is not after start ({self.start.isoformat()})"
            )
        return self

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return self.seconds(self.end)

    def seconds(self, when: datetime) -> float:
        """Seconds from the start to a time with offset."""
        return (when - self.start).total_seconds()


class Published(Model):
    """A published figure to hold a simulated one against."""

    figure: str = Field(min_length=1, description="which figure of the summary")
    value: float | None = Field(default=None, description="published value")
    low: float | None = Field(default=None, description="least published value")
    high: float | None = Field(default=None, description="greatest published value")
    tolerance: float | None = Field(
        default=None, ge=0.0, description="accepted relative difference from the value"
    )
    unit: str = Field(default="1", description="unit of the figure")
    source: str = Field(min_length=1, description="who published it")
    held_out: bool = Field(default=False, description="true: nothing was calibrated on it")

    @model_validator(mode="after")
    def _says_something(self) -> "Published":
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together (want both, or value alone)")
        if self.low is None or self.high is None:
            if self.value is None:
                raise ValueError("no figure (want value, or low and high, or all three)")
        elif not self.low <= (self.low if self.value is None else self.value) <= self.high:
            raise ValueError("want low <= value <= high")
        return self


class Sections(Model):
    """A scenario file: its keys and tables."""

    title: str = Field(min_length=1, description="one line, as shown in lists")
    summary: str = Field(default="", description="what happens, in a sentence or two")
    origin: Origin = section("origin", "origin of the east-north-up frame")
    study: Study = section("study", "replications and seed", default=Study())
    clock: Clock = section("clock", "start, end and beat")
    threat: Threat = section("threat", "launches")
    places: tuple[Place, ...] = section("place", "places written out", default=())
    shipped_places: ShippedPlaces | None = section("places", "places shipped", default=None)
    radars: tuple[Radar, ...] = section("radar", "radars", default=(), max_length=127)
    clutter: tuple[Clutter, ...] = section(
        "clutter", "what else flies and gives plots", default=(), max_length=100
    )
    interceptors: tuple[Interceptor, ...] = section("interceptor", "interceptor types", default=())
    batteries: tuple[Battery, ...] = section("battery", "batteries", default=())
    tracker: Model = plugin("trackers", "gnn_ekf", meaning="tracker")
    policy: Model = plugin("policies", "doctrine", meaning="who fires at what, when")
    warning: Model = plugin("warnings", "ellipse", meaning="who is warned, when")
    stock: Stock = section("stock", "rounds behind the launchers", default=Stock())
    effects: Effects = section("effects", "harm to people", default=Effects())
    published: tuple[Published, ...] = section("published", "figures to compare with", default=())
