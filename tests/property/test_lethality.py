"""Kill probability: limits, monotony, and belief as the mean of truth."""

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from opendome.kernels import kills
from opendome.kernels.flyout import SIZE as FLYOUTS
from opendome.kernels.lethality import aspect, kill_expected, kill_given_error, shot_error
from opendome.models.interceptors.short_range import ShortRange

ROUND = ShortRange().row()[0]
few = settings(max_examples=50, deadline=None)
speeds = st.floats(-900.0, 900.0)
anything = st.floats(allow_nan=True, allow_infinity=True)


@pytest.fixture(scope="module")
def table(two_towns):
    return two_towns.fixed.rounds[0]


def flat(made):
    """A kill table as the look-up reads it, behind a flyout table."""
    return np.concatenate([np.zeros(FLYOUTS), made.ravel()])


SPREAD = flat(np.broadcast_to(np.linspace(1.0, 0.0, kills.N_E), kills.SHAPE))


# ---------------------------------------------------------------- the burst


@pytest.mark.kernel
@pytest.mark.parametrize("miss", [0.0, 1.0, 3.0, 4.0, 6.0, 12.0])
@pytest.mark.parametrize("w", [300.0, 1_500.0])
def test_burst__is_the_probability_of_a_rice_variable(miss, w):
    # The distance of a circular normal from a point `miss` away has Rice's distribution.
    sigma = sqrt(ROUND["cep_seeker"] ** 2 + (1e-3 * w) ** 2) / 1.1774100225154747
    theory = stats.rice.cdf(ROUND["lethal_radius"] / sigma, miss / sigma)
    assert kills.burst(miss, w, ROUND) == pytest.approx(theory, abs=1.5e-3)


@pytest.mark.kernel
def test_burst__kills_half_where_the_median_miss_is_the_lethal_radius():
    row = ShortRange().row()
    row["cep_seeker"] = row["lethal_radius"]
    assert kills.burst(0.0, 0.0, row[0]) == pytest.approx(0.5, abs=1.5e-3)
    assert kills.burst(np.inf, 500.0, row[0]) == kills.burst(np.nan, 500.0, row[0]) == 0.0


# ---------------------------------------------------------------- look-up


@pytest.mark.kernel
@few
@given(d=anything, h=anything, v=anything, c=anything, error=anything)
def test_kill_probability__is_one_whatever_meets(d, h, v, c, error):
    p = kills.kill_probability(SPREAD, kills.TRUTH, d, h, v, c, error)
    assert 0.0 <= p <= 1.0
    if not error >= 0.0:
        assert p == 0.0


@pytest.mark.kernel
def test_kill_probability__is_linear_between_its_points():
    axes = [np.arange(n, dtype=float) for n in kills.SHAPE[1:]]
    made = np.zeros(kills.SHAPE)
    made[1] = sum(np.meshgrid(*axes, indexing="ij"))  # the sum of the five indices
    error = 300.0  # its place on the axis: 10 times 300 / 500
    got = kills.kill_probability(
        flat(made), kills.BELIEF, 1_250.0, 2_500.0, 150.0 + 375.0, 0.5, error
    )
    assert got == pytest.approx(1.25 + 2.5 + 1.5 + 4.5 + 6.0)


@pytest.mark.parametrize("s", [10.0, 40.0, 200.0])
def test_kill_expected__is_the_mean_of_the_truth_over_a_normal_error(table, s):
    # Two normal axes at 20,000 points: standard error 0.0034 at most, four of them; and the
    # straight lines between the errors of both tables.
    e = s * np.hypot(*np.random.default_rng(1).standard_normal((2, 20_000)))
    for d, h, v, c in ((3e3, 2e3, 400.0, -1.0), (8e3, 5e3, 650.0, -2 / 3), (10e3, 3e3, 400.0, 0.0)):
        mean = np.mean([kill_given_error(ROUND, table, d, h, v, c, x) for x in e])
        assert kill_expected(ROUND, table, d, h, v, c, s) == pytest.approx(mean, abs=0.03)


def test_kill_table__falls_as_the_error_grows(table):
    # Means over four meetings: a round may by chance do better with a little more error, where
    # its seeker comes to look at the body only then.
    truth, belief = made = table[FLYOUTS:].reshape(kills.SHAPE)
    rise = np.diff(truth, axis=-1)
    assert rise.max() < 0.8
    assert rise.mean() < 0.0
    assert (truth[..., -1] == 0.0).all()
    assert (belief[..., -1] == 0.0).all()
    assert ((made >= 0.0) & (made <= 1.0 + 1e-12)).all()


def test_kill_table__keeps_the_level_that_the_calibration_knows(table):
    # Head on, with the error of a good track, guidance leaves next to nothing: what is left is the
    # burst over the seeker's own error, which the reliability was calibrated with.
    for d, h in ((4e3, 2e3), (6e3, 4e3), (8e3, 3e3)):
        p = kills.kill_probability(table, kills.BELIEF, d, h, 400.0, -0.9, 20.0)
        assert p == pytest.approx(kills.burst(0.0, 1_000.0, ROUND), abs=0.02)


# ---------------------------------------------------------------- geometry


@pytest.mark.kernel
def test_aspect__of_bodies_that_come_go_and_cross():
    # Round due east and level.
    assert aspect(-400.0, 0.0, 0.0, 5e3, 0.0, 0.0) == pytest.approx((400.0, -1.0))
    assert aspect(300.0, 0.0, 0.0, 5e3, 0.0, 0.0) == pytest.approx((300.0, 1.0))
    assert aspect(0.0, 30.0, -40.0, 5e3, 0.0, 0.0) == pytest.approx((50.0, 0.0))
    # Straight up at a body that falls.
    assert aspect(0.0, 0.0, -500.0, 0.0, 0.0, 0.5 * pi) == pytest.approx((500.0, -1.0))


@pytest.mark.kernel
@few
@given(along=st.floats(-200.0, 200.0), across=st.floats(0.0, 200.0), turn=st.floats(0.0, 2 * pi))
def test_shot_error__counts_only_what_lies_across_the_closing_direction(along, across, turn):
    # Round due east at 600 m/s, body due west at 400 m/s: the closing direction is east-west.
    ey, ez = across * np.cos(turn), across * np.sin(turn)
    got = shot_error(3e3 + along, 1e3 + ey, 2e3 + ez, -400.0, 0.0, 0.0,
                     3e3, 1e3, 2e3, 1.0, 0.0, 600.0, 0.0)  # fmt: skip
    assert got == pytest.approx(across, abs=1e-9)


@pytest.mark.kernel
def test_shot_error__never_exceeds_the_distance():
    rng = np.random.default_rng(2)
    for _ in range(50):
        a, b, v, d = rng.normal(0.0, 300.0, (4, 3))
        e = shot_error(*a, *v, *b, d[0], d[1], 500.0, 0.3)
        assert e <= np.linalg.norm(a - b) * (1.0 + 1e-12)


@pytest.mark.kernel
@few
@given(c=st.floats(-1.0, 1.0), gamma=st.floats(-1.5, 1.5), k=st.integers(0, kills.MEETINGS - 1))
def test_turn__keeps_the_angle_and_lets_the_body_fall_if_it_can(c, gamma, k):
    u = np.array(kills._turn(c, gamma, k))
    assert np.linalg.norm(u) == pytest.approx(1.0)
    assert u @ [np.cos(gamma), 0.0, np.sin(gamma)] == pytest.approx(c, abs=1e-9)
    if np.cos(gamma) * np.sqrt(1.0 - c * c) > abs(c * np.sin(gamma)):
        assert u[2] < 1e-9
