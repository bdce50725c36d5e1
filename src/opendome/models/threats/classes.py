"""Shipped rocket classes: generic, from open literature, fitted to published ranges."""

import tomllib
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[2] / "data" / "rocket_classes.toml"


def load_classes() -> dict[str, dict[str, Any]]:
    """Read the shipped rocket classes as they stand in the file: name -> keys with units.

    Made by `scripts/fit_classes.py`; the sub-table `grade` says for every key whether it is
    published, derived, calibrated or assumed.
    """
    with PATH.open("rb") as file:
        return tomllib.load(file)
