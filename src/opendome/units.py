"""Units: the suffixes that files may use, and their factors to SI.

Inside the program a number is SI or radians and its name has no suffix; in a file its key always
has one, except for pure numbers.
"""

from math import pi

#: Suffix of a key -> (SI unit, factor to SI).
SUFFIXES: dict[str, tuple[str, float]] = {
    "m": ("m", 1.0),
    "km": ("m", 1e3),
    "mm": ("m", 1e-3),
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "deg": ("rad", pi / 180.0),
    "rad": ("rad", 1.0),
    "mps": ("m/s", 1.0),
    "mps2": ("m/s^2", 1.0),
    "mmph": ("m/s", 1.0 / 3.6e6),
    "kg": ("kg", 1.0),
    "kgpm2": ("kg/m^2", 1.0),
    "m2": ("m^2", 1.0),
    "N": ("N", 1.0),
    "kN": ("N", 1e3),
    "W": ("W", 1.0),
    "kW": ("W", 1e3),
    "K": ("K", 1.0),
    "Hz": ("Hz", 1.0),
    "dB": ("dB", 1.0),
    "dB_per_m": ("dB/m", 1.0),
    "dB_per_km": ("dB/m", 1e-3),
    "usd": ("USD", 1.0),
    "per_s": ("1/s", 1.0),
    "per_day": ("1/day", 1.0),
    "per_sqrt_s": ("1/sqrt(s)", 1.0),
}

#: Suffixes that only the quantities that name them take.
_RARE = frozenset({"mm", "ms", "mmph"})

#: How a suffix is written in a message, where that differs from the suffix.
_SYMBOLS = {
    "mps": "m/s",
    "mps2": "m/s^2",
    "mmph": "mm/h",
    "kgpm2": "kg/m^2",
    "m2": "m^2",
    "dB_per_m": "dB/m",
    "dB_per_km": "dB/km",
    "usd": "USD",
    "per_s": "1/s",
    "per_day": "1/day",
    "per_sqrt_s": "1/sqrt(s)",
}

UNITS = frozenset({unit for unit, _ in SUFFIXES.values()} | {"1"})


def suffixes(unit: str) -> tuple[str, ...]:
    """Suffixes of a unit, SI first; ("",) for a pure number."""
    if unit == "1":
        return ("",)
    return tuple(s for s, (u, _) in SUFFIXES.items() if u == unit and s not in _RARE)


def factor(suffix: str) -> float:
    """Multiply a number with this suffix by this to get SI."""
    return SUFFIXES[suffix][1] if suffix else 1.0


def symbol(suffix: str) -> str:
    """The suffix as it is written after a number."""
    return _SYMBOLS.get(suffix, suffix)


def key(name: str, suffix: str) -> str:
    """The key in a file of the quantity `name` in the unit `suffix`."""
    return f"{name}_{suffix}" if suffix else name
