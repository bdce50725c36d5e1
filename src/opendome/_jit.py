"""`@kernel`: the one way in which this project compiles, and where the machine code is kept.

numba does not see an edit in a callee's file (its cache then answers with stale code), so the
cache folder is named after a hash of every kernel source and the numba version.
"""

import hashlib
import os
import tempfile
from pathlib import Path

import numba


def _fingerprint() -> str:
    """Hash of everything that can change a kernel's machine code."""
    root = Path(__file__).parent
    sources = [root / f"{name}.py" for name in ("_jit", "constants", "rng", "tables", "world")]
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sources + sorted(root.glob("kernels/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """The user's cache, or a folder beside the temporary files where that cannot be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opendome"
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        home = Path(tempfile.gettempdir()) / f"opendome-{os.getuid()}"
    return home / _fingerprint()


numba.config.CACHE_DIR = str(_cache_folder())

#: Strict arithmetic (no fastmath, no contraction): the same bits on every machine of a kind.
_STRICT = {"cache": True, "nogil": True, "fastmath": False, "error_model": "numpy"}

#: Neither makes arrays nor is handed any by what it calls, so that numba need not count references
#: to those it is given: a quarter of the time of a replication (tests/unit/test_jit.py).
kernel = numba.njit(**_STRICT, _nrt=False)

#: Makes arrays.
allocating_kernel = numba.njit(**_STRICT, _nrt=True)

#: Copied into its caller: for functions that must vectorise inside a loop over lanes.
inline_kernel = numba.njit(**_STRICT, _nrt=False, inline="always")
