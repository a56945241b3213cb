"""The first document of a snapshot: every item is new, so it is written where it stays, and settled by a few statements.

It leaves what :meth:`feedsync.snapshot.items.Items.settle` and :class:`feedsync.snapshot.writer.VariantWriter` would leave.
Rows come in the document's order and indexes once all are there, since a table that only grows is written fastest.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable

import msgspec
import numpy as np

from feedsync.model import Variant
from feedsync.snapshot.findings import Finding, double, findings_of
from feedsync.snapshot.incoming import Incoming
from feedsync.snapshot.records import SAMPLE_BYTES, SAMPLES, learn
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import count_spellings

_CATALOGS = msgspec.msgpack.Decoder(tuple[str, ...])
_INDEXES = ("variants_id", "variants_product", "raws_id")


class BulkLoad:
    """Takes the items of the first document, which is that of the feed ``feed``; ``variants`` and ``raws`` are empty."""

    def __init__(self, store: Store, feed: int) -> None:
        self._store = store
        self._feed = feed
        self._used: Counter[bytes] = Counter()  # of each combination of catalogs
        self._samples: list[bytes] | None = None if store.packer.has_dictionary else []
        # of each item that has an id a hash of it, and its position: 16 bytes an item
        self._ids, self._positions = array("q"), array("q")
        self._indexes = [store.scalar("select sql from sqlite_schema where name = ?", name) for name in _INDEXES]
        for name in _INDEXES:
            store.execute(f"drop index {name}")

    def keep(self, rows: list[Incoming]) -> list[Incoming]:
        """Write the variants, at the row of their position; what is left are the rows that have something to report."""
        named = [(row[1], row[0]) for row in rows if row[1] is not None]
        self._ids.extend([hash(item_id) for item_id, _ in named])
        self._positions.extend([position for _, position in named])
        self._used.update([row[11] for row in rows if row[11] is not None])
        self._store.many(
            "insert into variants (rowid, id, product_id, feed, hash, record, grouped) values (?, ?, ?, ?, ?, ?, ?)",
            [(row[0] + 1, row[1], row[9], self._feed, row[2], row[4], row[10]) for row in rows if row[4] is not None],
        )
        if self._samples is not None:
            self._learn([row[4] for row in rows if row[4] is not None])
        return [(*row[:4], None, *row[5:]) for row in rows if row[5] is not None or row[6] is not None]

    def _learn(self, records: list[bytes]) -> None:
        """Once there are enough, the rest is packed with what they have in common."""
        assert self._samples is not None
        self._samples += [record[:SAMPLE_BYTES] for record in records]
        if len(self._samples) >= SAMPLES:
            self._store.set_dictionary(learn(self._samples[:SAMPLES]))
            self._samples = None

    def settle(self, offset_of: Callable[[int], int]) -> list[Finding]:
        """Decide the ids that several items claim, count what is used, and give the findings of the document."""
        store = self._store
        losers = self._losers(offset_of)
        findings: list[Finding] = []
        query = (
            "select position, id, hash, offset, problem, notes from incoming "
            "where problem is not null or notes is not null order by position"
        )
        for position, item_id, item_hash, offset, problem, notes in store.rows(query):
            if position in losers:
                continue
            findings += findings_of(item_hash, item_id, problem, notes, offset, position)
        findings += losers.values()
        store.execute("insert into raws select feed, hash, id from variants where hash is not null order by rowid")
        for index in self._indexes:
            store.execute(index)
        # all are new; of the groups that were touched only those matter further on that something else joined
        store.execute(
            "insert into products (id, pending, cause) select distinct product_id, 1, 'feed' from variants where true "
            "on conflict do update set pending = 1, cause = excluded.cause"
        )
        store.execute(
            "insert into touched select product_id, 'feed' from variants group by product_id "
            "having min(grouped) < max(grouped)"
        )
        used: Counter[str] = Counter()
        for catalogs, count in self._used.items():
            used.update(dict.fromkeys(_CATALOGS.decode(catalogs), count))
        count_spellings(store, used)
        return findings

    def _losers(self, offset_of: Callable[[int], int]) -> dict[int, Finding]:
        """Of each id that several items claim, all but the first, by position; what they were counted for is taken back."""
        store = self._store
        losers: dict[int, Finding] = {}
        winners: dict[str, tuple[int, bytes]] = {}
        for position in self._rivals():
            query = "select id, hash, unpacked(record) from variants where rowid = ?"
            valid = store.one(query, position + 1)
            found = valid or store.one("select id, hash, null from incoming where position = ?", position)
            assert found is not None
            item_id, item_hash, record = found
            if item_id not in winners:
                winners[item_id] = position, item_hash
                continue
            losers[position] = double(item_hash, item_id, offset_of(position), position)
            if record is not None:
                store.execute("delete from variants where rowid = ?", position + 1)
                self._used[msgspec.msgpack.encode(msgspec.msgpack.decode(record, type=Variant).catalogs)] -= 1
            first, first_hash = winners[item_id]
            if first_hash != item_hash:
                store.execute("update variants set hash = null where rowid = ?", first + 1)
        return losers

    def _rivals(self) -> list[int]:
        """The positions of the items whose id another one has, too, as far as a hash can tell."""
        ids = np.frombuffer(self._ids, np.int64)
        ordered = np.sort(ids)
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        positions: list[int] = (
            np.frombuffer(self._positions, np.int64)[np.isin(ids, twice)].tolist() if len(twice) else []
        )
        return sorted(positions)
