"""The Strip's outline, and the land and borders around it, as compact GeoJSON.

The outline is drawn for this project; everything else is Natural Earth at 1:10 million, whose
shore is up to 3 km off at the Strip and is redrawn there.  scripts/build_data.py writes the files.

Planes: km in one ENU frame at the Strip.
"""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from opendome.frames import enu, geodetic

ORIGIN = (31.42, 34.40)

# The Strip's outline (lat, lon), clockwise from its coast in the north: drawn for this project
# from the rounded positions of crossings, of bends of the fence and of the shore.  Assumed.
STRIP = (
    (31.5955, 34.4905),  # coast, north
    (31.5740, 34.5220),
    (31.5590, 34.5465),  # Erez
    (31.5410, 34.5665),  # north-east corner
    (31.5250, 34.5600),
    (31.5060, 34.5270),
    (31.4745, 34.4750),  # Karni
    (31.4320, 34.4300),
    (31.3760, 34.3690),  # Kissufim
    (31.3400, 34.3680),
    (31.2960, 34.3700),
    (31.2760, 34.3440),
    (31.2446, 34.3000),  # Sufa
    (31.2195, 34.2670),  # Kerem Shalom, where three borders meet
    (31.2600, 34.2500),  # Rafah
    (31.3230, 34.2195),  # coast, south
    (31.3680, 34.2680),
    (31.4180, 34.3220),
    (31.4600, 34.3700),
    (31.5230, 34.4250),  # Gaza, harbour
)
TRIPOINT, SHORE_SOUTH = 13, 15  # vertices; from the latter back to the first it is shore

# Natural Earth's shore is up to 3 km off here; this piece replaces it up to Ashkelon's marina.
SHORE_NORTH = ((31.6830, 34.5550), (31.6300, 34.5135), (31.6090, 34.5020))

SHORE_ERROR = 4.0  # km on either side of the drawn shore that it decides
SIMPLIFY = 0.1  # km, a third of the atlas's own grid

CROP = (33.5, 30.5, 36.0, 33.5)  # west, south, east, north


def plane(lonlat):
    """Longitude and latitude, (n, 2), degrees, to km in the ENU plane at the Strip."""
    x, y, _ = enu(lonlat[:, 1], lonlat[:, 0], 0.0, ORIGIN)
    return np.column_stack([x, y]) / 1000.0


def to_plane(shape):
    """A shapely geometry in degrees (lon, lat) to km."""
    return shapely.transform(shape, plane)


def to_degrees(shape):
    """The reverse of `to_plane`, on the surface of the ellipsoid."""

    def lonlat(p):
        x, y = p[:, 0] * 1000.0, p[:, 1] * 1000.0
        # z of the ellipsoid's surface below the tangent plane: one correction is good to 1 m.
        z = -(x**2 + y**2) / (2.0 * 6.372e6)
        lat, lon, _ = geodetic(x, y, z, ORIGIN)
        return np.column_stack([lon, lat])

    return shapely.transform(shape, lonlat)


def line(latlon) -> LineString:
    """Line through (lat, lon) vertices, in the plane."""
    return to_plane(LineString([(lon, lat) for lat, lon in latlon]))


def strip_km() -> Polygon:
    """The outline in the plane."""
    return to_plane(Polygon([(lon, lat) for lat, lon in STRIP]))


def strip_json(public: Path) -> str:
    """The outline, with its error against a second, independent drawing."""
    with (public / "gaza_polygon.geojson").open() as f:
        peer = to_plane(shapely.from_geojson(json.dumps(json.load(f)["geometry"])))
    mine = strip_km()
    hausdorff = shapely.hausdorff_distance(mine.exterior, peer.exterior, densify=0.01)
    feature = {
        "type": "Feature",
        "properties": {
            "name": "Gaza Strip, simplified outline",
            "source": "drawn for OpenDome: scripts/build_data.py",
            "grade": "assumed",
            "area_km2": round(mine.area, 1),
            "second_drawing_area_km2": round(peer.area, 1),
            "hausdorff_to_second_drawing_km": round(float(hausdorff), 2),
        },
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[lon, lat] for lat, lon in (*STRIP[::-1], STRIP[-1])]],
        },
    }
    return compact(feature)


class Atlas:
    """Arcs and country polygons of a TopoJSON world atlas.

    Source: TopoJSON specification, sections 2.1.2 (quantised deltas) and 2.1.4 (arc indexes;
    ~i is arc i reversed).
    """

    def __init__(self, path: Path):
        topology = json.loads(path.read_text())
        scale, shift = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
        self.arcs = [np.cumsum(a, axis=0) * scale + shift for a in topology["arcs"]]
        self.countries = {
            g["properties"]["name"]: g["arcs"] if g["type"] == "MultiPolygon" else [g["arcs"]]
            for g in topology["objects"]["countries"]["geometries"]
            if g["type"] in ("Polygon", "MultiPolygon")
        }

    def outer(self, rings) -> np.ndarray:
        """Vertices of a polygon's outer ring, (n, 2), degrees."""
        parts = [self.arcs[i] if i >= 0 else self.arcs[~i][::-1] for i in rings[0]]
        return np.concatenate(parts)

    def near(self, window: tuple) -> list[tuple[list, Polygon]]:
        """Polygons (arc indexes and shape) whose bounding box meets the window."""
        west, south, east, north = window
        found = []
        for rings in (r for polygons in self.countries.values() for r in polygons):
            p = self.outer(rings)
            (x0, y0), (x1, y1) = p.min(axis=0), p.max(axis=0)
            if x0 < east and x1 > west and y0 < north and y1 > south:
                found.append((rings, Polygon(p).buffer(0.0)))
        return found

    def shared(self) -> set[int]:
        """Arcs that two countries share: the borders."""
        users = defaultdict(set)
        for name, polygons in self.countries.items():
            for i in (i for rings in polygons for ring in rings for i in ring):
                users[max(i, ~i)].add(name)
        return {i for i, names in users.items() if len(names) > 1}


def coast_json(atlas_path: Path) -> str:
    """Land polygons and border lines inside the crop; the Strip's own shore and border drawn."""
    atlas = Atlas(atlas_path)
    polygons = atlas.near(CROP)
    strip_rings, strip = next(
        (r, p) for r, p in polygons if p.area < 0.1 and p.contains(Point(34.35, 31.40))
    )
    skip = {max(i, ~i) for i in strip_rings[0]}
    lines = [LineString(atlas.arcs[i]) for i in sorted(atlas.shared() - skip)]
    # Natural Earth's corner of the three borders is 2 km from the drawn one: join them.
    corner = min(strip.exterior.coords, key=lambda p: p[1])
    lines.append(LineString([corner, STRIP[TRIPOINT][::-1]]))
    lines.append(LineString([p[::-1] for p in STRIP[: SHORE_SOUTH + 1]]))
    return compact(
        {
            "type": "FeatureCollection",
            "features": [
                feature("land", land([p for _, p in polygons])),
                feature("border", border(lines)),
            ],
        }
    )


def land(countries: list[Polygon]) -> MultiPolygon:
    """Union of the countries in the crop, with the drawn shore in place of the wrong one."""
    window = box(*CROP)
    shape = to_plane(shapely.union_all(countries).intersection(window))
    shore = line(SHORE_NORTH + STRIP[:1] + STRIP[: SHORE_SOUTH - 1 : -1])
    shape = shape.union(shore.buffer(SHORE_ERROR, single_sided=True))
    shape = shape.difference(shore.buffer(-SHORE_ERROR, single_sided=True))
    shape = to_degrees(shape.simplify(SIMPLIFY)).intersection(window)
    # Slivers between the two shores: no island of this coast is as large.
    parts = [p for p in shapely.get_parts(shape) if to_plane(p).area > 1.0]
    return MultiPolygon([Polygon(p.exterior) for p in parts])


def border(lines: list[LineString]) -> MultiLineString:
    """Lines in the crop, joined end to end."""
    window = box(*CROP)
    parts = [p for line in lines for p in shapely.get_parts(line.intersection(window))]
    whole = shapely.line_merge(MultiLineString([p for p in parts if p.length > 0.0]))
    return to_degrees(to_plane(whole).simplify(SIMPLIFY))


def feature(kind: str, shape) -> dict:
    """GeoJSON feature with coordinates at 1e-3 deg (0.1 km): the atlas's grid is 0.3 km."""
    rounded = shapely.normalize(shapely.set_precision(shape, 1e-3))
    return {
        "type": "Feature",
        "properties": {"kind": kind, "source": "Natural Earth 1:10m; at the Strip: strip.json"},
        "geometry": json.loads(shapely.to_geojson(rounded)),
    }


def compact(value) -> str:
    """JSON on one line per feature, so that a difference can be read."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace('{"type":"Feature"', '\n{"type":"Feature"').lstrip("\n") + "\n"
