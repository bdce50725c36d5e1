"""Draw docs/figures/flight.png: flights of the rocket classes, and what wind does to them.

python scripts/plot_flight.py
"""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from opendome import surroundings, tables
from opendome.kernels.aiming import place
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import node_time, position
from opendome.kernels.earth import height
from opendome.kernels.flight import fly_all
from opendome.rocket_classes import rocket_classes

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "flight.png"
LATITUDE, ELEVATION = 31.5, np.radians(50.0)
NAMES = tuple(rocket_classes())
CLASSES = np.concatenate([rocket_classes()[name].row() for name in NAMES])
LEVELS = np.array([0.0, 2e3, 10e3, 15e3, 20e3])  # m
WIND = np.array([5.0, 10.0, 40.0, 25.0, 5.0])  # m/s, to the east


def fly(air: np.ndarray) -> tuple[np.ndarray, np.ndarray, Any]:
    """One rocket of each class to the north."""
    nature = surroundings.still(NAMES, LATITUDE)._replace(air=air)
    rockets = tables.ROCKETS.allocate(len(NAMES))
    rockets["cls"] = np.arange(len(NAMES))
    for name, value in (("t_launch", 0.0), ("x0", 0.0), ("y0", 0.0), ("azimuth", 0.0)):
        rockets[name] = value
    rockets["elevation"], rockets["burn"] = ELEVATION, 1.0
    place(rockets, nature)
    return rockets, fly_all(rockets, CLASSES, nature), nature.earth


def path(rocket: np.void, nodes: np.ndarray, earth: Any) -> np.ndarray:
    """Time (s), distance (km), height (km) and speed (m/s) along one flight."""
    cls = CLASSES[rocket["cls"]]
    burn = np.array([node_time(k, cls["burn_time"], cls) for k in range(int(cls["boost_steps"]))])
    times = np.append(burn, np.linspace(cls["burn_time"], rocket["t_impact"], 200))
    rows = []
    for t in times:
        x, y, z, *v = position(nodes, rocket, cls, t)
        rows.append((t, np.hypot(x, y) / 1e3, height(x, y, z, earth) / 1e3, np.linalg.norm(v)))
    return np.array(rows).T


def main() -> None:
    """Heights over distance, speeds over time, and how far wind carries the impact."""
    rockets, nodes, earth = fly(air_table())
    windy, _, _ = fly(air_table(0.0, LEVELS, WIND, np.zeros(len(LEVELS))))
    figure, axes = plt.subplots(1, 3, figsize=(12.0, 3.9), layout="constrained")
    for name, rocket in zip(NAMES, rockets, strict=True):
        t, d, h, v = path(rocket, nodes, earth)
        axes[0].loglog(d, np.maximum(h, 1e-3), label=name)
        axes[1].plot(t, v, label=name)
    axes[0].set(
        title="flights at 50 deg", xlabel="distance, km", ylabel="height, km",
        xlim=(0.1, 300.0), ylim=(0.1, 100.0),
    )  # fmt: skip
    axes[1].set(title="their speeds", xlabel="time, s", ylabel="speed, m/s", xlim=(0.0, 200.0))
    axes[1].legend(fontsize=7)
    off = [windy[c] - rockets[c] for c in ("x_impact", "y_impact")]
    at = np.arange(len(NAMES))
    axes[2].barh(at - 0.2, off[0] / 1e3, 0.4, label="across (east)")
    axes[2].barh(at + 0.2, off[1] / 1e3, 0.4, label="along (north)")
    axes[2].set(
        yticks=at, yticklabels=NAMES, xlabel="moved, km", title="a westerly of 40 m/s aloft"
    )
    axes[2].axvline(0.0, color="black", linewidth=0.8)
    axes[2].legend(fontsize=8)
    figure.savefig(FIGURE, dpi=80, metadata={"Software": None})


if __name__ == "__main__":
    main()
