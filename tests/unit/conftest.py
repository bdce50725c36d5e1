"""A scene made by hand: batteries at the origin, rockets in flight, a track that follows each."""

from typing import NamedTuple

import numpy as np
import pytest

from opendome import settings, tables
from opendome.kernels import flyout as fo
from opendome.kernels import kills
from opendome.kernels.ballistics import position
from opendome.kernels.flight import fly_all
from opendome.models.interceptors.short_range import ShortRange
from opendome.world import Belief, Fixed, Truth, belief

SPEED = 500.0  # m/s, of the made-up round
NODES = 16  # of a predicted path


class Scene(NamedTuple):
    """Slot i follows rocket i, knows its state exactly and predicts its true path."""

    clock: np.ndarray
    fixed: Fixed
    known: Belief
    truth: Truth
    shots: np.ndarray


@pytest.fixture(scope="session")
def scene(sensed):
    """Maker of scenes; every one is new."""

    def make(rockets=1, batteries=1, most_shots=400, depot=0.0, resupply=0.0, kind=(), **battery):
        fixed = sensed._replace(
            interceptors=_interceptor(**dict(kind)),
            batteries=_batteries(batteries, **battery),
            doctrine=sensed.doctrine.copy(),
            stock=settings.STOCK.allocate(1),
            rounds=np.concatenate([_taxicab().ravel(), _sure().ravel()])[None],
        )
        fixed.stock["depot"], fixed.stock["resupply"] = depot, resupply
        truth = _fly(fixed, rockets)
        known = belief(fixed, rockets, 4, 4)
        known.state["rounds"] = fixed.batteries["launchers"] * fixed.batteries["rounds"]
        clock = _clock(rockets, truth, depot)
        for i in range(rockets):
            _follow(i, clock[0]["t"], fixed, known, truth)
        shots = tables.SHOTS.allocate(most_shots)
        return Scene(clock, fixed, known, truth, shots)

    return make


def _interceptor(**changes):
    """A round that works, and may meet the body anywhere."""
    row = ShortRange().row()
    given = {"reliability": 1.0, "h_min": 0.0, "range_min": 0.0}
    for name, value in (given | changes).items():
        row[name] = value
    return row


def _batteries(n, **changes):
    rows = settings.BATTERIES.allocate(n)
    given = {"reaction": 2.0, "launchers": 2, "rounds": 4, "reload": 60.0, "spacing": 0.5}
    given["channels"] = 100
    for name, value in ({"x": 0.0, "y": 0.0, "z": 0.0} | given | changes).items():
        rows[name] = value
    rows["radar"] = rows["interceptor"] = 0
    return rows


def _taxicab():
    """A flyout linear in d and h, so that its look-up is exact: tof = (d + h) / SPEED."""
    d = np.arange(fo.N_D)[:, None] * fo.D_STEP
    h = np.arange(fo.N_H)[None, :] * fo.H_STEP
    table = np.zeros((fo.N_D, fo.N_H, 4))
    table[..., fo.TOF] = (d + h) / SPEED
    table[..., fo.SPEED], table[..., fo.ALIMIT], table[..., fo.GAMMA] = SPEED, 200.0, 0.5
    return table


def _sure():
    """A kill whatever the geometry, at hand-over errors up to 467 m; none from 800 m on."""
    table = np.zeros(kills.SHAPE)
    table[..., :8] = 1.0
    return table


def _fly(fixed, n):
    """Rockets that fly east past the origin, launched 10 km west of it at time 0."""
    rockets = tables.ROCKETS.allocate(n)
    rockets["id"] = rockets["entity"] = np.arange(n)
    rockets["cls"] = rockets["number"] = rockets["shots"] = 0
    rockets["t_launch"] = rockets["y0"] = 0.0
    rockets["x0"] = -10e3
    rockets["z0"] = np.sqrt(fixed.radius**2 - rockets["x0"] ** 2) - fixed.radius
    rockets["azimuth"], rockets["elevation"] = np.radians(90.0), np.radians(45.0)
    rockets["burn"] = 1.0
    rockets["status"] = tables.FLYING
    nodes = fly_all(rockets, fixed.classes, fixed.nature)
    none = np.full(4, -1)
    nothing = tables.OBJECTS.allocate(0), np.zeros((1, 3))
    return Truth(rockets, nodes, none, none.copy(), np.arange(n), *nothing)


def _clock(n, truth, depot):
    clock = tables.CLOCK.allocate(1)
    for column in tables.CLOCK.cols:
        clock[column.name] = 0
    clock["n_slots"] = clock["next"] = n
    # A round that leaves soon still meets the body in the air.
    clock["t"] = np.floor(0.4 * truth.rockets["t_impact"][0])
    clock["depot"] = depot
    return clock


def _follow(i, t, fixed, known, truth):
    body = truth.rockets[i]
    cls = fixed.classes[body["cls"]]
    track, p, e = (
        known.tracks[i : i + 1],
        known.predictions[i : i + 1],
        known.engagements[i : i + 1],
    )
    track["id"], track["status"], track["t"], track["t_plot"] = 100 + i, 2, t, t
    track["m"][0, :6] = position(truth.nodes, body, cls, t)
    track["P"] = np.diag(np.full(7, 10.0**2))
    p["known"], p["threat"], p["value"], p["n_path"] = 1, 0.9, 100.0, NODES
    p["sxx"] = p["syy"] = 100.0**2
    p["sxy"] = 0.0
    times = np.linspace(t, body["t_impact"], NODES)
    p["path"][0, :NODES, 0] = times
    for k, tau in enumerate(times):
        p["path"][0, k, 1:] = position(truth.nodes, body, cls, tau)
    e["track"], e["shots"], e["salvos"], e["t_assessed"], e["asked"] = 100 + i, 0, 0, 0.0, 0
    known.decisions["fire"][i], known.decisions["battery"][i] = 0, -1
    known.decisions["reason"][i] = tables.NONE
