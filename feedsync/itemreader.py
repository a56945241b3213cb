"""From raw items to the rows that the snapshot takes: parse, interpret, encode.

It does nothing else, so it can run in this process or in another one: :mod:`feedsync.pool`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from feedsync.adapters.base import ItemParser, RawItem
from feedsync.errors import Problem
from feedsync.interpret import Interpreted, Interpreter
from feedsync.snapshot.incoming import EXCERPT_BYTES, Draft, Incoming
from feedsync.snapshot.records import Packer

if TYPE_CHECKING:  # most documents are not the first of their snapshot
    from feedsync.drafting import Drafter

_ENCODER = msgspec.msgpack.Encoder()

#: A raw item with its position in the document.
Placed = tuple[int, RawItem]
_JOBS = msgspec.msgpack.Decoder(list[Placed])


class Taken(msgspec.Struct, gc=False):
    """What a run of items became.

    ``excluded`` are (id, hash, part) of those that a rule leaves out, where the schedule has supplemental feeds;
    ``nameless`` are (hash, problem) of those whose id cannot be read; ``unseen`` are the names that ``[map]`` looks for and
    that no item of this reader had so far; ``drafts`` are of products whose items stand together among these.
    """

    read: int
    rows: list[Incoming]
    excluded: list[tuple[str, bytes, bytes]]
    nameless: list[tuple[bytes, Problem]]
    unseen: list[str]
    drafts: list[Draft]


class ItemReader:
    """Reads the items of one document."""

    def __init__(self, parser: ItemParser, interpret: Interpreter, drafter: Drafter | None = None) -> None:
        self._parser = parser
        self._interpret = interpret
        self._drafter = drafter
        self._packer = Packer()

    def pack_with(self, packer: Packer) -> None:
        """What the records that follow are packed with."""
        self._packer = packer
        if self._drafter is not None:
            self._drafter.pack_with(packer)

    def read(self, items: Sequence[Placed]) -> Taken:
        """What these items are now."""
        taken = Taken(len(items), [], [], [], [], [])
        parsed = self._parser.parse([item for _, item in items])
        became = self._interpret.lot(parsed)
        for (position, item), found, interpreted in zip(items, parsed, became, strict=True):
            normalized = interpreted.normalized
            variant = normalized.variant
            if variant is None:
                self._take(position, item, found.notes, interpreted, taken)
            else:
                notes = (*found.notes, *normalized.notes) if found.notes or normalized.notes else None
                group_id = variant.group_id
                taken.rows.append(
                    (
                        position, variant.id, item.hash, item.offset, self._packer.pack(_ENCODER.encode(variant)), None,
                        _ENCODER.encode(notes) if notes else None, None, interpreted.part, group_id or variant.id,
                        int(group_id is not None), _ENCODER.encode(variant.catalogs),
                    )
                )  # fmt: skip
        taken.unseen = self._interpret.unseen()
        if self._drafter is not None:
            variants = ((place, one.normalized.variant) for (place, _), one in zip(items, became, strict=True))
            taken.drafts = self._drafter.draft(variants)
        return taken

    def answer(self, job: bytes) -> bytes:
        """The same for another process, in and out as MessagePack."""
        return _ENCODER.encode(self.read(_JOBS.decode(job)))

    def _take(
        self, position: int, item: RawItem, repairs: tuple[Problem, ...], became: Interpreted, taken: Taken
    ) -> None:
        """One item that is no variant."""
        item_id, problem, part = became.normalized.id, became.normalized.problem, became.part
        if became.excluded:
            if item_id is not None and part is not None:
                taken.excluded.append((item_id, item.hash, part))
            return
        if item_id is None and problem is not None:
            taken.nameless.append((item.hash, problem))
        notes = (*repairs, *became.normalized.notes)
        taken.rows.append(
            (
                position, item_id, item.hash, item.offset, None, _ENCODER.encode(problem) if problem else None,
                _ENCODER.encode(notes) if notes else None, item.raw[:EXCERPT_BYTES] if problem else None, part, None, 0, None,
            )
        )  # fmt: skip
