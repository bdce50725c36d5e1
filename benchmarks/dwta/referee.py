"""Referee of the dynamic problem: plays policies, checks launches and bounds.  Numpy alone.

    python referee.py make DIR                        # the thirty instances, as JSON
    python referee.py score INSTANCE -n 200 -- COMMAND ...   # play a program, JSON lines
    python referee.py check INSTANCE CERTIFICATE      # a bound by its prices, or launches played

The protocol of a program is in README.md.  Written apart from OpenDome's own kernels, so that each
checks the other.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import problem as problems
from problem import ProblemError

SEEDS = range(10)


# ---------------------------------------------------------------- the rules


class Evening:
    """One replication of an instance, slot by slot."""

    def __init__(self, problem, replication):
        self.problem, self.draws = problem, problems.hits(problem, replication)
        self.threats, self.batteries = problem["threats"], problem["batteries"]
        n = len(self.threats)
        self.slot, self.launches = -1, []
        self.alive, self.told_dead = [True] * n, [False] * n
        self.until, self.fired = [None] * n, [0] * n
        self.rounds = [[b["pack"]] * b["launchers"] for b in self.batteries]
        self.loading = [[None] * b["launchers"] for b in self.batteries]
        self.depot = [b["depot"] for b in self.batteries]
        self.meets = [[] for _ in self.batteries]
        self.rate = []

    def advance(self):
        """Begin the next slot; returns what is told in it."""
        self.slot += 1
        results = []
        for j, until in enumerate(self.until):
            if until == self.slot:
                self.until[j] = None
                self.told_dead[j] = not self.alive[j]
                results.append([j, self.told_dead[j]])
        for b, battery in enumerate(self.batteries):
            self.meets[b] = [m for m in self.meets[b] if m > self.slot]
            for i in range(battery["launchers"]):
                load = self.loading[b][i]
                if load and load[0] == self.slot:
                    self.rounds[b][i], self.loading[b][i] = load[1], None
                if self.rounds[b][i] == 0 and not self.loading[b][i] and self.depot[b]:
                    pack = min(battery["pack"], self.depot[b])
                    self.depot[b] -= pack
                    self.loading[b][i] = (self.slot + battery["reload"], pack)
        self.rate = [b["rate"] for b in self.batteries]
        seen = [j for j, t in enumerate(self.threats) if t["detected"] == self.slot]
        return {
            "slot": self.slot,
            "detected": [[j, self.threats[j]] for j in seen],
            "results": results,
            "ready": [sum(r) for r in self.rounds],
            "depot": list(self.depot),
            "in_flight": [len(m) for m in self.meets],
        }

    def launch(self, j, i):
        """Fire opportunity i of threat j now."""
        at = f"slot {self.slot}: launch [{j}, {i}]"
        if not (0 <= j < len(self.threats) and self.threats[j]["detected"] <= self.slot):
            raise ProblemError(f"{at}: threat {j} is not detected")
        found = self.threats[j]["opportunities"]
        if not 0 <= i < len(found):
            raise ProblemError(f"{at}: threat {j} has opportunities 0 to {len(found) - 1}")
        b, slot, meet, p, rounds = found[i]
        if slot != self.slot:
            raise ProblemError(f"{at}: its launch slot is {slot}")
        if self.until[j] is not None or self.told_dead[j]:
            raise ProblemError(f"{at}: threat {j} is dead, or a salvo at it has no result yet")
        free = self.batteries[b]["channels"] - len(self.meets[b])
        if rounds > min(sum(self.rounds[b]), self.rate[b], free):
            raise ProblemError(
                f"{at}: {rounds} rounds of battery {b}, which has {sum(self.rounds[b])} ready, "
                f"{self.rate[b]} launches and {free} channels left"
            )
        self.rate[b] -= rounds
        self.meets[b] += [meet] * rounds
        for k in range(len(self.rounds[b])):
            took = min(rounds, self.rounds[b][k])
            self.rounds[b][k] -= took
            rounds -= took
        self.until[j] = meet + self.problem["assess"]
        if self.draws[j, self.fired[j]] < p:
            self.alive[j] = False
        self.fired[j] += 1
        self.launches.append([self.slot, j, i])

    def damage(self):
        """Harm of what was not killed."""
        return float(sum(t["value"] for t, a in zip(self.threats, self.alive, strict=True) if a))


def replay(problem, replication, launches):
    """Damage of a list of launches [slot, threat, opportunity]; raises if one breaks a rule."""
    evening, at = Evening(problem, replication), 0
    for _ in range(problem["slots"]):
        evening.advance()
        while at < len(launches) and launches[at][0] == evening.slot:
            evening.launch(*launches[at][1:])
            at += 1
    if at < len(launches):
        raise ProblemError(f"launch {at}: slot {launches[at][0]} is not in order, or too late")
    return evening.damage()


# ---------------------------------------------------------------- the bound


def bound(problem, prices):
    """Lower bound on the expected damage of every policy, proved by prices >= 0.

    Sum over threats of the least expected cost of a chain of salvos, where resources cost their
    prices, less the prices of all capacities.
    """
    slots, assess = problem["slots"], problem["assess"]
    batteries = problem["batteries"]
    u = {name: np.zeros((len(batteries), slots)) for name in ("place", "rate", "channel")}
    for name, rows in u.items():
        for b, k, price in prices[name]:
            rows[b, k] = price
    stock = np.array(prices["stock"], float)
    if min(stock.min(), *(rows.min() for rows in u.values())) < 0.0 or not np.isfinite(stock).all():
        raise ProblemError("prices: want finite numbers, 0 or more")
    rent = 0.0
    for b, battery in enumerate(batteries):
        loaded = battery["launchers"] * battery["pack"]
        rent += stock[b] * (loaded + battery["depot"]) + u["place"][b].sum() * loaded
        rent += u["rate"][b].sum() * battery["rate"] + u["channel"][b].sum() * battery["channels"]

    def cost(o):
        b, k, meet, _, rounds = o
        tube = u["place"][b, k : k + batteries[b]["reload"]].sum()
        return rounds * (stock[b] + tube + u["rate"][b, k] + u["channel"][b, k:meet].sum())

    total = 0.0
    for t in problem["threats"]:
        least = np.full(slots + assess + 2, float(t["value"]))  # by slot; after the last: no shot
        by_slot = {}
        for o in t["opportunities"]:
            by_slot.setdefault(o[1], []).append(o)
        for k in range(slots - 1, t["detected"] - 1, -1):
            least[k] = least[k + 1]
            for o in by_slot.get(k, []):
                least[k] = min(least[k], cost(o) + (1.0 - o[3]) * least[o[2] + assess])
        total += least[t["detected"]]
    return float(total - rent)


# ---------------------------------------------------------------- programs


def score(problem, command, replications):
    """Play a program: one JSON line to it a slot, one line of launches back."""
    told = {k: v for k, v in problem.items() if k != "threats"}
    played = []
    for replication in range(replications):
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as program:
            evening = Evening(problem, replication)
            _say(program, {"problem": told, "threats": len(problem["threats"])})
            for _ in range(problem["slots"]):
                _say(program, evening.advance())
                line = program.stdout.readline()
                if not line:
                    raise ProblemError(f"slot {evening.slot}: the program ended")
                for j, i in json.loads(line)["launch"]:
                    evening.launch(j, i)
            program.stdin.close()
        played.append(
            {
                "replication": replication,
                "launches": evening.launches,
                "damage": evening.damage(),
            }
        )
    return {"instance": problem["name"], "sha256": digest(problem), "played": played}


def _say(program, value):
    program.stdin.write(json.dumps(value) + "\n")
    program.stdin.flush()


def digest(problem):
    """SHA-256 of an instance: which one a certificate is about."""
    return hashlib.sha256(json.dumps(problem, sort_keys=True).encode()).hexdigest()


def check(problem, certificate):
    """Check a certificate; returns a line that says what it proves."""
    if certificate.get("sha256") != digest(problem):
        raise ProblemError("certificate: it is about another instance (sha256 differs)")
    if "prices" in certificate:
        found, said = bound(problem, certificate["prices"]), certificate["bound"]
        if not abs(found - said) <= 1e-6 * max(1.0, abs(found)):
            raise ProblemError(f"bound = {said}: the prices prove {found:.6f}")
        return f"{problem['name']}: no policy expects less damage than {found:.4f}"
    for p in certificate["played"]:
        found = replay(problem, p["replication"], p["launches"])
        if not abs(found - p["damage"]) <= 1e-9 * max(1.0, found):
            raise ProblemError(f"replication {p['replication']}: damage is {found}")
    mean = np.mean([p["damage"] for p in certificate["played"]])
    return f"{problem['name']}: mean damage {mean:.4f} of {len(certificate['played'])} replications"


# ---------------------------------------------------------------- command line


def main(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("make").add_argument("folder", type=Path)
    scoring = commands.add_parser("score")
    scoring.add_argument("instance")
    scoring.add_argument("-n", type=int, default=200)
    scoring.add_argument("command", nargs="+")
    checking = commands.add_parser("check")
    checking.add_argument("instance")
    checking.add_argument("certificate", type=Path)
    given = parser.parse_args(words)
    try:
        if given.what == "make":
            given.folder.mkdir(parents=True, exist_ok=True)
            for size in problems.SIZES:
                for seed in SEEDS:
                    made = problems.make(size, seed)
                    path = given.folder / f"{made['name']}.json"
                    path.write_text(json.dumps(made, separators=(",", ":")), "utf-8")
            print(f"{given.folder}: {len(problems.SIZES) * len(SEEDS)} instances")
        elif given.what == "score":
            print(json.dumps(score(problems.read(given.instance), given.command, given.n)))
        else:
            certificate = json.loads(given.certificate.read_text("utf-8"))
            print(check(problems.read(given.instance), certificate))
    except (ProblemError, OSError, ValueError, KeyError, TypeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
