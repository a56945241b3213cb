"""Rows that stand as they stood in the last document passed by; see :mod:`feedsync.adapters.stretches`.

What a run of rows is depends on its bytes alone where it begins where a row may begin, ends with a line's end, and none of
its rows is what it is because of others. Whatever is odd is read by :class:`feedsync.adapters.delimited.rowwise.RowSplit`,
and stands in no stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate

from feedsync.adapters.base import Block, Known, RawItem
from feedsync.adapters.delimited.rows import Rows
from feedsync.adapters.delimited.rowwise import Run
from feedsync.adapters.stretches import LEAST_BYTES, Stretches

#: The items that begin in the lines at hand, and the runs of them.
Pass = Callable[[Known], tuple[Block, list[Run]]]


class RowFollower:
    """A pass over rows that follows stretches, and tells them what it cuts."""

    def __init__(self, rows: Rows, pass_: Pass, stretches: Stretches) -> None:
        self._rows, self._pass, self._stretches = rows, pass_, stretches

    def blocks(self) -> Iterator[Block]:
        """The items up to the first that must be left to others, about a buffer of them at a time."""
        rows, lines, stretches = self._rows, self._rows.lines, self._stretches
        while not stretches.leaves():
            misses: list[tuple[int, RawItem]] = []
            while (free := rows.settled and lines.uncut()) and lines.have(LEAST_BYTES):
                number = lines.number
                if end := stretches.follow(lines.buffer, lines.position, number):
                    rows.leap(end, stretches.offset - number)
                else:
                    self._cut(misses)
            if (placed := stretches.taken()) is not None:
                yield Block([], [], misses, placed)
            elif lines.ended:
                return
            if not free:
                return
            lines.read_on()

    def _cut(self, misses: list[tuple[int, RawItem]]) -> None:
        """Cut rows up to where a stretch may begin again."""
        lines, stretches, count = self._rows.lines, self._stretches, self._stretches.count
        lines.fill_rows(stretches.reach())
        buffer, raws, numbers, start, cut = lines.buffer, lines.block, lines.numbers, lines.begin, lines.cut
        if not raws:  # the beginning of a line
            lines.read_on()
            return
        block, runs = self._pass(stretches.match)
        hashes, offsets = block.hashes, block.offsets
        stretches.match(hashes)
        before, number = len(hashes), numbers[0]
        places = list(accumulate(map(len, raws), initial=start))
        # of lines that are too long not all is there, and a carriage return may become the half of an end
        if cut or not isinstance(numbers, range):
            runs = []
        if lines.block is raws and [run[:2] for run in runs] == [(0, before)]:
            before = stretches.resumed(before)
            if before < len(hashes):
                end = offsets[before] - number
                self._rows.return_to(places[end], offsets[before])
                runs = [Run(0, before, end)]
        done = 0
        for first, last, end in runs:
            if not raws[end - 1].endswith(b"\n"):  # of the last line nobody knows whether it goes on
                last, end = last - 1, offsets[last - 1] - number
            if last > first:
                stretches.loose(done, offsets[done:first])
                each = [*offsets[first:last], number + end]
                stretches.cut(buffer, 0, [places[at - number] for at in each], hashes[first:last], each, first)
                done = last
        stretches.loose(done, offsets[done:before])
        misses += [(count + index, item) for index, item in block.misses if index < before]
