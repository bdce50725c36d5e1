"""Random numbers with an address instead of a history.

A draw is a function of (seed, replication, entity, step, purpose, sub): no state, no stream, no
order.  An entity is an identity from the scenario, never a row; a step is a meaning (scan, shot
number), never a call count.  One purpose per physical cause.  The list is append-only: a new
number for an old cause would change every published result.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011):
Philox4x32-10.
"""

from math import cos, log, pi, sin, sqrt

import numpy as np

from opendome._jit import kernel

RAID_SIZE = 1
RAID_TIME = 2
LAUNCH_TIME = 3
LAUNCH_SITE = 4
ROCKET_CLASS = 5
AIM_PLACE = 6
AIM_ERROR = 7
MISFIRE = 8
DETECTION = 9
PLOT_NOISE = 10
FALSE_COUNT = 11
FALSE_PLOT = 12
KILL = 13
CASUALTIES = 14
FLUCTUATION = 15
BURSTS = 16
RADAR_BIAS = 17
CLUTTER = 18
IDENTIFY = 19
DEBRIS = 20

_MASK = np.uint64(0xFFFFFFFF)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_32 = np.uint64(32)
_12 = np.uint64(12)


@kernel
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four 32-bit words (as uint64) from a 128-bit counter and a 64-bit key."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _MASK, (p0 >> _32) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


@kernel
def uniform2(seed, rep, entity, step, purpose, sub):
    """Two uniforms in the open interval (0, 1) at one address.

    Parameters
    ----------
    seed : int, 0 to 2**63 - 1
    rep, entity, step : int, 0 to 2**32 - 1
    purpose : int, 1 to 255
    sub : int, 0 to 2**24 - 1
        Sub-entity (a radar, a shot, a block of a longer draw).

    Notes
    -----
    52 bits and a half: 53 bits can round to exactly 1.
    """
    key = np.uint64(seed)
    a, b, c, d = philox(
        np.uint64(rep),
        np.uint64(entity),
        np.uint64(step),
        np.uint64(purpose * 16777216 + sub),
        key & _MASK,
        key >> _32,
    )
    u = (np.float64(((a << _32) | b) >> _12) + 0.5) * 2.0**-52
    v = (np.float64(((c << _32) | d) >> _12) + 0.5) * 2.0**-52
    return u, v


@kernel
def sub_of(number, local):
    """Sub-address of a rocket's draw: its number in the raid (16 bits) and a local one (8 bits).

    The entity of a rocket's draws is its raid, whose identity does not change when another raid
    is added; the step is free for the scan or the shot.
    """
    return number * 256 + local


@kernel
def normal2(seed, rep, entity, step, purpose, sub):
    """Two independent standard normals at one address (Box and Muller 1958: a fixed draw count)."""
    u, v = uniform2(seed, rep, entity, step, purpose, sub)
    r = sqrt(-2.0 * log(u))
    return r * cos(2.0 * pi * v), r * sin(2.0 * pi * v)
