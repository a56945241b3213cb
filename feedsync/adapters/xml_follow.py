"""An XML feed cut as :mod:`feedsync.adapters.xml_split` cuts it, with what stands as it stood in the last one passed by."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from feedsync.adapters import xml_split
from feedsync.adapters.base import Block, Known, RawItem
from feedsync.adapters.stretches import LEAST_BYTES, Stretches
from feedsync.adapters.xml_head import Head
from feedsync.adapters.xml_split import Splitter, end_of_space


class Follower(Splitter):
    """A splitter that follows stretches, and tells them what it cuts."""

    def __init__(
        self, head: Head, buffer: bytes, stream: BinaryIO, well_formed: Callable[[bytes], bool], stretches: Stretches
    ) -> None:
        super().__init__(head, buffer, stream, well_formed)
        self._stretches = stretches

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
