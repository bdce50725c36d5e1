"""Sphinx: `make docs`."""

from importlib.metadata import version as installed

project = "OpenDome"
author = "The OpenDome authors"
copyright = "The OpenDome authors, Apache-2.0"
release = version = installed("opendome")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "OpenDome"
exclude_patterns = ["_build"]
