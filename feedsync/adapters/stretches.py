"""Stretches: a few items that stand one after the other, told by one hash over all their bytes.

Most of a document stands there as it stood in the last one. A stretch begins and ends where its splitter stood outside of
any item, and what the splitter made of the bytes between depends on them alone. So where a splitter stands outside of any
item and meets the same bytes, in a document of the same context, they are the same items, and it passes them without
cutting them. Where the bytes are others, items are cut until one comes that a stretch begins with.

It is a memory and decides nothing: without it, or with an old one, the same items are found.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from feedsync.adapters.base import Skipped, item_hash

#: A stretch has so many items, nearly twice as many at the end of what was cut at once, and is no larger than this.
ITEMS: Final = 8
_MOST_BYTES: Final = 1 << 18
#: So many are stored together.
TOGETHER: Final = 4096
#: Once this share is new it is worth storing; until then the older ones do nearly as well.
_WORTH_STORING: Final = 1 / 16
#: After so many in a row whose beginning was met and whose rest was not, the document seems to be in another order.
_PATIENCE: Final = 32
#: So much is cut at least, to meet the beginning of one again.
_REACH_BYTES: Final = 1 << 12
_HASH_BYTES: Final = 16
_HASH: Final = np.dtype((np.void, _HASH_BYTES))

Indices = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]


class Kept(msgspec.Struct, array_like=True, gc=False):
    """Some stretches as they are stored: of each its hash, size and number of items; of each item its hash and size.

    Hashes have 16 bytes, sizes four, little-endian, and numbers one.
    """

    digests: bytes
    sizes: bytes
    counts: bytes
    hashes: bytes
    lengths: bytes


class Held(Protocol):
    """The items that need not be read again, by their places among each other."""

    def __len__(self) -> int:
        """How many they are."""

    def find(self, hashes: bytes) -> Indices:
        """The place of each hash of 16 bytes, -1 where it is none of theirs."""

    def hashes_at(self, places: Places) -> bytes:
        """The hashes that stand there."""


class Stretches:
    """The stretches of the last document, followed in one pass over this one, and what this one's are.

    Args:
        kept: the last document's, in their order.
        held: which items need not be read again; a stretch that has another one is cut.
    """

    def __init__(self, kept: Iterable[Kept], held: Held) -> None:
        self._held = held
        found = [(one, held.find(one.hashes).astype(np.int32)) for one in kept] if len(held) else []
        rows = [Kept(one.digests, one.sizes, one.counts, b"", one.lengths) for one, _ in found]
        self._digests = b"".join([one.digests for one in rows])
        self._lengths = np.frombuffer(b"".join([one.lengths for one in rows]), "<u4")
        self._counts = np.frombuffer(b"".join([one.counts for one in rows]), np.uint8)
        self._begins = _begins(self._counts)
        self._places: Places = np.concatenate([np.empty(0, np.int32), *[places for _, places in found]])
        self._all_sizes = np.frombuffer(b"".join([one.sizes for one in rows]), "<u4")
        whole = np.empty(0, np.int64)
        if found:
            whole = np.flatnonzero(np.minimum.reduceat(self._places, self._begins[:-1]) >= 0)
        sizes = np.zeros(len(self._all_sizes), np.uint32)  # 0: it has an item that must be read
        sizes[whole] = self._all_sizes[whole]
        self._sizes = array("I", sizes.tobytes())
        heads = np.full(len(held), -1, np.int32)
        heads[self._places[self._begins[whole]]] = whole
        self._heads = memoryview(heads)  # type: ignore[arg-type]  # numpy does not say that it is a buffer; by the place of an item, the stretch that begins with it
        self._next = 0
        self._tried = -1  # the one that began where others went on
        self._failures = 0
        self._pause, self._rest = 0, 1  # so many blocks are cut as if there were no stretches; so many the next time
        self._reach = 0
        self._new = _Row()
        self._order: list[tuple[bool, int, int]] = []  # (new, first, behind the last) of those of this document

    # -- while a document is read

    def follow(self, buffer: bytes, at: int, offset: int) -> tuple[Skipped, int] | None:
        """The items of all stretches that stand at ``at`` of a buffer, which is outside of any item, and where they end.

        None where it is none. ``offset`` is where ``at`` is in the document.
        """
        first = place = self._next
        if self._pause or first == len(self._sizes):
            return None
        sizes, digests, size = self._sizes, self._digests, len(buffer)
        view = memoryview(buffer)
        for place in range(first, len(sizes)):
            end = at + sizes[place]
            digest = digests[place * _HASH_BYTES : (place + 1) * _HASH_BYTES]
            if end > size or end == at or item_hash(view[at:end]) != digest:
                break
            at = end
        else:
            place = len(sizes)
        if place == first:
            self._tried = first
            self._failures += 1
            if self._failures > _PATIENCE:
                self._pause, self._rest, self._failures = self._rest, 2 * self._rest, 0
            return None
        self._next, self._reach, self._failures, self._rest = place, 0, 0, 1
        self._order.append((False, first, place))
        items = slice(self._begins[first], self._begins[place])
        ends = np.cumsum(self._lengths[items], dtype=np.int64)
        return Skipped(self._places[items], offset + ends - self._lengths[items]), at

    def reach(self) -> int | None:
        """How many bytes are cut now, so as to meet the beginning of a stretch again; None: all there are."""
        if self._pause:
            self._pause, self._reach = self._pause - 1, 0
            return None
        if not len(self._sizes):
            return None
        if self._reach:
            self._reach *= 2
        else:
            length = self._sizes[self._next] if self._next < len(self._sizes) else 0
            self._reach = length + max(_REACH_BYTES, length // 3)
        return self._reach

    def resumed(self, hashes: Sequence[bytes]) -> int:
        """How many of the items that were cut stand before one that a stretch begins with, which is followed next."""
        if self._pause or not len(self._sizes):
            return len(hashes)
        heads, count, first = self._heads, len(hashes), bool(self._reach)
        for index, place in enumerate(self._held.find(b"".join(hashes)).tolist()):
            if place >= 0 and (found := heads[place]) >= 0 and (index or found != self._tried):
                self._next, self._reach, count = found, 0, index
                if first:
                    break  # of all that there is the last one will do, so that not much is cut twice
        return count

    def cut(self, buffer: bytes, begin: int, offsets: Sequence[int], end: int, hashes: Sequence[bytes]) -> None:
        """Items were cut one by one: ``offsets`` and ``end`` are theirs in the document, in which the buffer is at ``begin``."""
        first = len(self._new)
        self._new.cut(buffer, begin, [*offsets, end], hashes)
        if len(self._new) > first:
            self._order.append((True, first, len(self._new)))

    # -- what is stored

    def complete(self) -> Iterator[Kept]:
        """What can be stored at once, as the last document had none."""
        if not len(self._sizes) and len(self._new) >= TOGETHER:
            yield self._new.kept()
            self._new, self._order = _Row(), []

    def outdated(self) -> bool:
        """After a document: whether the last one's are to be replaced."""
        return len(self._new) > _WORTH_STORING * len(self._sizes)

    def stored(self) -> Iterator[Kept]:
        """This document's, but for those that were :meth:`complete`."""
        new, old = self._new.kept(), len(self._sizes)
        spans = (range(first + old * is_new, last + old * is_new) for is_new, first, last in self._order)
        order = np.fromiter(chain.from_iterable(spans), np.int64)
        digests = np.frombuffer(self._digests + new.digests, _HASH)
        sizes = np.concatenate((self._all_sizes, np.frombuffer(new.sizes, "<u4")))
        counts = np.concatenate((self._counts, np.frombuffer(new.counts, np.uint8)))
        lengths = np.concatenate((self._lengths, np.frombuffer(new.lengths, "<u4")))
        begins, hashes = _begins(counts), np.frombuffer(new.hashes, _HASH)
        for begin in range(0, len(order), TOGETHER):
            chosen = order[begin : begin + TOGETHER]
            each = counts[chosen].astype(np.int64)
            items = np.repeat(begins[chosen] - _begins(each)[:-1], each) + np.arange(each.sum())
            found, is_new = np.empty(len(items), _HASH), items >= len(self._places)
            found[is_new] = hashes[items[is_new] - len(self._places)]
            found[~is_new] = np.frombuffer(self._held.hashes_at(self._places[items[~is_new]]), _HASH)
            yield Kept(
                *(part.tobytes() for part in (digests[chosen], sizes[chosen], counts[chosen], found, lengths[items]))
            )


class _Row:
    """Stretches as they are put together."""

    def __init__(self) -> None:
        self._digests, self._sizes, self._counts = bytearray(), array("I"), bytearray()
        self._hashes, self._lengths = bytearray(), array("I")

    def __len__(self) -> int:
        return len(self._counts)

    def cut(self, buffer: bytes, begin: int, places: Sequence[int], hashes: Sequence[bytes]) -> None:
        """Items of a buffer that is at ``begin`` of its document; ``places`` has one more than they are, the last one's end."""
        view, first, count = memoryview(buffer), 0, len(hashes)
        while first < count:
            last = first + ITEMS if count - first >= 2 * ITEMS else count
            size = places[last] - places[first]
            if size <= _MOST_BYTES:
                at = places[first] - begin
                self._digests += item_hash(view[at : at + size])
                self._sizes.append(size)
                self._counts.append(last - first)
                self._hashes += b"".join(hashes[first:last])
                self._lengths.extend([b - a for a, b in pairwise(places[first : last + 1])])
            first = last

    def kept(self) -> Kept:
        """As they are stored."""
        sizes, lengths = (np.array(one, "<u4").tobytes() for one in (self._sizes, self._lengths))
        return Kept(bytes(self._digests), sizes, bytes(self._counts), bytes(self._hashes), lengths)


def _begins(counts: npt.NDArray[np.integer]) -> Indices:
    """For each the number of its first item, and that of all."""
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins
