"""The keys and tables of a plan file.

Most numbers of a plan are not public.  So a number is a table: its value, its range, how it spreads
over the range, its source and its grade.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from opendome.params import Model, quantity, section

Spread = Literal["triangular", "uniform", "loguniform"]
KINDS = ("battery", "launcher", "radar")
Kind = Literal["battery", "launcher", "radar"]


class Number(Model):
    """A number with its range; `source` and `grade` are those of every table."""

    value: float = quantity("1", "value that the plan works with")
    low: float | None = quantity("1", "least value", default=None)
    high: float | None = quantity("1", "greatest value", default=None)
    spread: Spread = Field(default="triangular", description="law between low and high")

    @model_validator(mode="after")
    def _in_order(self) -> "Number":
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together (want both or neither)")
        if not self.least <= self.value <= self.most:
            raise ValueError(f"want low <= value <= high, got value = {self.value:g}")
        if self.spread == "loguniform" and self.least <= 0.0:
            raise ValueError("a loguniform number wants low above 0")
        return self

    @property
    def least(self) -> float:
        """Least value; the value itself where no range is given."""
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float:
        """Greatest value, likewise."""
        return self.value if self.high is None else self.high


def number(key: str, meaning: str, value: float | None = None, source: str = "") -> Number:
    """Declare a number of a plan; without a default the file must give it."""
    if value is None:
        return section(key, meaning)
    default = Number(value=value, source=source, grade="assumed")
    return section(key, meaning, default=default)


class Money(Model):
    """[money]: what can be spent, and when."""

    budget: float = quantity("USD", "appropriation asked for", low=0.0, high=1e12)
    request: date = Field(description="day of the request")
    delay: Number = number("delay_days", "days from request to money")
    regular: Number = number(
        "regular_usd_per_year", "yearly appropriation beside it", 0.0, "none given"
    )
    us_share: Number = number(
        "us_share_min", "least share of the money to be spent in the US", 0.0, "none given"
    )
    fiscal_year: int = quantity(
        "1", "month in which the fiscal year begins", default=10, low=1, high=12,
        source="US fiscal year: 1 October", grade="published",
    )  # fmt: skip


class Stocked(Model):
    """[stock]: rounds at hand before the reference operation, and what a round is worth later."""

    rounds: Number = section("rounds", "rounds before the reference operation")
    used_in: float = quantity(
        "1", "launches of the reference operation, which used some of them", default=0.0, low=0.0,
        source="none given: the stock is that of the start", grade="assumed",
    )  # fmt: skip
    salvage: Number = number(
        "salvage_usd", "value of a round that is left, or on order, at the horizon", 0.0, "none"
    )


class Force(Model):
    """[force]: what is in service at the start."""

    batteries: int = quantity("1", "batteries", low=1, high=60)
    launchers: int = quantity("1", "launchers of a battery", low=1, high=20)
    upkeep: Number = number("upkeep_usd_per_year", "upkeep of a battery", 0.0, "none given")


class Operation(Model):
    """[[outlook.operation]]: an operation that was, to which the process is fitted."""

    name: str = Field(min_length=1, description="name")
    launches: float = quantity("1", "launches", low=1.0, high=1e6)


class Ahead(Model):
    """[[outlook.scenario]]: an operation that the user wants in the outlook."""

    name: str = Field(min_length=1, description="name")
    month: int = quantity("1", "month of the plan, 0 the first", low=0, high=600)
    launches: float = quantity("1", "launches", low=1.0, high=1e6)
    probability: float = quantity(
        "1", "probability that it happens", default=1.0, low=0.0, high=1.0,
        source="as written: it happens", grade="assumed",
    )  # fmt: skip


class Outlook(Model):
    """[outlook]: operations to come, drawn from a process fitted to those that were."""

    years: float = quantity("1", "years in which the operations were observed", low=0.1, high=200.0)
    operation: tuple[Operation, ...] = section("operation", "operations that were", min_length=1)
    scenario: tuple[Ahead, ...] = section("scenario", "operations put in by hand", default=())
    most: float = quantity(
        "1", "launches above which no operation is drawn", default=20_000.0, low=1.0, high=1e6,
        source="assumption: four times the largest of the calibration set", grade="assumed",
    )  # fmt: skip


class Ramp(Model):
    """[[supplier.ramp]]: capacity from a month on, counted from the opening of the line."""

    after_months: float = quantity("1", "months after the line opens", low=0.0, high=600.0)
    rate: Number = number("rounds_per_year", "capacity")


class Supplier(Model):
    """[[supplier]]: a production line of rounds."""

    name: str = Field(min_length=1, description="unique name")
    price: Number = number("price_usd", "price of a round")
    lead: Number = number("lead_months", "months from an order to its first delivery")
    opens: Number = number(
        "opens_months", "months from the money to the opening of the line", 0.0, "open"
    )
    us_share: Number = number(
        "us_share", "share of the price that is spent in the US", 0.0, "none given"
    )
    ramp: tuple[Ramp, ...] = section("ramp", "capacity, by steps", min_length=1)


class Item(Model):
    """[[item]]: something else that money buys."""

    kind: Kind = Field(description="battery (with a radar and launchers), launcher or radar")
    price: Number = number("price_usd", "price of one (of launchers: of one for every battery)")
    lead: Number = number("lead_months", "months from the money to service")
    us_share: Number = number("us_share", "share spent in the US", 0.0, "none given")
    most: int = quantity("1", "most that can be bought", low=1, high=12)


class Commitment(Model):
    """[[commitment]]: rounds that were ordered before the plan begins."""

    supplier: str = Field(description="name of a supplier")
    rounds: float = quantity("1", "rounds", low=0.0, high=1e6)


class Objective(Model):
    """[objective]: what is minimised: the mean loss, or between it and that of the worst paths."""

    usd_per_leaker: Number = number("usd_per_leaker", "loss of a rocket on a protected place")
    cvar_weight: float = quantity(
        "1", "weight of the conditional value at risk; the mean has the rest", default=0.0,
        low=0.0, high=1.0, source="risk-neutral", grade="assumed",
    )  # fmt: skip
    cvar_level: float = quantity(
        "1", "level of the conditional value at risk", default=0.9, low=0.5, high=0.999,
        source="convention", grade="assumed",
    )  # fmt: skip


class Target(Model):
    """[target]: a stock that must be there, whatever happens in the tree."""

    rounds: float = quantity("1", "rounds delivered by then", low=0.0, high=1e6)
    month: int = quantity("1", "month of the plan", low=1, high=600)


class Response(Model):
    """[response]: how operations are learned from the simulator."""

    points: int = quantity(
        "1", "design points", default=64, low=24, high=4096,
        source="ten a factor and more (Loeppky, Sacks and Welch 2009)", grade="published",
    )  # fmt: skip
    replications: int = quantity(
        "1", "replications of each", default=2, low=2, high=1000,
        source="least that shows the noise", grade="assumed",
    )  # fmt: skip
    error_rounds: float = quantity(
        "1", "greatest accepted relative error of the rounds used", default=0.10, low=0.001,
        high=1.0, source="below the spread of one operation to the next", grade="assumed",
    )  # fmt: skip
    error_leaked: float = quantity(
        "1", "greatest accepted relative error of the leakers", default=0.25, low=0.001, high=1.0,
        source="assumption: leakers are few, so their noise is larger", grade="assumed",
    )  # fmt: skip
    launches_low: float = quantity(
        "1", "least launches of the design", default=400.0, low=10.0, high=1e6,
        source="the smallest of the calibration set", grade="derived",
    )  # fmt: skip
    launches_high: float = quantity(
        "1", "most launches of the design", default=7000.0, low=10.0, high=1e6,
        source="half as much again as the largest of the calibration set", grade="derived",
    )  # fmt: skip
    threat_low: float = quantity(
        "1", "least threshold of fire of the design", default=0.02, low=1e-4, high=0.99,
        source="a fifth of the default", grade="assumed",
    )  # fmt: skip
    threat_high: float = quantity(
        "1", "greatest threshold of fire of the design", default=0.5, low=1e-4, high=0.99,
        source="five times the default", grade="assumed",
    )  # fmt: skip
    sizes: int = quantity(
        "1", "sizes of operation at which more batteries, launchers, radars are tried", default=4,
        low=2, high=100, source="enough for a slope", grade="assumed",
    )  # fmt: skip
    paired: int = quantity(
        "1", "pairs of runs at each size and number", default=8, low=2, high=1000,
        source="standard error of what one more battery changes: below 1 %", grade="derived",
    )  # fmt: skip


class Programme(Model):
    """[programme]: the stochastic programme and its bound."""

    branches: tuple[int, ...] = Field(
        default=(8, 6, 4, 3, 2),
        description="branches to the money, each review and the horizon",
    )
    review_months: tuple[int, ...] = Field(
        default=(12, 24, 36), description="months at which the plan is made anew"
    )
    batches: int = quantity(
        "1", "independent trees of the bound", default=8, low=2, high=1000,
        source="Mak, Morton and Wood (1999) use tens; Student's t pays for fewer", grade="assumed",
    )  # fmt: skip
    paths: int = quantity(
        "1", "paths on which plans are evaluated", default=4000, low=100, high=1_000_000,
        source="standard errors near 2 %", grade="assumed",
    )  # fmt: skip
    resimulated: int = quantity(
        "1", "paths run again in the full simulator", default=10, low=2, high=1000,
        source="about half a minute", grade="assumed",
    )  # fmt: skip


class Siting(Model):
    """[siting]: where batteries may stand."""

    step: float = quantity(
        "m", "grid of the candidate sites", default=3_000.0, low=500.0, high=50e3,
        source="coarse on purpose: sites are arithmetic, not places where anything stands",
        grade="assumed",
    )  # fmt: skip
    unavailable: float = quantity(
        "1", "probability that a battery cannot take a rocket that it covers", default=0.1,
        low=0.0, high=0.9, source="assumption: reloading, or busy in a barrage", grade="assumed",
    )  # fmt: skip
    most: int = quantity(
        "1", "batteries up to which coverage is shown", default=24, low=2, high=60,
        source="above the public requirement of about 22", grade="derived",
    )  # fmt: skip


class PlanFile(Model):
    """A plan file: its keys and tables."""

    title: str = Field(min_length=1, description="one line")
    summary: str = Field(default="", description="what is asked, in a sentence or two")
    scenario: str = Field(
        min_length=1, description="scenario of the operations: shipped, or a path"
    )
    start: date = Field(description="first day of the plan")
    months: int = quantity(
        "1", "months of the plan", default=60, low=2, high=240,
        source="five fiscal years", grade="assumed",
    )  # fmt: skip
    seed: int = quantity(
        "1", "seed", default=1, low=0, high=2**31 - 1, source="convention", grade="assumed"
    )
    money: Money = section("money", "what can be spent, and when")
    stock: Stocked = section("stock", "rounds at hand")
    force: Force = section("force", "batteries in service")
    doctrine: Number = section("rounds_per_target", "rounds fired at a rocket in one salvo")
    threshold: Number = number(
        "threat_min",
        "least probability of falling on a protected place that is fired at",
        0.1,
        "as in the scenarios: a round is far cheaper than one hit in ten on a town",
    )
    demand: Number = number(
        "consumption_factor", "what the simulator's consumption is multiplied by", 1.0, "none"
    )
    outlook: Outlook = section("outlook", "operations to come")
    supplier: tuple[Supplier, ...] = section("supplier", "production lines", min_length=1)
    item: tuple[Item, ...] = section("item", "what else can be bought", default=())
    commitment: tuple[Commitment, ...] = section("commitment", "orders placed before", default=())
    objective: Objective = section("objective", "what is minimised")
    target: Target | None = section("target", "a stock that must be there", default=None)
    response: Response = section("response", "how operations are learned", default=Response())
    siting: Siting = section("siting", "where batteries may stand", default=Siting())
    programme: Programme = section("programme", "the programme and its bound", default=Programme())
