"""The 1976 standard atmosphere against its printed tables and against another implementation."""

import numpy as np
import pytest
from ambiance import Atmosphere
from scipy.integrate import cumulative_simpson

from opendome.constants import G0, GAMMA_AIR, P_SEA, R_AIR, R_GEOPOTENTIAL
from opendome.kernels.atmosphere import AIR_CELLS, AIR_TOP, STANDARD_TOP, air_table, atmosphere

# U.S. Standard Atmosphere, 1976, table I (density) and table III (speed of sound), by geometric
# altitude: m, kg/m^3, m/s.
TABLE = [
    (0, 1.2250, 340.29),
    (1_000, 1.1117, 336.43),
    (5_000, 7.3643e-1, 320.55),
    (10_000, 4.1351e-1, 299.53),
    (15_000, 1.9476e-1, 295.07),
    (20_000, 8.8910e-2, 295.07),
    (25_000, 4.0084e-2, 298.39),
    (30_000, 1.8410e-2, 301.71),
    (40_000, 3.9957e-3, 317.19),
    (50_000, 1.0269e-3, 329.80),
    (60_000, 3.0968e-4, 315.07),
    (70_000, 8.2829e-5, 297.06),
    (80_000, 1.8458e-5, 282.54),
]


@pytest.mark.kernel
@pytest.mark.parametrize(("z", "rho", "a"), TABLE)
def test_atmosphere__matches_the_printed_table(z, rho, a):
    got_rho, got_a = atmosphere(float(z))
    assert got_rho == pytest.approx(rho, rel=5e-5)  # five printed digits
    assert got_a == pytest.approx(a, abs=0.01)  # two printed decimals


@pytest.mark.kernel
def test_atmosphere__matches_the_printed_density_at_the_top():
    # Table I at 86 km, where the mean molecular weight has begun to fall: the source prints
    # 6.958e-6 kg/m^3.
    assert atmosphere(86_000.0)[0] == pytest.approx(6.958e-6, rel=2e-4)


def test_atmosphere__agrees_with_ambiance():
    z = np.linspace(-5_000.0, 81_000.0, 1_001)
    peer = Atmosphere(z)
    mine = np.array([atmosphere(h) for h in z])
    # Measured 2.0e-6 in density, above 11 km: the peer keeps the pressures at the layers' bases as
    # printed, with six digits.
    assert mine[:, 0] == pytest.approx(peer.density, rel=5e-6)
    assert mine[:, 1] == pytest.approx(peer.speed_of_sound, rel=1e-9)


def test_air_table__interpolates_within_its_stated_error():
    table = air_table()
    z = np.random.default_rng(3).uniform(0.0, STANDARD_TOP, 2_000)
    exact = np.array([atmosphere(h) for h in z])
    nodes = np.linspace(0.0, AIR_TOP, AIR_CELLS + 1)
    rho_a = np.interp(z, nodes, table[:, 0])
    inverse = np.interp(z, nodes, table[:, 1])
    # (cell / scale height)^2 / 8 = 6e-6 for density; measured 1.1e-4, and 2.2e-4 for
    # the speed of sound, in cells that hold a base of a layer.
    assert rho_a == pytest.approx(exact[:, 0] * exact[:, 1], rel=1.3e-4)
    assert inverse == pytest.approx(exact[:, 1] ** -2, rel=3e-4)


def test_atmosphere__agrees_with_fluids_up_to_86_km():
    from fluids.atmosphere import ATMOSPHERE_1976

    for z in np.linspace(0.0, 86_000.0, 87):
        peer = ATMOSPHERE_1976(z)
        rho, a = atmosphere(float(z))
        # The peer keeps the pressures at the layers' bases with seven digits.
        assert rho == pytest.approx(peer.rho, rel=2e-5)
        assert a == pytest.approx(peer.v_sonic, rel=2e-5)


@pytest.mark.parametrize("offset", [-30.0, 15.0])
def test_atmosphere__with_an_offset_is_hydrostatic(offset):
    # dp/dz = -rho g, integrated by scipy from the sea-level pressure with T = standard + offset.
    z = np.linspace(0.0, 80e3, 4_001)
    rho, a = np.array([atmosphere(h, offset) for h in z]).T
    standard = np.array([atmosphere(h)[1] for h in z])
    kelvin = a**2 / (GAMMA_AIR * R_AIR)
    assert kelvin - standard**2 / (GAMMA_AIR * R_AIR) == pytest.approx(offset, abs=1e-9)
    g = G0 * (R_GEOPOTENTIAL / (R_GEOPOTENTIAL + z)) ** 2
    p = P_SEA * np.exp(-cumulative_simpson(g / (R_AIR * kelvin), x=z, initial=0.0))
    # Simpson over 20 m across the corners of the temperature: 1e-6.
    assert rho == pytest.approx(p / (R_AIR * kelvin), rel=5e-6)


def test_air_table__holds_the_wind_of_its_levels():
    level, east, north = np.array([0.0, 5e3, 20e3]), np.array([2.0, 30.0, 5.0]), np.zeros(3)
    table = air_table(0.0, level, east, north)
    z = np.linspace(0.0, AIR_TOP, AIR_CELLS + 1)
    assert table[:, 2] == pytest.approx(np.interp(z, level, east))
    assert table[z > 20e3, 2] == pytest.approx(5.0)
    assert not table[:, 3].any()


@pytest.mark.kernel
def test_atmosphere__holds_its_ends_and_survives_nan():
    assert atmosphere(1e9) == atmosphere(86_000.0)
    assert atmosphere(-1e9) == atmosphere(-5_000.0)
    assert np.isfinite(atmosphere(-5_000.0)).all()
