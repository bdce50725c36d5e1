"""Guided flights of interceptors and look-ups in their tables, per CPU second."""

import numpy as np

from opendome._jit import allocating_kernel, kernel
from opendome.bench.rows import Row, cpu
from opendome.interceptor_tables import interceptor_tables
from opendome.kernels import flyout, kills
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.kernels.homing import STATE, WORK, fly_guided
from opendome.models.interceptors.short_range import ShortRange

N = 4_000
SPEED = (200.0, 900.0)  # m/s, of the bodies


def measure() -> list[Row]:
    """Rates of the same meetings, drawn within reach of a launcher: flown, and looked up."""
    air, drag = air_table(), drag_table()
    row = ShortRange().row()
    table = interceptor_tables(row, air, drag)[0]
    where = meetings(table)
    miss, p = np.zeros(N), np.zeros(N)
    arguments = (where, row[0], table, air, drag, miss)
    _fly(*arguments)  # compiles
    _look(where, table, p)
    rate = N / cpu(lambda: _fly(*arguments))
    look = cpu(lambda: _look(where, table, p)) / N
    return [
        Row("guided interceptor flights", rate, "flights/CPU s"),
        Row("flyout and kill table, one look-up each", 1e9 * look, "ns"),
    ]


def meetings(table: np.ndarray) -> np.ndarray:
    """Points that the round reaches, with body and error as `kills.meeting` wants them, (N, 5)."""
    draw = np.random.default_rng(1)
    found: list[tuple[float, ...]] = []
    while len(found) < N:
        i, j = int(draw.integers(1, 24)), int(draw.integers(1, 20))
        if table[4 * (i * flyout.N_H + j) + flyout.TOF] < np.inf:
            error = 30.0 * float(np.hypot(*draw.standard_normal(2)))
            point = (i * flyout.D_STEP, j * flyout.H_STEP)
            found.append((*point, draw.uniform(*SPEED), draw.uniform(-1.0, 0.5), error))
    return np.array(found)


@allocating_kernel
def _fly(where, interceptor, table, air, drag, miss):
    work = np.zeros((WORK, STATE))
    for k in range(len(where)):
        d, h, v, c, error = where[k]
        first = 4 * (int(d / flyout.D_STEP) * flyout.N_H + int(h / flyout.H_STEP))
        m = kills.meeting(d, h, table[first : first + 4], v, c, error, k % kills.MEETINGS, air)
        miss[k], _, _ = fly_guided(m, interceptor, air, drag, work)


@kernel
def _look(where, table, p):
    for k in range(len(where)):
        d, h, v, c, error = where[k]
        tof, _, _, _ = flyout.flyout(table, d, h)
        p[k] = tof + kills.kill_probability(table, kills.TRUTH, d, h, v, c, error)
