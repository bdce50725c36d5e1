"""Calibration on a made-up simulator whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from opendome import calibrate as c
from opendome.estimate import FIGURES
from opendome.posterior import PARAMETERS


def test_targets__are_what_the_scenarios_mark():
    found = c.targets()
    assert {t.operation for t in found} == set(c.OPERATIONS)
    assert all(t.sigma > 0.0 for t in found)
    # The second half of May 2021 is held out: nothing after the fifteenth.
    assert all(t.days is None or t.days[1] <= 5 for t in found)
    whole = {t.figure.name for t in found if t.operation == "may-2021" and t.days is None}
    assert whole == {"barrage_hits"}  # of 11 May


def test_design__fills_every_column_evenly_and_rounds_are_whole():
    unit = c.design(64, 1)
    rounds = c.DESIGNED.index("rounds_per_target")
    assert set(unit[:, rounds]) == {0.0, 1.0}
    for i in set(range(unit.shape[1])) - {rounds}:
        assert np.bincount((unit[:, i] * 64).astype(int)).tolist() == [1] * 64


def test_physical__spans_the_prior():
    for p in PARAMETERS.values():
        ends = c.physical(p, np.array([0.0, 1.0]))
        assert ends == pytest.approx([p.low, p.high])
    middle = c.physical(PARAMETERS["dispersion"], np.array([0.5]))[0]
    assert middle == pytest.approx(np.sqrt(0.15 * 1.5))  # uniform in the logarithm


class Line:
    """A surface that is a straight line in one column."""

    def __init__(self, name, low, slope):
        self.name, self.low, self.slope = name, low, slope

    def mean(self, columns):
        return self.low + self.slope * columns[self.name]


def emulated(operation, figure, value, sigma, line):
    target = c.Target(operation, FIGURES[figure], None, value, sigma)
    return c.Emulated(target, line, 0.0)


def test_walk__finds_the_parameter_that_a_line_hides():
    # short_share = 0.4 unit: 0.1 is met at a quarter of misfire_share's prior, +-0.025 of it.
    line = Line("misfire_share", 0.0, 0.4)
    found = c.walk(
        [emulated("nov-2012", "short_share", 0.1, 0.01, line)], 3, 0, steps=800, burn=300
    )
    x = found.chain[:, c.WALKED.index("misfire_share.nov-2012")]
    # 64 walkers, 500 steps, about 60 steps of memory: 500 independent samples.
    assert np.mean(x) == pytest.approx(0.25, abs=0.005)
    assert np.std(x) == pytest.approx(0.025, rel=0.15)
    other = found.chain[:, c.WALKED.index("misfire_share.jul-2014")]
    assert np.mean(other) == pytest.approx(0.5, abs=0.06)  # the prior: nothing was said of it
    assert np.std(other) == pytest.approx(12**-0.5, rel=0.15)


def test_log_likelihood__of_deaths_is_about_their_logarithm():
    e = emulated("nov-2012", "killed", 6.0, 1.0, None)
    x = np.full((2, len(c.WALKED)), 0.5)
    half = PARAMETERS["exposure"]
    exposure = c.physical(half, np.array([0.5]))[0]
    met = c.log_likelihood(e, np.log(np.array([6.0, 12.0]) / exposure), x)
    assert met[0] == pytest.approx(0.0, abs=1e-12)
    assert met[1] == pytest.approx(-0.5 * np.log(2.0) ** 2 * 6.0)


def test_summary__holds_draws_of_everything_and_says_what_was_learned():
    rng = np.random.default_rng(2)
    chain = rng.uniform(size=(4000, len(c.WALKED)))
    chain[:, c.WALKED.index("reaction")] = 0.5 + 1e-4 * rng.uniform(size=4000)
    fit = c.Fit(chain, (), 0.3, 50.0, 80)
    found = c.summary(fit, 5)
    assert set(found["draws"]) == set(PARAMETERS)
    assert len(found["draws"]["aimed_share"]["new"]) == c.DRAWS
    assert found["parameters"]["reaction"]["learned"] == 1.0
    assert abs(found["parameters"]["dispersion"]["learned"]) < 0.1
    assert found["parameters"]["reaction"]["grade"] == "calibrated"
    assert set(found["draws"]["rounds_per_target"]) <= {1.0, 2.0}


def test_lighter__cuts_what_the_likelihood_does_not_read():
    from opendome import scenario

    s = scenario.load("may-2021")
    cut = scenario.parse(s.text, s.name, changes=c.lighter(s))
    assert cut.clock.end.isoformat() == "2021-05-16T00:00:00+03:00"
    # 2,800 at 20:00 and 2,900 at 07:00, interpolated.
    assert cut.threat.intervals[-1].launched == pytest.approx(2836, abs=1)
    assert c.lighter(scenario.load("jul-2014")) == {}


def test_figure_values__are_counts_and_shares():
    ledger = np.zeros(2, c.LEDGER.dtype)
    ledger["intercepted"], ledger["engaged"] = [90, 80], [100, 100]
    outcome = SimpleNamespace(ledger=ledger, daily=None)
    count = c.Target("jul-2014", FIGURES["intercepted"], None, 735.0, 1.0)
    share = c.Target("jul-2014", FIGURES["interception_rate"], None, 0.9, 1.0)
    assert c.figure_values(count, outcome).tolist() == [90.0, 80.0]
    assert c.figure_values(share, outcome).tolist() == [0.9, 0.8]
