"""A scenario file as frozen models: its keys and tables."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from opendome import posterior
from opendome.models import nearest
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
from opendome.weather_section import Ground, Weather


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
    use: Literal["check", "construction", "calibration", "held out"] = Field(
        default="check",
        description="what it was used for: nothing, the launches are built from it, the model "
        "was calibrated on it, or it was kept back as a test",
    )
    claimed: bool = Field(default=True, description="true: the model is said to reproduce it")
    conflicts_with: str = Field(
        default="",
        description="published figure that cannot be met together with it: an overlap is claimed",
    )
    days: tuple[int, int] | None = Field(
        default=None, description="first and last day of the clock that it is about; all days"
    )
    note: str = Field(default="", description="what contradicts it, or why it is not reproduced")

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


class Calibration(Model):
    """Calibrated parameters: replication r runs on draw r of the shipped posterior."""

    operation: str = Field(
        description="operation whose aim and misfires are taken, or 'new': any operation"
    )
    file: str = Field(
        default="", description="path of a posterior by `opendome calibrate`; the shipped one"
    )
    keep: tuple[str, ...] = Field(
        default=(), description="calibrated parameters that this file sets itself"
    )

    @model_validator(mode="after")
    def _is_known(self) -> "Calibration":
        known = posterior.operations(self.file)
        if self.operation not in known:
            raise ValueError(
                f"operation {self.operation!r}: unknown{nearest(self.operation, known)}"
            )
        for name in self.keep:
            if name not in posterior.PARAMETERS:
                raise ValueError(f"keep: unknown {name!r}{nearest(name, posterior.PARAMETERS)}")
        return self


class Sections(Model):
    """A scenario file: its keys and tables."""

    title: str = Field(min_length=1, description="one line, as shown in lists")
    summary: str = Field(default="", description="what happens, in a sentence or two")
    origin: Origin = section("origin", "origin of the east-north-up frame")
    study: Study = section("study", "replications and seed", default=Study())
    clock: Clock = section("clock", "start, end and beat")
    threat: Threat = section("threat", "launches")
    weather: Weather = section("weather", "air and wind", default=Weather())
    ground: Ground = section("terrain", "terrain model", default=Ground())
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
    calibration: Calibration | None = section(
        "calibration", "calibrated parameters instead of those of this file", default=None
    )
    published: tuple[Published, ...] = section("published", "figures to compare with", default=())
