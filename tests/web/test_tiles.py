"""--tiles: a PMTiles file under the shipped coast, without a request to anybody else."""

import gzip
import struct
import zlib
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image, ImageStat
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from opendome.errors import ScenarioError
from opendome.web import tiles

READY = "window.__state && window.__state()[0] && window.__state()[0].ready"
HEAD = {
    "min_lon_e7": -1800000000, "min_lat_e7": -850000000, "max_lon_e7": 1800000000,
    "max_lat_e7": 850000000, "center_zoom": 0, "center_lon_e7": 346000000,
    "center_lat_e7": 315000000,
}  # fmt: skip


def png(red, green, blue):
    """A picture of one colour, 256 by 256."""
    rows = (b"\0" + bytes((red, green, blue)) * 256) * 256

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def vector(name):
    """A tile of one line across it (Mapbox vector tile 2.1)."""
    line = b"".join(map(varint, (9, 0, 4096, 10, 8192, 8191)))  # from a corner to the other
    feature = varint(3 << 3) + varint(2) + field(4, line)
    layer = field(1, name.encode()) + field(2, feature) + varint(5 << 3) + varint(4096)
    return gzip.compress(field(3, layer + varint(15 << 3) + varint(2)))


def write(path, kind, content, levels=6, **metadata):
    """A map whose every tile, down to a level, is the same."""
    with path.open("wb") as file:
        writer = Writer(file)
        for z in range(levels):
            for x in range(2**z):
                for y in range(2**z):
                    writer.write_tile(zxy_to_tileid(z, x, y), content)
        packed = Compression.GZIP if kind is TileType.MVT else Compression.NONE
        writer.finalize({**HEAD, "tile_type": kind, "tile_compression": packed}, metadata)
    return path


@pytest.fixture(scope="module")
def raster(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiles") / "red.pmtiles"
    return write(path, TileType.PNG, png(200, 0, 0), attribution="made by a test")


def test_tiles__of_a_file_lie_under_the_coast(page, until, folder, raster, new_server):
    seen = []
    page.on("request", lambda r: seen.append(r.url))
    with new_server(folder, str(folder / "results" / "first"), "--tiles", str(raster)) as url:
        page.expected.append("outside")  # the fixture knows another server only
        page.goto(f"{url}/?cam=34.6,31.5,7,0,0")
        until(READY)
        until("window.__state()[0].below.length === 1")
        page.wait_for_timeout(1000)  # it fades in
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB").crop((600, 150, 900, 400))
        red, _, blue = ImageStat.Stat(picture).median
        assert red > 100 > blue  # sea and land of the dark theme have more blue than red
        hosts = {urlsplit(u).netloc for u in seen if not u.startswith(("data:", "blob:"))}
        assert hosts == {urlsplit(url).netloc}
        assert any(u.endswith("/api/tiles") for u in seen)
        assert "made by a test" in page.locator(".maplibregl-ctrl-attrib").text_content()


def test_tiles__of_lines_become_layers(page, until, folder, tmp_path, new_server):
    path = tmp_path / "roads.pmtiles"
    layers = [{"id": "roads", "fields": {}}]
    write(path, TileType.MVT, vector("roads"), levels=8, vector_layers=layers)
    with new_server(folder, "--tiles", str(path)) as url:
        page.expected.append("outside")
        page.goto(f"{url}/?cam=34.6,31.5,7,0,0")
        until(READY)
        until("window.__state()[0].below.includes('tiles-roads')")


def test_tiles__are_served_by_ranges_of_bytes(folder, raster, new_server):
    content = raster.read_bytes()
    with new_server(folder, "--tiles", str(raster), OPENDOME_TOKEN="a-token-of-the-tests") as url:
        key = {"authorization": "Bearer a-token-of-the-tests"}
        address = f"{url}/api/tiles"
        part = httpx.get(address, headers={**key, "range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, content[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
        beyond = httpx.get(address, headers={**key, "range": f"bytes={len(content)}-"})
        assert beyond.status_code == 416
        assert httpx.get(address, headers={"range": "bytes=0-9"}).status_code == 401
    assert content.startswith(tiles.MAGIC)


def test_tiles__that_fail_are_said_and_the_page_goes_on(page, until, folder, tmp_path, new_server):
    path = write(tmp_path / "gone.pmtiles", TileType.PNG, png(0, 0, 0), levels=1)
    with new_server(folder, "--tiles", str(path)) as url:
        path.write_bytes(b"PMTiles" + bytes(200))  # after the server has looked at it
        page.expected += ["outside", "error"]
        page.goto(f"{url}/")
        until(READY)
        page.locator(".below").wait_for()
        assert "--tiles cannot be read" in page.locator(".below").inner_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a PMTiles file"),
        (b"PK\3\4" + bytes(200), "not a PMTiles file"),
        (b"PMTiles\x02" + bytes(200), "PMTiles version 2; want 3"),
        (b"PMTiles\x03" + bytes(200), "tiles of kind 0; want MVT or a picture"),
    ],
)
def test_tiles__that_are_none_are_refused_in_one_line(tmp_path, content, said):
    path = tmp_path / "x.pmtiles"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=said) as refused:
        tiles.read(str(path))
    assert len(refused.value.lines) == 1


def test_tiles__may_be_an_address():
    assert tiles.read("https://a.b/{z}/{x}/{y}.png") == ("https://a.b/{z}/{x}/{y}.png", False, None)
    assert tiles.read("https://a.b/world.pmtiles").pmtiles
    for wrong in ("https://a.b/{z}.png", "ftp://a.b/{z}/{x}/{y}", "nowhere.pmtiles"):
        with pytest.raises(ScenarioError, match=r"want a \.pmtiles file, or an address"):
            tiles.read(wrong)
