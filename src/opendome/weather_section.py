"""The sections [weather] and [terrain] of a scenario."""

from itertools import pairwise
from math import radians

from pydantic import Field, model_validator

from opendome.params import Model, quantity, section

_FULL = radians(360.0)


class WindLevel(Model):
    """Wind at a height."""

    height: float = quantity("m", "height above sea level", low=-500.0, high=90e3)
    wind_speed: float = quantity("m/s", "wind speed", low=0.0, high=150.0)
    wind_from: float = quantity(
        "rad", "where it comes from, clockwise from north", low=-_FULL, high=_FULL
    )


class Weather(Model):
    """The air: a temperature offset, and wind by height as a constant, a table or a sounding."""

    temperature_offset: float = quantity(
        "K",
        "added to the standard atmosphere's temperature at every height",
        default=0.0,
        low=-60.0,
        high=60.0,
        source="U.S. Standard Atmosphere, 1976",
        grade="assumed",
    )
    wind_speed: float = quantity(
        "m/s",
        "wind speed, the same at every height",
        default=0.0,
        low=0.0,
        high=150.0,
        source="assumption: still air",
        grade="assumed",
    )
    wind_from: float = quantity(
        "rad",
        "where that wind comes from, clockwise from north",
        default=0.0,
        low=-_FULL,
        high=_FULL,
        source="assumption: still air",
        grade="assumed",
    )
    levels: tuple[WindLevel, ...] = section("wind", "wind by height", default=())
    sounding: str = Field(
        default="", description="CSV file of a sounding, as docs/howto/weather-and-terrain.md says"
    )

    @model_validator(mode="after")
    def _one_wind(self) -> "Weather":
        given = [self.wind_speed > 0.0, bool(self.levels), bool(self.sounding)]
        if sum(given) > 1:
            raise ValueError(
                "wind is given twice (want one of wind_speed_mps, [[weather.wind]], sounding)"
            )
        heights = [level.height for level in self.levels]
        for a, b in pairwise(heights):
            if b <= a:
                raise ValueError(f"[[weather.wind]] at {b:g} m after {a:g} m (want rising heights)")
        return self


class Ground(Model):
    """A terrain model: height files that together cover all sites."""

    files: tuple[str, ...] = Field(
        default=(), description="SRTM .hgt files, or GeoTIFF files (with the extra `terrain`)"
    )
    cell: float = quantity(
        "m",
        "cell of the grid that heights are resampled to",
        default=100.0,
        low=20.0,
        high=2_000.0,
        source="assumption: about the spacing of SRTM at three seconds",
        grade="assumed",
    )
