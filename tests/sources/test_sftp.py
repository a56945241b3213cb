"""A feed over SFTP: what is asked, and what becomes of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
import paramiko
import pytest
from paramiko.sftp import SFTP_PERMISSION_DENIED

from feedsync.errors import Fatal, FeedsyncError, Retryable, Unsafe
from feedsync.sources import Credentials, Validators, fetch
from tests.sources.conftest import QUICK, Pull
from tests.sources.sftp_server import CSV, SftpServer

LOGIN = Credentials(basic=("us@er", "wo:rd"))


def test_a_file_becomes_a_document(sftp: SftpServer, tmp_path: Path) -> None:
    came: list[tuple[int, int | None]] = []
    document = fetch(
        f"sftp://us%40er:wo%3Ard@{sftp.address}/stock.csv",
        base_dir=tmp_path,
        spool_dir=tmp_path / "spool",
        limits=QUICK,
        allow_private_hosts=("127.0.0.1",),
        progress=lambda done, total: came.append((done, total)),
    )
    assert document.path.read_bytes() == CSV
    assert document.digest == hashlib.sha256(CSV).hexdigest()
    assert document.location == f"sftp://{sftp.address}/stock.csv"
    assert document.etag == f"sftp:{len(CSV)}-1700000000"
    assert document.last_modified == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert document.short is None
    assert came[-1] == (len(CSV), len(CSV))


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("stock.csv", "/stock.csv"),
        ("a%20b%25.csv", "/a b%.csv"),
        ("a?b#c.csv", "/a?b#c.csv"),
        ("~/stock.csv", "stock.csv"),
    ],
)
def test_paths(sftp: SftpServer, pull: Pull, path: str, opened: str) -> None:
    (sftp.folder / opened.lstrip("/")).write_bytes(CSV)
    assert pull(f"sftp://{sftp.address}/{path}", credentials=LOGIN).size_bytes == len(CSV)
    assert sftp.opened == [opened]


def test_what_was_read_before_is_not_read_again(sftp: SftpServer, pull: Pull, spool_dir: Path) -> None:
    etag = f"sftp:{len(CSV)}-1700000000"
    document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, validators=Validators(etag=etag))
    assert document.not_modified
    assert (document.etag, document.path, document.digest) == (etag, Path(), "")
    assert not spool_dir.exists()


def test_another_size_or_time_is_another_file(sftp: SftpServer, pull: Pull) -> None:
    for etag in (f"sftp:{len(CSV)}-1700000001", f"sftp:{len(CSV) + 1}-1700000000", f"ftp:{len(CSV)}-1700000000"):
        document = pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, validators=Validators(etag=etag))
        assert not document.not_modified


def test_a_file_written_just_now_has_no_validator(sftp: SftpServer, pull: Pull) -> None:
    os.utime(sftp.folder / "stock.csv")
    assert pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN).etag is None


def refused(pull: Pull, location: str, credentials: Credentials = LOGIN) -> str:
    with pytest.raises(FeedsyncError) as caught:
        pull(location, credentials=credentials)
    assert "wo:rd" not in str(caught.value)
    assert caught.value.__cause__ is None
    return f"{caught.value.code} {str(caught.value).partition(': ')[2]}"


def test_what_cannot_be_read(sftp: SftpServer, pull: Pull) -> None:
    (sftp.folder / "folder").mkdir()
    at = f"sftp://{sftp.address}"
    assert refused(pull, f"{at}/gone.csv") == "FS-201 cannot be read: there is no such file"
    assert refused(pull, f"{at}/folder") == "FS-201 cannot be read: the server says that it cannot be read"
    sftp.refusal = SFTP_PERMISSION_DENIED
    assert refused(pull, f"{at}/stock.csv") == "FS-201 cannot be read: it may not be read (permission denied)"


def test_a_login_that_is_refused(sftp: SftpServer, pull: Pull) -> None:
    wrong = Credentials(basic=("us@er", "wo:rd2"))
    answer = "FS-202 the server answered that it refuses the login (user, password or key)"
    assert refused(pull, f"sftp://{sftp.address}/stock.csv", wrong) == answer
    assert refused(pull, f"sftp://us%40er@{sftp.address}/stock.csv", Credentials()) == answer
    assert sftp.logins == [("us@er", "wo:rd2")]


def test_a_private_key(sftp: SftpServer, pull: Pull, tmp_path: Path) -> None:
    key = sftp.client_key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "plain"))
    key.write_private_key_file(str(tmp_path / "locked"), password="word-1")
    location = f"sftp://us%40er@{sftp.address}/stock.csv"
    plain, locked = ((tmp_path / name).read_text() for name in ("plain", "locked"))
    assert pull(location, credentials=Credentials(private_key=plain)).size_bytes == len(CSV)
    credentials = Credentials(private_key=locked, passphrase="word-1", basic=("us@er", ""))
    assert pull(location, credentials=credentials).size_bytes == len(CSV)
    assert sftp.logins == [("us@er", key.get_name())] * 2
    for wrong in (Credentials(private_key=locked), Credentials(private_key="no key")):
        assert "the private key cannot be read" in refused(pull, location, wrong)


def test_the_keys_of_the_home_folder(sftp: SftpServer, pull: Pull, home: Path) -> None:
    key = sftp.client_key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(home / ".ssh" / "id_ecdsa"))
    assert pull(f"sftp://us%40er@{sftp.address}/stock.csv").size_bytes == len(CSV)


def test_a_private_host_is_refused_before_anything_is_sent(sftp: SftpServer, pull: Pull) -> None:
    with pytest.raises(Fatal, match=r"127\.0\.0\.1 is a loopback address; allow_private_hosts"):
        pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, allow=())
    assert sftp.transport is None


def test_too_large(sftp: SftpServer, pull: Pull, spool_dir: Path) -> None:
    limits = msgspec.structs.replace(QUICK, wire_bytes=1000)
    with pytest.raises(Unsafe, match="more than 1000 bytes are sent"):
        pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN, limits=limits)
    assert list(spool_dir.iterdir()) == []


def test_a_missing_library_is_named(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "paramiko", None)
    with pytest.raises(Fatal, match=r"pip install 'feedsync\[sftp\]'") as caught:
        pull("sftp://feeds.test/stock.csv")
    assert caught.value.code == "FS-209"


def test_a_name_that_is_not_known_is_tried_again(sftp: SftpServer, pull: Pull) -> None:
    with pytest.raises(Retryable, match=r"the name 'feeds\.invalid' is not known"):
        pull("sftp://user@feeds.invalid/stock.csv")
