"""What stands before every page: which host was asked for, who asks, and what a browser may do with the answer.

- The host of the request must be ours, or a page of somebody else could reach this one under a name of its own (DNS
  rebinding).
- A change is taken only from a form of ours: its origin is ours, and it carries a token that no other page can read.
- With a token for login, nothing is shown without a session. The cookie is ``__Host-``: secure, for this host alone.
- The content security policy allows our own files. Pictures of a shop are shown only where the address says so.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "__Host-feedsync"
SESSION_S = 12 * 3600
#: The largest form that is read: the ids of some ten thousand products.
FORM_BYTES = 2 * 2**20
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OPEN = ("/login", "/static/")


class Access(msgspec.Struct, frozen=True):
    """Who may do what: hosts that the page answers to, the token for login (None: none needed), and whether to look only."""

    hosts: frozenset[str] = LOOPBACK
    token: str | None = None
    read_only: bool = False


class Guard:
    """The middleware, and the sessions that it knows. They are gone when the process ends."""

    def __init__(self, app: ASGIApp, access: Access, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._access, self._clock = app, access, clock
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        session = self._session(request)
        scope.setdefault("state", {}).update(
            guard=self, csrf=self.csrf(session), read_only=self._access.read_only, may_log_out=session is not None
        )

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), pictures=request.query_params.get("pictures") == "1")
            await send(message)

        answer = self._refusal(request, session)
        await (answer or self._app)(scope, receive, with_headers)

    def csrf(self, session: str | None) -> str:
        """What a form of this session carries."""
        return hmac.new(self._secret, (session or "").encode(), hashlib.sha256).hexdigest()

    def log_in(self, token: str) -> str | None:
        """A new session for the right token, or None."""
        right = self._access.token
        if right is None or not hmac.compare_digest(token.encode(), right.encode()):
            return None
        now = self._clock()
        self._sessions = {key: until for key, until in self._sessions.items() if until > now}
        session = secrets.token_urlsafe(32)
        self._sessions[session] = now + SESSION_S
        return session

    def log_out(self, request: Request) -> None:
        """End the session of a request."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)

    def _session(self, request: Request) -> str | None:
        session = request.cookies.get(COOKIE)
        return session if session and self._sessions.get(session, 0) > self._clock() else None

    def _refusal(self, request: Request, session: str | None) -> Response | None:
        host = _host_of(f"//{request.headers.get('host', '')}")
        if host not in self._access.hosts:
            return PlainTextResponse("This page does not answer to that host name (feedsync web --allow-host).\n", 421)
        if request.method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Method not allowed.\n", 405)
        if request.method == "POST" and not _ours(request.headers):
            return PlainTextResponse("This form does not come from this page.\n", 403)
        if self._access.token is not None and session is None and not request.url.path.startswith(_OPEN):
            return RedirectResponse("/login", 303)
        return None


async def form(request: Request) -> dict[str, list[str]]:
    """The fields of a form of ours.

    Raises:
        HTTPException: 413 too large, 400 no form, 403 without our token or where people may only look.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES:
            raise HTTPException(413, "The form is too large.")
    fields: dict[str, list[str]] = {}
    try:
        for key, value in parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=100_000):
            fields.setdefault(key, []).append(value)
    except ValueError:
        raise HTTPException(400, "This is no form.") from None
    sent = fields.get("csrf", [""])[0]
    if not hmac.compare_digest(sent.encode(), request.state.csrf.encode()):
        raise HTTPException(403, "This form is too old: go back, load the page again, and send it once more.")
    return fields


def may_change(request: Request) -> None:
    """Stop a change where people may only look (HTTPException 403)."""
    if request.state.read_only:
        raise HTTPException(403, "This page was started to look only (feedsync web --read-only).")


def _ours(headers: Headers) -> bool:
    """Whether a browser says that a request comes from a page of this host; browsers always say it with a form."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _protect(headers: MutableHeaders, *, pictures: bool) -> None:
    images = "http: https:" if pictures else "'none'"
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src {images}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
