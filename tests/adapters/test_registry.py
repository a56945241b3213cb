"""A document's format is told by its bytes, and a document that has none is refused in words that help."""

from __future__ import annotations

import pytest

from feedsync.adapters.google_xml import GoogleXml
from feedsync.adapters.registry import ADAPTERS, adapter_for
from feedsync.errors import Fatal
from tests.adapters.reading import feed, item


@pytest.mark.parametrize(
    "head",
    [
        feed(item("1")),
        b"\xef\xbb\xbf" + feed(item("1")),
        feed(item("1")).decode().encode("utf-16"),
        b"---\nlayout: null\n---\n" + feed(),
        b'<?xml version="1.0" encoding="unheardof"?><rss/>',
        feed(item("1", "<d>&lt;html&gt;</d>")),
        feed(b" " * 5000, item("1", "<d><![CDATA[<html>]]></d>")),
    ],
)
def test_xml_is_recognized(head: bytes) -> None:
    assert isinstance(adapter_for(head, "feed"), GoogleXml)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "it is a web page"),
        (b"<!doctype HTML>\n<title>404</title>", "it is a web page"),
        (b"<HTML lang='en'>", "it is a web page"),
        (b"<html>", "it is a web page"),
        (b"id,title,price\n1,Shirt,9", "it begins with 'id,title,price"),
        (b"\x1f\x8b\x08\x00\xff", "this version reads google-xml"),
    ],
)
def test_anything_else_is_refused(head: bytes, reason: str) -> None:
    with pytest.raises(Fatal) as refused:
        adapter_for(head, "https://a.example/feed")
    assert refused.value.code == "FS-301"
    assert reason in refused.value.message
    assert "https://a.example/feed" in refused.value.message


def test_a_name_decides_whatever_the_bytes_are() -> None:
    assert adapter_for(b"<html>", "feed", "google-xml").name == "google-xml"
    with pytest.raises(Fatal):
        adapter_for(feed(), "feed", "unheardof")


def test_names_are_unique_and_versions_are_numbers() -> None:
    assert len({adapter.name for adapter in ADAPTERS}) == len(ADAPTERS)
    assert all(adapter.version >= 1 for adapter in ADAPTERS)
