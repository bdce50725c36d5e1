"""Laws of the numbers that a study varies: from the unit interval to a value."""

from collections.abc import Mapping
from itertools import pairwise
from math import exp, inf, isfinite, log, sqrt
from typing import Any, NamedTuple

from opendome.errors import ScenarioError
from opendome.models import nearest

#: Law -> what its numbers are.
LAWS = {
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sd of the logarithm"),
}

#: A law without ends is cut where a sample of a billion points would hardly come.
TINY = 2.0**-40


class Law(NamedTuple):
    """A law and its numbers."""

    kind: str
    numbers: tuple[float, ...]

    def bounded(self, low: float, high: float) -> bool:
        """Whether its values have two ends, of themselves or cut at `low` and `high`."""
        return self.kind in ("uniform", "loguniform", "triangular") or isfinite(low + high)

    def quantile(self, u: float, low: float = -inf, high: float = inf) -> float:
        """The value below which a share `u` lies, of the law cut at `low` and `high`."""
        a, b = self._below(low), self._below(high)
        value = self._quantile(a + u * (b - a))
        return min(max(value, low), high)

    def _quantile(self, p: float) -> float:
        from scipy.special import ndtri  # the inverse of the normal distribution

        p = min(max(p, TINY), 1.0 - TINY) if self.kind.endswith("normal") else p
        match self.kind, self.numbers:
            case "uniform", (low, high):
                return low + p * (high - low)
            case "loguniform", (low, high):
                return exp(log(low) + p * (log(high) - log(low)))
            case "triangular", (low, mode, high):
                if p * (high - low) < mode - low:
                    return low + sqrt(p * (high - low) * (mode - low))
                return high - sqrt((1.0 - p) * (high - low) * (high - mode))
            case "normal", (mean, sd):
                return mean + sd * float(ndtri(p))
            case _, (median, sd):
                return median * exp(sd * float(ndtri(p)))
        raise AssertionError(self)

    def _below(self, x: float) -> float:
        """Share of the law below a cut; a law with ends of its own is not cut."""
        from scipy.special import ndtr

        if x == -inf or self.kind in ("uniform", "loguniform", "triangular"):
            return 0.0 if x == -inf or x <= self.numbers[0] else 1.0
        if x == inf:
            return 1.0
        if self.kind == "normal":
            return float(ndtr((x - self.numbers[0]) / self.numbers[1]))
        return float(ndtr(log(x / self.numbers[0]) / self.numbers[1])) if x > 0.0 else 0.0


def law(where: str, given: Mapping[str, Any]) -> Law:
    """The law that a file names: `{normal = [20.0, 5.0]}`.

    Raises
    ------
    ScenarioError
        Unknown, or its numbers are wrong.
    """
    if len(given) != 1:
        raise ScenarioError(f"{where}: want one law, as {{normal = [20.0, 5.0]}}")
    ((kind, numbers),) = given.items()
    if kind not in LAWS:
        raise ScenarioError(f"{where}.{kind}: unknown law{nearest(kind, LAWS)}")
    names = LAWS[kind]
    want = f"{where}.{kind} = {numbers!r}: want [{', '.join(names)}]"
    good = isinstance(numbers, list | tuple) and all(
        isinstance(v, int | float) and not isinstance(v, bool) and isfinite(v) for v in numbers
    )
    if not good or len(numbers) != len(names):
        raise ScenarioError(want)
    v = tuple(float(n) for n in numbers)
    ordered = all(a <= b for a, b in pairwise(v)) and v[0] < v[-1]
    if kind in ("uniform", "loguniform", "triangular") and not ordered:
        raise ScenarioError(f"{want}, in increasing order")
    if kind in ("loguniform", "lognormal") and not v[0] > 0.0:
        raise ScenarioError(f"{want}, the first above zero")
    if kind in ("normal", "lognormal") and not v[1] > 0.0:
        raise ScenarioError(f"{want}, the second above zero")
    return Law(kind, v)
