"""However large or strange a document is, memory stays flat, the time is in proportion, and what is too large costs itself."""

from __future__ import annotations

import gc
import sys
import time
import timeit
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import BinaryIO, cast

import pytest

from feedsync.adapters.base import ITEM_LIMIT_BYTES
from feedsync.errors import FeedsyncError
from feedsync.testing.reading import Trickle, item_id
from feedsync.testing.suite import Suite

_MEBIBYTE = 1 << 20
#: What the tests make of the limit of an item, where a suite says which constants hold it.
_SMALL_LIMIT_BYTES = 2 * _MEBIBYTE
_ITEM_BYTES = 20_000
#: Of a pass over 120 KB of one sign: a hundred times what it takes where the time is in proportion.
_PATIENCE_S = 2.0
_REPEATED_BYTES = 120_000


class Boundedness(Suite):
    """Rules of size."""

    def test_memory_is_flat_over_a_huge_document(self) -> None:
        """Half as much again as may be held, read and parsed as they come, cost what a block costs."""
        count, wanted = 0, self._items_too_many()
        with _peak() as peak:
            document = self.parts(self.item(number, "x" * _ITEM_BYTES) for number in range(wanted))
            split = self.adapter.split(cast(BinaryIO, Trickle(document, _MEBIBYTE)), "document", None, self.options)
            for block in split.blocks(lambda hashes: [False] * len(hashes)):
                parsed = split.parse([item for _, item in block.misses])
                count += sum(item_id(one) is not None for one in parsed)
        assert (count, split.faults()) == (wanted, [])
        assert peak[0] < self.memory_bytes

    def test_memory_is_flat_over_a_document_that_is_known(self) -> None:
        """The same of what is skipped."""
        document = [self.item(number, "x" * _ITEM_BYTES) for number in range(3)]
        held, wanted = self.read(self.made(document)).readable(), self._items_too_many()
        with _peak() as peak:
            stream = Trickle(self.parts(document[number % 3] for number in range(wanted)), _MEBIBYTE)
            split = self.adapter.split(cast(BinaryIO, stream), "document", None, self.options)
            count = sum(len(block.hashes) for block in split.blocks(lambda hashes: [one in held for one in hashes]))
        assert (count, split.faults()) == (wanted, [])
        assert peak[0] < self.memory_bytes

    def test_an_item_larger_than_any_product_costs_itself_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is refused, or read whole; those before it stay, and those behind it, unless what was lost is said."""
        limit = self._limit(monkeypatch)
        text = "x" * (limit + 2 * _MEBIBYTE)
        items = [self.item(1), self.item(2, text), self.item(3)]
        wanted = self.read(self.made([items[0], items[2]])).results
        with _peak() as peak:
            stream = cast(BinaryIO, Trickle(self.parts(items)))
            split = self.adapter.split(stream, "document", None, self.options)
            results = [
                one
                for block in split.blocks(lambda hashes: [False] * len(hashes))
                for one in split.parse([item for _, item in block.misses])
            ]
        refused = {one.id_text for one in results if one.problem}
        assert wanted[0] in results or item_id(wanted[0]) in refused
        assert split.faults() or wanted[1] in results or item_id(wanted[1]) in refused
        assert split.faults() or any(one.problem or text in str(one.attributes) for one in results)
        assert peak[0] < 10 * limit + self.memory_bytes

    def test_noise_without_an_end_costs_no_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is no item does not fill the memory: more of it than may be held, behind the head and behind the first item."""
        limit = self._limit(monkeypatch)
        allowed = 10 * limit + self.memory_bytes
        for begin in (self.head, self.head + self.item(1) + self.between):
            for filler in (b"x" * _MEBIBYTE, (b"x" * _ITEM_BYTES + b"\n") * (_MEBIBYTE // _ITEM_BYTES)):
                with _peak() as peak:
                    self._count(_repeated(begin, filler, allowed * 3 // 2 // _MEBIBYTE))
                assert peak[0] < allowed, (begin, filler[:1])

    def test_repeated_signs_cost_no_time(self) -> None:
        """No sign of the format, and no pair of them, makes a pass take more than in proportion to its length."""
        plain = self.made(self.item(number) for number in (1, 2))
        signs = {bytes([one]) for one in plain if not bytes([one]).isalnum()}
        pairs = {bytes(pair) for pair in pairwise(plain) if not any(bytes([one]).isalnum() for one in pair)}
        first = self.item(1)
        places = (self.head + first + self.between, self.head, self.head + first[: len(first) // 2])
        for sign in sorted(signs | pairs):
            filler = sign * (_REPEATED_BYTES // len(sign))
            for begin in places if sign in signs else places[:1]:
                spent = _cpu_s(partial(self._count, [begin, filler, self.item(2), self.tail]))
                assert spent < _PATIENCE_S, f"{spent:.1f} s for {sign!r} many times behind {begin[-20:]!r}"

    def _items_too_many(self) -> int:
        return self.memory_bytes * 3 // 2 // _ITEM_BYTES

    def _limit(self, monkeypatch: pytest.MonkeyPatch) -> int:
        for name in self.item_limits:
            monkeypatch.setattr(name, _SMALL_LIMIT_BYTES)
        return _SMALL_LIMIT_BYTES if self.item_limits else ITEM_LIMIT_BYTES

    def _count(self, parts: Iterable[bytes]) -> int:
        """How many items there are; a document that is refused has none."""
        try:
            split = self.adapter.split(cast(BinaryIO, Trickle(parts, _MEBIBYTE)), "document", None, self.options)
            return sum(
                len(split.parse([item for _, item in block.misses]))
                for block in split.blocks(lambda hashes: [False] * len(hashes))
            )
        except FeedsyncError:
            return 0


def _repeated(begin: bytes, filler: bytes, times: int) -> Iterator[bytes]:
    yield begin
    for _ in range(times):
        yield filler


@contextmanager
def _peak() -> Iterator[list[int]]:
    """What was held at most meanwhile, in bytes: the list's one number, afterwards."""
    peak = [0]
    tracemalloc.start()
    try:
        yield peak
    finally:
        peak[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def _cpu_s(work: Callable[[], object]) -> float:
    """The seconds of processor time that it takes, in a thread that nothing traces: what measures coverage costs more."""
    with ThreadPoolExecutor(1, initializer=sys.settrace, initargs=(None,)) as pool:
        measured = partial(timeit.timeit, work, gc.enable, timer=time.thread_time, number=1)
        return pool.submit(measured).result()
