"""What the server says of a replication is what the result holds."""

import json
import struct
from itertools import pairwise

import numpy as np
import pytest

from opendome import frames
from opendome.web.replay import ellipse

KINDS = {"f4": "<f4", "f8": "<f8", "i4": "<i4", "u1": "<u1", "u2": "<u2"}


def tables(answer):
    """Tables of an answer, text in words."""
    content = answer.content
    size = struct.unpack_from("<I", content, 4)[0]
    found = {}
    for name, table in json.loads(content[8 : 8 + size])["tables"].items():
        columns = {}
        for c in table["columns"]:
            at = 8 + size + c["offset"]
            values = np.frombuffer(content, KINDS[c["type"]], table["rows"], at)
            columns[c["name"]] = np.array(c["words"])[values] if "words" in c else values
        found[name] = columns
    return found


def rows(result, name, rep):
    """Table of one replication."""
    table = result.table(name)
    return table.filter(table["rep"].to_numpy() == rep)


@pytest.mark.parametrize("rep", [0, 1])
def test_overview__is_the_result(client, result, rep):
    found = tables(client.get(f"/api/results/first/overview?rep={rep}"))
    outcomes, rockets = rows(result, "outcomes", rep), rows(result, "rockets", rep)
    assert found["rockets"]["outcome"].tolist() == outcomes["outcome"].to_pylist()
    assert found["rockets"]["class"].tolist() == rockets["rocket_class"].to_pylist()
    np.testing.assert_array_equal(found["rockets"]["launch"], rockets["launch_time_s"].to_numpy())
    assert found["shots"]["battery"].tolist() == rows(result, "shots", rep)["battery"].to_pylist()
    assert len(found["warnings"]["time"]) == rows(result, "warnings", rep).num_rows
    np.testing.assert_array_equal(
        found["stock"]["rounds"], rows(result, "stock", rep)["rounds"].to_numpy()
    )


def test_windows__hold_every_row_once(client, result):
    flights, tracks = rows(result, "flights", 0), rows(result, "tracks", 0)
    edges = np.arange(0.0, 4 * 3600.0 + 1.0, 1800.0)
    parts = [
        tables(client.get(f"/api/results/first/window?since={a}&until={b}"))
        for a, b in pairwise(edges)
    ]
    assert sum(len(p["flights"]["time"]) for p in parts) == flights.num_rows
    assert sum(len(p["tracks"]["time"]) for p in parts) == tracks.num_rows
    for part in parts:  # grouped, and in order of time within a group
        for name, key in (("flights", "rocket"), ("tracks", "track")):
            group, time = part[name][key].astype(float), part[name]["time"]
            assert ((np.diff(group) > 0) | ((np.diff(group) == 0) & (np.diff(time) >= 0))).all()


def test_window__positions_lead_back_to_metres(client, result):
    """float32 of a longitude at 35 degrees is good to 2e-6 degrees: 0.2 m, twice rounded 0.4 m."""
    found = tables(client.get("/api/results/first/window?since=0&until=14400"))["flights"]
    flights = rows(result, "flights", 0)
    order = np.lexsort((flights["time_s"].to_numpy(), flights["rocket"].to_numpy()))
    x, y, z = frames.enu(*(found[k].astype("f8") for k in ("lat", "lon", "h")), (31.50, 34.60))
    for got, name in ((x, "x_m"), (y, "y_m"), (z, "z_m")):
        np.testing.assert_allclose(got, flights[name].to_numpy()[order], atol=0.5)


def test_story__tells_what_the_tables_hold(client, result):
    shots = rows(result, "shots", 0)
    rocket = int(shots["rocket"].to_numpy()[shots["rocket"].to_numpy() >= 0][0])
    told = client.get(f"/api/results/first/rockets/{rocket}").json()
    outcome = rows(result, "outcomes", 0)["outcome"].to_pylist()[rocket]
    assert told["outcome"]["outcome"] == outcome
    assert len(told["shots"]) == np.count_nonzero(shots["rocket"].to_numpy() == rocket)
    tracked = rows(result, "tracks", 0)
    assert len(told["scans"]["time_s"]) == np.count_nonzero(tracked["rocket"].to_numpy() == rocket)
    assert any(d["fire"] > 0 and d["battery"] == "A" for d in told["decisions"])
    assert told["units"]["apogee_m"] == "m"
    # A confirmed track of a radar at 20 km is within hundreds of metres of the truth.
    assert 0.0 < np.median(told["scans"]["error_m"]) < 300.0


def test_story__of_an_untracked_rocket_is_short_but_whole(client, result):
    known = set(rows(result, "tracks", 0)["rocket"].to_pylist())
    rocket = next(r for r in range(40) if r not in known)
    told = client.get(f"/api/results/first/rockets/{rocket}").json()
    assert told["scans"]["time_s"] == []
    assert told["decisions"] == []


def test_missing__is_said_in_one_line(client):
    for path, told in (
        ("first/overview?rep=3", "replication 3 was not traced (traced: 0, 1)"),
        ("nothing/overview", "no result 'nothing'"),
        ("first/rockets/99999", "no rocket 99999: there are rockets 0 to"),
    ):
        answer = client.get(f"/api/results/{path}")
        assert answer.status_code == 404
        assert told in answer.json()["detail"]
    answer = client.get("/api/results/first/window?since=100&until=50")
    assert answer.status_code == 422


def test_campaign__agrees_with_the_summary(client, result):
    found = client.get("/api/results/first/campaign").json()
    for row, told in zip(result.summary(), found["figures"], strict=True):
        assert told["figure"] == row.figure
        assert told["verdict"] == row.verdict
    launched = next(f for f in found["figures"] if f["figure"] == "launched")
    assert launched["values"] == result.ledger()["launched"].tolist()
    raids = found["raids"]
    assert sum(r["launched"] for r in raids) == result.ledger()["launched"][0]
    assert {r["name"] for r in raids} == {"", "evening barrage"}


def test_compare__pairs_only_the_same_seed(client):
    found = client.get("/api/compare?a=first&b=second").json()
    assert found["paired"] is False
    same = client.get("/api/compare?a=first&b=first").json()
    assert same["paired"] is True
    assert all(row["difference"]["mean"] in (0.0, None) for row in same["figures"])


def test_ellipse__has_the_axes_of_the_covariance():
    rng = np.random.default_rng(1)
    for _ in range(20):
        a = rng.normal(size=(2, 2))
        p = a @ a.T
        major, minor, bearing = ellipse(*(np.array([v]) for v in (p[0, 0], p[0, 1], p[1, 1])))
        values, vectors = np.linalg.eigh(p)
        np.testing.assert_allclose([minor[0] ** 2, major[0] ** 2], values, rtol=1e-3, atol=1e-5)
        east, north = vectors[:, 1]
        apart = (np.degrees(np.arctan2(east, north)) - bearing[0]) % 180.0
        assert min(apart, 180.0 - apart) < 0.1
