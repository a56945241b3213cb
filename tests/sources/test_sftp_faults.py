"""A transfer over SFTP that stops is kept; a file that changes meanwhile is not."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import msgspec
import pytest
from paramiko.sftp import SFTP_FAILURE

from feedsync.errors import Retryable
from feedsync.sources import Credentials
from tests.sources.conftest import QUICK, Pull, Serve
from tests.sources.sftp_server import CSV, SftpServer

LOGIN = Credentials(basic=("us@er", "wo:rd"))
HALF = 65536


@pytest.mark.parametrize("is_rude", [True, False])
def test_a_connection_that_is_cut(sftp: SftpServer, pull: Pull, is_rude: bool) -> None:
    def cut(server: SftpServer, offset: int) -> None:
        if offset >= HALF and server.transport is not None:
            (server.transport.sock if is_rude else server.transport).close()

    sftp.on_read = cut
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    # What was under way when it was cut may be lost or not.
    assert re.fullmatch(
        rf"the connection was closed before the end, (0|32768|{HALF}) of {len(CSV)} bytes came", document.short or ""
    )
    assert CSV.startswith(document.path.read_bytes())


def test_silence_in_the_middle(sftp: SftpServer, pull: Pull) -> None:
    sftp.on_read = lambda server, offset: server.silence.wait() and None if offset >= HALF else None
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.3)
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, limits=limits)
    assert document.short == f"nothing came for 0.3 s, {HALF} of {len(CSV)} bytes came"


def test_a_fault_of_the_server_in_the_middle(sftp: SftpServer, pull: Pull) -> None:
    sftp.on_read = lambda _server, offset: SFTP_FAILURE if offset >= HALF else None
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert document.short == f"the connection was closed before the end, {HALF} of {len(CSV)} bytes came"


def test_a_server_that_gives_less_than_it_is_asked_for(sftp: SftpServer, pull: Pull) -> None:
    data = bytes(range(256)) * 12_000
    (sftp.folder / "stock.csv").write_bytes(data)
    sftp.most_bytes = 10_000
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert (document.path.read_bytes() == data, document.short) == (True, None)


@pytest.mark.parametrize("size", [0, 1, 32768, 1024**2, 1024**2 + 1, 3 * 1024**2 - 1])
def test_sizes(sftp: SftpServer, pull: Pull, size: int) -> None:
    data = os.urandom(size)
    (sftp.folder / "stock.csv").write_bytes(data)
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert (document.path.read_bytes() == data, document.short) == (True, None)


def test_fewer_bytes_than_stated(sftp: SftpServer, pull: Pull) -> None:
    sftp.stated_bytes = len(CSV) + 7
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert document.short == f"the server ended it early, {len(CSV)} of {len(CSV) + 7} bytes came"
    assert document.etag is None


def test_a_size_that_is_not_known_yet(sftp: SftpServer, pull: Pull) -> None:
    sftp.stated_bytes = 0
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert (document.short, document.etag, document.size_bytes) == (None, None, len(CSV))


@pytest.mark.parametrize("change", ["longer", "shorter", "a bit shorter", "empty", "touched"])
def test_a_file_that_changes_while_it_is_read(sftp: SftpServer, pull: Pull, spool_dir: Path, change: str) -> None:
    path = sftp.folder / "stock.csv"

    def write(server: SftpServer, offset: int) -> None:
        if change == "longer":
            with path.open("ab") as file:
                file.write(b"3,4\n")
        elif change != "touched":
            os.truncate(path, {"shorter": HALF, "a bit shorter": len(CSV) - 7, "empty": 0}[change])
        else:
            os.utime(path, (1_700_000_009, 1_700_000_009))
        server.on_read = lambda _server, _offset: None

    sftp.on_read = write
    with pytest.raises(Retryable) as caught:
        pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)
    assert caught.value.code == "FS-309"
    assert list(spool_dir.iterdir()) == []


def test_what_answers_is_not_ssh(serve: Serve, pull: Pull) -> None:
    server = serve(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.3, attempts=1)
    with pytest.raises(Retryable) as caught:
        pull(f"sftp://user@127.0.0.1:{server.port}/stock.csv", limits=limits)
    assert caught.value.code == "FS-207"


def test_a_server_that_does_not_answer(sftp: SftpServer, pull: Pull) -> None:
    def hang(server: SftpServer) -> None:
        server.silence.wait()

    sftp.on_open = hang
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.3, attempts=1)
    with pytest.raises(Retryable, match=r"no answer within 0\.3 s"):
        pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, limits=limits)


def test_a_server_that_hangs_up(sftp: SftpServer, pull: Pull) -> None:
    def hang_up(server: SftpServer) -> None:
        if server.transport is not None:
            server.transport.close()

    sftp.on_open = hang_up
    with pytest.raises(Retryable, match="nothing answered: the connection was closed"):
        pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN)


def test_nothing_listens(pull: Pull) -> None:
    with pytest.raises(Retryable, match="nothing answered: Connection refused"):
        pull("sftp://user@127.0.0.1:1/stock.csv")


def test_no_time_left(sftp: SftpServer, pull: Pull) -> None:
    sftp.on_read = lambda server, offset: server.silence.wait() and None if offset >= HALF else None
    limits = msgspec.structs.replace(QUICK, total_timeout_s=0.5)
    began = time.monotonic()
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, limits=limits)
    assert time.monotonic() - began < 3
    assert document.short == f"it took longer than 0.5 s, {HALF} of {len(CSV)} bytes came"
