"""The result of a study: its tables, its figures by point and replication."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome.results import OnDisk, Result, ResultError
from opendome.study import dataset
from opendome.study.compare import Difference, interval, paired, ratio_values
from opendome.study.rounds import figure, reference
from opendome.study.spec import Study, parse
from opendome.study.stopping import confidence_half_width

if TYPE_CHECKING:
    import pyarrow as pa

LEVEL = 0.95  # of the intervals shown


class Row(NamedTuple):
    """A figure at a design point."""

    point: int
    figure: str
    n: int  # replications in which it is defined
    mean: float
    low: float
    high: float
    difference: Difference | None  # paired, from the reference point; None there


class StudyResult(Result):
    """A finished study.

    Attributes
    ----------
    manifest : dict
    folder : Path
    """

    def __repr__(self) -> str:
        m = self.manifest
        return (
            f"<StudyResult {m['study']['name']} on {m['scenario']['name']}, seed {m['seed']}: "
            f"{m['points']} points, {m['rows']} replications>"
        )

    @property
    def design(self) -> "pa.Table":
        """One row a design point: `point` and the factors."""
        return self.table("design")

    def table(self, name: str = "replications") -> "pa.Table":
        """All replications with their factors, or the design."""
        return super().table(name)

    @property
    def study(self) -> Study:
        """The study as it was run."""
        from opendome import scenario

        said = self.manifest["scenario"]
        found = scenario.parse(said["text"], said["name"])
        return parse(self.manifest["study"]["text"], self.manifest["study"]["name"], None, found)

    @property
    def reference(self) -> int:
        """Number of the point that the others are compared with."""
        return reference(self.study, self.points())

    def points(self) -> list[dict[str, Any]]:
        """Levels by factor of each design point."""
        return self.design.drop_columns(["point"]).to_pylist()

    def column(self, name: str) -> np.ndarray:
        """A ledger column by point and replication, (points, reps); nan where there is none."""
        table = self.table()
        if name not in table.column_names:
            raise ResultError(f"no column {name!r}; there are: {', '.join(table.column_names)}")
        point, rep = table["point"].to_numpy(), table["rep"].to_numpy()
        made = np.full((self.design.num_rows, int(rep.max()) + 1), np.nan)
        made[point, rep] = table[name].to_numpy()
        return made

    def figure(self, name: str) -> np.ndarray:
        """A figure by point and replication.

        Parameters
        ----------
        name : str
            One of estimate.FIGURES, or a ledger column.

        Returns
        -------
        values : float array (points, reps)
            nan where a replication was not run or the figure is not defined in it.  Of a ratio,
            values whose mean is the ratio of the sums (compare.ratio_values).
        """
        found = figure(name, self.table().column_names)
        over = self.column(found.over)
        return over if found.under is None else ratio_values(over, self.column(found.under))

    def rows(self, level: float = LEVEL) -> list[Row]:
        """The study's outputs at every point, each with its paired difference.

        Intervals are Student's; of a study that stopped when precise, confidence sequences
        (stopping.py).
        """
        made, at, sequential = [], self.reference, "precision" in self.manifest
        for name in self.manifest["outputs"]:
            values = self.figure(name)
            for point, here in enumerate(values):
                mean, low, high, n = interval(here, level)
                pair = None if point == at else paired(here, values[at], level, (point, at))
                if sequential:  # Student's t holds only where nobody looked in between
                    low, high = _at_any_time(mean, here, level)
                    if pair is not None:
                        ends = _at_any_time(pair.mean, here - values[at], level)
                        pair = pair._replace(low=ends[0], high=ends[1])
                made.append(Row(point, name, n, mean, low, high, pair))
        return made

    def summary(self) -> Any:
        """A study has no figures of its own, only those of its points."""
        raise ResultError("a study: its figures are by design point; use rows()")


def _at_any_time(mean: float, values: np.ndarray, level: float) -> tuple[float, float]:
    """Ends of an interval that holds however often one looked before stopping."""
    half = confidence_half_width(values, level)
    return mean - half, mean + half


def read(folder: str | Path) -> StudyResult:
    """Read the folder of a finished study.

    Raises
    ------
    ResultError
        It is none, or not finished.
    """
    path = Path(folder)
    manifest = dataset.read_manifest(path)
    if not manifest["finished"]:
        raise ResultError(f"{path}: not finished; run the study again to go on")
    return StudyResult(manifest, OnDisk(path, manifest["tables"]), path)
