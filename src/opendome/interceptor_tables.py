"""Flyout and kill tables of interceptor types: made once, then read from the cache.

The cache is the compiler's (`_jit.py`), whose name changes with every kernel, so a table of an
older model is never read.  It holds what the kernels return, to the last bit.
"""

import hashlib
import os
import tempfile
import zipfile
from pathlib import Path

import numba
import numpy as np

from opendome.kernels.flyout import N_D, N_H, flyout_table
from opendome.kernels.kills import SHAPE, kill_table

#: Columns of INTERCEPTORS that the tables depend on.
COLUMNS = (
    "m0", "m_burnout", "burn_time", "thrust", "area", "form", "a_max", "cl_max", "seeker_range",
    "cep_seeker", "lethal_radius", "time_max",
)  # fmt: skip


def interceptor_tables(
    interceptors: np.ndarray, air: np.ndarray, drag: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Tables of every interceptor type.

    Parameters
    ----------
    interceptors : ndarray of settings.INTERCEPTORS, (n,)
    air, drag : as in `flyout.fly_out`

    Returns
    -------
    flyouts : ndarray (n, N_D, N_H, 4)
    kills : ndarray (n, 2, ...)
        kernels/flyout.py and kernels/kills.py; for no type at all one row that reaches nothing.
    """
    if len(interceptors) == 0:
        nowhere = np.zeros((1, N_D, N_H, 4))
        nowhere[..., 0] = np.inf
        return nowhere, np.zeros((1, *SHAPE))
    made = [_tables(row, air, drag) for row in interceptors]
    return np.array([m[0] for m in made]), np.array([m[1] for m in made])


def _tables(row: np.void, air: np.ndarray, drag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    digest = hashlib.sha256(np.array([row[name] for name in COLUMNS]).tobytes())
    digest.update(air[:, :2].tobytes() + drag.tobytes())
    path = Path(numba.config.CACHE_DIR) / f"interceptor-{digest.hexdigest()[:16]}.npz"
    try:
        with path.open("rb") as file:
            kept = np.load(file)
            return kept["flyouts"], kept["kills"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        pass  # not made yet, or cut off by a full disk
    flyouts = flyout_table(row, air, drag)
    kills = kill_table(row, flyouts, air, drag)
    _keep(path, flyouts, kills)
    return flyouts, kills


def _keep(path: Path, flyouts: np.ndarray, kills: np.ndarray) -> None:
    """Write whole or not at all; without a cache the tables are made again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            np.savez(file, flyouts=flyouts, kills=kills)
        os.replace(file.name, path)
    except OSError:
        pass
