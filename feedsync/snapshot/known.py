"""The hashes of the items that need not be read again, as two sorted arrays: 24 bytes an item, a million in 24 MB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

HASH_BYTES = 16
_CHUNK_ROWS = 50_000

Indices = npt.NDArray[np.int64]


class KnownItems:
    """Which of a document's hashes are known, and as which row."""

    def __init__(self, rows: Iterable[tuple[int, bytes]]) -> None:
        iterator = iter(rows)
        rowids, hashes = [np.empty(0, np.int64)], [b""]
        while chunk := list(islice(iterator, _CHUNK_ROWS)):
            rowids.append(np.fromiter((row[0] for row in chunk), np.int64, len(chunk)))
            hashes.append(b"".join(row[1] for row in chunk))
        low, high = _halves(b"".join(hashes))
        order = np.argsort(low, kind="stable")
        self._low, self._high = low[order], high[order]
        self.rowids: Indices = np.concatenate(rowids)[order]

    def __len__(self) -> int:
        return len(self.rowids)

    def find(self, hashes: bytes) -> Indices:
        """For each 16-byte hash the index of its row in :attr:`rowids`, or -1.

        Two known hashes that share their lower half make the second one unknown: it is read again, never mistaken.
        """
        low, high = _halves(hashes)
        if not len(self):
            return np.full(len(low), -1, np.int64)
        places = np.searchsorted(self._low, low)
        places[places == len(self)] = 0
        same = (self._low[places] == low) & (self._high[places] == high)
        return np.where(same, places, -1)

    def match(self, hashes: list[bytes]) -> Sequence[bool]:
        """Which of the hashes are known."""
        if not len(self):
            return [False] * len(hashes)
        flags: list[bool] = (self.find(b"".join(hashes)) >= 0).tolist()
        return flags


def _halves(hashes: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    pairs = np.frombuffer(hashes, "<u8").reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
