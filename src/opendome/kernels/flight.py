"""Flight of many rockets side by side: from the rail to the ground, every node kept.

Why graded boost steps, the coast's steps and lanes: docs/decisions/flight-in-lanes.md.
"""

from math import log, sin, sqrt

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.kernels.ballistics import (
    DRAG_CELLS,
    RAIL,
    between,
    burnt,
    clamp,
    hillside,
    launch_velocity,
    node_time,
    sea_level,
)
from opendome.kernels.earth import height, rise
from opendome.kernels.lanes import (
    CDA,
    CURVE,
    DT,
    FREE,
    INV_M,
    LANES,
    MASS_A,
    MASS_B,
    MASS_M,
    NODE,
    SX,
    THRUST_A,
    THRUST_B,
    VX,
    VY,
    VZ,
    H,
    X,
    Y,
    Z,
    look_up,
    step,
)
from opendome.kernels.nature import Nature
from opendome.tables import FLEW, NOT_FINITE, TOO_HIGH, TOO_LONG

COAST_MAX = 400.0  # s after burn-out at which a flight leaves the model
HEIGHT_MAX = 100_000.0  # m, height at which it does: the air table ends
LONGEST = 512  # coast steps by which flights are told apart when they are put in order

# Rows of the lane array beyond those of kernels/lanes.py.
_TB, _FULL = FREE, FREE + LANES  # burn time; part of it that burns
_CLS, _STEP = FREE + 2 * LANES, FREE + 3 * LANES  # class; coast step
_M0, _FUEL = FREE + 4 * LANES, FREE + 5 * LANES  # launch mass, propellant
_MEAN, _RATE = FREE + 6 * LANES, FREE + 13 * LANES  # mean thrust, and thrust over it now
_ROW, _FIRST = FREE + 7 * LANES, FREE + 8 * LANES  # the rocket's row, its first node
_TOP, _K_TOP = FREE + 9 * LANES, FREE + 10 * LANES  # greatest height, its node
_K_END = FREE + 11 * LANES  # last node
_USED = FREE + 12 * LANES  # part of the propellant that is burnt
_SIZE = FREE + 14 * LANES
BLOCK = 8  # lanes copied together: as many numbers as a line of the cache holds

_FLYING = 0.0  # states of _K_END: flying, minus the status of a flight that left the model, or
#                the last node of a landed one


@kernel
def _nodes_max(cls):
    """Nodes of the longest flight of a class."""
    return np.int64(cls.boost_steps) + np.int64(COAST_MAX / cls.step) + 2


@kernel
def _load(s, lane, row, rockets, classes, nature):
    """Put a rocket at the end of its rail into a lane."""
    rocket = rockets[row]
    cls = classes[rocket.cls]
    s[_ROW + lane] = row
    _, rate = burnt(nature.burns, rocket.cls, 0.0)
    speed = sqrt(2.0 * RAIL * rate * cls.thrust / cls.m0)
    s[X + lane], s[Y + lane], s[Z + lane] = rocket.x0, rocket.y0, rocket.z0
    s[VX + lane], s[VY + lane], s[VZ + lane] = launch_velocity(
        rocket.x0, rocket.y0, rocket.z0, rocket.azimuth, rocket.elevation, speed,
        nature.earth.radius,
    )  # fmt: skip
    s[_TB + lane], s[_FULL + lane] = rocket.burn * cls.burn_time, rocket.burn
    s[_CLS + lane], s[_STEP + lane] = rocket.cls, cls.step
    s[_M0 + lane], s[_FUEL + lane] = cls.m0, cls.m0 - cls.m_burnout
    s[MASS_B + lane], s[_USED + lane] = cls.m0, 0.0
    s[_MEAN + lane], s[_RATE + lane] = cls.thrust, rate
    s[CDA + lane] = cls.form * cls.area
    s[CURVE + lane] = rocket.cls * (DRAG_CELLS + 1)
    s[_TOP + lane] = -1.0
    s[_K_TOP + lane] = 0.0
    s[_K_END + lane] = _FLYING


@kernel
def _burn(s, n, f0, f1, burns):
    """Step, thrust and masses of the boost step between two parts of the time that motors burn.

    The thrust runs in a straight line between its ends, moved so that the impulse is exact.
    """
    for i in range(n):
        s[DT + i] = s[_TB + i] * (f1 - f0)
        before, rate0 = s[_USED + i], s[_RATE + i]
        used, rate1 = burnt(burns, np.int64(s[_CLS + i]), f1 * s[_FULL + i])
        s[_USED + i], s[_RATE + i] = used, rate1
        part = (f1 - f0) * s[_FULL + i]
        mean = (used - before) / part if part > 0.0 else 0.0
        bend = 0.5 * (rate0 - rate1)
        s[THRUST_A + i] = s[_MEAN + i] * (mean + bend)
        s[THRUST_B + i] = s[_MEAN + i] * (mean - bend)
        s[MASS_A + i] = s[MASS_B + i]
        middle = 0.5 * (before + used) + 0.25 * bend * part
        s[MASS_M + i] = s[_M0 + i] - s[_FUEL + i] * middle
        s[MASS_B + i] = s[_M0 + i] - s[_FUEL + i] * used


@kernel
def _mark(s, n, k, nature):
    """Note greatest heights and landings at node k; return how many lanes still fly."""
    low = nature.terrain.low
    flying = 0
    c_y, c_z = nature.earth.c_y, nature.earth.c_z
    for i in range(n):
        h = s[H + i]
        k_end = s[_K_END + i]
        higher = h > s[_TOP + i]
        s[_TOP + i] = h if higher else s[_TOP + i]
        s[_K_TOP + i] = k if higher else s[_K_TOP + i]
        # A launch point may lie a rounding error below the ground: a landing also descends.
        climb = s[X + i] * s[VX + i] + (s[Y + i] + c_y) * s[VY + i] + (s[Z + i] + c_z) * s[VZ + i]
        end = k if (h < low) & (climb < 0.0) else _FLYING
        end = -TOO_HIGH if h > HEIGHT_MAX else end
        end = -NOT_FINITE if h != h else end
        end = end if k_end == _FLYING else k_end
        s[_K_END + i] = end
        flying += end == _FLYING
    return flying


@kernel
def _fly_lanes(s, n, cls, path, nature):
    """Fly the loaded lanes until all are down; `path` takes the node rows of every step."""
    boost_steps = cls.boost_steps
    air, curves, earth = nature.air, nature.curves, nature.earth
    f0 = 0.0
    for k in range(_nodes_max(cls)):
        for j in range(NODE):
            path[k * NODE + j] = s[j]
            s[SX + j] = s[j]
        look_up(s, n, air, curves, earth)
        if _mark(s, n, k, nature) == 0:
            return
        if k < boost_steps:
            f1 = (k + 1) / boost_steps
            f1 *= sqrt(f1)
            _burn(s, n, f0, f1, nature.burns)
            f0 = f1
        elif k == boost_steps:
            for i in range(n):
                s[DT + i] = s[_STEP + i]
                s[INV_M + i] = 1.0 / s[MASS_B + i]
        step(s, n, air, curves, earth, k < boost_steps)


@kernel
def _climb(nodes, j, earth):
    """Rate of climb at a node, m/s."""
    return rise(nodes[j, 0], nodes[j, 1], nodes[j, 2], nodes[j, 3], nodes[j, 4], nodes[j, 5], earth)


@kernel
def _apogee(nodes, rocket, cls, k, tb, earth):
    """Greatest height of a stored flight whose highest node is k."""
    if _climb(nodes, rocket.first + k, earth) < 0.0:
        k -= 1
    k = min(max(k, 0), rocket.n_nodes - 2)
    j = rocket.first + k
    dt = node_time(k + 1, tb, cls) - node_time(k, tb, cls)
    # The straight line between the climbs at both ends crosses zero at the top.
    c0, c1 = _climb(nodes, j, earth), _climb(nodes, j + 1, earth)
    u = min(max(c0 / (c0 - c1), 0.0), 1.0) if c0 != c1 else 0.0
    x, y, z, _, _, _ = between(nodes, j, dt, u)
    return height(x, y, z, earth)


@kernel
def _store(s, n, path, rockets, used, nodes):
    """Give the finished lanes their node rows, and copy them if they fit; return the next free row.

    Step by step, eight lanes at once: one by one would walk through the whole path for each.
    """
    for i in range(n):
        rocket = rockets[np.int64(s[_ROW + i])]
        k_end = np.int64(s[_K_END + i])
        rocket.left = FLEW if k_end > 0 else TOO_LONG if k_end == 0 else -k_end
        k_end = max(k_end, 0)
        s[_K_END + i] = k_end
        rocket.first, rocket.n_nodes = used, k_end + 1 if k_end > 0 else 0
        s[_FIRST + i] = used
        used += rocket.n_nodes
    if used > len(nodes):
        return used
    for block in range(0, n, BLOCK):
        end = min(block + BLOCK, n)
        longest = 0
        for i in range(block, end):
            longest = max(longest, np.int64(s[_K_END + i]))
        for k in range(longest + 1):
            for i in range(block, end):
                if k <= s[_K_END + i]:
                    row = np.int64(s[_FIRST + i]) + k
                    for c in range(6):
                        nodes[row, c] = path[k * NODE + c * LANES + i]
    return used


@kernel
def _land(nodes, rocket, cls, tb, nature):
    """Node before the impact and fraction of the step after it."""
    terrain, earth = nature.terrain, nature.earth
    last = rocket.n_nodes - 2
    if terrain.heights.shape[0] == 0:
        dt = node_time(last + 1, tb, cls) - node_time(last, tb, cls)
        return last, sea_level(nodes, rocket.first + last, dt, earth, 0.0)
    # The first node is on the ground itself: the search begins at the second.
    for k in range(1, last + 1):
        j = rocket.first + k
        h = height(nodes[j + 1, 0], nodes[j + 1, 1], nodes[j + 1, 2], earth)
        if h < terrain.high:
            dt = node_time(k + 1, tb, cls) - node_time(k, tb, cls)
            u = hillside(nodes, j, dt, earth, terrain)
            if u <= 1.0:
                return k, u
    return last, 1.0


@kernel
def _finish(nodes, rocket, cls, k_top, tb, nature):
    """Impact and apogee of a rocket from its stored nodes; nan if it left the model."""
    rocket.t_impact, rocket.x_impact, rocket.y_impact = np.nan, np.nan, np.nan
    rocket.apogee = np.nan
    if rocket.n_nodes < 2:
        return
    rocket.apogee = _apogee(nodes, rocket, cls, k_top, tb, nature.earth)
    k, u = _land(nodes, rocket, cls, tb, nature)
    t0 = node_time(k, tb, cls)
    dt = node_time(k + 1, tb, cls) - t0
    rocket.x_impact, rocket.y_impact, _, _, _, _ = between(nodes, rocket.first + k, dt, u)
    rocket.t_impact = rocket.t_launch + t0 + u * dt
    rocket.n_nodes = k + 2


@allocating_kernel
def _order(rockets, classes, order):
    """Rows of rockets with like flights together: by class, then by coast steps.

    Returns the nodes that all flights need at most.  Coast steps are those without drag: more than
    with it, and in the same order.
    """
    counts = np.zeros(len(classes) * LONGEST + 1, np.int64)
    bins = np.empty(len(rockets), np.int64)
    nodes = 0
    for i in range(len(rockets)):
        rocket = rockets[i]
        cls = classes[rocket.cls]
        fuel = rocket.burn * (cls.m0 - cls.m_burnout)
        m_end = cls.m0 - fuel
        # The ideal speed, and that of the rail; 4.5 is half of gravity, less its fall with height.
        speed = cls.thrust * rocket.burn * cls.burn_time * log(cls.m0 / m_end) / max(fuel, 1e-9)
        speed += sqrt(2.0 * RAIL * cls.thrust / cls.m0)
        time = rocket.burn * cls.burn_time + abs(sin(rocket.elevation)) * speed / 4.5
        coast = np.int64(clamp(time, COAST_MAX) / cls.step)
        bins[i] = rocket.cls * LONGEST + min(coast, LONGEST - 1)
        counts[bins[i] + 1] += 1
        nodes += np.int64(cls.boost_steps) + coast + 3
    for i in range(1, len(counts)):
        counts[i] += counts[i - 1]
    for i in range(len(rockets)):
        order[counts[bins[i]]] = i
        counts[bins[i]] += 1
    return nodes


@allocating_kernel
def fly(rockets, classes, order, nature, nodes):
    """Fly every rocket to the ground; `order` (rows of rockets) puts like flights together.

    Returns
    -------
    int
        0, or -(rows needed) if `nodes` is too small: then nothing in it is of use.
    """
    s = np.zeros(_SIZE)
    most = 0
    for cls in range(len(classes)):
        most = max(most, _nodes_max(classes[cls]))
    path = np.empty(most * NODE)
    used = start = 0
    while start < len(rockets):
        cls = rockets[order[start]].cls
        n = 0
        while n < LANES and start + n < len(rockets):
            row = order[start + n]
            if rockets[row].cls != cls:
                break
            _load(s, n, row, rockets, classes, nature)
            n += 1
        start += n
        _fly_lanes(s, n, classes[cls], path, nature)
        used = _store(s, n, path, rockets, used, nodes)
        if used <= len(nodes):
            for i in range(n):
                rocket, k_top = rockets[np.int64(s[_ROW + i])], np.int64(s[_K_TOP + i])
                _finish(nodes, rocket, classes[cls], k_top, s[_TB + i], nature)
    return -used if used > len(nodes) else 0


def fly_all(rockets: np.ndarray, classes: np.ndarray, nature: Nature) -> np.ndarray:
    """Fly every rocket to the ground.

    Parameters
    ----------
    rockets : ndarray of ROCKETS, (n,)
        Reads cls, t_launch, x0, y0, z0, azimuth, elevation, burn; writes first, n_nodes, left,
        t_impact, x_impact, y_impact, apogee.  A flight that leaves the model (above 100 km, longer
        than 400 s after burn-out, or with numbers that are not finite) says so in `left`, keeps
        nan in t_impact and has n_nodes 0.
    classes : ndarray of CLASSES
    nature : Nature
        With as many drag curves and burn tables as classes.

    Returns
    -------
    ndarray, (rows, 6), m and m/s
        Flight nodes: x, y, z, vx, vy, vz.

    Raises
    ------
    ValueError
        `nature` is of another number of classes.

    Error
    -----
    Truncation: below 1 m at impact for all shipped classes (tests/oracle/test_flight.py).
    Model: a point mass without lift and angle of attack; wind and drag as given.
    """
    if len(nature.burns) != len(classes):
        raise ValueError(f"nature: {len(nature.burns)} classes (want {len(classes)}, as classes)")
    order = np.empty(len(rockets), np.int64)
    nodes = np.empty((_order(rockets, classes, order), 6))
    while (status := fly(rockets, classes, order, nature, nodes)) < 0:
        nodes = np.empty((-status, 6))
    return nodes[: int((rockets["first"] + rockets["n_nodes"]).max(initial=0))]
