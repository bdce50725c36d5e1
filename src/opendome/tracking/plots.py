"""Recorded plots, from a Parquet file or from memory, checked row by row."""

from math import pi, tau
from pathlib import Path
from typing import Any

import numpy as np

from opendome import tables
from opendome.errors import ScenarioError
from opendome.tracking.radars import Sensors

WANTED = ("time_s", "range_m", "azimuth_rad", "elevation_rad")
#: What a column may hold, and what is usually wrong if it does not.
LIMITS = {
    "range_m": (0.0, 1e7, "a slant range in metres, above 0"),
    "azimuth_rad": (-tau, tau, "radians, clockwise from north; is it in degrees?"),
    "elevation_rad": (-pi / 2, pi / 2, "radians, -pi/2 to pi/2; is it in degrees?"),
    "range_rate_mps": (-1e4, 1e4, "metres per second, positive away from the radar"),
    "sigma_range_m": (1e-3, 1e5, "a standard deviation in metres, above 0"),
    "sigma_angle_rad": (1e-7, 1.0, "a standard deviation in radians, above 0"),
    "sigma_range_rate_mps": (1e-3, 1e4, "a standard deviation in metres per second, above 0"),
}
OPTIONAL = ("range_rate_mps", "snr_db", "radar", *(c for c in LIMITS if c.startswith("sigma")))
MAY_MISS = ("range_rate_mps", "sigma_range_rate_mps")  # nan: not measured


def read(plots: Any, sensors: Sensors) -> np.ndarray:
    """Plots as the tracker takes them.

    Parameters
    ----------
    plots : str, Path, pyarrow.Table, pandas.DataFrame or dict of arrays
        Columns: docs/howto/track-recorded-plots.md.
    sensors : Sensors

    Returns
    -------
    ndarray of PLOTS, in order of time

    Raises
    ------
    ScenarioError
        What is wrong, with the row (counted from 0).
    """
    columns, where = _columns(plots)
    missing = [name for name in WANTED if name not in columns]
    if missing:
        has = ", ".join(columns) or "none"
        raise ScenarioError(f"{where}: no column {', '.join(missing)} (columns are: {has})")
    values = {name: _numbers(columns[name], name, where) for name in columns if name != "radar"}
    lengths = {name: len(v) for name, v in (values | columns).items() if name in values}
    if len(set(lengths.values())) > 1:
        raise ScenarioError(f"{where}: columns of different lengths: {lengths}")
    for name, numbers in values.items():
        _check(name, numbers, where)
    back = np.flatnonzero(np.diff(values["time_s"]) < 0.0)
    if len(back):
        i = int(back[0]) + 1
        raise ScenarioError(
            f"{where}: time_s at row {i} is {values['time_s'][i]:g}, before row {i - 1} "
            f"({values['time_s'][i - 1]:g}); sort the plots by time_s"
        )
    return _filled(values, _rows_of_radars(columns, sensors, where, len(values["time_s"])), sensors)


def _columns(plots: Any) -> tuple[dict[str, Any], str]:
    """Columns by name, known ones only, and how to call their source."""
    known = (*WANTED, *OPTIONAL)
    if isinstance(plots, str | Path):
        import pyarrow.lib
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(plots)
        except FileNotFoundError:
            raise ScenarioError(f"{plots}: no such file (want plots as Parquet)") from None
        except (pyarrow.lib.ArrowInvalid, OSError) as error:
            raise ScenarioError(f"{plots}: not a Parquet file ({error})") from None
        return {n: table[n].to_numpy() for n in known if n in table.column_names}, str(plots)
    names = getattr(plots, "column_names", None) or list(plots.keys())
    return {n: np.asarray(plots[n]) for n in known if n in names}, "plots"


def _numbers(column: Any, name: str, where: str) -> np.ndarray:
    try:
        return np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScenarioError(f"{where}: {name} holds {column.dtype}, want numbers") from None


def _check(name: str, numbers: np.ndarray, where: str) -> None:
    """Raise at the first row that cannot be."""
    wrong = np.isinf(numbers) if name in MAY_MISS else ~np.isfinite(numbers)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise ScenarioError(f"{where}: {name} at row {i} is {numbers[i]} (want a number)")
    if name in LIMITS:
        low, high, want = LIMITS[name]
        wrong = (numbers < low) | (numbers > high)
        if wrong.any():
            i = int(np.argmax(wrong))
            raise ScenarioError(f"{where}: {name} at row {i} is {numbers[i]:g} (want {want})")


def _rows_of_radars(columns: dict[str, Any], sensors: Sensors, where: str, n: int) -> np.ndarray:
    """Row of the radar of each plot."""
    if "radar" not in columns:
        if len(sensors.names) > 1:
            known = ", ".join(sensors.names)
            raise ScenarioError(f"{where}: no column radar (want which of: {known})")
        return np.zeros(n, np.int64)
    names = np.asarray(columns["radar"]).astype(str)
    rows = np.full(n, -1)
    for k, name in enumerate(sensors.names):
        rows[names == name] = k
    if (rows < 0).any():
        i = int(np.argmax(rows < 0))
        known = ", ".join(sensors.names)
        raise ScenarioError(f"{where}: radar at row {i} is {str(names[i])!r} (known: {known})")
    return rows


def _filled(values: dict[str, np.ndarray], row: np.ndarray, sensors: Sensors) -> np.ndarray:
    """PLOTS with the accuracy that the columns give, else that of the radar at its SNR."""
    plots = tables.PLOTS.allocate(len(row))
    radars = sensors.radars[row]
    plots["t"], plots["radar"], plots["used"] = values["time_s"], row, 0
    plots["range"], plots["el"] = values["range_m"], values["elevation_rad"]
    plots["az"] = values["azimuth_rad"]
    plots["snr"] = 10.0 ** (values["snr_db"] / 10.0) if "snr_db" in values else np.inf
    q = 1.0 / np.sqrt(2.0 * plots["snr"])
    plots["sigma_r"] = np.hypot(radars["sigma_r0"], radars["range_cell"] * q)
    plots["sigma_a"] = np.hypot(radars["sigma_a0"], radars["beamwidth"] * q / 1.6)
    for name, column in (("sigma_range_m", "sigma_r"), ("sigma_angle_rad", "sigma_a")):
        if name in values:
            plots[column] = values[name]
    if "range_rate_mps" in values:
        plots["rate"] = values["range_rate_mps"]
        rate_sigma = np.hypot(radars["sigma_v0"], radars["rate_cell"] * q)
        plots["sigma_rate"] = values.get("sigma_range_rate_mps", rate_sigma)
        plots["rate"][~(plots["sigma_rate"] > 0.0)] = np.nan
    place(plots, sensors.radars)
    return plots


def place(plots: np.ndarray, radars: np.ndarray) -> None:
    """Fill x, y, z of plots from range, azimuth and elevation."""
    r, az, el = plots["range"], plots["az"], plots["el"]
    g = r * np.cos(el)
    own = np.stack([g * np.sin(az), g * np.cos(az), r * np.sin(el)], axis=1)
    turned = np.einsum("nji,nj->ni", radars["rotation"][plots["radar"]], own)
    for k, name in enumerate("xyz"):
        plots[name] = radars[name][plots["radar"]] + turned[:, k]
