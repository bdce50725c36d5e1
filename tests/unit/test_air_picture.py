"""Aircraft over an evening of rockets."""

import numpy as np

from opendome import engine, scenario

GROUP = """
[[clutter]]
model     = "{model}"
number    = {number}
lat_deg   = 31.55
lon_deg   = 34.60
radius_km = 25.0
"""


def evenings(*given):
    """Shots and ledgers of two evenings of two-towns with groups added."""
    text = (scenario.FOLDER / "two-towns.toml").read_text(encoding="utf-8") + "".join(
        GROUP.format(model=model, number=number) for model, number in given
    )
    setup = engine.prepare(scenario.parse(text, "crowded"))
    made = [engine.replicate(setup, 20210510, rep, trace=True) for rep in range(2)]
    return np.concatenate([r.traces["shots"] for r in made]), [r.ledger for r in made]


def test_evening__nobody_fires_at_identified_aircraft():
    shots, ledgers = evenings(("aircraft", 10))
    assert len(shots) > 20
    assert (shots["rocket"] >= 0).all()
    # The rockets are met as on an empty sky, but for the beams' times.
    alone = evenings()[1]
    for a, b in zip(alone, ledgers, strict=True):
        assert abs(int(a["intercepted"][0]) - int(b["intercepted"][0])) <= 3
