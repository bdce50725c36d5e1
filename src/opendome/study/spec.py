"""Study files: TOML -> a checked study.

What is wrong is said in one line per problem, as for scenarios; a level outside the bounds of its
key is found here, by the scenario's own models, before anything runs.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf, isfinite
from pathlib import Path
from typing import Any, NamedTuple

from opendome import scenario as scenarios
from opendome import toml_files
from opendome.changes import changed
from opendome.errors import ScenarioError
from opendome.models import nearest
from opendome.reader import build
from opendome.scenario import Scenario
from opendome.study.factors import Factor, Meaning, Value, check_value, meaning
from opendome.study.file import Design, FactorTable, PrecisionTable, StudyFile
from opendome.study.laws import LAWS, Law, law

FOLDER = Path(__file__).parents[1] / "studies"

KINDS = ("grid", "latin_hypercube", "sobol", "one_at_a_time", "saltelli", "morris")
SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")


class Target(NamedTuple):
    """A figure and how well it shall be known."""

    figure: str
    half_width: float  # of the paired difference; nan where relative is given
    relative: float  # of the mean at the reference point; nan where half_width is given


class Precision(NamedTuple):
    """When a study stops."""

    targets: tuple[Target, ...]
    level: float
    against: dict[str, Any]
    most_replications: int
    round: int | None


@dataclass(frozen=True)
class Study:
    """A checked study: a scenario, what is varied, and how often."""

    name: str
    text: str
    title: str
    scenario: Scenario
    seed: int
    factors: tuple[Factor, ...]
    design: Design
    replications: int | None  # None: until precise
    precision: Precision | None
    outputs: tuple[str, ...]
    chunk: int  # replications of a chunk: a function of the study, never of the machine
    analytic: bool = False  # closed forms stand beside the leakers
    first: tuple[int, ...] = ()  # first replication of each point; empty: they share all numbers

    @property
    def hash(self) -> str:
        """SHA-256 of the study's text in UTF-8, hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    def changes(self, levels: Mapping[str, Value]) -> dict[str, Any]:
        """What a design point puts into the scenario, by path."""
        made: dict[str, Any] = {}
        for factor in self.factors:
            made |= factor.changes(levels[factor.name])
        return made

    def at(self, levels: Mapping[str, Value]) -> Scenario:
        """The scenario of a design point.

        Raises
        ------
        ScenarioError
            The levels contradict each other or the scenario.
        """
        return scenarios.parse(
            self.scenario.text, self.scenario.name, self.scenario.path, changes=self.changes(levels)
        )


def names() -> tuple[str, ...]:
    """Names of the shipped studies."""
    return toml_files.names(FOLDER)


def load(name_or_path: str | Path) -> Study:
    """Read a shipped study by name, or a file by path.

    Raises
    ------
    ScenarioError
        One line a problem: where, what is wrong, what would be right.
    """
    path, label = toml_files.find(name_or_path, FOLDER, "study")
    return parse(toml_files.read(path, label, "study"), path.stem, path.parent)


def parse(
    text: str, name: str, folder: Path | None = None, scenario: Scenario | None = None
) -> Study:
    """Read a study from its text.

    Parameters
    ----------
    text : str
        TOML.
    name : str
    folder : Path, optional
        What paths in the file are relative to.
    scenario : Scenario, optional
        Instead of the one that the file names.

    Raises
    ------
    ScenarioError
        One line a problem.
    """
    label = f"{name}.toml"
    raw = toml_files.loads(text, label)
    problems: list[str] = []
    file = build(StudyFile, raw, "", problems)
    if file is None:
        raise ScenarioError([f"{label}: {line}" for line in problems])
    try:
        return _study(file, text, name, scenario or _scenario(file.scenario, folder))
    except ScenarioError as error:
        raise ScenarioError([f"{label}: {line}" for line in error.lines]) from None


def _scenario(named: str, folder: Path | None) -> Scenario:
    """The scenario that a study names; a path is relative to the study's file."""
    if named in scenarios.names():
        return scenarios.load(named)
    path = Path(named) if folder is None else folder / named
    if not path.suffix and not path.exists():
        raise ScenarioError(f"scenario = {named!r}: unknown{nearest(named, scenarios.names())}")
    return scenarios.load(path)


def _study(file: StudyFile, text: str, name: str, scenario: Scenario) -> Study:
    design = file.design
    if design.kind not in KINDS:
        raise ScenarioError(f"design.kind = {design.kind!r}: unknown{nearest(design.kind, KINDS)}")
    if file.precision is not None and file.replications is not None:
        raise ScenarioError("replications and [precision]: keep one, the other says when to stop")
    raw = tomllib.loads(scenario.text)
    factors = tuple(_factor(f"factor[{i}]", t, raw) for i, t in enumerate(file.factor))
    doubles = [f.name for i, f in enumerate(factors) if f.name in [g.name for g in factors[:i]]]
    if doubles:
        raise ScenarioError(f"factor {doubles[0]!r}: twice (want unique names)")
    precision = _precision(file.precision) if file.precision else None
    for where, levels in (
        ("design.baseline", design.baseline),
        ("precision.against", precision.against if precision else {}),
    ):
        _check_levels(where, levels, factors)
    count = file.replications or scenario.study.replications
    study = Study(
        name, text, file.title, scenario, scenario.study.seed if file.seed is None else file.seed,
        factors, design, None if precision else count, precision, file.outputs,
        file.chunk or _chunk(scenario), file.analytic,
    )  # fmt: skip
    _check_factors(study)
    return study


#: Launches that are simulated in about two seconds on one core (0.3 to 0.5 ms each, measured).
CHUNK_LAUNCHES = 4_000


def _chunk(scenario: Scenario) -> int:
    """Replications of a chunk: seconds of work, fixed by the size of the scenario alone."""
    return min(max(CHUNK_LAUNCHES // max(launches(scenario), 1), 1), 500)


def launches(scenario: Scenario) -> int:
    """Launches of a replication: the intervals' count and the barrages after them."""
    threat = scenario.threat
    last = threat.intervals[-1] if threat.intervals else None
    later = sum(b.launches for b in threat.barrages if last is None or b.start >= last.until)
    return later + (last.launched if last else 0)


# ---------------------------------------------------------------- factors


def _factor(where: str, table: FactorTable, raw: Mapping[str, Any]) -> Factor:
    """A factor from its table."""
    where = f"{where} {table.name!r}"
    keys = (table.key,) if isinstance(table.key, str) else tuple(table.key)
    if not all(isinstance(key, str) for key in keys):
        raise ScenarioError(f"{where}.key: want a key of the scenario, or a list of keys")
    if table.variant:
        return _variants(where, table, raw)
    if not keys:
        raise ScenarioError(f"{where}: 'key' is missing (want a key of the scenario, or variants)")
    for key in keys:
        if key.startswith("study."):
            raise ScenarioError(f"{where}.key = {key!r}: a study has its own seed and replications")
        changed(raw, {key: 0})
    said = meaning(raw, keys[0]) or Meaning("-", keys[0], False)
    levels, found, low, high = _range(where, table, said.whole)
    return Factor(table.name, keys, levels, {}, found, low, high, *said)


def _variants(where: str, table: FactorTable, raw: Mapping[str, Any]) -> Factor:
    if table.key or table.levels or table.distribution or table.low is not None:
        raise ScenarioError(f"{where}: variants stand alone (without key, levels, low, high)")
    for label, changes in table.variant.items():
        if not isinstance(changes, dict):
            raise ScenarioError(f"{where}.variant.{label}: want a table of keys and values")
        changed(raw, changes)
    return Factor(
        table.name, (), tuple(table.variant), table.variant, None, -inf, inf, "-", table.name, False
    )


def _range(
    where: str, table: FactorTable, whole: bool
) -> tuple[tuple[Value, ...], Law | None, float, float]:
    """Levels, law and bounds: exactly one of levels, low and high, or distribution."""
    low = -inf if table.low is None else table.low
    high = inf if table.high is None else table.high
    ways = (bool(table.levels), table.distribution is not None, isfinite(low) or isfinite(high))
    if table.levels and not any(ways[1:]):
        levels = tuple(check_value(f"{where}.levels[{i}]", v) for i, v in enumerate(table.levels))
        if len(set(map(repr, levels))) < len(levels):
            raise ScenarioError(f"{where}.levels: one level twice (want different ones)")
        return levels, None, low, high
    if table.distribution is not None and not table.levels:
        found = law(f"{where}.distribution", table.distribution)
        if any(ways[2:]) and not low < high:
            raise ScenarioError(f"{where}: low = {low:g}, high = {high:g} (want low < high)")
        if ways[2] and found.kind not in ("normal", "lognormal"):
            raise ScenarioError(f"{where}: a {found.kind} law has its own ends; drop low and high")
        return (), found, low, high
    if not (isfinite(low) and isfinite(high)) or table.levels:
        laws = ", ".join(LAWS)
        raise ScenarioError(f"{where}: want levels, or low and high, or a distribution ({laws})")
    if not low < high:
        raise ScenarioError(f"{where}: low = {low:g}, high = {high:g} (want low < high)")
    if whole and not (low.is_integer() and high.is_integer()):
        raise ScenarioError(f"{where}: {low:g} to {high:g}: the key takes whole numbers")
    if table.steps is None:
        return (), Law("uniform", (low, high)), low, high
    spread = [low + (high - low) * i / (table.steps - 1) for i in range(table.steps)]
    return tuple(dict.fromkeys(round(v) if whole else v for v in spread)), None, low, high


def _check_levels(where: str, levels: Mapping[str, Any], factors: tuple[Factor, ...]) -> None:
    by_name = {f.name: f for f in factors}
    for name, level in levels.items():
        if name not in by_name:
            raise ScenarioError(f"{where}.{name}: no such factor{nearest(name, by_name)}")
        if not by_name[name].known(level):
            known = ", ".join(map(repr, by_name[name].levels)) or "a number"
            raise ScenarioError(f"{where}.{name} = {level!r}: not a level (want {known})")


def _check_factors(study: Study) -> None:
    """Every level, alone, must make a good scenario: its models know the bounds."""
    raw = study.scenario
    lines = []
    for factor in study.factors:
        for level in dict.fromkeys(factor.extremes()):
            try:
                scenarios.parse(raw.text, raw.name, changes=factor.changes(level))
            except ScenarioError as error:
                lines += [_of_factor(factor, level, raw.name, line) for line in error.lines]
    if lines:
        raise ScenarioError(list(dict.fromkeys(lines)))


def _of_factor(factor: Factor, level: Value, name: str, line: str) -> str:
    at = f" at {level!r}" if factor.variants else ""
    return f"factor {factor.name!r}{at}: {line.removeprefix(f'{name}.toml: ')}"


# ---------------------------------------------------------------- precision


def _precision(table: PrecisionTable) -> Precision:
    figures = (table.figure,) if isinstance(table.figure, str) else table.figure
    if not (isinstance(figures, tuple) and figures and all(isinstance(f, str) for f in figures)):
        raise ScenarioError("precision.figure: want the name of a figure, or a list of names")
    widths = _widths("half_width", table.half_width, len(figures))
    relative = _widths("relative", table.relative, len(figures))
    if bool(widths) == bool(relative):
        raise ScenarioError("precision: want half_width or relative, one of the two")
    nothing = (float("nan"),) * len(figures)
    rows = zip(figures, widths or nothing, relative or nothing, strict=True)
    return Precision(
        targets=tuple(Target(*row) for row in rows),
        level=table.level,
        against=table.against,
        most_replications=table.most_replications,
        round=table.round,
    )


def _widths(key: str, given: Any, count: int) -> tuple[float, ...]:
    """One positive number for each figure; one alone stands for all."""
    widths = given if isinstance(given, tuple) else (given,) * count
    good = all(isinstance(w, int | float) and not isinstance(w, bool) and w > 0 for w in widths)
    if not good or (widths and len(widths) != count):
        raise ScenarioError(f"precision.{key} = {given!r}: want a positive number for each figure")
    return tuple(float(w) for w in widths)
