"""The application of ``feedsync web``: routes, the guard before them, and the server around them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feedsync.errors import ConfigError, FeedsyncError
from feedsync.report.page import style
from feedsync.settings import Schedule
from feedsync.web.guard import Access, Guard
from feedsync.web.held import HeldPages
from feedsync.web.rendering import failure
from feedsync.web.site import Site

TOKEN_LENGTH = 20


def app_of(names: Callable[[], list[str]], load: Callable[[str], Schedule], state: Path, access: Access) -> Starlette:
    """The application; see :class:`feedsync.web.site.Site` for the arguments."""
    site = Site(names, load, state)
    held = HeldPages(site)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(site.jobs.stop)

    own = "/s/{name}"
    app = Starlette(
        routes=[
            Route("/", site.overview),
            Route("/login", site.login_page),
            Route("/login", site.login, methods=["POST"]),
            Route("/logout", site.logout, methods=["POST"]),
            Route("/static/{file}", _static),
            Route("/jobs/{job:int}", site.job),
            Route("/jobs/{job:int}/progress", site.progress),
            Route(own, site.schedule),
            Route(f"{own}/runs/{{run:int}}", site.run),
            Route(f"{own}/runs/{{run:int}}/analysis", site.analysis),
            Route(f"{own}/products/{{id:path}}", site.product),
            Route(f"{own}/rejects", site.rejects),
            Route(f"{own}/held", held.show),
            Route(f"{own}/held", held.decide, methods=["POST"]),
            Route(f"{own}/start/run", site.start_run, methods=["POST"]),
            Route(f"{own}/start/dry-run", site.start_dry_run, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={HTTPException: failure, FeedsyncError: failure},
        lifespan=lifespan,
    )
    app.state.jobs = site.jobs
    return app


def read_token(path: Path) -> str:
    """The token for login, from a file.

    Raises:
        ConfigError: FS-902, it cannot be read or is too short to be safe.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError("FS-902", path=path, reason=reason) from None
    if len(token) < TOKEN_LENGTH:
        raise ConfigError("FS-902", path=path, reason=f"it has fewer than {TOKEN_LENGTH} characters")
    return token


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts on this address.

    Raises:
        ConfigError: FS-106, the port is taken, or the address is none of this machine.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError("FS-106", reason=f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    # Connections inherit it. asyncio does this only for sockets that name their protocol; without it an answer takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """uvicorn's server, for which a signal is the regular end: the first lets what is under way end, the second does not."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on SIGINT and SIGTERM."""
        self.force_exit = self.should_exit
        self.should_exit = True


def server_of(
    app: Starlette, host: str, port: int, *, certificate: Path | None = None, certificate_key: Path | None = None
) -> uvicorn.Server:
    """The server, ready to run; with a certificate it speaks https."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False, proxy_headers=False, ws="none",
        ssl_certfile=certificate, ssl_keyfile=certificate_key, timeout_graceful_shutdown=5,
    )  # fmt: skip
    return _Server(config)


def _static(request: Request) -> Response:
    name = request.path_params["file"]
    if name == "report.css":
        return Response(style(), media_type="text/css")
    kinds = {"web.css": "text/css", "live.js": "text/javascript"}
    if name not in kinds:
        raise HTTPException(404, "There is no such file.")
    return Response((files("feedsync.web") / "static" / name).read_bytes(), media_type=kinds[name])
