"""Where and when tracked bodies fall, with covariance: six flights a track, side by side.

Lane 0 of a track flies its mean, lanes 1 to 5 the mean with z, vx, vy, vz or ln(beta) shifted; the
differences are the Jacobian of the impact.  A shift in x or y moves the impact by as much (the
earth's curvature changes that by d / R, below 1 % within 60 km).  Ten tracks fill 60 of 64 lanes.

    s    lanes: rows of kernels/lanes.py; a body without thrust and of mass 1, so CDA = 1/beta
    q    fraction of a step
"""

from math import exp, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.constants import G0
from opendome.kernels.atmosphere import AIR_TOP
from opendome.kernels.lanes import CDA, CURVE, DT, FREE, INV_M, LANES, NODE, SX, look_up, step
from opendome.kernels.tracks import CONFIRMED
from opendome.tables import PREDICTIONS

SHIFTED = (2, 3, 4, 5, 6)  # components of the mean that get a lane
PER = 1 + len(SHIFTED)  # lanes a track
BLOCK = LANES // PER  # tracks a block
STEPS = 8  # steps in the vacuum time of fall, short ones first: drag changes most at the start
STEPS_MAX = 31  # steps after which a body counts as not falling
FALL_MIN = 16.0  # s, least time that the steps are laid out over
SHIFT = 0.1  # shift of a component in its standard deviations
PATH = PREDICTIONS.dtype["path"].shape[0]


@kernel
def predict_impacts(clock, fixed, belief):
    """Fill the predictions of all confirmed tracks; known = 0 elsewhere.

    Error
    -----
    Truncation, all shipped classes at 20 to 55 deg: 2 % of the range after a fiftieth of the
    coast, 6e-4 after a tenth, 2e-4 after three tenths (tests/oracle/test_impact.py).  Model:
    still air, no process noise after the prediction, the common drag curve.
    """
    block = np.empty(BLOCK, np.int64)
    n = 0
    for i in range(clock.n_slots):
        belief.predictions[i].known = 0
        if belief.tracks[i].status == CONFIRMED:
            clock.n_predictions += 1
            block[n] = i
            n += 1
            if n == BLOCK:
                _block(belief.tracks, belief.predictions, block, n, fixed)
                n = 0
    if n > 0:
        _block(belief.tracks, belief.predictions, block, n, fixed)


@kernel
def _grade(k):
    """Time of node k over the vacuum time of fall."""
    f = k / STEPS
    return f * sqrt(f)


@kernel
def _load(s, tracks, block, n, radius, shift, span):
    """Fill the lanes of a block: state, time of fall, and the shift of each component."""
    for b in range(n):
        track = tracks[block[b]]
        m = track.m
        up = sqrt(m[0] * m[0] + m[1] * m[1] + (m[2] + radius) ** 2)
        height = max(up - radius, 0.0)
        rise = (m[0] * m[3] + m[1] * m[4] + (m[2] + radius) * m[5]) / up
        fall = (rise + sqrt(rise * rise + 2.0 * G0 * height)) / G0
        for c in range(PER):
            i = b * PER + c
            for r in range(6):
                s[r * LANES + i] = m[r]
            ln_beta = m[6]
            if c > 0:
                j = SHIFTED[c - 1]
                shift[i] = SHIFT * sqrt(track.P[j, j])
                if j < 6:
                    s[j * LANES + i] += shift[i]
                else:
                    ln_beta += shift[i]
            span[i] = max(fall, FALL_MIN)
            s[CDA + i] = exp(-ln_beta)
            s[INV_M + i] = 1.0
            s[CURVE + i] = 0.0


@kernel
def _height(s, i, radius):
    """Height of lane i, and its climb per step, m; s may begin at any state of six rows."""
    x, y, z = s[i], s[LANES + i], s[2 * LANES + i] + radius
    r = sqrt(x * x + y * y + z * z)
    climb = (x * s[3 * LANES + i] + y * s[4 * LANES + i] + z * s[5 * LANES + i]) / r
    return r - radius, climb


@kernel
def _land(old, s, i, radius, fall):
    """Impact of lane i between the states old and s: cubic Hermite in height, Newton's root.

    Fills fall[0:3, i] with the time within the step, x and y.
    """
    h = s[DT + i]
    h0, d0 = _height(old, i, radius)
    h1, d1 = _height(s, i, radius)
    d0 *= h
    d1 *= h
    c2 = 3.0 * (h1 - h0) - 2.0 * d0 - d1
    c3 = d0 + d1 - 2.0 * (h1 - h0)
    q = h0 / (h0 - h1) if h0 > h1 else 0.5
    for _ in range(3):
        f = h0 + q * (d0 + q * (c2 + q * c3))
        slope = d0 + q * (2.0 * c2 + 3.0 * q * c3)
        q = min(max(q - f / slope, 0.0), 1.0) if slope < 0.0 else 1.0
    fall[0, i] = q * h
    for r in range(2):
        p0 = old[r * LANES + i]
        p1 = s[r * LANES + i]
        e0 = h * old[(r + 3) * LANES + i]
        e1 = h * s[(r + 3) * LANES + i]
        b2 = 3.0 * (p1 - p0) - 2.0 * e0 - e1
        b3 = e0 + e1 - 2.0 * (p1 - p0)
        fall[1 + r, i] = p0 + q * (e0 + q * (b2 + q * b3))


@kernel
def _block(tracks, predictions, block, n, fixed):
    """Fly the lanes of up to ten tracks to the ground and write their predictions."""
    radius = fixed.radius
    s = np.empty(FREE)
    old = np.empty(NODE)
    shift = np.zeros(LANES)
    span = np.zeros(LANES)
    fall = np.empty((3, LANES))
    down = np.zeros(LANES, np.int64)
    lanes = n * PER
    _load(s, tracks, block, n, radius, shift, span)
    for b in range(n):
        _node(predictions[block[b]], 0, tracks[block[b]].t, s, b * PER)
    left = lanes
    for k in range(STEPS_MAX):
        g0, g1 = _grade(k), _grade(k + 1)
        _fly(s, old, lanes, span, g1 - g0, fixed)
        for i in range(lanes):
            if down[i] != 0:
                continue
            if i % PER == 0 and k + 1 < PATH:
                b = block[i // PER]
                _node(predictions[b], k + 1, tracks[b].t + g1 * span[i], s, i)
            height, _ = _height(s, i, radius)
            if height > AIR_TOP:  # out of the model: no impact is known
                down[i] = 2
                left -= 1
            elif height < 0.0:
                _land(old, s, i, radius, fall)
                fall[0, i] += g0 * span[i]
                down[i] = 1
                left -= 1
        if left == 0:
            break
    for b in range(n):
        landed = 0
        for i in range(b * PER, (b + 1) * PER):
            landed += down[i] == 1
        if landed == PER:
            sigma_max = fixed.tracker[0].sigma_max
            _finish(tracks[block[b]], predictions[block[b]], b * PER, shift, fall, sigma_max)


@kernel
def _fly(s, old, lanes, span, part, fixed):
    """One step of a part of each lane's span; the state before it goes to old."""
    for i in range(lanes):
        s[DT + i] = span[i] * part
    for r in range(0, NODE, LANES):
        for i in range(lanes):
            old[r + i] = s[r + i]
            s[SX + r + i] = s[r + i]
    look_up(s, lanes, fixed.air, fixed.drag, fixed.nature.earth)
    step(s, lanes, fixed.air, fixed.drag, fixed.nature.earth, False)


@kernel
def _node(prediction, j, t, s, i):
    """Store lane i as node j of a predicted path, which ends there for now."""
    node = prediction.path[j]
    node[0] = t
    for r in range(6):
        node[1 + r] = s[r * LANES + i]
    prediction.n_path = j + 1


@kernel
def _finish(track, prediction, i0, shift, fall, sigma_max):
    """Impact and its covariance J P J^T from the lanes of one track."""
    P = track.P
    J = np.zeros((3, 7))
    J[1, 0] = 1.0
    J[2, 1] = 1.0
    for c in range(1, PER):
        i = i0 + c
        for r in range(3):
            J[r, SHIFTED[c - 1]] = (fall[r, i] - fall[r, i0]) / shift[i] if shift[i] > 0.0 else 0.0
    st = sxx = sxy = syy = 0.0
    for c in range(7):
        pt = px = py = 0.0
        for d in range(7):
            pt += P[c, d] * J[0, d]
            px += P[c, d] * J[1, d]
            py += P[c, d] * J[2, d]
        st += J[0, c] * pt
        sxx += J[1, c] * px
        sxy += J[1, c] * py
        syy += J[2, c] * py
    prediction.t = track.t
    prediction.t_impact = track.t + fall[0, i0]
    prediction.x = fall[1, i0]
    prediction.y = fall[2, i0]
    prediction.sxx = sxx
    prediction.sxy = sxy
    prediction.syy = syy
    prediction.st = sqrt(max(st, 0.0))
    major = 0.5 * (sxx + syy) + sqrt(0.25 * (sxx - syy) ** 2 + sxy * sxy)
    prediction.known = np.int64(major <= sigma_max**2 and sxx > 0.0 and syy > 0.0)
