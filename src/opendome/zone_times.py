"""Simulated time from warning to impact, zone by zone, against the published seconds.

Published times are what people are told; nobody publishes flight times.  So every zone is made a
place and gets the same number of single rockets, of every class that reaches it, far apart in time:
what is compared is physics and warning, not who is fired at.
"""

from collections.abc import Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np

from opendome import montecarlo, scenario, warned, zone_map
from opendome.posterior import PARAMETERS
from opendome.results import collect
from opendome.zones import Zone

PATTERN = "may-2021"
RADIUS_KM = 1.0  # of the disc in a zone that is aimed at
DISPERSION = 0.01  # of range: small, so that a rocket falls where it is sent
EACH = 4  # rockets for each zone
CLASSES = ("improvised-short", "grad-122", "grad-122-extended", "medium", "long")


class Times(NamedTuple):
    """Zones that were hit, or within the margin: published seconds, simulated lead times."""

    names: tuple[str, ...]
    published: np.ndarray  # s
    lead: np.ndarray  # s, median
    hits: np.ndarray
    distance: np.ndarray  # m, from the launch area
    unhit: int  # zones without a hit


class Agreement(NamedTuple):
    """How simulated and published times agree."""

    zones: int
    unhit: int
    tau: float  # Kendall's tau-b
    at_or_above: float  # share of zones with a median lead of at least the published time
    residual: dict[float, tuple[int, float, float, float]]  # by published s: zones, 5, 50, 95 %


def scenario_of(zones: Sequence[Zone], each: int = EACH) -> scenario.Scenario:
    """The pattern with zones for places and single rockets at each."""
    base = scenario.load(PATTERN)
    places = [
        {
            "name": f"zone {i}", "lat_deg": z.lat_deg, "lon_deg": z.lon_deg,
            "radius_km": RADIUS_KM, "population": 1000,
        }
        for i, z in enumerate(zones)
    ]  # fmt: skip
    changes: dict[str, Any] = {
        "place": places, "places.range_km": 0.0, "battery": [], "published": [],
        "calibration.keep": list(PARAMETERS),
        "threat.barrage": [], "threat.hourly": "", "threat.misfire_share": 0.0,
        "threat.raid_size_max": 1, "threat.ring_distance_km": [], "threat.ring_weight": [],
        "threat.class": [
            {
                "name": c, "share": 1.0 / len(CLASSES),
                "dispersion_range": DISPERSION, "dispersion_cross": DISPERSION,
            }
            for c in CLASSES
        ],
        "threat.interval": [{"until": base.clock.end, "launched": each * len(zones)}],
    }  # fmt: skip
    return scenario.parse(base.text, base.name, changes=changes)


def simulate(zones: Sequence[Zone], each: int = EACH, seed: int = 1, workers: int = 1) -> Times:
    """Lead time of every zone.

    Parameters
    ----------
    zones : sequence of Zone
        With published seconds.
    each : int
        Rockets for each zone, on average.
    seed, workers : int
    """
    s = scenario_of(zones, each)
    done = montecarlo.run(s, 1, seed, workers, trace=(0,))
    result = collect(s, done, "opendome.zone_times")
    m = zone_map.project(zones, s)
    rule = warned.rule_of(s)
    grown, exact = zone_map.raster(m.shapes, rule.margin), zone_map.raster(m.shapes, 0.0)
    e = warned.evening(result, 0, m, grown, exact)
    e = e._replace(hits=e.near)  # many outlines are smaller than the error of a rocket
    w = warned.warn(e, rule, len(m.names))
    lead = np.full(len(zones), nan)
    hits = np.bincount(e.hits[:, 1], minlength=len(zones))
    for z in np.flatnonzero(hits):
        # A rocket without a warning gave no time at all.
        lead[z] = np.median(np.nan_to_num(w.lead[e.hits[:, 1] == z]))
    kept = np.isfinite(lead) & np.isfinite(m.seconds)
    return Times(
        tuple(np.array(m.names)[kept]), m.seconds[kept], lead[kept], hits[kept], m.distance[kept],
        int(np.count_nonzero(~kept)),
    )  # fmt: skip


def agreement(t: Times) -> Agreement:
    """Rank correlation, share at or above, residuals by published time."""
    from scipy.stats import kendalltau

    residual = {}
    for seconds in np.unique(t.published):
        r = (t.lead - t.published)[t.published == seconds]
        low, middle, high = (float(v) for v in np.quantile(r, [0.05, 0.5, 0.95]))
        residual[float(seconds)] = (len(r), low, middle, high)
    return Agreement(
        len(t.published), t.unhit, float(kendalltau(t.published, t.lead).statistic),
        float(np.mean(t.lead >= t.published)), residual,
    )  # fmt: skip
