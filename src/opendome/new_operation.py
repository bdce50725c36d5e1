"""A scenario for an operation that the project has not seen, from its public inputs alone."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from opendome import posterior, scenario
from opendome.errors import ScenarioError

#: Whose notional sites, classes, rings and raids an unknown operation takes over.
PATTERN = "may-2021"
#: Published share of the launches that fell short, by operation of the posterior.
SHORT = {"nov-2012": 0.101, "jul-2014": 0.061, "may-2021": 0.156}

HEAD = """\
# Written by `opendome new-operation` from public inputs; every other number is the posterior's
# (docs/theory/calibration.md) or taken over from {pattern}.  What it prints is a prediction: the
# 90 % interval of operations holds what is not known of the parameters.
title   = {title}
summary = "A prediction from launches per day, share short and number of batteries."
source  = "inputs of the user; the rest as in {pattern}"

[origin]
lat_deg = 31.60
lon_deg = 34.65

[study]
seed         = 1
replications = 100

[clock]
start = {start}
end   = {end}

[threat]
model       = "ballistic_rocket"
launch_area = "strip"
misfire_share      = {misfire:.3f}    # {why}
raid_size_exponent = {exponent}
raid_size_max      = {size_max}
launch_gap_s       = 3.0
ring_distance_km   = {edges}
ring_weight        = {weights}
source = "as in {pattern}, but for misfire_share"

[calibration]
operation = "new"                # aim: drawn from the spread between the known operations
keep      = {keep}
source    = "opendome calibrate"

[places]
source   = "shipped"
range_km = 100.0

[stock]
depot_rounds = 2_000             # assumed: put here what is known
source = "assumed"
"""


def write(
    title: str, start: datetime, launches: Sequence[int], short: float | None, batteries: int
) -> str:
    """The text of a scenario.

    Parameters
    ----------
    title : str
    start : datetime
        With offset; the first day counts from it.
    launches : sequence of int
        Of each day, the first 24 hours first.
    short : float, optional
        Share that fell short; unknown: as in one of the known operations, at random.
    batteries : int
        In service; they stand at the first so many of the notional sites.

    Raises
    ------
    ScenarioError
        A number is out of range; one line.
    """
    pattern = scenario.load(PATTERN)
    most = len(pattern.batteries)
    if not 0 <= batteries <= most:
        raise ScenarioError(f"batteries = {batteries}: want 0 to {most}; add others to the file")
    if not launches or min(launches) < 0 or sum(launches) == 0:
        raise ScenarioError("launches: want a count for each day, as 120,340,80")
    if short is not None and not 0.0 <= short < 0.4:
        raise ScenarioError(f"short = {short:g}: want a share from 0 to 0.4")
    if start.tzinfo is None:
        raise ScenarioError(f"start = {start.isoformat()}: no offset (want for example +03:00)")
    known, why = short is not None, f"{short} fell short, public input"
    misfire = (0.1 if short is None else short) / part_short()
    t = pattern.threat
    head = HEAD.format(
        pattern=PATTERN, title=json.dumps(title, ensure_ascii=False), start=start.isoformat(),
        end=(start + timedelta(days=len(launches))).isoformat(), misfire=misfire,
        why=why if known else "not used: the posterior's", exponent=t.raid_size_exponent,
        size_max=t.raid_size_max, edges=[v / 1e3 for v in t.ring_distance],
        weights=list(t.ring_weight), keep='["misfire_share"]' if known else "[]",
    )  # fmt: skip
    return head + _classes(pattern) + _intervals(start, launches) + _sites(pattern, batteries)


def part_short() -> float:
    """Share of the misfired rockets that fall short: published over calibrated, mean."""
    found = posterior.read()["draws"]["misfire_share"]
    ratios = [SHORT[o] / (sum(found[o]) / len(found[o])) for o in SHORT if o in found]
    return min(sum(ratios) / len(ratios), 1.0)


def _classes(pattern: scenario.Scenario) -> str:
    return "".join(
        f'\n[[threat.class]]\nname  = "{c.name}"\nshare = {c.share}\n'
        for c in pattern.threat.classes
    )


def _intervals(start: datetime, launches: Sequence[int]) -> str:
    text, total = "\n# Cumulative launches at the end of each day: public input.\n", 0
    for day, n in enumerate(launches, 1):
        total += n
        until = (start + timedelta(days=day)).isoformat()
        text += f'[[threat.interval]]\nuntil    = {until}\nlaunched = {total}\nsource   = "input"\n'
    return text


def _sites(pattern: scenario.Scenario, batteries: int) -> str:
    from math import degrees

    text = f"\n# Notional sites, the first of {PATTERN}.\n"
    for b, r in zip(pattern.batteries[:batteries], pattern.radars, strict=False):
        where = (
            f"lat_deg  = {degrees(b.lat):.2f}\nlon_deg  = {degrees(b.lon):.2f}\nheight_m = 50.0\n"
        )
        text += (
            f'[[radar]]\nname     = "{r.name}"\nmodel    = "multifunction"\n{where}'
            f"boresight_deg = {degrees(r.boresight):.1f}\n"
            f'[[battery]]\nname     = "{b.name}"\nradar    = "{r.name}"\n{where}'
        )
    return text
