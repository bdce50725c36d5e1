"""What a plan meets on n paths: stock, money, lines, operations, and the forces it may buy."""

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from opendome.plan import lines, outlook
from opendome.plan.assumptions import Values
from opendome.plan.file import KINDS
from opendome.plan.lines import Line
from opendome.plan.outlook import Paths
from opendome.plan.response import Doctrine, Force, Response, multiplier
from opendome.plan.spec import MONTH, Plan


class Package(NamedTuple):
    """What is bought beside rounds, when the money comes: counts by kind."""

    battery: int = 0
    launcher: int = 0
    radar: int = 0

    @property
    def nothing(self) -> bool:
        """Whether it is empty."""
        return not any(self)

    def __str__(self) -> str:
        said = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in self._asdict().items() if n]
        said = [s.replace("batterys", "batteries") for s in said]
        return ", ".join(said) or "rounds only"


class Forces(NamedTuple):
    """A package on n paths."""

    cost: np.ndarray  # (n,), USD
    us_cost: np.ndarray  # (n,), of it spent in the US
    upkeep: np.ndarray  # (n,), USD a month in service
    ready: np.ndarray  # (n,) int, month from which it is in service
    rounds: np.ndarray  # (n, months), rounds that each operation asks for
    leaked: np.ndarray  # (n, months), leakers of each operation with ample stock


class Setting(NamedTuple):
    """Everything that does not depend on what is ordered."""

    months: int
    arrival: np.ndarray  # (n,) int, month of the money
    start: np.ndarray  # (n,), rounds at the start
    before: np.ndarray  # (n,), rounds before the reference operation
    lines: tuple[Line, ...]
    budget: np.ndarray  # (n,), USD that come with the money
    regular: np.ndarray  # (n,), USD a year
    us_share: np.ndarray  # (n,), least share of the money to be spent in the US
    salvage: np.ndarray  # (n,), USD a round
    usd_per_leaker: np.ndarray  # (n,)
    now: Forces  # what is in service
    bought: Forces  # with the package
    saved: np.ndarray  # (n, months), rockets kept out by a round

    @property
    def n(self) -> int:
        """Paths."""
        return len(self.arrival)


def packages(plan: Plan, budget: float | None = None) -> list[Package]:
    """All combinations of items that the money can pay, the empty one first.

    Parameters
    ----------
    budget : float, USD, optional
        By default the plan's.
    """
    most: dict[str, int] = {item.kind: item.most for item in plan.file.item}
    price: dict[str, float] = {item.kind: item.price.value for item in plan.file.item}
    money = plan.file.money.budget if budget is None else budget
    counts = product(*(range(most.get(kind, 0) + 1) for kind in KINDS))
    found = [Package(*c) for c in counts]
    return [p for p in found if sum(n * price.get(k, 0.0) for k, n in p._asdict().items()) <= money]


def force(plan: Plan, package: Package) -> Force:
    """What is in service with a package."""
    f = plan.file.force
    return Force(f.batteries + package.battery, f.launchers + package.launcher, package.radar)


def doctrine(values: Values) -> Doctrine:
    """The doctrine at values of the assumptions."""
    return Doctrine(*(values[name] for name in Doctrine._fields))


def _each(values: Values) -> Doctrine:
    """The same, a row for each path."""
    return Doctrine(*(np.reshape(v, (-1, 1)) for v in doctrine(values)))


def start_stock(plan: Plan, response: Response, values: Values) -> tuple[Any, Any]:
    """Rounds before the reference operation, and those that it left."""
    before = np.asarray(values["stock.rounds"], "f8")
    launches = np.full(np.shape(before), plan.file.stock.used_in)
    used = response.operation(launches, force(plan, Package()), doctrine(values))[0]
    return before, np.maximum(before - used * values["consumption_factor"], 0.0)


def arrival(plan: Plan, delay: np.ndarray) -> np.ndarray:
    """Month in which the money comes, for delays in days after the request."""
    days = (plan.file.money.request - plan.file.start).days + np.asarray(delay)
    return np.ceil(days / MONTH).astype(int)


def delay_of(plan: Plan, month: np.ndarray) -> np.ndarray:
    """Delays in days with which the money comes in these months."""
    return (month - 0.5) * MONTH - (plan.file.money.request - plan.file.start).days


def setting(
    plan: Plan, response: Response, values: Values, paths: Paths, package: Package
) -> Setting:
    """A plan's setting at values of the assumptions.

    Parameters
    ----------
    values : mapping
        Numbers, or (n,) with one for each path.
    """
    n, months = paths.launches.shape

    def each(name: str) -> np.ndarray:
        return np.broadcast_to(np.asarray(values[name], "f8"), n)

    came = arrival(plan, paths.delay)
    before, start = start_stock(plan, response, values)
    committed = {s.name: 0.0 for s in plan.file.supplier}
    for c in plan.file.commitment:
        committed[c.supplier] += c.rounds
    _, _, saved = response.operation(paths.launches, force(plan, Package()), _each(values))
    return Setting(
        months=months,
        arrival=came,
        start=np.broadcast_to(start, n),
        before=np.broadcast_to(before, n),
        lines=tuple(
            lines.line(s, values, came, months, committed[s.name]) for s in plan.file.supplier
        ),
        budget=np.full(n, plan.file.money.budget),
        regular=each("money.regular_usd_per_year"),
        us_share=each("money.us_share_min"),
        salvage=each("stock.salvage_usd"),
        usd_per_leaker=each("objective.usd_per_leaker"),
        now=_forces(plan, response, values, paths, came, Package()),
        bought=_forces(plan, response, values, paths, came, package),
        saved=saved,
    )


def _forces(
    plan: Plan, response: Response, values: Values, paths: Paths, came: np.ndarray, p: Package
) -> Forces:
    n, months = paths.launches.shape
    cost, us_cost, lead = np.zeros(n), np.zeros(n), np.zeros(n)
    for kind, count in p._asdict().items():
        if count:
            price = count * np.asarray(values[f"item[{kind}].price_usd"], "f8")
            cost = cost + price
            us_cost = us_cost + price * values[f"item[{kind}].us_share"]
            lead = np.maximum(lead, values[f"item[{kind}].lead_months"])
    scores = {k: np.reshape(values.get(f"response.{k}", 0.0), (-1, 1)) for k in KINDS}
    rounds, leaked, _ = response.operation(paths.launches, force(plan, p), _each(values), scores)
    factor = np.reshape(values["consumption_factor"], (-1, 1))
    return Forces(
        cost=cost,
        us_cost=us_cost,
        upkeep=np.broadcast_to(p.battery * np.asarray(values["force.upkeep_usd_per_year"]), n) / 12,
        ready=np.minimum(came + np.rint(lead).astype(int), months),
        rounds=rounds * factor * multiplier(paths.rounds, response.noise(0)),
        leaked=leaked * multiplier(paths.leaked, response.noise(1)),
    )


def paths_at(plan: Plan, block: int, n: int, values: Values | None = None) -> Paths:
    """Paths at values of the assumptions, by default the plan's.

    Parameters
    ----------
    block : int
        Of random numbers; the same block gives the same chances at other values.
    """
    file, delay = plan.file, plan.delay
    values = values or plan.central
    if np.ndim(values["money.delay_days"]) == 0:
        given = float(values["money.delay_days"])
        if given != delay.value:  # an assumption put to an end: the delay is then known
            delay = delay._replace(value=given, low=given, high=given)
    return outlook.paths(file.outlook, delay, values, file.months, n, file.seed, block)
