"""The interceptor's flight against an independent integrator and a closed form."""

from math import atan2, cos, hypot, log, sin

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from opendome.constants import G0
from opendome.kernels import flyout as fo
from opendome.kernels.atmosphere import AIR_TOP, air_table
from opendome.kernels.ballistics import MACH2_TOP, RAIL, drag_table
from opendome.models.interceptors.short_range import ShortRange

AIR, DRAG = air_table(), drag_table()
ROUND = ShortRange().row()[0]
UP = fo.LAUNCH_ELEVATION
P = {name: float(ROUND[name]) for name in ROUND.dtype.names}


def peer(d, h):
    """The same flight in speed and path angle, by DOP853; ends 3 m before the point."""
    heights, squares = np.linspace(0.0, AIR_TOP, len(AIR)), np.linspace(0.0, MACH2_TOP, len(DRAG))

    def rates(t, s):
        x, z, v, gamma = s
        m = P["m0"] + (P["m_burnout"] - P["m0"]) * min(t / P["burn_time"], 1.0)
        rho_a = np.interp(z, heights, AIR[:, 0])
        a = np.interp(z, heights, AIR[:, 1]) ** -0.5
        q_area = 0.5 * rho_a / a * v**2 * P["area"]
        c_d = np.interp((v / a) ** 2, squares, DRAG) * a / v
        # Turn rate towards the point: N times the rate of the line of sight, and the weight.
        sight = atan2(h - z, d - x)
        lift = m * (fo.N_PN * v * v * sin(sight - gamma) / hypot(d - x, h - z) + G0 * cos(gamma))
        most = min(m * P["a_max"], q_area * P["cl_max"])
        lift = np.clip(lift, -most, most)
        c_l = lift / q_area
        push = P["thrust"] * (t < P["burn_time"])
        along = push - q_area * (P["form"] * c_d + c_l**2 / fo.CL_ALPHA)
        turn = (lift / m - G0 * cos(gamma)) / v
        return v * cos(gamma), v * sin(gamma), along / m - G0 * sin(gamma), turn

    def near(t, s):
        return hypot(d - s[0], h - s[1]) - 3.0

    near.terminal = True
    # The speed that the thrust gives over the rail.
    v0 = (2.0 * RAIL * P["thrust"] / P["m0"]) ** 0.5
    state = (RAIL * cos(UP), RAIL * sin(UP), v0, UP)
    pieces = ((0.0, P["burn_time"]), (P["burn_time"], 60.0))  # the thrust jumps between them
    for span in pieces:
        flight = solve_ivp(rates, span, state, method="DOP853", rtol=1e-9, atol=1e-9,
                           max_step=0.1, events=near)  # fmt: skip
        state = flight.y[:, -1]
        if flight.status == 1:
            return flight.t[-1] + 3.0 / state[2], state[2], state[3]
    raise AssertionError("the peer does not reach the point")


@pytest.mark.parametrize(
    ("d", "h"), [(2e3, 1e3), (1e3, 3e3), (5e3, 2e3), (9e3, 1e3), (4e3, 9e3), (8e3, 7e3), (0.0, 6e3)]
)
def test_fly_out__agrees_with_dop853_in_other_variables(d, h):
    tof, v, limit, gamma, miss = fo.fly_out(d, h, ROUND, AIR, DRAG)
    peer_tof, peer_v, peer_gamma = peer(d, h)
    assert miss < 1.0
    assert tof == pytest.approx(peer_tof, abs=1e-3)  # measured: 0.2 ms at worst
    assert v == pytest.approx(peer_v, abs=3.0)  # measured: 2.2 m/s, the speed up to a step earlier
    assert gamma == pytest.approx(peer_gamma, abs=1e-3)  # measured: 0.3 mrad
    assert 0.0 < limit <= P["a_max"]


@pytest.mark.kernel
def test_fly_out__in_vacuum_up_the_launcher_is_the_rocket_equation():
    # No drag, and air so dense that lift costs nothing and holds the flight straight.
    dense = AIR.copy()
    dense[:, 0] = 1e12
    far = 2_000.0
    d, h = far * cos(UP), far * sin(UP)
    tof, v, _, gamma, miss = fo.fly_out(d, h, ROUND, dense, np.zeros(4097))

    m0, rate = P["m0"], (P["m0"] - P["m_burnout"]) / P["burn_time"]
    exhaust, g = P["thrust"] / rate, G0 * sin(UP)

    v0 = (2.0 * RAIL * P["thrust"] / m0) ** 0.5

    def way(t):  # RAIL and the integral of v0 + c ln(m0 / (m0 - rate t)) - g t
        m = m0 - rate * t
        return RAIL + v0 * t + exhaust * (t - m / rate * log(m0 / m)) - 0.5 * g * t * t

    t = brentq(lambda s: way(s) - far, 0.1, P["burn_time"])
    # The last piece, below one step, is flown at constant speed: 150 m/s^2 for 0.05 s at most.
    assert tof == pytest.approx(t, abs=5e-4)
    assert v == pytest.approx(v0 + exhaust * log(m0 / (m0 - rate * t)) - g * t, abs=8.0)
    assert gamma == pytest.approx(UP, abs=1e-6)
    assert miss < 1e-3


@pytest.fixture(scope="module")
def table():
    return fo.flyout_table(ROUND, AIR, DRAG)


def test_flyout__between_grid_points_agrees_with_the_flight(table):
    rng = np.random.default_rng(3)
    errors = []
    for d, h in zip(rng.uniform(1_500.0, 11e3, 300), rng.uniform(500.0, 9.5e3, 300), strict=True):
        tof = fo.flyout(table.ravel(), d, h)[0]
        if np.isfinite(tof):
            errors.append(tof - fo.fly_out(d, h, ROUND, AIR, DRAG)[0])
    assert len(errors) > 200
    # Chords lie above a convex surface: late.  Measured: 0.010 s mean, 0.06 s at the near edge.
    assert min(errors) > -0.005
    assert np.mean(errors) < 0.015
    assert max(errors) < 0.1


def test_flyout__takes_longer_to_go_farther(table):
    # From 2.5 km on; nearer points need a sharp turn out of the steep launcher.
    tof = table[5:, :21, fo.TOF]
    with np.errstate(invalid="ignore"):  # inf - inf beyond the reach
        assert not (np.diff(tof, axis=0) <= 0.0).any()


def test_flyout__keeps_to_the_published_mean_speed(table):
    # 400 to 700 m/s over the useful flight: to the least height and up, beyond the boost phase.
    i, j = np.indices(table.shape[:2])
    slant = np.hypot(i * fo.D_STEP, j * fo.H_STEP)
    useful = (j * fo.H_STEP >= P["h_min"]) & (j * fo.H_STEP <= P["h_max"]) & (slant >= 4_000.0)
    useful &= np.isfinite(table[..., fo.TOF])
    mean = slant[useful] / table[..., fo.TOF][useful]
    assert mean.min() > 400.0
    assert mean.max() < 700.0
    assert np.isfinite(table[table[..., fo.TOF] < np.inf]).all()
