"""Kill probability: limits, monotony, and belief as the mean of truth."""

from math import hypot, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.kernels.lethality import (
    geometry,
    kill_expected,
    kill_given_error,
    shot_error,
)
from opendome.models.interceptors.short_range import ShortRange

ROUND = ShortRange().row()[0]
P_MAX = 0.95  # its reliability
few = settings(max_examples=50, deadline=None)
lengths = st.floats(0.1, 1_000.0)
speeds = st.floats(-900.0, 900.0)


@pytest.mark.kernel
@few
@given(divert=lengths, cep=st.floats(0.5, 20.0), s=lengths, more=st.floats(1.01, 10.0))
def test_kill_expected__falls_with_error_and_miss_and_rises_with_divert(divert, cep, s, more):
    p = kill_expected(ROUND, divert, cep, s)
    assert 0.0 <= p <= P_MAX
    assert kill_expected(ROUND, divert, cep, s * more) <= p
    assert kill_expected(ROUND, divert, cep * more, s) <= p
    assert kill_expected(ROUND, divert * more, cep, s) >= p


@pytest.mark.kernel
def test_kill_given_error__is_half_where_the_median_miss_is_the_lethal_radius():
    # Half of all misses are below the median: the cookie of that radius kills half.
    p = kill_given_error(ROUND, 100.0, ROUND["lethal_radius"], 50.0)
    assert p == pytest.approx(0.5 * P_MAX)
    assert kill_given_error(ROUND, 100.0, ROUND["lethal_radius"], 100.0) == 0.0


@pytest.mark.kernel
@pytest.mark.parametrize("s", [5.0, 40.0, 200.0])
def test_kill_expected__is_the_mean_of_the_truth_over_a_normal_error(s):
    # Two normal axes at 20,000 points: standard error 0.0034 at most, four of them.
    e = s * np.hypot(*np.random.default_rng(1).standard_normal((2, 20_000)))
    mean = np.mean([kill_given_error(ROUND, 60.0, 2.0, x) for x in e])
    assert kill_expected(ROUND, 60.0, 2.0, s) == pytest.approx(mean, abs=0.014)


@pytest.mark.kernel
def test_geometry__of_a_head_on_meeting_adds_the_speeds():
    # Body from the east, round towards the east, both level.
    vc, t_h, divert, cep = geometry(ROUND, -400.0, 0.0, 0.0, 5e3, 0.0, 600.0, 0.0, 100.0)
    assert vc == pytest.approx(1_000.0)
    assert t_h == pytest.approx(2.5)  # 2500 m of seeker range
    assert divert == pytest.approx(312.5)  # 100 m/s^2 for 2.5 s, nothing reserved head on
    assert cep == pytest.approx(sqrt(1.5**2 + 1.0**2))  # 1 ms of fuze at 1000 m/s


@pytest.mark.kernel
def test_geometry__of_a_crossing_meeting_steers_less_and_misses_more():
    _, t_h, divert, _ = geometry(ROUND, 0.0, 500.0, 0.0, 5e3, 0.0, 500.0, 0.0, 100.0)
    assert t_h == pytest.approx(2_500.0 / hypot(500.0, 500.0))
    assert divert < 0.5 * 100.0 * t_h**2
    # The same closing speed, met head on.
    head = geometry(ROUND, -200.0, 0.0, 0.0, 5e3, 0.0, hypot(500.0, 500.0) - 200.0, 0.0, 100.0)
    cross = geometry(ROUND, 0.0, 500.0, 0.0, 5e3, 0.0, 500.0, 0.0, 100.0)
    assert cross[2] < head[2]
    assert cross[3] > head[3]


@pytest.mark.kernel
@few
@given(vx=speeds, vy=speeds, vz=speeds, dx=speeds, dy=speeds, speed=st.floats(0.0, 900.0),
       gamma=st.floats(-1.5, 1.5), limit=st.floats(0.0, 300.0))  # fmt: skip
def test_geometry__is_finite_whatever_meets(vx, vy, vz, dx, dy, speed, gamma, limit):
    found = geometry(ROUND, vx, vy, vz, dx, dy, speed, gamma, limit)
    assert np.isfinite(found).all()
    assert found[2] >= 0.0
    assert found[3] >= ROUND["cep_seeker"]


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
