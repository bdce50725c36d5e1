"""Which replications of which design points come next: all at once, or round after round.

Replications are cut into chunks at fixed numbers, so that workers, kills and resumption cannot
move a boundary.  A study with a precision target looks at its intervals after complete rounds
only; the rounds are numbers of replications, never of seconds.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from opendome.errors import ScenarioError
from opendome.estimate import FIGURES, Figure
from opendome.models import nearest
from opendome.study import stopping
from opendome.study.compare import ratio_values
from opendome.study.designs import Point, baseline
from opendome.study.spec import Study, Target

#: Fewest replications between two looks.
LEAST_ROUND = 32


class Piece(NamedTuple):
    """Replications first .. last of a design point: one task, one file."""

    point: int
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def name(self) -> str:
        """Name of the file, which sorts by point and replication."""
        return f"p{self.point:05d}-r{self.first:06d}-{self.last:06d}"


def pieces(points: Iterable[int], first: int, end: int, chunk: int) -> list[Piece]:
    """Replications first .. end - 1 of each point, cut at multiples of the chunk."""
    cuts = [first, *range(first - first % chunk + chunk, end, chunk), end]
    return [Piece(p, a, b - 1) for p in points for a, b in pairwise(cuts) if b > a]


def figure(name: str, columns: Iterable[str]) -> Figure:
    """A figure of estimate.FIGURES, or a ledger column as a figure.

    Raises
    ------
    ScenarioError
        Neither, or the ledger lacks its columns.
    """
    columns = tuple(columns)
    numbers = [c for c in columns if c not in ("point", "rep")]
    found = FIGURES.get(name) or Figure(name, name, "1", name)
    if not {found.over, found.under or found.over} <= set(numbers):
        known = [f for f in FIGURES if FIGURES[f].over in numbers]
        raise ScenarioError(f"{name!r}: no such figure{nearest(name, [*known, *numbers])}")
    return found


class Values:
    """What is known so far of the figures that a study watches.

    Parameters
    ----------
    points : int
    figures : iterable of Figure
    """

    def __init__(self, points: int, figures: Iterable[Figure]) -> None:
        self.figures = {f.name: f for f in figures}
        used = {c for f in self.figures.values() for c in (f.over, f.under or f.over)}
        self._columns = {c: np.full((points, 64), np.nan) for c in sorted(used)}

    def add(self, piece: Piece, rows: np.ndarray) -> None:
        """Take the ledger rows of a piece."""
        for name, kept in self._columns.items():
            if piece.last >= kept.shape[1]:
                grown = np.full((len(kept), 2 * (piece.last + 1)), np.nan)
                grown[:, : kept.shape[1]] = kept
                self._columns[name] = kept = grown
            kept[piece.point, piece.first : piece.last + 1] = rows[name]

    def of(self, name: str, end: int | None = None) -> np.ndarray:
        """Values of a figure, (points, reps), nan where unknown: their mean is the figure."""
        f = self.figures[name]
        over = self._columns[f.over][:, :end]
        return over if f.under is None else ratio_values(over, self._columns[f.under][:, :end])


class Sequential:
    """The stopping rule of a study with a precision target.

    Each point is replicated until the interval of its paired difference from the reference point
    is as narrow as asked, for every target; the reference as long as any.  A design of one point
    asks for the interval of its mean.
    """

    def __init__(self, study: Study, design: list[Point], values: Values) -> None:
        if study.precision is None:
            raise TypeError("the study has no precision target")
        self.precision = study.precision
        self.values = values
        self.chunk = study.chunk
        size = self.precision.round or LEAST_ROUND
        self.size = -(-size // study.chunk) * study.chunk
        self.reference = reference(study, design)
        self.active = set(range(len(design)))
        self.points = len(design)

    def rounds(self) -> Iterator[list[Piece]]:
        """The rounds; each must be finished before the next is asked for."""
        first, most = 0, self.precision.most_replications
        while self.active and first < most:
            end = min(first + self.size, most)
            wanted = sorted(self.active | {self.reference})
            yield pieces(wanted, first, end, self.chunk)
            self.active -= self._precise(end)
            first = end

    def _compared(self) -> list[int]:
        """Points that are not yet known as well as asked; the reference is not compared."""
        return sorted(self.active - ({self.reference} if self.points > 1 else set()))

    def _precise(self, end: int) -> set[int]:
        """Points that are known as well as asked after so many replications."""
        good = set(self._compared())
        for target in self.precision.targets:
            known, wanted = self._known(target, end)
            good = {p for p in good if self._width(known[p]) <= wanted}
        rest = set(self._compared()) - good
        return good if rest else self.active  # the reference goes on as long as any other

    def _known(self, target: Target, end: int | None = None) -> tuple[np.ndarray, float]:
        """Differences from the reference by point (of one point its values), and what is wanted."""
        values = self.values.of(target.figure, end)
        here = values[self.reference]
        wanted = target.half_width
        if not isfinite(wanted):
            here = here[np.isfinite(here)]
            wanted = target.relative * abs(float(here.mean())) if len(here) else 0.0
        return (values - values[self.reference] if self.points > 1 else values), wanted

    def _width(self, known: np.ndarray) -> float:
        return stopping.confidence_half_width(known, self.precision.level)

    def standing(self, target: Target) -> tuple[float, float]:
        """The widest half-width now, infinite until it can be told, and the one that is wanted."""
        known, wanted = self._known(target)
        return max((self._width(known[p]) for p in self._compared()), default=0.0), wanted

    def expected(self, done: int) -> int:
        """Replications of all points that the study is likely to take, given those of each."""
        needed = np.full(self.points, float(done))
        for target in self.precision.targets:
            known, wanted = self._known(target)
            for p in self._compared():
                needed[p] = max(needed[p], self._needed(known[p], wanted))
        needed[self.reference] = needed.max()
        return int(np.minimum(needed, self.precision.most_replications).sum())

    def _needed(self, known: np.ndarray, wanted: float) -> float:
        known = known[np.isfinite(known)]
        if len(known) < 2 or not wanted > 0.0:
            return inf
        return stopping.replications_needed(float(np.std(known)), wanted, self.precision.level)


def reference(study: Study, design: list[Point]) -> int:
    """Number of the point that others are compared with: the baseline if the design has it."""
    against = study.precision.against if study.precision else {}
    wanted = baseline(study) | against
    if against and wanted not in design:
        raise ScenarioError("precision.against: no such point in the design")
    return design.index(wanted) if wanted in design else 0
