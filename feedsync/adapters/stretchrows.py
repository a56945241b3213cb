"""Stretches as they are put together, stored, and met again; see :mod:`feedsync.adapters.stretches`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from feedsync.adapters.base import HASH_BYTES, item_hash

#: A stretch has so many items, nearly twice as many at the end of what was cut at once, and is no larger than this.
ITEMS: Final = 8
_MOST_BYTES: Final = 1 << 18

Indices = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
#: Hashes as numpy holds them.
HASH: Final = np.dtype((np.void, HASH_BYTES))


class Held(Protocol):
    """The items that need not be read again, by their places among each other."""

    def __len__(self) -> int:
        """How many they are."""

    def find(self, hashes: bytes) -> Indices:
        """The place of each hash of 16 bytes, -1 where it is none of theirs."""

    def place(self, found: bytes) -> int:
        """The same for one hash."""

    def hashes_at(self, places: Places) -> bytes:
        """The hashes that stand there."""


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


class Stored:
    """The stretches of a document as they were stored, in its order, among the items that need not be read again.

    A stretch with another item is not whole: nobody passes it.
    """

    def __init__(self, kept: Iterable[Kept], held: Held) -> None:
        digests, sizes, counts, lengths, places = [], [], [], [], [np.empty(0, np.int32)]
        for one in kept:
            digests.append(one.digests)
            sizes.append(one.sizes)
            counts.append(one.counts)
            lengths.append(one.lengths)
            places.append(held.find(one.hashes).astype(np.int32))
        #: Of each stretch its bytes and its items; of each item its length as offsets are counted, and its place, -1: none.
        self.sizes = array("I", np.frombuffer(b"".join(sizes), "<u4").astype(np.uint32).tobytes())
        self.counts = np.frombuffer(b"".join(counts), np.uint8)
        self.lengths = np.frombuffer(b"".join(lengths), "<u4")
        self.places: Places = np.concatenate(places)
        #: For each stretch the number of its first item, and that of all; the same of where it begins, as offsets are counted.
        self.begins = begins_of(self.counts)
        self.ends = begins_of(
            np.add.reduceat(self.lengths, self.begins[:-1], dtype=np.int64) if digests else self.counts
        )
        told = np.frombuffer(b"".join(digests), HASH).copy()
        whole = np.empty(0, bool)
        if digests:
            whole = np.minimum.reduceat(self.places, self.begins[:-1]) >= 0
        #: Those that have an item which is read each time: they are not new where they are cut again.
        self.read = frozenset(told[~whole].tolist())
        told[~whole] = bytes(HASH_BYTES)
        #: The hash of each, one behind the other.
        self.digests = told.tobytes()
        heads = np.full(len(held), -1, np.int32)
        # a smaller one is cut again with what changes beside it, so that they do not become ever more
        large = np.flatnonzero(whole & (self.counts >= ITEMS // 2))
        heads[self.places[self.begins[large]]] = large
        #: By the place of an item, the stretch that begins with it.
        self.heads = memoryview(heads)  # type: ignore[arg-type]  # numpy does not say that it is a buffer


def begins_of(counts: npt.NDArray[np.integer]) -> Indices:
    """For each the number of its first item, and that of all."""
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins
