"""Who may ask: origins, hosts, sizes, the token, and the paths that a request can reach."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest

from opendome.cli import main
from opendome.web import guard
from opendome.web.guard import Guard

TOKEN = "a-token-of-the-tests"


def raw(url, path):
    """Status and body of a path that is sent as it stands; httpx would tidy it."""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


def test_paths__reach_nothing_but_results_and_the_page(url, folder):
    (folder / "treasure.toml").write_text("gold = 1")
    for path in (
        "/../treasure.toml", "/..%2ftreasure.toml", "/%2e%2e/%2e%2e/treasure.toml", "/%00",
        "/....//treasure.toml", "/assets/../../../treasure.toml", "//etc/passwd", "/..%5ctreasure",
        f"/{folder}/treasure.toml", "/../server.py", "/..%2fserver.py",
    ):  # fmt: skip
        status, body = raw(url, path)
        assert status in (400, 404), path
        assert "gold" not in body
    for name in (
        "..", "%2e%2e", "first%2f..", "first/../second", "..%2ftreasure.toml", "", "x" * 101,
        str(folder / "results" / "first").replace("/", "%2f"),
    ):  # fmt: skip
        assert raw(url, f"/api/results/{name}/campaign")[0] in (404, 422), name
    for origin, name in (("file", "..%2ftreasure"), ("file", "treasure"), ("shipped", "..%2fx")):
        assert raw(url, f"/api/scenarios/{origin}/{name}")[0] == 404


@pytest.mark.parametrize("headers", [
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"host": "elsewhere.example"},
    {"host": "127.0.0.1.elsewhere.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
])  # fmt: skip
@pytest.mark.parametrize("path", ["/api/results", "/api/runs/1/events", "/"])
def test_requests__of_other_sites_are_refused(client, headers, path):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_requests__of_the_page_itself_pass(client, url):
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    assert client.get("/api/results", headers=headers).status_code == 200


def test_answers__forbid_frames_and_foreign_code(client):
    for path in ("/", "/api/session", "/api/results/none"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]


def test_bodies__must_be_json_and_small(client):
    assert client.post("/api/scenarios/check", data={"text": "x"}).status_code == 415
    plain = {"content-type": "text/plain"}
    assert client.post("/api/runs", content=b"{}", headers=plain).status_code == 415
    many = b"x" * (guard.MOST_BODY + 1)
    kind = {"content-type": "application/json"}
    assert client.post("/api/scenarios/check", content=many, headers=kind).status_code == 413
    pieces = (b"x" * 1_000_000 for _ in range(8))  # chunked: the head promises no length
    assert client.post("/api/scenarios/check", content=pieces, headers=kind).status_code == 413


def test_websockets__are_not_even_greeted(client):
    headers = {
        "connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    assert client.get("/api/runs/1/events", headers=headers).status_code != 101


def test_token__is_wanted_and_opens(folder, new_server):
    with new_server(folder, OPENDOME_TOKEN=TOKEN) as url, httpx.Client(base_url=url) as client:
        assert client.get("/api/results").status_code == 401
        assert client.get("/api/session").json()["known"] is False
        assert client.get("/").status_code == 200  # the page that asks for it
        assert client.get(f"/api/results?token={TOKEN}").status_code == 401  # never in an address
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/results", headers=bearer).status_code == 200
        wrong = {"authorization": f"Bearer {TOKEN}x"}
        assert client.get("/api/results", headers=wrong).status_code == 401
        assert client.post("/api/login", json={"token": "wrong"}).status_code == 401
        answer = client.post("/api/login", json={"token": TOKEN})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert TOKEN not in cookie
        assert client.get("/api/results").status_code == 200
        client.cookies.set(guard.COOKIE, "guessed", domain="127.0.0.1")
        made_up = {"cookie": f"{guard.COOKIE}=guessed"}
        assert httpx.get(f"{url}/api/results", headers=made_up).status_code == 401


def test_token__is_compared_in_constant_time(monkeypatch):
    asked = []

    def compare(a, b):
        asked.append((a, b))
        return a == b

    monkeypatch.setattr(guard.hmac, "compare_digest", compare)
    made = Guard(None, ("127.0.0.1",), TOKEN, "")
    assert made.known({"authorization": f"Bearer {TOKEN}"})
    assert not made.known({"authorization": "Bearer é"})
    assert len(asked) == 2
    assert not Guard(None, ("127.0.0.1",), None, "").matches("")


def test_sessions__are_forgotten_when_too_many():
    made = Guard(None, (), TOKEN, "")
    first = made.session()
    for _ in range(guard.MOST_SESSIONS):
        made.session()
    assert first not in made.sessions
    assert len(made.sessions) == guard.MOST_SESSIONS


@pytest.mark.parametrize(("words", "told"), [
    (["--host", "0.0.0.0"], "want --token"),
    (["--host", "0.0.0.0", "--token", "short"], "want 12 at least"),
    (["nowhere"], "no such folder"),
    (["--tiles", "ftp://x/{z}/{x}/{y}"], "want a .pmtiles file"),
    (["--port", "99999"], "99999"),
])  # fmt: skip
def test_serve__refuses_in_one_line(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["serve", *words])
    assert stopped.value.code == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert told in lines[-1]


def test_serve__says_that_a_port_is_taken(url, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--port", url.rpartition(":")[2]])
    assert stopped.value.code == 2
    assert "choose another --port" in capsys.readouterr().err
