"""Lanes, edges and statuses of the flight kernels."""

import json
import os
import subprocess
import sys
from math import cos, radians, sqrt
from pathlib import Path

import numpy as np
import pytest

from opendome import settings, tables
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import (
    RAIL,
    drag_per_speed,
    drag_table,
    launch_velocity,
    position,
)
from opendome.kernels.earth import gravity, height, on_surface
from opendome.kernels.flight import LANES, fly, fly_all
from opendome.kernels.nature import standard
from opendome.kernels.terrain import Terrain

NATURE = standard(31.5, 2)
EARTH, RADIUS = NATURE.earth, NATURE.earth.radius
AIR, DRAG = air_table(), drag_table()


def classes_table():
    """A short and a long class; teaching values."""
    rows = settings.CLASSES.allocate(2)
    rows["m0"], rows["m_burnout"] = [40.0, 70.0], [26.0, 43.0]
    rows["burn_time"], rows["thrust"] = [2.0, 2.5], [9_000.0, 25_000.0]
    rows["area"], rows["form"] = [0.0104, 0.0117], 1.0
    rows["boost_steps"], rows["step"] = [16, 20], [1.0, 1.5]
    return rows


CLASSES = classes_table()


def salvo(n, seed=1):
    rng = np.random.default_rng(seed)
    rockets = tables.ROCKETS.allocate(n)
    rockets["cls"] = rng.integers(0, 2, n)
    rockets["t_launch"] = rng.uniform(0.0, 1e6, n)
    rockets["x0"], rockets["y0"] = rng.uniform(-10e3, 10e3, (2, n))
    rockets["z0"] = on_surface(rockets["x0"], rockets["y0"], np.zeros(n), EARTH)
    rockets["azimuth"] = rng.uniform(0.0, 6.28, n)
    rockets["elevation"] = rng.uniform(0.2, 1.2, n)
    rockets["burn"] = np.where(rng.uniform(size=n) < 0.3, rng.uniform(0.0, 1.0, n), 1.0)
    return rockets


def flown(rockets):
    nodes = fly_all(rockets, CLASSES, NATURE)
    return rockets, nodes


def nodes_of(rockets, nodes, i):
    return nodes[rockets["first"][i] : rockets["first"][i] + rockets["n_nodes"][i]]


def test_fly_all__gives_the_same_bits_alone_in_company_and_in_any_order():
    n = 2 * LANES + 7
    together, nodes = flown(salvo(n))
    backwards, nodes_back = flown(salvo(n)[::-1].copy())
    results = ("t_impact", "x_impact", "y_impact", "apogee", "n_nodes")
    for i in (0, 1, 40, LANES - 1, LANES, n - 1):
        alone, nodes_alone = flown(salvo(n)[i : i + 1].copy())
        for name in results:
            assert alone[name][0] == together[name][i] == backwards[name][n - 1 - i]
        assert np.array_equal(nodes_alone, nodes_of(together, nodes, i))
        assert np.array_equal(
            nodes_of(backwards, nodes_back, n - 1 - i), nodes_of(together, nodes, i)
        )


def test_coast__has_the_order_of_its_method():
    # No corners: density falls in a straight line, K and the speed of sound are constant.
    air = np.zeros_like(AIR)
    air[:, 0], air[:, 1] = np.linspace(200.0, 0.0, len(air)), 300.0**-2
    smooth = NATURE._replace(air=air, curves=np.full_like(NATURE.curves, 1.5))

    def after(step, t=24.0):
        rockets, classes = salvo(1), CLASSES.copy()
        rockets["cls"], rockets["burn"], rockets["elevation"] = 0, 1.0, 0.9
        classes["step"] = step
        nodes = fly_all(rockets, classes, smooth)
        return nodes[int(classes["boost_steps"][0] + t / step), :3]

    exact = after(0.125)
    errors = [np.linalg.norm(after(step) - exact) for step in (2.0, 1.0)]
    # Fourth order: 16 times less error at half the step.
    assert 11.0 < errors[0] / errors[1] < 23.0


@pytest.mark.kernel
def test_drag__nan_and_values_off_the_tables_are_safe():
    assert np.isfinite(drag_per_speed(np.nan, np.nan, AIR, DRAG))
    assert drag_per_speed(-1e9, 1e12, AIR, DRAG) == pytest.approx(0.5 * AIR[0, 0] * DRAG[-1])
    assert drag_per_speed(1e9, 0.0, AIR, DRAG) == pytest.approx(0.0)


@pytest.mark.kernel
def test_launch_velocity__is_local_to_the_launch_point():
    x, y = 30e3, -50e3
    z = sqrt(RADIUS**2 - x * x - y * y) - RADIUS
    up = np.array([x, y, z + RADIUS]) / RADIUS
    v = np.array(launch_velocity(x, y, z, 1.0, 0.7, 50.0, RADIUS))
    assert np.linalg.norm(v) == pytest.approx(50.0, rel=1e-14)
    assert v @ up == pytest.approx(50.0 * np.sin(0.7), rel=1e-13)
    assert launch_velocity(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, RADIUS) == pytest.approx((0, 1, 0))
    east = launch_velocity(0.0, 0.0, 0.0, radians(90.0), 0.0, 1.0, RADIUS)
    assert east == pytest.approx((1, 0, 0), abs=1e-15)


@pytest.mark.kernel
def test_fly__says_how_many_rows_it_needs():
    rockets = salvo(3)
    order = np.arange(3)
    short = np.full((10, 6), -7.0)
    status = fly(rockets, CLASSES, order, NATURE, short)
    assert status <= -rockets["n_nodes"].sum()
    assert (short == -7.0).all()
    assert fly(rockets, CLASSES, order, NATURE, np.empty((-status, 6))) == 0


def test_fly_all__answers_nan_when_a_flight_leaves_the_model():
    rockets = salvo(2)
    rockets["cls"], rockets["burn"], rockets["elevation"] = [1, 0], 1.0, [1.5, 0.5]
    powerful = CLASSES.copy()
    powerful["thrust"][1] *= 4.0
    nodes = fly_all(rockets, powerful, NATURE)
    assert np.isnan(position(nodes, rockets[0], powerful[1], rockets["t_launch"][0] + 5.0)).all()
    assert np.isnan(rockets["t_impact"][0])
    assert np.isnan(rockets["x_impact"][0])
    assert rockets["n_nodes"][0] == 0
    assert tables.LEFT[rockets["left"][0]] == "above 100 km"
    assert np.isfinite(rockets["t_impact"][1])
    assert rockets["left"][1] == tables.FLEW


def test_fly_all__says_why_a_flight_leaves_the_model():
    rockets = salvo(3)
    rockets["cls"], rockets["burn"], rockets["elevation"] = [0, 1, 0], [1.0, 0.0, 1.0], 0.5
    rockets["azimuth"][0] = np.nan
    rockets["z0"][1] = 20e3
    floating = CLASSES.copy()
    floating["form"][1] = 400.0
    fly_all(rockets, floating, NATURE)
    why = [tables.LEFT[i] for i in rockets["left"]]
    assert why == ["not finite", "longer than 400 s after burn-out", "flew to the ground"]
    assert np.isnan(rockets["t_impact"][:2]).all()
    assert (rockets["n_nodes"][:2] == 0).all()


def hill(top):
    """A ridge 2 km wide along the north axis, 5 km east of the origin, on a grid of 100 m."""
    x = np.arange(-2e4, 2e4 + 1.0, 100.0)
    rows = np.maximum(top * (1.0 - np.abs(x - 5e3) / 1e3), 0.0)
    heights = np.tile(rows, (len(x), 1)).astype("f4")
    return Terrain(-2e4, -2e4, 100.0, 0.0, float(top), heights)


def test_fly_all__meets_a_hill_and_flies_over_a_low_one():
    rockets = salvo(1)
    rockets["cls"], rockets["burn"], rockets["elevation"] = 0, 1.0, 0.6
    rockets["x0"] = rockets["y0"] = rockets["z0"] = 0.0
    rockets["azimuth"] = np.radians(90.0)
    fly_all(rockets, CLASSES, NATURE)
    free = rockets["x_impact"][0]
    assert free > 7e3
    top = rockets["apogee"][0]
    fly_all(rockets, CLASSES, NATURE._replace(terrain=hill(0.2 * top)))
    assert rockets["x_impact"][0] == pytest.approx(free, abs=1e-3)
    high = NATURE._replace(terrain=hill(2.0 * top))
    nodes = fly_all(rockets, CLASSES, high)
    x, y, z, *_ = position(nodes, rockets[0], CLASSES[0], 1e9)
    assert 4e3 < x < 5e3
    # On the slope, to the tolerance of the search.
    assert height(x, y, z, EARTH) == pytest.approx(2.0 * top * (1.0 - (5e3 - x) / 1e3), abs=0.01)


@pytest.mark.kernel
def test_gravity__is_the_normal_gravity_of_wgs84():
    # NGA.STND.0036 (2014), table 3.5 and Somigliana's formula, eq. (4-1): at the ellipsoid.
    for lat, want in ((0.0, 9.7803253359), (45.0, 9.8061977694), (90.0, 9.8321849379)):
        e = standard(lat, 1).earth
        # 1.2e-4 at the pole: the field here ends at the second zonal harmonic.
        assert np.linalg.norm(gravity(0.0, 0.0, 0.0, e)) == pytest.approx(want, abs=1.3e-4)


def test_fly_all__of_nothing_is_nothing():
    assert fly_all(salvo(0), CLASSES, NATURE).shape == (0, 6)


@pytest.mark.kernel
def test_fly_all__a_motor_that_fails_at_once_drops_the_rocket_near_its_rail():
    rockets = salvo(1)
    rockets["burn"], rockets["elevation"], rockets["cls"] = 0.0, 0.8, 0
    rockets, nodes = flown(rockets)
    speed2 = 2.0 * RAIL * 9_000.0 / 40.0
    reach = np.hypot(rockets["x_impact"] - rockets["x0"], rockets["y_impact"] - rockets["y0"])
    # Vacuum range from the end of the rail; 2 %: drag at 37 m/s.
    assert reach[0] == pytest.approx(speed2 * np.sin(1.6) / 9.80665, rel=0.02)
    x, y, *_ = position(nodes, rockets[0], CLASSES[0], rockets["t_impact"][0])
    assert (x, y) == pytest.approx((rockets["x_impact"][0], rockets["y_impact"][0]))


def test_fly_all__uncompiled_equals_compiled():
    program = (
        "import json, runpy, sys\n"
        "t = runpy.run_path(sys.argv[1])\n"
        "rockets, nodes = t['flown'](t['salvo'](3))\n"
        "print(json.dumps([nodes.tolist(), rockets['t_impact'].tolist()]))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__))],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    nodes_plain, t_plain = json.loads(answer.stdout)
    rockets, nodes = flown(salvo(3))
    # Not to the bit: Python's and the compiler's sin, cos and exp differ in the last one.
    assert nodes == pytest.approx(np.array(nodes_plain), rel=1e-12, abs=1e-7)
    assert rockets["t_impact"] == pytest.approx(np.array(t_plain), rel=1e-14)


@pytest.mark.kernel
def test_position__is_smooth_across_nodes():
    rockets = salvo(1)
    rockets["burn"], rockets["cls"], rockets["elevation"] = 1.0, 1, 0.7
    rockets, nodes = flown(rockets)
    for t in (0.3, 1.0, 2.5, 7.5, 20.0):
        t += rockets["t_launch"][0]
        before = np.array(position(nodes, rockets[0], CLASSES[1], t - 1e-4))
        after = np.array(position(nodes, rockets[0], CLASSES[1], t + 1e-4))
        # Velocity is the derivative of position: central difference, error dt^2 and rounding.
        slope = (after[:3] - before[:3]) / 2e-4
        middle = np.array(position(nodes, rockets[0], CLASSES[1], t))[3:]
        assert slope == pytest.approx(middle, abs=0.02 * cos(0.7))
