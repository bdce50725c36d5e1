"""The estimator against scipy: its motion, its maximum and its covariance."""

from math import log

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares

from opendome import tables
from opendome.kernels import estimator, ground, intake, motion
from opendome.kernels.atmosphere import AIR_TOP
from opendome.kernels.ballistics import DRAG_CELLS, MACH2_TOP
from opendome.kernels.earth import gravity, height
from opendome.tracking import plots as recorded_plots
from opendome.tracking import radars
from opendome.world import estimation

PARAMETERS = (  # x y z vx vy vz ln(beta) tilt rise wind
    (-12e3, 4e3, 3e3, 420.0, 150.0, 520.0, log(2500.0), 0.0, 0.0, 0.0, 0.0),
    (9e3, 15e3, 2e3, 210.0, 60.0, 280.0, log(1500.0), 0.4, -0.2, 8.0, -5.0),
    (-60e3, -20e3, 20e3, 900.0, 500.0, 300.0, log(6000.0), -0.3, 0.2, -12.0, 3.0),
)


def flown(q, times, fixed):
    """The motion by DOP853, tables read with numpy's own interpolation; states (times, 6)."""
    nature = fixed.nature
    earth = nature.earth
    heights = np.linspace(0.0, AIR_TOP, len(nature.air))
    mach2 = np.linspace(0.0, MACH2_TOP, DRAG_CELLS + 1)
    turn = earth.turn * np.array([0.0, earth.k_y, earth.k_z])
    beyond = np.array([q[9], q[10]])

    def rhs(t, s):
        h = height(*s[:3], earth)
        rho_a = np.interp(h, heights, nature.air[:, 0])
        wind = beyond + [np.interp(h, heights, nature.air[:, c]) for c in (2, 3)]
        u = s[3:] - np.r_[wind, -(wind @ s[:2]) / earth.radius]
        m2 = (u @ u) * np.interp(h, heights, nature.air[:, 1])
        c = (m2 - 1.0) / (m2 + 9.0)
        rise = (m2 - 0.95) / np.sqrt((m2 - 0.95) ** 2 + 0.02)
        shape = np.exp(q[7] * c + q[8] * rise)
        d = -0.5 * rho_a * np.interp(m2, mach2, fixed.drag) * shape / np.exp(q[6]) * u
        pull = np.array(gravity(*s[:3], earth)) - 2.0 * np.cross(turn, s[3:])
        return np.concatenate([s[3:], d + pull])

    span = (0.0, max(times[-1], 1e-9))
    return solve_ivp(rhs, span, q[:6], "DOP853", t_eval=times, rtol=1e-9, atol=1e-6).y.T


def bundle(q, t, fixed):
    s = np.zeros(motion.SIZE)
    motion.load_bundle(s, np.array(q))
    motion.advance(s, t, fixed.drag, fixed.nature)
    return s


@pytest.mark.parametrize("q", PARAMETERS)
def test_advance__is_the_motion(sensed, q):
    want = flown(np.array(q), [0.0, 10.0], sensed)[1]
    got = bundle(q, 10.0, sensed)[: motion.STATE : motion.W]
    # 0.5 m and 0.1 m/s: ten steps of a second through a drag curve with corners (measured in the
    # sound barrier: 0.35 m, 0.03 m/s; 0.04 m elsewhere).
    assert np.abs(got - want)[:3].max() < 0.5
    assert np.abs(got - want)[3:].max() < 0.1


@pytest.mark.kernel
@pytest.mark.parametrize("q", PARAMETERS)
def test_advance__goes_back_where_it_came_from(sensed, q):
    s = bundle(q, 6.0, sensed)
    motion.advance(s, -6.0, sensed.drag, sensed.nature)
    assert np.abs(s[: motion.STATE : motion.W] - np.array(q[:6])).max() < 0.1


@pytest.mark.parametrize("q", PARAMETERS)
def test_derivatives__are_those_of_the_motion(sensed, q):
    s, F = bundle(q, 8.0, sensed), np.zeros((6, motion.N_MOTION))
    motion.derivatives(s, 8.0, F)
    size = np.array([10.0, 10.0, 10.0, 1.0, 1.0, 1.0, 0.02, 0.02, 0.02, 1.0, 1.0])
    for j, h in enumerate(size):
        up, down = (np.array(q) + sign * h * np.eye(11)[j] for sign in (1.0, -1.0))
        want = (flown(up, [0, 8.0], sensed)[1] - flown(down, [0, 8.0], sensed)[1]) / (2.0 * h)
        # 2 %: central differences over steps that a corner of the drag curve may lie in.
        # 0.3 m, 0.06 m/s: what a shift and a wind change of gravity and Coriolis is left out.
        scale = np.repeat([max(np.abs(want[:3]).max(), 0.3), max(np.abs(want[3:]).max(), 0.06)], 3)
        assert np.abs((F[:, j] - want) / scale).max() < 0.02, j


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("q", PARAMETERS[:2])
def test_crossing_derivatives__are_differences_of_crossings(sensed, q, sign):
    def crossing(q):
        s = np.zeros(motion.SIZE)
        motion.load_bundle(s, np.array(q))
        t = ground.to_ground(s, sign, sensed.drag, sensed.nature, np.zeros(48))
        return np.array([t, s[0], s[motion.W]]), s, t

    _, s, t = crossing(q)
    J, F = np.zeros((3, 11)), np.zeros((6, 11))
    ground.crossing_derivatives(s, t, F, J, sensed.nature)
    size = np.array([10.0, 10.0, 10.0, 0.5, 0.5, 0.5, 0.01, 0.01, 0.01, 0.5, 0.5])
    for j, h in enumerate(size):
        up, down = (np.array(q) + way * h * np.eye(11)[j] for way in (1.0, -1.0))
        want = (crossing(up)[0] - crossing(down)[0]) / (2.0 * h)
        # Absolute: what one standard deviation of a usual track's parameter moves the point by.
        assert np.abs(J[:, j] - want).max() < 0.03 * max(np.abs(want).max(), 1.0), j


@pytest.fixture(scope="module")
def sensors():
    return radars.read({
        "radar": [{"sector_deg": 360.0, "sigma_r0_m": 10.0, "sigma_a0_rad": 1e-3}],
        "tracker": {"model": "gnn_ekf", "sigma_bias_angle_rad": 5e-4},
    })  # fmt: skip


def measured(x):
    r = np.linalg.norm(x[:, :3], axis=1)
    angles = np.arctan2(x[:, 0], x[:, 1]), np.arctan2(x[:, 2], np.hypot(x[:, 0], x[:, 1]))
    return np.stack([r, *angles, (x[:, :3] * x[:, 3:]).sum(axis=1) / r], axis=1)


def made_plots(q, times, fixed, sensors, seed=1):
    """Plots of a flight over a flat radar, with noise."""
    z = measured(flown(np.array(q), times, fixed))
    noise = np.random.default_rng(seed).normal(size=z.shape)
    sigma = np.array([10.0, 1e-3, 1e-3, 2.0])
    noise[:, 1] /= np.cos(z[:, 2])
    z = z + noise * sigma
    return recorded_plots.read(
        {
            "time_s": times, "range_m": z[:, 0], "azimuth_rad": z[:, 1], "elevation_rad": z[:, 2],
            "range_rate_mps": z[:, 3], "sigma_range_rate_mps": np.full(len(z), 2.0),
        },
        sensors,
    )  # fmt: skip


def fitted(plots, fixed, sensors):
    e, k = tables.ESTIMATES.allocate(1), estimation()
    rules, rows = sensors.tracker[0], sensors.radars
    intake.begin(e[0], plots[0], plots[1])
    for plot in plots[2:]:
        intake.keep(e[0], plot)
    intake.guess(e[0], rows)
    assert estimator.fit(e[0], rules, rows, fixed.drag, fixed.nature, k)
    return e, k


def test_fit__is_the_maximum_that_scipy_finds(sensed, sensors):
    q = PARAMETERS[0]
    times = np.arange(0.0, 12.0)
    plots = made_plots(q, times, sensed, sensors)
    e, _ = fitted(plots, sensed, sensors)
    rules, scale = sensors.tracker[0], np.zeros(estimator.N_PARAMETERS)
    estimator.scales(rules, scale)
    z = np.stack([plots["range"], plots["az"], plots["el"], plots["rate"]], axis=1)
    sigma = np.stack([
        plots["sigma_r"], plots["sigma_a"] / np.cos(plots["el"]), plots["sigma_a"],
        plots["sigma_rate"],
    ], axis=1)  # fmt: skip

    def residuals(u):
        raw = u[:11] * scale[:11]
        raw[6] += log(rules["beta"])
        bias = np.r_[u[11:14] * scale[11:14], 0.0]
        miss = (measured(flown(raw, times, sensed)) + bias - z) / sigma
        return np.r_[miss.ravel(), u[3:6] / rules["sigma_velocity"], u[6:14]]

    step = np.r_[np.full(3, 1.0), np.full(3, 0.3), np.full(8, 0.02)]

    def jacobian(u):
        both = [residuals(u + s) - residuals(u - s) for s in np.diag(step)]
        return np.stack(both, axis=1) / (2.0 * step)

    first = np.r_[q[:6], np.zeros(8)]
    peer = least_squares(residuals, first, jacobian, x_scale=step)
    C = np.linalg.inv(peer.jac.T @ peer.jac)
    got = (e["q"] + e["d"])[0, :14]
    spread = np.sqrt(np.diag(C))
    # 3 %: the last Gauss-Newton decrement, and the differences of both Jacobians.
    assert np.abs((got - peer.x) / spread).max() < 0.1
    assert np.abs((e["C"][0, :14, :14] - C) / np.outer(spread, spread)).max() < 0.05
    assert e["cost"][0] == pytest.approx(2.0 * peer.cost, abs=0.1)


def test_take__is_what_a_fit_of_all_plots_gives(sensed, sensors):
    q = PARAMETERS[0]
    plots = made_plots(q, np.arange(0.0, 20.0), sensed, sensors)
    batch, _ = fitted(plots, sensed, sensors)
    e, k = fitted(plots[:14], sensed, sensors)
    rules = sensors.tracker[0]
    for plot in plots[14:]:
        estimator.to_time(e[0], plot["t"], rules, sensed.drag, sensed.nature, k)
        intake.write_row(k.row, plot)
        estimator.take(e[0], k.row, rules, sensors.radars, k)
    spread = np.sqrt(np.diag(batch["C"][0, :14, :14]))
    apart = ((e["q"] + e["d"]) - (batch["q"] + batch["d"]))[0, :14]
    # A tenth of a standard deviation: what one linearisation loses from plot 14 to 20.
    assert np.abs(apart / spread).max() < 0.15
    assert np.abs((e["C"] - batch["C"])[0, :14, :14] / np.outer(spread, spread)).max() < 0.1


def test_extend__takes_late_plots_in_their_place(sensed, sensors):
    plots = made_plots(PARAMETERS[0], np.arange(0.0, 9.0), sensed, sensors)
    rules, rows = sensors.tracker[0], sensors.radars
    ends = []
    for order in (np.arange(9), np.array([0, 1, 2, 4, 5, 3, 6, 8, 7])):
        e, k = tables.ESTIMATES.allocate(1), estimation()
        intake.begin(e[0], plots[0], plots[1])
        intake.refit(e[0], rules, rows, sensed.drag, sensed.nature, k)
        for i in order[2:]:
            intake.extend(e[0], plots[i], rules, rows, sensed.drag, sensed.nature, k)
        assert (np.diff(e["window"][0, :9, 0]) > 0.0).all()
        ends.append((e["q"] + e["d"])[0, :14])
        spread = np.sqrt(np.diag(e["C"][0, :14, :14]))
    assert np.abs((ends[0] - ends[1]) / spread).max() < 0.1


def test_refit__leaves_out_the_plots_of_the_boost(sensed, sensors):
    """Three plots under 100 m/s^2 before nine of the coast."""
    q = np.array(PARAMETERS[0])
    times = np.arange(0.0, 9.0)
    coast = flown(q, times, sensed)
    along = q[3:6] / np.linalg.norm(q[3:6])
    boost = np.array([
        np.r_[q[:3] + q[3:6] * t + 50.0 * along * t * t, q[3:6] + 100.0 * along * t]
        for t in (-3.0, -2.0, -1.0)
    ])  # fmt: skip
    z = measured(np.concatenate([boost, coast]))
    plots = recorded_plots.read(
        {
            "time_s": np.arange(12.0), "range_m": z[:, 0], "azimuth_rad": z[:, 1],
            "elevation_rad": z[:, 2],
        },
        sensors,
    )  # fmt: skip
    rules, rows = sensors.tracker[0], sensors.radars
    e, k = tables.ESTIMATES.allocate(1), estimation()
    intake.begin(e[0], plots[0], plots[1])
    intake.refit(e[0], rules, rows, sensed.drag, sensed.nature, k)
    for plot in plots[2:]:
        intake.extend(e[0], plot, rules, rows, sensed.drag, sensed.nature, k)
    # The burn-out itself is a plot of both.
    assert e["window"][0, 0, 0] in (2.0, 3.0)
    assert e["phase"][0] == intake.COAST
