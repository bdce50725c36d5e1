"""The command `footprint`."""

from pathlib import Path

import click

from opendome.options import as_json_option, debug_option, print_json


@click.command()
@click.argument("scenario")
@click.option("--battery", required=True, help="Name of the battery.")
@click.option("--class", "classes", multiple=True, help="Rocket class (default: all in use).")
@click.option("--cell-m", default=1000.0, show_default=True, help="Side of a grid cell, m.")
@click.option("--reach-km", default=25.0, show_default=True, help="How far around it to look, km.")
@click.option("--p-min", default=0.5, show_default=True, help="Least expected kill probability.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder to write.")
@as_json_option
@debug_option
def footprint(
    scenario: str,
    battery: str,
    classes: tuple[str, ...],
    cell_m: float,
    reach_km: float,
    p_min: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Area that one battery of SCENARIO defends against each rocket class.

    One battery alone, nobody else in the air.  Writes footprint.geojson and footprint.png into
    the folder, by default results/NAME-footprint-BATTERY.
    """
    import opendome
    from opendome import engine
    from opendome import footprint as footprints
    from opendome.report import footprint as shown

    found = opendome.load(scenario)
    setup = engine.prepare(found)
    names = classes or tuple(str(name) for name in setup.scoring.class_names)
    made = [
        footprints.footprint(setup, battery, name, cell=cell_m, reach=1e3 * reach_km, p_min=p_min)
        for name in names
    ]
    folder = out or Path("results") / f"{found.name}-footprint-{battery.replace(' ', '-')}"
    shown.write(folder, made, setup)
    if as_json:
        print_json([shown.as_dict(f) for f in made])
        return
    shown.show(made)
    click.echo(f"written: {folder}/footprint.geojson, {folder}/footprint.png")
