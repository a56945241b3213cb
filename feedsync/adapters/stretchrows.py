"""Stretches as they are put together and stored; see :mod:`feedsync.adapters.stretches`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from feedsync.adapters.base import item_hash

#: A stretch has so many items, nearly twice as many at the end of what was cut at once, and is no larger than this.
ITEMS: Final = 8
_MOST_BYTES: Final = 1 << 18

Indices = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]


class Kept(msgspec.Struct, array_like=True, gc=False):
    """Some stretches as they are stored: of each its hash, size and number of items; of each item its hash and size.

    Hashes have 16 bytes, sizes four, little-endian, and numbers one. An item's size is how far it is from its offset to what
    comes next: bytes, or lines.
    """

    digests: bytes
    sizes: bytes
    counts: bytes
    hashes: bytes
    lengths: bytes


class Row:
    """Stretches as they are put together."""

    def __init__(self) -> None:
        #: The hash of each, one behind the other.
        self.digests = bytearray()
        self._sizes, self._counts = array("I"), bytearray()
        self._hashes, self._lengths = bytearray(), array("I")

    def __len__(self) -> int:
        return len(self._counts)

    def cut(
        self, buffer: bytes, begin: int, places: Sequence[int], hashes: Sequence[bytes], offsets: Sequence[int]
    ) -> list[int]:
        """Items of a buffer, as in :meth:`Stretches.cut`; the length of each, as offsets are counted."""
        view, first, count = memoryview(buffer), 0, len(hashes)
        lengths = [b - a for a, b in pairwise(offsets)]
        while first < count:
            last = first + ITEMS if count - first >= 2 * ITEMS else count
            size = places[last] - places[first]
            if size <= _MOST_BYTES:
                at = places[first] - begin
                self.digests += item_hash(view[at : at + size])
                self._sizes.append(size)
                self._counts.append(last - first)
                self._hashes += b"".join(hashes[first:last])
                self._lengths.extend(lengths[first:last])
            first = last
        return lengths

    def kept(self) -> Kept:
        """As they are stored."""
        sizes, lengths = (np.array(one, "<u4").tobytes() for one in (self._sizes, self._lengths))
        return Kept(bytes(self.digests), sizes, bytes(self._counts), bytes(self._hashes), lengths)


def begins_of(counts: npt.NDArray[np.integer]) -> Indices:
    """For each the number of its first item, and that of all."""
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins
