"""Which tracks get a beam, and when."""

import numpy as np
import pytest

from opendome import frames, tables
from opendome.kernels import dwells
from opendome.world import belief, scratch

pytestmark = pytest.mark.kernel

PERIOD = 1.0


class Array:
    """One radar at the origin that looks north, and tracks around it."""

    def __init__(self, sensed, tracks, radars=1, **changes):
        rows = np.repeat(sensed.radars, radars).view(type(sensed.radars))
        rows["x"], rows["y"], rows["z"], rows["boresight"] = 0.0, 0.0, 0.0, 0.0
        rows["rotation"] = np.eye(3)
        for name, value in changes.items():
            rows[name] = value
        for row in rows:
            row["normal"] = frames.unit_vector(row["boresight"], row["tilt"])
        self.fixed = sensed._replace(radars=rows)
        self.known = belief(self.fixed, max(tracks, 1), 4, 4)
        self.scratch = scratch(max(tracks, 1), 4, radars)
        self.clock = tables.CLOCK.allocate(1)
        for column in tables.CLOCK.cols:
            self.clock[column.name] = 0
        self.clock["t"], self.clock["period"], self.clock["n_slots"] = 10.0, PERIOD, tracks
        peer = np.random.default_rng(tracks)
        rows, p = self.known.tracks, self.known.predictions
        az, r = peer.uniform(-0.9, 0.9, len(rows)), peer.uniform(10e3, 30e3, len(rows))
        el = peer.uniform(0.2, 0.9, len(rows))
        rows["status"], rows["t"], rows["t_plot"] = 2, 9.0, 9.0
        rows["m"] = 0.0
        rows["m"][:, :3] = np.column_stack(
            (r * np.cos(el) * np.sin(az), r * np.cos(el) * np.cos(az), r * np.sin(el))
        )
        p["known"], p["threat"] = 1, 0.0

    def schedule(self):
        dwells.schedule(self.clock[0], self.fixed, self.known, self.scratch)
        return self.known.looks[: self.clock["n_slots"][0]]


def granted(looks):
    return np.flatnonzero((looks["kind"] == tables.BEAM).any(axis=1))


def test_schedule__everyone_gets_a_beam_where_its_track_will_be(sensed):
    array = Array(sensed, 12)
    array.known.tracks["m"][:12, 3:6] = np.random.default_rng(1).normal(0.0, 300.0, (12, 3))
    looks = array.schedule()[:, 0]
    assert (looks["kind"] == tables.BEAM).all()
    assert array.clock["n_beams"] == 12
    for look, track in zip(looks, array.known.tracks, strict=False):
        assert 9.0 <= look["t"] <= 10.0
        at = np.array(dwells.ahead(track, look["t"]))
        assert look["direction"] == pytest.approx(at / np.linalg.norm(at))
        assert 0.5 < look["p_d"] <= 1.0


@pytest.mark.parametrize("n", [1, 5, 60, 150])
def test_schedule__dwells_neither_overlap_nor_leave_the_period(sensed, n):
    array = Array(sensed, n, track_dwell=6e-3, search_share=0.4)
    looks = array.schedule()
    times = np.sort(looks["t"][granted(looks), 0])
    d = 6e-3 / 0.6
    assert len(times) == min(n, 100)  # 0.6 s of beams at 6 ms
    assert np.diff(times).min(initial=1.0) > d * (1.0 - 1e-9)
    assert times[0] - d / 2 > 9.0 - 1e-9
    assert times[-1] + d / 2 < 10.0 + 1e-9


def test_beams__are_what_search_and_capacity_leave(sensed):
    row = sensed.radars.copy()
    row["track_dwell"], row["search_share"], row["capacity"] = 3e-3, 0.4, 1e6
    assert dwells.beams(row[0], 1.0) == 200
    assert dwells.beams(row[0], 0.5) == 100
    row["capacity"] = 50.0
    assert dwells.beams(row[0], 1.0) == 50
    row["search_share"] = 1.0
    assert dwells.beams(row[0], 1.0) == 0


def test_schedule__the_most_urgent_are_served_first(sensed):
    array = Array(sensed, 40, capacity=10.0)
    tracks, p = array.known.tracks, array.known.predictions
    p["threat"][[7, 8, 9]] = 0.9, 0.5, 0.99
    tracks["status"][20:22], p["known"][30] = 1, 0
    tracks["t_plot"][[3, 33]] = 5.0, 6.0  # not seen for long
    looks = array.schedule()
    served = set(granted(looks))
    assert {7, 8, 9, 20, 21, 30, 3, 33} <= served
    assert len(served) == 10
    assert array.clock["n_refused"] == 30
    # Among equals the older slot is served.
    assert served - {7, 8, 9, 20, 21, 30, 3, 33} == {0, 1}


def test_urgency__orders_by_belief(sensed):
    track, p = tables.TRACKS.allocate(1), tables.PREDICTIONS.allocate(1)
    rules, row = sensed.doctrine[0], sensed.radars.copy()
    row["revisit"] = 2.0
    track["status"], track["t_plot"], p["known"], p["threat"] = 2, 9.0, 1, 0.0

    def now(**changes):
        for name, value in changes.items():
            (track if name in track.dtype.names else p)[name] = value
        return dwells.urgency(track[0], p[0], 10.0, row[0], rules)

    assert now() == 0.0  # seen a second ago, threatens nothing
    stale = now(t_plot=8.0)
    assert 0.0 < stale < now(t_plot=2.0) < now(threat=0.5) < now(threat=0.9) < now(known=0)
    assert now(known=1, threat=0.0, t_plot=9.0, status=1) == now(status=2, known=0) == 3.0
    assert dwells.URGENT > 3.0


def test_schedule__without_a_beam_the_search_may_still_look(sensed):
    array = Array(sensed, 30, capacity=0.5, volume_period=2.0)
    seen = np.zeros(30, int)
    for t in (10.0, 11.0):
        array.clock["t"] = t
        looks = array.schedule()
        assert array.clock["n_beams"] == 0
        kinds = looks["kind"][:, 0]
        assert set(kinds) <= {tables.NOT_AT_ALL, tables.SEARCH}
        seen += kinds == tables.SEARCH
        assert [dwells.looked(looks, i) for i in range(30)] == (kinds > 0).tolist()
    assert (seen == 1).all()  # each once in a pass of two seconds


def test_schedule__a_track_out_of_coverage_gets_nothing(sensed):
    array = Array(sensed, 3)
    array.known.tracks["m"][0, 1] *= -1.0  # behind the array
    array.known.tracks["status"][1] = 0
    looks = array.schedule()
    assert granted(looks).tolist() == [2]
    assert looks["kind"][:2].tolist() == [[0], [0]]


def test_schedule__each_radar_that_reports_gives_a_beam(sensed):
    array = Array(sensed, 5, radars=2, everywhere=1)
    assert (array.schedule()["kind"] == tables.BEAM).all()
    array.fixed.radars["everywhere"] = 0
    looks = array.schedule()
    assert (looks["kind"] == [tables.BEAM, tables.NOT_AT_ALL]).all()


def test_expected_probability__falls_with_range_and_in_the_notch(sensed):
    array = Array(sensed, 3, blind_speed=70.0, clutter_top=0.1)
    m = array.known.tracks["m"]
    m[:, :3] = [(0.0, 20e3, 1e3), (0.0, 60e3, 3e3), (0.0, 20e3, 1e3)]
    m[:, 4] = -300.0
    m[2, 4] = 0.0  # across the line of sight
    near, far, blind = array.schedule()["p_d"][:, 0]
    assert near > far > 0.1
    assert blind < 0.1
