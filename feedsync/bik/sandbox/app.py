"""The HTTP side of the sandbox: Bik's API below ``/integrations``, and the control endpoints below ``/_sandbox``.

A request goes through here in a fixed order: path, size, credentials, faults, JSON, the call itself. Every answer of
the API is Bik's envelope, also for a path that does not exist; what a call does is :mod:`.calls`' part.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feedsync.bik.sandbox.calls import RefusalError
from feedsync.bik.sandbox.control import control_routes
from feedsync.bik.sandbox.faults import Fault, Strike
from feedsync.bik.sandbox.schema import BASE, CALLS
from feedsync.bik.sandbox.service import Service
from feedsync.bik.sandbox.settings import DEFAULTS, SandboxSettings
from feedsync.bik.sandbox.state import decode, encode

#: A larger body is refused with 413 (bytes).
MAX_BODY: Final = 10 * 1024 * 1024
#: The key of the ASGI scope's ``state`` under which the server puts the function that closes the connection.
CLOSE: Final = "close_connection"


def build_app(
    *,
    state: Path | None = None,
    key: str = "sandbox",
    secret: str = "sandbox",
    app_id: str = "sandbox",
    faults: Sequence[Fault] = (),
    settings: SandboxSettings = DEFAULTS,
) -> Starlette:
    """The sandbox as an ASGI application, for a server or a client in the same process.

    ``cut_before`` and ``cut_after`` need the server of ``Sandbox`` or ``serve``; elsewhere they raise
    ConnectionAbortedError into the server.
    """
    return app_of(Service(state=state, key=key, secret=secret, app_id=app_id, faults=faults, settings=settings))


def app_of(service: Service) -> Starlette:
    """The ASGI application over a service."""
    return Starlette(routes=[*control_routes(service), Route("/{path:path}", _Bik(service))])


class _Answer(msgspec.Struct, frozen=True):
    """What is sent back: the HTTP status (None: the connection is cut) and the envelope, or bytes in its place."""

    status: int | None
    envelope: dict[str, Any] = {}
    raw: bytes = b""
    headers: dict[str, str] = {}


_CUT: Final = _Answer(None)


def _envelope(status: int | str, *messages: str) -> dict[str, Any]:
    return {"status": status, "errors": [{"message": message} for message in messages]}


def _error(status: int, *messages: str, headers: dict[str, str] | None = None) -> _Answer:
    return _Answer(status, _envelope(status, *messages), headers=headers or {})


_UNAUTHORIZED: Final = _error(
    401, "The app key or the app secret is wrong.", headers={"WWW-Authenticate": 'Basic realm="Bik"'}
)


class _Asked(msgspec.Struct, frozen=True):
    """A request, decoded as far as that was possible."""

    #: what follows the base URL
    path: str
    known: bool
    too_large: bool = False
    value: Any = None
    #: why the body cannot be read, if so
    broken: str | None = None
    #: of the records or the ids in the body, as they were sent
    ids: list[object] = []


async def _read(request: Request) -> _Asked:
    """Read a request to its end, since an answer sent earlier than that may not reach the client."""
    path = request.scope["path"].removeprefix(BASE + "/")
    call = CALLS.get(path) if request.method == "POST" and request.scope["path"].startswith(BASE + "/") else None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    if call is None or size > MAX_BODY:
        return _Asked(path, call is not None, too_large=size > MAX_BODY)
    if size == 0:
        return _Asked(path, True, value={})
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return _Asked(path, True, broken="The Content-Type must be application/json.")
    try:
        value = decode(b"".join(chunks))
    except ValueError as error:
        return _Asked(path, True, broken=f"The body is not valid JSON: {error}.")
    entries = value.get(call.key) if isinstance(value, dict) else None
    entries = entries if isinstance(entries, list) else []
    return _Asked(path, True, value=value, ids=[e.get("id") if isinstance(e, dict) else e for e in entries])


def _answer_of(fault: Fault, asked: _Asked) -> _Answer:
    """The answer that a fault decides."""
    match fault.kind:
        case "429":
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return _error(429, "Too many requests.", headers=headers)
        case "inner":
            return _Answer(200, _envelope(fault.status or 500, "Something went wrong. Try again later."))
        case "cut_before":
            return _CUT
        case "garbage":
            return _Answer(200, raw=b"<html><body>It works!</body></html>")
        case "poison":
            return _error(400, f"'products[{asked.ids.index(fault.id)}]' is invalid: the product {fault.id!r}.")
        case "unauthorized":
            return _UNAUTHORIZED
        case "forbidden":
            return _error(403, "This application must not do that.")
        case _:
            return _error(500, "Something went wrong. Try again later.")


class _Bik:
    """The endpoint of every path that is not a control endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            asked = await _read(request)
        except ClientDisconnect:
            return
        answer = await self._answer(asked, request.headers.get("authorization"))
        ids = [id_ for id_ in asked.ids if isinstance(id_, str)]
        number = self._service.remember(asked.path, answer.status, answer.envelope.get("status"), len(asked.ids), ids)
        if answer.status is None:
            await _cut(scope, receive)
            return
        content = answer.raw or encode(answer.envelope)
        media_type = "text/html" if answer.raw else "application/json"
        headers = {**(answer.headers or {}), "Date": formatdate(usegmt=True), "X-Request-Id": f"sandbox-{number}"}
        await Response(content, answer.status, headers, media_type)(scope, receive, send)

    async def _answer(self, asked: _Asked, authorization: str | None) -> _Answer:
        service = self._service
        if not asked.known:
            return _error(404, "There is no such API.")
        if asked.too_large:
            return _error(413, f"The body must not be larger than {MAX_BODY} bytes.")
        if authorization != service.authorization:
            return _UNAUTHORIZED
        put_ids = asked.ids if asked.path.endswith("products/createOrUpdate") else []
        strike = service.faults.strike(asked.path, put_ids)
        if strike.delay_s:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(service.stopping.wait(), strike.delay_s)
        if strike.decisive is not None:
            return _answer_of(strike.decisive, asked)
        answer = self._apply(asked, strike)
        return _CUT if strike.cut else answer

    def _apply(self, asked: _Asked, strike: Strike) -> _Answer:
        if asked.broken is not None:
            return _error(400, asked.broken)
        try:
            data = self._service.calls.apply(asked.path, asked.value, strike.lost)
        except RefusalError as refusal:
            return _error(refusal.status, *refusal.messages)
        # authPartnerViaKey answers with nothing but the status.
        return _Answer(200, {"status": 200} if data is None else {"status": 200, "success": True, "data": data})


async def _cut(scope: Scope, receive: Receive) -> None:
    close = scope.get("state", {}).get(CLOSE)
    if close is None:
        raise ConnectionAbortedError("the sandbox was asked to cut this connection")
    close()
    # The server calls it a fault of the application if this returns before it has noticed the disconnection.
    await receive()
