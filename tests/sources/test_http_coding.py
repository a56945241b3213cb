"""Content-Encoding: one gzip is undone, within limits; nothing else is taken."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from feedsync.errors import Fatal, Unsafe
from feedsync.sources import Damaged, Document, Limits, open_stream
from tests.sources.conftest import Get, Serve, reply
from tests.sources.test_inflate import zipped

FEED = b"<rss>" + b"<item/>" * 50_000 + b"</rss>"


def content(document: Document) -> bytes:
    with open_stream(document) as stream:
        return stream.read()


@pytest.mark.parametrize(
    "body",
    [
        FEED,
        gzip.compress(FEED),
        gzip.compress(gzip.compress(FEED)),
        zipped(("a", FEED)),
        gzip.compress(zipped(("a", FEED))),
    ],
    ids=["not coded at all", "coded", "a gzip file", "a zip file that is not coded", "a zip file"],
)
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP, identity"])
def test_gzip(serve: Serve, get: Get, spool_dir: Path, body: bytes, coding: str) -> None:
    document = get(serve(reply(body, f"Content-Encoding: {coding}")).url)
    assert content(document) == FEED
    assert document.digest == hashlib.sha256(body).hexdigest()
    assert list(spool_dir.iterdir()) == [document.path]


def test_identity(serve: Serve, get: Get) -> None:
    assert content(get(serve(reply(FEED, "Content-Encoding: identity")).url)) == FEED


@pytest.mark.parametrize("headers", [["gzip, gzip"], ["gzip", "gzip"], ["br"], ["zstd"], ["deflate"]])
def test_what_is_refused(serve: Serve, get: Get, headers: list[str]) -> None:
    server = serve(reply(FEED, *(f"Content-Encoding: {value}" for value in headers)))
    with pytest.raises(Fatal, match="was not asked for") as caught:
        get(server.url)
    assert caught.value.code == "FS-205"


def test_a_bomb_in_a_bomb_leaves_nothing(serve: Serve, get: Get, spool_dir: Path) -> None:
    bomb = gzip.compress(gzip.compress(bytes(10_000_000)))
    assert len(bomb) < 500
    with pytest.raises(Unsafe):
        get(serve(reply(bomb, "Content-Encoding: gzip")).url, limits=Limits(inflated_bytes=5000))
    assert list(spool_dir.iterdir()) == []
    document = get(serve(reply(bomb, "Content-Encoding: gzip")).url)
    with open_stream(document, limits=Limits(inflated_bytes=5_000_000)) as stream, pytest.raises(Unsafe):
        stream.read()


def test_a_damaged_layer_keeps_what_came(serve: Serve, get: Get, spool_dir: Path) -> None:
    body = gzip.compress(gzip.compress(FEED))[:-8]
    document = get(serve(reply(body, "Content-Encoding: gzip")).url)
    assert document.short == "the gzip data ends too soon"
    assert content(document) == FEED
    assert list(spool_dir.iterdir()) == [document.path]


def test_a_layer_that_is_damaged_from_the_start(serve: Serve, get: Get) -> None:
    document = get(serve(reply(gzip.compress(FEED)[:12], "Content-Encoding: gzip")).url)
    with pytest.raises(Damaged):
        content(document)
