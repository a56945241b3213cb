"""What a package's adapter gets wrong at run time costs its own feed, and never the runs of others.

A format of another package is code that we do not know. An exception of its own (a ``KeyError`` in a loop) becomes an error
with a name, as if the document were none of its format: the snapshot keeps what it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from feedsync.adapters.base import DETECTED, Adapter, Block, Known, Parsed, RawItem, ReadOptions, Split
from feedsync.errors import Fatal, FeedsyncError, Problem


@contextmanager
def _guard(name: str, location: str) -> Iterator[None]:
    try:
        yield
    except FeedsyncError:
        raise
    except Exception as error:
        raise Fatal("FS-318", location=location, format=name, reason=type(error).__name__) from error


class Guarded:
    """A package's adapter, whose own exceptions are FS-318."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self.name = adapter.name
        self.version = adapter.version

    def recognizes(self, head: bytes) -> bool:
        """As the adapter says; who asks is prepared for anything."""
        return self._adapter.recognizes(head)

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> Split:
        """The adapter's pass."""
        with _guard(self.name, location):
            return _GuardedSplit(self._adapter.split(stream, location, charset, options), self.name, location)


class _GuardedSplit:
    def __init__(self, split: Split, name: str, location: str) -> None:
        self._split, self._name, self._location = split, name, location
        self.context = split.context

    def blocks(self, known: Known) -> Iterator[Block]:
        with _guard(self._name, self._location):
            yield from self._split.blocks(known)

    def faults(self) -> list[Problem]:
        with _guard(self._name, self._location):
            return self._split.faults()

    def remarks(self) -> list[Problem]:
        with _guard(self._name, self._location):
            return self._split.remarks()

    def lines(self, stream: BinaryIO, offsets: Sequence[int]) -> dict[int, int]:
        with _guard(self._name, self._location):
            return self._split.lines(stream, offsets)

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        with _guard(self._name, self._location):
            return self._split.parse(items)
