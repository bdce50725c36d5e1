"""Flight of many rockets side by side: RK4 in lanes of 64.

The numbers of 64 rockets stand in rows of one small array (it fits the first cache), and every
arithmetic stage is a loop over lanes with fixed distances between its rows: the compiler then
works on 4 to 8 lanes at once.  Only the table look-up goes lane by lane.  No lane reads another's
numbers, so a flight has the same bits alone or in company.

Why 24 graded boost steps, 1-s coast steps and lanes: docs/decisions/flight-in-lanes.md.
"""

from math import floor, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import (
    BOOST_STEPS,
    DRAG_CELLS,
    PER_M,
    PER_MACH2,
    RAIL,
    between,
    clamp,
    ground,
    launch_velocity,
    node_time,
)

LANES = 64
COAST_MAX = 400  # s after burn-out at which a flight leaves the model
# Height at which it does, m.  From the air table's end at 80 km up to here the drag of 80 km
# stands for a smaller one: 5e-4 m/s^2 at 1.2 km/s, below 1 m of impact (tests/oracle).
HEIGHT_MAX = 100_000.0
NODES_MAX = BOOST_STEPS + COAST_MAX + 1

# Rows of the lane array, 64 numbers each.  Node state first: it is copied out in one piece.
_X, _Y, _Z, _VX, _VY, _VZ = (LANES * i for i in range(6))
_SX, _SY, _SZ, _SVX, _SVY, _SVZ = (LANES * i for i in range(6, 12))  # state of the RK4 stage
_KX, _KY, _KZ, _KVX, _KVY, _KVZ = (LANES * i for i in range(12, 18))  # weighted sum of slopes
_H, _V2, _G, _D = (LANES * i for i in range(18, 22))  # height, speed^2, gravity / r, drag
_DT, _TB, _THRUST, _CDA, _INV_M, _M0, _BURNT = (LANES * i for i in range(22, 29))
_TOP, _K_TOP, _K_END = (LANES * i for i in range(29, 32))  # greatest height, its node; last node
_ROW, _FIRST = LANES * 32, LANES * 33  # row of the rocket, its first node row
_U, _P0, _P1, _Q0, _Q1 = (LANES * i for i in range(34, 39))  # place in a table, values around it
_NODE = 6 * LANES
_SIZE = 39 * LANES

_1 = np.uint64(1)

_FLYING, _LEFT = 0.0, -1.0  # states of _K_END; a landed lane holds its last node


@kernel
def _load(s, lane, row, rockets, classes, radius):
    """Put a rocket at the end of its rail into a lane."""
    rocket = rockets[row]
    cls = classes[rocket.cls]
    s[_ROW + lane] = row
    speed = sqrt(2.0 * RAIL * cls.thrust / cls.m0)
    s[_X + lane], s[_Y + lane], s[_Z + lane] = rocket.x0, rocket.y0, rocket.z0
    s[_VX + lane], s[_VY + lane], s[_VZ + lane] = launch_velocity(
        rocket.x0, rocket.y0, rocket.z0, rocket.azimuth, rocket.elevation, speed, radius
    )
    s[_TB + lane] = rocket.burn * cls.burn_time
    s[_THRUST + lane] = cls.thrust
    s[_CDA + lane] = cls.form * cls.area
    s[_M0 + lane] = cls.m0
    s[_BURNT + lane] = rocket.burn * (cls.m0 - cls.m_burnout)
    s[_TOP + lane] = -1.0
    s[_K_TOP + lane] = 0.0
    s[_K_END + lane] = _FLYING


@kernel
def _set_mass(s, n, fraction):
    """Inverse mass after a fraction of the motor's burning."""
    for i in range(n):
        s[_INV_M + i] = 1.0 / (s[_M0 + i] - s[_BURNT + i] * fraction)


@kernel
def _look_up(s, n, air, drag, radius):
    """Height, gravity and drag at the stage's state: `drag_per_speed`, to the bit, in five loops.

    Only the loads go lane by lane, and unsigned: a signed index may count from the end, and the
    test for that costs a quarter of the whole.
    """
    for i in range(n):
        x, y, z = s[_SX + i], s[_SY + i], s[_SZ + i] + radius
        r = sqrt(x * x + y * y + z * z)
        s[_H + i] = r - radius
        s[_G + i] = G0 * radius * radius / (r * r * r)
        s[_V2 + i] = s[_SVX + i] ** 2 + s[_SVY + i] ** 2 + s[_SVZ + i] ** 2
        s[_U + i] = clamp((r - radius) * PER_M, AIR_CELLS)
    for k in range(n):
        i = np.uint64(s[_U + k])
        s[_P0 + k], s[_Q0 + k] = air[i, 0], air[i, 1]
        s[_P1 + k], s[_Q1 + k] = air[i + _1, 0], air[i + _1, 1]
    for i in range(n):
        f = s[_U + i] - floor(s[_U + i])
        s[_D + i] = 0.5 * (s[_P0 + i] + f * (s[_P1 + i] - s[_P0 + i]))
        mach2 = s[_V2 + i] * (s[_Q0 + i] + f * (s[_Q1 + i] - s[_Q0 + i]))
        s[_U + i] = clamp(mach2 * PER_MACH2, DRAG_CELLS)
    for k in range(n):
        i = np.uint64(s[_U + k])
        s[_P0 + k], s[_P1 + k] = drag[i], drag[i + _1]
    for i in range(n):
        f = s[_U + i] - floor(s[_U + i])
        s[_D + i] *= s[_P0 + i] + f * (s[_P1 + i] - s[_P0 + i])


@kernel
def _push(s, n, weight, reach, radius):
    """Add the stage's slope to the sum; place the next stage `reach` steps after the node."""
    for i in range(n):
        vx, vy, vz = s[_SVX + i], s[_SVY + i], s[_SVZ + i]
        # 1e-12: a body at rest has no direction for its thrust.
        along = s[_THRUST + i] / sqrt(s[_V2 + i] + 1e-12)
        c = (along - s[_D + i] * s[_CDA + i]) * s[_INV_M + i]
        g = s[_G + i]
        ax = c * vx - g * s[_SX + i]
        ay = c * vy - g * s[_SY + i]
        az = c * vz - g * (s[_SZ + i] + radius)
        s[_KX + i] += weight * vx
        s[_KY + i] += weight * vy
        s[_KZ + i] += weight * vz
        s[_KVX + i] += weight * ax
        s[_KVY + i] += weight * ay
        s[_KVZ + i] += weight * az
        dt = reach * s[_DT + i]
        s[_SX + i] = s[_X + i] + dt * vx
        s[_SY + i] = s[_Y + i] + dt * vy
        s[_SZ + i] = s[_Z + i] + dt * vz
        s[_SVX + i] = s[_VX + i] + dt * ax
        s[_SVY + i] = s[_VY + i] + dt * ay
        s[_SVZ + i] = s[_VZ + i] + dt * az


@kernel
def _step(s, n, air, drag, radius, f0, f1):
    """One RK4 step from the node, whose `_look_up` is done; f0, f1: burnt fractions at its ends."""
    middle = 0.5 * (f0 + f1)
    for j in range(_NODE):
        s[_KX + j] = 0.0
    _push(s, n, 1.0, 0.5, radius)
    if f1 > f0:
        _set_mass(s, n, middle)
    _look_up(s, n, air, drag, radius)
    _push(s, n, 2.0, 0.5, radius)
    _look_up(s, n, air, drag, radius)
    _push(s, n, 2.0, 1.0, radius)
    if f1 > f0:
        _set_mass(s, n, f1)
    _look_up(s, n, air, drag, radius)
    _push(s, n, 1.0, 0.0, radius)
    for c in range(0, _NODE, LANES):
        for i in range(n):
            s[c + i] += s[_DT + i] * (1.0 / 6.0) * s[_KX + c + i]


@kernel
def _mark(s, n, k, radius):
    """Note greatest heights and landings at node k; return how many lanes still fly."""
    flying = 0
    for i in range(n):
        h = s[_H + i]
        k_end = s[_K_END + i]
        higher = h > s[_TOP + i]
        s[_TOP + i] = h if higher else s[_TOP + i]
        s[_K_TOP + i] = k if higher else s[_K_TOP + i]
        # A launch point may lie a rounding error below the ground: a landing also descends.
        z = s[_Z + i] + radius
        climb = s[_X + i] * s[_VX + i] + s[_Y + i] * s[_VY + i] + z * s[_VZ + i]
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
        for j in range(_NODE):
            path[k * _NODE + j] = s[j]
            s[_SX + j] = s[j]
        f0 = min(node_time(k, 1.0), 1.0)
        f1 = min(node_time(k + 1, 1.0), 1.0)
        if k <= BOOST_STEPS:
            _set_mass(s, n, f0)
        _look_up(s, n, air, drag, radius)
        if _mark(s, n, k, radius) == 0:
            return
        for i in range(n):
            s[_DT + i] = s[_TB + i] * (f1 - f0) if k < BOOST_STEPS else 1.0
            s[_THRUST + i] = s[_THRUST + i] if k < BOOST_STEPS else 0.0
        _step(s, n, air, drag, radius, f0, f1)


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
                    nodes[row, c] = path[k * _NODE + c * LANES + i]
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
    path = np.empty(NODES_MAX * _NODE)
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
