"""Prepared scenarios, once a session: flyout tables and the compiler take their time."""

import pytest

from opendome import engine, scenario
from opendome.interceptor_tables import interceptor_tables
from opendome.kernels.atmosphere import air_table
from opendome.kernels.ballistics import drag_table
from opendome.kernels.nature import standard
from opendome.kernels.terrain import flat, masks
from opendome.world import Fixed


@pytest.fixture(scope="session")
def two_towns():
    """The scenario two-towns, ready to run."""
    return engine.prepare(scenario.load("two-towns"))


def _sensed(name):
    """A scenario as radar, tracker and prediction see it: no flyouts, so quick uncompiled."""
    p = scenario.load(name).tables()
    air, drag = air_table(), drag_table()
    return Fixed(
        p.classes, p.places, p.radars, p.interceptors, p.batteries, p.tracker, p.doctrine,
        p.warning_rule, p.stock, air, drag, interceptor_tables(p.interceptors[:0], air, drag),
        *engine.place_index(p.places), p.radius,
        standard(p.origin[0], len(p.classes)),
        masks(flat(), p.radars["x"], p.radars["y"], p.radars["z"], p.radius),
    )  # fmt: skip


@pytest.fixture(scope="session")
def sensed():
    """The tables of two-towns without flyouts.  Copy what you change."""
    return _sensed("two-towns")


@pytest.fixture(scope="session")
def may_2021():
    """The tables of may-2021 without flyouts."""
    return _sensed("may-2021")
