"""Height files -> the grid that flights and radars read.

SRTM .hgt (plain, with numpy) and GeoTIFF (through rasterio, the extra `terrain`).  Their heights
above the geoid are taken as heights above the ellipsoid, as all heights of a scenario are.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from opendome import frames
from opendome.errors import ScenarioError
from opendome.kernels.terrain import Terrain, flat
from opendome.weather_section import Ground

if TYPE_CHECKING:
    from opendome.placement import Parameters

MARGIN = 5_000.0  # m around the sites that the files must cover
VOID = -32_768  # SRTM: no height here
SIDES = (1_201, 3_601)  # SRTM: points along a side at three seconds and at one
MOST_CELLS = 40_000_000

_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})\.hgt", re.IGNORECASE)

#: Heights (m) at latitudes and longitudes (deg); nan off the file.
Sampler = Callable[[np.ndarray, np.ndarray], np.ndarray]


def terrain(ground: Ground, p: "Parameters", folder: Path) -> Terrain:
    """The grid of a scenario: the box of its sites and a margin of 5 km.

    Raises
    ------
    ScenarioError
        A file is missing, wrong, without georeference, or the files do not cover the box.
    """
    if not ground.files:
        return flat()
    samplers = [open_heights(folder / name) for name in ground.files]
    x0, y0, x1, y1 = _box(p)
    nx, ny = (int(np.ceil((b - a) / ground.cell)) + 1 for a, b in ((x0, x1), (y0, y1)))
    if nx * ny > MOST_CELLS:
        raise ScenarioError(f"terrain.cell_m = {ground.cell:g}: {nx * ny} cells (want it wider)")
    x, y = x0 + ground.cell * np.arange(nx), y0 + ground.cell * np.arange(ny)
    heights = np.empty((ny, nx), np.float32)
    for j in range(ny):  # row by row: coordinates of all cells would take ten times the memory
        heights[j] = _row(samplers, x, y[j], p.origin, ground.files)
    low, high = float(min(heights.min(), 0.0)), float(max(heights.max(), 0.0))
    return Terrain(float(x0), float(y0), ground.cell, low, high, heights)


def open_heights(path: Path) -> Sampler:
    """A file of heights as a function of latitude and longitude, bilinear.

    Raises
    ------
    ScenarioError
        The file is missing, damaged or without georeference, or rasterio is not installed.
    """
    if not path.is_file():
        raise ScenarioError(f"{path}: no such file (want SRTM .hgt or GeoTIFF)")
    return _srtm(path) if path.suffix.lower() == ".hgt" else _geotiff(path)


def _box(p: "Parameters") -> tuple[float, float, float, float]:
    sites = (p.places, p.radars, p.batteries)
    xy = np.concatenate([np.column_stack([rows["x"], rows["y"]]) for rows in sites])
    low, high = xy.min(axis=0) - MARGIN, xy.max(axis=0) + MARGIN
    return low[0], low[1], high[0], high[1]


def _row(
    samplers: Sequence[Sampler],
    x: np.ndarray,
    y: float,
    origin: tuple[float, float],
    files: Sequence[str],
) -> np.ndarray:
    lat, lon, _ = frames.geodetic(x, np.full(len(x), y), np.zeros(len(x)), origin)
    found = np.full(len(x), np.nan)
    for sample in samplers:
        missing = np.isnan(found)
        if missing.any():
            found[missing] = sample(lat[missing], lon[missing])
    if np.isnan(found).any():
        i = int(np.argmax(np.isnan(found)))
        raise ScenarioError(
            f"terrain.files: {', '.join(files)} do not cover {lat[i]:.3f} N {lon[i]:.3f} E (want "
            "the box of all places, radars and batteries and 5 km around it)"
        )
    return found


def _bilinear(heights: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Heights at fractional rows and columns; nan outside."""
    ny, nx = heights.shape
    inside = (row >= 0.0) & (row <= ny - 1) & (column >= 0.0) & (column <= nx - 1)
    j = np.clip(np.nan_to_num(row).astype(int), 0, ny - 2)
    i = np.clip(np.nan_to_num(column).astype(int), 0, nx - 2)
    g, f = row - j, column - i
    low = heights[j, i] * (1.0 - f) + heights[j, i + 1] * f
    high = heights[j + 1, i] * (1.0 - f) + heights[j + 1, i + 1] * f
    return np.where(inside, low * (1.0 - g) + high * g, np.nan)


def _fill(heights: np.ndarray, void: np.ndarray, path: Path) -> np.ndarray:
    """Heights with their voids taken from the nearest height."""
    if void.all():
        raise ScenarioError(f"{path}: no heights, only voids")
    if not void.any():
        return heights
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(void, return_distances=False, return_indices=True)
    return heights[rows, columns]


def _srtm(path: Path) -> Sampler:
    """Source: Farr et al., Shuttle Radar Topography Mission, Reviews of Geophysics 45 (2007)."""
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise ScenarioError(f"{path}: no georeference in its name (want a name as N31E034.hgt)")
    size = path.stat().st_size
    side = next((n for n in SIDES if 2 * n * n == size), None)
    if side is None:
        raise ScenarioError(
            f"{path}: {size} bytes (want {2 * SIDES[0] ** 2} or {2 * SIDES[1] ** 2}: SRTM of three "
            "seconds or one)"
        )
    raw = np.fromfile(path, ">i2").reshape(side, side)
    heights = _fill(raw.astype("f8"), raw == VOID, path)
    south = int(named[2]) * (1 if named[1].upper() == "N" else -1)
    west = int(named[4]) * (1 if named[3].upper() == "E" else -1)

    def sample(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return _bilinear(heights, (south + 1 - lat) * (side - 1), (lon - west) * (side - 1))

    return sample


def _geotiff(path: Path) -> Sampler:
    try:
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.warp import transform
    except ImportError:
        raise ScenarioError(
            f"{path}: needs rasterio (pip install 'opendome[terrain]'), or SRTM .hgt files"
        ) from None
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rasterio warns of what is refused below
            with rasterio.open(path) as file:
                crs, affine = file.crs, file.transform
                band = file.read(1, masked=True)
    except (RasterioError, OSError, IndexError):
        raise ScenarioError(f"{path}: cannot be read (want GeoTIFF or SRTM .hgt)") from None
    if crs is None or affine.is_identity:
        raise ScenarioError(f"{path}: no georeference (want GeoTIFF with one)")
    void = np.ma.getmaskarray(band) | ~np.isfinite(band.filled(0).astype("f8"))
    heights = _fill(band.filled(0).astype("f8"), void, path)
    back = ~affine

    def sample(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        xs, ys = transform("EPSG:4326", crs, lon, lat)
        px, py = np.array(xs), np.array(ys)
        column = back.a * px + back.b * py + back.c
        row = back.d * px + back.e * py + back.f
        return _bilinear(heights, row - 0.5, column - 0.5)  # a value stands for its cell's middle

    return sample
