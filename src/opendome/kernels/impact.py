"""Where and when tracked bodies fall, with covariance: eight flights a track, side by side.

Lane 0 of a track flies its mean, lanes 1 to 7 the mean with one component shifted; the
differences are the Jacobian of the impact.  Eight tracks fill a block of 64 lanes.

    s    state of the lanes: x y z vx vy vz 1/beta     rows of (7, W)
    k    derivative of s
    g    scratch rows of the derivative
"""

from math import exp, sqrt

import numpy as np

from opendome._jit import kernel
from opendome.kernels.lanes import rk4
from opendome.kernels.tracks import CONFIRMED
from opendome.tables import PREDICTIONS

W = 64  # lanes in a block
PER = 8  # lanes a track
STEPS = 10  # steps in the vacuum time of fall
STEPS_MAX = 44  # steps after which a body counts as not falling
STEP_MIN = 1.0  # s
SHIFT = 0.1  # shift of a component in its standard deviations
PATH = PREDICTIONS.dtype["path"].shape[0]


@kernel
def predict_impacts(clock, fixed, belief):
    """Fill the predictions of all confirmed tracks; known = 0 elsewhere.

    Error
    -----
    Truncation: see tests/oracle/test_impact.py.  Model: still air, no process noise after the
    prediction, the common drag curve.
    """
    block = np.empty(W // PER, np.int64)
    n = 0
    for i in range(clock.n_slots):
        belief.predictions[i].known = 0
        if belief.tracks[i].status == CONFIRMED:
            clock.n_predictions += 1
            block[n] = i
            n += 1
            if n == W // PER:
                _block(belief.tracks, belief.predictions, block, n, fixed)
                n = 0
    if n > 0:
        _block(belief.tracks, belief.predictions, block, n, fixed)


@kernel
def _load(tracks, block, n, radius, s, h, shift):
    """Fill the lanes of a block: state, step and the shift of each component."""
    for b in range(n):
        track = tracks[block[b]]
        m = track.m
        up = sqrt(m[0] * m[0] + m[1] * m[1] + (m[2] + radius) ** 2)
        height = max(up - radius, 0.0)
        rise = (m[0] * m[3] + m[1] * m[4] + (m[2] + radius) * m[5]) / up
        fall = (rise + sqrt(rise * rise + 2.0 * 9.8 * height)) / 9.8
        step = max(fall / STEPS, STEP_MIN)
        for c in range(PER):
            i = b * PER + c
            for r in range(6):
                s[r, i] = m[r]
            ln_beta = m[6]
            if c > 0:
                d = SHIFT * sqrt(track.P[c - 1, c - 1])
                shift[i] = d
                if c < 7:
                    s[c - 1, i] += d
                else:
                    ln_beta += d
            s[6, i] = exp(-ln_beta)
            h[i] = step


@kernel
def _land(s, a, i, h, radius, fall):
    """Impact of lane i between states s and a: cubic Hermite in height, Newton from its chord.

    Fills fall[0:3, i] with time within the step, x and y.
    """
    up0 = sqrt(s[0, i] ** 2 + s[1, i] ** 2 + (s[2, i] + radius) ** 2)
    up1 = sqrt(a[0, i] ** 2 + a[1, i] ** 2 + (a[2, i] + radius) ** 2)
    h0 = up0 - radius
    h1 = up1 - radius
    d0 = h * (s[0, i] * s[3, i] + s[1, i] * s[4, i] + (s[2, i] + radius) * s[5, i]) / up0
    d1 = h * (a[0, i] * a[3, i] + a[1, i] * a[4, i] + (a[2, i] + radius) * a[5, i]) / up1
    c2 = 3.0 * (h1 - h0) - 2.0 * d0 - d1
    c3 = d0 + d1 - 2.0 * (h1 - h0)
    q = h0 / (h0 - h1) if h0 > h1 else 0.5
    for _ in range(3):
        f = h0 + q * (d0 + q * (c2 + q * c3))
        slope = d0 + q * (2.0 * c2 + 3.0 * q * c3)
        q = min(max(q - f / slope, 0.0), 1.0) if slope < 0.0 else 1.0
    fall[0, i] = q * h
    for r in range(2):
        p0 = s[r, i]
        p1 = a[r, i]
        e0 = h * s[r + 3, i]
        e1 = h * a[r + 3, i]
        b2 = 3.0 * (p1 - p0) - 2.0 * e0 - e1
        b3 = e0 + e1 - 2.0 * (p1 - p0)
        fall[1 + r, i] = p0 + q * (e0 + q * (b2 + q * b3))


@kernel
def _block(tracks, predictions, block, n, fixed):
    """Fly the lanes of up to eight tracks to the ground and write their predictions."""
    radius = fixed.radius
    s = np.empty((7, W))
    a = np.empty((7, W))
    k = np.empty((6, W))
    total = np.empty((6, W))
    g = np.empty((8, W))
    cell = np.empty(W, np.int64)
    h = np.empty(W)
    shift = np.zeros(W)
    fall = np.empty((3, W))
    down = np.zeros(W, np.int64)
    _load(tracks, block, n, radius, s, h, shift)
    for b in range(n):
        _node(predictions[block[b]], 0, tracks[block[b]].t, s, b * PER)
        predictions[block[b]].n_path = 1
    lanes = n * PER
    left = lanes
    for step in range(STEPS_MAX):
        rk4(lanes, s, a, k, total, g, cell, h, fixed.air, fixed.drag, radius)
        for i in range(lanes):
            if down[i] == 0:
                up2 = a[0, i] ** 2 + a[1, i] ** 2 + (a[2, i] + radius) ** 2
                if up2 < radius * radius:
                    _land(s, a, i, h[i], radius, fall)
                    fall[0, i] += step * h[i]
                    down[i] = 1
                    left -= 1
                if i % PER == 0 and step + 1 < PATH:
                    b = block[i // PER]
                    _node(predictions[b], step + 1, tracks[b].t + (step + 1) * h[i], a, i)
                    predictions[b].n_path = step + 2
        if left == 0:
            break
        for r in range(6):
            for i in range(lanes):
                s[r, i] = a[r, i]
    for b in range(n):
        landed = 0
        for i in range(b * PER, (b + 1) * PER):
            landed += down[i]
        if landed == PER:
            sigma_max = fixed.tracker[0].sigma_max
            _finish(tracks[block[b]], predictions[block[b]], b * PER, shift, fall, sigma_max)


@kernel
def _node(prediction, j, t, s, i):
    """Store lane i as node j of a predicted path."""
    node = prediction.path[j]
    node[0] = t
    for r in range(6):
        node[1 + r] = s[r, i]


@kernel
def _finish(track, prediction, i0, shift, fall, sigma_max):
    """Impact and its covariance J P J^T from the lanes of one track."""
    P = track.P
    J = np.empty((3, 7))
    for c in range(7):
        i = i0 + c + 1
        for r in range(3):
            J[r, c] = (fall[r, i] - fall[r, i0]) / shift[i] if shift[i] > 0.0 else 0.0
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
    # One square metre keeps the ellipse from collapsing where P has lost rank.
    major = 0.5 * (sxx + syy) + sqrt(0.25 * (sxx - syy) ** 2 + sxy * sxy)
    prediction.known = np.int64(major <= sigma_max**2 and sxx > 0.0 and syy > 0.0)
