"""TLS holds although the connection goes to an address."""

from __future__ import annotations

import ssl

import pytest

from feedsync.errors import Fatal
from feedsync.sources.network import Network
from tests.sources.conftest import CERTIFICATE, Get, Serve, reply

ALLOW = ("feeds.test", "other.test")


def network(*addresses: str) -> Network:
    return Network(resolver=lambda _host, _port: addresses, tls=ssl.create_default_context(cafile=str(CERTIFICATE)))


def test_the_certificate_is_checked_for_the_name(serve: Serve, get: Get) -> None:
    server = serve(reply(), tls=True)
    document = get(f"https://feeds.test:{server.port}/x", allow=ALLOW, network=network("127.0.0.1"))
    assert document.path.read_bytes() == b"<rss/>"
    assert f"Host: feeds.test:{server.port}".encode() in server.requests[0]


def test_another_name(serve: Serve, get: Get) -> None:
    server = serve(reply(), tls=True)
    with pytest.raises(Fatal, match=r"its certificate is not trusted: .*other\.test") as caught:
        get(f"https://other.test:{server.port}/x", allow=ALLOW, network=network("127.0.0.1"))
    assert caught.value.code == "FS-205"
    assert server.requests == []


def test_an_unknown_authority(serve: Serve, get: Get) -> None:
    server = serve(reply(), tls=True)
    with pytest.raises(Fatal, match="its certificate is not trusted: self-signed certificate"):
        get(f"https://127.0.0.1:{server.port}/x")


def test_from_https_to_http(serve: Serve, get: Get) -> None:
    server = serve(reply(b"", "Location: http://127.0.0.1/x?token=word-1", status="302 Found"), tls=True)
    with pytest.raises(Fatal) as caught:
        get(f"https://feeds.test:{server.port}/x", allow=ALLOW, network=network("127.0.0.1"))
    assert caught.value.parts["reason"] == "it redirects from https to http (http://127.0.0.1/x?token=***)"


def test_all_checked_addresses_are_tried(serve: Serve, get: Get) -> None:
    server = serve(reply(), "127.0.0.2", tls=True)
    found = network("127.0.0.1", "::1", "127.0.0.2")
    assert get(f"https://feeds.test:{server.port}/x", allow=ALLOW, network=found).size_bytes == 6
