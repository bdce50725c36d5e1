"""Predicted impacts against the flight of rockets and against sampled flights.

The flight of rockets (kernels/flight.py) takes 1-s steps, keeps every node and is itself compared
with DOP853 in test_flight.py; a prediction takes a dozen steps in all.
"""

from math import log, radians

import numpy as np
import pytest

from opendome import settings, tables
from opendome.kernels import endpoints, estimator, intake, motion
from opendome.kernels.ballistics import position
from opendome.kernels.flight import fly_all
from opendome.kernels.impact import predict_impacts, predict_paths
from opendome.kernels.nature import standard
from opendome.kernels.window import RADAR
from opendome.rocket_classes import rocket_classes
from opendome.world import belief, estimation, scratch

NAMES = list(rocket_classes())
CLASSES = np.concatenate([c.row() for c in rocket_classes().values()]).view(
    type(settings.CLASSES.allocate(1))
)
NATURE = standard(31.5, len(CLASSES))  # the common drag curve, which predictions assume
BETA = CLASSES["m_burnout"] / (CLASSES["form"] * CLASSES["area"])


def predicted(sensed, t, m, P, sigma_max=1e5):
    """Predictions of confirmed tracks with these means and covariances."""
    n = len(m)
    clock = tables.CLOCK.allocate(1)
    clock["n_slots"], clock["n_predictions"] = n, 0
    fixed = sensed._replace(tracker=sensed.tracker.copy())
    fixed.tracker["sigma_max"] = sigma_max
    known = belief(fixed, n, 1, 1)
    known.tracks["status"], known.tracks["t"] = 2, t
    known.tracks["m"], known.tracks["P"], known.tracks["nuisance"] = m, P, 0.0
    for i in range(n):
        estimate(known.estimates[i : i + 1], known.tracks["t"][i], m[i], P, fixed)
    predict_impacts(clock[0], fixed, known, scratch(n, 1))
    known.predictions["threat"] = 1.0
    predict_paths(clock[0], fixed, known, scratch(n, 1))
    assert clock["n_predictions"][0] == n
    return known.predictions


def estimate(e, t, m, P, fixed):
    """The estimator's record of a coasting body with mean m (7,) and covariance P (7, 7) at t."""
    rules, k = fixed.tracker[0], estimation()
    sigma = rules["sigma_ln_beta"]
    e["q"], e["d"], e["C"] = 0.0, 0.0, 0.0
    e["q"][0, :6], e["q"][0, 6] = m[:6], (m[6] - log(rules["beta"])) / sigma
    whitened = np.r_[np.ones(6), sigma]
    e["C"][0, :7, :7] = P / np.outer(whitened, whitened)
    e["t"] = e["t0"] = t
    e["window"][0, 0, RADAR] = 0.0
    e["phase"], e["fits"], e["aimed"] = intake.COAST, 1, 0
    estimator.scales(rules, k.scale)
    estimator.raw(e[0], rules, k.scale, k.q)
    motion.load_bundle(k.s, k.q)
    e["s"][0] = k.s[: motion.STATE]
    endpoints.aim(e[0], rules, fixed.drag, fixed.nature, k)


def covariance(seed=0, scale=1.0):
    """A full covariance with the errors of a track in mid-flight: 15 m, 4 m/s, 0.08."""
    A = np.random.default_rng(seed).normal(size=(7, 12))
    C = A @ A.T
    d = np.sqrt(np.diag(C))
    sigma = scale * np.array([15.0, 15.0, 15.0, 4.0, 4.0, 4.0, 0.08])
    return C / np.outer(d, d) * np.outer(sigma, sigma)


def flown(sensed, row, elevation):
    rockets = tables.ROCKETS.allocate(1)
    for name, value in (("t_launch", 40.0), ("x0", 5e3), ("y0", -8e3), ("z0", -5.0)):
        rockets[name] = value
    rockets["cls"], rockets["azimuth"], rockets["burn"] = row, radians(50.0), 1.0
    rockets["elevation"] = elevation
    return rockets, fly_all(rockets, CLASSES, NATURE)


def states(sensed, rockets, nodes, fractions):
    """Times and true states at fractions of the coast."""
    row = int(rockets["cls"][0])
    burnt = rockets["t_launch"][0] + CLASSES["burn_time"][row]
    t = burnt + np.array(fractions) * (rockets["t_impact"][0] - burnt)
    m = [(*position(nodes, rockets[0], CLASSES[row], x), log(BETA[row])) for x in t]
    return t, np.array(m)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("elevation_deg", [20.0, 35.0, 45.0, 55.0])
def test_predict_impacts__agrees_with_the_flight(sensed, name, elevation_deg):
    row = NAMES.index(name)
    rockets, nodes = flown(sensed, row, radians(elevation_deg))
    reach = np.hypot(rockets["x_impact"][0] - 5e3, rockets["y_impact"][0] + 8e3)
    t, m = states(sensed, rockets, nodes, [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])
    p = predicted(sensed, t, m, covariance(scale=0.1))
    assert (p["known"] == 1).all()
    miss = np.hypot(p["x"] - rockets["x_impact"], p["y"] - rockets["y_impact"])
    # Measured: 1.7e-2 (rocket-107), 5e-4, 1.2e-4 and 4e-5 of the range; fast drag at the start of
    # the coast asks for steps that others do not.  Floor: the flight's own 1.5 m.
    share = np.array([0.025, 8e-4, 2e-4, 5e-5, 5e-5, 5e-5, 5e-5])
    assert (miss < 1.5 + share * reach).all(), miss
    # Measured after a tenth of the coast: 0.03 s up to 80 km, 0.18 s for very-long at 231 km.
    assert np.abs(p["t_impact"] - rockets["t_impact"])[1:].max() < 0.04 + 1e-6 * reach


def midflight(sensed, name="grad-122", fraction=0.4):
    row = NAMES.index(name)
    rockets, nodes = flown(sensed, row, radians(45.0))
    t, m = states(sensed, rockets, nodes, [fraction])
    return t[0], m[0]


@pytest.mark.parametrize(("name", "fraction"), [("grad-122", 0.4), ("medium", 0.6), ("long", 0.5)])
def test_predict_impacts__covariance_is_that_of_sampled_flights(sensed, name, fraction):
    t, m = midflight(sensed, name, fraction)
    P = covariance(4)
    n = 500
    samples = np.random.default_rng(1).multivariate_normal(m, P, size=n)
    flights = predicted(sensed, t, samples, P)
    want = np.cov(np.array([flights["x"], flights["y"], flights["t_impact"]]))
    p = predicted(sensed, t, m[None], P)[0]
    got = np.array([[p["sxx"], p["sxy"]], [p["sxy"], p["syy"]]])
    # Four standard errors of a sampled variance, 4 sqrt(2 / n) = 25 %; the linear map's own error
    # is smaller than that.
    sigma = np.sqrt(np.diag(want))
    assert np.abs((got - want[:2, :2]) / np.outer(sigma[:2], sigma[:2])).max() < 0.25
    assert p["st"] == pytest.approx(sigma[2], rel=0.125)


@pytest.mark.kernel
def test_predict_impacts__does_not_depend_on_the_company(sensed):
    t, m = midflight(sensed)
    n = motion.W + 3
    peer = np.random.default_rng(3)
    means = m + peer.normal(size=(n, 7)) * [900, 900, 400, 40, 40, 40, 0.2]
    P = covariance(5)
    together = predicted(sensed, t, means, P)
    for i in (0, 4, motion.W - 1, motion.W, n - 1):
        alone = predicted(sensed, t, means[i : i + 1], P)
        for column in ("known", "t_impact", "x", "y", "sxx", "sxy", "syy", "st", "n_path"):
            assert alone[column][0] == together[column][i]
        k = together["n_path"][i]
        assert np.array_equal(alone["path"][0, :k], together["path"][i, :k])


@pytest.mark.kernel
def test_predict_impacts__path_begins_at_the_track_and_ends_below_the_ground(sensed):
    t, m = midflight(sensed)
    p = predicted(sensed, t, m[None], covariance(5))[0]
    path = p["path"][: p["n_path"]]
    assert path[0] == pytest.approx([t, *m[:6]])
    assert (np.diff(path[:, 0]) > 0.0).all()
    assert path[-2, 3] > 0.0 > path[-1, 3]
    assert path[-2, 0] < p["t_impact"] <= path[-1, 0]


@pytest.mark.kernel
def test_predict_impacts__knows_no_impact_of_what_does_not_come_down_or_spreads_too_far(sensed):
    t, m = midflight(sensed)
    P = covariance(5)
    escaping = m.copy()
    escaping[3:6] = 0.0, 0.0, 12e3  # above escape velocity
    escaping[2], escaping[6] = 70e3, 11.5
    assert predicted(sensed, t, np.array([m, escaping]), P)["known"].tolist() == [1, 0]
    major = np.sqrt(np.linalg.eigvalsh(impact_covariance(sensed, t, m, P))[-1])
    assert predicted(sensed, t, m[None], P, sigma_max=1.01 * major)["known"][0] == 1
    assert predicted(sensed, t, m[None], P, sigma_max=0.99 * major)["known"][0] == 0


def impact_covariance(sensed, t, m, P):
    p = predicted(sensed, t, m[None], P)[0]
    return np.array([[p["sxx"], p["sxy"]], [p["sxy"], p["syy"]]])


@pytest.mark.kernel
def test_predict_impacts__leaves_tentative_tracks_and_free_slots_unknown(sensed):
    t, m = midflight(sensed)
    clock = tables.CLOCK.allocate(1)
    clock["n_slots"], clock["n_predictions"] = 3, 0
    known = belief(sensed, 3, 1, 1)
    known.tracks["status"], known.tracks["t"] = [1, 2, 0], t
    known.tracks["m"], known.tracks["P"], known.tracks["nuisance"] = m, covariance(5), 0.0
    for i in range(3):
        estimate(known.estimates[i : i + 1], t, m, covariance(5), sensed)
    known.predictions["known"] = 1  # of the scan before
    predict_impacts(clock[0], sensed, known, scratch(3, 1))
    assert known.predictions["known"].tolist() == [0, 1, 0]
    assert clock["n_predictions"][0] == 1
