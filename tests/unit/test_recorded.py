"""Tracks from recorded plots: bad input, scans, and a flight from end to end."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import opendome as od
from opendome.cli import main
from opendome.errors import ScenarioError
from opendome.tracking import metrics, plots, radars, recorded, trials

RADAR = {"radar": [{"sector_deg": 360.0, "sigma_r0_m": 10.0, "sigma_a0_rad": 1e-3}]}


def columns(n=4, **changed):
    given = {
        "time_s": np.arange(float(n)),
        "range_m": np.full(n, 20e3),
        "azimuth_rad": np.full(n, 1.0),
        "elevation_rad": np.full(n, 0.2),
    }
    return {k: v for k, v in (given | changed).items() if v is not None}


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"range_m": None}, "plots: no column range_m (columns are: time_s, azimuth_rad, elev"),
        ({"time_s": [0.0, 2.0, 1.0, 3.0]}, "plots: time_s at row 2 is 1, before row 1 (2); sort"),
        ({"range_m": [1.0, np.nan, 1.0, 1.0]}, "plots: range_m at row 1 is nan (want a number)"),
        ({"azimuth_rad": [1.0, 2.0, 213.4, 1.0]}, "plots: azimuth_rad at row 2 is 213.4 (want rad"),
        ({"elevation_rad": [0.1, 0.1, 0.1, 11.0]}, "plots: elevation_rad at row 3 is 11 (want rad"),
        ({"range_m": [1.0, -5.0, 1.0, 1.0]}, "plots: range_m at row 1 is -5 (want a slant range"),
        (
            {"radar": ["radar", "radar", "south", "radar"]},
            "plots: radar at row 2 is 'south' (known",
        ),
        ({"range_m": ["a", "b", "c", "d"]}, "plots: range_m holds <U1, want numbers"),
        ({"range_m": [1.0, 2.0]}, "plots: columns of different lengths"),
    ],
)
def test_track__says_which_row_is_wrong(changed, message):
    with pytest.raises(ScenarioError) as error:
        od.track(columns(**{k: v if v is None else np.array(v) for k, v in changed.items()}), RADAR)
    assert str(error.value).startswith(message)
    assert len(error.value.lines) == 1


@pytest.mark.parametrize(
    ("radar", "message"),
    [
        ({}, "radar: 'radar' is missing"),
        ({"radar": [{"range_max_km": -1.0}]}, "radar: radar[0].range_max_km = -1.0: want"),
        ({"radar": [{}, {}]}, "radar: two radars are called 'radar'"),
        ({"radar": [{"sector": 1.0}]}, "radar: radar[0].sector: no unit"),
    ],
)
def test_track__says_what_is_wrong_with_the_radar(radar, message):
    with pytest.raises(ScenarioError) as error:
        radars.read(radar)
    assert str(error.value).startswith(message)


def test_plots__of_several_radars_want_names():
    two = {"radar": [{"name": "a"}, {"name": "b", "lat_deg": 0.1}]}
    with pytest.raises(ScenarioError, match="no column radar"):
        plots.read(columns(), radars.read(two))
    rows = plots.read(columns(radar=np.array(["a", "b", "b", "a"])), radars.read(two))
    assert rows["radar"].tolist() == [0, 1, 1, 0]
    # The second radar stands 11 km farther north.
    assert rows["y"][1] - rows["y"][0] == pytest.approx(11e3, rel=0.01)


def test_command__answers_bad_input_with_one_line_and_writes_nothing(tmp_path):
    pq.write_table(pa.table(columns(azimuth_rad=np.full(4, 57.0))), tmp_path / "p.parquet")
    (tmp_path / "r.toml").write_text("[[radar]]\nsector_deg = 360.0\n")
    words = ["track", str(tmp_path / "p.parquet"), "--radar", str(tmp_path / "r.toml")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "azimuth_rad at row 0 is 57 (want radians" in done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.parquet", "r.toml"]
    for wrong in (["track", "nowhere.parquet", "--radar", str(tmp_path / "r.toml")],
                  [*words[:2], "--radar", "nowhere.toml"],
                  [*words[:2], "--radar", str(tmp_path / "p.parquet")]):  # fmt: skip
        assert CliRunner().invoke(main, wrong).exit_code == 2


# ---------------------------------------------------------------- scans


def test_scans__group_by_period_and_go_on_while_a_track_may_coast():
    t = np.array([0.0, 0.1, 0.9, 1.1, 4.0, 500.0])
    got = list(recorded.scans(t, 1.0))
    assert got[0] == (0.1, 0, 2)
    assert got[1] == (1.1, 2, 4)
    assert got[2:4] == [(2.0, 4, 4), (3.0, 4, 4)]
    assert got[4] == (4.0, 4, 5)
    # A minute of empty scans after a plot without followers, not eight; so after the last one.
    assert got[5 + 59] == (500.0, 5, 6)
    assert got[5 + 58] == (63.0, 5, 5)
    assert len(got) == 6 + 59 + 59
    assert list(recorded.scans(t[:0], 1.0)) == []


# ---------------------------------------------------------------- from end to end


@pytest.fixture(scope="module")
def twenty():
    trial = trials.trial("20 independent", 1)
    return trial, recorded.track(trial.plots, trial.sensors)


def test_track__keeps_one_track_a_rocket(twenty):
    trial, rows = twenty
    got = metrics.continuity(rows, trial.source, trial.plots, 20)
    assert got.tracks == 1.0
    assert got.swaps == 0.0
    assert got.false == 0
    assert got.latency <= 4.0
    body = metrics.nearest(rows, trial.time, trial.states)
    due = trial.seen & np.isfinite(trial.states[..., 0])
    air = metrics.siap(rows, body, trial.time, trial.states, due)
    assert air.completeness > 0.95
    assert air.spuriousness < 0.002


def test_track__is_consistent(twenty):
    trial, rows = twenty
    body = metrics.nearest(rows, trial.time, trial.states)
    nees = metrics.nees(rows, body, trial.time, trial.states)
    # Rows of one track are not independent: twenty of them, 6 degrees each, 3 standard errors.
    assert nees.mean() / 6.0 == pytest.approx(1.0, abs=0.4)
    _, _, d2 = metrics.impact_errors(rows, body, trial.impact)
    assert np.mean(d2 < 5.99) > 0.93


def test_track__does_not_outlive_its_impact(twenty):
    trial, rows = twenty
    body = metrics.nearest(rows, trial.time, trial.states)
    last = {k: rows["time_s"][rows["track"] == k].max() for k in np.unique(rows["track"])}
    for k, t in last.items():
        of = body[rows["track"] == k]
        assert t <= trial.impact[np.bincount(of[of >= 0]).argmax(), 0] + 2.0


def test_track__finds_the_launch_point(twenty):
    trial, rows = twenty
    body = metrics.nearest(rows, trial.time, trial.states)
    d2 = []
    for k in np.unique(rows["track"]):
        row = rows[rows["track"] == k][-1]
        rocket = np.bincount(body[(rows["track"] == k) & (body >= 0)]).argmax()
        d = trial.launch[rocket] - [row["launch_x_m"], row["launch_y_m"]]
        C = np.array([[row["launch_cov_xx"], row["launch_cov_xy"]],
                      [row["launch_cov_xy"], row["launch_cov_yy"]]])  # fmt: skip
        d2.append(d @ np.linalg.solve(C, d))
    # Mean 2, standard error 2 / sqrt(20).
    assert np.mean(d2) < 2.0 + 4.0 * 2.0 / np.sqrt(20.0)


def test_od_track__gives_the_same_rows_as_words(twenty):
    trial, rows = twenty
    p = trial.plots
    table = od.track(
        {
            "time_s": p["t"], "range_m": p["range"], "azimuth_rad": p["az"],
            "elevation_rad": p["el"],
        },
        trials.radar(),
    )  # fmt: skip
    assert table.num_rows == len(rows)
    assert set(table["status"].to_pylist()) == {"updated", "coasting"}
    assert np.array_equal(table["x_m"].to_numpy(), rows["x_m"])
    assert table.schema.field("impact_x_m").metadata[b"unit"] == b"m"
    assert table["cov"].type.list_size == 21


def test_track__with_fewer_slots_than_pairs_starts_the_best(monkeypatch):
    """Forty bodies at once from one place: 1,600 pairs of plots, 160 slots."""
    monkeypatch.setattr(recorded, "HYPOTHESES", 1)
    monkeypatch.setattr(recorded, "SPARE", 120)
    rng = np.random.default_rng(5)
    far, wide = rng.uniform(13e3, 17e3, 40), rng.uniform(-2e3, 2e3, 40)
    r = trials.independent(40, rng, span=0.5)._replace(x=far, y=wide)
    trial = trials.observe(r, radars.read(trials.radar()), rng)
    rows = recorded.track(trial.plots, trial.sensors)
    kept = metrics.continuity(rows, trial.source, trial.plots, 40)
    assert kept.tracks == pytest.approx(1.0, abs=0.1)
    assert kept.false <= 1
