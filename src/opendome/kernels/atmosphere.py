"""U.S. Standard Atmosphere, 1976, with an offset of temperature, and its table for lane loops.

Symbols: z geometric height, m; h geopotential height, m; T (molecular-scale) temperature, K;
p pressure, Pa; rho density, kg/m^3; a speed of sound, m/s.
"""

from math import exp, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0, GAMMA_AIR, P_SEA, R_AIR, R_GEOPOTENTIAL, T_SEA

STANDARD_TOP = 86_000.0  # m, where the standard's lower part ends
AIR_TOP = 100_000.0  # m, last height of the table
AIR_CELLS = 2048  # cells of the table

#: Geopotential base heights (m) and lapse rates (K/m) of the layers, table 4 of the source.
_H = (0.0, 11_000.0, 20_000.0, 32_000.0, 47_000.0, 51_000.0, 71_000.0, 84_852.0)
_L = (-0.0065, 0.0, 0.001, 0.0028, 0.0, -0.0028, -0.002)


@kernel
def _pressure(p, T, L, dh):
    """Pressure dh above a layer's base (p, T, lapse rate L): eqs (33a) and (33b)."""
    if L == 0.0:
        return p * exp(-G0 * dh / (R_AIR * T))
    return p * (T / (T + L * dh)) ** (G0 / (R_AIR * L))


@kernel
def _geopotential(z):
    """Geopotential height of a geometric one, m: eq (18)."""
    return R_GEOPOTENTIAL * z / (R_GEOPOTENTIAL + z)


@kernel
def atmosphere(z, offset=0.0):
    """Density and speed of sound at a geometric height.

    Parameters
    ----------
    z : float, m
        Geometric height above sea level; clamped to -5,000 .. 86,000.
    offset : float, K
        Added to the temperature at every height; pressure follows from the hydrostatic equation,
        from the standard one at sea level.

    Returns
    -------
    rho : float, kg/m^3
    a : float, m/s

    Error
    -----
    Relative, against the tables of the source: within the last printed digit
    (tests/validation/test_atmosphere.py).  Above 80 km the molecular-scale temperature is used for
    the speed of sound, as the source does.

    Source
    ------
    U.S. Standard Atmosphere, 1976, NASA-TM-X-74335, table 4 and eqs (18), (23), (33a), (33b),
    (42), (50).
    """
    z = min(max(z, -5_000.0), STANDARD_TOP)
    h = _geopotential(z)
    T, p, i = T_SEA + offset, P_SEA, 0
    while i < 6 and h >= _H[i + 1]:
        dh = _H[i + 1] - _H[i]
        p = _pressure(p, T, _L[i], dh)
        T += _L[i] * dh
        i += 1
    p = _pressure(p, T, _L[i], h - _H[i])
    T += _L[i] * (h - _H[i])
    return p / (R_AIR * T), sqrt(GAMMA_AIR * R_AIR * T)


def air_table(
    offset: float = 0.0,
    level: np.ndarray | None = None,
    east: np.ndarray | None = None,
    north: np.ndarray | None = None,
) -> np.ndarray:
    """Atmosphere as the flight kernels read it: no exp, no root, no division.

    Parameters
    ----------
    offset : float, K
        See `atmosphere`.
    level, east, north : ndarray (n,), m and m/s, optional
        Wind by height: where it blows to.  Linear between levels, constant beyond the ends;
        without them the air is still.

    Returns
    -------
    ndarray, (2049, 4)
        Columns rho * a (kg/m^2/s), 1 / a^2 (s^2/m^2), wind east and north (m/s) at equal steps
        of height, 0 .. 100 km.  Above 86 km the temperature stays (the standard's does to 91 km).

    Error
    -----
    Linear interpolation: relative 6e-6, in a cell that holds a layer's base 1.1e-4
    (tests/validation/test_atmosphere.py).  Wind: a level within a cell of 49 m is cut off.
    """
    rows = np.zeros((AIR_CELLS + 1, 4))
    height = np.linspace(0.0, AIR_TOP, AIR_CELLS + 1)
    for row, z in zip(rows, height, strict=True):
        rho, a = atmosphere(z, offset)
        if z > STANDARD_TOP:
            scale = a * a / (GAMMA_AIR * G0)
            rho *= exp((_geopotential(STANDARD_TOP) - _geopotential(z)) / scale)
        row[0], row[1] = rho * a, 1.0 / (a * a)
    if level is not None and east is not None and north is not None:
        rows[:, 2], rows[:, 3] = np.interp(height, level, east), np.interp(height, level, north)
    return rows
