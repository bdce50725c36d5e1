"""The command `plan`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from opendome.options import INTERRUPTED, as_json_option, cores, debug_option, print_json, say


@click.command()
@click.argument("plan", metavar="PLAN")
@click.option("--budget-usd", type=float, help="Appropriation instead of the file's.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the report.")
@click.option("--force", is_flag=True, help="Replace an older report in that folder.")
@click.option("--studies", is_flag=True, help="Run the studies anew and keep them.")
@click.option("--solve-only", is_flag=True, help="Orders only: no report, no explanations.")
@click.option("--simulate/--no-simulate", default=True, help="Run the plan in the full simulator.")
@click.option("--at-month", type=int, help="Plan anew from this month on; wants --stock.")
@click.option("--stock", type=float, help="Rounds at hand in that month.")
@click.option("--on-order", multiple=True, metavar="LINE=N", help="Rounds outstanding there.")
@click.option("--spent-usd", type=float, default=0.0, help="Money obligated by then.")
@click.option("--workers", type=int, help="Processes (default: one per core).")
@click.option("--no-progress", is_flag=True, help="No progress on stderr.")
@as_json_option
@debug_option
def plan(plan: str, **options: Any) -> None:
    """Plan a replenishment: what to buy, when, from whom.

    PLAN is the name of a shipped one or the path of a TOML file.  Prints the answers; with -o also
    writes a page and tables.
    """
    from opendome.plan import make, spec
    from opendome.study.execute import StudyInterrupted

    found = spec.load(plan)
    if options["budget_usd"] is not None:
        found = found.with_budget(options["budget_usd"])
    tell = _teller(not options["no_progress"])
    try:
        if options["at_month"] is not None:
            _again(found, options, tell)
        elif options["solve_only"]:
            learned, _ = make.learned(found, workers=options["workers"] or cores())
            solution, rule = make.optimise(found, learned)
            _orders(found, solution, rule, options["as_json"])
        else:
            _whole(found, options, tell)
    except StudyInterrupted:
        say(["interrupted; nothing was written"])
        raise click.exceptions.Exit(INTERRUPTED) from None


def _whole(found: Any, options: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Make the plan, print the answers, write the report."""
    from opendome.plan import make
    from opendome.report import plan as report
    from opendome.report import progress
    from opendome.results import ResultError

    folder, force = options["out"], options["force"]
    if folder is not None and not force and (folder / report.PAGE).exists():
        raise ResultError(f"{folder / report.PAGE}: exists (choose another folder, or --force)")
    with progress.shown(not options["no_progress"]) as show:
        made = make.make(
            found, workers=options["workers"] or cores(), remake_studies=options["studies"],
            simulate=options["simulate"], progress=show, tell=tell,
        )  # fmt: skip
    written = report.write(made, folder, force) if folder is not None else []
    if options["as_json"]:
        said = {name: a._asdict() for name, a in made.answers.items()}
        head = {"plan": found.name, "budget_usd": found.file.money.budget, "answers": said}
        head |= {"gap": made.gap._asdict(), "schedule": report.schedule(made)}
        head |= {"warnings": report.warnings(made), "written": [str(p) for p in written]}
        again = made.again.compared if made.again else ()
        print_json(head | {"resimulated": [c._asdict() for c in again]})
        return
    _show(made, report.warnings(made))
    if written:
        click.echo(f"wrote {written[0]} and {len(written) - 1} tables")


def _show(made: Any, warnings: list[str]) -> None:
    """Print the answers."""
    click.echo(made.plan.file.title)
    say(warnings, "warning: ")
    for a in made.answers.values():
        click.echo(f"\n{a.question}\n  {a.text}\n  hinges on {a.hinge}")
    if made.again:
        click.echo(f"\nAgain in the full simulator, {made.again.paths} fresh paths")
        for c in made.again.compared:
            verdict = "within" if c.agrees else "outside"
            name = c.name.replace("_", " ")
            click.echo(
                f"  {name}: predicted {c.predicted:,.1f} ± {c.half_width:,.1f}, "
                f"simulated {c.simulated:,.1f} ({verdict})"
            )
    click.echo("\nIntervals are 90 %; most of what goes in is not public: see the assumptions.")


def _orders(found: Any, solution: Any, rule: Any, as_json: bool) -> None:
    """Print what the programme orders, without the rest."""
    from opendome.plan import rules

    names = [s.name for s in found.file.supplier]
    rows = [
        {"month": m, "line": n, "order_up_to": float(v)}
        for m in (-1, *rules.reviews(found))
        for n, v in zip(names, rule.levels[m], strict=True)
        if v == v
    ]
    if as_json:
        said = {"budget_usd": found.file.money.budget, "objective_usd": solution.objective}
        print_json(said | {"package": rule.package._asdict(), "levels": rows})
        return
    click.echo(f"{found.file.title}: {rule.package}; mean loss of the programme "
               f"{solution.objective / 1e6:,.1f} million USD")  # fmt: skip
    for row in rows:
        when = "when the money comes" if row["month"] < 0 else f"{found.day(row['month']):%b %Y}"
        click.echo(f"  {when}: {row['line']} up to {row['order_up_to']:,.0f} rounds")


def _again(found: Any, options: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Print the orders of a review."""
    from opendome.errors import ScenarioError
    from opendome.plan import make, rolling
    from opendome.plan.programme import State
    from opendome.plan.setting import Package, arrival

    month, stock = options["at_month"], options["stock"]
    came = int(arrival(found, found.central["money.delay_days"]))
    if stock is None or stock < 0.0:
        raise ScenarioError("--at-month wants --stock, 0 or more rounds")
    if not came <= month < found.file.months:
        raise ScenarioError(f"--at-month {month}: want {came} to {found.file.months - 1}")
    names = [s.name for s in found.file.supplier]
    outstanding = dict.fromkeys(names, 0.0)
    for said in options["on_order"]:
        name, _, count = said.rpartition("=")
        if name not in outstanding or not count.replace(".", "", 1).isdigit():
            raise ScenarioError(f"--on-order {said}: want LINE=N, LINE one of {', '.join(names)}")
        outstanding[name] += float(count)
    learned, _ = make.learned(found, workers=options["workers"] or cores())
    spent = options["spent_usd"]
    us_spent = spent * found.central["money.us_share_min"]  # as if the share had been kept so far
    state = State(stock, tuple(outstanding.values()), spent, us_spent)
    new = rolling.replan(found, learned, month, state, Package(), came)
    if options["as_json"]:
        print_json({"month": month, "orders": dict(zip(names, new.orders, strict=True))})
        return
    click.echo(f"{found.day(month):%d %b %Y}, {stock:,.0f} rounds in stock: order")
    for name, quantity in zip(names, new.orders, strict=True):
        click.echo(f"  {quantity:,.0f} rounds from the {name}")


def _teller(wanted: bool) -> Callable[[str], None]:
    """Says on stderr what is being done, once a step."""
    last = ""

    def tell(what: str) -> None:
        nonlocal last
        step = what.partition(":")[0]
        if wanted and step != last:
            last = step
            print(f"{step} ...", file=sys.stderr, flush=True)

    return tell
