"""The class of a rocket by its track."""

from math import radians

import numpy as np
import pytest

from opendome import tables
from opendome.kernels.ballistics import position
from opendome.kernels.flight import fly_all
from opendome.kernels.nature import standard
from opendome.rocket_classes import rocket_classes
from opendome.tracking import classes, output, radars, recorded

SHIPPED = tuple(rocket_classes().values())
ROWS = np.concatenate([c.row() for c in SHIPPED]).view(type(SHIPPED[0].row()))
EACH = 4
RADAR = {"radar": [{
    "sector_deg": 360.0, "sigma_r0_m": 10.0, "sigma_a0_rad": 1e-3, "range_max_km": 300.0,
    "lat_deg": 31.5, "sigma_bias_r_m": 0.0, "sigma_bias_a_rad": 0.0,
}], "tracker": {"model": "gnn_ekf", "sigma_max_m": 1e5}}  # fmt: skip


def flown(rng):
    """Rockets of every shipped class at 40 to 50 degrees, five minutes apart."""
    n = EACH * len(SHIPPED)
    rockets = tables.ROCKETS.allocate(n)
    rockets["t_launch"], rockets["cls"] = 400.0 * np.arange(n), np.arange(n) % len(SHIPPED)
    rockets["x0"], rockets["y0"], rockets["z0"] = 2e3, 9e3, 0.0
    rockets["azimuth"] = rng.uniform(0.0, 2.0 * np.pi, n)
    rockets["elevation"], rockets["burn"] = radians(45.0), 1.0
    return rockets, fly_all(rockets, ROWS, standard(31.5, len(SHIPPED)))


def plots_of(rocket, nodes, rng):
    cls = ROWS[rocket["cls"]]
    t = np.arange(np.ceil(rocket["t_launch"]) + 1.0, rocket["t_impact"])
    x = np.array([position(nodes, rocket, cls, s)[:3] for s in t])
    r, g = np.linalg.norm(x, axis=1), np.hypot(x[:, 0], x[:, 1])
    noise = rng.normal(size=(3, len(t)))
    el = np.arctan2(x[:, 2], g)
    z = (
        r + 10.0 * noise[0],
        np.arctan2(x[:, 0], x[:, 1]) + 1e-3 / np.cos(el) * noise[1],
        el + 1e-3 * noise[2],
    )
    return np.column_stack([t, *z])[el > radians(0.5)]


def test_class_probabilities__find_the_class_of_most_tracks():
    rng = np.random.default_rng(5)
    rockets, nodes = flown(rng)
    z = np.concatenate([plots_of(r, nodes, rng) for r in rockets])
    sensors = radars.read(RADAR)
    names = ("time_s", "range_m", "azimuth_rad", "elevation_rad")
    rows = recorded.track(dict(zip(names, z.T, strict=True)), sensors)
    right = []
    for r in rockets:
        held = rows[(rows["time_s"] > r["t_launch"]) & (rows["time_s"] < r["t_impact"])]
        held = held[np.isfinite(held["impact_x_m"])]
        p = classes.class_probabilities(held[-1:], sensors.tracker[0])[0]
        assert p.sum() == pytest.approx(1.0)
        right.append(p.argmax() == r["cls"])
    # Measured: 21 of 28; by chance 4.
    assert np.mean(right) >= 0.75


def test_class_probabilities__say_nothing_of_a_track_without_an_impact():
    rows = tables.RECORDED_TRACKS.allocate(1)
    p = classes.class_probabilities(rows, radars.read(RADAR).tracker[0])
    assert np.isnan(p).all()


def test_as_table__names_the_class_of_every_row():
    rows = tables.RECORDED_TRACKS.allocate(2)
    for name in rows.dtype.names:
        rows[name][0] = 1.0
    one = SHIPPED[3]
    rows["beta_kgpm2"] = one.m_burnout / (one.form * np.pi * one.calibre**2 / 4.0)
    rows["sigma_ln_beta"] = 0.05
    rows["impact_x_m"], rows["launch_x_m"] = [0.5 * (one.range_min + one.range_max), np.nan], 0.0
    table = output.as_table(rows, radars.read(RADAR).tracker[0])
    assert table["class"].to_pylist() == [list(rocket_classes())[3], ""]
    known, unknown = table["class_probability"].to_pylist()
    assert 0.5 < known <= 1.0
    assert unknown is None or np.isnan(unknown)
