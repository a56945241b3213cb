"""Progress for people: bars on a terminal, a line now and then in a log; never on stdout."""

from __future__ import annotations

import os
import pty
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .project import HEAD, TAIL, Shop, item, items

_FEED = (HEAD + "".join(items(200, description="x" * 1000)) + TAIL).encode()


class _Feed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        if "unsized" not in self.path:
            self.send_header("Content-Length", str(len(_FEED)))
        self.end_headers()
        self.wfile.write(_FEED)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A server that has a feed."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Feed) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _fetching(shop: Shop, address: str) -> Shop:
    text = shop.project.settings("acme", more="allow_private_hosts = ['127.0.0.1']", bik="batch_size = 50")
    shop.project.write("acme", text.replace("../acme.xml", address))
    return shop


def test_a_short_run_in_a_log_says_nothing_but_its_report(shop: Shop) -> None:
    shop.add("acme", *items(3))
    assert shop("run", "acme").err == ""


@pytest.mark.parametrize(("path", "amount"), [("/sized", f" of {len(_FEED):,}"), ("/unsized", "")])
def test_a_long_run_in_a_log_says_how_far_it_is(
    shop: Shop, address: str, path: str, amount: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsync.cli.progress.LINE_EVERY_S", 0.0)
    result = _fetching(shop, address + path)("run", "acme")
    assert result.code == 0
    lines = result.err.splitlines()
    assert f"feedsync: fetched {len(_FEED):,}{amount} bytes of {address}{path}" in lines
    assert f"feedsync: read 200 items of {address}{path}, 200 of them anew" in lines
    assert "feedsync: compared 200 products" in lines
    assert "feedsync: pushed 200 of 200 products" in lines


@pytest.mark.parametrize("path", ["/sized", "/unsized"])
def test_a_terminal_sees_bars_that_go_away(
    shop: Shop, address: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    result = _fetching(shop, address + path)("run", "acme", "--json")
    assert result.code == 0
    assert result.json()["pushed"]["products"] == 200
    for stage in ("fetching", "reading", "planning", "pushing"):
        assert stage in result.err
    assert result.err.count("\x1b[?25l") <= result.err.count("\x1b[?25h")


@pytest.mark.parametrize("command", ["run", "diff"])
def test_an_error_gives_the_cursor_back(shop: Shop, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    shop.add("acme", *items(3))
    shop("run", "acme")
    (shop.project.state / "acme.db").write_bytes(b"this is no database" * 100)
    result = shop(command, "acme")
    assert result.code == 1
    assert result.err.rindex("\x1b[?25h") > result.err.rindex("\x1b[?25l")


def test_a_process_of_its_own_on_a_real_terminal(shop: Shop) -> None:
    shop.add("acme", *items(3), item("BAD", price="cheap"))
    command = [sys.executable, "-m", "feedsync", *shop.project.arguments("run", "acme")]
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.execve(sys.executable, command, {**os.environ, "TERM": "xterm", "COLUMNS": "80"})
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:  # the other end was closed
        pass
    finally:
        os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 3
    text = shown.decode()
    assert "pushing" in text
    assert "pushed   3 products" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
