"""Laws that a flight must obey whatever its class and aim."""

from math import pi, radians

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opendome import tables
from opendome.constants import G0
from opendome.frames import earth_radius
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import acceleration, drag_table, node_time, position
from opendome.kernels.flight import fly_all

RADIUS = earth_radius(31.5)
AIR, DRAG = air_table(), drag_table()
elevations = st.floats(0.15, 1.4)
impulses = st.floats(100.0, 900.0)  # N s/kg: ideal gain of speed, roughly


def one_class(impulse, form=1.0, burn_time=2.0):
    """A 60-kg body with 15 kg of propellant."""
    rows = tables.CLASSES.allocate(1)
    rows["m0"], rows["m_burnout"], rows["burn_time"] = 60.0, 45.0, burn_time
    rows["thrust"] = 60.0 * impulse / burn_time
    rows["area"], rows["form"] = 0.012, form
    return rows


def fired(n, elevation, azimuth=0.0):
    rockets = tables.ROCKETS.allocate(n)
    for name in ("cls", "t_launch", "x0", "y0", "z0"):
        rockets[name] = 0
    rockets["burn"] = 1.0
    rockets["elevation"], rockets["azimuth"] = elevation, azimuth
    return rockets


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations)
def test_coast__without_drag_is_the_parabola_on_a_flat_earth(impulse, elevation):
    flat = 1e10  # m: the earth drops 5 mm over 10 km, and heights keep 2e-6 m
    rockets, classes = fired(1, elevation), one_class(impulse, form=0.0)
    nodes = fly_all(rockets, classes, AIR, DRAG, flat)
    assume(rockets["n_nodes"][0] > 26)  # landed under power, or left the model: no coast
    state = nodes[24]
    t = np.arange(rockets["n_nodes"][0] - 24.0)[:, None]
    fall = np.array([0.0, 0.0, -G0])
    parabola = state[:3] + state[3:] * t + 0.5 * fall * t * t
    # RK4 is exact on a parabola; gravity turns and fades by the share length / radius, which acts
    # over the fall g t^2 / 2.
    length = max(rockets["apogee"][0], rockets["y_impact"][0], 0.5 * G0 * t[-1, 0] ** 2)
    bound = 1e-5 + 3.0 * length**2 / flat
    assert np.abs(nodes[24 : 24 + len(t), :3] - parabola).max() < bound


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations, azimuth=st.floats(0.0, 6.28))
def test_coast__without_drag_keeps_energy_and_angular_momentum(impulse, elevation, azimuth):
    rockets, classes = fired(1, elevation, azimuth), one_class(impulse, form=0.0)
    nodes = fly_all(rockets, classes, AIR, DRAG, RADIUS)
    assume(rockets["n_nodes"][0] > 26)
    coast = nodes[24 : rockets["n_nodes"][0]]
    r = coast[:, :3] + [0.0, 0.0, RADIUS]
    energy = 0.5 * np.sum(coast[:, 3:] ** 2, 1) - G0 * RADIUS**2 / np.linalg.norm(r, axis=1)
    momentum = np.cross(r, coast[:, 3:])
    # RK4 of the slowly turning gravity at 1 s: measured 2e-15 and 1e-15 of the terms' size.
    assert np.ptp(energy) < 1e-13 * G0 * RADIUS
    assert np.abs(momentum - momentum[0]).max() < 1e-13 * RADIUS * 1000.0


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations, azimuth=st.floats(0.0, 2.0 * pi))
def test_flight__does_not_depend_on_azimuth(impulse, elevation, azimuth):
    rockets, classes = fired(2, elevation, np.array([0.0, azimuth])), one_class(impulse)
    fly_all(rockets, classes, AIR, DRAG, RADIUS)
    assume(np.isfinite(rockets["t_impact"][0]))
    # Rounding alone: a turned frame has other low bits.
    assert rockets["t_impact"][1] == pytest.approx(rockets["t_impact"][0], abs=1e-8)
    assert rockets["apogee"][1] == pytest.approx(rockets["apogee"][0], abs=1e-5)
    reach = rockets["y_impact"][0]
    want = reach * np.array([np.sin(azimuth), np.cos(azimuth)])
    got = np.array([rockets["x_impact"][1], rockets["y_impact"][1]])
    assert got == pytest.approx(want, abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(impulse=impulses, elevation=elevations, burn=st.floats(0.0, 1.0))
def test_position__starts_at_launch_ends_at_impact_and_meets_every_node(impulse, elevation, burn):
    rockets, classes = fired(1, elevation), one_class(impulse)
    rockets["burn"], rockets["t_launch"] = burn, 1000.0
    nodes = fly_all(rockets, classes, AIR, DRAG, RADIUS)
    assume(np.isfinite(rockets["t_impact"][0]))
    rocket, cls = rockets[0], classes[0]
    assert position(nodes, rocket, cls, 0.0)[:3] == (0.0, 0.0, 0.0)
    x, y, z, *_ = position(nodes, rocket, cls, 1e9)
    assert (x, y) == pytest.approx((rocket["x_impact"], rocket["y_impact"]), abs=1e-6)
    assert np.sqrt(x * x + y * y + (z + RADIUS) ** 2) - RADIUS == pytest.approx(0.0, abs=1e-5)
    for k in range(rocket["n_nodes"] - 1):
        t = 1000.0 + node_time(k, burn * 2.0)
        # 1e-7: the clock keeps 1e-13 s at 1000 s, times a few hundred m/s.
        assert position(nodes, rocket, cls, t) == pytest.approx(nodes[k], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    v=st.floats(10.0, 2000.0),
    climb=st.floats(-1.5, 1.5),
    h=st.floats(0.0, 90e3),
    beta=st.floats(500.0, 2e4),
)
def test_acceleration__drag_opposes_motion_and_falls_with_height(v, climb, h, beta):
    vy, vz = v * np.cos(climb), v * np.sin(climb)
    low = acceleration(0.0, 0.0, h, 0.0, vy, vz, beta, AIR, DRAG, RADIUS)
    g = G0 * (RADIUS / (RADIUS + h)) ** 2
    along = (low[1] * vy + (low[2] + g) * vz) / v
    across = abs(low[1] * vz - (low[2] + g) * vy) / v
    assert along <= 0.0
    assert across < 1e-9 * max(-along, 1.0)
    high = acceleration(0.0, 0.0, h + 20e3, 0.0, vy, vz, beta, AIR, DRAG, RADIUS)
    g_high = G0 * (RADIUS / (RADIUS + h + 20e3)) ** 2
    # Equal at both where the table has ended; rounding of the subtraction.
    assert (high[1] * vy + (high[2] + g_high) * vz) / v >= along - 1e-9


def test_fly_all__gives_the_parabola_s_range_without_drag_for_a_short_burn():
    # An impulse given in a hundredth of a second: vacuum range v^2 sin(2 el) / g.
    classes = one_class(300.0, form=0.0, burn_time=0.01)
    rockets = fired(1, radians(45.0))
    nodes = fly_all(rockets, classes, AIR, DRAG, 1e10)
    speed = np.linalg.norm(nodes[24, 3:])
    # 2e-3: speed rises over the rail and the first metres.
    assert rockets["y_impact"][0] == pytest.approx(speed**2 / G0, rel=2e-3)
