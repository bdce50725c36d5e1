"""Draw docs/figures/study-*.png from the three shipped studies; runs what is missing of them.

python scripts/plot_studies.py FOLDER
"""

import argparse
from pathlib import Path
from typing import Any

from opendome import study
from opendome.estimate import FIGURES
from opendome.options import cores
from opendome.report.study import columns
from opendome.study import plots, surrogate

FIGURES_FOLDER = Path(__file__).parents[1] / "docs" / "figures"
DOTS_PER_INCH = 80


def main() -> None:
    """Run the studies in a folder, or take what is there, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the studies' folders are")
    folder = parser.parse_args().folder
    found = {
        name: study.run(study.load(name), folder / name, cores())
        for name in ("rounds-per-target", "battery-or-rounds", "radar-accuracy")
    }
    save(differences(found["rounds-per-target"], "leaked"), "rounds")
    save(exceedance(found["battery-or-rounds"], "leaked", (1, 3, 5)), "battery")
    save(along(found["radar-accuracy"], "leaked", "angle_error"), "radar")


def differences(result: Any, name: str) -> Any:
    """Each design point less the reference, paired."""
    names = plots.point_names(columns(result))
    pairs = [row.difference for row in result.rows() if row.figure == name and row.difference]
    return plots.paired_intervals(pairs, names, FIGURES[name].label, FIGURES[name].unit)


def exceedance(result: Any, name: str, points: tuple[int, ...]) -> Any:
    """Probability that a figure exceeds a threshold, at some design points.

    Those that give the same in every replication share a curve.
    """
    values, names = result.figure(name), plots.point_names(columns(result))
    called: dict[bytes, list[int]] = {}
    for point in points:
        called.setdefault(values[point].tobytes(), []).append(point)
    shown = [same[0] for same in called.values()]
    labels = ["; ".join(names[p] for p in same) for same in called.values()]
    return plots.thresholds(values[shown], labels, FIGURES[name].label, FIGURES[name].unit)


def along(result: Any, name: str, factor: str) -> Any:
    """Response surface of a figure's mean along a factor."""
    design, values = columns(result), result.figure(name)
    fitted = surrogate.fit(design, values)
    print(surrogate.describe(fitted))
    return plots.response(fitted, factor, FIGURES[name].label, FIGURES[name].unit)


def save(figure: Any, name: str) -> None:
    """Write docs/figures/study-NAME.png; the same bytes for the same picture."""
    path = FIGURES_FOLDER / f"study-{name}.png"
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
