"""What the flights of a scenario go through: air, wind, drag and thrust of its classes, ground.

Files that a scenario names stand beside it: their paths count from its folder.
"""

import csv
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from opendome.errors import ScenarioError
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import burn_table, drag_curves, drag_table, thrust_curves
from opendome.kernels.earth import earth
from opendome.kernels.nature import Nature
from opendome.kernels.terrain import flat
from opendome.rocket_classes import rocket_classes
from opendome.sections import Sections
from opendome.threat_section import ThreatClass
from opendome.weather_section import Weather

if TYPE_CHECKING:
    from opendome.placement import Parameters

SOUNDING = ("height_m", "wind_speed_mps", "wind_from_deg")
DRAG = ("mach", "c_d")
GAP = 5_000.0  # m, most between two levels of a sounding up to TOP
TOP = 20_000.0  # m, up to which a sounding may not have gaps; above, little air is left
LOWEST = 2_000.0  # m, highest first level
MOST_ROWS = 100_000


def nature(s: Sections, p: "Parameters", folder: Path) -> Nature:
    """Tables of the flight kernels for a scenario.

    Parameters
    ----------
    s : Sections
    p : Parameters
        Its tables: sites that a terrain must cover.
    folder : Path
        Where paths in the scenario count from.

    Raises
    ------
    ScenarioError
        A file is missing or wrong; one line: file, row, what is wrong, what would be right.
    """
    from opendome.terrain_files import terrain

    return Nature(
        air=air(s.weather, folder),
        curves=np.concatenate([_drag(c, folder) for c in s.threat.classes]),
        burns=np.array([_burn(c.name) for c in s.threat.classes]),
        earth=earth(p.origin[0]),
        terrain=terrain(s.ground, p, folder),
    )


def still(names: Sequence[str], lat_deg: float) -> Nature:
    """Still standard air over a smooth earth, for shipped classes: rows as `names`."""
    classes = [rocket_classes()[name] for name in names]
    return Nature(
        air=air_table(),
        curves=np.concatenate([drag_table(*drag_curves()[c.drag]) for c in classes]),
        burns=np.array([burn_table(*thrust_curves()[c.motor]) for c in classes]),
        earth=earth(lat_deg),
        terrain=flat(),
    )


def air(weather: Weather, folder: Path) -> np.ndarray:
    """The air table of a scenario's weather (kernels/atmosphere.py)."""
    offset = weather.temperature_offset
    if weather.sounding:
        levels = read_sounding(folder / weather.sounding)
    elif weather.levels:
        levels = np.array([(w.height, w.wind_speed, w.wind_from) for w in weather.levels])
    elif weather.wind_speed > 0.0:
        levels = np.array([(0.0, weather.wind_speed, weather.wind_from)])
    else:
        return air_table(offset)
    height, speed, bearing = levels.T
    return air_table(offset, height, -speed * np.sin(bearing), -speed * np.cos(bearing))


def read_sounding(path: Path) -> np.ndarray:
    """Levels of a sounding, (n, 3): height (m), wind speed (m/s), where it comes from (rad).

    Raises
    ------
    ScenarioError
        A level is missing or out of order, or a number is none or impossible.
    """
    rows = read_numbers(path, SOUNDING)
    limits = ((-500.0, 90e3), (0.0, 150.0), (-360.0, 360.0))
    for line, values in rows:
        for name, value, (low, high) in zip(SOUNDING, values, limits, strict=True):
            if not low <= value <= high:
                raise ScenarioError(f"{path}:{line}: {name} = {value:g}: want {low:g} to {high:g}")
    _rising(path, rows, SOUNDING[0])
    levels = np.array([values for _, values in rows])
    if levels[0, 0] > LOWEST:
        raise ScenarioError(
            f"{path}: no level below {levels[0, 0]:g} m (want one at {LOWEST:g} m or lower)"
        )
    inside = np.append(levels[:, 0], max(TOP, levels[-1, 0]))
    gaps = np.diff(inside)
    gaps[inside[:-1] >= TOP] = 0.0
    if gaps.max() > GAP:
        i = int(np.argmax(gaps))
        raise ScenarioError(
            f"{path}: no level between {inside[i]:g} m and {inside[i + 1]:g} m (want one every "
            f"{GAP:g} m up to {TOP:g} m)"
        )
    levels[:, 2] = np.radians(levels[:, 2])
    return levels


def read_drag(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Mach numbers and drag coefficients of a CSV file.

    Raises
    ------
    ScenarioError
        The table is empty, not rising in Mach, or holds a number that is none or impossible.
    """
    rows = read_numbers(path, DRAG)
    for line, (mach, c_d) in rows:
        if not (0.0 <= mach <= 20.0 and 0.0 < c_d <= 10.0):
            raise ScenarioError(
                f"{path}:{line}: mach = {mach:g}, c_d = {c_d:g}: want 0 to 20, and above 0 to 10"
            )
    _rising(path, rows, "mach")
    if len(rows) < 2:
        raise ScenarioError(f"{path}: one row (want at least two)")
    mach, c_d = np.array([values for _, values in rows]).T
    return mach, c_d


def read_numbers(path: Path, names: Sequence[str]) -> list[tuple[int, tuple[float, ...]]]:
    """Rows of a CSV file with these columns, each with its line; `#` begins a comment.

    Raises
    ------
    ScenarioError
        The file cannot be read, lacks a column or holds no rows, or a field is no finite number.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()[: MOST_ROWS + 1]
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: no text (want CSV in UTF-8)") from None
    kept = [(i, x) for i, x in enumerate(lines, 1) if x.strip() and not x.startswith("#")]
    table = list(csv.reader(x for _, x in kept))
    head = [name.strip() for name in table[0]] if table else []
    missing = [name for name in names if name not in head]
    if missing:
        raise ScenarioError(f"{path}: no column {missing[0]!r} (want {','.join(names)})")
    if len(table) == 1:
        raise ScenarioError(f"{path}: no rows (want {','.join(names)} and numbers)")
    columns = [head.index(name) for name in names]
    found = []
    for (line, _), row in zip(kept[1:], table[1:], strict=True):
        values = []
        for name, c in zip(names, columns, strict=True):
            text = row[c].strip() if c < len(row) else ""
            values.append(_number(text, f"{path}:{line}: {name}"))
        found.append((line, tuple(values)))
    return found


def _number(text: str, where: str) -> float:
    if not text:
        raise ScenarioError(f"{where} is missing (want a number)")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ScenarioError(f"{where} = {text[:40]!r}: want a finite number")
    return value


def _rising(path: Path, rows: list[tuple[int, tuple[float, ...]]], name: str) -> None:
    for (_, a), (line, b) in pairwise(rows):
        if b[0] <= a[0]:
            raise ScenarioError(
                f"{path}:{line}: {name} = {b[0]:g} after {a[0]:g}: want rising values"
            )


def _drag(c: ThreatClass, folder: Path) -> np.ndarray:
    if c.drag_file:
        return drag_table(*read_drag(folder / c.drag_file))
    return drag_table(*drag_curves()[rocket_classes()[c.name].drag])


def _burn(name: str) -> np.ndarray:
    return burn_table(*thrust_curves()[rocket_classes()[name].motor])
