"""The closed form of a pair of plots against the normal equations, solved by numpy."""

import numpy as np
import pytest

from opendome import tables
from opendome.kernels import intake, motion, pairs, states
from opendome.kernels.ballistics import acceleration, drag_table
from opendome.tracking import plots as recorded_plots
from opendome.tracking import radars
from opendome.world import estimation

OLD, NEW = (21_000.0, 0.6, 0.11), (20_700.0, 0.613, 0.124)  # range, azimuth, elevation


@pytest.fixture(scope="module")
def sensors():
    return radars.read({"radar": [{"sector_deg": 360.0}], "tracker": {"model": "gnn_ekf"}})


def two_plots(sensors, dt, rates):
    columns = {
        "time_s": [0.0, dt], "range_m": [OLD[0], NEW[0]], "azimuth_rad": [OLD[1], NEW[1]],
        "elevation_rad": [OLD[2], NEW[2]], "sigma_range_m": [12.0, 9.0],
        "sigma_angle_rad": [1e-3, 1.2e-3],
    }  # fmt: skip
    if rates is not None:
        columns |= {"range_rate_mps": rates, "sigma_range_rate_mps": [2.0, 3.0]}
    return recorded_plots.read({k: np.array(v) for k, v in columns.items()}, sensors)


def place(z):
    r, az, el = z
    return r * np.array([np.cos(el) * np.sin(az), np.cos(el) * np.cos(az), np.sin(el)])


def position_covariance(z, sigma_r, sigma_a):
    """From the derivatives of range and angles by difference; azimuth noise grows with 1 / cos."""
    sigma = np.array([sigma_r, sigma_a / np.cos(z[2]), sigma_a])
    z = np.array(z)
    step = np.array([1.0, 1e-5, 1e-5])
    J = np.array([(place(z + d) - place(z - d)) / 2.0 for d in np.diag(step)]).T / step
    return J @ np.diag(sigma**2) @ J.T


@pytest.mark.kernel
@pytest.mark.parametrize("rates", [None, (-280.0, -290.0)])
@pytest.mark.parametrize("dt", [1.0, 2.0])
def test_join__solves_the_normal_equations(sensors, dt, rates):
    rules, drag, nature = sensors.tracker[0], drag_table(), sensors.nature
    rows = two_plots(sensors, dt, rates)
    e, k = tables.ESTIMATES.allocate(1), estimation()
    intake.begin(e[0], rows[0], rows[1])
    intake.guess(e[0], sensors.radars)
    a = np.array(acceleration(*e["q"][0, :6], rules["beta"], drag, nature))
    pairs.join(e[0], rows[0], rows[1], rules, sensors.radars, drag, nature, k)

    eye, none = np.eye(3), np.zeros((3, 3))
    old = place(OLD), position_covariance(OLD, 12.0, 1e-3)
    new = place(NEW) - 0.5 * dt * dt * a, position_covariance(NEW, 9.0, 1.2e-3)
    equations = [
        (np.hstack([eye, none]), *old),
        (np.hstack([eye, dt * eye]), *new),
        (np.hstack([none, eye]), np.zeros(3), rules["sigma_velocity"] ** 2 * eye),
    ]
    if rates is not None:
        for z, sigma, rate, t in ((OLD, 2.0, rates[0], 0.0), (NEW, 3.0, rates[1], dt)):
            u = place(z) / z[0]
            h = np.hstack([np.zeros(3), u])[None]
            equations.append((h, np.array([rate - t * u @ a]), np.array([[sigma**2]])))
    information = sum(H.T @ np.linalg.solve(R, H) for H, _, R in equations)
    right = sum(H.T @ np.linalg.solve(R, z) for H, z, R in equations)
    C = np.linalg.inv(information)
    sigma = np.sqrt(np.diag(C))
    assert np.abs((e["C"][0, :6, :6] - C) / np.outer(sigma, sigma)).max() < 1e-3
    # The radar stands above the frame's origin, so that the places here are shifted by its height.
    shift = np.r_[rows["x"][0] - place(OLD)[0], rows["y"][0] - place(OLD)[1],
                  rows["z"][0] - place(OLD)[2], 0.0, 0.0, 0.0]  # fmt: skip
    assert np.abs((e["q"][0, :6] - C @ right - shift) / sigma).max() < 1e-3


@pytest.mark.kernel
def test_publish_pair__carries_the_covariance_along(sensors):
    rules, drag, nature = sensors.tracker[0], drag_table(), sensors.nature
    rows = two_plots(sensors, 1.0, None)
    e, track, k = tables.ESTIMATES.allocate(1), tables.TRACKS.allocate(1), estimation()
    intake.begin(e[0], rows[0], rows[1])
    intake.guess(e[0], sensors.radars)
    pairs.join(e[0], rows[0], rows[1], rules, sensors.radars, drag, nature, k)
    track["t_plot"] = 3.0
    states.settle(track[0], e[0], 3.0, rules, drag, nature, k)
    F = np.block([[np.eye(3), 3.0 * np.eye(3)], [np.zeros((3, 3)), np.eye(3)]])
    C = F @ e["C"][0, :6, :6] @ F.T
    assert track["P"][0, :6, :6] == pytest.approx(C, rel=1e-12, abs=1e-9)
    # Beside the path that the tracker's own motion flies from there: in three seconds, the longest
    # that a pair waits, the acceleration changes.  A plot is known to 21 m across; measured: 13 m.
    s, q = np.zeros(motion.SIZE), e["q"][0, : motion.N_MOTION].copy()
    q[motion.BETA], q[motion.CURVE_1 :] = np.log(rules["beta"]), 0.0
    motion.load_bundle(s, q)
    motion.advance(s, 3.0, drag, nature)
    apart = track["m"][0, :6] - s[: motion.STATE : motion.W]
    assert np.linalg.norm(apart[:3]) < 21.0
    assert np.linalg.norm(apart[3:]) < 21.0
