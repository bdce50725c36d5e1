"""What a body flies through: air, wind, gravity, ground, and what its class adds to them."""

from typing import NamedTuple

import numpy as np

from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import burn_table, drag_table
from opendome.kernels.earth import Earth, earth
from opendome.kernels.terrain import Terrain, flat


class Nature(NamedTuple):
    """Tables that the flight kernels read; rows of `burns` and pieces of `curves` are classes."""

    air: np.ndarray  # (2049, 4): atmosphere.air_table
    curves: np.ndarray  # (classes 4097,): ballistics.drag_table, one after the other
    burns: np.ndarray  # (classes, 101, 2): ballistics.burn_table
    earth: Earth
    terrain: Terrain


def standard(lat_deg: float, classes: int) -> Nature:
    """Still standard air over a turning, smooth earth; common drag, constant thrust.

    Parameters
    ----------
    lat_deg : float
        Geodetic latitude of the frame's origin.
    classes : int
        Number of classes.
    """
    burns = np.tile(burn_table(np.array([0.0, 1.0]), np.ones(2)), (classes, 1, 1))
    return Nature(air_table(), np.tile(drag_table(), classes), burns, earth(lat_deg), flat())
