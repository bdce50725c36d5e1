"""`opendome.track`: tracks from recorded plots, with the tracker of the simulation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from opendome import settings, tables, world
from opendome.errors import CapacityError
from opendome.kernels.ballistics import drag_table
from opendome.kernels.recorded import scan_recorded
from opendome.kernels.terrain import NOWHERE
from opendome.tracking import plots as recorded_plots
from opendome.tracking import radars
from opendome.tracking.radars import Sensors

ROWS = 4096  # rows of a block of the log, at least
HYPOTHESES = 8  # track slots for each plot of the fullest scan
SPARE = 256  # track slots beyond those
LULL = 60.0  # s without plots after which nothing is tracked any more


def track(
    plots: Any,
    radar: "str | Path | dict[str, Any] | Sensors",
    *,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Track recorded plots.

    Parameters
    ----------
    plots : str, Path, pyarrow.Table, pandas.DataFrame or dict of arrays
        Columns time_s, range_m, azimuth_rad, elevation_rad and more
        (docs/howto/track-recorded-plots.md); or an array of PLOTS.
    radar : str, Path, dict or Sensors
        RADAR.toml, or what stands in one.
    progress : callable, optional
        Called with the share done after every scan.

    Returns
    -------
    ndarray of RECORDED_TRACKS
        One row per confirmed track and scan.

    Raises
    ------
    ScenarioError
        Bad input; the message says where, what is wrong and what would be right.
    CapacityError
        More tracks at once than there is room for.
    """
    sensors = radar if isinstance(radar, Sensors) else radars.read(radar)
    ready = isinstance(plots, np.ndarray) and plots.dtype == tables.PLOTS.dtype
    rows = plots if ready else recorded_plots.read(plots, sensors)
    return Tracker(sensors, most_plots(rows, sensors.period)).run(rows, progress)


def most_plots(plots: np.ndarray, period: float) -> int:
    """Plots of the fullest scan."""
    return max((last - first for _, first, last in scans(plots["t"], period)), default=1)


def scans(t: np.ndarray, period: float) -> Iterator[tuple[float, int, int]]:
    """Time, first and last + 1 plot of every scan; an empty scan while something may be coasting.

    A scan is a period about a multiple of it since the first plot, and its time is that of its
    last plot.
    """
    if not len(t):
        return
    number = np.floor((t - t[0]) / period + 0.5).astype(np.int64)
    first = 0
    while first < len(t):
        last = int(np.searchsorted(number, number[first], "right"))
        yield float(t[last - 1]), first, last
        following = number[last] if last < len(t) else number[first] + LULL / period
        until = int(min(following, number[first] + LULL / period))
        for k in range(int(number[first]) + 1, until):
            yield float(t[0] + k * period), last, last
        first = last


class Tracker:
    """A tracker with its belief, fed scan by scan.

    Parameters
    ----------
    sensors : Sensors
    n_plots : int
        Most plots of a scan.
    drag : ndarray (4097,), optional
        Another drag curve than the shipped one, as `ballistics.drag_table` gives it.
    """

    def __init__(self, sensors: Sensors, n_plots: int, drag: np.ndarray | None = None) -> None:
        n_slots = HYPOTHESES * n_plots + SPARE
        nature = sensors.nature
        self.fixed = world.Fixed(
            settings.CLASSES.allocate(0), settings.PLACES.allocate(0), sensors.radars,
            settings.INTERCEPTORS.allocate(0), settings.BATTERIES.allocate(0), sensors.tracker,
            settings.DOCTRINE.allocate(1), settings.WARNING_RULE.allocate(1),
            settings.STOCK.allocate(1), nature.air, drag_table() if drag is None else drag,
            np.zeros((1, 2, 2, 4)), np.zeros(5), np.zeros((1, 0), np.int32), nature.earth.radius,
            nature, np.full((len(sensors.radars), 1, 1), NOWHERE),
        )  # fmt: skip
        self.belief = world.belief(self.fixed, n_slots, n_plots, 1)
        whose = [np.full(n, -1) for n in (n_plots, n_plots, n_slots)]
        self.truth = world.Truth(
            tables.ROCKETS.allocate(1), np.zeros((1, 6)), whose[0], whose[1], whose[2],
            tables.OBJECTS.allocate(0), np.zeros((len(sensors.radars), 3)),
        )  # fmt: skip
        self.scratch = world.scratch(n_slots, n_plots, len(sensors.radars))
        self.clock = tables.CLOCK.allocate(1)
        for column in tables.CLOCK.cols:
            self.clock[column.name] = 0
        self.clock["period"] = sensors.period
        self.full: list[np.ndarray] = []  # blocks of the log: none is copied while scans come
        self.rows = tables.RECORDED_TRACKS.allocate(max(ROWS, 2 * n_slots))
        self.n_rows = 0

    def scan(self, t: float, plots: np.ndarray, first: int, last: int) -> int:
        """Take the plots first .. last - 1 as the scan at time t; return how many rows it wrote."""
        self.clock["t"] = t
        while True:
            wrote = scan_recorded(
                self.clock[0], self.fixed, self.belief, self.truth, self.scratch, plots, first,
                last, self.rows, self.n_rows,
            )  # fmt: skip
            if wrote >= 0:
                self.n_rows += wrote
                return wrote
            if wrote == -1:
                raise CapacityError(
                    f"tracks: more than {len(self.belief.tracks)} at {t:g} s, or too many plots "
                    "within their gates (fewer false plots, or a shorter scan_period_s)"
                )
            self.full.append(self.rows[: self.n_rows])
            self.rows = tables.RECORDED_TRACKS.allocate(len(self.rows))
            self.n_rows = 0

    def run(self, plots: np.ndarray, progress: Callable[[float], None] | None = None) -> np.ndarray:
        """Track all scans of some plots; returns the rows."""
        for t, first, last in scans(plots["t"], float(self.clock["period"][0])):
            if last > first or self.clock["n_slots"][0] > 0:
                self.scan(t, plots, first, last)
            if progress:
                progress(last / len(plots))
        return self.log()

    def log(self) -> np.ndarray:
        """The rows of all scans so far."""
        return np.concatenate([*self.full, self.rows[: self.n_rows]])
