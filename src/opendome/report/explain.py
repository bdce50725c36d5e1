"""Why a rocket was fired at, held or waited for: read off the tables of a traced replication.

Everything shown was believed at the time; truth comes last, as what became of it.
"""

from itertools import groupby
from typing import Any

from opendome import scenario
from opendome.results import Result, ResultError

#: What the reasons of tables.REASONS mean.
REASONS = {
    "fire": "fires",
    "none": "left alone (the policy gives no reason)",
    "ellipse": "waits for a smaller impact ellipse",
    "unsure": "waits: no battery is sure enough",
    "price": "holds: the round is worth more elsewhere or later",
    "later": "waits: a later shot saves as much for less",
    "short": "not now: rounds, launches or channels go to others",
    "reserve": "holds: the last rounds are kept for larger values",
}
NEEDED = ("rockets", "outcomes", "tracks", "decisions", "alternatives", "shots")


def explain(result: Result, rocket: int, rep: int | None = None) -> dict[str, Any]:
    """The story of one rocket of a traced replication, as plain values.

    Parameters
    ----------
    result : Result
    rocket : int
        Its number.
    rep : int, optional
        Replication; the first traced one if not given.

    Raises
    ------
    ResultError
        Nothing was traced, or there is no such rocket.
    """
    try:
        tables = {name: result.table(name) for name in NEEDED}
    except ResultError as error:
        raise ResultError(f"{error} (want a run with --trace)") from None
    reps = sorted(set(tables["rockets"]["rep"].to_pylist()))
    rep = reps[0] if rep is None and reps else rep
    if rep not in reps:
        raise ResultError(f"replication {rep}: not traced (traced: {reps})")
    found = _rows(result, f"select * from rockets where rep = {rep} and rocket = {rocket}")
    if not found:
        n = len(_rows(result, f"select rocket from rockets where rep = {rep}"))
        raise ResultError(f"rocket {rocket}: replication {rep} has 0 to {n - 1}")
    of = f"rep = {rep} and track in (select track from tracks where rep = {rep} "
    of += f"and rocket = {rocket})"
    ordered = f"select * from {{}} where {of} order by time_s, track"
    written = result.manifest["scenario"]
    known = scenario.parse(written["text"], written["name"])
    return {
        "rep": rep,
        "rocket": rocket,
        "batteries": [battery.name for battery in known.batteries],
        "decisions": _rows(result, ordered.format("decisions")),
        "alternatives": _rows(result, ordered.format("alternatives") + ", battery"),
        "shots": _rows(
            result, f"select * from shots where rep = {rep} and rocket = {rocket} order by shot"
        ),
        "outcome": _rows(result, f"select * from outcomes where rep = {rep} and rocket = {rocket}")[
            0
        ],
        "launched": found[0],
    }


def _rows(result: Result, query: str) -> list[dict[str, Any]]:
    return result.sql(query).to_pylist()


def reasons(result: Result) -> str:
    """One line: how often each reason stands in the traced decisions."""
    rows = _rows(result, "select reason, count(*) as n from decisions group by reason")
    told = ", ".join(
        f"{r['reason']} {r['n']:,}" for r in sorted(rows, key=lambda r: (-r["n"], r["reason"]))
    )
    return f"Decisions traced: {told or 'none'}"


def lines(story: dict[str, Any]) -> list[str]:
    """The story in words, one line each."""
    launched, outcome = story["launched"], story["outcome"]
    said = [
        f"Rocket {story['rocket']} of replication {story['rep']}: {launched['rocket_class']}, "
        f"launched at {launched['launch_time_s']:.0f} s"
    ]
    if not story["decisions"]:
        said.append("Never put to the policy: no confirmed track threatened a place in reach.")
    for reason, group in groupby(story["decisions"], key=lambda d: (d["track"], d["reason"])):
        said += _stretch(reason[1], list(group), story)
    for shot in story["shots"]:
        said.append(
            f"Round {shot['shot']} of {shot['battery']}: ordered {shot['decision_time_s']:.0f} s, "
            f"met {shot['intercept_time_s']:.1f} s, expected {shot['p_kill']:.2f}: {shot['result']}"
        )
    place = f" on {outcome['place']}" if outcome["place"] else ""
    said.append(
        f"Truth: {outcome['outcome']} at {outcome['time_s']:.0f} s; untouched it would have fallen "
        f"{outcome['would_land']}{place}"
    )
    return said


def _stretch(reason: str, group: list[dict[str, Any]], story: dict[str, Any]) -> list[str]:
    """Decisions in a row with one reason: from when to when, what was believed, what was open."""
    first, last = group[0], group[-1]
    when = f"{first['time_s']:.0f} s"
    if len(group) > 1:
        when += f" to {last['time_s']:.0f} s"
    said = [
        f"{when}: {REASONS.get(reason, reason)}. Impact ellipse {last['ellipse_m']:.0f} m, "
        f"threat {last['threat']:.2f}, value at risk {last['value']:.1f}, impact due in "
        f"{last['impact_time_s'] - last['time_s']:.0f} s"
    ]
    for a in story["alternatives"]:
        if a["time_s"] == last["time_s"] and a["track"] == last["track"]:
            chosen = last["fire"] > 0 and a["battery"] == last["battery"]
            worth = "" if a["gain"] is None or a["gain"] != a["gain"] else _worth(a)
            mark = f"  fires {last['fire']}" if chosen else "  could"
            battery = story["batteries"][a["battery"]]
            said.append(
                f"{mark}: battery {battery}, kill {a['p_kill']:.2f}, meets in "
                f"{a['intercept_time_s'] - a['time_s']:.1f} s, latest lift-off in "
                f"{a['latest_launch_s'] - a['time_s']:.1f} s, {a['rounds']} rounds{worth}"
            )
    return said


def _worth(a: dict[str, Any]) -> str:
    price = "" if a["price"] is None or a["price"] != a["price"] else f", price {a['price']:.1f}"
    return f"{price}, gain over waiting {round(a['gain'], 1) + 0.0:.1f}"
