"""A multifunction phased array that searches, tracks and locates weapons at once.

Generic: public statements on sensors of the EL/M-2084 kind, and textbook values where nothing is
public.  Search and track beams share the time; the radar equation gives the SNR of both.

Source: Skolnik, Radar Handbook, 3rd ed. (2008); Barton, Radar System Analysis and Modeling (2005).
"""

from math import ceil, log, pi, radians, sin
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from opendome.constants import BOLTZMANN, LIGHT_SPEED
from opendome.models.radars._rain import attenuation
from opendome.models.radars._time_budget import TimeBudget
from opendome.params import quantity
from opendome.settings import RADARS
from opendome.tables import Table


class Multifunction(TimeBudget):
    """Parameters of the radar; where it stands is the scenario's business."""

    TABLE: ClassVar[Table | None] = RADARS

    wavelength: float = quantity(
        "m",
        "wavelength",
        default=0.1,
        low=3e-3,
        high=1.0,
        source="S band (2 to 4 GHz): manufacturer's statements in trade press 2016-21; 3 GHz",
        grade="published",
    )
    power: float = quantity(
        "W",
        "average transmitted power",
        default=2e3,
        low=1.0,
        high=1e7,
        source="assumption: about 2000 elements of 1 W average",
        grade="assumed",
    )
    gain: float = quantity(
        "dB",
        "antenna gain, one way",
        default=38.0,
        low=0.0,
        high=60.0,
        source="4 pi A e / wavelength^2: aperture A of 9 m^2, efficiency e of 0.55; A is assumed",
        grade="assumed",
    )
    noise_temperature: float = quantity(
        "K",
        "noise temperature of the system",
        default=600.0,
        low=10.0,
        high=1e5,
        source="assumption: noise figure of 3.5 dB (360 K), antenna and losses before it 240 K",
        grade="assumed",
    )
    losses: float = quantity(
        "dB",
        "system losses",
        default=8.0,
        low=0.0,
        high=40.0,
        source="assumption: beam shape 2.5, transmit and receive lines 2, filter mismatch 1, "
        "straddling 1, constant-false-alarm threshold 1.5",
        grade="assumed",
    )
    reference_range: float = quantity(
        "m",
        "range at which 1 m^2 gives a mean SNR of 1 in a track beam; 0: by the radar equation",
        default=0.0,
        low=0.0,
        high=1e7,
        source="radar equation of the quantities above",
        grade="derived",
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
    tilt: float = quantity(
        "rad",
        "elevation of the array's normal",
        default=radians(20.0),
        low=radians(-10.0),
        high=radians(90.0),
        source="assumption: the beam reaches the horizon and 70 deg",
        grade="assumed",
    )
    scan_loss: float = quantity(
        "1",
        "exponent of the cosine off the array's normal in the SNR; 0 for an antenna that turns",
        default=3.0,
        low=0.0,
        high=6.0,
        source="Skolnik (2008): cos^1.5 a way, projected aperture and element pattern",
        grade="published",
    )
    beamwidth: float = quantity(
        "rad",
        "3 dB beam width at the array's normal",
        default=radians(2.0),
        low=radians(0.1),
        high=radians(20.0),
        source="assumption: 0.1 m wavelength over an aperture of 3 m",
        grade="assumed",
    )
    bursts: int = quantity(
        "1",
        "bursts whose powers a look adds; a dwell is split evenly among them",
        default=1,
        low=1,
        high=64,
        source="assumption: one coherent burst a dwell",
        grade="assumed",
    )
    p_fa: float = quantity(
        "1",
        "false-alarm probability of one cell",
        default=1e-7,
        low=1e-12,
        high=1e-2,
        source="assumption: one false alarm of the fence in five scans; Skolnik (2001): 1e-6 and "
        "less are customary",
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
        "range-rate resolution of a track beam; 0: range rate is not measured",
        default=16.7,
        low=0.0,
        high=1e3,
        source="wavelength / 2T, 0.1 m and a dwell T of 3 ms; multiple pulse rates are assumed to "
        "resolve the ambiguity",
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
        source="assumption: a sixteenth of the range-rate cell",
        grade="assumed",
    )
    sigma_bias_r: float = quantity(
        "m",
        "standard deviation of the constant range error, one draw a radar and replication",
        default=5.0,
        low=0.0,
        high=1e3,
        source="assumption: half of the error at high SNR",
        grade="assumed",
    )
    sigma_bias_a: float = quantity(
        "rad",
        "the same of the constant errors of azimuth and elevation",
        default=0.3e-3,
        low=0.0,
        high=0.1,
        source="assumption: north and level are found to a minute of arc",
        grade="assumed",
    )
    design_rcs: float = quantity(
        "m^2",
        "cross-section that it expects of a rocket",
        default=0.03,
        low=1e-6,
        high=1e3,
        source="assumption: as the shipped 122 mm class",
        grade="assumed",
    )
    revisit: float = quantity(
        "s",
        "least time between two beams at a body that threatens nothing",
        default=1.0,
        low=0.0,
        high=60.0,
        source="assumption: every body is looked at once a second while time is left",
        grade="assumed",
    )
    prf: float = quantity(
        "Hz",
        "mean pulse rate of the beams that touch the ground; 0: no canceller",
        default=1400.0,
        low=0.0,
        high=1e6,
        source="c / 2R: the pulses of 100 km do not overlap",
        grade="derived",
    )
    clutter_top: float = quantity(
        "rad",
        "elevation up to which the canceller is used",
        default=radians(2.5),
        low=radians(-5.0),
        high=radians(90.0),
        source="assumption: the lowest beam",
        grade="assumed",
    )
    clutter_plots: float = quantity(
        "1",
        "mean number of plots of clutter residue a scan",
        default=0.1,
        low=0.0,
        high=1e3,
        source="assumption: what the canceller leaves of ground, sea and birds",
        grade="assumed",
    )
    clutter_range: float = quantity(
        "m",
        "range up to which clutter residue lies",
        default=30e3,
        low=1.0,
        high=500e3,
        source="horizon of a sensor some 50 m high: sqrt(2 k R h)",
        grade="derived",
    )
    gas: float = quantity(
        "dB/m",
        "attenuation by air at the ground, one way",
        default=7e-6,
        low=0.0,
        high=1e-2,
        source="ITU-R P.676: about 0.007 dB/km at 3 GHz",
        grade="published",
    )
    rain_rate: float = quantity(
        "m/s",
        "rain rate, even over all ranges; ITU-R P.838-3 gives the attenuation",
        default=0.0,
        low=0.0,
        high=200.0 / 3.6e6,
        source="a clear day",
        grade="assumed",
        suffixes=("mmph",),
    )
    rain_top: float = quantity(
        "m",
        "height of the rain above the radar",
        default=3.5e3,
        low=1.0,
        high=10e3,
        source="assumption: near the height of melting in the cool season",
        grade="assumed",
    )
    reports: Literal["nearest", "all"] = Field(
        default="nearest",
        description="which bodies it reports: those that no other radar is nearer to, or all",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Multifunction":
        if self.range_min >= self.range_max:
            raise ValueError(
                f"range_min ({self.range_min:g} m) is not below range_max ({self.range_max:g} m)"
            )
        if not self.el_min < self.fence_top <= self.volume_top:
            raise ValueError(
                f"el_min ({self.el_min:g} rad), fence_top ({self.fence_top:g} rad) and volume_top "
                f"({self.volume_top:g} rad) are not in this order"
            )
        if self.fence_share + self.volume_share > 1.0:
            raise ValueError(
                f"fence_share ({self.fence_share:g}) and volume_share ({self.volume_share:g}) are "
                "above 1 together"
            )
        return self

    def beams(self, low: float, high: float) -> int:
        """Beam positions between two elevations: their solid angle over a beam width squared."""
        angle = self.sector * (sin(high) - sin(low))
        return max(ceil(angle / self.beamwidth**2 - 1e-9), 1)

    def reach(self) -> float:
        """Range at which 1 m^2 gives a mean SNR of 1 a burst in a track beam, m.

        R^4 = P t G^2 lambda^2 / ((4 pi)^3 k T L): the radar equation with the energy of a burst.
        Source: Skolnik, Introduction to Radar Systems, 3rd ed. (2001), 1 and 2.
        """
        if self.reference_range > 0.0:
            return self.reference_range
        energy = self.power * self.track_dwell / self.bursts
        net = 10.0 ** ((2.0 * self.gain - self.losses) / 10.0)
        noise = BOLTZMANN * self.noise_temperature
        return float((energy * net * self.wavelength**2 / ((4.0 * pi) ** 3 * noise)) ** 0.25)

    def row(self) -> np.ndarray:
        """One row of `RADARS`; position, rotation and boresight stay missing."""
        row = super().row()
        row["half_sector"] = self.sector / 2.0
        row["reference_range"] = self.reach()
        row["search_share"] = self.fence_share + self.volume_share
        row["threshold"] = self._threshold()
        row["blind_speed"] = self.wavelength * self.prf / 2.0
        row["rain"] = self._rain() / 1e3
        row["everywhere"] = self.reports == "all"
        edges = (self.el_min, self.fence_top, self.volume_top)
        for name, low, high in zip(("fence", "volume"), edges, edges[1:], strict=False):
            share, period = getattr(self, f"{name}_share"), getattr(self, f"{name}_period")
            n = self.beams(low, high)
            dwell = share * period / n
            row[f"{name}_factor"] = dwell / self.track_dwell
            row[f"{name}_alarms"] = self._alarms(n, dwell) if share > 0.0 else 0.0
        if self.fence_share == 0.0:
            row["clutter_plots"] = 0.0
        return row

    def _alarms(self, n: int, dwell: float) -> float:
        """Mean number of false alarms of a pass: cells of range, beam and Doppler filter."""
        filters = max(1.0, self.prf * dwell) if self.rate_cell > 0.0 else 1.0
        return self.p_fa * n * filters * (self.range_max - self.range_min) / self.range_cell

    def _threshold(self) -> float:
        """Threshold on the sum of the bursts' powers, in noise powers."""
        if self.bursts == 1:
            return -log(self.p_fa)
        from scipy.special import gammainccinv

        return float(gammainccinv(self.bursts, self.p_fa))

    def _rain(self) -> float:
        """Attenuation of the rain, dB/km; circular polarisation, level path."""
        if self.rain_rate == 0.0:
            return 0.0
        ghz = LIGHT_SPEED / self.wavelength / 1e9
        return attenuation(ghz, self.rain_rate * 3.6e6, 0.0, pi / 4.0)
