"""`import opendome` and `opendome --help` answer at once: nothing heavy is loaded for them."""

import subprocess
import sys

import pytest

HEAVY = ("numba", "scipy", "matplotlib", "pyarrow", "duckdb", "pydantic", "shapely", "pymap3d")

# A process of its own: this one has long loaded everything.
PROBE = "import sys, {module}; print(*[m for m in {heavy} if m in sys.modules])"


@pytest.mark.parametrize("module", ["opendome", "opendome.cli"])
def test_import__loads_nothing_heavy(module):
    probe = PROBE.format(module=module, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_import__probe_sees_what_is_loaded():
    # Guards the guard: the same probe on a heavy module must name it.
    probe = PROBE.format(module="pydantic", heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert "pydantic" in done.stdout.split()
