"""Warnings of the model against the public record of zones and alerts.

    python scripts/compare_zones.py ../shared/data

The folder holds zones.csv, zones_polygons.geojson and the alert record of May 2021, none of which
the project may carry; this prints aggregates only.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from opendome import montecarlo, scenario, warned, zone_map, zone_times, zones
from opendome.results import collect

RINGS_KM = (0.0, 8.5, 19.8, 30.4, 41.0, 75.0, 130.0)
NEAREST = 868  # southern and central zones: the nearest of those in use


def southern(folder: Path) -> list[zones.Zone]:
    """The zones in use that are nearest to the Strip, with outlines."""
    with (folder / "zones.csv").open(encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["current"] == "1"]
    rows.sort(key=lambda r: float(r["dist_gaza_km"]))
    near = {r["name"] for r in rows[:NEAREST]}
    return [z for z in zones.read(folder / "zones_polygons.geojson") if z.name in near]


def record(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Distance (km) of every alert of May 2021, and zones of every event."""
    with (folder / "alerts_guardian_of_walls_2021_records.csv").open(encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["front"] == "gaza"]
    with (folder / "alerts_guardian_of_walls_2021_events.csv").open(encoding="utf-8") as f:
        events = [int(r["n_zones"]) for r in csv.DictReader(f) if r["front"] == "gaza"]
    return np.array([float(r["dist_gaza_km"]) for r in rows]), np.array(events)


def alerts(areas: list[zones.Zone], seed: int = 1) -> tuple[np.ndarray, np.ndarray, int]:
    """The same of one simulated May 2021: distances, zones of each event, launches."""
    s = scenario.load("may-2021")
    result = collect(s, montecarlo.run(s, 1, seed, trace=(0,)), "scripts/compare_zones.py")
    m = zone_map.project(areas, s)
    rule = warned.rule_of(s)
    grown, exact = zone_map.raster(m.shapes, rule.margin), zone_map.raster(m.shapes, 0.0)
    e = warned.evening(result, 0, m, grown, exact)
    w = warned.warn(e, rule, len(m.names))
    label = warned.events(w.zone, w.time, m.xy)
    pairs = np.unique(np.column_stack([label, w.zone]), axis=0)
    return m.distance[w.zone] / 1e3, np.bincount(pairs[:, 0]), len(e.launch)


def shares(distance: np.ndarray) -> str:
    """Shares by ring, in per cent."""
    count = np.histogram(distance, RINGS_KM)[0]
    return "  ".join(f"{v:5.1f}" for v in 100.0 * count / count.sum())


def main() -> None:
    """Print the comparison."""
    folder = Path(sys.argv[1])
    areas = southern(folder)
    got = zone_times.agreement(zone_times.simulate(areas))
    print(f"zones {got.zones} (not hit {got.unhit}), Kendall's tau {got.tau:.2f}")
    print(f"share of zones with a median lead at or above the published time {got.at_or_above:.2f}")
    for seconds, (n, low, middle, high) in got.residual.items():
        print(f"  {seconds:3.0f} s: {n:3d} zones, lead less published {middle:+.0f} s "
              f"({low:+.0f} to {high:+.0f})")  # fmt: skip
    known, in_event = record(folder)
    mine, in_mine, launched = alerts(zones.read(folder / "zones_polygons.geojson"))
    print(f"alerts by ring (km {RINGS_KM}), per cent")
    print(f"  record     {shares(known)}   {len(known)} alerts, {len(in_event)} events")
    print(f"  simulated  {shares(mine)}   {len(mine)} alerts, {len(in_mine)} events")
    for name, n in (("record", in_event), ("simulated", in_mine)):
        low, middle, high = np.quantile(n, [0.25, 0.5, 0.75])
        quartiles = f"quartiles {low:.0f} {middle:.0f} {high:.0f}"
        print(f"zones an event, {name}: mean {n.mean():.1f}, {quartiles}")
    ratio = len(known) / launched, len(mine) / launched
    print("alerts per launch: record {:.2f}, simulated {:.2f}".format(*ratio))


if __name__ == "__main__":
    main()
