"""A feed over HTTP: what is asked, and what becomes of the answer."""

from __future__ import annotations

import base64
import hashlib
import logging
from pathlib import Path

import pytest

from feedsync.errors import Fatal, FeedsyncError, Unsafe
from feedsync.sources import Credentials, Limits, Validators, fetch, open_stream, unchanged
from tests.sources.conftest import QUICK, Get, Serve, reply

FEED = b"<rss><channel/></rss>"


def refusal(get: Get, url: str, **settings: object) -> str:
    with pytest.raises(Fatal) as caught:
        get(url, **settings)  # type: ignore[arg-type]
    return f"{caught.value.code} {caught.value.parts.get('reason')}"


def test_a_feed_becomes_a_document(serve: Serve, spool_dir: Path, tmp_path: Path) -> None:
    server = serve(reply(FEED, 'ETag: "1"', "Last-Modified: yesterday", "Content-Type: text/xml; charset=ISO-8859-1"))
    came: list[tuple[int, int | None]] = []
    document = fetch(
        f"{server.url}/feed.xml?page=1#part",
        base_dir=tmp_path,
        spool_dir=spool_dir,
        limits=QUICK,
        allow_private_hosts=("127.0.0.1",),
        progress=lambda done, total: came.append((done, total)),
    )
    assert document.path.parent == spool_dir
    assert document.path.read_bytes() == FEED
    assert document.path.stat().st_mode & 0o077 == 0
    assert document.digest == hashlib.sha256(FEED).hexdigest()
    assert (document.size_bytes, document.short, document.not_modified) == (len(FEED), None, False)
    assert (document.etag, document.last_modified, document.charset) == ('"1"', "yesterday", "iso-8859-1")
    assert document.location == f"{server.url}/feed.xml?page=1#part"
    assert unchanged(document)
    assert came[-1] == (len(FEED), len(FEED))
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /feed.xml?page=1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in head
    assert "Accept-Encoding: gzip, identity" in head
    assert any(line.startswith("User-Agent: feedsync/") for line in head)


def test_a_page_of_html_is_no_error_here(serve: Serve, get: Get) -> None:
    document = get(serve(reply(b"<!doctype html>", "Content-Type: text/html")).url)
    with open_stream(document) as stream:
        assert stream.read() == b"<!doctype html>"
    assert document.charset is None


def test_not_modified(serve: Serve, get: Get, spool_dir: Path) -> None:
    server = serve(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
    document = get(server.url, validators=Validators(etag='W/"1"', last_modified="yesterday"))
    assert b'If-None-Match: W/"1"\r\nIf-Modified-Since: yesterday\r\n' in server.requests[0]
    assert document.not_modified
    assert (document.path, document.digest, document.etag) == (Path(), "", 'W/"1"')
    assert document.last_modified == "yesterday"
    assert not spool_dir.exists()


def test_not_modified_although_nobody_asked(serve: Serve, get: Get) -> None:
    with pytest.raises(Fatal, match="the server answered 304"):
        get(serve(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n").url)


def test_credentials_in_the_address(serve: Serve, get: Get) -> None:
    server = serve(reply())
    document = get(f"http://us%40er:wo%3Ard@127.0.0.1:{server.port}/x?token=abc")
    assert b"Authorization: Basic " + base64.b64encode(b"us@er:wo:rd") in server.requests[0]
    assert b"GET /x?token=abc " in server.requests[0]
    assert document.location == f"{server.url}/x?token=***"


def test_credentials_of_the_settings_win(serve: Serve, get: Get) -> None:
    server = serve(reply())
    headers = (("X-Key", "k"), ("User-Agent", "Agent 7"), ("Host", "evil"), ("Accept-Encoding", "br"))
    get(f"http://a:b@127.0.0.1:{server.port}", credentials=Credentials(basic=("c", "d"), headers=headers))
    request = server.requests[0]
    assert base64.b64encode(b"c:d") in request
    assert b"X-Key: k\r\n" in request
    assert b"User-Agent: Agent 7\r\n" in request
    assert b"evil" not in request
    assert b"br\r\n" not in request


@pytest.mark.parametrize("value", ["word-1\nX: y", "word-1é"])
def test_a_header_that_cannot_be_sent_is_not_shown(serve: Serve, get: Get, value: str) -> None:
    credentials = Credentials(headers=(("X-Key", value),))
    with pytest.raises(Fatal, match="a header or the address holds a character that is not allowed") as caught:
        get(serve(reply()).url, credentials=credentials)
    assert "word-1" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://user:word-1@[bad/", "this is no web address"),
        ("http://host:99999/", "this is no web address"),
        ("http://user:word-1@host:port/", "this is no web address"),
        ("http:///feed.xml", "this is no http:// or https:// address of a host"),
        ("ftp://host/feed.xml", "this is no http:// or https:// address of a host"),
    ],
)
def test_addresses_that_are_none(get: Get, url: str, reason: str) -> None:
    assert refusal(get, url) == f"FS-205 {reason}"


def test_a_private_host_is_refused_before_anything_is_sent(serve: Serve, get: Get) -> None:
    server = serve(reply())
    assert "127.0.0.1 is a loopback address; allow_private_hosts" in refusal(get, server.url, allow=())
    assert server.requests == []


def test_an_announced_size_that_is_too_large(serve: Serve, get: Get, spool_dir: Path) -> None:
    server = serve(reply(b"", "Content-Length: 1000"))
    with pytest.raises(Unsafe, match="more than 999 bytes are sent"):
        get(server.url, limits=Limits(wire_bytes=999))
    assert list(spool_dir.iterdir()) == []


def test_more_bytes_than_allowed(serve: Serve, get: Get, spool_dir: Path) -> None:
    server = serve(reply(b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))
    with pytest.raises(Unsafe, match="more than 999 bytes are sent"):
        get(server.url, limits=Limits(wire_bytes=999))
    assert list(spool_dir.iterdir()) == []


def test_a_disk_that_takes_nothing(serve: Serve, get: Get, spool_dir: Path) -> None:
    spool_dir.write_text("not a folder")
    with pytest.raises(Fatal, match="it cannot be spooled: File exists"):
        get(serve(reply()).url)


def test_what_is_interrupted_leaves_nothing(serve: Serve, get: Get, spool_dir: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(serve(reply()).url, progress=interrupt)
    assert list(spool_dir.iterdir()) == []


def test_no_token_reaches_the_log(serve: Serve, get: Get, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    get(f"{serve(reply()).url}/feed?token=word-1")
    assert "word-1" not in caplog.text


def test_no_error_shows_a_secret(serve: Serve, get: Get) -> None:
    server = serve(reply(status="404 Not Found"))
    with pytest.raises(FeedsyncError) as caught:
        get(f"http://user:word-1@127.0.0.1:{server.port}/feed?sig=word-2")
    assert str(caught.value) == f"{server.url}/feed?sig=***: the server answered 404"
