"""Draw docs/figures/radar-*.png and print the tables of docs/theory/radar.md.

python scripts/plot_radar.py
"""

from math import log10, sqrt
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainccinv

from opendome import frames
from opendome.kernels import radar as k
from opendome.kernels.detection import detection
from opendome.models.radars.multifunction import Multifunction

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
RADIUS = frames.earth_radius(31.5)
CASES = {0: "steady (0)", 1: "case 1", 3: "case 3"}
COLOURS = ("#3b5b92", "#b4552d", "#4b8b6b")


def main() -> None:
    """Three figures and three tables."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    row = Multifunction().row()
    row["boresight"], row["rotation"] = 0.0, np.eye(3)
    row["x"] = row["y"] = row["z"] = 0.0
    row["normal"] = frames.unit_vector(0.0, float(row["tilt"][0]))
    for name, draw in (("detection", _curves), ("accuracy", _accuracy), ("coverage", _coverage)):
        figure = draw(row[0])
        figure.savefig(FIGURES / f"radar-{name}.png", dpi=80, metadata={"Software": None})
    _needed()
    _budget()
    _ranges(row[0])


def _curves(_):
    """Detection probability over SNR for each Swerling case, one burst and ten."""
    figure, axes = plt.subplots(1, 2, figsize=(10.0, 3.9), sharey=True, layout="constrained")
    for axis, n in zip(axes, (1, 10), strict=True):
        T = float(gammainccinv(n, 1e-6))
        db = np.linspace(-5.0, 30.0, 200)
        for (case, name), colour in zip(CASES.items(), COLOURS, strict=True):
            p_d = [detection(case, n, 10.0 ** (x / 10.0), T) for x in db]
            axis.plot(db, p_d, color=colour, label=name)
        many = "burst" if n == 1 else "bursts"
        axis.set(
            title=f"{n} {many}, false-alarm probability 1e-6", xlabel="mean SNR of a burst, dB"
        )
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("detection probability")
    axes[0].legend()
    return figure


def _accuracy(radar):
    """Errors of range, angle and range rate over measured SNR."""
    figure, axes = plt.subplots(1, 3, figsize=(12.0, 3.6), layout="constrained")
    db = np.linspace(12.0, 50.0, 100)
    s = 10.0 ** (db / 10.0)
    for cos_normal, style in ((1.0, "-"), (0.5, "--")):
        both = np.array([k.accuracy(radar, x, cos_normal) for x in s])
        off = "on the normal" if cos_normal == 1.0 else "60° off the normal"
        axes[1].plot(db, 1e3 * both[:, 1], style, color=COLOURS[0], label=off)
    axes[0].plot(db, both[:, 0], color=COLOURS[0])
    beams = (("track beam", 1.0, "-"), ("fence", radar["fence_factor"], "--"))
    for name, dwell, style in beams:
        cell = radar["rate_cell"] / dwell
        sigma = np.sqrt(radar["sigma_v0"] ** 2 + cell**2 / (2.0 * s))
        axes[2].plot(db, sigma, style, color=COLOURS[0], label=name)
    labels = ("range error, m", "angle error, mrad", "range-rate error, m/s")
    for axis, label in zip(axes, labels, strict=True):
        axis.set(xlabel="measured SNR, dB", ylabel=label, ylim=(0.0, None))
        axis.grid(alpha=0.3)
    for axis in axes[1:]:
        axis.legend()
    return figure


def _coverage(radar):
    """Detection probability of a look over ground distance and height, 0.03 m^2."""
    d, h = np.linspace(0.5e3, 110e3, 180), np.linspace(0.0, 25e3, 140)
    p_d = np.full((2, len(h), len(d)), np.nan)
    for i, z in enumerate(h):
        for j, x in enumerate(d):
            e, n, u, r, el = _seen(x, z)
            if not k.covers(radar, *_point(x, z), RADIUS):
                continue
            s = k.echo_snr(radar, 0.03, u, r, k.off_normal(radar, e, n, u, r), RADIUS)
            factor = k.search(radar, 0.0, el, 1e9, 1e9)[1]
            for beam, f in enumerate((factor, 1.0)):
                p_d[beam, i, j] = detection(1, 1, s * f, radar["threshold"])
    figure, axes = plt.subplots(1, 2, figsize=(12.0, 3.9), sharey=True, layout="constrained")
    for axis, values, title in zip(
        axes, p_d, ("a look of the search", "a track beam"), strict=True
    ):
        drawn = axis.contourf(d / 1e3, h / 1e3, values, np.linspace(0.0, 1.0, 11), cmap="viridis")
        axis.contour(d / 1e3, h / 1e3, values, (0.5, 0.9), colors="white", linewidths=0.8)
        axis.set(title=title, xlabel="ground distance, km")
    axes[0].set_ylabel("height, km")
    figure.colorbar(drawn, ax=axes, label="detection probability")
    return figure


def _point(x, z):
    """Point of the frame at a distance along the ground, to the north, and a height."""
    a = x / RADIUS
    return 0.0, (RADIUS + z) * np.sin(a), (RADIUS + z) * np.cos(a) - RADIUS


def _seen(x, z):
    """East, north, up, range and apparent elevation of that point from the origin."""
    e, n, u = _point(x, z)
    r = sqrt(e * e + n * n + u * u)
    return e, n, u, r, k.apparent(u, r, RADIUS)


def _needed() -> None:
    """SNR of a burst that a detection probability needs."""
    print("\nMean SNR of a burst, dB, for a false-alarm probability of 1e-6\n")
    print("| bursts | p_d | case 0 | case 1 | case 3 |\n|---|---|---|---|---|")
    for n in (1, 4, 10):
        T = float(gammainccinv(n, 1e-6))
        for p_d in (0.5, 0.9):
            found = [_decibels(case, n, T, p_d) for case in CASES]
            print(f"| {n} | {p_d} | " + " | ".join(f"{x:.2f}" for x in found) + " |")


def _decibels(case, n, T, p_d):
    """SNR of a burst at which a look has a detection probability, dB."""
    return brentq(lambda x: detection(case, n, 10.0 ** (x / 10.0), T) - p_d, -20.0, 50.0)


def _budget() -> None:
    """The default radar's time."""
    made = Multifunction()
    row = made.row()[0]
    print("\nTime of the default radar\n")
    print("| beam | share | positions | period, s | dwell, ms | SNR to a track beam, dB | alarms |")
    print("|---|---|---|---|---|---|---|")
    edges = (made.el_min, made.fence_top, made.volume_top)
    for name, low, high in zip(("fence", "volume"), edges, edges[1:], strict=False):
        share, period = getattr(made, f"{name}_share"), getattr(made, f"{name}_period")
        n, factor = made.beams(low, high), row[f"{name}_factor"]
        dwell = 1e3 * made.track_dwell * factor
        print(
            f"| {name} | {share:g} | {n} | {period:g} | {dwell:.2f} | {10 * log10(factor):.1f} "
            f"| {row[f'{name}_alarms']:.2f} |"
        )
    left = 1.0 - row["search_share"]
    print(f"| track | {left:g} | {left / made.track_dwell:.0f} a second | | ", end="")
    print(f"{1e3 * made.track_dwell:.2f} | 0 | |")
    print(f"\nRange at which 1 m^2 gives an SNR of 1 in a track beam: {made.reach() / 1e3:.0f} km")


def _ranges(radar) -> None:
    """Range at which a look has a detection probability of one half and nine tenths."""
    print("\nRange, km, at 3 deg and 20 deg of elevation, case 1, 0.03 m^2\n")
    print("| look | el, deg | p_d 0.9 | p_d 0.5 |\n|---|---|---|---|")
    for el in (3.0, 20.0):
        looks = (("search", k.search(radar, 0.0, np.radians(el), 1e9, 1e9)[1]), ("track beam", 1.0))
        for name, factor in looks:
            found = []
            for p_d in (0.9, 0.5):

                def short(r, p_d=p_d, factor=factor, el=el):
                    n, u = r * np.cos(np.radians(el)), r * np.sin(np.radians(el))
                    off = k.off_normal(radar, 0.0, n, u, r)
                    s = factor * k.echo_snr(radar, 0.03, u, r, off, RADIUS)
                    return detection(1, 1, s, radar["threshold"]) - p_d

                found.append(brentq(short, 1e3, 400e3) / 1e3)
            print(f"| {name} | {el:g} | {found[0]:.0f} | {found[1]:.0f} |")


if __name__ == "__main__":
    main()
