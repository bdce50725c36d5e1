"""Where and when tracked bodies fall, with covariance, and on which paths.

The impact is that of the track's last linearisation, moved by its derivatives with the correction
since; its covariance is G C G^T with the estimator's covariance C of constants and the derivatives
G of the impact by them (kernels/estimator.py).  So a scan costs one small product a track, and a
flight only where the track is linearised anew.  Paths are flown for those bodies alone that may be
engaged; they are those of the newest estimate.
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.endpoints import aim, project
from opendome.kernels.ground import FALL_MIN, grade, height
from opendome.kernels.intake import COAST
from opendome.kernels.measurement import active, scales
from opendome.kernels.motion import BETA, CURVE_1, DT, N_MOTION, W, load_body, step
from opendome.kernels.tracks import CONFIRMED
from opendome.kernels.window import RADAR
from opendome.tables import PREDICTIONS

PATH = PREDICTIONS.dtype["path"].shape[0]
STEPS = 12  # of a path in the vacuum time to the ground; drag makes the fall longer


@kernel
def predict_impacts(clock, fixed, belief, scratch):
    """Fill the predictions of all confirmed tracks but their paths; known = 0 elsewhere.

    An impact is known once the track is known to coast and its ellipse is small enough.

    Error
    -----
    Truncation: tests/oracle/test_impact.py.
    """
    rules, radars, drag, nature = fixed.tracker[0], fixed.radars, fixed.drag, fixed.nature
    predictions, tracks, estimates, k = (
        belief.predictions,
        belief.tracks,
        belief.estimates,
        scratch.k,
    )
    scales(rules, k.scale)
    for i in range(clock.n_slots):
        p = predictions[i]
        p.known, p.n_path = 0, 0
        if tracks[i].status == CONFIRMED:
            clock.n_predictions += 1
            e = estimates[i]
            if e.phase == COAST:
                aim(e, rules, drag, nature, k)
                _predict(p, e, tracks[i].t, rules, radars, k)


@kernel
def _predict(p, e, t, rules, radars, k):
    """Impact and covariance of one track, and whether they may be used."""
    n = active(e, rules)
    at, S = k.g, k.A
    project(e, e.impact, e.G, n, k.H[0], at, S)
    p.t = t
    p.t_impact, p.x, p.y = at[0], at[1], at[2]
    p.sxx, p.sxy, p.syy = S[1, 1], S[1, 2], S[2, 2]
    if n == N_MOTION:
        _register(p, radars[np.int64(e.window[0, RADAR])])
    p.st = sqrt(max(S[0, 0], 0.0))
    major = 0.5 * (p.sxx + p.syy) + sqrt(0.25 * (p.sxx - p.syy) ** 2 + p.sxy * p.sxy)
    # False for an impact that is no number: the body does not fall within the model.
    p.known = np.int64(major <= rules.sigma_max**2 and p.t_impact > t)


@kernel
def _register(p, radar):
    """Add the constant errors of a radar, which move a path as a whole: along range and across."""
    dx, dy = p.x - radar.x, p.y - radar.y
    d2 = dx * dx + dy * dy
    along, across = radar.sigma_bias_r**2 / max(d2, 1.0), radar.sigma_bias_a**2
    p.sxx += along * dx * dx + across * dy * dy
    p.sxy += (along - across) * dx * dy
    p.syy += along * dy * dy + across * dx * dx


@kernel
def predict_paths(clock, fixed, belief, scratch):
    """Fly the known bodies that threaten a place along their paths."""
    for i in range(clock.n_slots):
        p = belief.predictions[i]
        if p.known and p.threat >= fixed.doctrine[0].threat_min:
            _fly(p, belief.tracks[i], fixed.drag, fixed.nature, scratch.k)


@kernel
def _fly(p, track, drag, nature, k):
    """Fly a track to the ground: nodes of its path, short steps first."""
    s, q = k.s, k.q
    for j in range(BETA + 1):
        q[j] = track.m[j]
    for j in range(CURVE_1, N_MOTION):
        q[j] = track.nuisance[j - CURVE_1]
    load_body(s, q)
    high, climb = height(s, nature)
    span = (climb + sqrt(climb * climb + 2.0 * G0 * max(high, 0.0))) / G0
    span = max(span, FALL_MIN)
    for j in range(PATH):
        node = p.path[j]
        node[0] = track.t + grade(j, STEPS) * span
        for r in range(6):
            node[1 + r] = s[r * W]
        p.n_path = j + 1
        if height(s, nature)[0] < 0.0:
            return
        s[DT] = span * (grade(j + 1, STEPS) - grade(j, STEPS))
        step(s, drag, nature, False)
