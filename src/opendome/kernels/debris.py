"""Debris of an interception: pieces of body and round that fall to the ground.

Symbols: x, y east and north of the burst, h height above the ground [m]; v velocity [m/s]; u
velocity through the air; beta = m / (C_D A) [kg/m^2]; rho density [kg/m^3].

The two break into the pieces of KINDS.  Each starts with the velocity of what it was a part of and
a normal push on every axis, and falls through the scenario's air and wind at a constant ballistic
coefficient.  What is not in KINDS, a tenth of the mass, are pieces too small to harm: below 15 J
at their terminal speed.
"""

from math import sqrt

from opendome import rng
from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_CELLS
from opendome.kernels.ballistics import PER_M, clamp
from opendome.kernels.ballistics import position as true_position
from opendome.kernels.flyout import flyout
from opendome.kernels.intercept import height, place
from opendome.kernels.lethality import heading
from opendome.kernels.shots import KILL

BODY, ROUND = 0, 1
#: Of what, share of its mass, number, beta, standard deviation of the push on each axis (m/s):
#: motor case and warhead section, then skin, fins and splinters of the case.  All assumed.
KINDS = (
    (BODY, 0.6, 3, 500.0, 20.0),
    (BODY, 0.3, 6, 120.0, 60.0),
    (ROUND, 0.6, 2, 400.0, 20.0),
    (ROUND, 0.3, 4, 100.0, 60.0),
)
PIECES = sum(kind[2] for kind in KINDS)  # of an interception
PERSON = 0.6  # m, side of the square that a standing person takes, seen from above
DT_MOST = 4.0  # s
PART = 0.7  # a step is this part of the time in which drag would stop the piece


@kernel
def casualty_area(mass, beta):
    """Area around a falling piece in which it strikes a person, m^2: (PERSON + sqrt(A))^2.

    A is the piece's own area, m / beta: C_D is about 1 for a tumbling piece (Hoerner,
    Fluid-Dynamic Drag, 1965).

    Source
    ------
    NASA-STD-8719.14, Process for Limiting Orbital Debris: debris casualty area, and the 15 J below
    which a piece is not counted.
    """
    side = PERSON + sqrt(mass / beta)
    return side * side


@kernel
def _slopes(h, vx, vy, vz, beta, air):
    """Acceleration of a piece, m/s^2, and the rate at which drag takes its speed, 1/s."""
    u = clamp(h * PER_M, AIR_CELLS)
    i = int(u)
    f = u - i
    rho_a = air[i, 0] + f * (air[i + 1, 0] - air[i, 0])
    rho = rho_a * sqrt(air[i, 1] + f * (air[i + 1, 1] - air[i, 1]))
    ux = vx - air[i, 2] - f * (air[i + 1, 2] - air[i, 2])
    uy = vy - air[i, 3] - f * (air[i + 1, 3] - air[i, 3])
    rate = 0.5 * rho * sqrt(ux * ux + uy * uy + vz * vz) / beta
    return -rate * ux, -rate * uy, -rate * vz - G0, rate


@kernel
def fall(h, vx, vy, vz, beta, air):
    """Fall of one piece from a height to the ground.

    Parameters
    ----------
    h : float, m
    vx, vy, vz : float, m/s
    beta : float, kg/m^2
    air : ndarray (2049, 4), `atmosphere.air_table`

    Returns
    -------
    x, y : float, m
        Where it lands, from below the burst.
    t : float, s

    Error
    -----
    Truncation, against DOP853 (tests/oracle/test_debris.py): 20 m in 5 km, 0.2 s.
    Model: constant ballistic coefficient, flat level ground, no lift.

    Source
    ------
    Runge-Kutta of order 4.  Pieces by ballistic coefficient and push: the usual form of debris
    catalogues in range safety (Range Commanders Council, Standard 321).
    """
    x, y, t = 0.0, 0.0, 0.0
    while h > 0.0:
        a1, b1, c1, rate = _slopes(h, vx, vy, vz, beta, air)
        dt = min(DT_MOST, PART / max(rate, 1e-9))
        e = 0.5 * dt
        h2, p2, q2, r2 = h + e * vz, vx + e * a1, vy + e * b1, vz + e * c1
        a2, b2, c2, _ = _slopes(h2, p2, q2, r2, beta, air)
        h3, p3, q3, r3 = h + e * r2, vx + e * a2, vy + e * b2, vz + e * c2
        a3, b3, c3, _ = _slopes(h3, p3, q3, r3, beta, air)
        h4, p4, q4, r4 = h + dt * r3, vx + dt * a3, vy + dt * b3, vz + dt * c3
        a4, b4, c4, _ = _slopes(h4, p4, q4, r4, beta, air)
        down = dt / 6.0 * (vz + 2.0 * r2 + 2.0 * r3 + r4)
        part = min(h / -down, 1.0) if down < 0.0 else 1.0  # the last step ends on the ground
        x += part * dt / 6.0 * (vx + 2.0 * p2 + 2.0 * p3 + p4)
        y += part * dt / 6.0 * (vy + 2.0 * q2 + 2.0 * q3 + q4)
        h = h + down if part == 1.0 and h + down > 0.0 else 0.0
        vx += dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4)
        vy += dt / 6.0 * (b1 + 2.0 * b2 + 2.0 * b3 + b4)
        vz += dt / 6.0 * (c1 + 2.0 * c2 + 2.0 * c3 + c4)
        t += part * dt
    return x, y, t


@kernel
def _round_velocity(shot, x, y, z, fixed):
    """Velocity of a round as it meets the body at (x, y, z), m/s."""
    battery = fixed.batteries[shot.battery]
    base = height(battery.x, battery.y, battery.z, fixed.radius)
    d, h, _ = place(x, y, z, battery, base, fixed.radius)
    _, speed, _, gamma = flyout(fixed.rounds[battery.interceptor], d, h)
    ux, uy, uz = heading(x - battery.x, y - battery.y, gamma)
    return speed * ux, speed * uy, speed * uz


@kernel
def scatter(shots, rockets, nodes, fixed, seed, rep, pieces):
    """Scatter the pieces of every interception; returns how many rows of `pieces` are filled.

    A piece's push is addressed by its rocket and its number: another policy that kills the rocket
    meets the same pushes.
    """
    n = 0
    for k in range(len(shots)):
        shot = shots[k]
        if shot.result != KILL:
            continue
        body = rockets[shot.rocket]
        cls = fixed.classes[body.cls]
        x, y, z, vx, vy, vz = true_position(nodes, body, cls, shot.t_intercept)
        top = height(x, y, z, fixed.radius)
        kind = fixed.interceptors[fixed.batteries[shot.battery].interceptor]
        wx, wy, wz = _round_velocity(shot, x, y, z, fixed)
        number = 0
        for of, share, count, beta, push in KINDS:
            mass = share * (cls.m_burnout if of == BODY else kind.m_burnout) / count
            px, py, pz = (vx, vy, vz) if of == BODY else (wx, wy, wz)
            for _ in range(count):
                sub = rng.sub_of(body.number, 2 * number)
                gx, gy = rng.normal2(seed, rep, body.entity, 0, rng.DEBRIS, sub)
                gz, _ = rng.normal2(seed, rep, body.entity, 0, rng.DEBRIS, sub + 1)
                dx, dy, t = fall(
                    top, px + push * gx, py + push * gy, pz + push * gz, beta, fixed.air
                )
                row = pieces[n]
                row.rocket = shot.rocket
                row.t = shot.t_intercept + t
                row.x, row.y = x + dx, y + dy
                row.mass = mass
                row.casualty_area = casualty_area(mass, beta)
                number += 1
                n += 1
    return n
