"""Draw docs/figures/envelope.png: where an interceptor arrives, and after how long.

python scripts/plot_envelope.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from opendome.kernels import flyout
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.models.interceptors.short_range import ShortRange

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "envelope.png"


def main() -> None:
    """Time of flight and lateral limit over ground distance and height."""
    kind = ShortRange()
    table = flyout.flyout_table(kind.row()[0], air_table(), drag_table())
    d = np.arange(flyout.N_D) * flyout.D_STEP / 1e3
    h = np.arange(flyout.N_H) * flyout.H_STEP / 1e3
    reached = np.isfinite(table[..., flyout.TOF])
    panels = (
        (flyout.TOF, 1.0, np.arange(4.0, 31.0, 2.0), "time of flight, s"),
        (flyout.SPEED, 1.0, np.arange(300.0, 901.0, 50.0), "speed on arrival, m/s"),
        (flyout.ALIMIT, 9.80665, np.arange(4.0, 27.0, 2.0), "lateral limit on arrival, g"),
    )
    figure, axes = plt.subplots(1, 3, figsize=(12.0, 3.9), sharey=True, layout="constrained")
    for axis, (column, unit, levels, title) in zip(axes, panels, strict=True):
        values = np.ma.masked_array(table[..., column] / unit, ~reached)
        axis.contourf(d, h, values.T, levels, cmap="viridis", alpha=0.35, extend="both")
        lines = axis.contour(d, h, values.T, levels, cmap="viridis", linewidths=1.0)
        axis.clabel(lines, levels[::2], fmt="%g", fontsize=8, colors="black")
        for y in (kind.h_min / 1e3, kind.h_max / 1e3):
            axis.axhline(y, color="black", linewidth=0.8, linestyle="--")
        turn = np.linspace(0.0, np.pi / 2.0, 50)
        near = kind.range_min / 1e3
        axis.plot(near * np.cos(turn), near * np.sin(turn), "k--", linewidth=0.8)
        axis.set(title=title, xlabel="ground distance, km", xlim=(0.0, 14.0), ylim=(0.0, 11.0))
    axes[0].set_ylabel("height above the launcher, km")
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=80, metadata={"Software": None})


if __name__ == "__main__":
    main()
