"""Flyout and kill tables of interceptor types: made once, then read from the cache.

The cache is the compiler's (`_jit.py`), whose name changes with every kernel, so a table of an
older model is never read.  It holds what the kernels return, to the last bit.
"""

import hashlib
import os
import tempfile
from math import prod
from pathlib import Path

import numba
import numpy as np

from opendome.kernels.flyout import SIZE, flyout_table
from opendome.kernels.kills import SHAPE, kill_table

#: Columns of INTERCEPTORS that the tables depend on.
COLUMNS = (
    "m0", "m_burnout", "burn_time", "thrust", "area", "form", "a_max", "cl_max", "seeker_range",
    "cep_seeker", "lethal_radius", "time_max",
)  # fmt: skip


def interceptor_tables(interceptors: np.ndarray, air: np.ndarray, drag: np.ndarray) -> np.ndarray:
    """Tables of every interceptor type.

    Parameters
    ----------
    interceptors : ndarray of settings.INTERCEPTORS, (n,)
    air, drag : as in `flyout.fly_out`

    Returns
    -------
    ndarray (n, flyout.SIZE + numbers of a kill table)
        Flyout table (kernels/flyout.py) and kill table (kernels/kills.py) of each type, flat; for
        no type at all one row that reaches nothing.
    """
    if len(interceptors) == 0:
        return np.full((1, SIZE + prod(SHAPE)), np.inf)
    return np.array([_tables(row, air, drag) for row in interceptors])


def _tables(row: np.void, air: np.ndarray, drag: np.ndarray) -> np.ndarray:
    digest = hashlib.sha256(np.array([row[name] for name in COLUMNS]).tobytes())
    digest.update(air[:, :2].tobytes() + drag.tobytes())
    path = Path(numba.config.CACHE_DIR) / f"interceptor-{digest.hexdigest()[:16]}.npy"
    try:
        with path.open("rb") as file:
            return np.load(file)
    except (OSError, ValueError, EOFError):
        pass  # not made yet, or cut off by a full disk
    flyouts = flyout_table(row, air, drag)
    made = np.concatenate([flyouts.ravel(), kill_table(row, flyouts, air, drag).ravel()])
    _keep(path, made)
    return made


def _keep(path: Path, made: np.ndarray) -> None:
    """Write whole or not at all; without a cache the tables are made again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            np.save(file, made)
        os.replace(file.name, path)
    except OSError:
        pass
