"""Closed forms of saturation on numbers that can be checked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from opendome.study import analytic


def a_defence(stock, channels):
    battery = SimpleNamespace(launchers=1, rounds_per_launcher=stock, channels=channels)
    barrage = SimpleNamespace(duration=300.0)
    return SimpleNamespace(batteries=(battery,), threat=SimpleNamespace(barrages=(barrage,)))


def check(threatened, fired, stock, channels, stop=0.9, rounds=1.0):
    row = SimpleNamespace(point=0, mean=0.0, low=0.0, high=0.0)
    at = {"threatened": np.full(4, float(threatened)), "rounds_used": np.full(4, float(fired))}
    return analytic._check(row, a_defence(stock, channels), at, stop, rounds)


def test_stock__kills_a_binomial_number_of_the_rockets_that_meet_a_round():
    got = check(100, 60, 60, 1000)
    assert (got.law, got.holds) == ("stock", True)
    assert got.expected == pytest.approx(100 - 0.9 * 60)
    assert got.spread == pytest.approx((0.9 * 0.1 * 60) ** 0.5)


def test_stock__does_not_bind_while_there_are_rounds():
    got = check(40, 40, 60, 1000)
    assert got.expected == pytest.approx(40 - 0.9 * 40)
    two = check(40, 60, 60, 1000, rounds=2.0)  # sixty rounds are enough for thirty
    assert two.expected == pytest.approx(40 - 0.9 * 30)
    assert two.holds


def test_holds__only_where_the_rounds_are_those_assumed():
    assert not check(100, 50, 60, 1000).holds


def test_channels__lose_what_erlang_says(monkeypatch):
    monkeypatch.setattr(analytic, "guidance_time", lambda s: 12.0)
    got = check(100, 63, 500, 4)
    # Offered load 100 / 300 s * 12 s = 4 erlangs on 4 channels: B = 0.3107 (tables of Erlang B).
    assert got.law == "channels"
    assert got.expected == pytest.approx(100 - 0.9 * 100 * (1 - 0.3107), abs=0.01)
