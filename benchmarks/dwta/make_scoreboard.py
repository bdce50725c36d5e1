"""Write certificates of the bounds, and the scoreboard (needs OpenDome).

python make_scoreboard.py --certificates             # the thirty bounds
python make_scoreboard.py small medium -n 20         # play the shipped policies on all ten seeds
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import referee

from opendome.dwta import bound, play, problem, score

FOLDER = Path(__file__).parent
HEAD = "| size | policy | damage over the bound | 95 % interval | of a decision, 99th percentile |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", choices=tuple(problem.SIZES))
    parser.add_argument("-n", type=int, default=200, help="replications")
    parser.add_argument("--certificates", action="store_true")
    given = parser.parse_args()
    if given.certificates:
        certify()
    rows = []
    for row in (row for size in given.sizes for row in table(size, given.n)):
        rows.append(row)
        print(row, flush=True)
    if rows:
        write(rows, f"python make_scoreboard.py {' '.join(given.sizes)} -n {given.n}", given.n)


def write(rows, command, replications):
    """The page, once all rows are there: a run that is stopped leaves the last one."""
    text = [
        "# Scoreboard",
        f"Ten seeds, {replications} replications each, less what luck did to them; made by "
        f"`{command}`.",
        "\n".join([HEAD, "|" + " --- |" * 5, *rows]),
    ]
    (FOLDER / "scoreboard.md").write_text("\n\n".join(text) + "\n", "utf-8")


def certify() -> None:
    """Bounds of all instances, proved by their prices (rounded: any prices prove one)."""
    (FOLDER / "certificates").mkdir(exist_ok=True)
    for size in problem.SIZES:
        for seed in referee.SEEDS:
            begun = time.process_time()
            made = problem.make(size, seed)
            prices = rounded(bound.fluid(play.game(made)).prices)
            found = referee.bound(made, prices)
            certificate = {"instance": made["name"], "sha256": referee.digest(made)}
            certificate |= {"bound": round(found, 6), "prices": prices}
            path = FOLDER / "certificates" / f"{made['name']}.json"
            path.write_text(json.dumps(certificate) + "\n", "utf-8")
            print(made["name"], round(found, 3), round(time.process_time() - begun, 2), "CPU s")


def rounded(prices):
    """Prices as a certificate holds them: six decimals, only those above zero."""
    rows = {}
    for name, u in zip(("place", "rate", "channel"), prices[1:], strict=True):
        u = np.round(u, 6)
        rows[name] = [[int(b), int(k), float(u[b, k])] for b, k in np.argwhere(u > 0.0)]
    return {"stock": np.round(prices.stock, 6).tolist(), **rows}


def table(size, replications):
    """Rows of the scoreboard for one size."""
    cases = [score.case(size, seed) for seed in referee.SEEDS]
    for name, policy, foresight in score.ENTRIES:
        found = score.score(cases, policy, foresight, replications)
        took = np.concatenate([score.seconds(c, policy, foresight) for c in cases[:3]])
        yield (
            f"| {size} | {name} | {found.percent:.1f} % | ± {found.half_width:.1f} % | "
            f"{1e3 * np.percentile(took, 99):.2f} ms |"
        )


if __name__ == "__main__":
    main()
