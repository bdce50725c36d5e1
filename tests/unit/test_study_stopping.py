"""Sequential stopping: coverage at every look at once, and when it may stop."""

import numpy as np
import pytest
from scipy import stats

from opendome.study import stopping

LOOKS = np.unique(np.geomspace(stopping.FIRST_LOOK, 1_500, 30).astype(int))
T_QUANTILE = dict(zip(LOOKS, stats.t.ppf(0.975, LOOKS - 1), strict=True))


def _covered(samples: np.ndarray, mean: float, half_width) -> float:
    """Share of rows whose interval holds the mean at every look."""
    kept = [
        all(abs(row[:n].mean() - mean) <= half_width(row[:n]) for n in LOOKS) for row in samples
    ]
    return float(np.mean(kept))


def _t_half_width(values: np.ndarray) -> float:
    n = len(values)
    return T_QUANTILE[n] * values.std(ddof=1) / n**0.5


@pytest.mark.parametrize("name", ["normal", "exponential"])
def test_sequence__covers_at_all_looks_where_the_t_interval_fails(name):
    rng = np.random.default_rng(20)
    samples = getattr(rng, name)(size=(400, LOOKS[-1]))
    mean = 1.0 if name == "exponential" else 0.0
    # a share of 400 near 0.95 has a standard deviation of 0.011: two of them below 0.95
    assert _covered(samples, mean, stopping.confidence_half_width) > 0.928
    assert _covered(samples, mean, _t_half_width) < 0.75


def test_sequence__stops_at_a_false_difference_less_often_than_the_level_says():
    """Stopping as soon as zero is excluded, the temptation the sequence is made for."""
    rng = np.random.default_rng(21)
    samples = rng.normal(size=(400, LOOKS[-1]))
    false = 1.0 - _covered(samples, 0.0, lambda v: stopping.confidence_half_width(v, 0.90))
    assert false < 0.10


def test_half_width__is_least_where_it_is_asked_to_be():
    values = np.random.default_rng(22).normal(size=500)
    at = stopping.confidence_half_width(values, tightest=500)
    others = [stopping.confidence_half_width(values, tightest=t) for t in (250, 400, 630, 1_000)]
    assert all(at < other for other in others)


def test_half_width__scales_with_the_unit_and_ignores_the_origin():
    values = np.random.default_rng(23).normal(size=200)
    plain = stopping.confidence_half_width(values)
    # rounding of the shifted standard deviation only
    assert stopping.confidence_half_width(40.0 * values - 7.0) == pytest.approx(40 * plain, 1e-12)


def test_half_width__leaves_out_what_is_undefined():
    values = np.random.default_rng(24).normal(size=100)
    holed = np.insert(values, [0, 50], np.nan)
    assert stopping.confidence_half_width(holed) == stopping.confidence_half_width(values)


def test_half_width__never_stops_on_few_values_or_on_a_short_run_of_equal_ones():
    few = np.random.default_rng(25).normal(size=stopping.FIRST_LOOK - 1)
    assert stopping.confidence_half_width(few) == np.inf
    assert stopping.confidence_half_width(np.zeros(stopping.ALWAYS_EQUAL - 1)) == np.inf
    assert stopping.confidence_half_width(np.zeros(stopping.ALWAYS_EQUAL)) == 0.0


@pytest.mark.parametrize("half_width", [3.0, 0.3, 0.04])
def test_replications_needed__is_the_first_size_that_is_narrow_enough(half_width):
    n = stopping.replications_needed(2.0, half_width)
    rng = np.random.default_rng(26)

    def at(size):
        values = rng.normal(size=size)
        return stopping.confidence_half_width(2.0 * (values - values.mean()) / values.std())

    assert at(n) <= half_width * (1.0 + 1e-12)  # the rescaling above rounds
    assert n == stopping.FIRST_LOOK or at(n - 1) > half_width


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: stopping.confidence_half_width(np.arange(40.0), 1.0), "level = 1: want"),
        (lambda: stopping.confidence_half_width(np.arange(40.0), 0.9, 0), "tightest = 0: want"),
        (lambda: stopping.replications_needed(1.0, 0.0), "half_width = 0: want"),
    ],
)
def test_wrong_arguments__are_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
