"""Falling pieces against an independent integrator and a closed form."""

from math import exp, log

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import G0
from opendome.kernels import debris
from opendome.kernels.atmosphere import AIR_TOP, air_table

LEVELS = np.array([0.0, 2e3, 8e3])
AIR = air_table(0.0, LEVELS, np.array([5.0, 10.0, 30.0]), np.array([-3.0, 0.0, 8.0]))
FALLS = [  # height, velocity, ballistic coefficient
    (6e3, (350.0, 100.0, -400.0), 500.0),
    (3e3, (-200.0, 300.0, -300.0), 120.0),
    (9e3, (400.0, -300.0, 350.0), 100.0),
    (600.0, (500.0, 0.0, -500.0), 400.0),
    (5e3, (0.0, 0.0, 0.0), 400.0),
]


def peer(h, v, beta):
    heights = np.linspace(0.0, AIR_TOP, len(AIR))

    def rates(t, s):
        rho = np.interp(s[2], heights, AIR[:, 0]) * np.interp(s[2], heights, AIR[:, 1]) ** 0.5
        wind = [np.interp(s[2], heights, AIR[:, 2]), np.interp(s[2], heights, AIR[:, 3]), 0.0]
        u = s[3:] - wind
        return np.concatenate([s[3:], -rho * np.linalg.norm(u) * u / (2.0 * beta) - [0.0, 0.0, G0]])

    def ground(t, s):
        return s[2]

    ground.terminal, ground.direction = True, -1
    start = np.array([0.0, 0.0, h, *v])
    flight = solve_ivp(rates, (0.0, 600.0), start, method="DOP853", rtol=1e-10, atol=1e-8,
                       events=ground)  # fmt: skip
    return *flight.y[:2, -1], flight.t[-1]


@pytest.mark.kernel
@pytest.mark.parametrize(("h", "v", "beta"), FALLS)
def test_fall__agrees_with_dop853(h, v, beta):
    x, y, t = debris.fall(h, *v, beta, AIR)
    x_peer, y_peer, t_peer = peer(h, v, beta)
    assert np.hypot(x - x_peer, y - y_peer) < 25.0  # measured: 20 m, of 4.8 km
    assert t == pytest.approx(t_peer, abs=0.25)


@pytest.mark.kernel
def test_fall__from_rest_in_even_air_is_the_closed_form():
    # v' = g - v^2 g / V^2 from rest: the way is V^2 / g ln cosh(g t / V).
    air = AIR.copy()
    air[:, 0], air[:, 1], air[:, 2:] = 340.0, 340.0**-2, 0.0  # 1 kg/m^3 all the way
    beta, h = 200.0, 1_500.0
    terminal = (2.0 * beta * G0) ** 0.5
    x = exp(h * G0 / terminal**2)
    t = terminal / G0 * log(x + (x * x - 1.0) ** 0.5)
    assert debris.fall(h, 0.0, 0.0, 0.0, beta, air) == pytest.approx((0.0, 0.0, t), abs=0.02)


@pytest.mark.kernel
def test_casualty_area__of_a_point_is_a_person():
    assert debris.casualty_area(0.0, 100.0) == pytest.approx(0.36)
    assert debris.casualty_area(16.0, 100.0) == pytest.approx(1.0)  # 0.4 m by 0.4 m


def test_scatter__keeps_the_mass_but_for_the_tenth_that_harms_nobody():
    for of in (debris.BODY, debris.ROUND):
        assert sum(k[1] for k in debris.KINDS if k[0] == of) == pytest.approx(0.9)
