"""Statuses, and what is tried again."""

from __future__ import annotations

import socket
import sys

import pytest

from feedsync.errors import Fatal, Retryable
from feedsync.sources import Limits
from tests.sources.conftest import Get, Serve, reply


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "302 Found", "401 No", "403 No", "404 No"])
def test_statuses_that_stay(serve: Serve, get: Get, status: str) -> None:
    server = serve(reply(b"", status=status))
    with pytest.raises(Fatal) as caught:
        get(server.url)
    assert str(caught.value) == f"{server.url}: the server answered {status[:3]}"
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "requests"), [("408 Timeout", 1), ("429 Slow", 1), ("500 Oh", 3), ("503 Oh", 3)])
def test_statuses_that_pass(serve: Serve, get: Get, status: str, requests: int) -> None:
    server = serve(reply(b"", status=status))
    with pytest.raises(Retryable) as caught:
        get(server.url)
    assert (caught.value.code, caught.value.after_s) == ("FS-202", None)
    assert len(server.requests) == requests


@pytest.mark.parametrize("status", ["429 Slow", "503 Oh"])
def test_a_server_that_says_when(serve: Serve, get: Get, status: str) -> None:
    server = serve(reply(b"", "Retry-After: 90", status=status))
    with pytest.raises(Retryable) as caught:
        get(server.url)
    assert caught.value.after_s == 90
    assert len(server.requests) == 1


def test_a_fault_that_passes(serve: Serve, get: Get) -> None:
    answers = [reply(b"", status="502 Oh"), b"", reply(b"<rss/>")]
    server = serve(lambda _: answers.pop(0))
    assert get(server.url).path.read_bytes() == b"<rss/>"
    assert len(server.requests) == 3


def test_nothing_answers(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Retryable, match="refused") as caught:
        get(f"http://127.0.0.1:{port}")
    assert caught.value.code == "FS-207"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_what_answers_is_not_http(serve: Serve, get: Get, answer: bytes) -> None:
    server = serve(answer)
    with pytest.raises(Retryable, match="the connection was closed, or what came is not HTTP"):
        get(server.url)
    assert len(server.requests) == 3


def test_a_server_that_never_answers(serve: Serve, get: Get) -> None:
    server = serve(b"", hold=True)
    with pytest.raises(Retryable, match=r"nothing answered: no answer within 0\.05 s"):
        get(server.url, limits=Limits(attempts=1, read_timeout_s=0.05))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems treat a full backlog in other ways")
def test_a_connection_that_is_never_made(get: Get) -> None:
    # A backlog that is full: the system leaves further connections unanswered.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(full.getsockname())
            with pytest.raises(Retryable, match=r"no connection within 0\.05 s"):
                get(f"http://127.0.0.1:{full.getsockname()[1]}", limits=Limits(attempts=1, connect_timeout_s=0.05))
        finally:
            for one in waiting:
                one.close()


def test_no_time_left(serve: Serve, get: Get) -> None:
    with pytest.raises(Retryable, match="it took longer than -1 s"):
        get(serve(reply()).url, limits=Limits(total_timeout_s=-1, attempts=1))
