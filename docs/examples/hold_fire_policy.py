"""A policy in plain Python, to copy: the last rounds of a battery are for the large places.

    import opendome as od
    from opendome import engine
    from opendome.contract import check_policy

    scenario = od.load("two-towns")
    policy = HoldFire(scenario.tables().places["population"])
    check_policy(policy)  # the promises that every policy keeps
    engine.replicate(engine.prepare(scenario), seed=1, rep=0, policy=policy)

More: docs/howto/write-a-policy.md.
"""

import numpy as np


class HoldFire:
    """One round from the surest battery; its last `reserve` rounds only for large places.

    Parameters
    ----------
    population : float array (places,)
        Inhabitants by row of the table of places: what a policy cannot see it is given here.
    reserve : int
        Rounds that a battery keeps.
    large : float
        Inhabitants from which on a place is large.
    """

    def __init__(self, population, reserve=10, large=50_000.0):
        # Set once: a policy that remembers past calls breaks its contract.
        self.population, self.reserve, self.large = np.asarray(population), reserve, large

    def decide(self, view, decisions):
        """Fill decisions for the slots that the engine asks about; the others wait."""
        asked = np.flatnonzero(view.engagements["asked"])
        left = {}  # rounds of each battery, less those ordered on this scan
        # The surest threat first, the older track of equals.  A slot is only a place: it must not
        # matter in which slot a track is.
        surest = np.lexsort((view.tracks["id"][asked], -view.predictions["threat"][asked]))
        for slot in asked[surest]:
            # The place that the body most probably hits; -1: none stands out.
            place = view.predictions["place"][slot]
            is_large = place >= 0 and self.population[place] >= self.large
            kept = 0 if is_large else self.reserve
            options = view.options[slot]
            # Batteries that can meet the body, the surest first.
            for b in np.argsort(-options["p_kill"]):
                rounds = left.get(b, options["rounds"][b])
                if options["feasible"][b] and rounds > kept:
                    decisions["fire"][slot], decisions["battery"][slot] = 1, b
                    left[b] = rounds - 1
                    break
