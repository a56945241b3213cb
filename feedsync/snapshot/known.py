"""The hashes of the items that need not be read again, as two sorted arrays: 24 bytes an item, a million in 24 MB."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from struct import Struct

import numpy as np
import numpy.typing as npt

from feedsync.adapters.base import HASH_BYTES, hashes_in
from feedsync.adapters.stretchrows import Indices, Places
from feedsync.snapshot.store import Store

_CHUNK_ROWS = 50_000
_PAIR = Struct("<QQ")
#: Up to so many hashes are looked for one by one, which is sooner than to begin with all at once.
_FEW = 24
#: So many hashes are passed one by one; more than these seldom share their beginning.
_STEPS = 3
#: So many questions are remembered: of a block all its lines, those that are rows together, and those that were read.
_REMEMBERED = 3


def known_items(store: Store, feed: int, condition: str = "true", *parameters: str) -> KnownItems:
    """What ``raws`` holds of a feed. SQLite joins the hashes, as they are, which is twice as fast as a row at a time."""
    rowids, hashes = [np.empty(0, np.int64)], bytearray()
    last = store.scalar("select max(rowid) from raws") or 0
    for begin in range(0, last, _CHUNK_ROWS):
        where = f"from raws where rowid > ? and rowid <= ? and feed = ? and {condition} order by rowid"
        chunk = begin, begin + _CHUNK_ROWS, feed, *parameters
        found = store.one(f"select cast(group_concat(hash, '') as blob), count(*) from (select hash {where})", *chunk)
        assert found is not None
        joined, count = found
        if not count:
            continue
        hashes += joined
        if count == min(begin + _CHUNK_ROWS, last) - begin:  # all there can be
            rowids.append(np.arange(begin + 1, begin + count + 1, dtype=np.int64))
        else:
            numbers = store.scalar(f"select group_concat(rowid) from (select rowid {where})", *chunk)
            rowids.append(np.fromstring(numbers, np.int64, sep=","))
    return KnownItems(np.concatenate(rowids), hashes)


class KnownItems:
    """Which of a document's hashes are known, and as which row: a row's number and 16 bytes of hash for each."""

    def __init__(self, rowids: Indices, hashes: bytes | bytearray) -> None:
        pairs = np.frombuffer(hashes, "<u8").reshape(-1, 2)
        order = np.argsort(pairs[:, 0])
        self._sorted = pairs[order]
        self._low, self._high = self._sorted[:, 0], self._sorted[:, 1]
        self._low_view = memoryview(self._low)  # type: ignore[arg-type]  # numpy does not say that it is a buffer
        self.rowids: Indices = rowids[order]
        # by its first bits, where among the sorted hashes one is: as many beginnings as there are hashes
        bits = max(len(order), 2).bit_length()
        self._shift = np.uint64(64 - bits)
        self._starts = np.zeros((1 << bits) + 1, np.int32)
        np.cumsum(np.bincount((self._low >> self._shift).astype(np.int64), minlength=1 << bits), out=self._starts[1:])
        self._last: list[tuple[bytes, Indices]] = []  # questions and their answers, since most are asked twice

    def __len__(self) -> int:
        return len(self.rowids)

    def find(self, hashes: bytes) -> Indices:
        """For each 16-byte hash the index of its row in :attr:`rowids`, or -1.

        Two known hashes that share their lower half make the second one unknown: it is read again, never mistaken.
        """
        for asked, found in self._last:
            if hashes == asked:
                return found
        found = self._places(hashes)
        self._last = [(hashes, found), *self._last[: _REMEMBERED - 1]]
        return found

    def _places(self, hashes: bytes) -> Indices:
        if len(hashes) <= _FEW * HASH_BYTES:
            return np.array(list(map(self.place, hashes_in(hashes))), np.int64)
        low, high = _halves(hashes)
        if not len(self):
            return np.full(len(low), -1, np.int64)
        last = len(self) - 1
        places = np.minimum(self._starts[low >> self._shift], last)
        for _ in range(_STEPS):
            places += self._low[places] < low
            np.minimum(places, last, out=places)
        if (further := np.flatnonzero(self._low[places] < low)).size:  # there are many with the same beginning
            places[further] = np.minimum(np.searchsorted(self._low, low[further]), last)
        same = (self._low[places] == low) & (self._high[places] == high)
        return np.where(same, places, -1)

    def place(self, found: bytes) -> int:
        """The same for one hash."""
        low, high = _PAIR.unpack(found)
        place = bisect_left(self._low_view, low)
        same = place < len(self) and self._low_view[place] == low and self._high[place] == high
        return place if same else -1

    def hashes_at(self, places: Places) -> bytes:
        """The hashes that stand at these indices of :attr:`rowids`."""
        return self._sorted[places].tobytes()

    def match(self, hashes: list[bytes]) -> Sequence[bool]:
        """Which of the hashes are known."""
        if not len(self):
            return [False] * len(hashes)
        flags: list[bool] = (self.find(b"".join(hashes)) >= 0).tolist()
        return flags


def _halves(hashes: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    pairs = np.frombuffer(hashes, "<u8").reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


NOTHING_KNOWN = KnownItems(np.empty(0, np.int64), b"")
