"""A transfer that stops is kept, and said to be short."""

from __future__ import annotations

import gzip

import pytest

from feedsync.sources import Damaged, Limits, open_stream
from tests.sources.conftest import Get, Serve, reply


def test_fewer_bytes_than_announced(serve: Serve, get: Get) -> None:
    document = get(serve(reply(b"<rss>", "Content-Length: 99")).url)
    assert document.short == "the connection was closed before the end, 5 of 99 bytes came"
    assert document.path.read_bytes() == b"<rss>"
    assert document.size_bytes == 5


def test_a_chunked_body_without_its_last_chunk(serve: Serve, get: Get) -> None:
    document = get(serve(reply(b"5\r\n<rss>\r\n", "Transfer-Encoding: chunked")).url)
    assert document.short == "the connection was closed before the end, 5 bytes came"


def test_silence_in_the_middle(serve: Serve, get: Get) -> None:
    server = serve(reply(b"<rss>", "Content-Length: 99"), hold=True)
    document = get(server.url, limits=Limits(read_timeout_s=0.05))
    assert document.short == "nothing came for 0.05 s, 5 of 99 bytes came"


def test_a_short_archive(serve: Serve, get: Get) -> None:
    body = gzip.compress(b"<rss/>")[:-4]
    document = get(serve(reply(body, "Content-Length: 99", "Content-Encoding: gzip")).url)
    assert document.short is not None
    with open_stream(document) as stream:
        assert stream.read(6) == b"<rss/>"
        with pytest.raises(Damaged):
            stream.read(1)
