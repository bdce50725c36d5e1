"""The commands about alert zones: `zones import` and `warnings`."""

from pathlib import Path
from typing import Any

import click

from opendome.options import as_json_option, cores, debug_option, print_json

DISTRICTS = (25, 250)


@click.group()
def zones() -> None:
    """Alert zones: files that `opendome warnings` reads."""


@zones.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File (default: zones.geojson).")
@click.option("--force", is_flag=True, help="Replace an older file of that name.")
@as_json_option
@debug_option
def import_(file: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """Check zones in GeoJSON or CSV and write them in one form.

    A zone needs a name, and an outline or a position (lat_deg, lon_deg); a published time to
    shelter in seconds and a radius_km are taken if they are there.
    """
    from math import isfinite

    from opendome import zones as reading
    from opendome.report import page

    found = reading.read(file)
    out = out or Path("zones.geojson")
    page.put(out, lambda: reading.geojson(found).encode(), force)
    said = {
        "file": str(out),
        "zones": len(found),
        "outlines": sum(bool(z.rings) for z in found),
        "with_seconds": sum(isfinite(z.seconds) for z in found),
    }
    if as_json:
        print_json(said)
    else:
        click.echo(
            f"Wrote {out}: {said['zones']} zones, {said['outlines']} with an outline, "
            f"{said['with_seconds']} with a published time"
        )


@click.command()
@click.argument("scenario", default="may-2021")
@click.option(
    "--zones", "file", type=click.Path(path_type=Path), help="Zones (default: the scenario's)."
)
@click.option("-n", "--replications", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--seed", type=int, help="Seed of the random numbers (default: the scenario's).")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option("--p-min", type=click.FloatRange(0.001, 1.0), help="Threshold (default: the rule's).")
@click.option(
    "--districts", multiple=True, type=click.IntRange(1), help="Also joined into so many."
)
@click.option("--picture", type=click.Path(path_type=Path), help="Trade-off as .png, .svg or .pdf.")
@click.option("--no-progress", is_flag=True, help="No progress on stderr.")
@as_json_option
@debug_option
def warnings(
    scenario: str,
    file: Path | None,
    replications: int,
    seed: int | None,
    workers: int | None,
    p_min: float | None,
    districts: tuple[int, ...],
    picture: Path | None,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Who is warned, how early, how often in vain: zone by zone, over the threshold.

    SCENARIO is the name of a shipped one or the path of a TOML file.  Its warning rule is applied
    to the zones of a file made by `opendome zones import`, else to those that the scenario warns:
    of its own file, or its places.
    """
    import opendome
    from opendome import warned, zone_map
    from opendome import zones as reading
    from opendome.report import page, progress
    from opendome.report import warnings as shown

    found = opendome.load(scenario)
    areas = reading.read(file) if file else zone_map.zones_of(found) or zone_map.places_of(found)
    with progress.shown(not no_progress) as show:
        result = opendome.run(
            found, replications, seed, cores() if workers is None else workers,
            trace=range(replications), progress=show,
        )  # fmt: skip
    answer = warned.study(found, result, areas, p_min, districts or DISTRICTS)
    if picture:
        page.put(picture, lambda: shown.picture(answer, picture.suffix[1:]), True)
    if as_json:
        print_json(_as_dict(answer))
    else:
        shown.show(answer)


def _as_dict(answer: Any) -> dict[str, Any]:
    return {
        "scenario": answer.scenario,
        "rule": answer.rule._asdict(),
        "figures": answer.figures._asdict(),
        "trade_off": [f._asdict() for f in answer.trade_off],
        "districts": [f._asdict() for f in answer.districts],
        "zones": answer.zones,
    }
