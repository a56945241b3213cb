"""An XML feed cut as :mod:`feedsync.adapters.xml_split` cuts it, with what stands as it stood in the last one passed by."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from feedsync.adapters import xml_split
from feedsync.adapters.base import HASH_BYTES, Block, Known, RawItem, item_hash
from feedsync.adapters.stretches import LEAST_BYTES, Stretches
from feedsync.adapters.xml_head import Head
from feedsync.adapters.xml_split import Splitter, end_of_space

#: Where a stretch has changed, so many times its items are cut at most, to find what is left of it.
_MOST = 3


class Follower(Splitter):
    """A splitter that follows stretches, and tells them what it cuts."""

    def __init__(
        self, head: Head, buffer: bytes, stream: BinaryIO, well_formed: Callable[[bytes], bool], stretches: Stretches
    ) -> None:
        super().__init__(head, buffer, stream, well_formed)
        self._stretches = stretches
        self._between = b""  # what last stood behind an item: its closing tag and white space

    def _block(self, known: Known) -> Block | None:
        """The items of the buffer up to the first that is neither known nor clean, if there are any."""
        if self._stretches.leaves():
            return super()._block(known)
        self._fill(xml_split.BLOCK_BYTES, least=LEAST_BYTES)
        block = self._around()
        if block is None and self._ending.search(self._buffer, self._position) is None:
            self._fill(xml_split.BLOCK_BYTES)  # an item may be larger than what was left
            block = self._around()
        return block

    def _around(self) -> Block | None:
        """The stretches of the buffer and the items between them."""
        stretches = self._stretches
        misses: list[tuple[int, RawItem]] = []
        while True:
            start = end_of_space(self._buffer, self._position)
            self._position = stretches.follow(self._buffer, start, self._base + start) or self._position
            if len(self._buffer) - self._position < LEAST_BYTES and not self._eof:
                break
            if self._mend(misses):
                continue
            begin, count, reach, most = self._position, stretches.count, stretches.reach(), self._block_end()
            end = most if reach is None else min(begin + reach, most)
            block = self._fast(stretches.match, end)
            before, behind = stretches.resumed(len(block.hashes)), self._base + self._position
            if before < len(block.hashes):
                behind = block.offsets[before]
                self._position = behind - self._base
            if before:
                stretches.cut(self._buffer, self._base, [*block.offsets[:before], behind], block.hashes[:before])
                misses += [(count + index, item) for index, item in block.misses if index < before]
            elif not block.hashes and (end == most or self._ending.search(self._buffer, begin, end)):
                break
        placed = stretches.taken()
        return None if placed is None else Block([], [], misses, placed)

    def _mend(self, misses: list[tuple[int, RawItem]]) -> bool:
        """Cut a stretch that has changed where its items are expected; False: nothing, since nothing plain stands here."""
        stretches, buffer, close = self._stretches, self._buffer, self._close
        expected = stretches.expected()
        if expected is None:
            return False
        view, count, between = memoryview(buffer), stretches.count, self._between
        places: list[int] = []
        hashes: list[bytes] = []
        offsets: list[int] = []
        at, head = end_of_space(buffer, self._position), -1
        one = behind = 0  # the item that is expected; behind the last one that was met
        while one < len(expected.places) and len(hashes) < _MOST * len(expected.places):
            index, found = one, expected.hashes[one * HASH_BYTES : (one + 1) * HASH_BYTES]
            end = at + expected.lengths[one]
            if not buffer.startswith(between, end - len(between)) or item_hash(view[at : end - len(between)]) != found:
                closing = buffer.find(close, at)
                if closing < 0:
                    break
                found, end = item_hash(view[at:closing]), end_of_space(buffer, closing + len(close))
                between = buffer[closing:end]
                index = expected.index_of(found, behind)
            if index >= 0:  # of those before it some may be gone, or it was taken for changed and another one is new
                place = expected.places[index]
                one = behind = index + 1
            else:
                place, head = stretches.place_of(found)
                if head >= 0:
                    break
                if place < 0:  # changed, or new: what comes next tells
                    raw = buffer[at:closing]
                    if not raw.startswith(self._open) or self._odd.search(raw, 1) is not None:
                        break
                    misses.append((count + len(hashes), RawItem(raw + close, self._base + at, found)))
                    one += 1
            offsets.append(self._base + at)
            hashes.append(found)
            places.append(place)
            at = end
        if not hashes and head < 0:
            return False
        self._between, self._position = between, at
        stretches.mended(buffer, self._base, [*offsets, self._base + at], hashes, places, head)
        return True
