"""A policy as a program: greedy by value times kill probability.  Copy it and change `choose`."""

import json
import sys


def main():
    told = json.loads(sys.stdin.readline())
    batteries, assess = told["problem"]["batteries"], told["problem"]["assess"]
    threats, busy = {}, {}
    for line in sys.stdin:
        now = json.loads(line)
        threats |= dict(now["detected"])
        for j, dead in now["results"]:
            if dead:
                del threats[j]
        pairs = zip(batteries, now["ready"], now["in_flight"], strict=True)
        can = [min(r, b["rate"], b["channels"] - f) for b, r, f in pairs]
        chosen = choose(now["slot"], threats, busy, can)
        for j, i in chosen:
            busy[j] = threats[j]["opportunities"][i][2] + assess
        print(json.dumps({"launch": chosen}), flush=True)


def choose(slot, threats, busy, can):
    """Launches [threat, opportunity] of this slot."""
    found = []
    for j, t in threats.items():
        if busy.get(j, -1) <= slot:
            for i, (b, launch, _, p, rounds) in enumerate(t["opportunities"]):
                if launch == slot and rounds == 1:
                    found.append((-t["value"] * p, j, i, b))
    chosen, done = [], set()
    for _, j, i, b in sorted(found):
        if j not in done and can[b] > 0:
            can[b] -= 1
            done.add(j)
            chosen.append([j, i])
    return chosen


if __name__ == "__main__":
    main()
