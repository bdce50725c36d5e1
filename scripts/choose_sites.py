"""Choose ten notional battery sites by coverage of population; print them as scenario blocks.

    python scripts/choose_sites.py > sites.toml

A maximal covering problem, solved as `opendome plan` solves its own (plan/siting.py): a place is
covered when its centre lies in the disc of a battery; its weight is the share of alert events in
its distance ring times its share of the ring's population.
(Plain population times the ring's share puts seven of ten sites where 7 % of the events were.)
Sites lie on a grid of 0.02 degrees (about 2 km), coarse on purpose: they are arithmetic, not places
where anything stands.

Source: Church and ReVelle, "The maximal covering location problem", Papers in Regional Science 32
(1974), 101-118.
"""

import argparse
from math import atan2, degrees, pi, sqrt

import numpy as np
import shapely

from opendome.frames import enu
from opendome.places import load_border, load_land, load_outline, load_places, load_rings
from opendome.plan.siting import Ground, choose, merged

AREA = 150e6  # m^2, published area that one battery defends (CRS 2023)
NEAREST = 4_000.0  # m, published least range (CRS 2023, Haaretz 2010)
GRID_DEG = 0.02
HEIGHT_M = 50.0  # assumed: the model has no terrain
ORIGIN = (31.42, 34.40)


def polygon(rings) -> shapely.Geometry:
    """Union of (lat, lon) rings in the plane, m."""
    return shapely.union_all([shapely.Polygon(plane(np.array(ring))) for ring in rings])


def plane(latlon: np.ndarray) -> np.ndarray:
    """(n, 2) degrees to the ENU plane at the Strip, m."""
    x, y, _ = enu(latlon[:, 0], latlon[:, 1], 0.0, ORIGIN)
    return np.column_stack([x, y])


def country(towns: np.ndarray) -> shapely.Geometry:
    """The piece of land between shore and border lines that holds most towns."""
    shores = [shapely.LineString(plane(np.array(ring))) for ring in load_land()]
    borders = [shapely.LineString(plane(np.array(ring))) for ring in load_border()]
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(shores + borders)]))
    towns_in = [shapely.contains(piece, shapely.points(towns)).sum() for piece in pieces]
    return pieces[int(np.argmax(towns_in))]


def candidates(towns: np.ndarray, radius: float) -> np.ndarray:
    """Grid points (lat, lon) in the towns' country, off the Strip and within reach of a town."""
    lat = np.arange(30.5, 33.5, GRID_DEG)
    lon = np.arange(33.5, 36.0, GRID_DEG)
    grid = np.round(np.stack(np.meshgrid(lat, lon, indexing="ij"), -1).reshape(-1, 2), 2)
    points = shapely.points(plane(grid))
    ok = shapely.contains(country(towns), points)
    ok &= shapely.distance(polygon(load_outline("strip")), points) >= NEAREST
    ok &= shapely.distance(shapely.MultiPoint(towns), points) <= radius
    return grid[ok]


def weights(places) -> np.ndarray:
    """Expected share of alert events: the ring's share, split by population inside the ring."""
    edges, shares = load_rings("may-2021")
    ring = np.searchsorted(edges, [p.distance_m for p in places], side="right") - 1
    ring = np.minimum(ring, len(shares) - 1)
    people = np.array([p.population for p in places], "f8")
    return np.array(shares)[ring] * people / np.bincount(ring, people)[ring]


def centred(covers: np.ndarray, weight: np.ndarray, far: np.ndarray) -> np.ndarray:
    """Row of the most central site for each distinct set of covered towns."""
    spread = (far * covers) @ weight
    order = np.argsort(spread, kind="stable")
    _, first = np.unique(covers[order], axis=0, return_index=True)
    return np.sort(order[first])


def block(number: int, latlon, middle) -> str:
    """The radar and the battery of one site."""
    x, y = (plane(np.array([middle])) - plane(np.array([latlon])))[0]
    boresight = degrees(atan2(x, y)) % 360.0
    place = f"lat_deg  = {latlon[0]:.2f}\nlon_deg  = {latlon[1]:.2f}\nheight_m = {HEIGHT_M}\n"
    return f"""
[[radar]]
name     = "site {number}"
model    = "multifunction"
{place}boresight_deg = {boresight:.0f}.0

[[battery]]
name     = "site {number}"
{place}radar    = "site {number}"
interceptor = "short_range"
launchers   = 3
rounds_per_launcher = 20
reload_min  = 30.0
"""


def main() -> None:
    """Print the sites, best first, and what they cover."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=10, help="number of batteries")
    args = parser.parse_args()
    places = load_places()
    towns = plane(np.array([(p.lat_deg, p.lon_deg) for p in places]))
    weight, radius = weights(places), sqrt(AREA / pi)
    sites = candidates(towns, radius)
    far = np.hypot(*(plane(sites)[:, None] - towns[None]).transpose(2, 0, 1))
    keep = centred(far <= radius, weight, far)
    covers, sites = (far <= radius)[keep], sites[keep]

    def covered(rows) -> float:
        return float(weight[covers[rows].any(axis=0)].sum())

    found = choose(merged(Ground(plane(sites), 0, weight, covers)), args.n, 0.0)
    best = sorted(found.rows, key=lambda i: -covered([i]))
    people = np.array([p.population for p in places])[covers[best].any(axis=0)].sum()
    strip = np.array(load_outline("strip")[0][:-1])
    print(
        f"# {args.n} notional sites by scripts/choose_sites.py: discs of 150 km2 that cover\n"
        f"# {covered(best):.3f} of the expected alert events, the most that {args.n} can, and\n"
        f"# {people:,} people.  Height, launchers and reload time are assumed."
    )
    print("".join(block(k, sites[i], strip.mean(axis=0)) for k, i in enumerate(best, 1)), end="")


if __name__ == "__main__":
    main()
