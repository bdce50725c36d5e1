"""Radars of the teaching scenario, moved and turned for a test."""

import numpy as np

from opendome import frames


def level(row, **changes):
    """The radar moved to the origin with the frame's own axes, its sector to the north."""
    row["x"], row["y"], row["z"], row["boresight"] = 0.0, 0.0, 0.0, 0.0
    row["rotation"] = np.eye(3)
    for name, value in changes.items():
        row[name] = value
    for r in row:
        r["normal"] = frames.unit_vector(r["boresight"], r["tilt"])
    return row


def network(row):
    """Three radars that look in different directions."""
    rows = np.repeat(row, 3).view(type(row))
    for k, (x, y, boresight) in enumerate([(0, 0, 0.0), (15e3, 5e3, 4.0), (-5e3, 20e3, 2.5)]):
        level(rows[k : k + 1], x=float(x), y=float(y), boresight=boresight)
    rows["range_max"] = 40e3
    return rows
