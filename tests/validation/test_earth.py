"""The earth of the flight kernels against independent geodesy, and its series in the lanes."""

import numpy as np
import pymap3d
import pytest
from geographiclib.geodesic import Geodesic

from opendome.kernels import lanes
from opendome.kernels.earth import earth, gravity, height, on_surface

LAT, LON = 31.5, 34.6
HERE = earth(LAT)
RNG = np.random.default_rng(1)
FAR = RNG.uniform(-280e3, 280e3, (2, 60))  # m: up to 400 km from the origin
HIGH = RNG.uniform(0.0, 100e3, 60)  # m


def points():
    """Points of the frame with their heights along the normal, by pymap3d."""
    lat, lon, _ = pymap3d.enu2geodetic(*FAR, np.zeros(60), LAT, LON, 0.0)
    return pymap3d.geodetic2enu(lat, lon, HIGH, LAT, LON, 0.0)


def pulled(x, y, z):
    """What the lanes make of points: height and gravity."""
    s = np.zeros(lanes.FREE)
    n = len(x)
    for row, value in ((lanes.SX, x), (lanes.SY, y), (lanes.SZ, z)):
        s[row : row + n] = value
    lanes._pull(s, n, HERE)
    return s[lanes.H : lanes.H + n], [s[g : g + n] for g in (lanes.GX, lanes.GY, lanes.GZ)]


def test_height__is_that_of_pymap3d_but_for_the_line_it_is_measured_along():
    got = np.array([height(*p, HERE) for p in zip(*points(), strict=True)])
    # earth.py: along the line from the centre by at most 5.6e-6 of the height more
    assert np.all(got - HIGH > -1e-6)
    assert np.all(got - HIGH < 5.7e-6 * HIGH + 1e-6)


def test_lanes__agree_with_the_closed_forms():
    x, y, z = points()
    h, g = pulled(x, y, z)
    want = np.array([height(*p, HERE) for p in zip(x, y, z, strict=True)])
    assert h == pytest.approx(want, abs=1.5e-3)  # 1.25 mm at worst, at 396 km and 97 km up
    pull = np.array([gravity(*p, HERE) for p in zip(x, y, z, strict=True)]).T
    error = np.linalg.norm(np.array(g) - pull, axis=0) / np.linalg.norm(pull, axis=0)
    assert error.max() < 1e-7  # lanes.py promises 5e-8


@pytest.mark.parametrize("azimuth", [0.0, 45.0, 90.0, 200.0])
def test_surface__is_as_far_as_the_geodesic_of_geographiclib(azimuth):
    s = 100e3
    end = Geodesic.WGS84.Direct(LAT, LON, azimuth, s)
    x, y, _ = pymap3d.geodetic2enu(end["lat2"], end["lon2"], 0.0, LAT, LON, 0.0)
    z = on_surface(np.array([x]), np.array([y]), np.zeros(1), HERE)[0]
    # A chord is s - s^3 / (24 R^2); R along the azimuth is within 0.5 % of the Gaussian radius,
    # which moves the second term, 1.02 m, by a centimetre.
    chord = s - s**3 / (24.0 * HERE.radius**2)
    assert np.sqrt(x * x + y * y + z * z) == pytest.approx(chord, abs=0.02)
