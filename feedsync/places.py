"""Where an item stands in its document's bytes, and how it is written there.

An adapter's offset is a place that only the adapter understands: a byte of the document, of its UTF-8 form, or a row. So
it is looked at: the bytes that stand there either are the item's, or the line that it is on is shown in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import BinaryIO

import msgspec

_CHUNK_BYTES = 1 << 20
_COMPARED_BYTES = 32
_BOM_BYTES = 3

Open = Callable[[], AbstractContextManager[BinaryIO]]


class Place(msgspec.Struct, frozen=True):
    """The byte (from 0, of the inflated document) at which an item begins, and what is written there."""

    byte: int
    raw: bytes


def places(reopen: Open, items: list[tuple[int, int | None, bytes]], longest: int) -> list[Place | None]:
    """The place of each item (offset, line, raw); None where nobody can tell, as in UTF-16.

    Args:
        reopen: opens the document at its beginning, inflated.
        items: offset and line by the adapter, and the item's bytes by the adapter.
        longest: how many bytes are wanted of each.
    """
    found: dict[int, Place] = {}
    with reopen() as stream:
        there = _slices(stream, {at for offset, _, _ in items for at in (offset, offset + _BOM_BYTES)}, _COMPARED_BYTES)
    for number, (offset, _, raw) in enumerate(items):
        for at in (offset, offset + _BOM_BYTES):
            if there.get(at) and raw.startswith(there[at][: len(raw)]):
                found.setdefault(number, Place(at, raw[:longest]))
    left = {line: number for number, (_, line, _) in enumerate(items) if number not in found and line is not None}
    if left:
        with reopen() as stream:
            starts = _line_starts(stream, left.keys())
        with reopen() as stream:
            there = _slices(stream, set(starts.values()), longest)
        for line, start in starts.items():
            if b"\0" not in there[start]:
                found[left[line]] = Place(start, _row(there[start]))
    return [found.get(number) for number in range(len(items))]


def _row(text: bytes) -> bytes:
    """The first line, with those after it that belong to it because a quotation mark is open."""
    row = b""
    for line in text.splitlines(keepends=True):
        row += line
        if row.count(b'"') % 2 == 0:
            break
    return row.rstrip(b"\r\n")


def _slices(stream: BinaryIO, offsets: set[int], size: int) -> dict[int, bytes]:
    """What stands at each offset, ``size`` bytes or as many as there are, in one pass that ends with the last."""
    found = dict.fromkeys(offsets, b"")
    begin = 0
    while begin < max(offsets, default=0) + size and (chunk := stream.read(_CHUNK_BYTES)):
        for offset, have in found.items():
            at = offset + len(have) - begin
            if 0 <= at < len(chunk):
                found[offset] = have + chunk[at : at + size - len(have)]
        begin += len(chunk)
    return found


def _line_starts(stream: BinaryIO, lines: Collection[int]) -> dict[int, int]:
    """The byte at which each line (from 1) begins, of those that there are."""
    found = {1: 0} if 1 in lines else {}
    wanted = sorted(line for line in lines if line > 1)
    begin, before = 0, 0  # where the chunk begins, and how many lines ended before it
    while wanted and (chunk := stream.read(_CHUNK_BYTES)):
        ends = chunk.count(b"\n")
        at, seen = -1, 0
        while wanted and wanted[0] - 1 <= before + ends:
            while seen < wanted[0] - 1 - before:
                at = chunk.index(b"\n", at + 1)
                seen += 1
            found[wanted.pop(0)] = begin + at + 1
        begin, before = begin + len(chunk), before + ends
    return found
