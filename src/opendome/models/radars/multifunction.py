"""A multifunction phased-array radar that surveys and locates weapons at once.

Generic: public statements on sensors of the EL/M-2084 kind, and textbook values where nothing is
public.  SNR falls with the fourth power of range; errors grow as 1/sqrt(SNR).

Source: Skolnik, Radar Handbook, 3rd ed. (2008).
"""

from math import radians
from typing import ClassVar

import numpy as np
from pydantic import model_validator

from opendome.params import Model, quantity
from opendome.tables import RADARS, Table

_DERIVED = "15 dB on 1 m^2 at 100 km, fourth power of range: 100 km 10^(15/40)"


class Multifunction(Model):
    """Parameters of the radar; where it stands is the scenario's business."""

    TABLE: ClassVar[Table | None] = RADARS

    reference_range: float = quantity(
        "m",
        "range at which 1 m^2 gives a mean SNR of 1",
        default=237_137.0,
        low=1e3,
        high=1e6,
        source=_DERIVED + "; the 15 dB are assumed",
        grade="assumed",
    )
    range_min: float = quantity(
        "m",
        "least range",
        default=500.0,
        low=0.0,
        high=20e3,
        source="assumption: blind range of a pulse of a few microseconds",
        grade="assumed",
    )
    range_max: float = quantity(
        "m",
        "greatest range",
        default=100e3,
        low=1e3,
        high=500e3,
        source="weapon-location range repeated in trade press 2016-21, not confirmed",
        grade="assumed",
    )
    sector: float = quantity(
        "rad",
        "width of the sector in azimuth",
        default=radians(120.0),
        low=radians(1.0),
        high=radians(360.0),
        source="sector of one array face repeated in trade press 2016-21, not confirmed",
        grade="assumed",
    )
    el_min: float = quantity(
        "rad",
        "least elevation",
        default=radians(0.5),
        low=radians(-5.0),
        high=radians(30.0),
        source="assumption: a quarter of the beam width, clear of ground clutter",
        grade="assumed",
    )
    p_fa: float = quantity(
        "1",
        "false-alarm probability of one cell",
        default=1e-6,
        low=1e-12,
        high=1e-2,
        source="Skolnik (2008): customary design value",
        grade="assumed",
    )
    sigma_r0: float = quantity(
        "m",
        "range error at high SNR",
        default=10.0,
        low=0.01,
        high=1e3,
        source="assumption: a third of the range cell",
        grade="assumed",
    )
    sigma_a0: float = quantity(
        "rad",
        "angle error at high SNR",
        default=1e-3,
        low=1e-6,
        high=0.1,
        source="assumption: a thirty-fifth of the beam width, as monopulse radars reach",
        grade="assumed",
    )
    sigma_v0: float = quantity(
        "m/s",
        "range-rate error at high SNR",
        default=1.0,
        low=0.01,
        high=1e3,
        source="assumption: a thirteenth of the range-rate cell",
        grade="assumed",
    )
    range_cell: float = quantity(
        "m",
        "range resolution",
        default=30.0,
        low=0.1,
        high=5e3,
        source="assumption: c / 2B with a bandwidth B of 5 MHz",
        grade="assumed",
    )
    rate_cell: float = quantity(
        "m/s",
        "range-rate resolution; 0: range rate is not measured",
        default=12.5,
        low=0.0,
        high=1e3,
        source="assumption: wavelength / 2T, 0.1 m and a coherent dwell T of 4 ms",
        grade="assumed",
    )
    beamwidth: float = quantity(
        "rad",
        "3 dB beam width",
        default=radians(2.0),
        low=radians(0.1),
        high=radians(20.0),
        source="assumption: 0.1 m wavelength over an aperture of 3 m",
        grade="assumed",
    )
    false_plots: float = quantity(
        "1",
        "mean number of false plots a scan",
        default=0.5,
        low=0.0,
        high=1e3,
        source="assumption: clutter residue and birds after processing",
        grade="assumed",
    )
    capacity: int = quantity(
        "1",
        "most plots a scan",
        default=200,
        low=1,
        high=1_000_000,
        source="trade press 2016-21: hundreds of targets simultaneously",
        grade="published",
    )

    @model_validator(mode="after")
    def _ranges_in_order(self) -> "Multifunction":
        if self.range_min >= self.range_max:
            raise ValueError(
                f"range_min ({self.range_min:g} m) is not below range_max ({self.range_max:g} m)"
            )
        return self

    def row(self) -> np.ndarray:
        """One row of `RADARS`; position, rotation and boresight stay missing."""
        row = super().row()
        row["half_sector"] = self.sector / 2.0
        return row
