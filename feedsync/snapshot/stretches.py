"""The stretches of each feed's last document: see :mod:`feedsync.adapters.stretches`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from feedsync.adapters.stretches import Kept, Stretches
from feedsync.snapshot.known import KnownItems
from feedsync.snapshot.store import Store

_ENCODER = msgspec.msgpack.Encoder()
_KEPT = msgspec.msgpack.Decoder(Kept)


class StretchTable:
    """Those of one feed, in the caller's transaction; ``known`` are the items that need not be read again."""

    def __init__(self, store: Store, feed: int, known: KnownItems) -> None:
        self._store = store
        self._feed = feed
        self._place = 0
        #: What a pass over the feed's document follows.
        self.stretches = Stretches(self._kept(), known)

    def _kept(self) -> Iterator[Kept]:
        for row in self._store.rows("select kept from stretches where feed = ? order by place", self._feed):
            yield _KEPT.decode(row[0])

    def keep_complete(self) -> None:
        """While a document is read: store what can be, so that it takes no memory."""
        self._add(self.stretches.complete())

    def finish(self) -> None:
        """Store the document's, unless those of the last one do nearly as well."""
        if self.stretches.outdated():
            self._add(self.stretches.stored())

    def _add(self, kept: Iterable[Kept]) -> None:
        for one in kept:
            if not self._place:
                self._store.execute("delete from stretches where feed = ?", self._feed)
            self._store.execute("insert into stretches values (?, ?, ?)", self._feed, self._place, _ENCODER.encode(one))
            self._place += 1
