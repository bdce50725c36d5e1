"""The teaching scenario with some text replaced, and what is said of it."""

import pytest

from opendome import scenario
from opendome.errors import ScenarioError

TEXT = (scenario.FOLDER / "two-towns.toml").read_text(encoding="utf-8")


def edited(*changes):
    """The teaching scenario with some text replaced; every replacement must find its text."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def lines(*changes):
    """What is wrong with the edited teaching scenario, without the name of the file."""
    with pytest.raises(ScenarioError) as caught:
        scenario.parse(edited(*changes), "x")
    assert "\n".join(caught.value.lines) == str(caught.value)
    assert not any("\n" in line for line in caught.value.lines)
    return [line.removeprefix("x.toml: ") for line in caught.value.lines]


def after(marker, addition):
    """A change that adds lines after a line."""
    return marker, f"{marker}\n{addition}"
