"""Variants into the snapshot, in batches: what is new, what changed, which products that touches, which spellings of
catalogs come and go. A snapshot that has no variants yet takes a shorter way, since nothing can have changed."""

from __future__ import annotations

from collections import Counter

import msgspec

from feedsync.ids import catalog_id
from feedsync.model import Cause, Variant
from feedsync.snapshot.store import Store

_CHUNK_ROWS = 2000
_VARIANTS = msgspec.msgpack.Decoder(Variant)
_OLD = "select record, hash, product_id, absent_since is not null from variants where id = ?"


class VariantWriter:
    """Takes one feed's items one by one; nothing counts before :meth:`finish`."""

    def __init__(self, store: Store, feed: int, *, same_settings: bool) -> None:
        self._store = store
        self._feed = feed
        self._same_settings = same_settings
        self._empty = store.scalar("select 1 from variants limit 1") is None
        self._spelled: Counter[str] = Counter()
        self._inserts: list[tuple[object, ...]] = []
        self._raws: list[tuple[int, bytes, str]] = []
        self._touched: list[tuple[str, Cause]] = []

    def take(self, item_id: str, item_hash: bytes, record: bytes | None, *, skippable: bool) -> None:
        """One item that holds its id; ``record`` None: it is invalid, and the variant stays as it was."""
        old = None if self._empty else self._store.one(_OLD, item_id)
        if not self._empty:
            self._store.execute("delete from raws where id = ?", item_id)
        if record is not None:
            variant = _VARIANTS.decode(record)
            kept_hash = item_hash if skippable else None
            if old is None:
                self._insert(variant, kept_hash, record)
            else:
                self._update(variant, kept_hash, item_hash, record, old)
            if skippable:
                self._raws.append((self._feed, item_hash, item_id))
        elif old is not None:
            self._store.execute("update variants set hash = null, feed = ? where id = ?", self._feed, item_id)
            self._present(item_id, old)
        if len(self._inserts) + len(self._raws) + len(self._touched) > _CHUNK_ROWS:
            self._flush()

    def _insert(self, variant: Variant, item_hash: bytes | None, record: bytes) -> None:
        product_id = variant.product_id
        self._inserts.append((variant.id, product_id, self._feed, item_hash, record, int(variant.group_id is not None)))
        self._spelled.update(variant.catalogs)
        self._touched.append((product_id, "feed"))

    def _update(
        self,
        variant: Variant,
        kept_hash: bytes | None,
        item_hash: bytes,
        record: bytes,
        old: tuple[bytes, bytes, str, int],
    ) -> None:
        old_record, old_hash, old_product, _ = old
        product_id = variant.product_id
        self._store.execute("update variants set hash = ?, feed = ? where id = ?", kept_hash, self._feed, variant.id)
        self._present(variant.id, old)
        if old_record == record:
            return
        self._spelled.subtract(_VARIANTS.decode(old_record).catalogs)
        self._spelled.update(variant.catalogs)
        self._store.execute(
            "update variants set record = ?, product_id = ?, grouped = ?, "
            "moved_from = case when product_id = ?2 then moved_from else product_id end where id = ?",
            record,
            product_id,
            int(variant.group_id is not None),
            variant.id,
        )
        cause: Cause = "feed" if old_hash != item_hash else "upgrade" if self._same_settings else "settings"
        self._touched += (
            [(product_id, cause)] if old_product == product_id else [(old_product, cause), (product_id, cause)]
        )

    def _present(self, item_id: str, old: tuple[bytes, bytes, str, int]) -> None:
        if old[3]:
            self._store.execute(
                "update variants set absent_since = null, absent_documents = null, absent_sha256 = null where id = ?",
                item_id,
            )
            self._touched.append((old[2], "feed"))

    def _flush(self) -> None:
        self._store.many(
            "insert into variants (id, product_id, feed, hash, record, grouped) values (?, ?, ?, ?, ?, ?)",
            self._inserts,
        )
        self._store.many("insert into raws values (?, ?, ?)", self._raws)
        self._store.many("insert into touched values (?, ?) on conflict do nothing", self._touched)
        self._inserts, self._raws, self._touched = [], [], []

    def finish(self) -> None:
        """Write the rest, and settle the catalogs' names."""
        self._flush()
        count_spellings(self._store, self._spelled)


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
