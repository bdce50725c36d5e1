"""Files of weather, drag and terrain: what is read, and one line for what is wrong."""

from math import atan, cos, pi, sin, sqrt

import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner
from rasterio.crs import CRS

from opendome import scenario, surroundings, terrain_files
from opendome.cli import main
from opendome.constants import REFRACTION_K
from opendome.errors import ScenarioError
from opendome.kernels.terrain import MASK_STEP, Terrain, ground_height, hidden, masks
from opendome.weather_section import Weather

SOUNDING = """# station, hour
wind_from_deg,height_m,wind_speed_mps,t_K
270,50,4,288
300,5000,20,255
250,10000,40,223
260,15000,20,217
90,20000,5,217
"""


def written(folder, name, text):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# ---------------------------------------------------------------- weather


def test_read_sounding__takes_its_columns_by_name(tmp_path):
    levels = surroundings.read_sounding(written(tmp_path, "a.csv", SOUNDING))
    assert levels[:, 0].tolist() == [50.0, 5e3, 10e3, 15e3, 20e3]
    assert levels[:, 1].tolist() == [4.0, 20.0, 40.0, 20.0, 5.0]
    assert np.degrees(levels[:, 2]) == pytest.approx([270, 300, 250, 260, 90])


def test_air__of_a_sounding_blows_from_where_it_says(tmp_path):
    written(tmp_path, "a.csv", SOUNDING)
    air = surroundings.air(Weather(sounding="a.csv"), tmp_path)
    heights = np.linspace(0.0, 100e3, len(air))
    east, north = (np.interp(25.0, heights, air[:, c]) for c in (2, 3))
    assert (east, north) == pytest.approx((4.0, 0.0), abs=1e-9)  # from the west
    # Components are linear between levels, not speed and bearing.
    u = 0.5 * np.array([20.0 * np.sin(np.radians(120)), 20.0 * np.cos(np.radians(120))])
    u += 0.5 * np.array([40.0 * np.sin(np.radians(70)), 40.0 * np.cos(np.radians(70))])
    got = [np.interp(7_500.0, heights, air[:, c]) for c in (2, 3)]
    assert got == pytest.approx(u, abs=0.05)  # a cell of the table is 49 m


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("270,50,4,288", "270,50,,288"), ":3: wind_speed_mps is missing (want a number)"),
        (("270,50,4,288", "270,50,four,288"), ":3: wind_speed_mps = 'four': want a finite number"),
        (("270,50,4,288", "270,50,nan,288"), ":3: wind_speed_mps = 'nan': want a finite number"),
        (("270,50,4,288", "270,50,400,288"), ":3: wind_speed_mps = 400: want 0 to 150"),
        (("300,5000", "300,40"), ":4: height_m = 40 after 50: want rising values"),
        (("270,50,4,288\n300,5000,20,255\n", ""), ": no level below 10000 m"),
        (("250,10000,40,223\n", ""), ": no level between 5000 m and 15000 m"),
        (("90,20000,5,217\n260,15000", "90,15000"), None),
        (("height_m", "height_ft"), ": no column 'height_m'"),
        ((SOUNDING[SOUNDING.index("270") :], ""), ": no rows"),
    ],
)
def test_read_sounding__says_what_is_wrong_in_one_line(tmp_path, change, said):
    path = written(tmp_path, "a.csv", SOUNDING.replace(*change))
    if said is None:
        surroundings.read_sounding(path)
        return
    with pytest.raises(ScenarioError) as caught:
        surroundings.read_sounding(path)
    (line,) = caught.value.lines
    assert line.startswith(f"{path}{said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mach,c_d\n0,0.4\n0,0.5\n", ":3: mach = 0 after 0: want rising values"),
        ("mach,c_d\n0,-0.4\n1,0.5\n", ":2: mach = 0, c_d = -0.4: want 0 to 20, and above 0 to 10"),
        ("mach,c_d\n0,0.4\n", ": one row (want at least two)"),
        ("mach,c_d\n", ": no rows"),
    ],
)
def test_read_drag__says_what_is_wrong_in_one_line(tmp_path, text, said):
    path = written(tmp_path, "d.csv", text)
    with pytest.raises(ScenarioError) as caught:
        surroundings.read_drag(path)
    (line,) = caught.value.lines
    assert line.startswith(f"{path}{said}")


# ---------------------------------------------------------------- height files


def plane(lat, lon):
    """Heights that are linear in latitude and longitude: bilinear reading is exact."""
    return 100.0 + 400.0 * (lat - 31.0) + 250.0 * (lon - 34.0)


def hgt(folder, name="N31E034.hgt", side=1_201, holes=()):
    lat, lon = 32.0 - np.arange(side) / (side - 1), 34.0 + np.arange(side) / (side - 1)
    heights = np.rint(plane(lat[:, None], lon[None, :])).astype(">i2")
    for j, i in holes:
        heights[j, i] = terrain_files.VOID
    path = folder / name
    heights.tofile(path)
    return path


def tiff(folder, crs="EPSG:4326", origin=(33.95, 32.05), cell=0.01, shape=(120, 120), **extra):
    """A GeoTIFF of the plane, one value for each cell's middle."""
    path = folder / "heights.tif"
    x = origin[0] + cell * (np.arange(shape[1]) + 0.5)
    y = origin[1] - cell * (np.arange(shape[0]) + 0.5)
    gx, gy = np.meshgrid(x, y)
    if crs is not None and crs != "EPSG:4326":
        from rasterio.warp import transform

        lon, lat = transform(crs, "EPSG:4326", gx.ravel(), gy.ravel())
        lon, lat = np.array(lon).reshape(gx.shape), np.array(lat).reshape(gx.shape)
    else:
        lon, lat = gx, gy
    heights = plane(lat, lon).astype("f4")
    for j, i in extra.pop("holes", ()):
        heights[j, i] = extra["nodata"]
    georeference = {"crs": CRS.from_user_input(crs)} if crs is not None else {}
    if crs is not None:
        georeference["transform"] = Affine(cell, 0.0, origin[0], 0.0, -cell, origin[1])
    with rasterio.open(
        path, "w", driver="GTiff", height=shape[0], width=shape[1], count=1, dtype="float32",
        **georeference, **extra,
    ) as file:  # fmt: skip
        file.write(heights, 1)
    return path


def bare(folder):
    """A GeoTIFF without georeference; rasterio warns of that as it writes it."""
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        return tiff(folder, crs=None)


LAT, LON = np.array([31.013, 31.5, 31.737]), np.array([34.021, 34.4567, 34.9])


@pytest.mark.parametrize("side", terrain_files.SIDES)
def test_open_heights__reads_srtm(tmp_path, side):
    sample = terrain_files.open_heights(hgt(tmp_path, side=side))
    assert sample(LAT, LON) == pytest.approx(plane(LAT, LON), abs=0.5)  # whole metres
    assert np.isnan(sample(np.array([30.99, 31.5]), np.array([34.5, 35.01]))).all()


def test_open_heights__reads_geotiff_in_degrees(tmp_path):
    sample = terrain_files.open_heights(tiff(tmp_path))
    # float32 of a few hundred metres, and 0.01 degrees are no binary fractions.
    assert sample(LAT, LON) == pytest.approx(plane(LAT, LON), abs=1e-3)
    assert np.isnan(sample(np.array([30.8]), np.array([34.5]))).all()


def test_open_heights__reads_geotiff_in_a_projection(tmp_path):
    # UTM 36 north, cells of 500 m; the plane bends in its coordinates: 0.1 m of bilinear error.
    path = tiff(tmp_path, "EPSG:32636", (590e3, 3_550e3), 500.0, (280, 260))
    sample = terrain_files.open_heights(path)
    assert sample(LAT, LON) == pytest.approx(plane(LAT, LON), abs=0.1)


@pytest.mark.parametrize("make", ["hgt", "tiff"])
def test_open_heights__fills_a_void_from_the_nearest_height(tmp_path, make):
    if make == "hgt":
        sample = terrain_files.open_heights(hgt(tmp_path, holes=[(600, 600)]))
        at, near = (31.5, 34.5), 1.0 / 1_200.0
    else:
        path = tiff(tmp_path, nodata=-9_999.0, holes=[(50, 50)])
        sample, at, near = terrain_files.open_heights(path), (32.05 - 0.505, 33.95 + 0.505), 0.01
    got = sample(np.array([at[0]]), np.array([at[1]]))[0]
    # One of the neighbours: a step of the plane away at most.
    assert abs(got - plane(*at)) <= 400.0 * near + 0.5


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda f: f / "none.tif", "no such file (want SRTM .hgt or GeoTIFF)"),
        (lambda f: written(f, "bad.tif", "no picture"), "cannot be read (want GeoTIFF or SRTM"),
        (bare, "no georeference (want GeoTIFF with one)"),
        (lambda f: hgt(f, "heights.hgt"), "no georeference in its name (want a name as N31E034"),
        (lambda f: written(f, "N31E034.hgt", "short"), "5 bytes (want 2884802 or 25934402"),
    ],
)
def test_open_heights__says_what_is_wrong_in_one_line(tmp_path, make, said):
    path = make(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        terrain_files.open_heights(path)
    (line,) = caught.value.lines
    assert line.startswith(f"{path}: {said}")


def hilly(folder, files, more=""):
    """two-towns over a terrain, as text of a scenario in that folder."""
    text = scenario.load("two-towns").text + f"\n[terrain]\nfiles = {files}\n{more}"
    return written(folder, "hilly.toml", text)


@pytest.mark.parametrize("make", [hgt, tiff])
def test_nature__lays_the_heights_under_the_scenario(tmp_path, make):
    found = scenario.load(hilly(tmp_path, [make(tmp_path).name]))
    p = found.tables()
    ground = found.nature(p).terrain
    assert ground.cell == 100.0
    for site, place in zip(p.batteries, found.batteries, strict=True):
        h = ground_height(ground, site["x"], site["y"])
        # Cells of 100 m over a plane of 4 m a kilometre; SRTM holds whole metres.
        lat, lon = np.degrees(place.lat), np.degrees(place.lon)
        assert h == pytest.approx(plane(lat, lon), abs=0.6)


def test_check__catches_bad_files_in_one_line(tmp_path):
    text = scenario.load("two-towns").text
    (tmp_path / "small").mkdir()
    bad = {
        written(tmp_path, "a.toml", text + '\n[weather]\nsounding = "none.csv"\n'): "none.csv",
        hilly(tmp_path, ["N32E034.hgt"]): "no such file",
        hilly(tmp_path / "small", [tiff(tmp_path / "small", shape=(60, 60)).name]): "do not cover",
    }
    for path, said in bad.items():
        done = CliRunner().invoke(main, ["check", str(path)])
        assert done.exit_code == 2, path
        assert said in done.output
        assert len(done.output.strip().splitlines()) == 1
    good = written(tmp_path, "b.toml", text + '\n[weather]\nsounding = "good.csv"\n')
    written(tmp_path, "good.csv", SOUNDING)
    assert CliRunner().invoke(main, ["check", str(good)]).exit_code == 0


# ---------------------------------------------------------------- what the ground hides

RADIUS = 6.371e6


def mountains():
    """Two ridges and a peak, on cells of 250 m."""
    x, y = np.meshgrid(np.arange(-40e3, 40e3, 250.0), np.arange(-40e3, 40e3, 250.0))
    h = 400.0 * np.exp(-(((x - 9e3) / 1.5e3) ** 2)) + 700.0 * np.exp(-(((y - 16e3) / 2e3) ** 2))
    h += 900.0 * np.exp(-((x + 12e3) ** 2 + (y + 8e3) ** 2) / 3e3**2)
    return Terrain(-40e3, -40e3, 250.0, 0.0, float(h.max()), h.astype("f4"))


def seen(ground, antenna, east, north, height):
    """Whether a ray over an earth of 4/3 its radius clears the ground: points along the chord."""
    R = REFRACTION_K * RADIUS
    r = sqrt(east**2 + north**2)
    # Both ends and the ground in the plane of the ray, the earth a circle of that radius.
    a = np.array([0.0, R + antenna])
    b = (R + height) * np.array([sin(r / R), cos(r / R)])
    for s in np.arange(50.0, r - MASK_STEP, 50.0):
        part = s / r
        beam = a + part * (b - a)
        h = ground_height(ground, part * east, part * north)
        # Along the chord the angle at the centre is not quite part of it: below 1e-4 rad here.
        if np.hypot(*beam) - R < h:
            return False
    return True


def test_hidden__agrees_with_a_ray_over_the_ground():
    ground = mountains()
    antenna = 60.0
    mask = masks(ground, np.zeros(1), np.zeros(1), np.array([antenna]), RADIUS)[0]
    draw = np.random.default_rng(6)
    wrong, behind = 0, 0
    for _ in range(240):
        r, az, height = draw.uniform(5e3, 35e3), draw.uniform(0.0, 2 * pi), draw.uniform(50.0, 2e3)
        east, north = r * sin(az), r * cos(az)
        clear = seen(ground, antenna, east, north, height)
        elevation = atan((height - antenna) / r - r / (2.0 * REFRACTION_K * RADIUS))
        behind += not clear
        wrong += hidden(mask, east, north, r, elevation) == clear
    assert 30 < behind < 190
    # The mask has the direction nearest to the ray's, a quarter of a degree off, and steps of
    # 250 m over the ground: only rays that graze a crest are told apart.
    assert wrong <= 5
