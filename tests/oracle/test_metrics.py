"""Metrics of tracks against Stone Soup's own, kept in stonesoup_metrics.csv."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from opendome import tables
from opendome.tracking import metrics

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("stonesoup_metrics", HERE / "stonesoup_metrics.py")
peer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(peer)


def kept():
    with peer.KEPT.open(newline="") as file:
        lines = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return {(int(r["seed"]), r["name"]): float(r["value"]) for r in lines}


def as_rows(made):
    rows = tables.RECORDED_TRACKS.allocate(len(made))
    names = ("track", "time_s", None, "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
    for i, name in enumerate(names):
        if name:
            rows[name] = [r[i] for r in made]
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_gospa__is_stone_soups(seed):
    states, made = peer.made_up(seed)
    want = kept()
    for k in range(peer.SCANS):
        truth = states[np.isfinite(states[:, k, 0]), k]
        estimate = np.array([r[3:] for r in made if r[1] == k]).reshape(-1, 6)
        got = metrics.gospa(truth[:, :3], estimate[:, :3])
        if (seed, f"gospa distance {k}") not in want:  # Stone Soup has no value of two empty sets
            assert len(truth) == len(estimate) == got.distance == 0
            continue
        for name, value in got._asdict().items():
            assert value == pytest.approx(want[seed, f"gospa {name} {k}"], rel=1e-9), (k, name)


@pytest.mark.parametrize("seed", range(4))
def test_siap__is_stone_soups(seed):
    states, made = peer.made_up(seed)
    rows, time, want = as_rows(made), np.arange(float(peer.SCANS)), kept()
    body = metrics.nearest(rows, time, states)
    assert body.tolist() == [r[2] for r in made]
    got = metrics.siap(rows, body, time, states, np.isfinite(states[..., 0]))
    named = {
        "Completeness": got.completeness,
        "Ambiguity": got.ambiguity,
        "Spuriousness": got.spuriousness,
        "Position Accuracy": got.position,
        "Velocity Accuracy": got.velocity,
    }
    for name, value in named.items():
        assert value == pytest.approx(want[seed, name], rel=1e-9), name


def test_continuity__counts_tracks_swaps_and_false_ones():
    plots = tables.PLOTS.allocate(8)
    plots["t"] = [0, 0, 1, 1, 2, 2, 3, 3]
    source = np.array([0, 1, 0, 1, 0, 1, -1, -1])
    rows = tables.RECORDED_TRACKS.allocate(6)
    rows["track"] = [7, 7, 7, 8, 8, 9]
    rows["time_s"] = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]
    rows["plot"] = [2, 5, -1, 3, 4, 6]  # 7: body 0 then 1; 8: body 1 then 0; 9: a false plot
    got = metrics.continuity(rows, source, plots, 2)
    assert got == metrics.Continuity(tracks=2.0, swaps=1.0, false=1, latency=1.0)


def test_nees__of_right_covariances_has_its_mean():
    peer_ = np.random.default_rng(1)
    states = np.cumsum(peer_.normal(size=(1, 400, 6)), axis=1) * 100.0
    A = peer_.normal(size=(6, 6))
    C = A @ A.T
    rows = tables.RECORDED_TRACKS.allocate(400)
    rows["time_s"] = np.arange(400.0)
    rows["cov"] = C[np.triu_indices(6)]
    at = states[0] + peer_.multivariate_normal(np.zeros(6), C, 400)
    for i, name in enumerate(("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")):
        rows[name] = at[:, i]
    got = metrics.nees(rows, np.zeros(400, int), np.arange(400.0), states)
    # Four standard errors: 4 sqrt(2 * 6 / 400).
    assert got.mean() == pytest.approx(6.0, abs=0.7)


def test_impact_errors__measures_the_miss_in_the_ellipse():
    rows = tables.RECORDED_TRACKS.allocate(2)
    rows["time_s"], rows["impact_x_m"], rows["impact_y_m"] = 10.0, [30.0, np.nan], 40.0
    rows["impact_cov_xx"], rows["impact_cov_xy"], rows["impact_cov_yy"] = 900.0, 0.0, 400.0
    t, miss, d2 = metrics.impact_errors(rows, np.zeros(2, int), np.array([[25.0, 0.0, 0.0]]))
    assert (t.tolist(), miss.tolist(), d2.tolist()) == ([15.0], [50.0], [5.0])


def test_impact_by_time__sorts_misses_by_the_time_left():
    rows = tables.RECORDED_TRACKS.allocate(4)
    rows["time_s"], rows["impact_x_m"], rows["impact_y_m"] = [8, 7, 1, 0], [3, 5, 30, 50], 0.0
    rows["impact_cov_xx"], rows["impact_cov_xy"], rows["impact_cov_yy"] = 9.0, 0.0, 9.0
    impact = np.array([[10.0, 0.0, 0.0]])
    late, early = metrics.impact_by_time(rows, np.zeros(4, int), impact, (0.0, 5.0, 20.0, 60.0))
    assert late == metrics.ImpactAhead(0.0, 5.0, 2, 4.0, pytest.approx(4.8), 1.0)
    assert early == metrics.ImpactAhead(5.0, 20.0, 2, 40.0, pytest.approx(48.0), 0.0)
