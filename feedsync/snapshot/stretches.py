"""The stretches of each feed's last document: see :mod:`feedsync.adapters.stretches`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from feedsync.adapters.base import HASH_BYTES, item_hash
from feedsync.adapters.stretches import Stretches
from feedsync.adapters.stretchrows import Kept
from feedsync.snapshot.known import KnownItems
from feedsync.snapshot.store import Store

#: Raised with every change of what is stored; what another version or nobody wrote is as good as nothing.
_VERSION = b"1"
_ENCODER = msgspec.msgpack.Encoder()
_KEPT = msgspec.msgpack.Decoder(Kept)


class StretchTable:
    """Those of one feed, in the caller's transaction; ``known`` are the items that need not be read again."""

    def __init__(self, store: Store, feed: int, known: KnownItems) -> None:
        self._store = store
        self._feed = feed
        self._place = 0
        self._meta = f"stretches:{feed}"
        if not len(known):  # they are of other settings
            self._forget()
        #: What a pass over the feed's document follows.
        self.stretches = Stretches(self._kept(), known, anew=store.meta(self._meta) is not None)

    def _kept(self) -> Iterator[Kept]:
        for row in self._store.rows("select kept from stretches where feed = ? order by place", self._feed):
            digest, encoded = row[0][:HASH_BYTES], row[0][HASH_BYTES:]
            if item_hash(_VERSION + encoded) == digest:
                yield _KEPT.decode(encoded)

    def keep_complete(self) -> None:
        """While a document is read: store what can be, so that it takes no memory."""
        self._add(self.stretches.complete())

    def finish(self) -> None:
        """Store the document's, unless those of the last one do nearly as well.

        Where nobody knows them all, that is left to the next document: what changed much today may not change tomorrow.
        """
        if self.stretches.left:
            self._store.set_meta(self._meta, b"")
        else:
            self._store.execute("delete from meta where key = ?", self._meta)
            if self.stretches.outdated():
                self._add(self.stretches.stored())
        self.stretches.forget()

    def _add(self, kept: Iterable[Kept]) -> None:
        for one in kept:
            if not self._place:
                self._forget()
            encoded = _ENCODER.encode(one)
            stored = item_hash(_VERSION + encoded) + encoded
            self._store.execute("insert into stretches values (?, ?, ?)", self._feed, self._place, stored)
            self._place += 1

    def _forget(self) -> None:
        self._store.execute("delete from stretches where feed = ?", self._feed)
