"""Servers that speak FTP badly, or not at all: each word of theirs is a test's."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import msgspec
import pytest

from feedsync.errors import FeedsyncError
from tests.sources.conftest import QUICK, Pull

DATA = b"id,price\n1,2\n"
WHOLE = {
    "USER": "331 word-1",
    "PASS": "230 in",
    "TYPE": "200 ok",
    "SIZE": f"213 {len(DATA)}",
    "MDTM": "213 20231114221320.123",
    "RETR": "150 here",
    "": "226 all",
    "QUIT": "221 bye",
}


class Scripted:
    """Says ``welcome``, and to each command what ``says`` has for it; sends ``data`` and then what it has for ""."""

    def __init__(self, says: dict[str, str], data: bytes, welcome: str, *, hold: bool, reset: bool) -> None:
        self._says, self._data, self._welcome, self._hold, self._reset = says, data, welcome, hold, reset
        self.commands: list[str] = []
        #: is set by a test when the data have come
        self.came = threading.Event()
        self._released = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._data_socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"ftp://127.0.0.1:{self._socket.getsockname()[1]}/feed.csv"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection, suppress(OSError):
                if self._released.is_set():
                    return
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        connection.sendall(self._welcome.encode() + b"\r\n")
        with connection.makefile("r", newline="\r\n", errors="replace") as lines, ExitStack() as stack:
            for line in lines:
                command = line.split()[0]
                self.commands.append(line.strip())
                if command == "PASV":
                    port = self._data_socket.getsockname()[1]
                    connection.sendall(f"227 at (127,0,0,1,{port >> 8},{port & 255})\r\n".encode())
                    data = stack.enter_context(self._data_socket.accept()[0])
                    continue
                if command not in self._says:
                    return
                connection.sendall(f"{self._says[command]}\r\n".encode())
                if command == "AUTH":
                    # What comes now is no line any more.
                    self._released.wait()
                    return
                if command == "RETR" and self._says[command].startswith("1"):
                    with data:
                        data.sendall(self._data)
                        if self._reset:
                            self.came.wait()
                            data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        if self._hold:
                            self._released.wait()
                    connection.sendall(f"{self._says['']}\r\n".encode())

    def close(self) -> None:
        """End the thread: the last connection is our own."""
        self._released.set()
        self.came.set()
        socket.create_connection(self._socket.getsockname()).close()
        self._thread.join()
        self._socket.close()
        self._data_socket.close()


Script = Callable[..., Scripted]


@pytest.fixture
def script() -> Iterator[Script]:
    with ExitStack() as stack:

        def made(
            data: bytes = DATA,
            welcome: str = "220 word-1",
            *,
            hold: bool = False,
            reset: bool = False,
            **says: str | None,
        ) -> Scripted:
            said = {"" if name == "END" else name: text for name, text in says.items()}
            spoken = {name: text for name, text in (WHOLE | said).items() if text is not None}
            server = Scripted(spoken, data, welcome, hold=hold, reset=reset)
            stack.callback(server.close)
            return server

        yield made


def test_a_server_that_speaks_well(script: Script, pull: Pull) -> None:
    document = pull(script().url)
    assert (document.short, document.etag, document.path.read_bytes()) == (None, f"ftp:{len(DATA)}-1700000000", DATA)


@pytest.mark.parametrize(
    "says",
    [
        {"SIZE": "550 word-1", "MDTM": "500 what?"},
        {"SIZE": "213 many", "MDTM": "213 yesterday"},
        {"SIZE": "213 \u00b2", "MDTM": "213 99999999999999"},
        {"SIZE": "250 13", "MDTM": "213"},
        {"SIZE": "213 " + "9" * 5000},
    ],
)
def test_a_size_and_a_time_that_are_not_told(script: Script, pull: Pull, says: dict[str, str]) -> None:
    document = pull(script(**says).url)
    assert (document.short, document.etag, document.size_bytes) == (None, None, len(DATA))


def test_a_size_that_differs(script: Script, pull: Pull) -> None:
    document = pull(script(SIZE="213 99").url)
    assert document.short == f"the server ended it early, {len(DATA)} of 99 bytes came"
    assert document.etag is None


@pytest.mark.parametrize("end", ["426 word-1", "451 word-1", "nonsense"])
def test_a_transfer_that_the_server_gives_up(script: Script, pull: Pull, end: str) -> None:
    document = pull(script(END=end).url)
    assert document.short == f"the server did not say that this was all, {len(DATA)} of {len(DATA)} bytes came"


def test_silence_in_the_middle(script: Script, pull: Pull) -> None:
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.2)
    document = pull(script(SIZE="213 99", hold=True).url, limits=limits)
    assert document.short == f"nothing came for 0.2 s, {len(DATA)} of 99 bytes came"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"welcome": "421 word-1"}, "FS-202 the server answered 421"),
        ({"welcome": "554 word-1"}, "FS-202 the server answered 554"),
        (
            {"welcome": "HTTP/1.1 400 Bad Request"},
            "FS-207 nothing answered: the connection was closed, or what came is not FTP",
        ),
        ({"USER": "500 word-1"}, "FS-205 refused: the server cannot do what was asked (500); does it speak TLS?"),
        ({"PASS": "331 word-1", "ACCT": "331 word-1"}, "FS-202 the server answered 331"),
        ({"TYPE": None}, "FS-207 nothing answered: the connection was closed, or what came is not FTP"),
        ({"RETR": "450 word-1"}, "FS-202 the server answered 450"),
        ({"RETR": "226 word-1\r\n226 word-2"}, "FS-202 the server answered 226"),
    ],
)
def test_words_that_end_it(script: Script, pull: Pull, settings: dict[str, str], expected: str) -> None:
    with pytest.raises(FeedsyncError) as caught:
        pull(script(**settings).url)
    assert f"{caught.value.code} {str(caught.value).partition(': ')[2]}" == expected
    assert "word" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_data_connection_that_is_reset(script: Script, pull: Pull) -> None:
    server = script(SIZE="213 99", reset=True)
    document = pull(server.url, progress=lambda _done, _total: server.came.set())
    assert document.short == f"the connection was closed before the end, {len(DATA)} of 99 bytes came"


def test_a_fault_that_passes_is_tried_again(script: Script, pull: Pull) -> None:
    server = script(RETR="450 busy")
    with pytest.raises(FeedsyncError):
        pull(server.url)
    assert server.commands.count("RETR feed.csv") == QUICK.attempts


def test_a_reply_without_an_end(script: Script, pull: Pull) -> None:
    with pytest.raises(FeedsyncError, match="what came is not FTP"):
        pull(script(welcome="220-" + "\r\n220-and so on" * 30_000).url)


def test_a_server_that_never_answers(script: Script, pull: Pull) -> None:
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.1, attempts=1)
    with pytest.raises(FeedsyncError, match=r"no answer within 0\.1 s"):
        pull(script(welcome="220-").url, limits=limits)


def test_no_time_left(script: Script, pull: Pull) -> None:
    limits = msgspec.structs.replace(QUICK, total_timeout_s=0.3)
    began = time.monotonic()
    with pytest.raises(FeedsyncError, match=r"it took longer than 0\.3 s"):
        pull(script(welcome="220-").url, limits=limits)
    assert time.monotonic() - began < 3


def test_no_time_left_over_tls(script: Script, pull: Pull) -> None:
    limits = msgspec.structs.replace(QUICK, total_timeout_s=0.3)
    with pytest.raises(FeedsyncError, match=r"it took longer than 0\.3 s"):
        pull(script(AUTH="234 go").url.replace("ftp:", "ftps:"), limits=limits)
