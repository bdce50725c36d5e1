"""A plan as a folder: one page, and CSV tables.

The page begins with what a reader in a hurry needs, in plain words; every number of it stands in
the tables with its interval, its source and its grade.
"""

import csv
import io
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome.plan.answers import Answer
from opendome.plan.evaluate import ARRIVAL
from opendome.plan.figures import repeat_by_month
from opendome.plan.response import LEVEL
from opendome.plan.siting import REACHED
from opendome.report import page, plan_figures
from opendome.results import ResultError

if TYPE_CHECKING:
    from opendome.plan.make import Outcome

Rows = list[dict[str, Any]]
PAGE = "plan.html"


def write(o: "Outcome", folder: Path, force: bool = False) -> list[Path]:
    """Write the page and the tables.

    Raises
    ------
    ResultError
        A file exists and `force` is not set, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultError(f"{folder}: cannot be made ({error.strerror})") from None
    made = [page.put(folder / PAGE, lambda: render(o).encode(), force)]
    for name, rows in tables(o).items():
        made.append(page.put(folder / f"{name}.csv", _as_csv(rows), force))
    return made


def _as_csv(rows: Rows) -> Any:
    def make() -> bytes:
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[0]) if rows else ["nothing"], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        return text.getvalue().encode()

    return make


def tables(o: "Outcome") -> dict[str, Rows]:
    """Every table by name."""
    return {
        "answers": [a._asdict() for a in o.answers.values()],
        "schedule": schedule(o),
        "rule": rule(o),
        "stock": stock(o),
        "frontier": frontier(o),
        "tornado": [
            {"figure": figure, "value": o.central[figure], **bar._asdict(), "swing": bar.swing}
            for figure, bars in o.bars.items()
            for bar in bars
        ],
        "information": [w._asdict() | {"plans": " / ".join(w.plans)} for w in o.worths],
        "assumptions": assumptions(o),
        "prices": list(o.buys),
        "doctrines": doctrines(o),
        "effects": effects(o),
        "siting": sites(o),
        "resimulated": list(o.again.rows) if o.again else [],
    }


def schedule(o: "Outcome") -> Rows:
    """How many of what, ordered when, from whom, delivered when: means over the paths."""
    r, plan, rows = o.runs.money, o.plan, []
    came = round(float(np.median(o.runs.setting.arrival)))
    for kind, n in o.rule.package._asdict().items():
        if n:
            ready = came + round(plan.central[f"item[{kind}].lead_months"])
            price = n * plan.central[f"item[{kind}].price_usd"]
            rows.append(_order(plan, kind, n, came, ready, ready, price))
    for k, (supplier, line) in enumerate(
        zip(plan.file.supplier, o.runs.setting.lines, strict=True)
    ):
        queue = 0.0
        arrives = np.cumsum(r.delivered[:, :, k].mean(axis=0))
        ordered = _at_one_arrival(r.ordered[:, :, k], o.runs.setting.arrival, came)
        for m in np.flatnonzero(ordered > 0.5):
            quantity = float(ordered[m])
            first, last = (
                min(int(np.searchsorted(arrives, q)), plan.file.months)
                for q in (queue + 0.5, queue + quantity - 0.5)
            )
            queue += quantity
            rows.append(
                _order(
                    plan,
                    supplier.name,
                    quantity,
                    int(m),
                    first,
                    last,
                    quantity * float(line.price.mean()),
                )
            )
    return sorted(rows, key=lambda row: row["order_month"])


def _at_one_arrival(ordered: np.ndarray, arrival: np.ndarray, came: int) -> np.ndarray:
    """Mean orders by month, (months,), those at the money's arrival put in its median month."""
    rows, mean = np.arange(len(ordered)), ordered.copy()
    inside = arrival < ordered.shape[1]
    then = ordered[rows[inside], arrival[inside]]
    mean[rows[inside], arrival[inside]] = 0.0
    found = mean.mean(axis=0)
    found[min(came, len(found) - 1)] += then.sum() / len(ordered)
    return found


def _order(
    plan: Any, what: str, quantity: float, month: int, first: int, last: int, usd: float
) -> dict[str, Any]:
    return {
        "what": what,
        "quantity": round(quantity, 1),
        "order_month": month,
        "order_date": f"{plan.day(month):%Y-%m-%d}",
        "fiscal_year": f"{plan.fiscal_year(month)}",
        "first_delivery_month": first,
        "last_delivery_month": last,
        "usd": round(usd),
    }


def rule(o: "Outcome") -> Rows:
    """The plan as it is to be carried out: order-up-to levels at the money and at each review."""
    rows = []
    names = [s.name for s in o.plan.file.supplier]
    for month, level in enumerate(o.rule.levels):
        row = ARRIVAL if month == o.plan.file.months else month
        if np.isfinite(level).any():
            when = "when the money comes" if row == ARRIVAL else f"{o.plan.day(month):%Y-%m-%d}"
            rows.append(
                {"when": when, "month": None if row == ARRIVAL else month}
                | {f"{n}: order up to": _rounded(v) for n, v in zip(names, level, strict=True)}
                | {f"{n}: at most": _rounded(v)
                   for n, v in zip(names, o.rule.most[row], strict=True)}
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["month"] is not None, row["month"] or 0))


def _rounded(value: float) -> float | None:
    return round(float(value)) if np.isfinite(value) else None


def stock(o: "Outcome") -> Rows:
    """Quantiles of the stock by month, and the chance of running out in a repeat."""
    chance = repeat_by_month(o.world, o.plan.central, o.runs.none)
    rows = []
    for m in range(o.plan.file.months):
        row = {"month": m, "date": f"{o.plan.day(m + 1):%Y-%m-%d}"}
        for name, one in (("money", o.runs.money), ("none", o.runs.none)):
            values = np.quantile(one.stock[:, m], (0.05, 0.25, 0.5, 0.75, 0.95))
            row |= {f"{name}_{q}": round(float(v), 1)
                    for q, v in zip((5, 25, 50, 75, 95), values, strict=True)}  # fmt: skip
        rows.append(row | {"ran_out_in_a_repeat_none": round(float(chance[m]), 4)})
    return rows


def frontier(o: "Outcome") -> Rows:
    """Plans of other budgets and attitudes, and the simple rules; dominated ones are marked."""
    every = [*o.judged, *o.frontier]
    rows = []
    for j in every:
        mine = (j.spent, j.leakers)
        better = any(
            i.spent <= j.spent and i.leakers <= j.leakers and (i.spent, i.leakers) != mine
            for i in every
        )
        rows.append({
            "plan": j.name, "budget_usd": j.budget, "spent_usd": round(j.spent),
            "leakers": round(j.leakers, 2), "ran_out": round(j.ran_out, 4),
            "loss_usd": round(j.loss), "loss_half_width_usd": round(j.loss_half),
            "cvar_usd": round(j.cvar), "package": str(j.rule.package), "dominated": better,
        })  # fmt: skip
    return rows


def assumptions(o: "Outcome") -> Rows:
    """Every uncertain number with its range, grade and source."""
    return [a._asdict() for a in o.plan.assumptions]


def doctrines(o: "Outcome") -> Rows:
    """Rules of fire side by side, at the plan's values; the loss they save over all assumptions."""
    return [
        row | {"saves_usd": o.middle[t.figure], "saves_low_usd": o.low[t.figure],
               "saves_high_usd": o.high[t.figure]}
        for t, row in zip(o.world.doctrines, o.doctrines, strict=True)
    ]  # fmt: skip


def effects(o: "Outcome") -> Rows:
    """What more of a kind changes in an operation of middling size, from paired runs."""
    rows = []
    for e in o.response.effects.values():
        for count in e.counts.tolist():
            low, mid, high = (100.0 * e.leakers(z, count) for z in (-LEVEL, 0.0, LEVEL))
            rows.append({"kind": e.kind, "more": count, "launches": round(float(np.exp(e.centre))),
                         "leakers_change_percent": round(mid, 3), "low": round(low, 3),
                         "high": round(high, 3), "pairs": e.pairs})  # fmt: skip
    return rows


def sites(o: "Outcome") -> Rows:
    """Coverage by number of batteries; sites of the further ones."""
    rows = [
        {"batteries": n, "which": "best sites", "coverage": round(s.coverage, 5),
         "covered_once": round(s.once, 5), "bound": round(s.bound, 5), "lat_deg": None,
         "lon_deg": None}
        for n, s in enumerate(o.sited, 1)
    ]  # fmt: skip
    for k, s in enumerate(o.extended):
        lat, lon = o.further[k - 1] if k else (None, None)
        n = (o.grounds[REACHED].in_service if o.grounds else 0) + k
        rows.append({"batteries": n, "which": "in service and further", "lat_deg": lat,
                     "lon_deg": lon, "coverage": round(s.coverage, 5),
                     "covered_once": round(s.once, 5),
                     "bound": None if np.isnan(s.bound) else round(s.bound, 5)})  # fmt: skip
    return rows


# ---------------------------------------------------------------- page


def warnings(o: "Outcome") -> list[str]:
    """What a reader must know before believing a number."""
    said = []
    if not o.fresh:
        said.append(
            "The studies behind this plan were made with another version of the scenario, the "
            "design or the program; remake them with --studies."
        )
    for a in o.plan.assumptions:
        if a.name.endswith("price_usd") and not a.source:
            said.append(f"{a.name} has no source.")
    if o.again and not o.again.agrees:
        wrong = ", ".join(c.name for c in o.again.compared if not c.agrees)
        said.append(f"Predicted and simulated again differ by more than stated: {wrong}.")
    return said


def render(o: "Outcome") -> str:
    """The page as HTML."""
    from jinja2 import Environment

    source = files("opendome.report").joinpath("plan.html").read_text("utf-8")
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        source
    )
    chance = repeat_by_month(o.world, o.plan.central, o.runs.none)
    rows = tables(o)
    return template.render(
        o=o, answers=o.answers, summary=summary(o), warnings=warnings(o), rows=rows,
        shown=_shown, pictures={
            "fan": page.inline(plan_figures.fan(o)),
            "gantt": page.inline(plan_figures.gantt(rows["schedule"], o.plan.file.months)),
            "repeat": page.inline(
                plan_figures.repeat(chance, int(o.runs.setting.arrival.max()))
            ),
            "frontier": page.inline(plan_figures.frontier(o)),
            "tornado": page.inline(plan_figures.tornado(
                o, "saved", "leakers avoided by the money"
            )),
            "loss": page.inline(plan_figures.tornado(
                o, "loss", "mean loss, million USD", 1e-6
            )),
            "coverage": page.inline(plan_figures.coverage(o)),
        },
    )  # fmt: skip


def summary(o: "Outcome") -> list[str]:
    """One page in plain words: what, when, how sure, and what it hangs on."""
    a, money = o.answers, o.plan.file.money
    first = next((r for r in schedule(o) if r["quantity"] >= 0.5), None)

    def text(*names: str) -> str:
        return " ".join(f"{a[n].question}: {a[n].text}." for n in names if n in a)

    said = [
        f"{o.plan.file.title}. The money was asked for on {money.request:%d %B %Y}; it is taken to "
        f"come after {o.plan.delay.low:g} to {o.plan.delay.high:g} days. Operations are drawn from "
        f"a process fitted to {len(o.plan.file.outlook.operation)} that were; what each uses and "
        "lets through comes from the simulator.",
        text("bought", "spent", "bought_by_price"),
        text("restored", "restored_none"),
        f"{a['repeat_by_month'].question}: {a['repeat_by_month'].text}.",
        text("saved", "saved_per_100m", "ran_out", "ran_out_none", "delay_leakers"),
        text("margin_round", "margin_battery", "margin_launcher", "margin_radar",
             "further_battery", "requirement"),
        text("cost_per_saved", "worth_ratio"),
        "Most hangs on what is not public. " + text("information_1", "information_2"),
        "Intervals are 90 %. Much of what goes in is assumed, and marked so; the numbers say what "
        "follows from it, not what is so.",
    ]  # fmt: skip
    if first is not None:
        said.insert(2, f"The first order is {first['quantity']:,.0f} from the {first['what']} on "
                       f"{first['order_date']}.")  # fmt: skip
    return said


def _shown(value: Any) -> str:
    """A value in a table of the page."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        if abs(value) < 1e-4:
            return "0"
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def lines(answers: Sequence[Answer]) -> list[tuple[str, str, str]]:
    """Question, text and hinge of each answer."""
    return [(a.question, a.text, a.hinge) for a in answers]
