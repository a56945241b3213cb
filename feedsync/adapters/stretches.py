"""Stretches: a few items that stand one after the other, told by one hash over all their bytes.

Most of a document stands there as it stood in the last one. A stretch begins and ends where its splitter stood outside of
any item, and what the splitter made of the bytes between depends on them alone. So where a splitter stands outside of any
item and meets the same bytes, in a document of the same context, they are the same items, and it passes them without
cutting them. Where the bytes are others, its items are looked for where they are expected, or items are cut until one comes
that a stretch begins with. (Where XML is not well-formed, several readings are right: then it stays with that of the last
document, where a pass without a memory may come to another.)

It is a memory and decides nothing: without it, or with an old one, the same items are found.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import msgspec
import numpy as np

from feedsync.adapters.base import HASH_BYTES, Placed, hashes_in, item_hash
from feedsync.adapters.stretchrows import HASH, Held, Kept, Row, Stored, begins_of

#: So much of a buffer is worth a look before more is read.
LEAST_BYTES: Final = 1 << 18
#: So many are stored together.
TOGETHER: Final = 4096
#: Once this share is new it is worth storing; until then the older ones do nearly as well.
_WORTH_STORING: Final = 1 / 16
#: So much is cut at least, to meet the beginning of one again, and so much at most.
_REACH_BYTES: Final = 1 << 12
_LONGEST_REACH_BYTES: Final = 1 << 20
#: What it costs to go on behind what changed, as bytes that are cut: by cutting all around it, by what is expected there.
_BREAK_BYTES: Final = 1 << 16
_MEND_BYTES: Final = 3 << 13
#: So many more bytes may be cut than passed by until it is concluded that the document is in another order.
_PATIENCE_BYTES: Final = 1 << 18


class Expected(msgspec.Struct, gc=False):
    """The items of a stretch: the place of each (-1: it must be read), its length as offsets are counted, the hashes joined."""

    places: list[int]
    lengths: list[int]
    hashes: bytes

    def index_of(self, one: bytes, begin: int) -> int:
        """Which of them has this hash, from the one at ``begin`` on; -1: none."""
        index, rest = divmod(self.hashes.find(one, begin * HASH_BYTES), HASH_BYTES)
        return -1 if rest else index


class Stretches:
    """The stretches of the last document, followed in one pass over this one, and what this one's are.

    Args:
        kept: the last document's, in their order.
        held: which items need not be read again; a stretch that has another one is cut.
        anew: whether all that is not passed by is to be told, also where much has changed.
    """

    def __init__(self, kept: Iterable[Kept], held: Held, *, anew: bool) -> None:
        self._held = held
        last = Stored(kept if len(held) else (), held)
        self._sizes, self._counts, self._lengths, self._places = last.sizes, last.counts, last.lengths, last.places
        self._begins, self._ends, self._digests, self._read = last.begins, last.ends, last.digests, last.read
        self._heads = last.heads
        self._next = 0
        self._tried = -1  # the one that began where others went on
        self._balance = 0  # bytes that were passed by, less those that were cut
        self._pause, self._rest = 0, 1  # so many blocks are cut as if there were no stretches; so many the next time
        self._anew = anew or not len(self._sizes)
        #: Whether some of the document was left to others, so that nobody knows its stretches.
        self.left = False
        self._reach = 0
        #: How many items were passed by.
        self.passed = 0
        #: Where the stretches end that were followed last, counted as offsets are.
        self.offset = 0
        self._expected: tuple[int, dict[bytes, int]] = -1, {}  # of the next stretches: place by hash
        self._asked: dict[bytes, int] = {}  # of what was cut at once the places, since most are asked for twice
        self._found: list[int] = []  # the places that were asked for last
        # of the block that is under way each item's place and length, and (how many items before, offset) of each run
        self._block, self._block_lengths = array("i"), array("I")
        self._runs: list[tuple[int, int]] = []
        self._new = Row()
        self._order: list[tuple[bool, int, int]] = []  # (new, first, behind the last) of those of this document

    # -- while a document is read

    def follow(self, buffer: bytes, at: int, offset: int) -> int:
        """Pass all stretches that stand at ``at`` of a buffer, which is outside of any item; where they end, 0: there is none.

        ``offset`` is where ``at`` is in the document.
        """
        first = place = self._next
        if self._pause or first == len(self._sizes):
            return 0
        sizes, digests, size, begin = self._sizes, self._digests, len(buffer), at
        view = memoryview(buffer)
        for place in range(first, len(sizes)):
            end = at + sizes[place]
            digest = digests[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            if end > size or item_hash(view[at:end]) != digest:
                break
            at = end
        else:
            place = len(sizes)
        self._tried = place
        if place == first:
            return 0
        self._next, self._reach = place, 0
        self._balance += at - begin
        if self._balance >= _PATIENCE_BYTES:
            self._balance, self._rest = _PATIENCE_BYTES, 1
        self._order.append((False, first, place))
        items = slice(self._begins[first], self._begins[place])
        self.offset = offset + int(self._ends[place] - self._ends[first])
        self.passed += items.stop - items.start
        self._runs.append((len(self._block), offset))
        self._block.frombytes(self._places[items].tobytes())
        self._block_lengths.frombytes(self._lengths[items].tobytes())
        return at

    def expected(self) -> Expected | None:
        """The items of the stretch that was followed in vain, where most of them may stand; None: it is left to others."""
        place = self._next
        if self._pause or place == len(self._sizes) or self._balance < -_PATIENCE_BYTES:
            return None
        self._balance -= _MEND_BYTES
        items = slice(self._begins[place], self._begins[place + 1])
        places = self._places[items]
        hashes = self._held.hashes_at(places)
        if -1 in (listed := places.tolist()):  # it must be read, and is nobody's place
            each = zip(listed, hashes_in(hashes), strict=True)
            hashes = b"".join([one if at >= 0 else bytes(HASH_BYTES) for at, one in each])
        return Expected(listed, self._lengths[items].tolist(), hashes)

    def place_of(self, one: bytes) -> tuple[int, int]:
        """An item's place among those that need not be read, and the stretch that begins with it; -1: none."""
        place: int = self._held.place(one)
        return place, self._heads[place] if place >= 0 else -1

    def mended(
        self, buffer: bytes, begin: int, offsets: Sequence[int], hashes: Sequence[bytes], places: list[int], head: int
    ) -> None:
        """Items were cut beside those :meth:`expected`: as in :meth:`cut`, with the place of each. ``head`` is the stretch that
        stands behind them; -1: the next one may."""
        self._next, self._reach = (self._next + 1 if head < 0 else head), 0
        if hashes:
            self._found = places
            self.cut(buffer, begin, offsets, hashes)

    def leaves(self) -> bool:
        """Whether the next block is left to others, since too much has changed here to go from stretch to stretch."""
        if self._anew or not self._pause:
            return False
        self._pause -= 1
        self.left = True
        return True

    def reach(self) -> int | None:
        """How many bytes are cut now, so as to meet the beginning of a stretch again; None: all there are."""
        self._asked = {}
        if self._balance < -_PATIENCE_BYTES:
            self._pause, self._rest, self._balance = self._rest, 2 * self._rest, 0
        if self._pause:
            self._pause -= self._anew
            self._reach = 0
            return None
        if not len(self._sizes) or self._reach >= _LONGEST_REACH_BYTES:
            self._reach = 0
            return None
        if self._reach:
            self._reach *= 2
        else:
            length = self._sizes[self._next] if self._next < len(self._sizes) else 0
            self._reach = length + max(_REACH_BYTES, length // 3)
            self._balance -= _BREAK_BYTES
        self._balance -= self._reach
        return self._reach

    def match(self, hashes: list[bytes]) -> Sequence[bool]:
        """Which of the items that are cut are known."""
        asked = self._asked
        if fresh := [one for one in hashes if one not in asked]:
            asked.update(zip(fresh, self._places_of(fresh), strict=True))
        self._found = places = [asked[one] for one in hashes]
        return [place >= 0 for place in places]

    def _places_of(self, hashes: list[bytes]) -> list[int]:
        if not self._reach:
            found: list[int] = self._held.find(b"".join(hashes)).tolist()
            return found
        expected = self._expected_now()  # few are asked for, and most of them are expected
        places = [expected.get(one, -1) for one in hashes]
        if others := [index for index, place in enumerate(places) if place < 0]:
            found = self._held.find(b"".join([hashes[index] for index in others])).tolist()
            for index, place in zip(others, found, strict=True):
                places[index] = place
        return places

    def _expected_now(self) -> dict[bytes, int]:
        """The items of the next two stretches."""
        first, expected = self._expected
        if first != self._next:
            places = self._places[self._begins[self._next] : self._begins[min(self._next + 2, len(self._sizes))]]
            hashes = hashes_in(self._held.hashes_at(places))
            expected = dict(zip(hashes, places.tolist(), strict=True))  # -1 is none of them, whatever its hash
            self._expected = self._next, expected
        return expected

    def resumed(self, count: int) -> int:
        """How many of so many items, which :meth:`match` was asked for, stand before one that a stretch begins with.

        That is followed next.
        """
        if self._pause or not len(self._sizes):
            return count
        heads, first = self._heads, bool(self._reach)
        for index, place in enumerate(self._found[:count]):
            if place >= 0 and (found := heads[place]) >= 0:
                if self._begins_with(self._next + 1, place):
                    found = self._next + 1  # several may begin with the same item
                if index or found != self._tried:
                    self._next, self._reach, count = found, 0, index
                    if first:
                        break  # of all that there is the last one will do, so that not much is cut twice
        return count

    def _begins_with(self, stretch: int, place: int) -> bool:
        return stretch < len(self._sizes) and bool(self._places[self._begins[stretch]] == place)

    def cut(
        self, buffer: bytes, begin: int, places: Sequence[int], hashes: Sequence[bytes],
        offsets: Sequence[int] | None = None, at: int = 0,
    ) -> None:  # fmt: skip
        """Items were cut, of those that :meth:`match` was asked for, from the one at ``at`` on.

        Args:
            buffer, begin: some of the document's bytes, and where they are in it.
            places: where the items begin in the document, and where the last one ends.
            hashes: the items'.
            offsets: the same as ``places``, as the items' offsets are counted, where that is not in bytes.
        """
        first, offsets = len(self._new), places if offsets is None else offsets
        lengths = self._new.cut(buffer, begin, places, hashes, offsets)
        if len(self._new) > first:
            self._order.append((True, first, len(self._new)))
        self._runs.append((len(self._block), offsets[0]))
        self._block.extend(self._found[at : at + len(hashes)])
        self._block_lengths.extend(lengths)

    def loose(self, at: int, offsets: Sequence[int]) -> None:
        """The same of items that are no part of any stretch."""
        for place, offset in zip(self._found[at : at + len(offsets)], offsets, strict=True):
            self._runs.append((len(self._block), offset))
            self._block.append(place)
            self._block_lengths.append(0)

    @property
    def count(self) -> int:
        """How many items the block has so far."""
        return len(self._block)

    def taken(self) -> Placed | None:
        """The block's items, and another one begins; None: there are none."""
        if not self._runs:
            return None
        lengths = np.array(self._block_lengths, np.int64)
        offsets = np.cumsum(lengths) - lengths
        firsts, starts = np.array(self._runs, np.int64).T
        offsets += np.repeat(starts - offsets[firsts], np.diff(firsts, append=len(offsets)))
        placed = Placed(np.array(self._block, np.int32), offsets)
        self._block, self._block_lengths, self._runs = array("i"), array("I"), []
        return placed

    # -- what is stored

    def forget(self) -> None:
        """All is stored, and nobody asks any more: what it took is free."""
        self.__dict__.clear()

    def complete(self) -> Iterator[Kept]:
        """What can be stored at once, as the last document had none."""
        if not len(self._sizes) and len(self._new) >= TOGETHER:
            yield self._new.kept()
            self._new, self._order = Row(), []

    def outdated(self) -> bool:
        """After a document: whether the last one's are to be replaced."""
        new = sum(digest not in self._read for digest in hashes_in(self._new.digests))
        stay = sum(last - first for is_new, first, last in self._order if not is_new) + len(self._new) - new
        return new > _WORTH_STORING * (new + stay) or stay < len(self._sizes) / 2

    def stored(self) -> Iterator[Kept]:
        """This document's, but for those that were :meth:`complete`."""
        new, old = self._new.kept(), len(self._sizes)
        spans = (range(first + old * is_new, last + old * is_new) for is_new, first, last in self._order)
        order = np.fromiter(chain.from_iterable(spans), np.int64)
        digests = np.frombuffer(self._digests + new.digests, HASH)
        sizes = np.concatenate((np.array(self._sizes, "<u4"), np.frombuffer(new.sizes, "<u4")))
        counts = np.concatenate((self._counts, np.frombuffer(new.counts, np.uint8)))
        lengths = np.concatenate((self._lengths, np.frombuffer(new.lengths, "<u4")))
        begins, hashes = begins_of(counts), np.frombuffer(new.hashes, HASH)
        for begin in range(0, len(order), TOGETHER):
            chosen = order[begin : begin + TOGETHER]
            each = counts[chosen].astype(np.int64)
            items = np.repeat(begins[chosen] - begins_of(each)[:-1], each) + np.arange(each.sum())
            found, is_new = np.empty(len(items), HASH), items >= len(self._places)
            found[is_new] = hashes[items[is_new] - len(self._places)]
            found[~is_new] = np.frombuffer(self._held.hashes_at(self._places[items[~is_new]]), HASH)
            yield Kept(
                *(part.tobytes() for part in (digests[chosen], sizes[chosen], counts[chosen], found, lengths[items]))
            )
