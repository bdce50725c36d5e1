"""Birds, aircraft, drones, and the constant errors of radars."""

import numpy as np
import pytest
from scipy.stats import kstest

from opendome import settings, tables
from opendome.kernels import clutter

pytestmark = pytest.mark.kernel


def groups(**changes):
    rows = settings.CLUTTER.allocate(2)
    given = {
        "x": [0.0, 20e3], "y": [5e3, 0.0], "radius": 10e3, "number": [150, 50], "rcs": [0.01, 6.0],
        "swerling": 1, "speed_min": [10.0, 150.0], "speed_max": [20.0, 250.0],
        "height_min": [50.0, 3e3], "height_max": [1e3, 9e3], "turn": [300.0, 5e3],
    }  # fmt: skip
    for name, value in (given | changes).items():
        rows[name] = value
    return rows


def drawn(rows, seed=1, rep=0):
    objects = tables.OBJECTS.allocate(int(rows["number"].sum()))
    clutter.draw(rows, objects, seed, rep)
    return objects


def test_draw__fills_the_discs_and_bounds_evenly():
    rows = groups()
    objects = drawn(rows)
    for k, part in enumerate((objects[:150], objects[150:])):
        g = rows[k]
        away = np.hypot(part["x"] - g["x"], part["y"] - g["y"]) / g["radius"]
        speed = np.abs(part["omega"]) * part["turn"]
        for share in (
            away**2,
            (part["height"] - g["height_min"]) / (g["height_max"] - g["height_min"]),
            (speed - g["speed_min"]) / (g["speed_max"] - g["speed_min"]),
            part["phase"] / (2.0 * np.pi),
        ):
            assert kstest(share, "uniform").pvalue > 1e-4
        assert 0.2 < np.mean(part["omega"] > 0.0) < 0.8
        assert (part["rcs"] == g["rcs"]).all()


def test_draw__a_bird_stays_the_same_when_others_are_added():
    few, many = drawn(groups()), drawn(groups(number=[160, 50]))
    assert few[:150].tobytes() == many[:150].tobytes()
    assert few[150:].tobytes() == many[160:].tobytes()
    assert few.tobytes() != drawn(groups(), rep=1).tobytes()


def test_place__velocity_is_the_change_of_place_at_constant_speed_and_height():
    radius = 6.37e6
    for thing in drawn(groups())[::20]:
        a, b = (np.array(clutter.place(thing, 77.0 + dt, radius)) for dt in (-0.01, 0.01))
        now = np.array(clutter.place(thing, 77.0, radius))
        assert (b[:3] - a[:3]) / 0.02 == pytest.approx(now[3:], abs=1e-3)
        speed = abs(thing["omega"]) * thing["turn"]
        assert np.hypot(now[3], now[4]) == pytest.approx(speed)
        x, y, z = now[:3]
        up = np.linalg.norm([x, y, z + radius]) - radius
        assert up == pytest.approx(thing["height"], abs=1e-6)


def test_draw_bias__is_one_draw_a_radar_and_replication(sensed):
    rows = np.repeat(sensed.radars, 400).view(type(sensed.radars))
    rows["sigma_bias_r"], rows["sigma_bias_a"] = 8.0, 1e-3
    bias, again, other = (np.zeros((400, 3)) for _ in range(3))
    clutter.draw_bias(rows, bias, 3, 0)
    clutter.draw_bias(rows, again, 3, 0)
    clutter.draw_bias(rows, other, 3, 1)
    assert (bias == again).all()
    assert (bias != other).all()
    for column, sigma in zip(bias.T, (8.0, 1e-3, 1e-3), strict=True):
        assert kstest(column / sigma, "norm").pvalue > 1e-4
    rows["sigma_bias_r"] = rows["sigma_bias_a"] = 0.0
    clutter.draw_bias(rows, bias, 3, 0)
    assert (bias == 0.0).all()
