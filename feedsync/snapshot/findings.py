"""What is wrong with an item, on its way into the snapshot."""

from __future__ import annotations

import msgspec

from feedsync.errors import Problem


class Finding(msgspec.Struct):
    """Something to report of one item: a rejection, or a note that cost it nothing."""

    hash: bytes
    item_id: str | None
    severity: str
    problem: Problem
    offset: int
    position: int | None = None
    line: int | None = None


def double(item_hash: bytes, item_id: str, offset: int, position: int | None = None) -> Finding:
    """An item whose id an earlier one has."""
    return Finding(item_hash, item_id, "rejected", Problem("FS-402", {"id": item_id}), offset, position)


def encode_details(problem: Problem) -> str:
    """The parts of a problem's sentence as they are kept; equal parts give equal text."""
    return msgspec.json.encode(problem.parts, order="sorted").decode()
