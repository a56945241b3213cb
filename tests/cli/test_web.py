"""``web``: what it refuses to serve, and that it serves and ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from .project import Shop, items


@pytest.mark.parametrize("token", [None, "", "short", "\xff"])
def test_other_machines_need_a_token_that_cannot_be_guessed(shop: Shop, tmp_path: Path, token: str | None) -> None:
    if token is None:
        refused = shop("web", "--host", "0.0.0.0")
        assert (refused.code, "FS-901" in refused.err, "--token-file" in refused.err) == (2, True, True)
        return
    (tmp_path / "token").write_bytes(token.encode("latin-1"))
    refused = shop("web", "--host", "0.0.0.0", "--token-file", str(tmp_path / "token"))
    assert (refused.code, "FS-902" in refused.err) == (2, True)


def test_a_token_that_is_not_there(shop: Shop, tmp_path: Path) -> None:
    refused = shop("web", "--token-file", str(tmp_path / "none"))
    assert "No such file or directory" in refused.err


def test_a_port_that_is_taken(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = shop("web", "--port", str(taken.getsockname()[1]))
    assert (refused.code, "cannot listen on 127.0.0.1" in refused.err) == (2, True)


def test_a_certificate_that_is_none(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    refused = shop("web", "--port", "0", "--certificate", str(tmp_path / "cert.pem"))
    assert (refused.code, "--certificate" in refused.err) == (2, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_serves_until_a_signal(shop: Shop, host: str) -> None:
    shop.add("acme", *items(1))
    command = [sys.executable, "-m", "feedsync", *shop.project.arguments("web", "--port", "0", "--host", host)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("feedsync: ").strip()
        assert "acme" in httpx.get(address, trust_env=False).text
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0


def _seen_then_ended(address: str, main: int, seen: list[str]) -> None:
    """Wait until the page answers, and end the server as a service manager would."""
    while not seen:
        with suppress(httpx.TransportError):
            seen.append(httpx.get(address, trust_env=False).text)
    signal.pthread_kill(main, signal.SIGTERM)


def test_its_end_is_no_failure(shop: Shop) -> None:
    shop.add("acme", *items(1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    seen: list[str] = []
    address = f"http://127.0.0.1:{port}/"
    ender = threading.Thread(target=_seen_then_ended, args=(address, threading.get_ident(), seen))
    ender.start()
    result = shop("web", "--port", str(port), "--host", "127.0.0.1")
    ender.join()
    assert (result.code, result.out, result.err) == (0, f"feedsync: {address}\n", "")
    assert "never ran" in seen[0]
