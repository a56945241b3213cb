"""A server on loopback whose every byte a test decides, and shortcuts to fetch from it."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Protocol

import paramiko
import pytest

from feedsync.sources import fetch
from feedsync.sources.document import Credentials, Document, Limits, Validators
from feedsync.sources.http import fetch_http
from feedsync.sources.network import SYSTEM, Network
from feedsync.sources.remote import fetch_remote
from tests.sources.sftp_server import CSV, SftpServer

#: Without pauses, so that no test sleeps.
QUICK = Limits(backoff_s=0.0, connect_timeout_s=5.0, read_timeout_s=5.0)

#: A key that guards nothing, and its certificate for feeds.test, valid for a hundred years.
CERTIFICATE = Path(__file__).with_name("feeds_test.pem")

Answer = Callable[[bytes], bytes]


def reply(body: bytes = b"<rss/>", *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole HTTP response; the length is stated unless a header says how the body ends."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


class Server:
    """Answers each connection with what the test's function makes of the request, and closes it."""

    def __init__(self, answer: Answer, address: str, *, tls: bool, hold: bool) -> None:
        self.requests: list[bytes] = []
        self._answer = answer
        self._hold = hold
        self._released = threading.Event()
        self._socket = socket.create_server((address, 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{address}:{self.port}"
        self._tls: ssl.SSLContext | None = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(CERTIFICATE)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._released.is_set():
                    return
                with suppress(OSError):
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with ExitStack() as stack:
            if self._tls is not None:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += connection.recv(65536) or b"\r\n\r\n"
            self.requests.append(request)
            connection.sendall(self._answer(request))
            if self._hold:
                self._released.wait()

    def close(self) -> None:
        """End the thread: the last connection is our own."""
        self._released.set()
        with suppress(OSError):
            socket.create_connection(self._socket.getsockname()[:2]).close()
        self._thread.join()
        self._socket.close()


class Serve(Protocol):
    """How a test starts a server."""

    def __call__(
        self, answer: Answer | bytes, address: str = "127.0.0.1", *, tls: bool = False, hold: bool = False
    ) -> Server: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers; ``hold`` keeps each connection open after the answer."""
    with ExitStack() as stack:

        def start(
            answer: Answer | bytes, address: str = "127.0.0.1", *, tls: bool = False, hold: bool = False
        ) -> Server:
            made = Server((lambda _: answer) if isinstance(answer, bytes) else answer, address, tls=tls, hold=hold)
            stack.callback(made.close)
            return made

        yield start


class Get(Protocol):
    """How a test fetches."""

    def __call__(
        self,
        url: str,
        *,
        validators: Validators = ...,
        credentials: Credentials = ...,
        limits: Limits = ...,
        allow: tuple[str, ...] = ...,
        progress: Callable[[int, int | None], None] | None = ...,
        network: Network = ...,
    ) -> Document: ...


@pytest.fixture
def spool_dir(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "spool"


@pytest.fixture
def get(spool_dir: Path) -> Get:
    """Fetch over HTTP with loopback allowed and no pauses."""

    def call(
        url: str,
        *,
        validators: Validators = Validators(),  # noqa: B008 (frozen)
        credentials: Credentials = Credentials(),  # noqa: B008 (frozen)
        limits: Limits = QUICK,
        allow: tuple[str, ...] = ("127.0.0.0/8",),
        progress: Callable[[int, int | None], None] | None = None,
        network: Network = SYSTEM,
    ) -> Document:
        return fetch_http(
            url,
            spool_dir=spool_dir,
            validators=validators,
            credentials=credentials,
            limits=limits,
            allow_private_hosts=allow,
            progress=progress,
            network=network,
        )

    return call


class Pull(Protocol):
    """How a test fetches from a file server or an object store."""

    def __call__(
        self,
        location: str,
        *,
        validators: Validators = ...,
        credentials: Credentials = ...,
        limits: Limits = ...,
        allow: tuple[str, ...] = ...,
        progress: Callable[[int, int | None], None] | None = ...,
        endpoint: str | None = ...,
        network: Network = ...,
    ) -> Document: ...


@pytest.fixture
def pull(spool_dir: Path) -> Pull:
    """Fetch from a file server or an object store with loopback allowed and no pauses."""

    def call(
        location: str,
        *,
        validators: Validators = Validators(),  # noqa: B008 (frozen)
        credentials: Credentials = Credentials(),  # noqa: B008 (frozen)
        limits: Limits = QUICK,
        allow: tuple[str, ...] = ("127.0.0.0/8",),
        progress: Callable[[int, int | None], None] | None = None,
        endpoint: str | None = None,
        network: Network = SYSTEM,
    ) -> Document:
        return fetch_remote(
            location,
            spool_dir=spool_dir,
            validators=validators,
            credentials=credentials,
            limits=limits,
            allow_private_hosts=allow,
            progress=progress,
            endpoint=endpoint,
            network=network,
        )

    return call


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home folder of its own, with a place for SSH's files and no agent."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Make a folder with a ``stock.csv`` that was written long ago."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "stock.csv").write_bytes(CSV)
    os.utime(folder / "stock.csv", (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture
def sftp(files: Path, home: Path) -> Iterator[SftpServer]:
    """Start an SFTP server whose host key is known; when a test is over, no client may be left."""
    with closing(SftpServer(files)) as made:
        (home / ".ssh" / "known_hosts").write_text(made.known_hosts_line())
        yield made
        left = [thread for thread in threading.enumerate() if isinstance(thread, paramiko.Transport)]
        assert all(transport.server_mode for transport in left)


@pytest.fixture
def document(tmp_path: Path) -> Callable[[bytes], Document]:
    """Make a local document of some bytes."""

    def make(data: bytes) -> Document:
        (tmp_path / "feed").write_bytes(data)
        return fetch("feed", base_dir=tmp_path, spool_dir=tmp_path)

    return make
