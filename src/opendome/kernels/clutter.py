"""Birds, aircraft and drones: each flies a level circle at constant speed.

A closed form of time, so that nothing of them is stored and nothing is computed while no rocket
flies.
"""

from math import cos, pi, sin, sqrt

from opendome import rng
from opendome._jit import kernel

OBJECT = -2  # source of a plot of the first object; the next have -3, -4, ...


@kernel
def place(thing, t, radius):
    """State of an object at a time: x, y, z (m), vx, vy, vz (m/s)."""
    a = thing.phase + thing.omega * t
    c, s = thing.turn * cos(a), thing.turn * sin(a)
    x, y = thing.x + c, thing.y + s
    up = sqrt((radius + thing.height) ** 2 - x * x - y * y)  # the round earth's centre is below
    vx, vy = -thing.omega * s, thing.omega * c
    return x, y, up - radius, vx, vy, -(x * vx + y * vy) / up


@kernel
def draw(groups, objects, seed, rep):
    """Fill the objects of a replication: place in the disc, height, speed and sense of turn."""
    n = 0
    for g in range(len(groups)):
        group = groups[g]
        for j in range(group.number):
            a, b = rng.uniform2(seed, rep, g, j, rng.CLUTTER, 0)
            c, d = rng.uniform2(seed, rep, g, j, rng.CLUTTER, 1)
            e, f = rng.uniform2(seed, rep, g, j, rng.CLUTTER, 2)
            thing = objects[n]
            thing.x = group.x + group.radius * sqrt(a) * cos(2.0 * pi * b)
            thing.y = group.y + group.radius * sqrt(a) * sin(2.0 * pi * b)
            thing.height = group.height_min + c * (group.height_max - group.height_min)
            thing.turn = group.turn
            speed = group.speed_min + d * (group.speed_max - group.speed_min)
            thing.omega = (speed if e < 0.5 else -speed) / group.turn
            thing.phase = 2.0 * pi * f
            thing.rcs = group.rcs
            thing.swerling = group.swerling
            n += 1


@kernel
def draw_bias(radars, bias, seed, rep):
    """Fill the constant errors of each radar: range (m), azimuth and elevation (rad)."""
    for k in range(len(radars)):
        a, b = rng.normal2(seed, rep, k, 0, rng.RADAR_BIAS, 0)
        c, _ = rng.normal2(seed, rep, k, 0, rng.RADAR_BIAS, 1)
        bias[k, 0] = radars[k].sigma_bias_r * a
        bias[k, 1] = radars[k].sigma_bias_a * b
        bias[k, 2] = radars[k].sigma_bias_a * c
