"""Plan files: TOML -> a checked plan.  What is wrong is said in one line per problem."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from opendome import scenario as scenarios
from opendome import toml_files
from opendome.errors import ScenarioError
from opendome.models import nearest
from opendome.plan import assumptions as assumed
from opendome.plan import outlook
from opendome.plan.assumptions import Assumption
from opendome.plan.file import PlanFile
from opendome.reader import build
from opendome.scenario import Scenario

FOLDER = Path(__file__).parents[1] / "plans"

MONTH = 365.25 / 12.0  # days

#: Numbers of a plan that may be less than zero: none; and those that must be above it.
POSITIVE = ("price_usd", "rounds_per_target", "rounds_per_year", "usd_per_leaker",
            "consumption_factor", "threat_min")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A checked plan: the file, its scenario, and every uncertain number."""

    name: str
    text: str
    folder: Path
    file: PlanFile
    scenario: Scenario
    assumptions: tuple[Assumption, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the plan's text in UTF-8, hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def central(self) -> dict[str, Any]:
        """Every assumption at its value."""
        return assumed.central(self.assumptions)

    @property
    def varying(self) -> tuple[Assumption, ...]:
        """The assumptions that have a range."""
        return tuple(a for a in self.assumptions if a.varies)

    @property
    def delay(self) -> Assumption:
        """Days from request to money."""
        return self.find("money.delay_days")

    def find(self, name: str) -> Assumption:
        """The assumption of a name."""
        return next(a for a in self.assumptions if a.name == name)

    def day(self, month: float) -> date:
        """Day on which a month of the plan begins."""
        return self.file.start + timedelta(days=month * MONTH)

    def fiscal_year(self, month: float) -> int:
        """Fiscal year of a month, named after the year in which it ends."""
        day = self.day(month)
        begins = self.file.money.fiscal_year
        return day.year + (begins > 1 and day.month >= begins)

    def knowing(self, more: tuple[Assumption, ...]) -> "Plan":
        """The same plan with further uncertain numbers."""
        return replace(self, assumptions=(*self.assumptions, *more))

    def with_budget(self, budget: float) -> "Plan":
        """The same plan with another appropriation.

        Raises
        ------
        ScenarioError
            It is negative or not finite.
        """
        if not 0.0 <= budget <= 1e12:
            raise ScenarioError(f"budget_usd = {budget:g}: want 0 to 1e12 USD")
        money = self.file.money.model_copy(update={"budget": float(budget)})
        return replace(self, file=self.file.model_copy(update={"money": money}))


def names() -> tuple[str, ...]:
    """Names of the shipped plans."""
    return toml_files.names(FOLDER)


def load(name_or_path: str | Path) -> Plan:
    """Read a shipped plan by name, or a file by path.

    Raises
    ------
    ScenarioError
        One line a problem: where, what is wrong, what would be right.
    """
    path, label = toml_files.find(name_or_path, FOLDER, "plan")
    return parse(toml_files.read(path, label, "plan"), path.stem, path.parent)


def parse(text: str, name: str, folder: Path | None = None) -> Plan:
    """Read a plan from its text; paths in it are relative to the folder.

    Raises
    ------
    ScenarioError
        One line a problem.
    """
    label = f"{name}.toml"
    raw = toml_files.loads(text, label)
    problems: list[str] = []
    file = build(PlanFile, raw, "", problems)
    if file is not None:
        found = (*assumed.of_file(file), *outlook.fit(file.outlook))
        problems = [*_numbers(found), *_contradictions(file)]
    if problems:
        raise ScenarioError([f"{label}: {line}" for line in problems])
    try:
        scenario = _scenario(file.scenario, folder)
    except ScenarioError as error:
        raise ScenarioError([f"{label}: {line}" for line in error.lines]) from None
    return Plan(name, text, folder or Path(), file, scenario, found)


def _scenario(named: str, folder: Path | None) -> Scenario:
    if named in scenarios.names():
        return scenarios.load(named)
    path = Path(named) if folder is None else folder / named
    if not path.suffix and not path.exists():
        raise ScenarioError(f"scenario = {named!r}: unknown{nearest(named, scenarios.names())}")
    return scenarios.load(path)


def _numbers(found: tuple[Assumption, ...]) -> Iterator[str]:
    """Numbers out of bounds."""
    for a in found:
        key = a.name.rpartition(".")[2]
        if key in POSITIVE and a.low <= 0.0:
            yield f"{a.name} = {a.low:g}: want more than 0"
        elif a.low < 0.0:
            yield f"{a.name} = {a.low:g}: want 0 or more"
        elif key in ("us_share", "us_share_min", "threat_min") and a.high > 1.0:
            yield f"{a.name} = {a.high:g}: want 0 to 1"


def _contradictions(file: PlanFile) -> Iterator[str]:
    """What each table alone does not know."""
    lines = [s.name for s in file.supplier]
    for name, count in Counter(lines).items():
        if count > 1:
            yield f"supplier {name!r}: {count} times (want unique names)"
    for kind, count in Counter(i.kind for i in file.item).items():
        if count > 1:
            yield f"item {kind!r}: {count} times (want one table a kind)"
    for i, c in enumerate(file.commitment):
        if c.supplier not in lines:
            yield f"commitment[{i}].supplier = {c.supplier!r}: unknown{nearest(c.supplier, lines)}"
    for i, s in enumerate(file.supplier):
        if [r.after_months for r in s.ramp] != sorted({r.after_months for r in s.ramp}):
            yield f"supplier[{i}].ramp: after_months must rise from step to step"
        if file.stock.salvage.most >= s.price.least:
            yield (
                f"stock.salvage_usd = {file.stock.salvage.most:g}: want less than the least price "
                f"of {s.name!r}, {s.price.least:g} (or buying for sale would pay)"
            )
    if file.target is not None and file.target.month >= file.months:
        yield f"target.month = {file.target.month}: want less than months = {file.months}"
    yield from _programme(file)


def _programme(file: PlanFile) -> Iterator[str]:
    """Stages that do not fit the calendar."""
    p, money = file.programme, file.money
    reviews = list(p.review_months)
    if reviews != sorted(set(reviews)) or not all(0 < m < file.months for m in reviews):
        yield f"programme.review_months = {reviews}: want rising months below {file.months}"
    if len(p.branches) != len(reviews) + 2 or min(p.branches, default=0) < 1:
        yield (
            f"programme.branches = {list(p.branches)}: want {len(reviews) + 2} numbers of 1 or "
            "more: to the money, to each review and to the horizon"
        )
    early = (money.request - file.start).days
    if early < 0:
        yield f"money.request = {money.request}: want {file.start} (start) or later"
    first = reviews[0] if reviews else file.months
    if (early + money.delay.most) / MONTH >= first:
        yield (
            f"money.delay_days = {money.delay.most:g}: the money would come after the first "
            f"review (month {first}); want a later review"
        )
