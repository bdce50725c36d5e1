"""Flight of many rockets side by side: from the rail to the ground, every node kept.

Why 24 graded boost steps, 1-s coast steps and lanes: docs/decisions/flight-in-lanes.md.
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.ballistics import (
    BOOST_STEPS,
    RAIL,
    between,
    ground,
    launch_velocity,
    node_time,
)
from opendome.kernels.lanes import (
    BURNT,
    CDA,
    DT,
    FREE,
    LANES,
    M0,
    NODE,
    SX,
    THRUST,
    VX,
    VY,
    VZ,
    H,
    X,
    Y,
    Z,
    look_up,
    set_mass,
    step,
)

COAST_MAX = 400  # s after burn-out at which a flight leaves the model
# Height at which it does, m.  From the air table's end at 80 km up to here the drag of 80 km
# stands for a smaller one: 5e-4 m/s^2 at 1.2 km/s, below 1 m of impact (tests/oracle).
HEIGHT_MAX = 100_000.0
NODES_MAX = BOOST_STEPS + COAST_MAX + 1

# Rows of the lane array beyond those of kernels/lanes.py.
_TB, _ROW, _FIRST = FREE, FREE + LANES, FREE + 2 * LANES  # burn time; the rocket's row, first node
_TOP, _K_TOP = FREE + 3 * LANES, FREE + 4 * LANES  # greatest height, its node
_K_END = FREE + 5 * LANES  # last node
_SIZE = FREE + 6 * LANES

_FLYING, _LEFT = 0.0, -1.0  # states of _K_END; a landed lane holds its last node


@kernel
def _load(s, lane, row, rockets, classes, radius):
    """Put a rocket at the end of its rail into a lane."""
    rocket = rockets[row]
    cls = classes[rocket.cls]
    s[_ROW + lane] = row
    speed = sqrt(2.0 * RAIL * cls.thrust / cls.m0)
    s[X + lane], s[Y + lane], s[Z + lane] = rocket.x0, rocket.y0, rocket.z0
    s[VX + lane], s[VY + lane], s[VZ + lane] = launch_velocity(
        rocket.x0, rocket.y0, rocket.z0, rocket.azimuth, rocket.elevation, speed, radius
    )
    s[_TB + lane] = rocket.burn * cls.burn_time
    s[THRUST + lane] = cls.thrust
    s[CDA + lane] = cls.form * cls.area
    s[M0 + lane] = cls.m0
    s[BURNT + lane] = rocket.burn * (cls.m0 - cls.m_burnout)
    s[_TOP + lane] = -1.0
    s[_K_TOP + lane] = 0.0
    s[_K_END + lane] = _FLYING


@kernel
def _mark(s, n, k, radius):
    """Note greatest heights and landings at node k; return how many lanes still fly."""
    flying = 0
    for i in range(n):
        h = s[H + i]
        k_end = s[_K_END + i]
        higher = h > s[_TOP + i]
        s[_TOP + i] = h if higher else s[_TOP + i]
        s[_K_TOP + i] = k if higher else s[_K_TOP + i]
        # A launch point may lie a rounding error below the ground: a landing also descends.
        z = s[Z + i] + radius
        climb = s[X + i] * s[VX + i] + s[Y + i] * s[VY + i] + z * s[VZ + i]
        end = k if (h < 0.0) & (climb < 0.0) else k_end
        end = _LEFT if h > HEIGHT_MAX else end
        end = end if k_end == _FLYING else k_end
        s[_K_END + i] = end
        flying += end == _FLYING
    return flying


@kernel
def _fly_lanes(s, n, path, air, drag, radius):
    """Fly the loaded lanes until all are down; `path` takes the node rows of every step."""
    for k in range(NODES_MAX):
        for j in range(NODE):
            path[k * NODE + j] = s[j]
            s[SX + j] = s[j]
        f0 = min(node_time(k, 1.0), 1.0)
        f1 = min(node_time(k + 1, 1.0), 1.0)
        if k <= BOOST_STEPS:
            set_mass(s, n, f0)
        look_up(s, n, air, drag, radius)
        if _mark(s, n, k, radius) == 0:
            return
        for i in range(n):
            s[DT + i] = s[_TB + i] * (f1 - f0) if k < BOOST_STEPS else 1.0
            s[THRUST + i] = s[THRUST + i] if k < BOOST_STEPS else 0.0
        step(s, n, air, drag, radius, f0, f1)


@kernel
def _climb(nodes, j, radius):
    """Rate of climb at a node, times the distance from the earth's centre."""
    x, y, z = nodes[j, 0], nodes[j, 1], nodes[j, 2] + radius
    return x * nodes[j, 3] + y * nodes[j, 4] + z * nodes[j, 5]


@kernel
def _apogee(nodes, rocket, k, tb, radius):
    """Greatest height of a stored flight whose highest node is k."""
    if _climb(nodes, rocket.first + k, radius) < 0.0:
        k -= 1
    k = min(max(k, 0), rocket.n_nodes - 2)
    j = rocket.first + k
    dt = node_time(k + 1, tb) - node_time(k, tb)
    # The straight line between the climbs at both ends crosses zero at the top.
    c0, c1 = _climb(nodes, j, radius), _climb(nodes, j + 1, radius)
    u = min(max(c0 / (c0 - c1), 0.0), 1.0) if c0 != c1 else 0.0
    x, y, z, _, _, _ = between(nodes, j, dt, u)
    zc = z + radius
    return sqrt(x * x + y * y + zc * zc) - radius


@kernel
def _store(s, n, path, rockets, used, nodes):
    """Give the finished lanes their node rows, and copy them if they fit; return the next free row.

    Step by step, all lanes: lane by lane would walk through the whole path once a lane.
    """
    longest = 0
    for i in range(n):
        rocket = rockets[np.int64(s[_ROW + i])]
        k_end = max(np.int64(s[_K_END + i]), 0)
        rocket.first, rocket.n_nodes = used, k_end + 1 if k_end > 0 else 0
        s[_FIRST + i] = used
        used += rocket.n_nodes
        longest = max(longest, rocket.n_nodes)
    if used > len(nodes):
        return used
    for k in range(longest):
        for i in range(n):
            if k <= s[_K_END + i]:
                row = np.int64(s[_FIRST + i]) + k
                for c in range(6):
                    nodes[row, c] = path[k * NODE + c * LANES + i]
    return used


@kernel
def _finish(nodes, rocket, k_top, tb, radius):
    """Impact and apogee of a rocket from its stored nodes; nan if it left the model."""
    rocket.t_impact, rocket.x_impact, rocket.y_impact = np.nan, np.nan, np.nan
    rocket.apogee = np.nan
    k = rocket.n_nodes - 2
    if k < 0:
        return
    t0 = node_time(k, tb)
    dt = node_time(k + 1, tb) - t0
    u, rocket.x_impact, rocket.y_impact = ground(nodes, rocket.first + k, dt, radius)
    rocket.t_impact = rocket.t_launch + t0 + u * dt
    rocket.apogee = _apogee(nodes, rocket, k_top, tb, radius)


@kernel
def fly(rockets, classes, order, air, drag, radius, nodes):
    """Fly every rocket to the ground; `order` (rows of rockets) puts like lengths together.

    Returns
    -------
    int
        0, or -(rows needed) if `nodes` is too small: then nothing in it is of use.
    """
    s = np.zeros(_SIZE)
    path = np.empty(NODES_MAX * NODE)
    used = 0
    for start in range(0, len(rockets), LANES):
        n = min(LANES, len(rockets) - start)
        for i in range(n):
            _load(s, i, order[start + i], rockets, classes, radius)
        _fly_lanes(s, n, path, air, drag, radius)
        used = _store(s, n, path, rockets, used, nodes)
        if used <= len(nodes):
            for i in range(n):
                rocket = rockets[np.int64(s[_ROW + i])]
                _finish(nodes, rocket, np.int64(s[_K_TOP + i]), s[_TB + i], radius)
    return -used if used > len(nodes) else 0


def fly_all(
    rockets: np.ndarray, classes: np.ndarray, air: np.ndarray, drag: np.ndarray, radius: float
) -> np.ndarray:
    """Fly every rocket to the ground.

    Parameters
    ----------
    rockets : ndarray of ROCKETS, (n,)
        Reads cls, t_launch, x0, y0, z0, azimuth, elevation, burn; writes first, n_nodes, t_impact,
        x_impact, y_impact, apogee.  A flight that leaves the model (above 100 km, or longer than
        400 s after burn-out) keeps nan in t_impact and has n_nodes 0.
    classes : ndarray of CLASSES
    air, drag : ndarray
        `atmosphere.air_table()`, `ballistics.drag_table()`.
    radius : float, m
        Radius of the round earth.

    Returns
    -------
    ndarray, (sum of rockets.n_nodes, 6), m and m/s
        Flight nodes: x, y, z, vx, vy, vz.

    Error
    -----
    Truncation, at impact: 1.5 m up to ranges of 80 km, 8e-5 of range beyond
    (tests/oracle/test_flight.py).  Model: a point mass in still air over an earth that does not
    turn.
    """
    length = _flight_length(rockets, classes)
    nodes = np.empty((int(np.sum(BOOST_STEPS + 3 + length)), 6))
    order = np.argsort(length, kind="stable")
    while (status := fly(rockets, classes, order, air, drag, radius, nodes)) < 0:
        nodes = np.empty((-status, 6))
    return nodes[: rockets["n_nodes"].sum()]


def _flight_length(rockets: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Flight time without drag, s: longer than with it, and in the same order."""
    cls = classes[rockets["cls"]]
    burn = rockets["burn"]
    m_end = cls["m0"] - burn * (cls["m0"] - cls["m_burnout"])
    ratio = np.maximum(cls["m0"] / m_end - 1.0, 1e-9)
    gain = cls["thrust"] * burn * cls["burn_time"] / m_end * np.log1p(ratio) / ratio
    speed = gain + np.sqrt(2.0 * RAIL * cls["thrust"] / cls["m0"])
    # 4.5: half of gravity, rounded down to cover its fall with height.
    return np.minimum(
        burn * cls["burn_time"] + np.abs(np.sin(rockets["elevation"])) * speed / 4.5, COAST_MAX
    )
