"""What is wrong with an item, on its way into the snapshot."""

from __future__ import annotations

import msgspec

from feedsync.errors import Problem

_NOTES = msgspec.msgpack.Decoder(list[Problem])
_PROBLEM = msgspec.msgpack.Decoder(Problem)


class Finding(msgspec.Struct):
    """Something to report of one item: a rejection, or a note that cost it nothing."""

    hash: bytes
    item_id: str | None
    severity: str
    problem: Problem
    offset: int
    position: int | None = None
    line: int | None = None


def findings_of(
    item_hash: bytes, item_id: str | None, problem: bytes | None, notes: bytes | None, offset: int, position: int
) -> list[Finding]:
    """What is wrong with an item by its row in the table ``incoming``: why it was refused, and its notes."""
    refused = [_PROBLEM.decode(problem)] if problem is not None else []
    found = [Finding(item_hash, item_id, "rejected", one, offset, position) for one in refused]
    return found + [Finding(item_hash, item_id, "note", n, offset) for n in (_NOTES.decode(notes) if notes else ())]


def double(item_hash: bytes, item_id: str, offset: int, position: int | None = None) -> Finding:
    """An item whose id an earlier one has."""
    return Finding(item_hash, item_id, "rejected", Problem("FS-402", {"id": item_id}), offset, position)


def encode_details(problem: Problem) -> str:
    """The parts of a problem's sentence as they are kept; equal parts give equal text."""
    return msgspec.json.encode(problem.parts, order="sorted").decode()
