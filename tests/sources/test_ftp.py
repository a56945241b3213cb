"""A feed over FTP: what is asked, and what becomes of it."""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from feedsync.errors import Fatal, FeedsyncError, Retryable
from feedsync.sources import Credentials, Validators
from feedsync.sources.network import Network
from tests.sources.conftest import CERTIFICATE, Pull
from tests.sources.ftp_server import FtpServer
from tests.sources.sftp_server import CSV

Start = Callable[..., FtpServer]
TRUSTED = ssl.create_default_context(cafile=str(CERTIFICATE))
NETWORK = Network(resolver=lambda _host, _port: ["127.0.0.1"], tls=TRUSTED)


@pytest.fixture
def start(files: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def made(**settings: Any) -> FtpServer:
            server = FtpServer(files, **settings)
            stack.callback(server.close)
            return server

        yield made


def test_a_file_becomes_a_document(start: Start, pull: Pull) -> None:
    server = start()
    came: list[tuple[int, int | None]] = []
    location = f"ftp://us%40er:wo%3Ard@{server.address}/stock.csv"
    document = pull(location, progress=lambda done, total: came.append((done, total)))
    assert document.path.read_bytes() == CSV
    assert document.digest == hashlib.sha256(CSV).hexdigest()
    assert document.location == f"ftp://{server.address}/stock.csv"
    assert document.etag == f"ftp:{len(CSV)}-1700000000"
    assert document.last_modified == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert document.short is None
    assert came[-1] == (len(CSV), len(CSV))


def test_what_was_read_before_is_not_read_again(start: Start, pull: Pull, spool_dir: Path) -> None:
    etag = f"ftp:{len(CSV)}-1700000000"
    server = start()
    assert pull(f"ftp://{server.address}/stock.csv", validators=Validators(etag=etag)).not_modified
    assert not spool_dir.exists()
    assert not any(command.startswith("RETR") for command in server.commands)


@pytest.mark.parametrize(("path", "file"), [("a%20b.csv", "a b.csv"), ("/stock.csv", "stock.csv")])
def test_paths(start: Start, pull: Pull, files: Path, path: str, file: str) -> None:
    (files / file).write_bytes(CSV)
    assert pull(f"ftp://{start().address}/{path}").size_bytes == len(CSV)


@pytest.mark.parametrize("scheme", ["ftps", "ftpes"])
def test_over_tls(start: Start, pull: Pull, scheme: str) -> None:
    server = start(tls=True)
    document = pull(f"{scheme}://us%40er:wo%3Ard@feeds.test:{server.port}/stock.csv", network=NETWORK)
    assert document.path.read_bytes() == CSV
    assert document.short is None


def test_over_tls_from_the_first_byte(start: Start, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start(tls=True, implicit=True)
    # Port 990 is the administrator's.
    monkeypatch.setattr("feedsync.sources.ftp._IMPLICIT_PORTS", {server.port})
    document = pull(f"ftps://us%40er:wo%3Ard@feeds.test:{server.port}/stock.csv", network=NETWORK)
    assert (document.path.read_bytes(), document.short) == (CSV, None)


def test_the_certificate_is_checked_for_the_name(start: Start, pull: Pull) -> None:
    server = start(tls=True)
    with pytest.raises(Fatal, match=r"its certificate is not trusted: .*other\.test"):
        pull(f"ftps://other.test:{server.port}/stock.csv", network=NETWORK)
    with pytest.raises(Fatal, match="its certificate is not trusted: self-signed certificate"):
        pull(f"ftps://{server.address}/stock.csv")
    assert not any(command.startswith(("USER", "PASS")) for command in server.commands)


def test_a_server_without_tls_gets_no_password(start: Start, pull: Pull) -> None:
    server = start()
    with pytest.raises(Fatal, match=r"the server cannot do what was asked \(50\d\); does it speak TLS\?"):
        pull(f"ftps://us%40er:wo%3Ard@{server.address}/stock.csv")
    assert not any(command.startswith(("USER", "PASS")) for command in server.commands)


def test_a_server_that_wants_tls(start: Start, pull: Pull) -> None:
    with pytest.raises(FeedsyncError, match="the server answered 550"):
        pull(f"ftp://us%40er:wo%3Ard@{start(tls=True).address}/stock.csv")


def refused(pull: Pull, location: str, **settings: Any) -> str:
    with pytest.raises(FeedsyncError) as caught:
        pull(location, **settings)
    assert "wo:rd" not in str(caught.value)
    assert caught.value.__cause__ is None
    return f"{caught.value.code} {str(caught.value).partition(': ')[2]}"


def test_what_cannot_be_read(start: Start, pull: Pull, files: Path) -> None:
    (files / "folder").mkdir()
    at = f"ftp://{start().address}"
    answer = "FS-201 cannot be read: there is no such file, or it may not be read"
    assert refused(pull, f"{at}/gone.csv") == answer
    assert refused(pull, f"{at}/folder") == answer


def test_a_login_that_is_refused(start: Start, pull: Pull) -> None:
    answer = "FS-202 the server answered 530, the login is refused"
    location = f"ftp://{start().address}/stock.csv"
    assert refused(pull, location, credentials=Credentials(basic=("us@er", "wo:rd2"))) == answer


def test_a_private_host_is_refused_before_anything_is_sent(start: Start, pull: Pull) -> None:
    server = start()
    with pytest.raises(Fatal, match=r"127\.0\.0\.1 is a loopback address; allow_private_hosts"):
        pull(f"ftp://{server.address}/stock.csv", allow=())
    assert server.commands == []


def test_the_data_come_from_the_host_that_was_checked(start: Start, pull: Pull) -> None:
    # The server says that its data connections are at 10.1.2.3, as one behind a router does.
    server = start(masquerade_address="10.1.2.3")
    assert pull(f"ftp://{server.address}/stock.csv").size_bytes == len(CSV)
    assert any(command.startswith("PASV") for command in server.commands)


def test_a_file_that_changes_while_it_is_read(start: Start, pull: Pull, files: Path, spool_dir: Path) -> None:
    def touch(_done: int, _total: int | None) -> None:
        os.utime(files / "stock.csv", (1_700_000_009, 1_700_000_009))

    with pytest.raises(Retryable) as caught:
        pull(f"ftp://{start().address}/stock.csv", progress=touch)
    assert caught.value.code == "FS-309"
    assert list(spool_dir.iterdir()) == []
