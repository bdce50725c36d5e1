"""Laws that a flight must obey whatever its class and aim."""

from math import pi, radians

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opendome import tables
from opendome.constants import WGS84_A
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import acceleration, drag_table, node_time, position
from opendome.kernels.earth import earth, gravity, height
from opendome.kernels.flight import fly_all
from opendome.kernels.nature import standard
from opendome.settings import CLASSES

NATURE = standard(31.5, 1)
RADIUS = NATURE.earth.radius
DRAG = drag_table()
elevations = st.floats(0.15, 1.4)
impulses = st.floats(100.0, 900.0)  # N s/kg: ideal gain of speed, roughly


def one_class(impulse, form=1.0, burn_time=2.0):
    """A 60-kg body with 15 kg of propellant."""
    rows = CLASSES.allocate(1)
    rows["m0"], rows["m_burnout"], rows["burn_time"] = 60.0, 45.0, burn_time
    rows["thrust"] = 60.0 * impulse / burn_time
    rows["area"], rows["form"] = 0.012, form
    rows["boost_steps"], rows["step"] = 24, 1.0
    return rows


def fired(n, elevation, azimuth=0.0):
    rockets = tables.ROCKETS.allocate(n)
    for name in ("cls", "t_launch", "x0", "y0", "z0"):
        rockets[name] = 0
    rockets["burn"] = 1.0
    rockets["elevation"], rockets["azimuth"] = elevation, azimuth
    return rockets


def resting(nature=NATURE):
    """The same earth without its turn."""
    return nature._replace(earth=nature.earth._replace(turn=0.0))


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations)
def test_coast__without_drag_is_the_parabola_near_the_launch(impulse, elevation):
    rockets, classes = fired(1, elevation), one_class(impulse, form=0.0)
    nodes = fly_all(rockets, classes, resting())
    n = rockets["n_nodes"][0]
    assume(n > 26)  # landed under power, or left the model: no coast
    state = nodes[24]
    t = np.arange(min(n - 24.0, 6.0))[:, None]
    fall = np.array(gravity(*state[:3], resting().earth))
    parabola = state[:3] + state[3:] * t + 0.5 * fall * t * t
    # Over the way d gravity turns by d / R and fades by 2 d / R.
    way = np.linalg.norm(state[3:]) * t[-1, 0] + 50.0
    bound = 1e-6 + 3.0 * 0.5 * 9.81 * t[-1, 0] ** 2 * way / RADIUS
    assert np.abs(nodes[24 : 24 + len(t), :3] - parabola).max() < bound


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations, form=st.floats(0.5, 8.0))
def test_coast__with_linear_drag_is_the_closed_form(impulse, elevation, form):
    # Where C_D falls as 1 / M and the air is even, drag is lambda v.
    even = NATURE.air.copy()
    even[:, 0], even[:, 1], even[:, 2:] = 400.0, 340.0**-2, 0.0
    nature = resting()._replace(air=even, curves=np.full_like(NATURE.curves, 0.5))
    rockets, classes = fired(1, elevation), one_class(impulse, form=form)
    nodes = fly_all(rockets, classes, nature)
    n = rockets["n_nodes"][0]
    assume(n > 26)
    state = nodes[24]
    rate = 0.5 * 400.0 * 0.5 * form * 0.012 / 45.0
    t = np.arange(min(n - 24.0, 6.0))[:, None]
    sink = np.array(gravity(*state[:3], nature.earth)) / rate
    way = state[:3] + (state[3:] - sink) * (1.0 - np.exp(-rate * t)) / rate + sink * t
    # Gravity turns and fades as above; five steps of order 4 at rates up to 0.21 / s.
    far = np.linalg.norm(state[3:]) * t[-1, 0] + 50.0
    bound = 2e-2 + 3.0 * 0.5 * 9.81 * t[-1, 0] ** 2 * far / RADIUS
    assert np.abs(nodes[24 : 24 + len(t), :3] - way).max() < bound


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations, azimuth=st.floats(0.0, 6.28))
def test_coast__without_drag_keeps_energy_in_the_turning_frame(impulse, elevation, azimuth):
    rockets, classes = fired(1, elevation, azimuth), one_class(impulse, form=0.0)
    nodes = fly_all(rockets, classes, NATURE)
    assume(rockets["n_nodes"][0] > 26)
    coast = nodes[24 : rockets["n_nodes"][0]]
    e = NATURE.earth
    p = coast[:, :3] + [0.0, e.c_y, e.c_z]
    w, r = p @ [0.0, e.k_y, e.k_z], np.linalg.norm(p, axis=1)
    # Jacobi's integral: potential to the second harmonic and the centrifugal one.
    zonal = e.j2 * (WGS84_A / r) ** 2 * (3.0 * (w / r) ** 2 - 1.0) / 2.0
    potential = -e.mu / r * (1.0 - zonal) - 0.5 * e.turn**2 * (r**2 - w**2)
    energy = 0.5 * np.sum(coast[:, 3:] ** 2, 1) + potential
    # The series for gravity: 5e-8 of its work over the height of the flight.
    assert np.ptp(energy) < 1e-7 * 9.81 * (rockets["apogee"][0] + 100.0) + 1e-5


@settings(max_examples=25, deadline=None)
@given(impulse=impulses, elevation=elevations, azimuth=st.floats(0.0, pi))
def test_flight__east_and_west_are_mirrors_over_a_resting_earth(impulse, elevation, azimuth):
    rockets, classes = fired(2, elevation, np.array([azimuth, -azimuth])), one_class(impulse)
    fly_all(rockets, classes, resting())
    assume(np.isfinite(rockets["t_impact"][0]))
    # Rounding alone: signs turn, low bits may.
    assert rockets["t_impact"][1] == pytest.approx(rockets["t_impact"][0], abs=1e-8)
    assert rockets["x_impact"][1] == pytest.approx(-rockets["x_impact"][0], abs=1e-5)
    assert rockets["y_impact"][1] == pytest.approx(rockets["y_impact"][0], abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(impulse=impulses, elevation=elevations, blow=st.floats(1.0, 30.0))
def test_flight__turns_into_the_wind_while_it_burns(impulse, elevation, blow):
    level = np.array([0.0, 30e3])
    east = NATURE._replace(air=air_table(0.0, level, np.full(2, blow), np.zeros(2)))
    rockets, classes = fired(1, elevation), one_class(impulse)
    fly_all(rockets, classes, resting(east))
    assume(np.isfinite(rockets["t_impact"][0]) and rockets["apogee"][0] > 300.0)
    # Thrust acts along the velocity through the air: a crosswind from the west turns it west.
    assert rockets["x_impact"][0] < 0.0


@settings(max_examples=20, deadline=None)
@given(impulse=impulses, elevation=elevations, burn=st.floats(0.0, 1.0))
def test_position__starts_at_launch_ends_at_impact_and_meets_every_node(impulse, elevation, burn):
    rockets, classes = fired(1, elevation), one_class(impulse)
    rockets["burn"], rockets["t_launch"] = burn, 1000.0
    nodes = fly_all(rockets, classes, NATURE)
    assume(np.isfinite(rockets["t_impact"][0]))
    rocket, cls = rockets[0], classes[0]
    assert position(nodes, rocket, cls, 0.0)[:3] == (0.0, 0.0, 0.0)
    x, y, z, *_ = position(nodes, rocket, cls, 1e9)
    assert (x, y) == pytest.approx((rocket["x_impact"], rocket["y_impact"]), abs=1e-6)
    assert height(x, y, z, NATURE.earth) == pytest.approx(0.0, abs=1e-5)
    for k in range(rocket["n_nodes"] - 1):
        t = 1000.0 + node_time(k, burn * 2.0, cls)
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
    still = NATURE._replace(earth=earth(31.5, turn=0.0))

    def drag_at(h):
        """Drag along and across the velocity, in the plane of north and up."""
        a = acceleration(0.0, 0.0, h, 0.0, vy, vz, beta, DRAG, still)
        _, g_y, g_z = gravity(0.0, 0.0, h, still.earth)
        ay, az = a[1] - g_y, a[2] - g_z
        return (ay * vy + az * vz) / v, abs(ay * vz - az * vy) / v

    along, across = drag_at(h)
    assert along <= 0.0
    assert across < 1e-9 * max(-along, 1.0)
    # Equal at both where the table has ended; rounding of the subtraction.
    assert drag_at(h + 20e3)[0] >= along - 1e-9


def test_fly_all__gives_the_parabola_s_range_without_drag_for_a_short_burn():
    # An impulse given in a hundredth of a second: vacuum range v^2 sin(2 el) / g.
    classes = one_class(300.0, form=0.0, burn_time=0.01)
    rockets = fired(1, radians(45.0))
    nodes = fly_all(rockets, classes, resting())
    speed = np.linalg.norm(nodes[24, 3:])
    g = np.linalg.norm(gravity(0.0, 0.0, 0.0, NATURE.earth))
    # 4e-3: speed rises over the rail and the first metres; the earth curves over 9 km.
    assert rockets["y_impact"][0] == pytest.approx(speed**2 / g, rel=4e-3)
