"""Whom feedsync speaks to over SFTP: a server whose key is known, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Credentials
from feedsync.sources.network import Network
from tests.sources.conftest import Pull
from tests.sources.sftp_server import CSV, HOST_KEY, OTHER_KEY, SftpServer

LOGIN = Credentials(basic=("us@er", "wo:rd"))


def refusal(pull: Pull, location: str) -> str:
    with pytest.raises(Fatal) as caught:
        pull(location, credentials=LOGIN)
    assert caught.value.code == "FS-205"
    return str(caught.value.parts["reason"])


def test_an_unknown_key_is_refused_before_the_login(sftp: SftpServer, pull: Pull, home: Path) -> None:
    (home / ".ssh" / "known_hosts").unlink()
    assert refusal(pull, f"sftp://{sftp.address}/stock.csv") == (
        f"its host key ecdsa-sha2-nistp256 {HOST_KEY.fingerprint} is not in ~/.ssh/known_hosts; when whoever runs the "
        f"server confirms this fingerprint, add the key with: ssh-keyscan -p {sftp.port} 127.0.0.1 >> ~/.ssh/known_hosts"
    )
    assert sftp.logins == []
    assert not (home / ".ssh" / "known_hosts").exists()


def test_another_key_than_the_known_one_is_refused(sftp: SftpServer, pull: Pull, home: Path) -> None:
    (home / ".ssh" / "known_hosts").write_text(sftp.known_hosts_line(OTHER_KEY))
    reason = refusal(pull, f"sftp://{sftp.address}/stock.csv")
    assert reason.startswith(
        f"its host key ecdsa-sha2-nistp256 {HOST_KEY.fingerprint} is another one than ~/.ssh/known"
    )
    assert sftp.logins == []


def test_a_list_that_is_damaged_makes_nobody_known(sftp: SftpServer, pull: Pull, home: Path) -> None:
    for broken in (b"\xff\xfe broken\n", b"host ssh-ed25519 A\n"):
        (home / ".ssh" / "known_hosts").write_bytes(broken + sftp.known_hosts_line().encode())
        reason = refusal(pull, f"sftp://{sftp.address}/stock.csv")
        assert reason == "~/.ssh/known_hosts cannot be read: one of its lines is broken"


def test_the_machines_own_list_counts_too(
    sftp: SftpServer, pull: Pull, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = home / ".ssh" / "known_hosts"
    monkeypatch.setattr("feedsync.sources.sftp._MACHINE_HOSTS", known.rename(home / "known"))
    assert pull(f"sftp://{sftp.address}/stock.csv", credentials=LOGIN).size_bytes == len(CSV)


def test_the_key_is_looked_up_by_name_and_the_connection_goes_to_a_checked_address(
    sftp: SftpServer, pull: Pull, home: Path
) -> None:
    line = sftp.known_hosts_line().replace("127.0.0.1", "feeds.test")
    (home / ".ssh" / "known_hosts").write_text(line)
    network = Network(resolver=lambda _host, _port: ["127.0.0.3", "127.0.0.1"])
    document = pull(f"sftp://feeds.test:{sftp.port}/stock.csv", credentials=LOGIN, network=network)
    assert document.size_bytes == len(CSV)
