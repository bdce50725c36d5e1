"""Recorded plots of made-up rockets with their truth: the public set of trials, by seed.

A rocket climbs under thrust along its velocity (or starts ballistic), then coasts in a wind; the
drag curve may be another one than the tracker's.  The radar measures at scan times; two bodies in
one resolution cell may give one merged plot; false plots are uniform over the coverage or lie low.

Nothing here aims at anything: launch points, directions and elevations are uniform.
"""

from math import cos, pi, radians, sin, sqrt
from typing import Any, NamedTuple

import numpy as np

from opendome import tables
from opendome._jit import allocating_kernel
from opendome.kernels.ballistics import DRAG_CELLS, MACH2_TOP, acceleration, drag_table
from opendome.kernels.earth import height, surface_z
from opendome.kernels.nature import Nature
from opendome.tracking import radars
from opendome.tracking.plots import place
from opendome.tracking.radars import Sensors

#: Standard drag functions of the US Ballistics Research Laboratory as small-arms tables print them
#: (flat-based G1, boat-tailed G7): Mach number and drag coefficient, a selection.
G1 = (
    (0.0, 0.2629), (0.5, 0.2032), (0.7, 0.2165), (0.8, 0.2546), (0.9, 0.3415), (0.95, 0.4084),
    (1.0, 0.4805), (1.05, 0.5427), (1.1, 0.5883), (1.2, 0.6393), (1.3, 0.6589), (1.4, 0.6625),
    (1.5, 0.6573), (1.7, 0.6347), (2.0, 0.5934), (2.5, 0.5397), (3.0, 0.5133), (3.5, 0.5040),
    (4.0, 0.5006), (5.0, 0.4988),
)  # fmt: skip
G7 = (
    (0.0, 0.1198), (0.5, 0.1194), (0.7, 0.1202), (0.8, 0.1242), (0.9, 0.1464), (0.95, 0.2054),
    (1.0, 0.3803), (1.05, 0.4043), (1.1, 0.4014), (1.2, 0.3884), (1.3, 0.3732), (1.4, 0.3580),
    (1.5, 0.3440), (1.7, 0.3209), (2.0, 0.2980), (2.5, 0.2697), (3.0, 0.2424), (3.5, 0.2154),
    (4.0, 0.1935), (5.0, 0.1618),
)  # fmt: skip
DRAG = ("common", "G1", "G7")
STEP = 0.02  # s, of the truth
RANGES = ((15e3, 539.0), (40e3, 1111.0), (70e3, 1558.0))  # m, m/s: of the matched trials


class Rockets(NamedTuple):
    """Made-up rockets: arrays of one value each."""

    t: np.ndarray  # s, launch
    x: np.ndarray  # m
    y: np.ndarray  # m
    azimuth: np.ndarray  # rad
    elevation: np.ndarray  # rad
    speed: np.ndarray  # m/s, that a burn without drag gives
    burn: np.ndarray  # s; 0: starts ballistic
    beta: np.ndarray  # kg/m^2
    drag: np.ndarray  # row of DRAG
    wind: np.ndarray  # (n, 2) m/s, blowing east and north


class Trial(NamedTuple):
    """Plots and their truth."""

    sensors: Sensors
    plots: np.ndarray  # PLOTS, in order of time
    source: np.ndarray  # rocket of each plot; -1: false
    time: np.ndarray  # (scans,) s
    states: np.ndarray  # (rockets, scans, 6) m, m/s; nan when not in flight
    seen: np.ndarray  # (rockets, scans) bool: in the radar's coverage
    impact: np.ndarray  # (rockets, 3): s, m, m
    launch: np.ndarray  # (rockets, 2): m, m
    burnt: np.ndarray  # (rockets,) s, time of burn-out


def curve(name: str) -> np.ndarray:
    """A drag curve as the flight kernels read it, scaled to the common curve's mean."""
    common = drag_table()
    mach = np.sqrt(np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1))
    if name == "common":
        return common
    table = np.array(G1 if name == "G1" else G7)
    other = np.interp(mach, table[:, 0], table[:, 1]) * mach
    low = mach < 3.0
    return other * (common[low].sum() / other[low].sum())


@allocating_kernel
def fly(s, t, until, burn, thrust, beta, drag, nature, times, out):
    """Fly one rocket in steps of STEP from launch to the ground; states at `times` into out.

    Returns impact time, x, y.
    """
    k = 0
    while k < len(times) and times[k] < t:
        k += 1
    y = s.copy()
    a = np.zeros((4, 6))
    while t < until:
        while k < len(times) and times[k] <= t + 1e-9:
            out[k] = s
            k += 1
        h = STEP if k >= len(times) else min(STEP, times[k] - t)
        h = min(h, burn - t) if t < burn - 1e-9 else h
        for c in range(4):
            w = 0.0 if c == 0 else (h if c == 3 else 0.5 * h)
            for i in range(6):
                y[i] = s[i] + (w * a[c - 1, i] if c > 0 else 0.0)
            ax, ay, az = acceleration(y[0], y[1], y[2], y[3], y[4], y[5], beta, drag, nature)
            if t < burn - 1e-9:
                v = sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
                ax, ay, az = ax + thrust * y[3] / v, ay + thrust * y[4] / v, az + thrust * y[5] / v
            a[c, 0], a[c, 1], a[c, 2], a[c, 3], a[c, 4], a[c, 5] = y[3], y[4], y[5], ax, ay, az
        high = height(s[0], s[1], s[2], nature.earth)
        for i in range(6):
            y[i] = s[i] + h / 6.0 * (a[0, i] + 2.0 * (a[1, i] + a[2, i]) + a[3, i])
        low = height(y[0], y[1], y[2], nature.earth)
        if low < 0.0 and y[5] < 0.0:
            f = high / (high - low)
            return t + f * h, s[0] + f * (y[0] - s[0]), s[1] + f * (y[1] - s[1])
        s[:] = y
        t += h
    return np.nan, np.nan, np.nan


RAIL = 30.0  # m/s, speed at the end of the rail


def fly_all(
    r: Rockets, times: np.ndarray, nature: Nature, common: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """States (rockets, times, 6) and impacts (rockets, 3); `common` replaces the common curve."""
    curves = [curve(name) for name in DRAG]
    curves[0] = curves[0] if common is None else common
    states = np.full((len(r.t), len(times), 6), np.nan)
    impact = np.empty((len(r.t), 3))
    windy = nature._replace(air=nature.air.copy())
    for i in range(len(r.t)):
        windy.air[:, 2:] = r.wind[i]
        burning = r.burn[i] > 0.0
        v = RAIL if burning else r.speed[i]
        thrust = (r.speed[i] - RAIL) / r.burn[i] if burning else 0.0
        c, up = v * cos(r.elevation[i]), v * sin(r.elevation[i])
        z = surface_z(r.x[i], r.y[i], 0.0, nature.earth)
        s = np.array([r.x[i], r.y[i], z, c * sin(r.azimuth[i]), c * cos(r.azimuth[i]), up])
        impact[i] = fly(
            s, r.t[i], r.t[i] + 400.0, r.t[i] + r.burn[i], thrust, r.beta[i],
            curves[r.drag[i]], windy, times, states[i],
        )  # fmt: skip
    return states, impact


def radar(**changes: Any) -> dict[str, Any]:
    """The radar of the trials, as a RADAR.toml would say it: 10 m, 1 mrad, horizon 0.5 deg."""
    given = {
        "sigma_r0_m": 10.0, "sigma_a0_rad": 1e-3, "sector_deg": 360.0, "range_max_km": 120.0,
        "el_min_deg": 0.5, "clutter_plots": 5.0, "sigma_v0_mps": 2.0,
        "sigma_bias_r_m": 0.0, "sigma_bias_a_rad": 0.0,
    }  # fmt: skip
    return {"radar": [given | changes]}


def observe(
    r: Rockets,
    sensors: Sensors,
    rng: np.random.Generator,
    *,
    p_detect: float = 0.9,
    rate: bool = False,
    false_plots: float = 5.0,
    low: bool = False,
    merge: bool = False,
    bias: float = 0.0,
    common: np.ndarray | None = None,
) -> Trial:
    """Fly rockets and measure them.

    Parameters
    ----------
    p_detect : float
        Probability of a plot a body and scan.
    rate : bool
        The radar measures range rates.
    false_plots : float
        Mean number of false plots a scan; `low`: below 1.5 degrees, instead of uniform in height.
    merge : bool
        Bodies within one resolution cell (30 m of range, 2 degrees) give one plot at their mean.
    bias : float, rad
        Standard deviation of the azimuth and elevation bias of the radar, one draw a rocket.
    """
    row, period = sensors.radars[0], sensors.period
    first = float(np.floor(r.t.min())) + rng.uniform(0.0, 1.0)
    times = first + period * np.arange(int((r.t.max() - first + 330.0) / period))
    states, impact = fly_all(r, times, sensors.nature, common)
    times, states = times[: (n := _end(states))], states[:, :n]
    polar = _polar(states, row)
    seen = (polar[..., 2] >= row["el_min"]) & (polar[..., 0] <= row["range_max"])
    offset = bias * rng.normal(size=(len(r.t), 2))
    parts, sources = [], []
    for k, t in enumerate(times):
        hit = np.flatnonzero(seen[:, k] & (rng.uniform(size=len(r.t)) < p_detect))
        h = polar[hit, k]
        h[:, 1:3] += offset[hit]
        who = hit
        if merge:
            h, who = _merged(h, hit)
        h, who = _with_noise(h, who, row, rng), who
        fake = _false(rng.poisson(false_plots), row, rng, low)
        plots = tables.PLOTS.allocate(len(h) + len(fake))
        for c, name in enumerate(("range", "az", "el", "rate")):
            plots[name] = np.concatenate([h[:, c], fake[:, c]])
        plots["t"], plots["radar"], plots["used"], plots["snr"] = t, 0, 0, 100.0
        parts.append(plots)
        sources.append(np.concatenate([who, np.full(len(fake), -1)]))
    plots = np.concatenate(parts)
    plots["sigma_r"], plots["sigma_a"] = row["sigma_r0"], row["sigma_a0"]
    plots["sigma_rate"] = row["sigma_v0"]
    if not rate:
        plots["rate"] = plots["sigma_rate"] = np.nan
    place(plots, sensors.radars)
    return Trial(
        sensors, plots, np.concatenate(sources), times, states, seen, impact,
        np.stack([r.x, r.y], axis=1), r.t + r.burn,
    )  # fmt: skip


def _end(states: np.ndarray) -> int:
    """Number of scans up to three after the last body has come down."""
    flying = np.flatnonzero(np.isfinite(states[:, :, 0]).any(axis=0))
    return min(int(flying[-1]) + 4 if len(flying) else 0, states.shape[1])


def _polar(states: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Range, azimuth, elevation and range rate from the radar at the origin, (..., 4)."""
    x = states[..., :3] - np.array([row["x"], row["y"], row["z"]])
    r = np.linalg.norm(x, axis=-1)
    g = np.hypot(x[..., 0], x[..., 1])
    rate = (x * states[..., 3:]).sum(axis=-1) / r
    return np.stack([r, np.arctan2(x[..., 0], x[..., 1]), np.arctan2(x[..., 2], g), rate], axis=-1)


def _merged(h: np.ndarray, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One plot for bodies in one cell: the first keeps the name, the mean is measured."""
    order = np.argsort(h[:, 0])
    h, who = h[order], who[order]
    keep, out = [], []
    i = 0
    while i < len(h):
        j = i + 1
        while j < len(h) and h[j, 0] - h[i, 0] < 30.0 and _beside(h[i], h[j]):
            j += 1
        out.append(h[i:j].mean(axis=0))
        keep.append(who[i])
        i = j
    return np.array(out).reshape(-1, 4), np.array(keep, dtype=who.dtype)


def _beside(a: np.ndarray, b: np.ndarray) -> bool:
    turn = (a[1] - b[1] + pi) % (2.0 * pi) - pi
    return bool(abs(turn) < radians(2.0) and abs(a[2] - b[2]) < radians(2.0))


def _with_noise(
    h: np.ndarray, who: np.ndarray, row: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    g = rng.normal(size=(len(h), 4))
    wide = np.maximum(np.cos(h[:, 2]), 0.1)
    h = h.copy()
    h[:, 0] += row["sigma_r0"] * g[:, 0]
    h[:, 1] += row["sigma_a0"] / wide * g[:, 1]
    h[:, 2] += row["sigma_a0"] * g[:, 2]
    h[:, 3] += row["sigma_v0"] * g[:, 3]
    return h


def _false(n: int, row: np.ndarray, rng: np.random.Generator, low: bool) -> np.ndarray:
    u = rng.uniform(size=(n, 4))
    top = radians(1.0) if low else 0.12
    return np.stack(
        [
            row["range_min"] + u[:, 0] * (row["range_max"] - row["range_min"]),
            (2.0 * u[:, 1] - 1.0) * row["half_sector"],
            row["el_min"] + u[:, 2] * top,
            (2.0 * u[:, 3] - 1.0) * 1500.0,
        ],
        axis=1,
    )


# ---------------------------------------------------------------- the set


def independent(n: int, rng: np.random.Generator, span: float = 60.0) -> Rockets:
    """Rockets launched independently within `span` seconds, of 15 to 40 km range, ballistic."""
    angle, far = rng.uniform(0.0, 2.0 * pi, n), rng.uniform(8e3, 40e3, n)
    return Rockets(
        t=np.sort(rng.uniform(0.0, span, n)),
        x=far * np.sin(angle),
        y=far * np.cos(angle),
        azimuth=rng.uniform(0.0, 2.0 * pi, n),
        elevation=np.radians(rng.uniform(40.0, 60.0, n)),
        speed=rng.uniform(500.0, 1100.0, n),
        burn=np.zeros(n),
        beta=1e4 * np.exp(0.35 * rng.normal(size=n)),
        drag=np.zeros(n, np.int64),
        wind=np.zeros((n, 2)),
    )


def ripples(n: int, rng: np.random.Generator, size: int = 20, gap: float = 0.5) -> Rockets:
    """Ripples of `size` rockets, `gap` seconds apart on nearly the same path."""
    head = independent(-(-n // size), rng)
    row = np.arange(n) // size
    each = Rockets(*(np.asarray(column)[row] for column in head))
    spread = np.radians(0.3) * rng.normal(size=(2, n))
    return each._replace(
        t=each.t + gap * (np.arange(n) % size),
        azimuth=each.azimuth + spread[0],
        elevation=each.elevation + spread[1],
        speed=each.speed * (1.0 + 0.005 * rng.normal(size=n)),
        beta=each.beta * np.exp(0.03 * rng.normal(size=n)),
    )


def mismatched(n: int, rng: np.random.Generator) -> Rockets:
    """Independent rockets with a boost of 1 to 4 s, winds up to 15 m/s and any drag curve."""
    r = independent(n, rng)
    blow, whence = rng.uniform(0.0, 15.0, n), rng.uniform(0.0, 2.0 * pi, n)
    return r._replace(
        burn=rng.uniform(1.0, 4.0, n),
        drag=rng.integers(0, len(DRAG), n),
        wind=np.stack([blow * np.sin(whence), blow * np.cos(whence)], axis=1),
    )


def matched(n: int, speed: float, rng: np.random.Generator) -> Rockets:
    """The trial of the bound: one launch point and direction, only beta differs."""
    return Rockets(
        t=np.zeros(n),
        x=np.full(n, 5e3),
        y=np.full(n, 20e3),
        azimuth=np.full(n, radians(170.0)),
        elevation=np.full(n, radians(50.0)),
        speed=np.full(n, speed),
        burn=np.zeros(n),
        beta=1e4 * np.exp(0.35 * rng.normal(size=n)),
        drag=np.zeros(n, np.int64),
        wind=np.zeros((n, 2)),
    )


#: Name -> maker of rockets, and how they are measured.
SET: dict[str, tuple[Any, dict[str, Any]]] = {
    "20 independent": (lambda rng: independent(20, rng), {}),
    "100 independent": (lambda rng: independent(100, rng), {}),
    "300 independent": (lambda rng: independent(300, rng), {}),
    "1,000 independent": (lambda rng: independent(1000, rng), {"false_plots": 50.0}),
    "300 in ripples": (lambda rng: ripples(300, rng), {}),
    "300 in ripples, range rate": (lambda rng: ripples(300, rng), {"rate": True}),
    "300 in ripples, merged": (lambda rng: ripples(300, rng), {"rate": True, "merge": True}),
    "100 mismatched": (lambda rng: mismatched(100, rng), {"bias": 0.5e-3}),
}


def trial(name: str, seed: int, **changes: Any) -> Trial:
    """One trial of the public set."""
    make, how = SET[name]
    rng = np.random.default_rng([seed, list(SET).index(name)])
    how = how | changes
    sensors = radars.read(radar(clutter_plots=how.get("false_plots", 5.0)))
    return observe(make(rng), sensors, rng, **how)


def clutter(seconds: float, sensors: Sensors, rng: np.random.Generator, low: bool) -> Trial:
    """False plots alone, as many as the radar of `sensors` says."""
    row, times = sensors.radars[0], np.arange(0.0, seconds, sensors.period)
    counts = rng.poisson(row["clutter_plots"], len(times))
    fake = _false(int(counts.sum()), row, rng, low)
    plots = tables.PLOTS.allocate(len(fake))
    plots["t"] = np.repeat(times, counts)
    plots["range"], plots["az"], plots["el"] = fake[:, 0], fake[:, 1], fake[:, 2]
    plots["radar"], plots["used"], plots["snr"] = 0, 0, 100.0
    plots["sigma_r"], plots["sigma_a"] = row["sigma_r0"], row["sigma_a0"]
    place(plots, sensors.radars)
    nobody = np.empty((0, len(times)))
    return Trial(
        sensors, plots, np.full(len(plots), -1), times, np.empty((0, len(times), 6)),
        nobody.astype(bool), np.empty((0, 3)), np.empty((0, 2)), np.empty(0),
    )  # fmt: skip
