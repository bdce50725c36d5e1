"""The map below the shipped coast, where the user has given one: tiles of a server or of a file.

A PMTiles file holds a whole map; the page reads the tiles that it needs by ranges of bytes.
Source: Protomaps, PMTiles specification, version 3 (2022): a header of 127 bytes.
"""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from opendome.errors import ScenarioError

MAGIC, VERSION, HEAD = b"PMTiles", 3, 127
KIND_AT = 99  # byte of the header that says what a tile is
KINDS = {1: "vector", 2: "raster", 3: "raster", 4: "raster", 5: "raster"}  # MVT; PNG, JPEG, ...
ROUTE = "/api/tiles"
WANT = "want a .pmtiles file, or an address: https://.../{z}/{x}/{y}.png or https://.../x.pmtiles"


class Tiles(NamedTuple):
    """Where the page finds its tiles."""

    url: str
    pmtiles: bool
    file: Path | None = None  # what the server itself answers at `url`


def read(text: str) -> Tiles:
    """What --tiles says.

    Raises
    ------
    ScenarioError
        It is neither an address of tiles nor a PMTiles file.
    """
    address = urlsplit(text)
    if address.scheme in ("http", "https") and address.netloc:
        whole = address.path.endswith(".pmtiles")
        if not whole and not all(f"{{{part}}}" in text for part in "zxy"):
            raise ScenarioError(f"--tiles {text}: {WANT}")
        return Tiles(text, whole)
    path = Path(text)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise ScenarioError(f"--tiles {text}: {error.strerror}; {WANT}") from None
    if len(head) < HEAD or not head.startswith(MAGIC):
        raise ScenarioError(f"--tiles {text}: not a PMTiles file; {WANT}")
    if head[len(MAGIC)] != VERSION:
        raise ScenarioError(f"--tiles {text}: PMTiles version {head[7]}; want {VERSION}")
    if head[KIND_AT] not in KINDS:
        raise ScenarioError(f"--tiles {text}: tiles of kind {head[KIND_AT]}; want MVT or a picture")
    return Tiles(ROUTE, True, path.resolve())
