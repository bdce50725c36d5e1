"""What a traced replication keeps for those who look: rounds of batteries, paths of rounds."""

import numpy as np

from opendome import engine, scenario
from opendome.kernels.ballistics import drag_table
from opendome.kernels.flyout_path import FLYOUT_NODES, fly_out_path
from opendome.kernels.intercept import height, place


def test_magazines__lose_what_is_fired_and_gain_what_is_loaded(two_towns):
    got = engine.replicate(two_towns, 3, 0, trace=True).traces
    log, shots = got["magazines"], got["shots"]
    assert len(shots) > 10
    assert set(log["battery"]) == {"A"}
    assert log["ready"][0] == 60
    fired = np.array([np.sum(shots["decision_time_s"] <= t) for t in log["time_s"]])
    gained = np.diff(log["ready"]) + np.diff(fired)
    # But for exchanges, ready rounds change by what is fired; packs are exchanged whole.
    assert (gained[log["loading"][1:] == log["loading"][:-1]] == 0).all()
    assert (np.diff(log["loading"]) % 20 == 0).all()
    assert log["loading"].max() > 0
    # Two rows of one scan follow one another only where something changed.
    assert (np.diff(log["time_s"]) > 0.0).all()


def test_flyouts__lead_from_the_battery_to_the_planned_meeting(two_towns):
    got = engine.replicate(two_towns, 3, 0, trace=True).traces
    paths, shots = got["flyouts"], got["shots"]
    site = two_towns.fixed.batteries[0]
    assert set(paths["shot"]) == set(shots["shot"])
    for shot in shots:
        path = paths[paths["shot"] == shot["shot"]]
        assert path["time_s"][0] == shot["launch_time_s"]
        assert abs(path["time_s"][-1] - shot["intercept_time_s"]) < 1e-6
        ends = [[path[name][i] for name in ("x_m", "y_m", "z_m")] for i in (0, -1)]
        # It leaves from its rail, 75 degrees steep, within metres of the battery's site.
        assert np.linalg.norm(np.subtract(ends[0], [site[a] for a in "xyz"])) < 20.0
        np.testing.assert_allclose(
            ends[1], [shot[name] for name in ("x_m", "y_m", "z_m")], atol=1e-3
        )


def test_flyouts__fly_through_the_air_of_the_scenario():
    # Hot air is thin: by the standard atmosphere a round would come up to 0.7 s late.
    hot = scenario.load("two-towns").with_changes({"weather": {"temperature_offset_K": 50.0}})
    setup = engine.prepare(hot)
    shots = engine.replicate(setup, 3, 0, trace=True).traces["shots"]
    f, radius = setup.fixed, setup.fixed.radius
    site, drag, nodes = f.batteries[0], drag_table(), np.zeros((FLYOUT_NODES, 3))
    base = height(site["x"], site["y"], site["z"], radius)
    late = []
    for shot in shots:
        d, h, _ = place(shot["x_m"], shot["y_m"], shot["z_m"], site, base, radius)
        n = fly_out_path(d, h, f.interceptors[0], setup.scoring.air, drag, nodes)
        late.append(shot["intercept_time_s"] - shot["launch_time_s"] - nodes[n - 1, 0])
    assert len(late) > 10
    # The table between its points, and a round that waited for the launcher: late by so much.
    assert np.abs(late).max() < 0.05
