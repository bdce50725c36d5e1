"""The guided flight against closed forms of linear theory and an independent integrator."""

from math import atan2, cos, exp, hypot, sin

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import G0
from opendome.kernels import flyout as fo
from opendome.kernels import homing, kills
from opendome.kernels.atmosphere import AIR_TOP, air_table
from opendome.kernels.ballistics import MACH2_TOP, RAIL, drag_table
from opendome.models.interceptors.short_range import ShortRange

AIR, DRAG = air_table(), drag_table()
ROUND = ShortRange().row()[0]
P = {name: float(ROUND[name]) for name in ROUND.dtype.names}
V_ROUND, V_BODY = 1_000.0, 500.0


# ---------------------------------------------------------------- linear theory


def linear_miss(go, heading_error=0.0, manoeuvre=0.0):
    """Miss of the homing kernel where the theory is linear, m; signed, to the left.

    Head on and level, no drag, no weight, a round that can turn as it likes; `go` seconds before
    the meeting the round flies heading_error off the collision course, and the body begins to
    accelerate to the left.
    """
    row = ShortRange().row()
    row["a_max"], row["cl_max"], row["time_max"] = 1e9, 1e9, 1e3
    start = 100.0  # s: the motor has burnt out
    m = homing.Meeting(
        d=0.0, h=5e3, t=start, vx=-V_BODY, vy=0.0, vz=0.0, ax=0.0, ay=manoeuvre, az=-G0,
        ex=V_ROUND * go + V_BODY * go, ey=0.0, ez=0.0,
    )  # fmt: skip
    work = np.zeros((homing.WORK, homing.STATE))
    work[0, :6] = 0.0, 0.0, 5e3, V_ROUND * cos(heading_error), V_ROUND * sin(heading_error), 0.0
    air = AIR.copy()
    air[:, 0] = 1e6  # so dense that turning costs no drag
    miss, w, t = homing.home(start, work, m, row[0], air, np.zeros_like(DRAG))
    assert w == pytest.approx(V_ROUND + V_BODY, rel=1e-2)
    assert t == pytest.approx(start + go, rel=1e-2)
    return miss


@pytest.mark.kernel
@pytest.mark.parametrize("x", [1.0, 2.0, 4.0, 6.0, 8.0])
def test_home__misses_as_a_single_lag_system_after_a_heading_error(x):
    # Zarchan, Tactical and Strategic Missile Guidance, chapter 3, N' = 4:
    # miss = V HE tau x exp(-x) (1 - x + x^2 / 6), x = time to go over the lag.
    error = 0.01
    theory = V_ROUND * error * homing.TAU * x * exp(-x) * (1.0 - x + x * x / 6.0)
    assert homing.N_HOMING == 4.0
    # Steps of a fifth of the time to go, and a straight line at the end.
    assert linear_miss(x * homing.TAU, heading_error=error) == pytest.approx(
        abs(theory), abs=0.02 * V_ROUND * error * homing.TAU
    )


@pytest.mark.kernel
@pytest.mark.parametrize("x", [1.0, 2.0, 4.0, 6.0, 8.0])
def test_home__misses_as_a_single_lag_system_against_a_manoeuvre(x):
    # Same source, N' = 4: miss = n tau^2 x^2 exp(-x) (1 - x / 3) / 2.
    n = 30.0
    theory = 0.5 * n * homing.TAU**2 * x * x * exp(-x) * (1.0 - x / 3.0)
    assert linear_miss(x * homing.TAU, manoeuvre=n) == pytest.approx(
        abs(theory), abs=0.02 * n * homing.TAU**2
    )


# ---------------------------------------------------------------- the whole flight

HEIGHTS, SQUARES = np.linspace(0.0, AIR_TOP, len(AIR)), np.linspace(0.0, MACH2_TOP, len(DRAG))
POINTS = [  # d, h, speed of the body, its elevation and azimuth, side error
    (3e3, 2e3, 300.0, -0.8, np.pi, 50.0),
    (6e3, 3e3, 500.0, -0.7, 2.5, 150.0),
    (8e3, 5e3, 700.0, -0.9, np.pi, 500.0),  # more than it can steer away
    (5e3, 8e3, 400.0, -0.5, np.pi / 2, 30.0),
    (10e3, 2e3, 350.0, -1.0, 2.0, 80.0),
]


def meet(d, h, v, elevation, azimuth, side):
    u = np.array([cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation)])
    tof = fo.fly_out(d, h, ROUND, AIR, DRAG)[0]
    brake = -5.0 * u - np.array([0.0, 0.0, G0])
    return homing.Meeting(d, h, tof, *(v * u), *brake, 0.0, side, 0.0)


def push_and_limit(t, z, v, thrust, lift):
    """Acceleration along the velocity without weight, and the lateral limit, m/s^2."""
    mass = P["m0"] + (P["m_burnout"] - P["m0"]) * min(t / P["burn_time"], 1.0)
    a = np.interp(z, HEIGHTS, AIR[:, 1]) ** -0.5
    q_area = 0.5 * np.interp(z, HEIGHTS, AIR[:, 0]) / a * v * v * P["area"]
    limit = min(P["a_max"], q_area * P["cl_max"] / mass)
    c_d = np.interp((v / a) ** 2, SQUARES, DRAG) * a / v * P["form"]
    return mass, q_area, c_d, limit, (thrust - q_area * c_d) / mass


def peer(m):
    """Miss and time by DOP853, in vectors, with cross products for the rate of the sight."""
    start, v0, a0 = (
        np.array(x) for x in ((m.d, m.ey, m.h), (m.vx, m.vy, m.vz), (m.ax, m.ay, m.az))
    )

    def relative(t, s):
        dt = t - m.t
        return start + v0 * dt + 0.5 * a0 * dt * dt - s[:3], v0 + a0 * dt - s[3:6]

    def forces(t, s, lateral):
        speed = np.linalg.norm(s[3:6])
        mass, q_area, _, _, along = push_and_limit(t, s[2], speed, burning(t), 0.0)
        along -= (lateral @ lateral) * mass / (q_area * fo.CL_ALPHA)
        return along * s[3:6] / speed + lateral - np.array([0.0, 0.0, G0])

    def burning(t):
        return P["thrust"] if t < P["burn_time"] else 0.0

    def cut(t, s, wanted):
        limit = push_and_limit(t, s[2], np.linalg.norm(s[3:6]), 0.0, 0.0)[3]
        size = np.linalg.norm(wanted)
        return wanted * min(1.0, limit / size) if size > 0.0 else wanted

    def midcourse(t, s):
        # Turn rate of the sight to the fixed point times N and speed, and the weight's part.
        speed = np.hypot(s[3], s[5])
        path, sight = atan2(s[5], s[3]), atan2(m.h - s[2], m.d - s[0])
        reach = hypot(m.d - s[0], m.h - s[2])
        a = fo.N_PN * speed**2 * sin(sight - path) / reach + G0 * cos(path)
        lateral = cut(t, s, a * np.array([-sin(path), 0.0, cos(path)]))
        return np.concatenate([s[3:6], forces(t, s, lateral), np.zeros(3)])

    def home(t, s):
        r, w = relative(t, s)
        u = s[3:6] / np.linalg.norm(s[3:6])
        rate = np.cross(r, w) / (r @ r)
        wanted = homing.N_HOMING * max(-(r @ w), 0.0) / (r @ r) * np.cross(rate, r)
        wanted = cut(t, s, wanted - (wanted @ u) * u)
        lateral = s[6:] - (s[6:] @ u) * u
        lag = (wanted - s[6:]) / homing.TAU
        return np.concatenate([s[3:6], forces(t, s, lateral), lag])

    def near(t, s):
        return np.linalg.norm(relative(t, s)[0]) - P["seeker_range"]

    def closest(t, s):
        r, w = relative(t, s)
        return r @ w + 1e-3 * (w @ w)  # a millisecond before: the command has a pole at the end

    near.terminal = closest.terminal = True
    options = {"method": "DOP853", "rtol": 1e-9, "atol": 1e-7, "max_step": 0.1}
    up = fo.LAUNCH_ELEVATION
    way, speed = np.array([cos(up), 0.0, sin(up)]), (2.0 * RAIL * P["thrust"] / P["m0"]) ** 0.5
    t, state, law, event = (
        0.0,
        np.concatenate([RAIL * way, speed * way, np.zeros(3)]),
        midcourse,
        near,
    )
    while True:
        end = P["burn_time"] if t < P["burn_time"] else 60.0
        flight = solve_ivp(law, (t, end), state, events=event, **options)
        t, state = flight.t[-1], flight.y[:, -1]
        if flight.status == 1 and law is home:
            r, w = relative(t, state)
            return np.linalg.norm(np.cross(r, w)) / np.linalg.norm(w), t
        if flight.status == 1:
            law, event = home, closest


@pytest.mark.parametrize("point", POINTS)
def test_fly_guided__agrees_with_dop853(point):
    m = meet(*point)
    work = np.zeros((homing.WORK, homing.STATE))
    miss, _, t = homing.fly_guided(m, ROUND, AIR, DRAG, work)
    theirs, when = peer(m)
    # Measured: see the table of docs/theory/interceptor.md.
    assert miss == pytest.approx(theirs, abs=0.1, rel=0.03)
    assert t == pytest.approx(when, abs=0.01)


def test_points__hold_a_hit_and_a_miss_for_want_of_lateral_acceleration():
    work = np.zeros((homing.WORK, homing.STATE))
    misses = [homing.fly_guided(meet(*p), ROUND, AIR, DRAG, work)[0] for p in POINTS]
    assert min(misses) < 0.5
    assert max(misses) > 50.0


# ---------------------------------------------------------------- the table


def flights(n, deviation):
    """Random meetings as a battery has them, with the burst that each flight ends in.

    Returns
    -------
    where : array (n, 5), what the table is looked up with: d, h, v, c, error
    p : array (n,), kill probability of the flight itself
    """
    draw = np.random.default_rng(5)
    work = np.zeros((homing.WORK, homing.STATE))
    where, p = np.empty((n, 5)), np.empty(n)
    for row in range(n):
        while True:
            d, h = draw.uniform(1.5e3, 11.5e3), draw.uniform(500.0, 9.5e3)
            tof, speed, _, gamma, passed = fo.fly_out(d, h, ROUND, AIR, DRAG)
            if passed <= fo.MISS_MAX and tof <= P["time_max"] and speed >= fo.V_MIN:
                break
        v, down, azimuth = (
            draw.uniform(200.0, 900.0),
            draw.uniform(0.4, 1.3),
            draw.uniform(0.0, 7.0),
        )
        u = np.array([cos(down) * cos(azimuth), cos(down) * sin(azimuth), -sin(down)])
        mine = np.array([cos(gamma), 0.0, sin(gamma)])
        w = v * u - speed * mine
        side = np.cross(w, draw.standard_normal(3))
        error = deviation * np.hypot(*draw.standard_normal(2))
        side *= error / np.linalg.norm(side)
        brake = fo.dynamic_pressure(h, v * v, AIR) / kills.BETA_BODY
        m = homing.Meeting(d, h, tof, *(v * u), *(-brake * u - [0.0, 0.0, G0]), *side)
        miss, w, _ = homing.fly_guided(m, ROUND, AIR, DRAG, work)
        where[row], p[row] = (d, h, v, mine @ u, error), kills.burst(miss, w, ROUND)
    return where, p


def test_kill_table__agrees_in_the_mean_with_the_flights(two_towns):
    table = two_towns.fixed.rounds[0]
    where, p = flights(1_500, 30.0)
    seen = np.array([kills.kill_probability(table, kills.TRUTH, *row) for row in where])
    meant = np.array([kills.kill_probability(table, kills.BELIEF, *row[:4], 30.0) for row in where])
    # Cosine of the angle between the velocities: met head on, crossing, overtaken.  Standard
    # errors of the means are 0.003, 0.02 and 0.03; measured: docs/theory/interceptor.md.
    for low, high, most in ((-1.0, -0.2, 0.02), (-0.2, 0.2, 0.06), (0.2, 1.0, 0.06)):
        rows = (where[:, 3] >= low) & (where[:, 3] < high)
        assert rows.sum() > 150
        assert seen[rows].mean() == pytest.approx(p[rows].mean(), abs=most)
        assert meant[rows].mean() == pytest.approx(p[rows].mean(), abs=most)
    ahead = where[:, 3] < -0.2
    assert np.abs(seen - p)[ahead].mean() < 0.03  # one flight, not the mean of its like
