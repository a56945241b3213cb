"""Where an item stands: an offset in the inflated text becomes the line that a person finds it on."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.base import count_lines, item_hash
from feedsync.adapters.google_xml import GoogleXml
from tests.adapters.reading import CLOSE, OPEN, collect, dribble, item, nothing, read


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60) | st.text("a\n").map(str.encode), st.lists(st.integers(0, 70)), st.integers(1, 80))
def test_lines_are_counted_from_one(data: bytes, offsets: list[int], step: int) -> None:
    lines = count_lines(dribble(data, step), offsets)
    assert lines == {offset: 1 + data[:offset].count(b"\n") for offset in offsets}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_each_item_is_found_on_its_line(encoding: str) -> None:
    pieces = [item("1"), item("2", "<d>Ж</d>"), item("3", "<!-- </item> -->"), item("4"), item("5")]
    text = f"<?xml version='1.0' encoding='{encoding}'?>\n" + b"\n\n".join([OPEN, *pieces, CLOSE]).decode()
    data = text.encode(encoding)
    split = GoogleXml().split(io.BytesIO(data), "feed.xml", None)
    _, offsets, items = collect(list(split.blocks(nothing)))
    lines = split.lines(io.BytesIO(data), offsets)
    assert [lines[offset] for offset in offsets] == [4, 6, 8, 10, 12]
    lines = split.lines(io.BytesIO(data), [one.offset for one in items])
    assert [lines[one.offset] for one in items] == [4, 6, 8, 10, 12]


def test_the_place_of_a_skipped_item_is_that_of_the_same_item_when_read() -> None:
    data = OPEN + b"\n" + b"\n".join(item(str(number)) for number in range(50)) + CLOSE
    whole = read(data)
    assert whole.offsets == [one.offset for one in whole.items]
    assert read(data, known=lambda hashes: [True] * len(hashes)).offsets == whole.offsets


def test_a_hash_has_128_bits() -> None:
    assert len(item_hash(b"")) == 16
    assert item_hash(b"a") != item_hash(b"b")
