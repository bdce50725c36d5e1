"""The plots that a track keeps, in order of time."""

import numpy as np

from opendome._jit import kernel
from opendome.kernels.radar import unlocal

WINDOW = 40  # plots that are kept for re-linearising

# Columns of a window's row.
T, RADAR, RANGE, AZ, EL, RATE, SIGMA_R, SIGMA_A, SIGMA_RATE = range(9)


@kernel
def write_row(w, plot):
    """A plot as a window row."""
    w[T], w[RADAR] = plot.t, plot.radar
    w[RANGE], w[AZ], w[EL], w[RATE] = plot.range, plot.az, plot.el, plot.rate
    w[SIGMA_R], w[SIGMA_A], w[SIGMA_RATE] = plot.sigma_r, plot.sigma_a, plot.sigma_rate


@kernel
def keep(e, plot):
    """Put a plot into the window, in order of time.  Returns its place, or -1: it is full."""
    if e.n_window == WINDOW:
        return -1
    i = e.n_window
    while i > 0 and e.window[i - 1, T] > plot.t:
        for c in range(9):
            e.window[i, c] = e.window[i - 1, c]
        i -= 1
    write_row(e.window[i], plot)
    e.n_window += 1
    return i


@kernel
def drop_first(e):
    """Take the oldest plot out of the window."""
    for i in range(1, e.n_window):
        for c in range(9):
            e.window[i - 1, c] = e.window[i, c]
    e.n_window -= 1


@kernel
def place(w, radars):
    """Point of a window row in the scenario's frame, m."""
    r, az, el = w[RANGE], w[AZ], w[EL]
    g = r * np.cos(el)
    return unlocal(radars[np.int64(w[RADAR])], g * np.sin(az), g * np.cos(az), r * np.sin(el))
