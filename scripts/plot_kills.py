"""Draw docs/figures/kill-table.png: how surely a working round kills, by the geometry it meets.

python scripts/plot_kills.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from opendome.interceptor_tables import interceptor_tables
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.kernels.flyout import flyout
from opendome.kernels.kills import BELIEF, TRUTH, kill_probability
from opendome.models.interceptors.short_range import ShortRange

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "kill-table.png"
D, H = np.linspace(0.0, 13e3, 105), np.linspace(500.0, 10e3, 77)
SPEED, DEVIATION = 500.0, 30.0


def main() -> None:
    """Maps for a body met head on and one that crosses, and curves over the hand-over error."""
    table = interceptor_tables(ShortRange().row(), air_table(), drag_table())[0]
    figure, axes = plt.subplots(1, 3, figsize=(12.0, 3.9), layout="constrained")
    for axis, c, title in ((axes[0], -0.9, "met head on"), (axes[1], 0.0, "crossing")):
        p = np.full((len(H), len(D)), np.nan)
        for j, h in enumerate(H):
            for i, d in enumerate(D):
                if np.isfinite(flyout(table, d, h)[0]):
                    p[j, i] = kill_probability(table, BELIEF, d, h, SPEED, c, DEVIATION)
        levels = np.arange(0.0, 1.01, 0.1)
        drawn = axis.contourf(D / 1e3, H / 1e3, p, levels, cmap="viridis")
        axis.set(title=f"{title}, {SPEED:g} m/s", xlabel="ground distance, km", xlim=(0.0, 13.0))
    axes[0].set_ylabel("height above the launcher, km")
    figure.colorbar(drawn, ax=axes[1], label="kill probability of a working round")
    errors = np.linspace(0.0, 800.0, 200)
    for c, style in ((-0.9, "-"), (0.0, "--")):
        for d, h in ((4e3, 3e3), (9e3, 4e3)):
            p = [kill_probability(table, TRUTH, d, h, SPEED, c, e) for e in errors]
            label = f"{d / 1e3:g} km, {h / 1e3:g} km up, {'head on' if c < 0 else 'crossing'}"
            axes[2].plot(errors, p, style, label=label)
    axes[2].set(title="over the error", xlabel="hand-over error, m", ylim=(0.0, 1.0))
    axes[2].legend(fontsize=8)
    figure.savefig(FIGURE, dpi=80, metadata={"Software": None})


if __name__ == "__main__":
    main()
