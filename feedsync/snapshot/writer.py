"""Variants into the snapshot, in batches: what is new, what changed, which products that touches, which spellings of
catalogs come and go. A snapshot that has no variants yet takes a shorter way: :mod:`feedsync.snapshot.bulk`."""

from __future__ import annotations

from collections import Counter

import msgspec

from feedsync.ids import catalog_id
from feedsync.model import Cause, Variant
from feedsync.snapshot.parts import Parts
from feedsync.snapshot.store import Store

_CHUNK_ROWS = 2000
_VARIANTS = msgspec.msgpack.Decoder(Variant)
#: What :meth:`VariantWriter.take` must know of the variant ``v`` that has the id now.
OLD = "unpacked(v.record), v.hash, v.product_id, v.absent_since is not null, v.feed, v.rowid"
Old = tuple[bytes, bytes | None, str, int, int, int]


class VariantWriter:
    """Takes one primary feed's items one by one; nothing counts before :meth:`finish`.

    Args:
        store: the snapshot, in an open transaction.
        feed: the feed's place in the schedule.
        same_settings: whether the settings are those of the last reading, for the cause of a change.
        supplemental: the places of the supplemental feeds, whose items have the same ids and rows of their own.
        parts: where the items' attributes are kept for those feeds; None where there is none.
        cause: the cause of every change, whatever the item's hash says.
    """

    def __init__(
        self, store: Store, feed: int, *, same_settings: bool = True, supplemental: tuple[int, ...] = (),
        parts: Parts | None = None, cause: Cause | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._feed = feed
        self._others = f"feed not in ({', '.join(map(str, supplemental))})"
        self._parts = parts
        self._cause = cause
        self._said: list[tuple[str, bytes, bytes]] = []
        self._robbed: set[int] = set()
        self._same_settings = same_settings
        self._spelled: Counter[str] = Counter()
        self._buffered = 0
        self._reread: list[tuple[str]] = []
        self._inserts: list[tuple[object, ...]] = []
        self._hashes: list[tuple[bytes | None, int, int]] = []
        self._records: list[tuple[bytes | None, int, bytes, int]] = []
        self._moved: list[tuple[bytes | None, int, bytes, str, int, int]] = []
        self._back: list[tuple[int]] = []
        self._raws: list[tuple[int, bytes, str]] = []
        self._new_raws: list[tuple[int, bytes, str]] = []
        self._touched: list[tuple[str, Cause]] = []

    def old(self, item_id: str) -> Old | None:
        """The variant that has the id now."""
        return self._store.one(f"select {OLD} from variants v where id = ?", item_id)

    def take(
        self, item_id: str, item_hash: bytes, record: bytes | None, old: Old | None, *, skippable: bool,
        part: bytes | None = None,
    ) -> bool:  # fmt: skip
        """One item that holds its id; ``record`` None: it is invalid, and the variant stays as it was.

        Each id is taken once; ``old`` is the variant that has it now. False: it belongs to an item of an earlier feed.
        """
        if old is not None and old[4] < self._feed and not old[3]:
            return record is None  # an invalid item has its own reason
        if self._parts is not None and part is not None:
            self._said.append((item_id, item_hash, part))
        if old is not None and old[4] != self._feed:
            if record is None:
                return True  # an invalid item takes nothing from another feed
            self._robbed.add(old[4])
        if record is not None:
            kept_hash = item_hash if skippable else None
            if old is None:
                self._insert(kept_hash, record)
            else:
                self._update(kept_hash, item_hash, record, old)
        elif old is not None:
            self._hashes.append((None, self._feed, old[5]))
            self._present(old)
        known = old is not None and old[1] is not None
        if record is not None and skippable:
            (self._raws if known else self._new_raws).append((self._feed, item_hash, item_id))
        if record is None or not skippable or not known:
            self._reread.append((item_id,))
        self._buffered += 1
        if self._buffered >= _CHUNK_ROWS:
            self._flush()
        return True

    def contest(self, item_id: str) -> None:
        """Different items claim this id: it is read each time."""
        self._store.execute("delete from raws where id = ? and feed = ?", item_id, self._feed)
        self._store.execute("update variants set hash = null where id = ?", item_id)

    def reread_unread(self) -> None:
        """Everything was read anew, and what was not in the document must be when it comes back."""
        self._store.execute(
            "update variants set hash = null where feed = ? and hash is not null "
            "and id not in (select id from incoming where id is not null)",
            self._feed,
        )

    def _insert(self, item_hash: bytes | None, record: bytes) -> None:
        variant = _VARIANTS.decode(self._store.packer.unpack(record))
        product_id = variant.product_id
        self._inserts.append((variant.id, product_id, self._feed, item_hash, record, int(variant.group_id is not None)))
        self._spelled.update(variant.catalogs)
        self._touched.append((product_id, "feed"))

    def _update(self, kept_hash: bytes | None, item_hash: bytes, record: bytes, old: Old) -> None:
        old_record, old_hash, old_product, _, _, row = old
        self._present(old)
        plain = self._store.packer.unpack(record)
        if old_record == plain:
            self._hashes.append((kept_hash, self._feed, row))
            return
        variant = _VARIANTS.decode(plain)
        product_id = variant.product_id
        before = _VARIANTS.decode(old_record)
        if before.catalogs != variant.catalogs:
            self._spelled.subtract(before.catalogs)
            self._spelled.update(variant.catalogs)
        if old_product == product_id and (before.group_id is None) == (variant.group_id is None):
            self._records.append((kept_hash, self._feed, record, row))
        else:
            grouped = int(variant.group_id is not None)
            self._moved.append((kept_hash, self._feed, record, product_id, grouped, row))
        cause: Cause = self._cause or (
            "feed" if old_hash != item_hash else "upgrade" if self._same_settings else "settings"
        )
        self._touched += (
            [(product_id, cause)] if old_product == product_id else [(old_product, cause), (product_id, cause)]
        )

    def _present(self, old: Old) -> None:
        if old[3]:
            self._back.append((old[5],))
            self._touched.append((old[2], "feed"))

    def _flush(self) -> None:
        many = self._store.many
        many(f"delete from raws where id = ? and {self._others}", self._reread)
        many(
            "insert into variants (id, product_id, feed, hash, record, grouped) values (?, ?, ?, ?, ?, ?)",
            self._inserts,
        )
        many("update variants set hash = ?, feed = ? where rowid = ?", self._hashes)
        # apart, since SQLite writes the index of what is set anew even where it stays as it is
        many("update variants set hash = ?, feed = ?, record = ? where rowid = ?", self._records)
        many(
            "update variants set hash = ?1, feed = ?2, record = ?3, product_id = ?4, grouped = ?5, "
            "moved_from = case when product_id = ?4 then moved_from else product_id end where rowid = ?6",
            self._moved,
        )
        many(
            "update variants set absent_since = null, absent_documents = null, absent_counted = null, "
            "absent_digest = null where rowid = ?",
            self._back,
        )
        many("insert into raws values (?, ?, ?)", self._new_raws)
        # in its place, so that rows that are known together stay together
        mine = f"id = ?3 and {self._others}"
        if many(f"update raws set feed = ?1, hash = ?2 where {mine}", self._raws) < len(self._raws):
            many(f"insert into raws select ?1, ?2, ?3 where not exists (select 1 from raws where {mine})", self._raws)
        many("insert into touched values (?, ?) on conflict do nothing", self._touched)
        if self._parts is not None:
            self._parts.keep(self._feed, self._said)
        self._buffered = 0
        for buffer in (
            self._reread,
            self._inserts,
            self._hashes,
            self._records,
            self._moved,
            self._back,
            self._raws,
            self._new_raws,
            self._touched,
            self._said,
        ):
            buffer.clear()

    def finish(self) -> None:
        """Write the rest, and settle the catalogs' names."""
        self._flush()
        count_spellings(self._store, self._spelled)
        read_again(self._store, self._robbed)


def read_again(store: Store, feeds: set[int]) -> None:
    """Whatever these feeds say, it is read in this run or the next: an id changed hands between them and another one."""
    store.many("update feeds set settings = x'' where feed = ?", [(feed,) for feed in sorted(feeds)])


def count_spellings(store: Store, changes: Counter[str]) -> None:
    """Add uses of catalogs' spellings (negative: take them away), and name each catalog by one that is in use.

    A name stays while anybody uses it; else the most used one is taken, so that the order of a document never matters.
    """
    changed = set()
    for path, uses in changes.items():
        if uses:
            changed.add(catalog_id(path))
            store.execute(
                "insert into spellings values (?, ?, ?) on conflict do update set uses = uses + excluded.uses",
                catalog_id(path),
                path,
                uses,
            )
    store.execute("delete from spellings where uses <= 0")
    for key in sorted(changed):
        name = store.scalar("select name from catalogs where id = ?", key)
        if name is None or not store.scalar("select 1 from spellings where catalog_id = ? and name = ?", key, name):
            best = store.scalar("select name from spellings where catalog_id = ? order by uses desc, name limit 1", key)
            if best is not None:
                store.execute(
                    "insert into catalogs (id, name) values (?, ?) on conflict do update set name = excluded.name",
                    key,
                    best,
                )
