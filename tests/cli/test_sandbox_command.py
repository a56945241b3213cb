"""``sandbox`` as a person starts it: it says where it is, answers, and ends when it is told to."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from .project import Cli


def test_it_says_where_it_is_answers_and_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "feedsync", "sandbox", "--port", "0", "--key", "k", "--secret", "s",
               "--file", str(tmp_path / "bik.db"), "--fault", "500:count=1"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout.readline() + process.stdout.readline()
        found = re.search(r'base_url = "(\S+)"   key: k   secret: s', lines)
        assert found is not None
        url = f"{found[1]}/bikPlatformFunctions-catalogs/list"
        answers = [httpx.post(url, auth=("k", "s"), json={}).status_code for _ in range(2)]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert answers == [500, 200]
    assert (process.returncode, out, err) == (0, "", "")
    assert (tmp_path / "bik.db").exists()


def _answered_then_ended(url: str, main: int) -> None:
    """Wait until the sandbox answers, and end it as a service manager would."""
    while True:
        try:
            httpx.post(url)
        except httpx.TransportError:
            continue
        signal.pthread_kill(main, signal.SIGTERM)
        return


def test_it_ends_with_0_when_it_is_told_to(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/integrations"
    ender = threading.Thread(target=_answered_then_ended, args=(url, threading.get_ident()))
    ender.start()
    result = cli("sandbox", "--port", str(port))
    ender.join()
    assert (result.code, result.err) == (0, "")
    assert f'base_url = "{url}"' in result.out


def test_a_port_that_is_taken(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = cli("sandbox", "--port", str(listener.getsockname()[1]))
    assert result.code == 2
    assert "cannot listen on 127.0.0.1" in result.err


@pytest.mark.parametrize("host", ["203.0.113.1", "no-such-host.invalid", "::1"])
def test_a_host_that_is_not_this_machine(cli: Cli, host: str) -> None:
    result = cli("sandbox", "--port", "0", "--host", host)
    assert result.code == 2
    assert f"cannot listen on {host}" in result.err


@pytest.mark.parametrize("kind", ["missing folder", "a folder", "junk"])
def test_a_file_that_cannot_hold_the_store(cli: Cli, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bik.db"
    match kind:
        case "missing folder":
            path = tmp_path / "nowhere" / "bik.db"
        case "a folder":
            path.mkdir()
        case _:
            path.write_bytes(b"this is no database" * 100)
    result = cli("sandbox", "--port", "0", "--file", str(path))
    assert (result.code, result.out) == (2, "")
    assert str(path) in result.err


@pytest.mark.parametrize("number", ["nan", "-1"])
def test_a_delay_that_is_none(cli: Cli, number: str) -> None:
    assert cli("sandbox", "--port", "0", "--read-delay-s", number).code == 2
