"""Runs the sandbox: in a background thread for tests (:class:`Sandbox`), or in the foreground (:func:`serve`).

It is a real server, so that a client under test meets real sockets, timeouts and cut connections. It never prints, and
leaves no thread and no open socket behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from feedsync.bik.sandbox.app import CLOSE, app_of
from feedsync.bik.sandbox.faults import Fault
from feedsync.bik.sandbox.schema import BASE
from feedsync.bik.sandbox.service import Service
from feedsync.bik.sandbox.settings import DEFAULTS, RequestRecord, SandboxSettings


class _Protocol(H11Protocol):
    """Lets the application close the connection, which ASGI has no message for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        # asyncio does this only for sockets that name their protocol; without it every answer takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, CLOSE: transport.close}


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready, stops at once, and returns when a signal has ended it."""

    def __init__(self, service: Service, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app_of(service),
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                # A client's idle connection is never closed under its hands.
                timeout_keep_alive=3600,
                # A client that never finishes its request cannot hold up the end.
                timeout_graceful_shutdown=2,
            )
        )
        self._service = service
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """End :meth:`run`; may be called from any thread and from a signal handler, once it is ready."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._service.stopping.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on SIGINT and SIGTERM."""
        self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._on_ready()

    async def main_loop(self) -> None:
        """Wait for :meth:`stop`, without uvicorn's tick of 0.1 s."""
        await self._service.stopping.wait()
        # asyncio leaks a connection that it has accepted, but not set up, when the listener is closed. So accept no
        # more, and give what was accepted last the two turns of the loop that it needs.
        for server in self.servers:
            for listener in server.sockets:
                asyncio.get_running_loop().remove_reader(listener.fileno())
        for _ in range(2):
            await asyncio.sleep(0)


class Sandbox:
    """A local Bik on a port of its own, as a context manager that can be entered once.

    ``state``: the SQLite file that keeps what is stored; None for memory. ``port`` 0: any free one. ``key``, ``secret``
    and ``app_id``: what a client must send. ``faults`` are set from the start, and again after :meth:`reset`. What is
    stored can be filled before and read until the end of the ``with`` block. Entering raises OSError if the
    port is taken.
    """

    #: ``http://HOST:PORT/integrations``, known inside the ``with`` block
    base_url: str

    def __init__(
        self,
        *,
        state: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str = "sandbox",
        secret: str = "sandbox",
        app_id: str = "sandbox",
        faults: Sequence[Fault] = (),
        settings: SandboxSettings = DEFAULTS,
    ) -> None:
        self.key, self.secret, self.app_id = key, secret, app_id
        self._address = (host, port)
        self._service = Service(state=state, key=key, secret=secret, app_id=app_id, faults=faults, settings=settings)

    def __enter__(self) -> Self:
        """Start the server; it accepts requests when this returns."""
        try:
            listener = socket.create_server(self._address)
        except OSError:
            self._service.store.close()
            raise
        self.base_url = _base_url(listener)
        ready = threading.Event()
        self._server = _Server(self._service, ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="bik-sandbox", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server, its thread and the store."""
        self._server.stop()
        self._thread.join()
        self._service.store.close()

    def products(self) -> dict[str, dict[str, Any]]:
        """The stored products, by id."""
        return self._service.records("product")

    def catalogs(self) -> dict[str, dict[str, Any]]:
        """The stored catalogs, by id."""
        return self._service.records("catalog")

    def requests(self) -> list[RequestRecord]:
        """The requests so far, the oldest first; the control endpoints are not among them."""
        return self._service.requests()

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self._service.clear_requests()

    def add_fault(self, fault: Fault) -> None:
        """Set one more fault."""
        self._service.faults.add(fault)

    def faults(self) -> list[tuple[Fault, int]]:
        """The faults that are set, and how many requests each has hit, those it still delays among them."""
        return self._service.faults.counted()

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._service.faults.replace(())

    def reset(self) -> None:
        """Back to the start: nothing stored, nothing logged, and the faults that were given at the start."""
        self._service.reset()

    def put_products(self, *products: Mapping[str, Any]) -> None:
        """Store products as a person would, past the API: unchecked, unlogged and seen at once."""
        self._service.fill("product", products)

    def put_catalogs(self, *catalogs: Mapping[str, Any]) -> None:
        """Store catalogs as a person would, past the API: unchecked, unlogged and seen at once."""
        self._service.fill("catalog", catalogs)


def serve(
    *,
    state: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    key: str = "sandbox",
    secret: str = "sandbox",
    app_id: str = "sandbox",
    faults: Sequence[Fault] = (),
    settings: SandboxSettings = DEFAULTS,
    on_ready: Callable[[str], None],
) -> None:
    """Run a sandbox in the foreground until SIGINT or SIGTERM, then return; the arguments are those of ``Sandbox``.

    ``on_ready`` is called with the base URL when requests are accepted. Raises OSError if the port is taken.
    """
    service = Service(state=state, key=key, secret=secret, app_id=app_id, faults=faults, settings=settings)
    with contextlib.closing(service.store), socket.create_server((host, port)) as listener:
        url = _base_url(listener)
        _Server(service, lambda: on_ready(url)).run([listener])


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}{BASE}"
