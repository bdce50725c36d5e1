"""RADAR.toml: the radars that made recorded plots, and the rules of the tracker."""

from math import degrees, pi, tau
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from opendome import frames, settings, toml_files
from opendome.errors import ScenarioError
from opendome.kernels.earth import Earth, surface_z
from opendome.kernels.nature import Nature, standard
from opendome.params import Model, plugin, quantity, section
from opendome.reader import build


class RadarSite(Model):
    """A radar: where it stands, which way it looks, and its type."""

    name: str = Field(default="radar", min_length=1, description="name, as the plots give it")
    lat: float = quantity(
        "rad", "latitude, WGS84; that of the first sets gravity and the turn of the earth",
        default=0.0, low=-pi / 2, high=pi / 2,
        source="convention: one radar is the origin of its own frame", grade="assumed",
    )  # fmt: skip
    lon: float = quantity(
        "rad", "longitude, WGS84", default=0.0, low=-pi, high=pi,
        source="convention: one radar is the origin of its own frame", grade="assumed",
    )  # fmt: skip
    height: float = quantity(
        "m", "height above the ground that bodies launch from and fall on", default=0.0,
        low=-500.0, high=9e3, source="assumption: terrain is left out", grade="assumed",
    )  # fmt: skip
    boresight: float = quantity(
        "rad", "azimuth of the middle of the sector, clockwise from north", default=0.0,
        low=-tau, high=tau, source="convention: north", grade="assumed",
    )  # fmt: skip
    type: Model = plugin(
        "radars", "multifunction", merged=True, meaning="type of radar and its parameters"
    )


class RadarFile(Model):
    """The file RADAR.toml."""

    scan_period: float = quantity(
        "s", "time between two scans", default=1.0, low=0.01, high=60.0,
        source="assumption: one look a second at every track", grade="assumed",
    )  # fmt: skip
    radars: tuple[RadarSite, ...] = section(
        "radar", "radars; the first is the origin of the frame", min_length=1, max_length=127
    )
    tracker: Model = plugin("trackers", "gnn_ekf", meaning="tracker")


class Sensors(NamedTuple):
    """What the tracker reads of a RADAR.toml."""

    names: tuple[str, ...]
    radars: np.ndarray  # RADARS
    tracker: np.ndarray  # TRACKER, one row
    period: float  # s
    nature: Nature  # still standard air, smooth earth


def read(radar: "str | Path | dict[str, Any]") -> Sensors:
    """Read a RADAR.toml, or a dict with its keys.

    Raises
    ------
    ScenarioError
        One line per problem.
    """
    at = "radar" if isinstance(radar, dict) else str(radar)
    raw = radar
    if not isinstance(raw, dict):
        raw = toml_files.loads(toml_files.read(Path(at), at, "radar"), at)
    problems: list[str] = []
    found = build(RadarFile, raw, "", problems)
    if found is None:
        raise ScenarioError([f"{at}: {line}" for line in problems])
    names = [r.name for r in found.radars]
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"{at}: two radars are called {name!r} (want unique names)")
    first = found.radars[0]
    origin = degrees(first.lat), degrees(first.lon)
    nature = standard(origin[0], 0)
    return Sensors(
        tuple(names), _rows(found.radars, origin, nature.earth), found.tracker.row(),
        found.scan_period, nature,
    )  # fmt: skip


def _rows(sites: "tuple[RadarSite, ...]", origin: tuple[float, float], earth: Earth) -> np.ndarray:
    rows = settings.RADARS.allocate(len(sites))
    for i, site in enumerate(sites):
        rows[i] = site.type.row()[0]
        lat, lon = degrees(site.lat), degrees(site.lon)
        x, y, _ = frames.enu(lat, lon, 0.0, origin)
        rows["x"][i], rows["y"][i] = x, y
        rows["z"][i] = surface_z(x, y, site.height, earth)
        rows["boresight"][i] = site.boresight % tau
        rows["normal"][i] = frames.unit_vector(rows["boresight"][i], rows["tilt"][i])
        rows["rotation"][i] = frames.rotation(lat, lon, origin)
    return rows
