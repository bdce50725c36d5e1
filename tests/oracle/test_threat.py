"""Probability of falling on a place, against independent integrals and exhaustive search."""

from math import cos, hypot, pi, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ncx2

from opendome import tables
from opendome.kernels.threat import axes, disc_probability, threaten
from opendome.kernels.warn import warn
from opendome.world import belief, scratch

pytestmark = pytest.mark.kernel


# ---------------------------------------------------------------- one disc


@given(st.floats(-2, 1), st.floats(0, 3), st.floats(0, 2 * pi))
@settings(max_examples=300, deadline=None)
def test_disc_probability__of_a_round_normal_is_a_noncentral_chi_square(lg, near, angle):
    s = 10.0**lg  # radius 1
    d = abs(1.0 + (near - 1.5) * 2.0 * s)  # around the edge, where it changes
    want = ncx2.cdf((1.0 / s) ** 2, 2, (d / s) ** 2)
    got = disc_probability(d * cos(angle), d * sin(angle), 1.0, s, s)
    # Measured over 240,000 cases: 1.3e-3, of which 6e-5 lie beyond REACH.
    assert got == pytest.approx(want, abs=1.5e-3)


def polar(u, v, r, s1, s2):
    """The density summed over rings and directions about the disc's centre."""
    n_ring, n_turn = 240, 1000
    x, w = np.polynomial.legendre.leggauss(n_ring)
    rho = 0.5 * r * (x + 1.0)[:, None]
    turn = np.arange(n_turn) * (2.0 * pi / n_turn)
    q = ((u + rho * np.cos(turn)) / s1) ** 2 + ((v + rho * np.sin(turn)) / s2) ** 2
    rings = np.exp(-0.5 * q).sum(axis=1) * rho[:, 0] / (s1 * s2 * n_turn)
    return float(0.5 * r * w @ rings)


def cases(n, thinnest, seed):
    """Discs of radius 1 about ellipses of deviations 0.02 to 10, half of them near the edge."""
    peer = np.random.default_rng(seed)
    for k in range(n):
        s1 = 10.0 ** peer.uniform(-1.5, 1.0)
        s2 = max(s1 * 10.0 ** -peer.uniform(0.0, np.log10(thinnest)), 0.02)
        d = peer.uniform(0.0, 1.0 + 5.0 * s1) if k % 2 else abs(1.0 + s1 * peer.normal())
        angle = peer.uniform(0.0, 2.0 * pi)
        yield d * cos(angle), d * sin(angle), 1.0, max(s1, s2), s2


# 240,000 random cases of each kind found 1.3e-3 as the worst.
@pytest.mark.parametrize(("thinnest", "worst"), [(10.0, 1.5e-3), (30.0, 1.5e-3)])
def test_disc_probability__of_an_ellipse_agrees_with_polar_sums(thinnest, worst):
    errors = [abs(disc_probability(*c) - polar(*c)) for c in cases(16, thinnest, seed=2)]
    assert max(errors) < worst
    assert np.median(errors) < 1e-4


@pytest.mark.parametrize(
    ("case", "worst"),
    [  # (u, v, r, s1, s2): where a sum along the major axis is worst, up to 1.2e-2
        ((0.00687, 0.84054, 1.0, 0.2517, 0.02517), 1.5e-3),
        ((-3.4e-5, 0.85166, 1.0, 0.2621, 0.00874), 1.5e-3),
        ((-0.12, 0.897, 1.0, 0.293, 0.0316), 1.5e-3),
        ((0.31, 0.708, 1.0, 0.324, 0.0327), 1.5e-3),
        ((0.9, 0.01, 1.0, 0.05, 0.02), 1.5e-3),
        ((0.0, 1.0, 1.0, 0.03, 0.03), 1.5e-3),
        ((0.03, 0.999, 1.0, 0.02, 0.02), 1.5e-3),
    ],
)
def test_disc_probability__holds_where_the_edge_crosses_a_thin_ellipse(case, worst):
    assert disc_probability(*case) == pytest.approx(polar(*case), abs=worst)


def test_disc_probability__far_inside_and_far_outside():
    assert disc_probability(0.0, 0.0, 5_000.0, 100.0, 20.0) == 1.0
    assert disc_probability(9_000.0, 0.0, 5_000.0, 100.0, 20.0) == 0.0
    assert disc_probability(0.0, 6_000.0, 5_000.0, 2_000.0, 20.0) == 0.0
    assert disc_probability(0.0, 0.0, 1.0, 1e3, 1e3) == pytest.approx(5e-7, rel=1e-3)


@given(st.floats(1, 1e7), st.floats(1, 1e7), st.floats(-0.999, 0.999))
@settings(max_examples=100, deadline=None)
def test_axes__diagonalise_the_covariance(sxx, syy, rho):
    sxy = rho * sqrt(sxx * syy)
    s1, s2, c, s = axes(sxx, sxy, syy)
    values = np.linalg.eigvalsh([[sxx, sxy], [sxy, syy]])
    assert s1 == pytest.approx(sqrt(values[1]), rel=1e-9)
    assert s2 == pytest.approx(sqrt(max(values[0], 1.0)), rel=1e-4)  # cancellation at thin ones
    assert c * c * sxx + 2 * c * s * sxy + s * s * syy == pytest.approx(values[1], rel=1e-9)


# ---------------------------------------------------------------- all places


def predictions(fixed, n, seed):
    """Random predictions over, around and far beyond the places."""
    peer = np.random.default_rng(seed)
    known = belief(fixed, n, 1, 10 * len(fixed.places) + n)
    p = known.predictions
    x, y = fixed.places["x"], fixed.places["y"]
    p["known"] = 1
    p["x"] = peer.uniform(x.min() - 70e3, x.max() + 70e3, n)
    p["y"] = peer.uniform(y.min() - 70e3, y.max() + 70e3, n)
    close = peer.integers(0, len(x), n)
    p["x"][::2] = x[close][::2] + peer.normal(0.0, 3e3, n)[::2]
    p["y"][::2] = y[close][::2] + peer.normal(0.0, 3e3, n)[::2]
    s1 = 10.0 ** peer.uniform(1.0, np.log10(4e3), n)  # 4 km: the tracker's sigma_max
    s2 = s1 * peer.uniform(0.05, 1.0, n)
    turn = peer.uniform(0.0, pi, n)
    p["sxx"] = (s1 * np.cos(turn)) ** 2 + (s2 * np.sin(turn)) ** 2
    p["syy"] = (s1 * np.sin(turn)) ** 2 + (s2 * np.cos(turn)) ** 2
    p["sxy"] = (s1**2 - s2**2) * np.sin(turn) * np.cos(turn)
    p["t_impact"] = 30.0
    known.tracks["id"] = np.arange(n)
    clock = tables.CLOCK.allocate(1)
    clock["n_slots"], clock["t"], clock["n_warnings"] = n, 0.0, 0
    return clock, known


def everywhere(p, places, margin=0.0):
    """Probability of each place, none left out."""
    s1, s2, c, s = axes(p["sxx"], p["sxy"], p["syy"])
    out = np.zeros(len(places))
    for j, place in enumerate(places):
        dx, dy, r = place["x"] - p["x"], place["y"] - p["y"], place["radius"] + margin
        # Beyond 4 deviations the normal counts as nothing: see REACH.
        if hypot(dx, dy) - r < 4.1 * s1:
            out[j] = disc_probability(c * dx + s * dy, c * dy - s * dx, r, s1, s2)
    return out


def test_threaten__misses_no_place(may_2021):
    n = 60
    clock, known = predictions(may_2021, n, seed=4)
    threaten(clock[0], may_2021, known)
    threatened = 0
    for p in known.predictions:
        want = everywhere(p, may_2021.places)
        assert p["threat"] == pytest.approx(min(want.sum(), 1.0), abs=1e-12)
        assert p["place"] == (want.argmax() if want.max() > 0.0 else -1)
        threatened += p["threat"] > 0.01
    assert 15 < threatened < n


def test_warn__misses_no_place_and_warns_each_once(may_2021):
    rule = may_2021.warning_rule[0]
    clock, known = predictions(may_2021, 60, seed=5)
    assert warn(clock[0], may_2021, known, scratch(1, 1))
    want = {}
    for i, p in enumerate(known.predictions):
        if axes(p["sxx"], p["sxy"], p["syy"])[0] > rule["sigma_max"]:
            continue
        chance = everywhere(p, may_2021.places, rule["margin"])
        for j in np.flatnonzero(chance >= rule["p_min"]):
            want.setdefault(int(j), i)
    given_out = known.warnings[: clock["n_warnings"][0]]
    assert len(want) > 30
    assert dict(zip(given_out["place"].tolist(), given_out["track"].tolist(), strict=True)) == want
    assert len(given_out) == len(want)


def test_warn__holds_a_warning_and_says_when_its_table_is_full(sensed):
    clock, known = predictions(sensed, 1, seed=6)
    p = known.predictions
    p["x"], p["y"] = sensed.places["x"][0], sensed.places["y"][0]
    p["sxx"], p["sxy"], p["syy"] = 1e4, 0.0, 1e4
    hold = sensed.warning_rule["hold"][0]
    counts = []
    for t in (0.0, hold - 1.0, hold, 1.5 * hold, 2.5 * hold):
        clock["t"], p["t_impact"] = t, t + 1.0
        assert warn(clock[0], sensed, known, scratch(1, 1))
        counts.append(int(clock["n_warnings"][0]))
    assert counts == [1, 1, 2, 2, 3]
    clock["t"] = 9.0 * hold
    assert warn(clock[0], sensed, known, scratch(1, 1))
    assert clock["n_warnings"][0] == 3  # it should have come down already
    p["t_impact"] = 10.0 * hold
    full = known._replace(warnings=known.warnings[:3])
    assert not warn(clock[0], sensed, full, scratch(1, 1))
