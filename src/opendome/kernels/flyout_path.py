"""The path of one interceptor, for those who want to see it; engagements need only the table.

Symbols as in kernels/flyout.py.
"""

from math import cos, sin, sqrt

from opendome._jit import kernel
from opendome.kernels.ballistics import RAIL
from opendome.kernels.flyout import DT, LAUNCH_ELEVATION, V_MIN, _step

FLYOUT_NODES = 130  # a node a second: longer than any interceptor flies
EVERY = 20  # steps between two nodes


@kernel
def fly_out_path(d, h, interceptor, air, drag, nodes):
    """Fly one interceptor to a point, as `fly_out`, and keep a node a second.

    Parameters
    ----------
    d, h, interceptor, air, drag : as in `kernels.flyout.fly_out`
    nodes : float64 array (n, 3)
        Filled: time after lift-off (s), ground distance and height from the launcher (m).

    Returns
    -------
    int
        Nodes filled; the last one is the closest approach.

    Error
    -----
    That of `fly_out`, whose steps it takes: the last node is within 10 m of a point that is
    reached (tests/unit/test_flyout_path.py).
    """
    t, x, z = 0.0, RAIL * cos(LAUNCH_ELEVATION), RAIL * sin(LAUNCH_ELEVATION)
    v = sqrt(2.0 * RAIL * interceptor.thrust / interceptor.m0)
    vx, vz = v * cos(LAUNCH_ELEVATION), v * sin(LAUNCH_ELEVATION)
    n, step = 0, 0
    while True:
        if step % EVERY == 0 and n < len(nodes) - 1:
            nodes[n, 0], nodes[n, 1], nodes[n, 2] = t, x, z
            n += 1
        v2 = vx * vx + vz * vz
        closing = (d - x) * vx + (h - z) * vz
        left = interceptor.burn_time - t
        lost = t >= interceptor.time_max or z < 0.0 or (left <= 0.0 and v2 < V_MIN * V_MIN)
        if lost or (t > 0.0 and closing <= DT * v2):
            break
        burning = left > 1e-9
        dt = min(DT, left) if burning else DT
        thrust = interceptor.thrust if burning else 0.0
        x, z, vx, vz = _step(t, dt, thrust, x, z, vx, vz, d, h, interceptor, air, drag)
        t += dt
        step += 1
    last = min(max(closing / v2, 0.0), DT) if v2 > 0.0 else 0.0
    nodes[n, 0], nodes[n, 1], nodes[n, 2] = t + last, x + last * vx, z + last * vz
    return n + 1
