"""Zones on a raster against integration by others, and Erlang's formula against scipy's Poisson."""

import numpy as np
import pytest
import shapely
from scipy import stats

from opendome import zone_map
from opendome.kernels import zones
from opendome.study.analytic import erlang_b

pytestmark = pytest.mark.kernel


def chances(shapes, x, y, covariance):
    """Probability of each shape for one predicted impact, as the kernel has it."""
    r = zone_map.raster(np.array(shapes), 0.0)
    (sxx, sxy), (_, syy) = covariance
    n = len(shapes)
    rows, found, chance = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    count = np.zeros(n, np.int64)
    impacts = np.array([[x, y, sxx, sxy, syy]])
    k = zones.probabilities(impacts, zones.normal_points(), r, count, 0.0, rows, found, chance)
    got = np.zeros(n)
    got[found[:k]] = chance[:k]
    return got


def test_normal_points__have_the_moments_of_a_normal():
    p = zones.normal_points()
    assert p.mean(axis=0) == pytest.approx(0.0, abs=0.01)
    # The outermost radius is finite, so the variance is a little low.
    assert np.cov(p.T) == pytest.approx(np.eye(2), abs=0.02)


def test_probabilities__agree_with_scipys_bivariate_normal():
    rng = np.random.default_rng(4)
    for _ in range(25):
        a = rng.normal(size=(2, 2)) * 900.0
        covariance = a @ a.T + 1e4 * np.eye(2)
        x, y, w, h = *rng.uniform(-1500, 1500, 2), *rng.uniform(800, 5000, 2)
        box = shapely.box(x, y, x + w, y + h)
        law = stats.multivariate_normal([0.0, 0.0], covariance)
        want = law.cdf([x + w, y + h], lower_limit=[x, y])
        # 256 points resolve 0.004 each and a cell is 250 m; the worst of these is 0.03.
        assert chances([box], 0.0, 0.0, covariance)[0] == pytest.approx(want, abs=0.04)


def test_probabilities__of_zones_that_share_the_plane_sum_to_one():
    near = [shapely.box(-40e3, -40e3, 500.0, 40e3), shapely.box(500.0, -40e3, 40e3, 40e3)]
    got = chances(near, 0.0, 0.0, np.diag([4e6, 1e6]))
    assert got.sum() == pytest.approx(1.0, abs=0.02)  # cells on the border belong to one or none
    assert got[0] == pytest.approx(stats.norm.cdf(500.0 / 2000.0), abs=0.03)


@pytest.mark.parametrize("c", [1, 2, 4, 10, 50])
@pytest.mark.parametrize("a", [0.1, 1.0, 4.0, 40.0])
def test_erlang__is_a_truncated_poisson_law(c, a):
    want = stats.poisson.pmf(c, a) / stats.poisson.cdf(c, a)
    assert erlang_b(c, a) == pytest.approx(want, rel=1e-9)
