"""A zip is read when it is clear what to read, and then within bounds."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Document, open_stream
from tests.sources.test_inflate import zipped

Make = Callable[[bytes], Document]


def read_in_pieces(document: Document, member: str | None) -> None:
    with open_stream(document, member=member) as stream:
        while stream.read(4096):
            pass


def refusal(document: Document, member: str | None = None) -> str:
    with pytest.raises(Fatal) as caught:
        read_in_pieces(document, member)
    assert caught.value.code == "FS-206"
    return str(caught.value.parts["reason"])


def test_a_named_member(document: Make) -> None:
    archive = document(zipped(("a.xml", b"A"), ("b.xml", b"B")))
    with open_stream(archive, member="b.xml") as stream:
        assert stream.read() == b"B"
    assert refusal(archive, "c.xml") == "it has no member 'c.xml'"


def test_several_without_a_name(document: Make) -> None:
    reason = refusal(document(zipped(("a.xml", b"A"), ("b.xml", b"B"))))
    assert reason == "it has 2 files in it, and it is not said which to read: 'a.xml', 'b.xml'"


def test_none(document: Make) -> None:
    assert refusal(document(zipped())) == "it has no file in it"


def test_a_member_of_what_is_no_zip(document: Make) -> None:
    assert refusal(document(b"<rss/>"), "a.xml") == "it is no zip, so it has no member 'a.xml'"


@pytest.mark.parametrize("inner", [gzip.compress(b"x"), zipped(("a", b"x"))])
def test_an_archive_in_an_archive(document: Make, inner: bytes) -> None:
    assert "there is another archive in it" in refusal(document(zipped(("inner", inner))))
    assert "in gzip)" in refusal(document(gzip.compress(inner[:2]) + gzip.compress(inner[2:])))


def test_encrypted(document: Make) -> None:
    data = bytearray(zipped(("a.xml", b"A")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(document(bytes(data))) == "it is encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_zipfile_inflates_without_a_bound(document: Make, method: int) -> None:
    reason = refusal(document(zipped(("a.xml", b"A" * 99), method=method)))
    assert reason == f"the compression method {method} is not supported in a zip"


def test_a_huge_table_of_contents(document: Make) -> None:
    many = zipped(*((f"{number:0200}.xml", b"") for number in range(5000)))
    assert refusal(document(many)) == "its table of contents is longer than 1048576 bytes"


def test_a_size_in_the_header_that_is_not_true(document: Make) -> None:
    data = bytearray(zipped(("a.xml", b"A" * 1000)))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert "CRC" in refusal(document(bytes(data)))
