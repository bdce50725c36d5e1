"""Results as files and on the screen."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from opendome.assignment.certify import PRICES, Certificate, Verdict
from opendome.assignment.problem import Problem, ProblemError
from opendome.assignment.solve import Assignment

#: Weapon types that `show` lists.
ROWS = 20


def as_json(found: Assignment) -> dict[str, Any]:
    """A result as a JSON object; `plan` lists weapon type, target and shots, counted from 0."""
    return {
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "optimal": found.optimal,
        "seconds": found.seconds,
        "price_bound": found.certificate.price_bound,
        "bound_rests_on": found.certificate.rests_on,
        "prices": found.prices.tolist(),
        "plan": found.certificate.pairs.tolist(),
    }


def write(found: Assignment, path: str | Path) -> None:
    """Write a result.

    Raises
    ------
    ProblemError
        The file cannot be written.
    """
    try:
        Path(path).write_text(json.dumps(as_json(found)) + "\n", "utf-8")
    except OSError as error:
        raise ProblemError(f"{path}: {error.strerror}") from None


def read_certificate(path: str | Path) -> Certificate:
    """Read what `certify` needs from a result file.

    Raises
    ------
    ProblemError
    """
    want = "want a result of `opendome assign PROBLEM -o RESULT.json`"
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ProblemError(f"{path}: {error.strerror} ({want})") from None
    except ValueError:
        raise ProblemError(f"{path}: not JSON ({want})") from None
    try:
        plan, prices = found["plan"], np.asarray(found["prices"], np.float64)
        pairs = np.asarray(plan) if plan else np.zeros((0, 3), np.int64)
        objective, price_bound, bound = (
            float(found[key]) for key in ("objective", "price_bound", "bound")
        )
        rests_on = str(found["bound_rests_on"])
    except (KeyError, TypeError, ValueError) as error:
        raise ProblemError(f"{path}: {type(error).__name__}: {error} ({want})") from None
    if prices.ndim != 1 or not np.isfinite((objective, price_bound, bound)).all():
        raise ProblemError(f"{path}: prices or objective are no finite numbers ({want})")
    return Certificate(pairs, prices, objective, price_bound, bound, rests_on)


def show(given: Problem, found: Assignment) -> None:
    """Print a result."""
    from rich.console import Console
    from rich.table import Table

    m, n = given.survive.shape
    fired = np.bincount(found.certificate.pairs[:, 0], found.certificate.pairs[:, 2], minlength=m)
    aimed = np.bincount(found.certificate.pairs[:, 1], minlength=n) > 0
    print(f"{n} targets, {m} weapon types, {given.ammunition.sum()} shots")
    print(f"expected surviving value  {found.objective:.9g} of {given.value.sum():.9g}")
    print(f"no plan leaves less than  {found.bound:.9g}")
    print(f"gap                       {found.gap:.2g}{' (optimal)' if found.optimal else ''}")
    print(f"targets engaged           {int(aimed.sum())}")
    print(f"seconds                   {found.seconds:.3g}")
    table = Table("Weapon type", "Shots", "Fired", "Price of a shot")
    for i in range(min(m, ROWS)):
        price = f"{found.prices[i]:.4g}"
        table.add_row(str(i), str(given.ammunition[i]), f"{fired[i]:g}", price)
    if m > ROWS:
        table.add_row(f"... and {m - ROWS} more", "", "", "")
    Console().print(table)


def show_verdict(verdict: Verdict) -> None:
    """Print what a check found."""
    print(f"expected surviving value  {verdict.objective:.9g}")
    print(f"bound that prices prove   {verdict.bound:.9g}")
    if verdict.rests_on != PRICES:
        print(f"bound that is claimed     {verdict.claimed:.9g}")
        print(f"it rests on               {verdict.rests_on}")
    print("the certificate holds" if verdict.ok else "the certificate does not hold")
