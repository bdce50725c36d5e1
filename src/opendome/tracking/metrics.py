"""Metrics of tracks against truth: GOSPA, SIAP, consistency, swaps, latency, impact error.

Truth is an array of states (bodies, scans, 6), m and m/s, nan where a body is not to be tracked;
tracks are rows of RECORDED_TRACKS.  Sources:

- GOSPA: Rahmathullah, Garcia-Fernandez, Svensson, "Generalized optimal sub-pattern assignment
  metric", FUSION 2017, with alpha = 2.
- SIAP: Votruba, Nisley, Rothrock, Zombro, "Single Integrated Air Picture (SIAP) metrics
  implementation" (2001).
- NEES, NIS: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation
  (2001), 5.4.

GOSPA and SIAP are compared with Stone Soup's code (tests/oracle/test_metrics.py).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

CHI2_2_95 = 5.991  # chi-square of two degrees of freedom, 95 %


class Gospa(NamedTuple):
    """GOSPA and its parts, each to the power p; `distance` is the root of their sum."""

    distance: float
    localisation: float
    missed: float
    false: float


class Siap(NamedTuple):
    """Single integrated air picture, over all scans."""

    completeness: float  # bodies with a track, of bodies
    ambiguity: float  # tracks a tracked body
    spuriousness: float  # tracks of nothing, of tracks
    position: float  # m, mean distance
    velocity: float  # m/s, mean distance
    identity: float  # rows of a track on the body that it is on most, of its rows on a body


class Continuity(NamedTuple):
    """How tracks keep to bodies."""

    tracks: float  # tracks a body that had one
    swaps: float  # changes of a track from one body to another, a body
    false: int  # tracks that never took a plot of a body
    latency: float  # s, median from the first plot to the first row


def gospa(truth: np.ndarray, estimate: np.ndarray, c: float = 500.0, p: float = 2.0) -> Gospa:
    """GOSPA of two sets of points.

    Parameters
    ----------
    truth : ndarray (n, d)
    estimate : ndarray (m, d)
    c : float
        Distance beyond which a pair is no pair.
    p : float
        Order.
    """
    n, m = len(truth), len(estimate)
    near, pairs = 0.0, 0
    if n and m:
        cost = np.minimum(cdist(truth, estimate), c) ** p
        rows, cols = linear_sum_assignment(cost)
        taken = cost[rows, cols] < c**p
        near, pairs = float(cost[rows, cols][taken].sum()), int(taken.sum())
    half = 0.5 * c**p
    missed, false = half * (n - pairs), half * (m - pairs)
    return Gospa((near + missed + false) ** (1.0 / p), near, missed, false)


def position(rows: np.ndarray) -> np.ndarray:
    """(n, 3), m."""
    return np.stack([rows[c] for c in ("x_m", "y_m", "z_m")], axis=1)


def velocity(rows: np.ndarray) -> np.ndarray:
    """(n, 3), m/s."""
    return np.stack([rows[c] for c in ("vx_mps", "vy_mps", "vz_mps")], axis=1)


def covariance(rows: np.ndarray) -> np.ndarray:
    """(n, 6, 6): covariance of position and velocity."""
    a, b = np.triu_indices(6)
    out = np.empty((len(rows), 6, 6))
    out[:, a, b] = rows["cov"]
    out[:, b, a] = rows["cov"]
    return out


def scan_of(rows: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Number of the scan of each row: the nearest in time."""
    k = np.clip(np.searchsorted(time, rows["time_s"]), 1, len(time) - 1)
    return np.where(rows["time_s"] - time[k - 1] < time[k] - rows["time_s"], k - 1, k)


def nearest(
    rows: np.ndarray, time: np.ndarray, states: np.ndarray, within: float = 500.0
) -> np.ndarray:
    """Body nearest to each row at its scan, -1 if none is within so many metres."""
    body = np.full(len(rows), -1)
    scan, at = scan_of(rows, time), position(rows)
    for k in np.unique(scan):
        here = np.flatnonzero(scan == k)
        flying = np.flatnonzero(np.isfinite(states[:, k, 0]))
        if len(flying):
            d = cdist(at[here], states[flying, k, :3])
            best = d.argmin(axis=1)
            body[here] = np.where(d.min(axis=1) < within, flying[best], -1)
    return body


def siap(
    rows: np.ndarray, body: np.ndarray, time: np.ndarray, states: np.ndarray, due: np.ndarray
) -> Siap:
    """SIAP of rows that stand for bodies (`nearest`); `due` (bodies, scans) are to be tracked."""
    on = body >= 0
    scan = scan_of(rows, time)
    held = np.zeros(due.shape, bool)
    held[body[on], scan[on]] = True
    flying = np.isfinite(states[..., 0])
    count = int((held & flying).sum())
    truth = states[body[on], scan[on]]
    d = np.linalg.norm(position(rows)[on] - truth[:, :3], axis=1)
    dv = np.linalg.norm(velocity(rows)[on] - truth[:, 3:], axis=1)
    return Siap(
        completeness=float((held & due).sum() / max(due.sum(), 1)),
        ambiguity=float(on.sum() / max(count, 1)),
        spuriousness=float((~on).sum() / max(len(rows), 1)),
        position=float(d.mean()) if on.any() else np.nan,
        velocity=float(dv.mean()) if on.any() else np.nan,
        identity=_identity(rows["track"][on], body[on]),
    )


def _identity(track: np.ndarray, body: np.ndarray) -> float:
    """Share of rows that are on the body that their track is on most."""
    if not len(track):
        return float("nan")
    _, number = np.unique(track, return_inverse=True)
    counts = np.zeros((number.max() + 1, body.max() + 1))
    np.add.at(counts, (number, body), 1.0)
    return float(counts.max(axis=1).sum() / counts.sum())


FALSE, IDLE = -1, -2  # a track of false plots, one that took no plot


def continuity(rows: np.ndarray, source: np.ndarray, plots: np.ndarray, bodies: int) -> Continuity:
    """Tracks a body, swaps, false tracks and latency, by the true source of each plot taken.

    A track is the body's that most of its plots are of, false if all are false plots, and one too
    many if it took none after its confirmation.

    Parameters
    ----------
    rows : ndarray of RECORDED_TRACKS
    source : int array
        Body of each plot, -1 for a false one.
    plots : ndarray of PLOTS
    bodies : int
        Number of bodies.
    """
    swaps, of_track = 0, []
    first_row: dict[int, float] = {}
    order = np.argsort(rows["track"], kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(rows["track"][order])) + 1):
        took = rows["plot"][part]
        any_plot = source[took[took >= 0]]
        who = any_plot[any_plot >= 0]
        swaps += int(np.count_nonzero(np.diff(who)))
        nobody = FALSE if len(any_plot) else IDLE
        of_track.append(np.bincount(who).argmax() if len(who) else nobody)
        if len(who):
            first_row.setdefault(int(of_track[-1]), rows["time_s"][part[0]])
    held = np.array(of_track)
    kept = np.unique(held[held >= 0])
    real = source >= 0
    seen, at = np.unique(source[real], return_index=True)
    first_plot = dict(zip(seen.tolist(), plots["t"][real][at], strict=True))
    late = [t - first_plot[b] for b, t in first_row.items()]
    return Continuity(
        tracks=float((held != FALSE).sum() / max(len(kept), 1)),
        swaps=swaps / max(bodies, 1),
        false=int((held == FALSE).sum()),
        latency=float(np.median(late)) if late else float("nan"),
    )


def nees(rows: np.ndarray, body: np.ndarray, time: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Normalised estimation error squared of position and velocity of rows on a body."""
    on = body >= 0
    error = states[body[on], scan_of(rows, time)[on]]
    error = error - np.hstack([position(rows)[on], velocity(rows)[on]])
    return np.einsum(
        "ni,ni->n", error, np.linalg.solve(covariance(rows)[on], error[..., None])[..., 0]
    )


def impact_errors(
    rows: np.ndarray, body: np.ndarray, impact: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of rows with a known impact: time to impact (s), miss (m), and the miss in the ellipse's
    metric, squared (chi-square of two degrees of freedom).

    Parameters
    ----------
    impact : ndarray (bodies, 3)
        True time, x and y of the impacts.
    """
    use = (body >= 0) & np.isfinite(rows["impact_x_m"])
    r, truth = rows[use], impact[body[use]]
    dx, dy = r["impact_x_m"] - truth[:, 1], r["impact_y_m"] - truth[:, 2]
    xx, xy, yy = (r[f"impact_cov_{c}"] for c in ("xx", "xy", "yy"))
    d2 = (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy)
    return truth[:, 0] - r["time_s"], np.hypot(dx, dy), d2


class ImpactAhead(NamedTuple):
    """Error of predicted impacts in one interval of the time to impact."""

    start: float  # s before the impact
    end: float  # s
    rows: int
    median: float  # m
    ninety: float  # m, nine in ten are below
    inside: float  # share inside the 95 % ellipse


def impact_by_time(
    rows: np.ndarray, body: np.ndarray, impact: np.ndarray, edges: tuple[float, ...]
) -> list[ImpactAhead]:
    """Impact error against time to impact, an entry for each interval that has rows.

    Parameters
    ----------
    impact : ndarray (bodies, 3)
        True time, x and y of the impacts.
    edges : tuple of float, s
        Ascending; interval k is from edges[k] to edges[k + 1].
    """
    ahead, miss, d2 = impact_errors(rows, body, impact)
    found = []
    for start, end in pairwise(edges):
        use = (ahead >= start) & (ahead < end)
        if use.any():
            median, ninety = np.percentile(miss[use], [50, 90])
            inside = float(np.mean(d2[use] < CHI2_2_95))
            found.append(
                ImpactAhead(start, end, int(use.sum()), float(median), float(ninety), inside)
            )
    return found
