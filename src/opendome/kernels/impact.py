"""Where and when tracked bodies fall, with covariance.

The mean of every confirmed track flies to the ground at every scan, eight tracks side by side; so
its path is that of the newest estimate.  The covariance is G C G^T with the estimator's covariance
C of constants and the derivatives G of the impact by them, which change only when the track is
linearised anew (kernels/estimator.py).

    s    lanes of kernels/motion.py
"""

from math import sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.estimator import COAST, project
from opendome.kernels.ground import FALL_MIN, STEPS_MAX, crossing, grade, height
from opendome.kernels.measurement import active, scales
from opendome.kernels.motion import DT, SIZE, STATE, VX, VY, W, X, Y, load, step
from opendome.kernels.tracks import CONFIRMED
from opendome.tables import PREDICTIONS

PATH = PREDICTIONS.dtype["path"].shape[0]


@kernel
def predict_impacts(clock, fixed, belief, scratch):
    """Fill the predictions of all confirmed tracks; known = 0 elsewhere.

    An impact is known once the track is known to coast and its ellipse is small enough.

    Error
    -----
    Truncation: tests/oracle/test_impact.py.
    """
    block = np.empty(W, np.int64)
    n = 0
    for i in range(clock.n_slots):
        belief.predictions[i].known = 0
        if belief.tracks[i].status == CONFIRMED:
            clock.n_predictions += 1
            block[n] = i
            n += 1
            if n == W:
                _block(belief, block, n, fixed, scratch)
                n = 0
    if n > 0:
        _block(belief, block, n, fixed, scratch)


@kernel
def _load(s, tracks, block, n, radius, span):
    """Fill the lanes with the tracks' means; span is the time that the steps are laid out over."""
    for i in range(W):
        track = tracks[block[min(i, n - 1)]]
        m, u = track.m, track.nuisance
        load(s, i, m[0], m[1], m[2], m[3], m[4], m[5], m[6], u[0], u[1], u[2], u[3])
        high, climb = height(s, i, radius)
        fall = (climb + sqrt(climb * climb + 2.0 * G0 * max(high, 0.0))) / G0
        span[i] = max(fall, FALL_MIN)


@kernel
def _block(belief, block, n, fixed, scratch):
    """Fly up to eight tracks to the ground and write their predictions."""
    radius = fixed.radius
    s = np.empty(SIZE)
    old = np.empty(STATE)
    span = np.empty(W)
    down = np.zeros(W, np.int64)
    _load(s, belief.tracks, block, n, radius, span)
    for i in range(n):
        _node(belief.predictions[block[i]], 0, belief.tracks[block[i]].t, s, i)
    left = n
    for k in range(STEPS_MAX):
        g0, g1 = grade(k), grade(k + 1)
        for i in range(W):
            s[DT + i] = span[i] * (g1 - g0)
        for c in range(STATE):
            old[c] = s[c]
        step(s, fixed.air, fixed.drag, radius)
        for i in range(n):
            if down[i] == 1:
                continue
            track, p = belief.tracks[block[i]], belief.predictions[block[i]]
            if k + 1 < PATH:
                _node(p, k + 1, track.t + g1 * span[i], s, i)
            if height(s, i, radius)[0] < 0.0:
                _land(p, old, s, i, radius, track.t + g0 * span[i])
                _finish(p, track, belief.estimates[block[i]], fixed.tracker[0], scratch)
                down[i] = 1
                left -= 1
        if left == 0:
            return


@kernel
def _node(prediction, j, t, s, i):
    """Store lane i as node j of a predicted path, which ends there for now."""
    node = prediction.path[j]
    node[0] = t
    for r in range(6):
        node[1 + r] = s[r * W + i]
    prediction.n_path = j + 1


@kernel
def _land(p, old, s, i, radius, t):
    """Impact of lane i between the states old, at time t, and s: cubics, Newton's root."""
    h = s[DT + i]
    h0, d0 = height(old, i, radius)
    h1, d1 = height(s, i, radius)
    q = crossing(h0, h * d0, h1, h * d1)
    p.t_impact = t + q * h
    p.x = _between(old[X + i], h * old[VX + i], s[X + i], h * s[VX + i], q)
    p.y = _between(old[Y + i], h * old[VY + i], s[Y + i], h * s[VY + i], q)


@kernel
def _between(p0, d0, p1, d1, q):
    """Cubic with the values p and the slopes d at both ends, at fraction q."""
    return p0 + q * (d0 + q * (3.0 * (p1 - p0) - 2.0 * d0 - d1 + q * (d0 + d1 - 2.0 * (p1 - p0))))


@kernel
def _finish(p, track, e, rules, scratch):
    """Covariance of an impact, and whether it may be used."""
    S, at = scratch.k.A, scratch.k.g
    scales(rules, scratch.k.scale)
    project(e, e.impact, e.G, active(e, rules), at, S)
    p.t = track.t
    p.sxx, p.sxy, p.syy = S[1, 1], S[1, 2], S[2, 2]
    p.st = sqrt(max(S[0, 0], 0.0))
    major = 0.5 * (p.sxx + p.syy) + sqrt(0.25 * (p.sxx - p.syy) ** 2 + p.sxy * p.sxy)
    fine = major <= rules.sigma_max**2 and p.sxx > 0.0 and p.syy > 0.0
    p.known = np.int64(fine and e.phase == COAST)
