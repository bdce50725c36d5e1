"""Orders of the compiled policies in a scene made by hand."""

import pytest

from opendome import tables
from opendome.kernels.decide import GREEDY, RESOLVE, ROLLING, THRESHOLD_RESERVE, consider
from opendome.kernels.orders import desk, order


@pytest.mark.parametrize("kind", [GREEDY, THRESHOLD_RESERVE, RESOLVE, ROLLING])
def test_order__does_not_go_by_slots(scene, kind):
    def orders(flip):
        s = scene(rockets=3, batteries=2, channels=1)
        rules = s.fixed.doctrine
        rules["kind"], rules["rounds"], rules["steps"], rules["reserve"] = kind, 1, 5, 0.5
        rules["value_min"] = rules["round_value"] = 0.0
        s.known.predictions["value"] = 10.0, 30.0, 20.0
        if flip:
            for rows in (s.known.tracks, s.known.predictions, s.known.engagements):
                rows[:] = rows[::-1].copy()
        consider(s.clock[0], s.fixed, s.known)
        order(s.clock[0], s.fixed, s.known, desk(3, 2))
        d = s.known.decisions.copy()
        return d[::-1] if flip else d

    a, b = orders(False), orders(True)
    # One channel a battery; the static optimum counts rounds alone, and may want both from one.
    assert a["fire"].sum() == (1 if kind == RESOLVE else 2)
    assert (a["fire"] == b["fire"]).all()
    assert (a["reason"] == b["reason"]).all()
    assert a["fire"][1] == 1  # the greatest value is served where channels are short
    assert tables.REASONS[a["reason"][1]] == "fire"
