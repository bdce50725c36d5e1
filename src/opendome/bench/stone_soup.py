"""Stone Soup's multi-target tracker on the plots of a trial: the peer of `bench tracking`.

The tracker's own motion (drag curve, air and earth; seven states), gated global nearest neighbour
by exact assignment, initiation from three plots, deletion after five scans without one, little
process noise.  Two filters: the extended one, and the unscented one, which is dearer and the better
of the two where it holds out.  Imported only where Stone Soup is there.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from stonesoup.base import Property
from stonesoup.buffered_generator import BufferedGenerator
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.base import GaussianModel, TimeVariantModel
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor, UnscentedKalmanPredictor
from stonesoup.reader.base import DetectionReader
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.array import CovarianceMatrix, StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater, UnscentedKalmanUpdater

from opendome import tables
from opendome.kernels import motion
from opendome.kernels.ballistics import drag_table
from opendome.tracking.recorded import scans
from opendome.tracking.trials import Trial

START = datetime(2021, 5, 10)
VELOCITY_SIGMA, LN_BETA_SIGMA = 700.0, 0.35  # m/s, 1: the priors of the trials
NOISE = 0.1  # m/s^2 s^1/2
#: Name of a filter -> predictor and updater.
FILTERS: dict[str, tuple[Any, Any]] = {
    "extended": (ExtendedKalmanPredictor, ExtendedKalmanUpdater),
    "unscented": (UnscentedKalmanPredictor, UnscentedKalmanUpdater),
}


class Ballistic(TransitionModel, GaussianModel, TimeVariantModel):
    """The tracker's motion without wind, state x y z vx vy vz ln(beta)."""

    nature: Any = Property(doc="air and earth, of kernels/nature.py")

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self.curve = drag_table()

    @property
    def ndim_state(self) -> int:
        return 7

    def function(self, state: Any, noise: bool = False, **more: Any) -> Any:
        dt = more["time_interval"].total_seconds()
        columns = np.asarray(state.state_vector, float).reshape(7, -1)
        out, s = np.empty_like(columns), np.zeros(motion.SIZE)
        for j, m in enumerate(columns.T):
            motion.load_bundle(s, np.r_[m, np.zeros(4)])
            motion.advance(s, dt, self.curve, self.nature)
            out[:, j] = np.r_[s[: motion.STATE : motion.W], m[6]]
        return StateVector(out) if out.shape[1] == 1 else StateVectors(out)

    def covar(self, **more: Any) -> CovarianceMatrix:
        dt = more["time_interval"].total_seconds()
        q = np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]]) * NOISE**2
        out = np.zeros((7, 7))
        out[:6, :6] = np.kron(q, np.eye(3))
        return CovarianceMatrix(out + 1e-9 * np.eye(7))


class Scans(DetectionReader):
    """The plots of a trial, scan by scan."""

    trial: Trial = Property(doc="trial")

    @BufferedGenerator.generator_method
    def detections_gen(self) -> Iterator[Any]:
        plots, row = self.trial.plots, self.trial.sensors.radars[0]
        for t, first, last in scans(plots["t"], self.trial.sensors.period):
            when = START + timedelta(seconds=t)
            yield when, {_detection(p, row, when) for p in plots[first:last]}


def _detection(plot: Any, row: Any, when: datetime) -> Detection:
    wide = max(np.cos(plot["el"]), 0.1)
    sigma = np.array([plot["sigma_a"], plot["sigma_a"] / wide, plot["sigma_r"]])
    model = CartesianToElevationBearingRange(
        ndim_state=7, mapping=(0, 1, 2), noise_covar=np.diag(sigma**2),
        translation_offset=StateVector([row["x"], row["y"], row["z"]]),
    )  # fmt: skip
    # Stone Soup counts bearings from east, against the clock.
    at = StateVector([plot["el"], np.pi / 2.0 - plot["az"], plot["range"]])
    return Detection(at, timestamp=when, measurement_model=model)


def track(trial: Trial, kind: str) -> tuple[np.ndarray, float]:
    """Rows like RECORDED_TRACKS (state only), and the CPU seconds of tracking.

    kind : str
        One of FILTERS.
    """
    predict, update = FILTERS[kind]
    predictor = predict(Ballistic(nature=trial.sensors.nature))
    updater = update(None)
    near = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=4)
    spread = np.r_[np.zeros(3), np.full(3, VELOCITY_SIGMA), LN_BETA_SIGMA] ** 2
    prior = GaussianState(np.r_[np.zeros(6), np.log(1e4)], np.diag(spread), timestamp=START)
    new = MultiMeasurementInitiator(
        prior, UpdateTimeStepsDeleter(2), GNNWith2DAssignment(near), updater, min_points=3
    )
    tracker = MultiTargetTracker(
        new, UpdateTimeStepsDeleter(5), Scans(trial), GNNWith2DAssignment(near), updater
    )
    number: dict[Any, int] = {}
    found, began = [], time.process_time()
    for when, tracks in tracker:
        for one in tracks:
            k = number.setdefault(one.id, len(number))
            found.append(((when - START).total_seconds(), k, *np.ravel(one.state_vector)[:6]))
    cpu = time.process_time() - began
    rows = tables.RECORDED_TRACKS.allocate(len(found))
    names = ("time_s", "track", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
    for i, name in enumerate(names):
        rows[name] = [r[i] for r in found]
    return rows, cpu
