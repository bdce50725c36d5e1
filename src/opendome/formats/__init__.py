"""What other programs read: one file a format, all from one evening (`evening.py`).

A format is a module with `SUFFIX`, `ABOUT` and `render(evening) -> str`; CSV holds the tables
themselves and has no evening.
"""

NAMES = ("csv", "czml", "geojson", "kml")
