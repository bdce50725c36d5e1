"""A small plan for tests: a response without noise, one or two lines, few months."""

import numpy as np

from opendome.plan import response, spec
from opendome.plan.effects import Effect
from opendome.plan.response import Force

#: Rounds and leakers per launch, and rockets saved by a round.
FLAT = response.constant(0.4, 0.05, 0.8)


def helped(factor, kind="battery"):
    """The same, where one more of a kind multiplies the leakers."""
    slopes = np.zeros((1, 3, 2))
    slopes[0, 1, 0] = np.log(factor)
    one = Effect(kind, np.array([1]), 7.0, slopes, np.zeros((1, 2, 2)), np.zeros((1, 3)), 1)
    return FLAT._replace(base=Force(2, 3, 0), effects={kind: one})


TEXT = """
title    = "t"
scenario = "two-towns"
start    = 2021-05-21
months   = {months}
seed     = 7
{top}
[money]
budget_usd = {budget}
request    = 2021-05-21
delay_days = {{ value = 20, low = 15, high = 28, source = "t" }}
regular_usd_per_year = {{ value = {regular}, source = "t" }}
us_share_min = {{ value = {share}, source = "t" }}
[stock]
rounds = {{ value = {stock}, source = "t" }}
salvage_usd = {{ value = {salvage}, source = "t" }}
[force]
batteries = 2
launchers = 3
[rounds_per_target]
value = 1.0
[outlook]
years = 10.0
[[outlook.operation]]
name = "a"
launches = 1000
[[outlook.operation]]
name = "b"
launches = 3000
{outlook}
[[supplier]]
name = "near"
price_usd = {{ value = 50e3, low = 40e3, high = 100e3, source = "t" }}
lead_months = {{ value = {lead}, source = "t" }}
[[supplier.ramp]]
after_months = 0
rounds_per_year = {{ value = {rate}, source = "t" }}
{more}
[objective]
usd_per_leaker = {{ value = {leaker}, source = "t" }}
cvar_weight = {cvar}
[programme]
branches = {branches}
review_months = {reviews}
paths = 400
batches = 4
"""

PLAIN = {
    "months": 24, "top": "", "budget": 100e6, "regular": 0.0, "share": 0.0, "stock": 500.0,
    "salvage": 10e3, "outlook": "", "lead": 2, "rate": 1200, "more": "", "leaker": 1e6, "cvar": 0.0,
    "branches": [6, 3, 2], "reviews": [12],
}  # fmt: skip


def text(**changes):
    """Text of the small plan with some values changed."""
    return TEXT.format(**{**PLAIN, **changes})


def small(**changes):
    """The small plan."""
    return spec.parse(text(**changes), "small")


SECOND = """
[[supplier]]
name = "far"
price_usd = { value = 80e3, source = "t" }
lead_months = { value = 1, source = "t" }
us_share = { value = 1.0, source = "t" }
[[supplier.ramp]]
after_months = 0
rounds_per_year = { value = 2400, source = "t" }
"""

BATTERY = """
[[item]]
kind = "battery"
most = 1
price_usd = { value = 30e6, source = "t" }
lead_months = { value = 6, source = "t" }
"""
