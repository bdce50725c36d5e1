"""KML 2.2 for globes: folders of sites, rockets by how they ended, rounds, tracks, predictions.

Every path has its time span, so the slider of a globe shows who flew when.
Source: OGC 07-147r2, KML (2008); colours are aabbggrr.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from opendome.formats import shapes
from opendome.formats.evening import About, Area, Evening, Path, Prediction, Spot

SUFFIX = ".kml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
#: Okabe and Ito's palette (2008), as aabbggrr; and the width of lines.
STYLES = {
    "intercepted": ("ffb27200", 2), "leaked": ("ff005ed5", 3), "open": ("ff8c8c8c", 1),
    "short": ("ff009fe6", 1), "sea": ("ffe9b456", 1), "interceptor": ("ff739e00", 2),
    "track": ("ffa779cc", 1), "prediction": ("ff005ed5", 1), "place": ("ff6f8ca0", 1),
    "sector": ("ff888888", 1), "launch-area": ("ff2f6d8a", 2),
}  # fmt: skip
FILLED = ("prediction", "place")


def render(e: Evening) -> str:
    """The evening as KML."""
    said = "; ".join(f"{key} {value}" for key, value in e.about.items())
    ends = [(k, [s for s in e.ends if s.kind == k]) for k in ("interception", "impact")]
    return "".join([
        HEAD, "<Document>\n", f"<name>{escape(e.title)}</name>\n",
        f"<description>{escape(said)}</description>\n", *_styles(),
        *_folder("places and areas", (_area(a) for a in e.areas)),
        *_folder("batteries and radars", (_spot(s, e) for s in e.sites)),
        *_folder("rockets (truth)", (_path(p, p.about["outcome"], e) for p in e.rockets)),
        *_folder("interceptors (truth)", (_path(p, p.kind, e) for p in e.interceptors)),
        *_folder("tracks (belief)", (_path(p, p.kind, e) for p in e.tracks)),
        *_folder("predicted impacts (belief)", (_prediction(p, e) for p in e.predictions)),
        *(line for kind, spots in ends
          for line in _folder(f"{kind}s (truth)", (_spot(s, e) for s in spots))),
        "</Document>\n</kml>\n",
    ])  # fmt: skip


def _styles() -> Iterator[str]:
    for name, (colour, width) in STYLES.items():
        fill = f"<color>40{colour[2:]}</color>" if name in FILLED else "<fill>0</fill>"
        yield (
            f'<Style id="style-{name}"><LineStyle><color>{colour}</color><width>{width}</width>'
            f"</LineStyle><PolyStyle>{fill}</PolyStyle></Style>\n"
        )


def _folder(name: str, marks: Iterator[str]) -> Iterator[str]:
    yield f"<Folder><name>{escape(name)}</name>\n"
    yield from marks
    yield "</Folder>\n"


def _mark(thing: Path | Spot | Area | Prediction, style: str, when: str, shape: str) -> str:
    link = f"<styleUrl>#style-{style}</styleUrl>" if style else ""
    return (
        f"<Placemark id={quoteattr(thing.id)}><name>{escape(thing.name)}</name>{when}{link}"
        f"{_data(thing.about)}{shape}</Placemark>\n"
    )


def _data(about: About) -> str:
    rows = "".join(
        f"<Data name={quoteattr(key)}><value>{escape(_text(value))}</value></Data>"
        for key, value in about.items()
        if value is not None
    )
    return f"<ExtendedData>{rows}</ExtendedData>" if rows else ""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(p: Path, style: str, e: Evening) -> str:
    span = _span(e.when(p.time[0]), e.when(p.time[-1]))
    kind = "LineString" if len(p.time) > 1 else "Point"
    at = " ".join(_at(*c) for c in zip(p.lon, p.lat, p.height, strict=True))
    return _mark(p, style, span, f"<{kind}><altitudeMode>absolute</altitudeMode>"
                                 f"<coordinates>{at}</coordinates></{kind}>")  # fmt: skip


def _prediction(p: Prediction, e: Evening) -> str:
    k = len(p.time) - 1
    rim = shapes.around(p.lon[k], p.lat[k], p.major[k], p.minor[k], p.bearing[k])
    span = _span(e.when(p.time[0]), e.when(p.time[-1]))
    return _mark(p, "prediction", span, _polygon(rim))


def _area(a: Area) -> str:
    return _mark(a, a.kind.replace(" ", "-"), "", _polygon(a.rim))


def _spot(s: Spot, e: Evening) -> str:
    when = "" if s.time is None else f"<TimeStamp><when>{e.when(s.time)}</when></TimeStamp>"
    mode = "<altitudeMode>absolute</altitudeMode>" if s.kind == "interception" else ""
    at = _at(s.lon, s.lat, s.height)
    return _mark(s, "", when, f"<Point>{mode}<coordinates>{at}</coordinates></Point>")


def _polygon(rim: list[list[float]]) -> str:
    at = " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in rim)
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{at}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
    )


def _span(begin: str, end: str) -> str:
    return f"<TimeSpan><begin>{begin}</begin><end>{end}</end></TimeSpan>"


def _at(lon: float, lat: float, height: float) -> str:
    return f"{lon:.6f},{lat:.6f},{np.float64(height):.1f}"
