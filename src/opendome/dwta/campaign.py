"""What a round is worth today, given the raids of the days to come and the resupply.

A dynamic programme over days.  On a day with savings m_1 >= m_2 >= ... (value times kill
probability of what comes) n rounds save m_1 + ... + m_n, and

    V_d(s) = E max over n <= s of m_1 + ... + m_n + V_{d+1}(s - n + r_d),     V_D = 0.

Both parts are concave, so the maximum merges their marginals in falling order, and the value of
the x-th round is the mean over the sampled days of the x-th of the merged list.  Inside a day its
threats are known, which makes the value of a round for that day an upper one.

Source: the sequential stochastic assignment problem, Derman, Lieberman and Ross, Management
Science 18(7), 1972, with days in place of single arrivals.
"""

from collections.abc import Sequence

import numpy as np


def round_values(
    days: Sequence[Sequence[np.ndarray]], resupply: Sequence[float] | float, most: int
) -> np.ndarray:
    """Value of one more round at the start of each day, by the rounds that are held.

    Parameters
    ----------
    days : sequence (days) of sequences (samples) of float arrays
        Savings of the threats of a day, one array a sample of it, any order, all >= 0.
    resupply : float or sequence (days,)
        Rounds that arrive after each day; the part below one is left out.
    most : int
        Rounds up to which the value is wanted.

    Returns
    -------
    value : float array (days + 1, most + 1)
        value[d, x]: what the round x + 1 saves from day d on, with x held before it.  Falls in x;
        the last row, after the last day, is zero.

    Raises
    ------
    ValueError
        A saving is negative or not finite, or a day has no sample.
    """
    if most < 0:
        raise ValueError(f"most = {most}: want 0 or more")
    arriving = np.broadcast_to(np.asarray(resupply, float), (len(days),))
    room = most + 1 + int(np.floor(arriving).sum())
    value = np.zeros((len(days) + 1, room))
    for d in range(len(days) - 1, -1, -1):
        r = int(arriving[d])
        kept = np.zeros(room)
        kept[: room - r] = value[d + 1, r:]
        if not len(days[d]):
            raise ValueError(f"days[{d}]: no sample (want at least one)")
        for saves in days[d]:
            m = np.asarray(saves, float)
            if not (np.isfinite(m).all() and (m >= 0.0).all()):
                raise ValueError(f"days[{d}]: savings must be finite and >= 0")
            value[d] += np.sort(np.concatenate([m, kept]))[::-1][:room]
        value[d] /= len(days[d])
    return value[:, : most + 1]
