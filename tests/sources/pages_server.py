"""A paged API on loopback, over connections that stay open, whose every answer a test decides."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
import stamina.instrumentation

from feedsync.settings_pages import Pages
from feedsync.sources.document import Credentials, Document, Limits
from feedsync.sources.pages import fetch_pages

stamina.instrumentation.set_on_retry_hooks([])  # they would print

#: Without pauses, so that no test sleeps.
QUICK = Limits(backoff_s=0.0, connect_timeout_s=5.0, read_timeout_s=5.0)


class Request(msgspec.Struct):
    """What was asked for; header names are in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def page(self) -> int:
        return int(self.query.get("page", "1"))


class Reply(msgspec.Struct):
    """What is answered: a JSON value, or bytes as they are; ``cut`` closes the connection before the end."""

    value: Any = None
    headers: dict[str, str] = {}
    status: int = 200
    cut: bool = False
    kind: str = "application/json"

    @property
    def body(self) -> bytes:
        return self.value if isinstance(self.value, bytes) else json.dumps(self.value).encode()


class Api:
    """The server; a test puts its function into ``answer``."""

    def __init__(self, port: int) -> None:
        self.answer: Callable[[Request], Reply] = lambda _: Reply(status=404)
        self.requests: list[Request] = []
        self.connections = 0
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"

    def serves(self, answer: Callable[[Request], Reply]) -> None:
        """Begin anew with another answer."""
        self.answer = answer
        self.requests.clear()
        self.connections = 0

    @property
    def pages(self) -> list[int]:
        """The numbers of the pages that were asked for, in order."""
        return [request.page for request in self.requests]


@contextmanager
def paged_api() -> Iterator[Api]:
    """Run a server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def setup(self) -> None:
            super().setup()
            api.connections += 1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            request = Request(parts.path, query, headers)
            api.requests.append(request)
            reply = api.answer(request)
            body = reply.body
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + reply.cut))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = Api(server.server_address[1])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def running_api() -> Iterator[Api]:
    """One server for a module, which says ``api = running_api``."""
    with paged_api() as api:
        yield api


def fetched(location: str, spool_dir: Path, settings: Mapping[str, Any], **options: Any) -> Document:
    """Fetch a paged feed with loopback allowed and no pauses."""
    options = {"limits": QUICK, "allow_private_hosts": ("127.0.0.0/8",), "credentials": Credentials(), **options}
    return fetch_pages(location, Pages.model_validate(dict(settings)), spool_dir=spool_dir, **options)


def records_of(document: Document) -> list[Any]:
    """The records of a document, read as JSON Lines."""
    lines = document.path.read_bytes().split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line) for line in lines]


def items(*ids: int) -> list[dict[str, Any]]:
    """Records with these ids."""
    return [{"id": number, "title": f"Item {number}"} for number in ids]


def ids_of(document: Document) -> list[int]:
    """The ids of a document's records."""
    return [record["id"] for record in records_of(document)]


def page_of(records: Sequence[Any], number: int, size: int) -> list[Any]:
    """Page ``number`` (from 1) of a list."""
    return list(records[(number - 1) * size : number * size])


def break_disk(spool_dir: Path) -> None:
    """Put a file in the place of the spool's folder."""
    if spool_dir.is_dir():
        shutil.rmtree(spool_dir)
        spool_dir.write_bytes(b"")
