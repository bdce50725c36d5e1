"""A scan of recorded plots: the tracker, the predictions, and a row for every confirmed track."""

import numpy as np

from opendome._jit import kernel
from opendome.kernels.dwells import ahead
from opendome.kernels.endpoints import project, trace_back
from opendome.kernels.impact import predict_impacts
from opendome.kernels.intake import COAST
from opendome.kernels.measurement import active, scales
from opendome.kernels.motion import BETA
from opendome.kernels.radar import covers
from opendome.kernels.tracks import CONFIRMED, follow
from opendome.tables import NOT_AT_ALL, SEARCH


@kernel
def scan_recorded(clock, fixed, belief, truth, scratch, plots, first, last, rows, n_rows):
    """Track the plots first .. last - 1 as one scan at clock.t, and write rows.

    Returns
    -------
    int
        Rows written, from n_rows on; -1 if the tracker ran out of slots or edges, -2 if `rows` is
        too short (nothing was done).
    """
    if len(rows) - n_rows < len(belief.tracks):
        return -2
    for j in range(first, last):
        belief.plots[j - first] = plots[j]
        belief.plots[j - first].used = 0
    clock.n_plots = last - first
    clock.scan += 1
    _look(clock, fixed, belief)
    if not follow(clock, fixed, belief, truth, scratch):
        return -1
    predict_impacts(clock, fixed, belief, scratch)
    scales(fixed.tracker[0], scratch.k.scale)
    n = n_rows
    for i in range(clock.n_slots):
        if belief.tracks[i].status == CONFIRMED:
            e = belief.estimates[i]
            trace_back(e, fixed.tracker[0], fixed.drag, fixed.nature, scratch.k)
            _write(rows[n], clock.t, i, first, fixed.tracker[0], belief, scratch.k)
            n += 1
    return n - n_rows


@kernel
def _look(clock, fixed, belief):
    """Every radar is taken to look at all that it covers, in every scan."""
    for i in range(clock.n_slots):
        x, y, z = ahead(belief.tracks[i], clock.t)
        for k in range(len(fixed.radars)):
            seen = covers(fixed.radars[k], x, y, z, fixed.radius)
            belief.looks[i, k].kind = SEARCH if seen else NOT_AT_ALL


@kernel
def _write(row, t, i, first, rules, belief, k):
    """One row of a track."""
    track, p, e = belief.tracks[i], belief.predictions[i], belief.estimates[i]
    m, P = track.m, track.P
    row.time_s = t
    row.track = track.id
    row.x_m, row.y_m, row.z_m = m[0], m[1], m[2]
    row.vx_mps, row.vy_mps, row.vz_mps = m[3], m[4], m[5]
    n = 0
    for a in range(6):
        for b in range(a, 6):
            row.cov[n] = P[a, b]
            n += 1
    row.beta_kgpm2 = np.exp(m[6])
    row.sigma_ln_beta = np.sqrt(e.C[BETA, BETA]) * k.scale[BETA]
    known = p.known == 1
    row.impact_time_s = p.t_impact if known else np.nan
    row.impact_x_m = p.x if known else np.nan
    row.impact_y_m = p.y if known else np.nan
    row.impact_cov_xx = p.sxx if known else np.nan
    row.impact_cov_xy = p.sxy if known else np.nan
    row.impact_cov_yy = p.syy if known else np.nan
    S, at = k.A, k.g
    known = e.phase == COAST
    project(e, e.launch, e.L, active(e, rules), k.H[0], at, S)
    row.launch_time_s = at[0] if known else np.nan
    row.launch_x_m = at[1] if known else np.nan
    row.launch_y_m = at[2] if known else np.nan
    row.launch_cov_xx = S[1, 1] if known else np.nan
    row.launch_cov_xy = S[1, 2] if known else np.nan
    row.launch_cov_yy = S[2, 2] if known else np.nan
    row.hits = track.hits
    row.score = track.score
    row.nis = track.nis
    row.status = 2 if track.plot >= 0 else 3
    row.phase = e.phase
    row.plot = first + track.plot if track.plot >= 0 else -1
