"""Passes over one document after the other, each of which remembers the stretches of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from feedsync.adapters import stretches as following
from feedsync.adapters import stretchrows
from feedsync.adapters.base import RawItem, Recalling, Split, hashes_in
from feedsync.adapters.stretches import Stretches
from feedsync.adapters.stretchrows import Kept
from feedsync.snapshot.known import KnownItems

#: How small its parts may be, by what they are called in :mod:`feedsync.adapters.stretches`.
SIZES = st.fixed_dictionaries(
    {
        "ITEMS": st.sampled_from((1, 2, 3, 8)),
        "TOGETHER": st.sampled_from((1, 2, 4096)),
        "_REACH_BYTES": st.sampled_from((1, 60, 4096)),
        "_PATIENCE_BYTES": st.sampled_from((0, 200, 1 << 18)),
        "_MEND_BYTES": st.sampled_from((0, 3 << 13)),
        "_LONGEST_REACH_BYTES": st.sampled_from((100, 1 << 20)),
        "_WORTH_STORING": st.sampled_from((0, 1 / 2)),
        "_MOST_BYTES": st.sampled_from((80, 1 << 18)),
    }
)


def small(patch: pytest.MonkeyPatch, sizes: dict[str, float]) -> None:
    """Make the parts as small as that."""
    for name, size in sizes.items():
        for module in (following, stretchrows):
            if hasattr(module, name):
                patch.setattr(module, name, size)


class Pass(NamedTuple):
    """One pass with a memory: what was found, what of it had to be looked at, and how many items were passed by."""

    hashes: list[bytes]
    offsets: list[int]
    items: list[RawItem]
    faults: list[str]
    passed: int


class Memory:
    """What a snapshot keeps of a feed from document to document; ``split`` begins a pass over one."""

    def __init__(self, split: Callable[[bytes], Split]) -> None:
        self._split = split
        self._context = b""
        self.anew = False
        self.kept: list[Kept] = []
        self.held = KnownItems(np.empty(0, np.int64), b"")
        self.rewritten = 0
        self.meanings: dict[bytes, bytes] = {}
        self.readable: set[bytes] = set()

    def begin(self, data: bytes) -> Split:
        """A pass over the next document; under another context nothing of the last one holds."""
        split = self._split(data)
        if split.context != self._context:
            self._context, self.kept, self.held = split.context, [], KnownItems(np.empty(0, np.int64), b"")
        return split

    def read(self, data: bytes, forget: Sequence[int] = ()) -> Pass:
        """The next document; ``forget`` are the places of items that are to be read again the next time."""
        split = self.begin(data)
        stretches = Stretches(self.kept, self.held, anew=self.anew)
        assert isinstance(split, Recalling)
        split.recall(stretches)
        found, kept = Pass([], [], [], [], 0), list[Kept]()
        for block in split.blocks(self.held.match):
            if (placed := block.placed) is not None:
                assert (block.hashes, block.offsets) == ([], [])
                hashes = hashes_in(self.held.hashes_at(placed.places)) if len(self.held) else [b""] * len(placed.places)
                for index, one in block.misses:
                    assert placed.places[index] < 0
                    hashes[index] = one.hash
                found.hashes.extend(hashes)
                found.offsets.extend(placed.offsets.tolist())
                assert (placed.places >= 0).sum() + len(block.misses) == len(hashes)
            found.hashes.extend(block.hashes)
            found.offsets.extend(block.offsets)
            found.items.extend(one for _, one in block.misses)
            self.meanings.update((one.hash, one.raw) for _, one in block.misses)
            results = zip(block.misses, split.parse([one for _, one in block.misses]), strict=True)
            self.readable.update(one.hash for (_, one), parsed in results if parsed.attributes is not None)
            kept += stretches.complete()
        found = found._replace(passed=stretches.passed)
        self.anew = stretches.left
        if not self.anew and stretches.outdated():
            kept += stretches.stored()
        if kept:
            self.kept, self.rewritten = kept, self.rewritten + 1
        each = enumerate(dict.fromkeys(found.hashes))
        known = [one for place, one in each if place not in forget and one in self.readable]
        self.held = KnownItems(np.arange(len(known), dtype=np.int64), b"".join(known))
        found.faults.extend(problem.code for problem in split.faults())
        return found
