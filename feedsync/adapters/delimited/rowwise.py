"""Rows that are items each, skipped by their bytes where they are known, and read by the csv module where they are not.

The hash of an item is that of its lines. A document is cut into its lines first, which takes no more than ``splitlines``. A
line whose hash is known was a whole row when it was first met, so it is one wherever a row may begin; lines that quotation
marks seem to join are tried together in the same way. This is a guess with a proof: equal bytes, read from the beginning of
a row on in the same dialect, are equal rows. What is not known is read as the document is always read, by the same reader,
and where that finds anything odd (a row that lacks cells, marks that are wrong, an end that is not in the block), the next
rows are those of :meth:`Rows.step`, until none of them depends on what follows.

What a row is because of other rows (short ones, which may be halves; mended ones) has another hash, so it is always read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Block, Known, RawItem, item_hash, unknown
from feedsync.adapters.delimited.lines import Line, text_of
from feedsync.adapters.delimited.rows import Row, Rows
from feedsync.adapters.delimited.table import Shape, TableSplit, broken_row

if TYPE_CHECKING:
    from feedsync.adapters.delimited.rowfollow import RowFollower
    from feedsync.adapters.stretches import Stretches


class Run(NamedTuple):
    """Items of a block, from ``first`` to the one before ``last``, that are what they are by their own lines.

    What comes behind them begins at the line ``end`` of those at hand.
    """

    first: int
    last: int
    end: int


def item_of(row: Row) -> RawItem:
    """The item that a row is."""
    if row.problem is not None:
        return broken_row(row)
    raw = msgspec.json.encode([row.cells, [row.note]] if row.note else [row.cells])
    # no row holds a NUL, so the two kinds are never taken for each other
    return RawItem(raw, row.line, item_hash(row.raw or b"row\0" + raw))


class RowSplit(TableSplit):
    """A pass over rows that are items each."""

    def __init__(self, rows: Rows, shape: Shape, context: bytes) -> None:
        super().__init__(rows, shape, context + msgspec.json.encode(rows.dialect))
        self._follower: RowFollower | None = None

    def recall(self, stretches: Stretches) -> None:
        """Before the first block: follow these, and tell them what is cut."""
        # with numpy, which a reading process does without
        from feedsync.adapters.delimited.rowfollow import RowFollower

        self._follower = RowFollower(self._rows, self._pass, stretches)

    def blocks(self, known: Known) -> Iterator[Block]:
        """The document's items, those of about one block of lines at a time."""
        follower = self._follower
        if follower is not None:
            yield from follower.blocks()
        while self._rows.lines.fill():
            yield self._pass(known)[0]
            if follower is not None:
                yield from follower.blocks()

    def _pass(self, known: Known) -> tuple[Block, list[Run]]:
        """The items that begin in the lines at hand, and the runs of them that are what they are by their own lines."""
        rows, lines = self._rows, self._rows.lines
        raws, numbers = lines.block, lines.numbers
        hashes = list(map(item_hash, raws))
        flags = [*known(hashes), False]
        if lines.cut:
            flags = [False] * len(flags)
        joined = _joined(raws, lines.at, flags, known)
        block, runs, first = Block([], [], []), list[Run](), 0
        while lines.block is raws and (at := lines.at) < len(raws):
            if flags[at]:
                end = flags.index(False, at)
                block.hashes += hashes[at:end]
                block.offsets += numbers[at:end]
                rows.pass_by(end - at)
            elif at in joined:
                end, found = joined[at]
                block.hashes.append(found)
                block.offsets.append(numbers[at])
                rows.pass_by(end - at)
            elif lines.cut or not self._read(block, flags, joined):
                if len(block.hashes) > first:
                    runs.append(Run(first, len(block.hashes), at))
                self._step(block)
                first = len(block.hashes)
        if len(block.hashes) > first:
            runs.append(Run(first, len(block.hashes), len(raws)))
        return unknown(block, known), runs

    def _read(self, block: Block, flags: Sequence[bool], joined: dict[int, tuple[int, bytes]]) -> bool:
        """Read rows of the lines at hand until one is known or not whole; False where already the first is not."""
        rows, lines = self._rows, self._rows.lines
        raws, numbers = lines.block, lines.numbers
        begin = at = lines.at
        while at < len(raws) and not flags[at] and at not in joined:
            texts = [text_of(raws[at])]
            cells = rows.quick_cells(texts[0])
            if cells is None:
                texts = []
                try:
                    cells = next(rows.reader(_remembered(raws, at, texts)))
                except csv.Error:
                    break
            end = at + len(texts)
            taken = [Line(*one) for one in zip(texts, raws[at:end], numbers[at:end], strict=True)]
            if len(taken) > 1 and sum(len(line.raw) for line in taken) > ITEM_LIMIT_BYTES:
                break
            row = rows.judged(cells, taken)
            if row is not None:
                if row.problem is not None or len(row.cells) < rows.width:
                    break
                _add(block, item_of(row))
            rows.pass_by(end - at)
            at = end
        return at > begin

    def _step(self, block: Block) -> None:
        """Read on row by row, as far as one may depend on the next."""
        while True:
            for row in self._rows.step():
                _add(block, item_of(row))
            if self._rows.settled:
                return


def _add(block: Block, item: RawItem) -> None:
    block.misses.append((len(block.hashes), item))
    block.hashes.append(item.hash)
    block.offsets.append(item.offset)


def _remembered(raws: list[bytes], at: int, texts: list[str]) -> Iterator[str]:
    """The text of each line from a place on, which is added to ``texts``."""
    for place in range(at, len(raws)):
        text = text_of(raws[place])
        texts.append(text)
        yield text


def _joined(raws: list[bytes], at: int, flags: list[bool], known: Known) -> dict[int, tuple[int, bytes]]:
    """Where known rows of several lines begin, by the number of their quotation marks: (behind their end, hash) of each."""
    found: dict[int, tuple[int, bytes]] = {}
    while at < len(raws):
        if flags[at]:
            at = flags.index(False, at)
            continue
        end = at + 1
        if raws[at].count(b'"') & 1:
            while end < len(raws) and not raws[end].count(b'"') & 1:
                end += 1
            if end == len(raws):
                break  # no line is left that could begin such a row
            end += 1
            found[at] = end, item_hash(b"".join(raws[at:end]))
        at = end
    if not found:
        return {}
    held = known([one for _, one in found.values()])
    return {place: one for (place, one), flag in zip(found.items(), held, strict=True) if flag}
