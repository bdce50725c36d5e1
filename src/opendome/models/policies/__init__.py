"""Policies: who fires how many rounds at what, from belief alone.

A policy is any object with `decide(view, decisions)`.  For every slot with
`view.engagements["asked"] == 1` it may set `decisions["fire"][slot]` to a number of rounds and
`decisions["battery"][slot]` to the row of a battery whose option at that slot is feasible.  Slots
that it leaves alone do not fire; `decisions["reason"][slot]` may say why (tables.REASONS).
`opendome.contract.check_policy` tests the promises.

A scenario can name it when it is also an `opendome.params.Model` with `external = True`.  Which
slots are asked about follows the doctrine's `threat_min` and `salvos`: derive from `Doctrine` to
set them, else its defaults hold.
"""

from typing import NamedTuple

import numpy as np


class View(NamedTuple):
    """What a policy sees at one scan: belief only, read-only arrays (tables.py)."""

    t: float  # s, since the start of the scenario
    tracks: np.ndarray  # TRACKS, by slot
    predictions: np.ndarray  # PREDICTIONS, by slot
    options: np.ndarray  # OPTIONS (slot, battery)
    engagements: np.ndarray  # ENGAGEMENTS, by slot
    batteries: np.ndarray  # BATTERIES
    launchers: np.ndarray  # LAUNCHERS


def read_only(view: View) -> View:
    """The same view through arrays that cannot be written."""
    return View(view.t, *(_locked(rows) for rows in view[1:]))


def _locked(rows: np.ndarray) -> np.ndarray:
    seen = rows.view()
    seen.flags.writeable = False
    return seen
