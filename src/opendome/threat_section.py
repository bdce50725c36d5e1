"""The section [threat] of a scenario: launch area, classes, timeline, raids."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from opendome.models import nearest
from opendome.params import Instant, Model, quantity, section
from opendome.places import HOURLY, OUTLINES

#: JSON Schema of a launch area.
_AREA: Any = {
    "anyOf": [
        {"enum": list(OUTLINES)},
        {
            "type": "array",
            "minItems": 3,
            "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
        },
    ]
}


class ThreatClass(Model):
    """A rocket class in use: its share, and changes to its dispersion."""

    name: str = Field(min_length=1, description="name in data/rocket_classes.toml")
    share: float = quantity("1", "share of launches", low=1e-9, high=1.0)
    dispersion_range: float | None = quantity(
        "1",
        "standard deviation along range over range, instead of the class's own",
        default=None,
        low=0.0,
        high=0.5,
    )
    dispersion_cross: float | None = quantity(
        "1",
        "standard deviation across range over range, instead of the class's own",
        default=None,
        low=0.0,
        high=0.5,
    )
    drag_file: str = Field(
        default="", description="CSV file with columns mach, c_d: instead of the class's own curve"
    )


class Interval(Model):
    """Cumulative launches at a time."""

    until: Instant = Field(description="time of the count, with offset")
    launched: int = quantity("1", "launches from the start until then", low=0, high=1_000_000)


class Barrage(Model):
    """A raid that is known by itself; inside an interval it is part of the interval's count."""

    name: str = Field(min_length=1, description="unique name")
    start: Instant = Field(description="first launch, with offset")
    duration: float = quantity("s", "time from first to last launch", low=0.0, high=86_400.0)
    launches: int = quantity("1", "launches", low=1, high=65_535)
    places: tuple[str, ...] = Field(min_length=1, description="names of the places aimed at")


class Threat(Model):
    """Who launches what, when and from where."""

    SHARES_TOLERANCE: ClassVar[float] = 0.005  # shares are published in whole per cent

    model: Literal["ballistic_rocket"] = Field(
        default="ballistic_rocket", description="model of the launches"
    )
    launch_area: Any = Field(
        description="a shipped outline by name, or a list of [lat, lon] corners in degrees",
        json_schema_extra={"schema": _AREA},
    )
    hourly: str = Field(
        default="", description="shipped hourly counts that weigh the hours of the intervals"
    )
    misfire_share: float = quantity(
        "1",
        "share of motors that burn only a part of their time",
        default=0.1,
        low=0.0,
        high=1.0,
        source="fell short: 10.1 % in 2012, 6.1 % in 2014, 15.6 % in 2021",
        grade="assumed",
    )
    raid_size_exponent: float = quantity(
        "1",
        "a in P(size >= n) ~ n^-(a - 1)",
        default=1.8,
        low=1.01,
        high=10.0,
        source="assumption: heavy-tailed raids",
        grade="assumed",
    )
    raid_size_max: int = quantity(
        "1",
        "most rockets of a raid without a name",
        default=40,
        low=1,
        high=1000,
        source="largest salvo of 2014: 45 in one hour",
        grade="assumed",
    )
    launch_gap: float = quantity(
        "s",
        "mean time between the launches of a raid",
        default=3.0,
        low=0.01,
        high=3600.0,
        source="assumption: 137 launches in 5 minutes are 2.2 s apart",
        grade="assumed",
    )
    ring_distance: tuple[float, ...] = quantity(
        "m",
        "outer edges of the rings around the launch area",
        default=(),
        low=1.0,
        high=1e6,
        source="none: aim by population alone",
        grade="assumed",
    )
    ring_weight: tuple[float, ...] = quantity(
        "1",
        "share of the rockets aimed into each ring",
        default=(),
        low=0.0,
        high=1e6,
        source="none: aim by population alone",
        grade="assumed",
    )
    aimed_share: float = quantity(
        "1",
        "share of raids, and of the rockets of barrages, aimed at a place; the others beside one",
        default=1.0,
        low=0.0,
        high=1.0,
        source="assumption: every raid; calibrated in the shipped operations",
        grade="assumed",
    )
    classes: tuple[ThreatClass, ...] = section("class", "rocket classes in use", min_length=1)
    intervals: tuple[Interval, ...] = section("interval", "cumulative counts", default=())
    barrages: tuple[Barrage, ...] = section("barrage", "raids known by themselves", default=())

    @field_validator("launch_area")
    @classmethod
    def _is_an_area(cls, value: Any) -> Any:
        if isinstance(value, str):
            if value in OUTLINES:
                return value
            raise ValueError(f"unknown outline {value!r}{nearest(value, OUTLINES)}")
        return _polygon(value)

    @field_validator("hourly")
    @classmethod
    def _is_a_record(cls, value: str) -> str:
        if value and value not in HOURLY:
            raise ValueError(f"unknown hourly record {value!r}{nearest(value, HOURLY)}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Threat":
        total = sum(c.share for c in self.classes)
        if abs(total - 1.0) > self.SHARES_TOLERANCE:
            raise ValueError(f"the shares of the classes sum to {total:.6g} (want 1)")
        if len(self.ring_distance) != len(self.ring_weight):
            raise ValueError(
                f"ring_distance has {len(self.ring_distance)} numbers and ring_weight "
                f"{len(self.ring_weight)} (want as many)"
            )
        if (np.diff(self.ring_distance) <= 0.0).any():
            raise ValueError("ring_distance does not increase (want the outer edges in order)")
        if self.ring_weight and not any(self.ring_weight):
            raise ValueError("ring_weight is zero everywhere (want a positive share somewhere)")
        if not self.intervals and not self.barrages:
            raise ValueError("no launches (want [[threat.interval]] or [[threat.barrage]])")
        return self


def _polygon(corners: Any) -> tuple[tuple[float, float], ...]:
    """Corners of a launch area: at least three, in degrees, not crossing themselves."""
    import shapely

    good = isinstance(corners, tuple) and all(
        isinstance(c, tuple)
        and len(c) == 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in c)
        and abs(c[0]) <= 90.0
        and abs(c[1]) <= 180.0
        for c in corners
    )
    if not good:
        raise ValueError("want the name of an outline or a list of [lat, lon] corners in degrees")
    ring = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
    if len(ring) < 3:
        raise ValueError(f"{len(ring)} corners (want at least 3)")
    area = shapely.Polygon(ring)
    if area.area == 0.0 or not area.is_valid:
        raise ValueError("the outline has no area or crosses itself (want corners in order)")
    return tuple((float(lat), float(lon)) for lat, lon in ring)
