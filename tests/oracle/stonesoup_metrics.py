"""Metrics of Stone Soup on made-up tracks, kept in stonesoup_metrics.csv.

    pip install stonesoup==1.9.1 && python tests/oracle/stonesoup_metrics.py

Stone Soup takes a while to import, so the tests compare with the file; `opendome bench tracking`
runs it live.
"""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

KEPT = Path(__file__).with_suffix(".csv")
START = datetime(2021, 5, 10)
SCANS, BODIES = 12, 5


def made_up(seed):
    """Truth (bodies, scans, 6), and rows (track, scan, body or -1, state)."""
    rng = np.random.default_rng(seed)
    states = np.full((BODIES, SCANS, 6), np.nan)
    rows = []
    for b in range(BODIES):
        first, last = rng.integers(0, 4), rng.integers(7, SCANS)
        x0, v = rng.uniform(-20e3, 20e3, 3), rng.uniform(-300.0, 300.0, 3)
        for k in range(first, last + 1):
            states[b, k] = np.r_[x0 + v * k, v]
        for track in range(rng.integers(0, 3)):
            for k in range(first + rng.integers(0, 3), last + 1):
                error = np.r_[rng.normal(size=3) * 30.0, rng.normal(size=3) * 5.0]
                rows.append((10 * b + track, k, b, *(states[b, k] + error)))
    for track in (100, 101):
        for k in range(3, 6):
            rows.append((track, k, -1, *rng.uniform(-30e3, 30e3, 3), 0.0, 0.0, 0.0))
    return states, rows


def soup(seed):
    """Stone Soup's GOSPA of every scan, and its SIAP."""
    from stonesoup.dataassociator.tracktotrack import TrackToTruth
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import MultiManager
    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
    from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
    from stonesoup.types.state import State
    from stonesoup.types.track import Track

    states, rows = made_up(seed)
    when = [START + timedelta(seconds=k) for k in range(SCANS)]
    truths = {
        GroundTruthPath(
            [
                GroundTruthState(states[b, k], timestamp=when[k])
                for k in range(SCANS)
                if np.isfinite(states[b, k, 0])
            ]
        )
        for b in range(BODIES)
    }
    tracks = {
        Track([State(np.array(r[3:]), timestamp=when[r[1]]) for r in rows if r[0] == number])
        for number in {r[0] for r in rows}
    }
    position = Euclidean([0, 1, 2])
    metric = GOSPAMetric(c=500.0, p=2, measure=position, generator_name="gospa",
                         tracks_key="tracks", truths_key="truths")  # fmt: skip
    siap = SIAPMetrics(position_measure=position, velocity_measure=Euclidean([3, 4, 5]),
                       generator_name="siap", tracks_key="tracks", truths_key="truths")  # fmt: skip
    manager = MultiManager([metric, siap], TrackToTruth(association_threshold=500.0,
                           measure=position))  # fmt: skip
    manager.add_data({"truths": truths, "tracks": tracks})
    found = manager.generate_metrics()
    out = {}
    for one in found["gospa"]["GOSPA Metrics"].value:
        k = int((one.timestamp - START).total_seconds())
        for name in ("distance", "localisation", "missed", "false"):
            out[f"gospa {name} {k}"] = float(one.value[name])
    for name in ("Completeness", "Ambiguity", "Spuriousness", "Position Accuracy",
                 "Velocity Accuracy"):  # fmt: skip
        out[name] = float(found["siap"][f"SIAP {name}"].value)
    return out


if __name__ == "__main__":
    with KEPT.open("w", newline="") as file:
        file.write("# made by: python tests/oracle/stonesoup_metrics.py (stonesoup 1.9.1)\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("seed", "name", "value"))
        for seed in range(4):
            for name, value in soup(seed).items():
                writer.writerow((seed, name, repr(value)))
