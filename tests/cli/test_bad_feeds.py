"""Feeds that are none: each is told by a code, removes nothing, and never ends in a traceback."""

from __future__ import annotations

import gzip
import random

import pytest

from .project import HEAD, TAIL, Shop, item, items

_JUNK = random.Random(7).randbytes(50_000)
FEEDS = {
    "empty": (b"", "FS-301"),
    "blank": (b" \n\t\n", "FS-301"),
    "a web page": (b"<!doctype html><html><body>Please log in</body></html>", "FS-301"),
    "JSON": (b'{"error": "no such shop"}', "FS-314"),
    "zeros": (b"\0" * 5000, "FS-301"),
    "a DOCTYPE": (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD.encode(), "FS-302"),
    "cut in an item": ((HEAD + item("P00") + "<item><g:id>P01").encode(), "FS-311"),
    "cut after an item": ((HEAD + item("P00")).encode(), "FS-303"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><rss></rss>', "FS-306"),
    "an encoding that is none": (b'<?xml version="1.0" encoding="base64"?><rss></rss>', "FS-306"),
    "an encoding of names": (b'<?xml version="1.0" encoding="idna"?><rss></rss>', "FS-306"),
    "another document": (b"<invoice><line/></invoice>", "FS-308"),
    "half an archive": (gzip.compress((HEAD + item("P00") * 500 + TAIL).encode())[:100], "FS-203"),
}


@pytest.mark.parametrize("kind", FEEDS)
def test_a_bad_feed_is_told_and_removes_nothing(shop: Shop, kind: str) -> None:
    content, code = FEEDS[kind]
    shop.add("acme", *items(3))
    shop("run", "acme")
    before = shop.project.sandbox.products()
    feed = shop.project.folder / "acme.xml"
    feed.write_bytes(content)
    for arguments in (["inspect", str(feed)], ["diff", "acme"], ["run", "acme"]):
        result = shop(*arguments)
        assert result.code in (0, 1, 3, 4)
        assert code in result.out + result.err
    assert shop.project.sandbox.products() == before


def test_junk_is_told_and_removes_nothing(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    before = shop.project.sandbox.products()
    (shop.project.folder / "acme.xml").write_bytes(_JUNK)
    assert shop("run", "acme").code == 1
    assert shop.project.sandbox.products() == before


@pytest.mark.parametrize(
    "prefix", [b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"BZh91AY&SY", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"]
)
def test_junk_that_looks_like_an_archive(shop: Shop, prefix: bytes) -> None:
    shop.add("acme", *items(3))
    feed = shop.project.folder / "acme.xml"
    feed.write_bytes(prefix + _JUNK)
    result = shop("inspect", str(feed))
    assert result.code == 1
    assert result.err.startswith("feedsync: FS-20")
    assert shop("run", "acme").code == 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("", "FS-201"),
        ("nowhere.xml", "FS-201"),
        ("a" * 5000, "FS-201"),
        ("a\0b", "FS-201"),
        ("/dev/zero", "FS-201"),
        (".", "FS-201"),
        ("file://elsewhere/feed.xml", "FS-205"),
        ("gopher://host/feed.xml", "FS-205"),
        ("http://[::1", "FS-205"),
        ("http://127.0.0.1:9/feed.xml", "FS-205"),
        ("http://169.254.169.254/latest/meta-data", "FS-205"),
    ],
    ids=lambda value: repr(value[:25]),
)
def test_a_location_that_is_none(shop: Shop, location: str, code: str) -> None:
    result = shop("inspect", location)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"feedsync: {code}: ")


def test_a_password_in_an_address_is_not_shown(shop: Shop) -> None:
    address = "http://anna:sesame@127.0.0.1:9/feed.xml?token=sesame"
    result = shop("inspect", address, "--allow-private-host", "127.0.0.1", "--json")
    assert result.code == 1
    assert "sesame" not in result.out + result.err


def test_what_a_feed_says_in_a_message_cannot_move_the_cursor(shop: Shop) -> None:
    feed = shop.project.folder / "feed.xml"
    for content in ('<?xml version="1.0" encoding="\x1b[31m"?><bad/>', "<r\x1b[2J/>", "\x1b[2J", "<r\u202e/>"):
        feed.write_text(content)
        result = shop("inspect", str(feed))
        assert (result.code, result.out) == (1, "")
        assert not any(character in result.out + result.err for character in "\x1b\u202e\x07")
