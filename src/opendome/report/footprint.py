"""Defended footprints as people and maps read them: table, GeoJSON, picture."""

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome import frames
from opendome.footprint import Footprint
from opendome.report.map import LAND, PLACE, SEA
from opendome.results import ResultError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from opendome.engine import Setup

KM = 1e-3
COLUMNS = 3


def as_dict(found: Footprint) -> dict[str, Any]:
    """The figures of a footprint, for machines."""
    sure = found.p_kill[found.mask()]
    return {
        "battery": found.battery,
        "rocket_class": found.rocket_class,
        "area_km2": found.area * KM**2,
        "reached_km2": found.reached * KM**2,
        "p_kill_mean": float(np.mean(sure)) if sure.size else float("nan"),
        "cell_m": found.cell,
    }


def show(made: Sequence[Footprint]) -> None:
    """Print a table, one row a class."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Defended by battery {made[0].battery} alone, against every launch point")
    table.add_column("Class")
    for name in ("Defended, km²", "Of reached, km²", "Mean kill probability"):
        table.add_column(name, justify="right")
    for row in map(as_dict, made):
        p = row["p_kill_mean"]
        cells = (
            f"{row['area_km2']:.0f}",
            f"{row['reached_km2']:.0f}",
            "-" if p != p else f"{p:.2f}",
        )
        table.add_row(row["rocket_class"], *cells)
    Console().print(table)


def geojson(made: Sequence[Footprint], origin: tuple[float, float]) -> dict[str, Any]:
    """Footprints as a GeoJSON FeatureCollection (RFC 7946): longitude, latitude, WGS84."""
    import shapely

    def to_degrees(xy: np.ndarray) -> np.ndarray:
        lat, lon, _ = frames.geodetic(xy[:, 0], xy[:, 1], np.zeros(len(xy)), origin)
        return np.column_stack([np.round(lon, 6), np.round(lat, 6)])

    features = []
    for found in made:
        shape = shapely.transform(shapely.simplify(found.polygon(), 0.0), to_degrees)
        # RFC 7946: outer rings run counterclockwise.
        shape = shapely.orient_polygons(shape)
        features.append(
            {"type": "Feature", "properties": as_dict(found), "geometry": json.loads(
                shapely.to_geojson(shape))}
        )  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def draw(made: Sequence[Footprint], setup: "Setup") -> "Figure":
    """One map a class: share of the launch points from which each cell is defended."""
    from matplotlib.figure import Figure

    rows = -(-len(made) // COLUMNS)
    columns = min(COLUMNS, len(made))
    figure = Figure(figsize=(4.2 * columns, 4.4 * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns, sharex=True, sharey=True)).ravel()
    for axis in axes[len(made) :]:
        axis.set_visible(False)
    for axis, found in zip(axes, made, strict=False):
        picture = _panel(axis, found, setup)
    figure.colorbar(picture, ax=axes.tolist(), label="share of launch points met", shrink=0.6)
    figure.suptitle(f"Battery {made[0].battery} alone; the sites of batteries are notional")
    return figure


def _panel(axis: Any, found: Footprint, setup: "Setup") -> Any:
    from matplotlib.patches import Circle

    half = 0.5 * found.cell
    edges_x = KM * np.append(found.x - half, found.x[-1] + half)
    edges_y = KM * np.append(found.y - half, found.y[-1] + half)
    axis.set_facecolor(SEA)
    _fill(axis, setup.plan.land, LAND)
    for place in setup.fixed.places:
        at = KM * place["x"], KM * place["y"]
        axis.add_patch(Circle(at, KM * place["radius"], color=PLACE, zorder=1))
    share = np.ma.masked_invalid(found.share)
    picture = axis.pcolormesh(
        edges_x, edges_y, share, vmin=0.0, vmax=1.0, cmap="Blues", alpha=0.6, zorder=2
    )
    _fill(axis, setup.plan.launch_area, "#E69F00", 0.4)
    axis.plot(KM * np.median(found.x), KM * np.median(found.y), "k^", markersize=6, zorder=4)
    axis.set(xlim=edges_x[[0, -1]], ylim=edges_y[[0, -1]], aspect="equal")
    axis.set(xlabel="east, km", ylabel="north, km")
    axis.set_title(f"{found.rocket_class}: {KM**2 * found.area:.0f} km²", fontsize=10)
    return picture


def _fill(axis: Any, shape: Any, colour: str, alpha: float = 1.0) -> None:
    import shapely

    for part in shapely.get_parts(shape):
        ring = KM * shapely.get_coordinates(shapely.get_exterior_ring(part))
        axis.fill(ring[:, 0], ring[:, 1], color=colour, alpha=alpha, linewidth=0.0, zorder=0)


def write(folder: Path, made: Sequence[Footprint], setup: "Setup") -> None:
    """Write footprint.geojson and footprint.png into a folder.

    Raises
    ------
    ResultError
        The folder cannot be written.
    """
    picture = BytesIO()
    draw(made, setup).savefig(picture, format="png", dpi=110, metadata={"Software": None})
    text = json.dumps(geojson(made, setup.scoring.parameters.origin), indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "footprint.geojson").write_text(text, "utf-8")
        (folder / "footprint.png").write_bytes(picture.getvalue())
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written ({error.strerror})") from None
