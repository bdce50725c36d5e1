"""Error over bound: how near the tracker comes to the Cramer-Rao bound, by number of plots.

Rockets of one trial fly one after the other, each with 300 s of its own, so that the whole tracker
works and no association goes wrong.  Ratios are of root mean squares over the rockets.
"""

from typing import Any, NamedTuple

import numpy as np

from opendome.kernels import motion
from opendome.kernels.ballistics import DRAG_CELLS, MACH2_TOP
from opendome.tracking import radars, trials
from opendome.tracking.bounds import Bound, bound
from opendome.tracking.recorded import Tracker, most_plots
from opendome.tracking.trials import DRAG, Rockets, Trial

PLOTS = (4, 6, 10, 15, 20, 30, 40)  # numbers of plots that are looked at
APART = 300.0  # s between two launches
ANGLE_BIAS = 0.5e-3  # rad
#: A drag coefficient that does not depend on Mach number, as in the matched trials.
CONSTANT = np.sqrt(np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1))


class Efficiency(NamedTuple):
    """Of one number of plots."""

    plots: int
    impact: float  # RMSE over bound
    launch: float
    inside: float  # share of impacts inside their 95 % ellipse
    launch_inside: float
    nees: float  # of position and velocity, over 6
    error: float  # m, RMSE of the impact point
    bound: float  # m


def matched(
    speed: float, n: int, seed: int, *, rate: bool, plots: tuple[int, ...] = PLOTS
) -> list[Efficiency]:
    """The tracker that knows drag law and wind: launch speeds of `trials.RANGES`."""
    rng = np.random.default_rng(seed)
    r = trials.matched(n, speed, rng)
    sensors = _sensors(
        beta_kgpm2=1e4, sigma_ln_beta=0.35, sigma_tilt=0.0, sigma_rise=0.0, sigma_wind_mps=0.0
    )
    return _measured(r, sensors, rng, rate, CONSTANT, plots)


def unmatched(
    speed: float, n: int, seed: int, *, rate: bool, plots: tuple[int, ...] = PLOTS
) -> list[Efficiency]:
    """Unknown drag curve, winds up to 15 m/s, boost of 1 to 4 s, angle bias of 0.5 mrad.

    The bound has them as constants with the tracker's priors; it begins with the first plot after
    burn-out.
    """
    rng = np.random.default_rng(seed)
    r = trials.mismatched(n, rng)
    same = trials.matched(n, speed, rng)
    r = r._replace(
        x=same.x, y=same.y, azimuth=same.azimuth, elevation=same.elevation, speed=same.speed
    )
    sensors = _sensors(
        beta_kgpm2=1e4,
        sigma_ln_beta=0.5,
        sigma_tilt=0.55,
        sigma_rise=0.2,
        sigma_wind_mps=6.0,
        sigma_bias_angle_rad=ANGLE_BIAS,
    )
    return _measured(r, sensors, rng, rate, None, plots)


def _sensors(**tracker: Any) -> radars.Sensors:
    given = {"model": "gnn_ekf", "sigma_max_m": 1e5} | tracker
    return radars.read(trials.radar(clutter_plots=0.0) | {"tracker": given})


def _measured(
    r: Rockets,
    sensors: radars.Sensors,
    rng: np.random.Generator,
    rate: bool,
    drag: np.ndarray | None,
    plots: tuple[int, ...],
) -> list[Efficiency]:
    r = r._replace(t=APART * np.arange(len(r.t)))
    bias = float(sensors.tracker[0]["sigma_bias_angle"])
    trial = trials.observe(
        r, sensors, rng, p_detect=1.0, rate=rate, false_plots=0.0, bias=bias, common=drag
    )
    rows = Tracker(sensors, most_plots(trial.plots, sensors.period), drag).run(trial.plots)
    bounds = [_bound(i, r, trial, rate, drag) for i in range(len(r.t))]
    found = [_at(n, rows, trial, bounds, sensors.period) for n in plots]
    return [one for one in found if one is not None]


def shape(name: str) -> tuple[float, float, float]:
    """Logarithmic offset, tilt and rise that bring the common curve next to another one."""
    mach2 = np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1)
    use = (mach2 > 0.16) & (mach2 < 20.0)
    ratio = np.log(trials.curve(name)[use] / trials.curve("common")[use])
    basis = [[1.0, motion.tilt(m2), motion.rise(m2)] for m2 in mach2[use]]
    a, b, d = np.linalg.lstsq(np.array(basis), ratio)[0]
    return float(a), float(b), float(d)


def _coasting(i: int, trial: Trial) -> np.ndarray:
    """Times of a rocket's plots after burn-out."""
    t = trial.plots["t"][trial.source == i]
    return t[t > trial.burnt[i]]


def _bound(i: int, r: Rockets, trial: Trial, rate: bool, drag: np.ndarray | None) -> Bound:
    times = _coasting(i, trial)[: PLOTS[-1]]
    state = trial.states[i, np.searchsorted(trial.time, times[0])]
    offset, tilt, rise = shape(DRAG[r.drag[i]]) if drag is None else (0.0, 0.0, 0.0)
    theta = np.r_[state, np.log(r.beta[i]) - offset, tilt, rise, r.wind[i]]
    return bound(theta, times, trial.sensors, rate=rate, drag=drag)


def _at(
    n: int, rows: np.ndarray, trial: Trial, bounds: list[Bound], period: float
) -> Efficiency | None:
    """Errors over bounds after the n-th plot of the coast; None if a tenth have no estimate."""
    at = np.full(len(bounds), np.nan)
    for i, b in enumerate(bounds):
        at[i] = _coasting(i, trial)[n - 1] if len(b.impact) >= n else np.nan
    k = np.searchsorted(rows["time_s"], at - 0.25 * period)
    k = np.minimum(k, len(rows) - 1)
    good = (np.abs(rows["time_s"][k] - at) < 0.25 * period) & np.isfinite(rows["impact_x_m"][k])
    if good.mean() < 0.9:
        return None
    which = np.flatnonzero(good)
    row, limit = rows[k[good]], [bounds[i] for i in which]
    impact = trial.impact[which, 1:] - np.stack([row["impact_x_m"], row["impact_y_m"]], axis=1)
    launch = trial.launch[which] - np.stack([row["launch_x_m"], row["launch_y_m"]], axis=1)
    state = trial.states[which, np.searchsorted(trial.time, at[good] - 1e-6)]
    return Efficiency(
        plots=n,
        impact=_rms(impact) / _rms([b.impact[n - 1] for b in limit]),
        launch=_rms(launch) / _rms([b.launch[n - 1] for b in limit]),
        inside=_inside(impact, row, "impact"),
        launch_inside=_inside(launch, row, "launch"),
        nees=_nees(state, row),
        error=_rms(impact),
        bound=_rms([b.impact[n - 1] for b in limit]),
    )


def _rms(errors: Any) -> float:
    """Root of the mean over runs of the squared length."""
    e = np.asarray(errors, float).reshape(len(errors), -1)
    return float(np.sqrt((e**2).sum(axis=1).mean()))


def _inside(d: np.ndarray, row: np.ndarray, what: str) -> float:
    xx, xy, yy = (row[f"{what}_cov_{c}"] for c in ("xx", "xy", "yy"))
    d2 = (yy * d[:, 0] ** 2 - 2.0 * xy * d[:, 0] * d[:, 1] + xx * d[:, 1] ** 2) / (xx * yy - xy**2)
    return float(np.mean(d2 < 5.991))  # chi-square of two degrees of freedom, 95 %


def _nees(state: np.ndarray, row: np.ndarray) -> float:
    from opendome.tracking.metrics import covariance, position, velocity

    e = state - np.hstack([position(row), velocity(row)])
    return float(
        np.mean([x @ np.linalg.solve(C, x) for x, C in zip(e, covariance(row), strict=True)]) / 6
    )
