"""Variants into the snapshot, in batches: what is new, what changed, which products that touches, which spellings of
catalogs come and go. A snapshot that has no variants yet takes a shorter way, since nothing can have changed."""

from __future__ import annotations

from collections import Counter

import msgspec

from feedsync.ids import catalog_id
from feedsync.model import Cause, Variant
from feedsync.snapshot.parts import Parts
from feedsync.snapshot.store import Store

_CHUNK_ROWS = 2000
_VARIANTS = msgspec.msgpack.Decoder(Variant)
_OLD = "select unpacked(record), hash, product_id, absent_since is not null, feed from variants where id = ?"
_Old = tuple[bytes, bytes, str, int, int]


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
        self._empty = store.scalar("select 1 from variants limit 1") is None
        self._spelled: Counter[str] = Counter()
        self._inserts: list[tuple[object, ...]] = []
        self._raws: list[tuple[int, bytes, str]] = []
        self._touched: list[tuple[str, Cause]] = []

    def take(
        self, item_id: str, item_hash: bytes, record: bytes | None, *, skippable: bool, part: bytes | None = None
    ) -> bool:
        """One item that holds its id; ``record`` None: it is invalid, and the variant stays as it was.

        False: the id belongs to an item of an earlier feed.
        """
        old: _Old | None = None if self._empty else self._store.one(_OLD, item_id)
        if old is not None and old[4] < self._feed and not old[3]:
            return record is None  # an invalid item has its own reason
        if old is not None and old[4] != self._feed:
            if record is None:
                old = None  # an invalid item takes nothing from another feed
            else:
                self._robbed.add(old[4])
        if not self._empty:
            self._store.execute(f"delete from raws where id = ? and {self._others}", item_id)
        if self._parts is not None and part is not None:
            self._said.append((item_id, item_hash, part))
        if record is not None:
            variant = _VARIANTS.decode(self._store.packer.unpack(record))
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
        if len(self._inserts) + len(self._raws) + len(self._touched) + len(self._said) > _CHUNK_ROWS:
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
        old: _Old,
    ) -> None:
        old_record, old_hash, old_product, _, _ = old
        product_id = variant.product_id
        self._store.execute("update variants set hash = ?, feed = ? where id = ?", kept_hash, self._feed, variant.id)
        self._present(variant.id, old)
        if old_record == self._store.packer.unpack(record):
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
        cause: Cause = self._cause or (
            "feed" if old_hash != item_hash else "upgrade" if self._same_settings else "settings"
        )
        self._touched += (
            [(product_id, cause)] if old_product == product_id else [(old_product, cause), (product_id, cause)]
        )

    def _present(self, item_id: str, old: _Old) -> None:
        if old[3]:
            self._store.execute(
                "update variants set absent_since = null, absent_documents = null, absent_counted = null, absent_digest = null "
                "where id = ?",
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
        if self._parts is not None:
            self._parts.keep(self._feed, self._said)
        self._inserts, self._raws, self._touched, self._said = [], [], [], []

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
