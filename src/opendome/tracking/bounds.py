"""The posterior Cramer-Rao bound of position, impact point and launch point.

For a body whose motion depends on constants theta (kernels/motion.py) the information of n plots
is the sum of theirs and the prior's,

    J_n = J_0 + sum_k (dh_k / dtheta)^T R_k^-1 (dh_k / dtheta),

and the bound of any function f of the constants is (df / dtheta) J_n^-1 (df / dtheta)^T.  Radar
biases and wind are constants with a prior like the others.

Source: Tichavsky, Muravchik, Nehorai, "Posterior Cramer-Rao bounds for discrete-time nonlinear
filtering", IEEE Trans. SP 46(5) (1998), for motion without process noise.  The information is that
at the flight given, not its mean over the prior.
"""

from typing import NamedTuple

import numpy as np

from opendome.kernels import ground, motion
from opendome.kernels.ballistics import drag_table
from opendome.kernels.measurement import N_PARAMETERS, measure, scales
from opendome.kernels.motion import N_MOTION
from opendome.kernels.nature import Nature
from opendome.tracking.radars import Sensors
from opendome.world import estimation


class Bound(NamedTuple):
    """Bounds after each plot; the arrays begin with the first."""

    position: np.ndarray  # (n,) m, root of the trace at the time of the plot
    impact: np.ndarray  # (n,) m, root of the trace
    launch: np.ndarray  # (n,) m, root of the trace
    impact_covariance: np.ndarray  # (n, 3, 3): s, m, m
    launch_covariance: np.ndarray  # (n, 3, 3)


def bound(
    parameters: np.ndarray,
    times: np.ndarray,
    sensors: Sensors,
    *,
    rate: bool = False,
    drag: np.ndarray | None = None,
) -> Bound:
    """Posterior Cramer-Rao bound of one flight, for the first radar.

    Parameters
    ----------
    parameters : ndarray (11,)
        Motion at times[0]: x y z (m), velocity (m/s), ln(beta / 1 kg m^-2), tilt and rise of the
        drag curve (1), wind east and north (m/s).
    times : ndarray (n,), s
        Of the plots.
    sensors : Sensors
        The radar's accuracy at high SNR, and the priors of the tracker: `sigma_velocity` and the
        other `sigma_...`; 0 means known.
    rate : bool
        Whether range rates are measured.
    drag : ndarray (4097,), optional
        Another drag curve.
    """
    drag = drag_table() if drag is None else drag
    rules, nature = sensors.tracker[0], sensors.nature
    scale = np.empty(N_PARAMETERS)
    scales(rules, scale)
    J = np.diag(np.r_[np.zeros(3), np.full(3, rules["sigma_velocity"] ** -2.0), np.ones(11)])
    s, F = np.zeros(motion.SIZE), np.zeros((6, N_MOTION))
    crossings = [
        _crossing(parameters, sign, s, drag, nature) * scale[:N_MOTION] for sign in (1.0, -1.0)
    ]
    motion.load_bundle(s, parameters)
    found: list[list[np.ndarray]] = []
    now = times[0]
    for t in times:
        motion.advance(s, t - now, drag, nature)
        now = t
        motion.derivatives(s, t - times[0], F)
        H, variance = _measurement(s, F, scale, sensors, rate)
        J = J + (H.T / variance) @ H
        C = np.linalg.pinv(J, hermitian=True) if len(found) < 1 else np.linalg.inv(J)
        C = C[:N_MOTION, :N_MOTION]
        at = F[:3] * scale[:N_MOTION]
        found.append([at @ C @ at.T, *(G @ C @ G.T for G in crossings)])
    position, impact, launch = (np.array(part) for part in zip(*found, strict=True))
    return Bound(
        _root(position), _root(impact[:, 1:, 1:]), _root(launch[:, 1:, 1:]), impact, launch
    )


def _root(covariances: np.ndarray) -> np.ndarray:
    return np.sqrt(np.trace(covariances, axis1=1, axis2=2))


def _measurement(
    s: np.ndarray, F: np.ndarray, scale: np.ndarray, sensors: Sensors, rate: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of a plot by all parameters, and its variances."""
    k, row = estimation(), sensors.radars[0]
    measure(s[: motion.STATE : motion.W].copy(), row, k.h, k.D)
    n = 4 if rate else 3
    H = np.zeros((n, N_PARAMETERS))
    H[:, :N_MOTION] = (k.D @ F * scale[:N_MOTION])[:n]
    for i in range(3):
        H[i, N_MOTION + i] = scale[N_MOTION + i]
    angle = row["sigma_a0"]
    wide = max(np.cos(k.h[2]), 0.1)
    sigma = np.array([row["sigma_r0"], angle / wide, angle, row["sigma_v0"]])
    return H, sigma[:n] ** 2


def _crossing(
    parameters: np.ndarray,
    sign: float,
    s: np.ndarray,
    drag: np.ndarray,
    nature: Nature,
) -> np.ndarray:
    """Derivatives (3, 11) of the impact (sign 1) or the launch (-1) by the parameters."""
    G, F = np.zeros((3, N_MOTION)), np.zeros((6, N_MOTION))
    motion.load_bundle(s, parameters)
    t = ground.to_ground(s, sign, drag, nature, np.empty(motion.STATE))
    ground.crossing_derivatives(s, t, F, G, nature)
    return G
