"""One pass over a JSON document: its records cut into items, in blocks of bounded size."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol, cast

import msgspec

from feedsync.adapters.base import (
    ITEM_LIMIT_BYTES,
    Block,
    Known,
    Parsed,
    RawItem,
    ReadOptions,
    Rejoined,
    count_lines,
    item_hash,
    read_up_to,
    unknown,
)
from feedsync.adapters.delimited.encoding import sniff_encoding
from feedsync.adapters.jsonfeed.decode import UnreadableError, decode
from feedsync.adapters.jsonfeed.outline import HEAD_BYTES, outline
from feedsync.adapters.jsonfeed.place import Fits, NoPlace, locate
from feedsync.adapters.jsonfeed.records import Record, Records
from feedsync.adapters.jsonfeed.scan import Run
from feedsync.adapters.xml_head import as_utf8
from feedsync.errors import Fatal, Problem

_BLOCK_ITEMS = 512
_BLOCK_BYTES = 4 * 1024 * 1024
_STARTS = (b"{", b"[")
_SHOWN = 40


class Piece(msgspec.Struct, gc=False):
    """One item of a record: all that its meaning depends on. ``broken`` items have no meaning, or a doubtful one."""

    raw: bytes
    broken: str | None = None


class Reader(Protocol):
    """What a format knows of its records."""

    def pieces(self, raw: bytes) -> Iterator[Piece]:
        """A record's items; one that holds nothing that is offered has none."""

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """What the items say."""


def recognized(head: bytes, fits: Fits) -> bool:
    """Whether the first bytes are JSON whose records have the keys that ``fits`` looks for."""
    text = _utf8(head)
    return text.lstrip(b" \t\r\n\x1e\xef\xbb\xbf")[:1] in _STARTS and any(
        one.keys and fits(one) for one in outline(text)
    )


def is_json(head: bytes) -> bool:
    """Whether the first bytes begin an object or a list of JSON."""
    text = _utf8(head).lstrip(b" \t\r\n\x1e\xef\xbb\xbf")
    behind = text[1:].lstrip()[:1]
    if text[:1] == b"{":
        return behind in (b'"', b"}") or not behind
    return text[:1] == b"[" and (not behind or behind in b'{[]"-0123456789ntf')


def _utf8(head: bytes) -> bytes:
    encoding = json.detect_encoding(head)
    return head if encoding.startswith("utf-8") else head.decode(encoding, "replace").encode("utf-8", "replace")


def encoding_of(head: bytes, charset: str | None, location: str, wanted: str | None) -> str:
    """The encoding: the schedule's word, else by the bytes as RFC 4627 tells, else HTTP's word if the bytes are not UTF-8.

    Raises:
        Fatal: FS-306, when the word is none.
    """
    found = json.detect_encoding(head)
    if wanted is None and found.startswith("utf-8"):
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            wanted = charset
    elif wanted is None:
        return found
    return "utf-8" if wanted is None else sniff_encoding(b"", None, location, wanted)


def begin(
    stream: BinaryIO, location: str, encoding: str | None, options: ReadOptions, fits: Fits
) -> tuple[Records, str, str]:
    """Find the records: (them, the encoding, where they are to be as a person is told).

    Raises:
        Fatal: FS-306; FS-314, when there are none.
    """
    first = read_up_to(stream, HEAD_BYTES)
    name = encoding_of(first, encoding, location, options.encoding)
    text = as_utf8(cast(BinaryIO, Rejoined(first, stream)), name)
    head = read_up_to(text, HEAD_BYTES)
    place = locate(head, fits, options.records)
    where = "" if options.records is None else f" at {options.records!r}"
    if isinstance(place, NoPlace):
        raise Fatal("FS-314", location=location, where=where, hint=_hint(head, place))
    return Records(place, head, text), name, where


def _hint(head: bytes, place: NoPlace) -> str:
    if place.says:
        return f"; it says: {place.says!r}"
    if b"<html" in head[:2048].lower() or b"<!doctype html" in head[:2048].lower():
        return "; it is a web page: does the address need a login, or has it moved?"
    if not head.strip():
        return "; it is empty"
    return f"; it begins with {head[:_SHOWN].decode('utf-8', 'replace').strip()!r}"


class JsonSplit:
    """One pass over one JSON document; see :class:`feedsync.adapters.base.Split`."""

    def __init__(
        self, records: Records, reader: Reader, context: bytes, encoding: str, location: str, where: str, *,
        records_are_items: bool = False,
    ) -> None:  # fmt: skip
        self._records = records
        self.parser = reader
        self._encoding = encoding
        self._location = location
        self._where = where
        self._records_are_items = records_are_items
        self.context = context

    def blocks(self, known: Known) -> Iterator[Block]:
        """The document's items; see the protocol. Raises Fatal (FS-314) where the path that was told leads nowhere."""
        block, size = Block([], [], []), 0
        if self._records_are_items:
            self._records.known = known
        for found in self._records:
            if isinstance(found, Run):
                first = len(block.hashes)
                for index, raw in found.misses:
                    block.misses.append((first + index, RawItem(raw, found.offsets[index], found.hashes[index])))
                    size += len(raw)
                block.hashes += found.hashes
                block.offsets += found.offsets
            else:
                for item in self._items(found):
                    block.misses.append((len(block.hashes), item))
                    block.hashes.append(item.hash)
                    block.offsets.append(item.offset)
                    size += len(item.raw)
            if len(block.hashes) >= _BLOCK_ITEMS or size > _BLOCK_BYTES:
                yield unknown(block, known)
                block, size = Block([], [], []), 0
        if block.hashes:
            yield unknown(block, known)
        if not self._records.found and not self._records.faults:
            raise Fatal("FS-314", location=self._location, where=self._where, hint="")

    def _items(self, record: Record) -> Iterator[RawItem]:
        pieces = iter((Piece(record.raw, record.broken),)) if record.broken else self.parser.pieces(record.raw)
        for piece in pieces:
            # a broken item never shares its hash with a whole one
            hashed = piece.raw if piece.broken is None else piece.broken.encode() + b"\0" + piece.raw
            yield RawItem(piece.raw, record.offset, item_hash(hashed), piece.broken)

    def faults(self) -> list[Problem]:
        """FS-313, unless the document was followed to its end."""
        return self._records.faults

    def remarks(self) -> list[Problem]:
        """Nothing."""
        return []

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        """The lines of these offsets in the document."""
        return count_lines(as_utf8(stream, self._encoding), offsets)

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """The items' attributes."""
        return self.parser.parse(items)


def refusal(item: RawItem, *, transcoded: bool) -> Parsed:
    """Why a broken item cannot be read. Whose it is nobody can tell, so the document is degraded."""
    if item.broken == "FS-307":
        return Parsed(problem=Problem("FS-307", {"limit": str(ITEM_LIMIT_BYTES)}))
    if item.broken == "FS-311":
        return Parsed(problem=Problem("FS-311"))
    if item.broken == "FS-313":
        return Parsed(problem=Problem("FS-304", {"detail": "the JSON breaks right behind it"}))
    try:
        decode(item.raw, transcoded=transcoded)
        detail = "the product lists none of its variants"
    except UnreadableError as error:
        detail = Problem("FS-417", {"reason": error.reason}).message
    return Parsed(problem=Problem("FS-304", {"detail": detail}))
