"""A real service on loopback that is told things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from tests.serving import serving

TOKEN = "s3cret-t0ken"


class Heard(msgspec.Struct):
    """One message as it came."""

    path: str
    title: str
    body: str
    level: str


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Heard] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status < 300:
            self.server.heard.append(Heard(self.path, body["title"], body["message"], body["type"]))
        self.send_response(self.server.status)
        if self.server.status in (301, 302):
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Service:
    """What was heard, and how it answers from now on."""

    def __init__(self, server: _Server) -> None:
        self._server = server

    def address(self, path: str = TOKEN) -> str:
        """An address of apprise with secrets in it."""
        return f"json://user:{TOKEN}@127.0.0.1:{self._server.server_port}/{path}"

    def answer(self, status: int) -> None:
        """Answer with this status from now on."""
        self._server.status = status

    def heard(self) -> list[Heard]:
        """What was heard since the last time."""
        heard, self._server.heard = self._server.heard, []
        return heard

    def kinds(self) -> list[str]:
        """The titles alone, without the program's name."""
        return [one.title.removeprefix("feedsync shop: ") for one in self.heard()]


@contextmanager
def listening() -> Iterator[Service]:
    """The service, for the block."""
    with serving(_Server()) as server:
        yield Service(server)
