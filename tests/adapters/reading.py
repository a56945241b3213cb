"""One pass over a document, as plain values, and the small feeds that the tests write."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple, cast

import pytest

from feedsync.adapters import xml_split
from feedsync.adapters.base import Block, Known, Parsed, RawItem
from feedsync.adapters.google_xml import GoogleXml, XmlSplit
from feedsync.adapters.xml_head import read_head
from feedsync.model import Attributes

GOOGLE = "http://base.google.com/ns/1.0"
OPEN = f'<rss version="2.0" xmlns:g="{GOOGLE}" xmlns:c="http://base.google.com/cns/1.0"><channel>'.encode()
CLOSE = b"</channel></rss>"


def item(item_id: str, more: str | bytes = "") -> bytes:
    """An item with an id and whatever else."""
    return f"<item><g:id>{item_id}</g:id>".encode() + (more.encode() if isinstance(more, str) else more) + b"</item>"


def feed(*parts: bytes) -> bytes:
    """A feed of these items, as they stand."""
    return OPEN + b"".join(parts) + CLOSE


def nothing(hashes: list[bytes]) -> Sequence[bool]:
    """A snapshot that knows no item."""
    return [False] * len(hashes)


class Reading(NamedTuple):
    """What came of one pass."""

    hashes: list[bytes]
    offsets: list[int]
    items: list[RawItem]
    parsed: list[Parsed]
    faults: list[str]
    remarks: list[str]
    context: bytes

    @property
    def attributes(self) -> list[Attributes | None]:
        """Of each item that was read: its attributes, None where it was refused."""
        return [one.attributes for one in self.parsed]

    @property
    def ids(self) -> list[object]:
        """Of each item that was read: its id, also where it was refused and the id could be told."""
        return [one.attributes.get("id") if one.attributes is not None else one.id_text for one in self.parsed]

    @property
    def codes(self) -> list[str | None]:
        """Of each item that was read: why it was refused."""
        return [one.problem.code if one.problem else None for one in self.parsed]

    @property
    def repairs(self) -> list[list[str]]:
        """Of each item that was read: what was mended."""
        return [[note.parts["what"] for note in one.notes] for one in self.parsed]


def collect(blocks: Sequence[Block]) -> tuple[list[bytes], list[int], list[RawItem]]:
    """The blocks as one; every miss stands in its block at the index that it names."""
    hashes: list[bytes] = []
    offsets: list[int] = []
    items: list[RawItem] = []
    for block in blocks:
        assert len(block.hashes) == len(block.offsets)
        assert all(block.hashes[index] == one.hash for index, one in block.misses)
        assert [index for index, _ in block.misses] == sorted({index for index, _ in block.misses})
        hashes += block.hashes
        offsets += block.offsets
        items += [one for _, one in block.misses]
    return hashes, offsets, items


def read_stream(stream: BinaryIO, *, known: Known = nothing, charset: str | None = None) -> Reading:
    """Read a stream through the adapter."""
    return _pass(GoogleXml().split(stream, "feed.xml", charset), known)


def _pass(split: XmlSplit, known: Known) -> Reading:
    hashes, offsets, items = collect(list(split.blocks(known)))
    faults = [problem.code for problem in split.faults()]
    remarks = [problem.code for problem in split.remarks()]
    return Reading(hashes, offsets, items, split.parse(items), faults, remarks, split.context)


def read(data: bytes, *, known: Known = nothing, charset: str | None = None) -> Reading:
    """Read bytes through the adapter."""
    return read_stream(io.BytesIO(data), known=known, charset=charset)


class Dribble(io.RawIOBase):
    """A stream that never gives more than ``step`` bytes at once, as a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._stream = io.BytesIO(data)
        self._step = step

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(self._step if size < 0 else min(size, self._step))


def dribble(data: bytes, step: int) -> BinaryIO:
    """Bytes as such a stream."""
    return cast(BinaryIO, Dribble(data, step))


def read_in_blocks(data: bytes, block_bytes: int, *, known: Known = nothing) -> Reading:
    """Read UTF-8 bytes in blocks of about that many bytes, so that every border falls somewhere in a small document."""
    head = read_head(data, "feed.xml", last=True)
    assert head is not None
    rest = dribble(data[head.start :], max(1, block_bytes // 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_split, "BLOCK_BYTES", block_bytes)
        return _pass(XmlSplit(head, data[: head.start], rest, "utf-8"), known)


def knowing(reading: Reading, keep: Callable[[int], bool] = lambda _: True) -> Known:
    """A snapshot that holds the records of those items of a reading that were read, some of them forgotten."""
    held = {
        one.hash
        for index, (one, parsed) in enumerate(zip(reading.items, reading.parsed, strict=True))
        if parsed.attributes is not None and keep(index)
    }
    return lambda hashes: [one in held for one in hashes]
