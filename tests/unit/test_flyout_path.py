"""The drawn path of an interceptor is the flight that engagements count on."""

import numpy as np
import pytest

from opendome import scenario
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.kernels.flyout import fly_out
from opendome.kernels.flyout_path import FLYOUT_NODES, fly_out_path

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(("d", "h"), [(3_000.0, 2_000.0), (9_000.0, 5_000.0), (200.0, 4_000.0)])
def test_path__ends_where_and_when_the_flyout_does(d, h):
    kind, air, drag = scenario.load("two-towns").tables().interceptors[0], air_table(), drag_table()
    nodes = np.zeros((FLYOUT_NODES, 3))
    n = fly_out_path(d, h, kind, air, drag, nodes)
    tof, _, _, _, miss = fly_out(d, h, kind, air, drag)
    path = nodes[:n]
    assert path[-1, 0] == tof
    assert np.hypot(path[-1, 1] - d, path[-1, 2] - h) == pytest.approx(miss, abs=1e-6)
    assert miss < 10.0
    assert (np.diff(path[:, 0]) > 0.0).all()
    # A node a second but the last; no leg is longer than the greatest speed, 1,200 m/s, allows.
    assert np.diff(path[:-1, 0]) == pytest.approx(1.0, abs=1e-9)
    assert np.hypot(*np.diff(path[:, 1:], axis=0).T).max() < 1_200.0
