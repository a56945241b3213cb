"""However large or strange a document is, memory stays flat, and what is too large costs itself alone."""

from __future__ import annotations

import io
import re
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pytest

from feedsync.adapters import xml_split
from feedsync.adapters.base import ITEM_LIMIT_BYTES
from feedsync.adapters.google_xml import GoogleXml
from feedsync.adapters.xml_tags import Tags
from tests.adapters.reading import CLOSE, OPEN, feed, item, nothing, read, read_in_blocks

MEGABYTE = 1 << 20


class Counting:
    """An expression, and how often it was looked for."""

    def __init__(self, expression: re.Pattern[bytes]) -> None:
        self._expression = expression
        self.looks = 0

    def search(self, *where: Any) -> re.Match[bytes] | None:
        self.looks += 1
        return self._expression.search(*where)


class Generated(io.RawIOBase):
    """A stream that is made while it is read, and is never held as a whole."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (part := next(self._parts, b"")):
            self._left += part
        taken, self._left = self._left[:size], self._left[size:]
        self.size += len(taken)
        return taken


def plain(number: int) -> bytes:
    return item(str(number), "x" * 20_000)


def unclean(number: int) -> bytes:
    return item(str(number), "<![CDATA[</item>" + "x" * 20_000 + "]]>")


def broken(number: int) -> bytes:
    return item(str(number), "<d>" + "x" * 20_000)


@pytest.mark.parametrize("make", [plain, unclean, broken])
def test_memory_is_flat_over_a_document_of_60_megabytes(make: Callable[[int], bytes]) -> None:
    def parts() -> Iterator[bytes]:
        yield OPEN
        yield from (make(number) for number in range(3000))
        yield CLOSE

    stream = Generated(parts())
    count = 0
    tracemalloc.start()
    try:
        split = GoogleXml().split(cast(BinaryIO, stream), "feed.xml", None)
        for block in split.blocks(nothing):
            count += len(block.hashes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (count, split.faults()) == (3000, [])
    assert stream.size > 60 * 1000 * 1000
    assert peak < 12 * MEGABYTE


def test_memory_is_bounded_by_the_longest_item_allowed() -> None:
    """60 megabytes without an item's end: the limit, doubled once by the way a buffer grows, and a copy of it."""
    stream = Generated(iter([OPEN, item("1"), b"<item>", *[b"x" * MEGABYTE] * 60, b"</item>", item("2"), CLOSE]))
    tracemalloc.start()
    try:
        split = GoogleXml().split(cast(BinaryIO, stream), "feed.xml", None)
        broken = [(one.broken, len(one.raw)) for block in split.blocks(nothing) for _, one in block.misses]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [code for code, _ in broken] == [None, "FS-307", None]
    assert peak < 8 * ITEM_LIMIT_BYTES
    assert split.faults() == []


@pytest.mark.parametrize("shift", range(0, 100, 7))
def test_an_item_that_is_too_long_costs_itself_alone(monkeypatch: pytest.MonkeyPatch, shift: int) -> None:
    monkeypatch.setattr(xml_split, "ITEM_LIMIT_BYTES", 20_000)
    data = feed(item("1"), b"<item><g:id>9</g:id>" + b"x" * (100_000 + shift) + b"</item>", item("2"), item("3"))
    reading = read_in_blocks(data, 4096)
    assert reading.codes == [None, "FS-307", None, None]
    assert reading.ids == ["1", None, "2", "3"]
    assert reading.parsed[1].problem is not None
    assert str(ITEM_LIMIT_BYTES) in reading.parsed[1].problem.message


def test_an_item_that_never_ends_leaves_the_next_one_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the limit falls, which may be within the next item's first tag."""
    monkeypatch.setattr(xml_split, "ITEM_LIMIT_BYTES", 20_000)
    for size in range(32_700, 34_900, 4):
        data = feed(item("1"), b"<item><g:id>9</g:id>" + b"x" * size, item("2"), item("3"))
        reading = read_in_blocks(data, 4096)
        assert reading.attributes[0] == {"id": "1"}
        assert reading.attributes[-2:] == [{"id": "2"}, {"id": "3"}], size
        assert len(reading.parsed) == 4


@pytest.mark.parametrize("filler", [b"x", b"<!-- <item/> -->", b"<x/>"])
def test_a_long_stretch_without_items_is_passed_over(monkeypatch: pytest.MonkeyPatch, filler: bytes) -> None:
    monkeypatch.setattr(xml_split, "ITEM_LIMIT_BYTES", 20_000)
    data = feed(item("1"), filler * 60_000, item("2"), filler * 60_000)
    assert read_in_blocks(data, 4096).ids == ["1", "2"]
    assert read_in_blocks(data, 4096).faults == []


def test_an_item_behind_a_long_stretch_is_read_wherever_the_buffer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_split, "ITEM_LIMIT_BYTES", 20_000)
    for size in range(31_000, 37_000, 50):
        reading = read_in_blocks(feed(item("1"), b"x" * size, item("2", "<d>" + "y" * 5000 + "</d>"), item("3")), 4096)
        assert reading.ids == ["1", "2", "3"], size
        assert reading.codes == [None, None, None]


def looks(monkeypatch: pytest.MonkeyPatch, *items: bytes) -> int:
    """How often tags were looked for one by one, in reading these items, which all come out."""
    counting = Counting(Tags(b"item")._token)

    def tags(name: bytes) -> Tags:
        one = Tags(name)
        one._token = cast(re.Pattern[bytes], counting)
        return one

    monkeypatch.setattr(xml_split, "Tags", tags)
    reading = read(feed(*items))
    assert len(reading.parsed) == len(items)
    assert reading.codes.count(None) == sum(one.endswith(b"</item>") for one in items)
    return counting.looks


@pytest.mark.parametrize("every", [1, 2, 10, 100])
@pytest.mark.parametrize("limit", [ITEM_LIMIT_BYTES, 30_000])
def test_items_without_an_end_cost_what_others_do(monkeypatch: pytest.MonkeyPatch, every: int, limit: int) -> None:
    """What is not closed to the end of the document is not followed to there from each of them: one in a hundred of a
    million items would take hours."""
    monkeypatch.setattr(xml_split, "ITEM_LIMIT_BYTES", limit)
    monkeypatch.setattr(xml_split, "BLOCK_BYTES", 4096)
    items = [item(str(n)) if n % every else b"<item><g:id>%d</g:id>" % n for n in range(1, 4001)]
    assert looks(monkeypatch, *items) < 3 * looks(monkeypatch, *items[:2000])


def test_large_items_behind_many_without_an_end_are_cut_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    many, large = [b"<item><g:id>0</g:id>"] * 40, [item(str(n), "x" * 20_000) for n in range(300)]
    more = looks(monkeypatch, *many, *large) - looks(monkeypatch, *many, *large[:150])
    assert more < 2.5 * 150  # two for the start and the end of each, since the first one is open until then


def test_one_item_alone_and_one_after_the_other() -> None:
    assert read(feed(item("1"))).ids == ["1"]
    assert read(feed(*[item(str(number)) for number in range(5000)])).ids == [str(number) for number in range(5000)]
