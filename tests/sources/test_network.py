"""Connections: to the first address that answers, with an end in time, and TLS settings made once."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from feedsync.errors import Retryable
from feedsync.sources import Limits
from feedsync.sources.network import Network, connect, ended_at, trusted


def connected(*addresses: str, port: int, limits: Limits = Limits()) -> socket.socket:  # noqa: B008 (frozen)
    network = Network(resolver=lambda _host, _port: addresses)
    return connect("feeds.test", port, location="x", allow=("feeds.test",), limits=limits, network=network)


def test_all_checked_addresses_are_tried() -> None:
    with socket.create_server(("127.0.0.2", 0)) as server:
        port = server.getsockname()[1]
        with connected("127.0.0.1", "127.0.0.2", port=port, limits=Limits(read_timeout_s=7.0)) as made:
            assert made.getpeername() == ("127.0.0.2", port)
            assert made.gettimeout() == 7.0


def test_no_address() -> None:
    with pytest.raises(Retryable, match="the name has no address"):
        connected(port=1)


def test_a_connection_that_is_never_made() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        # The queue is full, so the next one waits.
        with (
            socket.create_connection(("127.0.0.1", port)),
            pytest.raises(Retryable, match=r"no connection within 0\.1 s"),
        ):
            connected("127.0.0.1", port=port, limits=Limits(connect_timeout_s=0.1))


def test_a_drip_ends_in_time() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ended_at(time.monotonic() + 0.05, ours):
        assert ours.recv(1) == b""


def test_nothing_is_left_behind() -> None:
    ours, theirs = socket.socketpair()
    before = threading.active_count()
    with ours, theirs:
        with ended_at(time.monotonic() + 60, ours):
            theirs.sendall(b"x")
        assert ours.recv(1) == b"x"
    assert threading.active_count() == before


def test_the_authorities_are_read_once() -> None:
    assert trusted("http") is trusted("http")
    assert trusted("http") is not trusted("ftp")
    assert trusted("ftp").check_hostname
