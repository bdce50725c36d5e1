"""The answers of a plan in words: value, interval, and the assumption that it hinges on most.

Intervals are 90 %, their middle is the median.  Of what one future brings they hold over paths at
the plan's values; of expected values they hold over draws of all assumptions, and `at_values` is
what the plan's own values give, which a skewed assumption can set apart from the median.
"""

from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opendome.plan.evaluate import restored
from opendome.plan.file import KINDS
from opendome.plan.siting import ENOUGH, REACHED, Ground, extended, least

if TYPE_CHECKING:
    from opendome.plan.make import Outcome

PATHS = "paths"  # what an interval holds over
ASSUMPTIONS = "assumptions"


class Answer(NamedTuple):
    """One answer."""

    name: str
    question: str
    text: str  # with interval, for people
    value: float
    low: float
    high: float
    unit: str
    over: str  # paths or assumptions
    hinge: str  # the assumption that moves it most, and from where to where
    at_values: float | None = None  # at the plan's values, where they are not what `over` is about


def answers(o: "Outcome") -> dict[str, Answer]:
    """Every answer of a plan, by name."""
    found = [
        *_stock(o), *_restored(o), *_repeat(o), *_bought(o), *_worth(o), *_margins(o),
        *_exchange(o), *_quality(o),
    ]  # fmt: skip
    return {a.name: a for a in found}


def _hinge(o: "Outcome", figure: str, form: Any) -> str:
    """The widest bar of a figure's tornado."""
    bars = o.bars.get(figure, [])
    if not bars or not bars[0].swing > 0.0:
        return "no assumption moves it"
    bar = bars[0]
    a = o.plan.find(bar.assumption)
    return (
        f"{a.words} ({_short(a.low)} to {_short(a.high)}: "
        f"{form(bar.at_low)} to {form(bar.at_high)})"
    )


def _scalar(
    o: "Outcome", name: str, question: str, figure: str, unit: str, form: Any, say: str = "{}"
) -> Answer:
    """An answer from a figure, its interval over the assumptions."""
    value, low, high = o.middle[figure], o.low[figure], o.high[figure]
    text = say.format(f"{form(value)} ({form(low)} to {form(high)})")
    given = o.central[figure]
    if form(given) != form(value):
        text += f"; {form(given)} at the plan's values"
    hinge = _hinge(o, figure, form)
    return Answer(name, question, text, value, low, high, unit, ASSUMPTIONS, hinge, given)


def _stock(o: "Outcome") -> list[Answer]:
    made = []
    for name, one, label in (("", o.runs.money, "with"), ("_none", o.runs.none, "without")):
        for month in range(12, o.plan.file.months + 1, 24):
            low, mid, high = np.quantile(one.stock[:, month - 1], (0.05, 0.5, 0.95))
            made.append(Answer(
                f"stock{name}_{month}",
                f"Stock {label} the money on {o.plan.day(month):%d %b %Y}",
                f"{_count(mid)} rounds ({_count(low)} to {_count(high)})",
                float(mid), float(low), float(high), "rounds", PATHS,
                _hinge(o, f"stock{name}_{month}", _count),
            ))  # fmt: skip
    return made


def _restored(o: "Outcome") -> list[Answer]:
    made = []
    for name, s, one, label in (
        ("", o.runs.setting, o.runs.money, "with"),
        ("_none", o.runs.none_setting, o.runs.none, "without"),
    ):
        when = restored(s, one)
        low, mid, high = np.quantile(when, (0.05, 0.5, 0.95), method="nearest")
        share = float(np.isfinite(when).mean())

        def form(month: float) -> str:
            return _date(o, month)

        interval = f" ({form(low)} to {form(high)})" if isfinite(low) else ""
        made.append(Answer(
            f"restored{name}",
            f"When the stock before the reference operation is back, {label} the money",
            f"{form(mid)}{interval}; within the plan on {share:.0%} of paths",
            float(mid), float(low), float(high), "month", PATHS,
            _hinge(o, f"restored{name}", form),
        ))  # fmt: skip
    return made


def _repeat(o: "Outcome") -> list[Answer]:
    last = int(o.runs.setting.arrival.max())
    names = [f"repeat_{m}" for m in range(last + 1)]
    shown = "; ".join(
        f"month {m} {_percent(o.middle[n])} ({_percent(o.low[n])} to {_percent(o.high[n])})"
        for m, n in enumerate(names)
    )
    made = [Answer(
        "repeat_by_month",
        "Probability of running out in a repeat before the money arrives, by month",
        shown, o.middle[names[0]], o.low[names[0]], o.high[names[0]], "1", ASSUMPTIONS,
        _hinge(o, names[0], _percent), o.central[names[0]],
    )]  # fmt: skip
    for month in (0, last):
        made.append(_scalar(
            o, f"repeat_{month}", f"The same in month {month}", f"repeat_{month}", "1", _percent
        ))  # fmt: skip
    return made


def _bought(o: "Outcome") -> list[Answer]:
    budget = o.plan.file.money.budget
    beside = "nothing else" if o.rule.package.nothing else str(o.rule.package)
    keys = [f"bought_at_{row['price_usd']:.0f}" for row in o.buys]
    rows = "; ".join(
        f"at {row['price_usd'] / 1e3:.0f} thousand USD a round {_count(o.middle[key])} "
        f"({_count(o.low[key])} to {_count(o.high[key])}) and {beside}, "
        f"{_money(row['left_usd'])} left at the plan's values"
        for row, key in zip(o.buys, keys, strict=True)
    )
    mid = keys[len(keys) // 2]
    return [
        _scalar(o, "bought", "Rounds that the money orders, beside the regular ones",
                "bought_rounds", "rounds", _count,
                f"{{}} rounds and {beside}, of {_money(budget)}"),
        Answer("bought_by_price", "What the money buys under each price assumption, beside what "
               "the regular money still buys at that price", rows,
               o.middle[mid], min(o.low[k] for k in keys), max(o.high[k] for k in keys), "rounds",
               ASSUMPTIONS, _hinge(o, "bought_rounds", _count)),
        _scalar(o, "spent", "Of the money, obligated within the plan", "spent", "USD", _money),
    ]  # fmt: skip


def _worth(o: "Outcome") -> list[Answer]:
    return [
        _scalar(o, "saved_per_100m", "Leakers avoided per 100 million USD", "saved_per_100m",
                "leakers", _small),
        _scalar(o, "saved", "Leakers avoided by the money in all", "saved", "leakers", _small),
        _scalar(o, "delay_leakers", "Leakers more if the money takes 285 days, not 13",
                "delay_leakers", "leakers", _small),
        _scalar(o, "delay_loss", "Mean loss more, 285 days against 13", "delay_loss", "USD",
                _money),
        _scalar(o, "delay_ran_out", "Probability of running out more, 285 days against 13",
                "delay_ran_out", "1", _percent),
        _scalar(o, "ran_out", "Probability of running out within the plan, with the money",
                "ran_out", "1", _percent),
        _scalar(o, "ran_out_none", "The same without it", "ran_out_none", "1", _percent),
    ]  # fmt: skip


def _margins(o: "Outcome") -> list[Answer]:
    words = {
        "round": "one more round at the start",
        "battery": "one more battery when the money comes, as a gift",
        "launcher": "one more launcher, likewise (its part of one more at every battery)",
        "radar": "one more radar, likewise",
    }
    kinds = ["round", *(k for k in KINDS if f"margin_{k}" in o.central)]
    return [
        _scalar(o, f"margin_{k}", f"Leakers avoided by {words[k]}", f"margin_{k}", "leakers",
                _small)
        for k in kinds
    ]  # fmt: skip


def _exchange(o: "Outcome") -> list[Answer]:
    price = o.plan.find(f"supplier[{o.plan.file.supplier[0].name}].price_usd")
    per = o.central["rounds_per_saved"]
    lowest, highest = per * price.low, per * 150e3
    return [
        _scalar(o, "cost_per_saved", "Cost of an interception that keeps one rocket from a place",
                "cost_per_saved", "USD", _money,
                f"{_money(lowest)} to {_money(highest)} over the published prices; over all "
                "assumptions {}"),
        _scalar(o, "worth_ratio", "Loss assumed for one leaker over that price", "worth_ratio",
                "1", _small),
    ]  # fmt: skip


def _quality(o: "Outcome") -> list[Answer]:
    g = o.gap
    made = [
        Answer("gap", "How far the plan can be from the best: gap of the mean loss",
               f"{_money(g.gap)} (one-sided 95 %: at most {_money(g.limit)}), of "
               f"{_money(g.upper)}; {g.trees} trees",
               g.gap, 0.0, g.limit, "USD", PATHS, "number of trees and their branches"),
    ]  # fmt: skip
    ours = o.judged[0]
    for i, other in enumerate(o.judged[2:], start=1):
        saved, half = ours.over(other)
        made.append(Answer(
            f"over_baseline_{i}", f"Mean loss saved over: {other.name}",
            f"{_money(saved)} ({_money(saved - half)} to {_money(saved + half)})",
            saved, saved - half, saved + half, "USD", PATHS, _hinge(o, "loss", _money),
        ))  # fmt: skip
    first, second = (o.worths[i] if i < len(o.worths) else None for i in (0, 1))
    for i, w in enumerate((first, second), start=1):
        if w is not None:
            made.append(Answer(
                f"information_{i}", f"Assumption worth resolving, number {i}",
                f"{o.plan.find(w.assumption).words}: worth {_money(w.usd)} ± {_money(w.error)}; "
                f"another plan is best at {w.switches:.0%} of its values ({w.plans[0]} at its low, "
                f"{w.plans[1]} in the middle, {w.plans[2]} at its high end)",
                w.usd, max(w.usd - 1.645 * w.error, 0.0), w.usd + 1.645 * w.error, "USD",
                ASSUMPTIONS, o.plan.find(w.assumption).words,
            ))  # fmt: skip
    return made + _doctrine(o) + _sites(o)


def _doctrine(o: "Outcome") -> list[Answer]:
    """The best of the other rules of fire."""
    others = o.world.doctrines[1:]
    if not others:
        return []
    best = max(others, key=lambda t: o.middle[t.figure])
    return [
        _scalar(o, "doctrine", f"Mean loss saved by the best other rule of fire over the plan's, "
                f"{o.world.doctrines[0]}", best.figure, "USD", _money,
                f"{best}, with the levels times {best.factor:g}: {{}}"),
    ]  # fmt: skip


def _sites(o: "Outcome") -> list[Answer]:
    if len(o.extended) < 2 or not o.grounds:
        return []
    rule = {share: _further(g, o.plan.file.siting.unavailable) for share, g in o.grounds.items()}
    gains, needs = ({share: r[k] for share, r in rule.items()} for k in (0, 1))
    now, more, n = o.extended[0], o.extended[1], o.grounds[REACHED].in_service
    most = float(o.grounds[REACHED].weight @ o.grounds[REACHED].covers.any(axis=0))
    return [
        _by_share("further_battery", f"Coverage of battery {n + 1} at its best site", gains, "1",
                  lambda v: f"{v:.1%}", "{} of the expected aims",
                  f", from {now.coverage:.1%} to {more.coverage:.1%}"),
        _by_share("requirement", f"Batteries for {ENOUGH:.0%} of what any number can cover", needs,
                  "batteries", _count, "{} at the best sites",
                  f"; {most:.0%} of the aims can be covered at all; stated need 10 to 15, about 22 "
                  "for full cover"),
    ]  # fmt: skip


def _further(g: Ground, unavailable: float) -> tuple[float, float]:
    """Coverage that one battery more adds, and how many cover what can be covered."""
    now, more = extended(g, 1, unavailable)
    return more.coverage - now.coverage, float(least(g))


def _by_share(
    name: str, question: str, found: dict[float, float], unit: str, form: Any, say: str, tail: str
) -> Answer:
    """An answer that hangs on the share of launch points which a battery must meet."""
    value, low, high = found[REACHED], min(found.values()), max(found.values())
    ends = ": ".join((
        f"share of launch points that a battery must meet ({min(found):.0%} to {max(found):.0%}",
        f"{form(found[min(found)])} to {form(found[max(found)])})",
    ))  # fmt: skip
    text = f"{say.format(form(value))} ({form(low)} to {form(high)}){tail}"
    return Answer(name, question, text, value, low, high, unit, ASSUMPTIONS, ends)


# ---------------------------------------------------------------- how numbers are written


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _small(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def _percent(value: float) -> str:
    return f"{value:.0%}" if abs(value) >= 0.1 or value == 0.0 else f"{value:.1%}"


def _money(value: float) -> str:
    if abs(value) >= 1e9:
        return f"{value / 1e9:,.2f} billion USD"
    return f"{value / 1e6:,.1f} million USD" if abs(value) >= 1e6 else f"{value:,.0f} USD"


def _date(o: "Outcome", month: float) -> str:
    return f"{o.plan.day(month):%b %Y}" if isfinite(month) else "later than the plan"


def _short(value: float) -> str:
    if abs(value) == inf:
        return "-"
    if abs(value) >= 1e6:
        return f"{value / 1e6:g} million"
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
