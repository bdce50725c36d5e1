"""A run as a whole: its figures, days, distributions and raids, for the page."""

from datetime import timedelta
from math import isfinite
from typing import Any

import numpy as np

from opendome import estimate
from opendome.report import summary
from opendome.report.map import stored
from opendome.results import Result

DAYS = ("launched", "short", "intercepted", "leaked", "rounds_used", "stock_end")
RAIDS = """
select r.raid, min(launch_time_s) start_s, max(launch_time_s) - min(launch_time_s) lasted_s,
    count(*) launched, count(*) filter (would_land = 'protected') threatened,
    count(*) filter (shots > 0) engaged, count(*) filter (outcome = 'intercepted') intercepted,
    count(*) filter (outcome = 'leaked') leaked, sum(shots)::bigint rounds,
    round(sum(deaths), 3) deaths
from rockets r join outcomes o using (rep, rocket) where rep = {rep} group by r.raid order by 2
"""


def campaign(result: Result, rep: int | None) -> dict[str, Any]:
    """Everything of the campaign view.

    Parameters
    ----------
    result : Result
    rep : int or None
        Replication whose raids are listed; None: none was traced.
    """
    return {
        "headline": summary.headline(result),
        "notes": summary.footnotes(result)[:1],
        "figures": [_figure(result, row) for row in result.summary()],
        "days": _days(result),
        "published_launches": _published(result),
        "raids": [] if rep is None else raids(result, rep),
        "rep": rep,
    }


def raids(result: Result, rep: int) -> list[dict[str, Any]]:
    """The raids of a traced replication, in order of time; named ones with their name."""
    names = [b.name for b in stored(result).threat.barrages]
    found = result.sql(RAIDS.format(rep=int(rep))).to_pylist()
    return [
        {**row, "name": names[row["raid"]] if row["raid"] < len(names) else ""} for row in found
    ]


def _figure(result: Result, row: estimate.Comparison) -> dict[str, Any]:
    about = estimate.FIGURES[row.figure]
    values = _values(result.ledger(), about)
    return {
        "figure": row.figure,
        "label": row.label,
        "unit": row.unit,
        "mean": summary.mean(row),
        "operations": summary.operations(row),
        "published": row.published,
        "published_low": _finite(row.published_low),
        "published_high": _finite(row.published_high),
        "verdict": row.verdict,
        "source": row.source,
        "values": [_finite(v) for v in values.tolist()],
    }


def _values(ledger: dict[str, np.ndarray], figure: estimate.Figure) -> np.ndarray:
    over = np.asarray(ledger[figure.over], "f8")
    if figure.under is None:
        return over
    under = np.asarray(ledger[figure.under], "f8")
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0.0)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _days(result: Result) -> list[dict[str, Any]]:
    """Mean and interval of one operation of every daily figure."""
    daily = result.table("daily")
    number = daily["day"].to_numpy()
    start = stored(result).clock.start
    made = []
    for day in np.unique(number):
        row: dict[str, Any] = {"date": (start + timedelta(days=int(day))).date().isoformat()}
        for name in DAYS:
            values = np.asarray(daily[name].to_numpy()[number == day], "f8")
            low, high = estimate.operation_interval(values)
            row[name] = {"mean": float(values.mean()), "low": low, "high": high}
        made.append(row)
    return made


def _published(result: Result) -> list[dict[str, Any]]:
    """Cumulative launches as published: the timeline that the scenario follows."""
    return [
        {"until": v.until.isoformat(), "launched": v.launched, "source": v.source or ""}
        for v in stored(result).threat.intervals
    ]
