"""Specific attenuation of rain: gamma = k R^alpha.

Source: Recommendation ITU-R P.838-3 (2005), equations (2) to (5) and tables 1 to 4; 1 to 1000 GHz.
"""

from math import cos, exp, log10

# sum a exp(-((log10 f - b) / c)^2), then the slope and the constant of a line in log10 f.
_LOG_K = {
    "h": (
        (
            (-5.33980, -0.10008, 1.13098),
            (-0.35351, 1.26970, 0.45400),
            (-0.23789, 0.86036, 0.15354),
            (-0.94158, 0.64552, 0.16817),
        ),
        -0.18961,
        0.71147,
    ),
    "v": (
        (
            (-3.80595, 0.56934, 0.81061),
            (-3.44965, -0.22911, 0.51059),
            (-0.39902, 0.73042, 0.11899),
            (0.50167, 1.07319, 0.27195),
        ),
        -0.16398,
        0.63297,
    ),
}
_ALPHA = {
    "h": (
        (
            (-0.14318, 1.82442, -0.55187),
            (0.29591, 0.77564, 0.19822),
            (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828),
            (16.1721, -3.29980, 3.43990),
        ),
        0.67849,
        -1.95537,
    ),
    "v": (
        (
            (-0.07771, 2.33840, -0.76284),
            (0.56727, 0.95545, 0.54039),
            (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226),
            (48.5833, 0.791459, 0.116479),
        ),
        -0.053739,
        0.83433,
    ),
}


def coefficients(f_ghz: float, elevation: float, tilt: float) -> tuple[float, float]:
    """k and alpha of gamma [dB/km] = k (R [mm/h])^alpha.

    Parameters
    ----------
    f_ghz : float, GHz
    elevation : float, rad
        Of the path.
    tilt : float, rad
        Of the polarisation from horizontal: pi / 4 for circular.
    """
    kh, kv = (10.0 ** _fit(_LOG_K[p], f_ghz) for p in "hv")
    ah, av = (_fit(_ALPHA[p], f_ghz) for p in "hv")
    mixed = cos(elevation) ** 2 * cos(2.0 * tilt)
    k = (kh + kv + (kh - kv) * mixed) / 2.0
    return k, (kh * ah + kv * av + (kh * ah - kv * av) * mixed) / (2.0 * k)


def attenuation(f_ghz: float, rate: float, elevation: float, tilt: float) -> float:
    """Attenuation of rain of a rate in mm/h, dB/km one way."""
    k, alpha = coefficients(f_ghz, elevation, tilt)
    return k * rate**alpha


def _fit(terms: tuple, f_ghz: float) -> float:
    bells, slope, constant = terms
    x = log10(f_ghz)
    return sum(a * exp(-(((x - b) / c) ** 2)) for a, b, c in bells) + slope * x + constant
