"""Plan files: what is read, and one line for what is wrong."""

import pytest

from opendome.errors import ScenarioError
from opendome.plan import spec
from tests.unit.plan_small import SECOND, small, text


def wrong(old="", new="", **changes):
    """The one line that refuses the small plan with a piece of text replaced."""
    with pytest.raises(ScenarioError) as caught:
        spec.parse(text(**changes).replace(old, new), "small")
    (line,) = caught.value.lines
    return line


def test_shipped__is_read_with_grades_and_sources():
    plan = spec.load("billion-2021")
    assert plan.file.money.budget == 1e9
    assert all(a.source for a in plan.assumptions)
    assert {a.grade for a in plan.assumptions} <= {"published", "derived", "calibrated", "assumed"}
    stock = plan.find("stock.rounds")
    assert (stock.low, stock.value, stock.high, stock.grade) == (2000.0, 3000.0, 4000.0, "assumed")
    # Every number that the issue names: FACTS section 4.
    delay = plan.delay
    assert (delay.low, delay.high) == (13.0, 285.0)
    first = plan.find("supplier[US line].ramp[0].rounds_per_year")
    later = plan.find("supplier[US line].ramp[1].rounds_per_year")
    assert (first.value, later.low, later.high) == (325.0, 1000.0, 2000.0)


def test_numbers__inherit_source_and_grade_of_their_table():
    plan = spec.load("billion-2021")
    opens = plan.find("supplier[domestic line].opens_months")
    assert opens.source == "open"  # a default says so itself
    assert plan.find("money.us_share_min").grade == "published"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lead_months = { value = 2", "lead_months = { value = -3",
         "small.toml: supplier[near].lead_months = -3: want 0 or more"),
        ("salvage_usd = { value = 10000.0", "salvage_usd = { value = 90e3",
         "small.toml: stock.salvage_usd = 90000: want less than the least price of 'near', 40000 "
         "(or buying for sale would pay)"),
        ("[programme]", '[[commitment]]\nsupplier = "nea"\nrounds = 5\n[programme]',
         "small.toml: commitment[0].supplier = 'nea': unknown; did you mean 'near'?"),
        ("review_months = [12]", "review_months = [30]",
         "small.toml: programme.review_months = [30]: want rising months below 24"),
        ("branches = [6, 3, 2]", "branches = [6, 3]",
         "small.toml: programme.branches = [6, 3]: want 3 numbers of 1 or more: to the money, to "
         "each review and to the horizon"),
        ("value = 20, low = 15, high = 28", "value = 20, low = 15, high = 900",
         "small.toml: money.delay_days = 900: the money would come after the first review "
         "(month 12); want a later review"),
        ("value = 20, low = 15, high = 28", "value = 50, low = 15, high = 28",
         "small.toml: money.delay_days: want low <= value <= high, got value = 50"),
        ("budget_usd = 100000000.0", "budget_usd = -5",
         "small.toml: money.budget_usd = -5: want 0 to 1e+12 USD (appropriation asked for)"),
        ('scenario = "two-towns"', 'scenario = "two-town"',
         "small.toml: scenario = 'two-town': unknown; did you mean 'two-towns'?"),
        ("[force]", "[farce]", None),
        ("price_usd = { value = 50e3, low = 40e3, high = 100e3", "price_usd = { value = 0, low = 0,"
         " high = 100e3", None),
    ],
)  # fmt: skip
def test_wrong__is_one_line(old, new, said):
    if said is None:
        with pytest.raises(ScenarioError, match=r"small.toml: "):
            spec.parse(text().replace(old, new), "small")
    else:
        assert wrong(old, new) == said


def test_names__must_be_unique():
    again = SECOND.replace('"far"', '"near"')
    assert "supplier 'near': 2 times" in wrong(more=again)


def test_unknown_plan__gets_a_hint():
    with pytest.raises(ScenarioError, match="did you mean 'billion-2021'"):
        spec.load("billion-2012")


def test_budget__is_checked():
    plan = small()
    assert plan.with_budget(5e6).file.money.budget == 5e6
    with pytest.raises(ScenarioError, match="want 0 to 1e12 USD"):
        plan.with_budget(-1.0)


def test_calendar__knows_fiscal_years():
    plan = spec.load("billion-2021")
    assert plan.fiscal_year(0.0) == 2021  # May 2021
    assert plan.fiscal_year(5.0) == 2022  # from October 2021 on
