"""The command `export`."""

from datetime import datetime
from importlib import import_module
from pathlib import Path

import click

from opendome.formats import NAMES
from opendome.options import as_json_option, debug_option, print_json


class _Instant(click.ParamType):
    """A time such as 2021-05-11T20:49 or 2021-05-11T20:49:30+03:00."""

    name = "time"

    def convert(self, value: object, param: object, ctx: object) -> datetime:
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r}: want a time such as 2021-05-11T20:49")


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--to", "to", type=click.Choice(NAMES), required=True, help="Format.")
@click.option("-o", "--out", type=click.Path(path_type=Path),
              help="File, or folder of all CSV tables (default: in RESULT).")  # fmt: skip
@click.option("--rep", type=click.IntRange(0), default=0, show_default=True,
              help="Traced replication; not with csv.")  # fmt: skip
@click.option("--since", type=_Instant(), help="Only rockets launched from then on; not with csv.")
@click.option("--until", type=_Instant(), help="Only rockets launched before; not with csv.")
@click.option("--table", help="Only this table (csv).")
@click.option("--force", is_flag=True, help="Replace what is there.")
@as_json_option
@debug_option
def export(
    result: Path,
    to: str,
    out: Path | None,
    rep: int,
    since: datetime | None,
    until: datetime | None,
    table: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a result for other programs.

    Of a traced replication of the folder RESULT: GeoJSON (maps), KML (globes) or CZML (CesiumJS,
    moving).  As CSV: its tables, every one or --table.
    """
    import opendome
    from opendome.report import page

    found = opendome.open(result)
    form = import_module(f"opendome.formats.{to}")
    if to == "csv":
        if since or until or rep:
            raise click.UsageError("--rep, --since and --until go with a map, not with --to csv")
        if table is None:
            written = form.write_all(found, out or result / "csv", force)
        else:
            path = out or result / f"{table}{form.SUFFIX}"
            written = page.put(path, lambda: form.render(found, table), force)
    else:
        if table is not None:
            raise click.UsageError("--table goes with --to csv")
        from opendome.formats import evening

        path = out or result / f"replication-{rep}{form.SUFFIX}"
        evening.check(found, rep)
        written = page.put(
            path, lambda: form.render(evening.read(found, rep, since, until)).encode(), force
        )
    if as_json:
        print_json({"written": str(written)})
    else:
        click.echo(f"wrote {written}")
