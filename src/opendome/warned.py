"""Public warning by zones: who is warned, how early, how often in vain, at which threshold.

Warnings change nothing else in a replication, so they are worked out afterwards, from the
predictions of a traced one: any zones, any threshold, on the same evening.
"""

from collections.abc import Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np

from opendome.kernels import zones as kernels
from opendome.kernels.threat import axes
from opendome.kernels.zones import Raster
from opendome.zone_map import ZoneMap, falls, project, raster
from opendome.zones import Zone

LEAST = 0.001  # probabilities below it warn nobody at any threshold
THRESHOLDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
EVENT_S, EVENT_M = 60.0, 10e3  # alerts nearer than both belong to one event, as in the record


class Chances(NamedTuple):
    """Which zones each prediction may hit, with probability: in order of time."""

    rows: np.ndarray
    zones: np.ndarray
    chance: np.ndarray
    time: np.ndarray  # by prediction, s
    impact: np.ndarray  # s
    size: np.ndarray  # m


class Evening(NamedTuple):
    """A traced replication as warnings see it, and the truth to judge them by."""

    chances: Chances
    launch: np.ndarray  # (rockets,), s
    fall: np.ndarray  # (rockets,), s
    hits: np.ndarray  # (m, 2): rocket, zone whose outline it falls into
    near: np.ndarray  # (m, 2): rocket, zone whose outline with the margin it falls into


class Rule(NamedTuple):
    """When a zone is warned."""

    p_min: float = 0.02
    margin: float = 1e3  # m
    hold: float = 60.0  # s
    sigma_max: float = 4e3  # m


class Warned(NamedTuple):
    """What a rule does on an evening."""

    zone: np.ndarray  # (warnings,)
    time: np.ndarray  # s
    false: np.ndarray  # (warnings,), bool: nothing in the air was to fall in or near the zone
    lead: np.ndarray  # (hits,), s: from warning to impact; nan: missed


def evening(result: Any, rep: int, m: ZoneMap, grown: Raster, exact: Raster) -> Evening:
    """What a traced replication of a result holds for warnings.

    Parameters
    ----------
    result : Result
    rep : int
        A traced replication.
    grown, exact : Raster
        With and without the rule's margin.
    """
    p = _columns(result, "predictions", rep)
    impacts = np.column_stack(
        [p[f"impact_{k}"] for k in ("x_m", "y_m", "cov_xx", "cov_xy", "cov_yy")]
    )
    count = np.zeros(len(m.names), np.int64)
    room = 64 * max(len(impacts), 1)
    out = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    n = kernels.probabilities(impacts, kernels.normal_points(), grown, count, LEAST, *out)
    if n < 0:
        raise ValueError(f"warnings: more than {room} zones may be hit (want fewer, larger zones)")
    size = np.array([axes(*row[2:])[0] for row in impacts]) if len(impacts) else np.empty(0)
    chances = Chances(
        out[0][:n].copy(),
        out[1][:n].copy(),
        out[2][:n].copy(),
        p["time_s"],
        p["impact_time_s"],
        size,
    )
    r = _columns(result, "rockets", rep)
    x, y = r["impact_x_m"], r["impact_y_m"]
    return Evening(
        chances,
        r["launch_time_s"],
        r["impact_time_s"],
        falls(x, y, exact),
        falls(x, y, grown),
    )


def _columns(result: Any, table: str, rep: int) -> dict[str, np.ndarray]:
    t = result.table(table)
    mine = t.column("rep").to_numpy() == rep
    return {name: t.column(name).to_numpy(zero_copy_only=False)[mine] for name in t.column_names}


def warn(e: Evening, rule: Rule, n_zones: int) -> Warned:
    """Apply a rule to an evening."""
    c = e.chances
    given = np.empty(len(c.rows), np.int64)
    warned = np.full(n_zones, -np.inf)
    n = kernels.give(
        c.rows, c.zones, c.chance, c.time, c.impact, c.size, rule.p_min, rule.hold, rule.sigma_max,
        warned, given,
    )  # fmt: skip
    zone, time = c.zones[given[:n]], c.time[c.rows[given[:n]]]
    return Warned(zone, time, _false(e, zone, time), _lead(e, zone, time, rule.hold))


def _false(e: Evening, zone: np.ndarray, time: np.ndarray) -> np.ndarray:
    due = _by_zone(e.near)
    nobody = np.empty(0, np.int64)
    false = np.ones(len(zone), bool)
    for k, (z, t) in enumerate(zip(zone, time, strict=True)):
        r = due.get(int(z), nobody)
        false[k] = not np.any((e.launch[r] <= t) & (t < e.fall[r]))
    return false


def _lead(e: Evening, zone: np.ndarray, time: np.ndarray, hold: float) -> np.ndarray:
    """Time from warning to impact of every hit: the first warning since one hold before launch."""
    order = np.lexsort((time, zone))
    zone, time = zone[order], time[order]
    lead = np.full(len(e.hits), nan)
    for k, (r, z) in enumerate(e.hits):
        low, high = np.searchsorted(zone, [z, z + 1])
        mine = time[low:high]
        at = np.searchsorted(mine, e.launch[r] - hold)
        if at < len(mine) and mine[at] <= e.fall[r]:
            lead[k] = e.fall[r] - mine[at]
    return lead


def _by_zone(pairs: np.ndarray) -> dict[int, np.ndarray]:
    order = np.argsort(pairs[:, 1], kind="stable")
    cut = np.flatnonzero(np.diff(pairs[order, 1])) + 1
    parts = np.split(order, cut) if len(pairs) else []
    return {int(pairs[part[0], 1]): pairs[part, 0] for part in parts}


class Figures(NamedTuple):
    """A rule in numbers."""

    p_min: float
    zones: int
    warnings_per_rocket: float
    people_per_rocket: float  # people warned, each time anew, over rockets launched
    false_share: float
    missed_share: float  # of the hits on a zone, without a warning
    late_share: float  # of the hits on a zone with a published time, warned later than it promises
    lead_median: float  # s
    lead_low: float  # s, 5 %
    lead_high: float  # s, 95 %


def figures(e: Evening, w: Warned, m: ZoneMap, rule: Rule) -> Figures:
    """A rule on an evening in numbers."""
    rockets = max(len(e.launch), 1)
    seen = w.lead[np.isfinite(w.lead)]
    low, middle, high = np.quantile(seen, [0.05, 0.5, 0.95]) if len(seen) else (nan, nan, nan)
    promised = m.seconds[e.hits[:, 1]]
    known = np.isfinite(promised)
    late = ~(w.lead[known] >= promised[known])
    return Figures(
        rule.p_min, len(m.names), len(w.zone) / rockets, float(m.people[w.zone].sum()) / rockets,
        float(w.false.mean()) if len(w.false) else nan,
        float(np.mean(~np.isfinite(w.lead))) if len(w.lead) else nan,
        float(late.mean()) if len(late) else nan, float(middle), float(low), float(high),
    )  # fmt: skip


def by_zone(e: Evening, w: Warned, m: ZoneMap) -> list[dict[str, Any]]:
    """Lead times of each zone that was hit or warned: how many, median, 5 and 95 %."""
    rows = []
    warned = np.bincount(w.zone, minlength=len(m.names))
    false = np.bincount(w.zone[w.false], minlength=len(m.names))
    for z in np.flatnonzero(warned + np.bincount(e.hits[:, 1], minlength=len(m.names))):
        lead = w.lead[e.hits[:, 1] == z]
        seen = lead[np.isfinite(lead)]
        low, middle, high = np.quantile(seen, [0.05, 0.5, 0.95]) if len(seen) else (nan, nan, nan)
        rows.append({
            "zone": m.names[z], "published_s": float(m.seconds[z]), "warnings": int(warned[z]),
            "false": int(false[z]), "hits": len(lead), "missed": len(lead) - len(seen),
            "lead_low_s": float(low), "lead_median_s": float(middle), "lead_high_s": float(high),
        })  # fmt: skip
    return rows


def merged(e: Evening, m: ZoneMap, count: int) -> tuple[Evening, ZoneMap]:
    """The same evening with zones joined into fewer districts, by nearness (Ward's method).

    The probability of a district is the sum of those of its zones, one at most: outlines do not
    overlap, their margins do a little.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    n = len(m.names)
    label = fcluster(linkage(m.xy, "ward"), count, "maxclust") - 1 if count < n else np.arange(n)
    k = int(label.max()) + 1
    c = e.chances
    key = c.rows * k + label[c.zones]
    unique, at = np.unique(key, return_inverse=True)
    chance = np.minimum(np.bincount(at, c.chance), 1.0)
    chances = c._replace(rows=unique // k, zones=unique % k, chance=chance)
    people, hits, near = np.bincount(label, m.people, k), e.hits.copy(), e.near.copy()
    hits[:, 1], near[:, 1] = label[hits[:, 1]], label[near[:, 1]]
    joined = e._replace(chances=chances, hits=np.unique(hits, axis=0), near=np.unique(near, axis=0))
    nothing = np.full(k, nan)
    names = tuple(f"district {i + 1}" for i in range(k))
    return joined, ZoneMap(names, np.zeros((k, 2)), m.shapes[:0], nothing, people, nothing)


def events(zone: np.ndarray, time: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Event number of each warning: those within 60 s and 10 km of each other belong together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    order = np.argsort(time, kind="stable")
    t, p = time[order], xy[zone[order]]
    a, b = [], []
    for i in range(len(t)):
        last = np.searchsorted(t, t[i] + EVENT_S, side="right")
        near = np.flatnonzero(np.hypot(*(p[i + 1 : last] - p[i]).T) <= EVENT_M)
        a += [i] * len(near)
        b += (near + i + 1).tolist()
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(t), len(t)))
    label = np.empty(len(t), np.int64)
    label[order] = connected_components(graph, directed=False)[1]
    return label


# ---------------------------------------------------------------- all together


class Answer(NamedTuple):
    """A scenario's warnings: at its rule, over the threshold, with fewer and larger areas."""

    scenario: str
    rule: Rule
    figures: Figures
    trade_off: list[Figures]
    districts: list[Figures]
    zones: list[dict[str, Any]]


def study(
    scenario: Any,
    result: Any,
    areas: Sequence[Zone],
    p_min: float | None = None,
    districts: Sequence[int] = (),
) -> Answer:
    """Warnings of the traced replications of a result, pooled.

    Parameters
    ----------
    scenario : Scenario
        Its warning rule and its frame.
    result : Result
        With traced replications.
    areas : sequence of Zone
    p_min : float, optional
        Threshold instead of the rule's.
    districts : sequence of int
        Also with the zones joined into so many districts.
    """
    m = project(areas, scenario)
    rule = rule_of(scenario)
    rule = rule if p_min is None else rule._replace(p_min=p_min)
    grown, exact = raster(m.shapes, rule.margin), raster(m.shapes, 0.0)
    reps = result.manifest["traced"]
    e = pooled([evening(result, rep, m, grown, exact) for rep in reps])
    given = warn(e, rule, len(m.names))
    curve = [rule._replace(p_min=p) for p in THRESHOLDS]
    joined = []
    for count in districts:
        if count < len(m.names):
            fewer, map_of = merged(e, m, count)
            joined.append(figures(fewer, warn(fewer, rule, len(map_of.names)), map_of, rule))
    return Answer(
        scenario.name, rule, figures(e, given, m, rule),
        [figures(e, warn(e, r, len(m.names)), m, r) for r in curve], joined, by_zone(e, given, m),
    )  # fmt: skip


def rule_of(scenario: Any) -> Rule:
    """The rule of a scenario's [warning]."""
    row = scenario.warning.row()[0]
    return Rule(*(float(row[name]) for name in Rule._fields))


def pooled(evenings: Sequence[Evening]) -> Evening:
    """Replications one after the other on one clock, so far apart that nothing is held over."""
    gap = 1e7  # s: longer than any operation
    parts: list[Evening] = []
    rows = rockets = 0
    for k, e in enumerate(evenings):
        c, shift = e.chances, k * gap
        chances = c._replace(rows=c.rows + rows, time=c.time + shift, impact=c.impact + shift)
        moved = np.array([rockets, 0])
        parts.append(
            Evening(chances, e.launch + shift, e.fall + shift, e.hits + moved, e.near + moved)
        )
        rows, rockets = rows + len(c.time), rockets + len(e.launch)
    together = Chances(*(np.concatenate(v) for v in zip(*(p.chances for p in parts), strict=True)))
    rest = (np.concatenate(v) for v in zip(*(p[1:] for p in parts), strict=True))
    return Evening(together, *rest)
