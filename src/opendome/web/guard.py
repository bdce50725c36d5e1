"""Who may ask: the token, the origin of a request, its size.

The server starts programs and writes files, so a page of another site must not be able to make a
browser use it: requests must name this server as their host (DNS rebinding), come from this
server's own page (the Origin header), and what changes something must be JSON, which a foreign
form cannot send.
"""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

COOKIE = "opendome"
MOST_BODY = 6_000_000  # bytes: a scenario of the greatest size, as JSON
MOST_SESSIONS = 1000
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
OPEN = ("/api/login", "/api/session")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """ASGI middleware in front of everything.

    Parameters
    ----------
    app : ASGI application
    hosts : sequence of str
        Names by which a request may call this server; "*" for any (with a token).
    token : str, optional
        Without one, whoever reaches the server may use it.
    policy : str
        Content-Security-Policy of every answer.
    """

    def __init__(self, app: Any, hosts: tuple[str, ...], token: str | None, policy: str) -> None:
        self.app = app
        self.hosts = hosts
        self.token = token
        self.headers = (*HEADERS, (b"content-security-policy", policy.encode()))
        self.sessions: dict[str, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, self._headed(send))
        elif scope["type"] == "websocket":  # there are none; do not even shake hands
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(scope)
        if refused:
            await _answer(send, *refused)
            return
        content = await _content(receive)
        if content is None:
            await _answer(send, 413, _too_large())
        else:
            await self.app(scope, _again(content, receive), send)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and reason, or None if the request may pass."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host = headers.get("host", "")
        if "*" not in self.hosts and _name(host) not in self.hosts:
            return 403, f"this server is not {_name(host)!r}; open it by the address it printed"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "this request comes from another site's page"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "this request comes from another site's page"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY:
            return 413, _too_large()
        if scope["method"] not in ("GET", "HEAD", "DELETE"):
            kind = headers.get("content-type", "").split(";")[0].strip()
            if scope["path"].startswith("/api/") and kind != "application/json":
                return 415, "want a body of type application/json"
        if self._needs_token(scope["path"]) and not self.known(headers):
            return 401, "want the token that the server was started with"
        return None

    def _needs_token(self, path: str) -> bool:
        return self.token is not None and path.startswith("/api/") and path not in OPEN

    def known(self, headers: dict[str, str]) -> bool:
        """Whether the request carries the token, or the cookie of one who has shown it."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.matches(given.strip()):
            return True
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except Exception:  # a malformed cookie is no cookie
            return False
        return COOKIE in cookie and cookie[COOKIE].value in self.sessions

    def matches(self, given: str) -> bool:
        """Whether a text is the token, in a time that does not depend on where they differ."""
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def session(self) -> str:
        """A new session for one who has shown the token."""
        while len(self.sessions) >= MOST_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        name = secrets.token_urlsafe(32)
        self.sessions[name] = None
        return name

    def _headed(self, send: Send) -> Send:
        async def headed(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            await send(message)

        return headed


async def _content(receive: Receive) -> bytes | None:
    """The whole body, whatever its head promised; None if it goes on beyond the limit."""
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(content: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more; afterwards tell of the end of the connection."""
    given = False

    async def again() -> dict[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return again


def _too_large() -> str:
    return f"more than {MOST_BODY:,} bytes"


def _name(host: str) -> str:
    """Host without port."""
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host


async def _answer(send: Send, status: int, reason: str) -> None:
    body = json.dumps({"detail": reason, "errors": [reason]}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
