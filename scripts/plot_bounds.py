"""Draw docs/figures/tracking-bound.png: error of the tracker over the Cramer-Rao bound.

    python scripts/plot_bounds.py [FLIGHTS]

Root mean square errors of impact point and launch point over the bound, by number of plots, of the
matched flights and of those with unknown drag curve, wind, boost and bias (tracking/efficiency.py).
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from opendome.tracking import efficiency, trials

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "tracking-bound.png"
SEED = 1
PANELS = (
    ("matched", "drag law known, no wind", efficiency.matched),
    ("unknown", "drag curve, wind, boost, bias unknown", efficiency.unmatched),
)


def main(flights: int) -> None:
    """Measure and draw."""
    figure, axes = plt.subplots(2, 2, figsize=(9.0, 6.0), sharex=True, sharey="row")
    for row, (name, how, run) in zip(axes, PANELS, strict=True):
        for (far, speed), colour in zip(trials.RANGES, ("C0", "C1", "C2"), strict=True):
            for rate, style in ((False, "-"), (True, "--")):
                got = run(speed, flights, SEED, rate=rate)
                plots = [e.plots for e in got]
                label = f"{far / 1e3:g} km{', range rate' if rate else ''}"
                for axis, values in zip(
                    row, ([e.impact for e in got], [e.launch for e in got]), strict=True
                ):
                    axis.plot(plots, values, style, color=colour, marker=".", label=label)
        for axis, what in zip(row, ("impact point", "launch point"), strict=True):
            axis.axhline(1.0, color="black", linewidth=0.8)
            axis.set_title(f"{what}, {how}", fontsize=9)
        row[0].set_ylabel(f"{name}: RMS error over bound")
    for axis in axes[1]:
        axis.set_xlabel("plots")
    axes[0, 1].legend(fontsize=7)
    figure.suptitle(f"{flights} flights each: a ratio scatters by {50 / flights**0.5:.0f} %")
    figure.tight_layout()
    figure.savefig(FIGURE, dpi=80, metadata={"Software": None})
    print(FIGURE)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
