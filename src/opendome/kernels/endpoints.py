"""Where a track comes down and where it came from, with derivatives by its parameters.

Both belong to the linearisation, and move with the correction since (docs/theory/tracking.md).
"""

from opendome._jit import kernel
from opendome.kernels.estimator import restore, spread
from opendome.kernels.ground import crossing_derivatives, to_ground
from opendome.kernels.measurement import N_PARAMETERS
from opendome.kernels.motion import N_MOTION, W, load_bundle


@kernel
def aim(e, rules, drag, nature, k):
    """Impact of the linearisation, and its derivatives by the parameters; once for each."""
    if e.aimed == e.fits:
        return
    e.aimed = e.fits
    restore(e, rules, k)
    _cross(e, e.t, 1.0, e.impact, e.G, drag, nature, k)


@kernel
def trace_back(e, rules, drag, nature, k):
    """Launch of the linearisation, and its derivatives by the parameters; once for each."""
    if e.traced == e.fits:
        return
    e.traced = e.fits
    restore(e, rules, k)
    load_bundle(k.s, k.q)
    _cross(e, e.t0, -1.0, e.launch, e.L, drag, nature, k)


@kernel
def _cross(e, t, sign, at, J, drag, nature, k):
    """Fly the bundle from time t to the ground: time, x, y into `at`, derivatives into J."""
    flown = to_ground(k.s, sign, drag, nature, k.old)
    at[0], at[1], at[2] = t + flown, k.s[0], k.s[W]
    for j in range(N_PARAMETERS):
        for r in range(3):
            J[r, j] = 0.0
    crossing_derivatives(k.s, t + flown - e.t0, k.F, J, nature)
    for j in range(N_MOTION):
        for r in range(3):
            J[r, j] *= k.scale[j]


@kernel
def project(e, at, J, n, g, out, S):
    """Estimate at + J d of a crossing into out (3,), and its covariance J C J^T into S (3, 3).

    g : float array (>= n,), scratch
    """
    for r in range(3):
        a = at[r]
        for j in range(n):
            a += J[r, j] * e.d[j]
        out[r] = a
    spread(J, 3, e.C, n, g, S)
