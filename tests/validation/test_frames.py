"""Local frame and round earth against published WGS84 values and pymap3d."""

import numpy as np
import pymap3d
import pytest
from pymap3d import rcurve

from opendome import constants, frames

ORIGIN = (31.5, 34.6)
LATITUDES = [-80.0, 0.0, 31.5, 45.0, 60.0]


@pytest.mark.parametrize(
    ("lat_deg", "radius"),
    [
        (0.0, 6_356_752.3142),  # sqrt(M N) at the equator is b, the semi-minor axis
        (90.0, 6_399_593.6258),  # M = N = c at the pole, the polar radius of curvature
    ],
)
def test_earth_radius__matches_wgs84_table(lat_deg, radius):
    # NGA.STND.0036 (2014), tables 3.1 and 3.4 print 0.1 mm.
    assert frames.earth_radius(lat_deg) == pytest.approx(radius, abs=1e-4)


@pytest.mark.parametrize("lat_deg", LATITUDES)
def test_earth_radius__is_the_mean_of_pymap3d_curvatures(lat_deg):
    m = rcurve.meridian(lat_deg)
    n = rcurve.transverse(lat_deg)
    # Rounding only: a millionth of a metre in 6,000 km.
    assert frames.earth_radius(lat_deg) == pytest.approx(np.sqrt(m * n), abs=1e-6)


def height_error(lat_deg, distance, height):
    """Greatest |ellipsoidal height - height over the round earth| on a ring, m."""
    radius = frames.earth_radius(lat_deg)
    az = np.radians(np.arange(0.0, 360.0, 5.0))
    x, y = distance * np.sin(az), distance * np.cos(az)
    z = frames.surface_z(x, y, radius)
    up = (radius + height) / radius
    x, y, z = x * up, y * up, (z + radius) * up - radius
    _, _, h = frames.geodetic(x, y, z, (lat_deg, 34.6))
    return float(np.max(np.abs(h - height)))


# The bounds are those of the docstring of frames.py: measured, rounded up in the second digit.


@pytest.mark.parametrize("height", [0.0, 20e3, 60e3])
@pytest.mark.parametrize(("distance", "bound"), [(10e3, 0.02), (50e3, 0.49), (150e3, 4.5)])
def test_round_earth__error_at_31_5_north(distance, bound, height):
    assert 0.95 * bound < height_error(31.5, distance, height) <= bound


@pytest.mark.parametrize("lat_deg", LATITUDES)
@pytest.mark.parametrize(("distance", "bound"), [(50e3, 0.67), (150e3, 6.0)])
def test_round_earth__error_at_any_latitude(lat_deg, distance, bound):
    assert height_error(lat_deg, distance, 0.0) <= bound


@pytest.mark.parametrize("lat_deg", LATITUDES)
def test_surface_z__is_a_point_of_the_sphere(lat_deg):
    radius = frames.earth_radius(lat_deg)
    x, y = np.array([0.0, 3e3, -150e3]), np.array([0.0, -70e3, 40e3])
    z = frames.surface_z(x, y, radius)
    # Differences of numbers of 6e6 m keep 1e-9 m.
    np.testing.assert_allclose(np.hypot(np.hypot(x, y), z + radius), radius, rtol=0, atol=1e-8)
    assert z[0] == 0.0


def test_enu__turns_back_into_geodetic():
    lat, lon, h = np.meshgrid([30.0, 31.5, 33.0], [34.0, 35.5], [-400.0, 0.0, 60e3])
    x, y, z = frames.enu(lat, lon, h, ORIGIN)
    lat2, lon2, h2 = frames.geodetic(x, y, z, ORIGIN)
    # pymap3d inverts the ellipsoid in closed form: 1e-9 degrees are 0.1 mm.
    np.testing.assert_allclose(lat2, lat, rtol=0, atol=1e-9)
    np.testing.assert_allclose(lon2, lon, rtol=0, atol=1e-9)
    np.testing.assert_allclose(h2, h, rtol=0, atol=1e-4)


def test_enu__axes_are_east_north_up():
    east = frames.enu(ORIGIN[0], ORIGIN[1] + 1e-4, 0.0, ORIGIN)
    north = frames.enu(ORIGIN[0] + 1e-4, ORIGIN[1], 0.0, ORIGIN)
    up = frames.enu(*ORIGIN, 100.0, ORIGIN)
    # Snyder, Map Projections (USGS 1395, 1987), table 9: a degree at 31.5 N is 110.877 km of
    # latitude and 95.0 km of longitude, so 1e-4 degrees are about 11.09 m and 9.50 m.
    assert north == pytest.approx((0.0, 11.09, 0.0), abs=0.01)
    assert east == pytest.approx((9.50, 0.0, 0.0), abs=0.01)
    assert up == pytest.approx((0.0, 0.0, 100.0), abs=1e-8)


@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(31.5, 34.6), (31.9, 34.8), (29.5, 35.0)])
def test_rotation__agrees_with_pymap3d_vectors(lat_deg, lon_deg):
    v = (120.0, -340.0, 560.0)
    tip, foot = pymap3d.enu2ecef(*v, *ORIGIN, 0.0), pymap3d.enu2ecef(0.0, 0.0, 0.0, *ORIGIN, 0.0)
    want = pymap3d.ecef2enuv(*np.subtract(tip, foot), lat_deg, lon_deg)
    got = frames.rotation(lat_deg, lon_deg, ORIGIN) @ v
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-8)  # differences of 6e6 m keep 1e-9


def test_rotation__is_orthonormal_and_right_handed():
    r = frames.rotation(33.1, 35.6, ORIGIN)
    np.testing.assert_allclose(r @ r.T, np.eye(3), rtol=0, atol=1e-15)  # rounding
    assert np.linalg.det(r) == pytest.approx(1.0, abs=1e-15)


def test_constants__are_wgs84():
    # NGA.STND.0036 (2014), table 3.1: a and 1/f are exact by definition.
    assert constants.WGS84_A == 6_378_137.0
    assert pytest.approx(298.257223563, abs=1e-9) == 1.0 / constants.WGS84_F
