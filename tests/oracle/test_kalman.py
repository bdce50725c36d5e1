"""The filter against scipy's integrator and a textbook update in matrices."""

from math import exp, log, pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome import tables
from opendome.constants import G0
from opendome.kernels import kalman, radar
from opendome.kernels.atmosphere import AIR_TOP
from opendome.kernels.ballistics import DRAG_CELLS, MACH2_TOP

pytestmark = pytest.mark.kernel

STATES = {  # x y z vx vy vz beta: climbing fast, at the top, falling through the sound barrier
    "climb": (-12e3, 4e3, 3e3, 420.0, 150.0, 520.0, 2500.0),
    "top": (2e3, -9e3, 11e3, 330.0, 80.0, 0.0, 3500.0),
    "fall": (9e3, 15e3, 2e3, 210.0, 60.0, -280.0, 1500.0),
    "fast": (-60e3, -20e3, 20e3, 900.0, 500.0, 800.0, 6000.0),
}


def track_at(state, P=None):
    track = tables.TRACKS.allocate(1)
    track["status"], track["t"], track["t_start"] = 2, 100.0, 90.0
    track["m"][0] = (*state[:6], log(state[6]))
    track["P"][0] = np.zeros((7, 7)) if P is None else P
    return track


def covariance(seed=0, scale=1.0):
    """A full covariance with errors of a young track: 50 m, 15 m/s, 0.3."""
    A = np.random.default_rng(seed).normal(size=(7, 9))
    C = A @ A.T
    d = np.sqrt(np.diag(C))
    sigma = scale * np.array([50.0, 50.0, 50.0, 15.0, 15.0, 15.0, 0.3])
    return C / np.outer(d, d) * np.outer(sigma, sigma)


def predicted(track, t, fixed, q=0.0, q_ln_beta=0.0):
    kalman.predict(
        track[0], t, q, q_ln_beta, fixed.air, fixed.drag, fixed.radius, np.eye(7), np.zeros((7, 7))
    )
    return track["m"][0].copy(), track["P"][0].copy()


def integrated(m, dt, fixed):
    """The motion by DOP853, tables read with numpy's own interpolation."""
    heights = np.linspace(0.0, AIR_TOP, len(fixed.air))
    mach2 = np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1)
    centre = np.array([0.0, 0.0, -fixed.radius])

    def rhs(t, s):
        arm = s[:3] - centre
        r = np.linalg.norm(arm)
        rho_a = np.interp(r - fixed.radius, heights, fixed.air[:, 0])
        M2 = (s[3:] @ s[3:]) * np.interp(r - fixed.radius, heights, fixed.air[:, 1])
        d = -0.5 * rho_a * np.interp(M2, mach2, fixed.drag) / exp(m[6]) * s[3:]
        return np.concatenate([s[3:], d - G0 * fixed.radius**2 / r**3 * arm])

    peer = solve_ivp(rhs, (0.0, dt), m[:6], method="DOP853", rtol=1e-11, atol=1e-8, max_step=0.1)
    return peer.y[:, -1]


@pytest.mark.parametrize("name", STATES)
def test_predict__mean_agrees_with_dop853(sensed, name):
    track = track_at(STATES[name])
    want = integrated(track["m"][0].copy(), 1.0, sensed)
    got, _ = predicted(track, 101.0, sensed)
    # One step of RK4 over 1 s.  Measured: 2 mm and 4 mm/s, but 11 mm and 8 mm/s across the kinks
    # of the drag curve at the sound barrier.
    assert got[:3] == pytest.approx(want[:3], abs=0.02)
    assert got[3:6] == pytest.approx(want[3:], abs=0.02)
    assert (got[6], track["t"][0]) == (log(STATES[name][6]), 101.0)


def difference_matrix(m, dt, fixed):
    """Derivative of the mean's map by central differences."""
    steps = np.array([1.0, 1.0, 1.0, 0.1, 0.1, 0.1, 1e-3])
    F = np.empty((7, 7))
    for j in range(7):
        ends = []
        for sign in (-1.0, 1.0):
            track = track_at(STATES["top"])
            track["m"][0] = m
            track["m"][0, j] += sign * steps[j]
            ends.append(predicted(track, 100.0 + dt, fixed)[0])
        F[:, j] = (ends[1] - ends[0]) / (2.0 * steps[j])
    return F


@pytest.mark.parametrize("name", STATES)
def test_predict__covariance_follows_the_means_map(sensed, name):
    P = covariance()
    m = track_at(STATES[name])["m"][0].copy()
    F = difference_matrix(m, 1.0, sensed)
    want = F @ P @ F.T
    _, got = predicted(track_at(STATES[name], P), 101.0, sensed)
    # F leaves out the change of density and gravity with height and the slope of the drag curve.
    # Measured: 2 % of a variance, but 22 % in the middle of the sound barrier, where that slope is
    # steepest.
    sigma = np.sqrt(np.diag(want))
    assert np.abs((got - want) / np.outer(sigma, sigma)).max() < (0.25 if name == "fall" else 0.025)


def test_predict__noise_of_two_halves_is_that_of_the_whole(sensed):
    # Without drag the transition is linear, so noise must compose: a law of its own.
    state = (*STATES["top"][:6], 9e4)
    once = predicted(track_at(state), 102.0, sensed, 30.0, 0.05)[1]
    twice = track_at(state)
    predicted(twice, 101.0, sensed, 30.0, 0.05)
    _, half = predicted(twice, 102.0, sensed, 30.0, 0.05)
    sigma = np.sqrt(np.diag(once))
    # 1e-3: what drag is left at 90 t/m^2.
    assert np.abs((half - once) / np.outer(sigma, sigma)).max() < 1e-3
    # White acceleration of density q^2: the variance of velocity grows by q^2 a second.
    assert once[3, 3] == pytest.approx(30.0**2 * 2.0, rel=1e-3)


def plot_near(track, row, offset, snr=30.0):
    """A plot of the track's position moved by an offset."""
    plots = tables.PLOTS.allocate(1)
    point = track["m"][0, :3] + np.asarray(offset, float)
    radar.measure(plots[0], 100.0, 0, row, *point, snr, 0.3, -0.5, 0.8)
    return plots


def measured(row, x):
    """Range, azimuth and elevation in matrices."""
    e, n, u = row["rotation"] @ (x - np.array([row["x"], row["y"], row["z"]]))
    return np.array(
        [np.sqrt(e * e + n * n + u * u), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))]
    )


def textbook(track, plots, row):
    """Mean, covariance and normalised innovation of the batch update, Joseph's form."""
    m, P, p = track["m"][0].copy(), track["P"][0].copy(), plots[0]
    H = np.zeros((3, 7))
    for j in range(3):
        d = np.zeros(3)
        d[j] = 0.5
        H[:, j] = measured(row, m[:3] + d) - measured(row, m[:3] - d)
    R = np.diag([p["sigma_r"], p["sigma_a"] / np.cos(p["el"]), p["sigma_a"]]) ** 2
    nu = np.array([p["range"], p["az"], p["el"]]) - measured(row, m[:3])
    nu[1] = np.angle(np.exp(1j * nu[1]))
    S = H @ P @ H.T + R
    K = P @ H.T @ np.linalg.inv(S)
    J = np.eye(7) - K @ H
    return m + K @ nu, J @ P @ J.T + K @ R @ K.T, nu @ np.linalg.solve(S, nu)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("offset", [(0, 0, 0), (80, -60, 40), (-200, 150, 250)])
def test_update__is_the_textbook_batch_update(sensed, name, offset):
    row = sensed.radars[0]
    track = track_at(STATES[name], covariance(1))
    plots = plot_near(track, row, offset)
    m, P, d2 = textbook(track, plots, row)
    gate = kalman.distance2(
        track[0], plots[0], row, np.zeros((3, 3)), np.zeros(3), np.zeros((7, 7))
    )
    kalman.update(track[0], plots[0], row, np.zeros((3, 3)), np.zeros(3), np.zeros(7))
    # 1e-5: the peer's Jacobian is a difference over 1 m.
    assert gate == pytest.approx(d2, rel=1e-5, abs=1e-6)
    assert track["nis"][0] == pytest.approx(gate, rel=1e-9)
    sigma = np.sqrt(np.diag(P))
    assert np.abs((track["m"][0] - m) / sigma).max() < 1e-4
    assert np.abs((track["P"][0] - P) / np.outer(sigma, sigma)).max() < 1e-4


@pytest.mark.parametrize("az", [pi - 1e-4, -pi + 1e-4, 1.5 * pi, -2.5])
def test_innovation__takes_azimuth_the_short_way(sensed, az):
    """False plots carry azimuths beyond pi, true ones lie on both sides of it."""
    row = sensed.radars.copy()
    for name in ("x", "y", "z"):
        row[name] = 0.0
    row["rotation"] = np.eye(3)
    track = track_at((30e3 * np.sin(az), 30e3 * np.cos(az), 4e3, 0.0, 0.0, 0.0, 2e3), covariance())
    z, H = np.zeros(3), np.zeros((3, 3))
    for turn in (-2.0 * pi, 0.0, 2.0 * pi):
        for side in (-2e-4, 2e-4):
            plots = plot_near(track, row[0], (0, 0, 0))
            plots["az"] = az + side + turn
            assert kalman.innovation(track[0], plots[0], row[0], H, z)
            assert z[1] == pytest.approx(side, abs=1e-12)


def test_update__keeps_ln_beta_in_its_bounds(sensed):
    P = covariance(3)
    for beta in (150.0, 9.9e4):
        track = track_at((*STATES["fall"][:6], beta), P)
        plots = plot_near(track, sensed.radars[0], (900, 900, -900))
        kalman.update(
            track[0], plots[0], sensed.radars[0], np.zeros((3, 3)), np.zeros(3), np.zeros(7)
        )
        assert kalman.LN_BETA_MIN <= track["m"][0, 6] <= kalman.LN_BETA_MAX


def test_innovation__declines_a_body_on_top_of_the_radar(sensed):
    row = sensed.radars[0]
    above = radar.unlocal(row, 0.0, 0.0, 900.0)
    track = track_at((*above, 0.0, 0.0, -90.0, 2e3), covariance())
    plots = plot_near(track, row, (1e3, 0, 0))
    before = track.copy()
    W = np.zeros((7, 7))
    assert kalman.distance2(track[0], plots[0], row, np.zeros((3, 3)), np.zeros(3), W) == np.inf
    kalman.update(track[0], plots[0], row, np.zeros((3, 3)), np.zeros(3), np.zeros(7))
    assert np.array_equal(track["m"], before["m"])
    assert np.array_equal(track["P"], before["P"])
