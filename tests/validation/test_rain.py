"""Attenuation of rain against the published table."""

from math import pi

import pytest

from opendome.models.radars._rain import attenuation, coefficients

# Recommendation ITU-R P.838-3 (2005), table 5: f in GHz, k_H, alpha_H, k_V, alpha_V.
TABLE = [
    (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
    (2, 0.0000847, 1.0664, 0.0000998, 0.9490),
    (3, 0.0001390, 1.2322, 0.0001942, 1.0688),
    (4, 0.0001071, 1.6009, 0.0002461, 1.2476),
    (6, 0.0007056, 1.5900, 0.0004878, 1.5728),
    (10, 0.01217, 1.2571, 0.01129, 1.2156),
    (20, 0.09164, 1.0568, 0.09611, 0.9847),
]


@pytest.mark.parametrize(("f", "kh", "ah", "kv", "av"), TABLE)
def test_coefficients__are_those_of_the_table(f, kh, ah, kv, av):
    # The table is rounded to four digits, small k to seven decimals.
    for tilt, k, alpha in ((0.0, kh, ah), (pi / 2.0, kv, av)):
        got = coefficients(f, 0.0, tilt)
        assert got[0] == pytest.approx(k, rel=5e-4, abs=5e-8)
        assert got[1] == pytest.approx(alpha, abs=6e-5)


def test_attenuation__of_heavy_rain_in_s_band_is_a_hundredth_of_a_decibel_a_km():
    # k R^alpha with the table's values at 3 GHz, horizontal: 0.0001390 x 25^1.2322.
    assert attenuation(3.0, 25.0, 0.0, 0.0) == pytest.approx(0.00734, rel=1e-3)
