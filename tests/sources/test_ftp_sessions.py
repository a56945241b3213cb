"""Over TLS, both connections of a transfer show that they have the same client: one session (vsftpd asks for it)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from feedsync.sources.network import Network
from tests.sources.conftest import CERTIFICATE, Pull

REPLIES = {
    "USER": "331 go on",
    "PASS": "230 in",
    "PBSZ": "200 ok",
    "PROT": "200 ok",
    "TYPE": "200 ok",
    "SIZE": "213 3",
    "MDTM": "213 20231114221320",
    "QUIT": "221 bye",
}


class Strict:
    """Sends a file only over a data connection that continues the control connection's session."""

    def __init__(self, version: ssl.TLSVersion) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)
        self._context.minimum_version = self._context.maximum_version = version
        self._control = socket.create_server(("127.0.0.1", 0))
        self._data = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._control.getsockname()[1]
        self.reused: list[bool | None] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        plain, _ = self._control.accept()
        with plain, suppress(OSError):
            plain.sendall(b"220 hello\r\n")
            if plain.recv(100) != b"AUTH TLS\r\n":
                return
            plain.sendall(b"234 go\r\n")
            with self._context.wrap_socket(plain, server_side=True) as control, control.makefile("r") as lines:
                for line in lines:
                    self._answer(line.split()[0], control)

    def _answer(self, command: str, control: ssl.SSLSocket) -> None:
        if command == "PASV":
            port = self._data.getsockname()[1]
            control.sendall(f"227 at (127,0,0,1,{port >> 8},{port & 255})\r\n".encode())
        elif command == "RETR":
            control.sendall(b"150 here\r\n")
            accepted, _ = self._data.accept()
            with self._context.wrap_socket(accepted, server_side=True) as data:
                self.reused.append(data.session_reused)
                data.sendall(b"id\n")
            control.sendall(b"226 all\r\n")
        else:
            control.sendall(f"{REPLIES[command]}\r\n".encode())

    def close(self) -> None:
        """End the thread, also when nobody came."""
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._control.close()
        self._data.close()


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def strict(request: pytest.FixtureRequest) -> Iterator[Strict]:
    made = Strict(request.param)
    yield made
    made.close()


def test_the_data_connection_continues_the_session(strict: Strict, pull: Pull) -> None:
    tls = ssl.create_default_context(cafile=str(CERTIFICATE))
    network = Network(resolver=lambda _host, _port: ["127.0.0.1"], tls=tls)
    document = pull(f"ftps://feeds.test:{strict.port}/feed.csv", network=network)
    assert (document.path.read_bytes(), document.short) == (b"id\n", None)
    assert strict.reused == [True]
