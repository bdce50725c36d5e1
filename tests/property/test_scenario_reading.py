"""Whatever stands in a file, it is read or refused in lines; nothing else happens."""

import copy
import tomllib
from datetime import date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from opendome import scenario
from opendome.contradictions import contradictions
from opendome.errors import ScenarioError
from opendome.reader import build
from opendome.sections import Sections

TEXT = (scenario.FOLDER / "two-towns.toml").read_text(encoding="utf-8")

ODD = st.one_of(
    st.none().map(lambda _: {}),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([datetime(2021, 5, 11), date(2021, 5, 11), time(6), [], [[]], [{}], {"a": 1}]),
    st.lists(st.floats(), max_size=3),
)


def paths(raw, at=()):
    """Every place of a file at which a value stands."""
    steps = raw.items() if isinstance(raw, dict) else enumerate(raw)
    for key, value in steps:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*at, key))


PATHS = list(paths(tomllib.loads(TEXT)))


@settings(deadline=None, max_examples=300)
@given(path=st.sampled_from(PATHS), value=ODD)
def test_build__reads_or_explains_any_value_anywhere(path, value):
    raw = copy.deepcopy(tomllib.loads(TEXT))
    place = raw
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    problems = []
    found = build(Sections, raw, "", problems)
    assert (found is None) == bool(problems)
    if found is not None:
        problems += contradictions(found)
    assert all(problems)


@settings(deadline=None, max_examples=200)
@given(start=st.integers(0, len(TEXT)), length=st.integers(0, 80), new=st.text(max_size=3))
def test_parse__reads_or_explains_any_text(start, length, new):
    lines = ["x.toml"]
    try:
        scenario.parse(TEXT[:start] + new + TEXT[start + length :], "x")
    except ScenarioError as error:
        lines = [line for line in error.lines if not line.startswith("... and")]
    assert lines
    assert all(line.startswith("x.toml") and "\n" not in line for line in lines)
