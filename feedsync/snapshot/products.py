"""The snapshot's side of planning: the products to look at, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from feedsync.model import Change
from feedsync.snapshot.productstate import MEMBER_COLUMNS, PRODUCT_COLUMNS, ProductState, StoredMember, StoredProduct
from feedsync.snapshot.store import Store

_CHUNK = 200
_PRODUCTS = f"select {PRODUCT_COLUMNS} from products p left join sent s on s.product_id = p.id"
_MEMBERS = f"select p.id, {MEMBER_COLUMNS} from products p cross join variants v on v.product_id = p.id"


class Looked(msgspec.Struct, frozen=True):
    """What came of looking at a product: whether anything is left to do, whether a gate holds something of it, and when
    time alone will change it (Unix seconds)."""

    id: str
    pending: bool
    held: bool = False
    next_change_at: int | None = None


class Products:
    """The products of one snapshot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def wake(self, now: int, *, all_products: bool) -> None:
        """Mark what time has changed, and with ``all_products`` everything, as to be looked at."""
        self.store.execute(
            "update products set pending = 1, cause = 'clock' where next_change_at <= ? and not pending", now
        )
        if all_products:
            self.store.execute("update products set pending = 1, cause = 'settings' where not pending")

    def pending(self) -> Iterator[list[StoredProduct]]:
        """Every product that must be looked at and that is not planned yet, by id, some at a time; the caller may change
        products on the way."""
        return self._walk("p.pending and p.id not in (select product_id from plan) and")

    def pending_up_to(self, many: int) -> int:
        """How many of them there are; where there are more, ``many``."""
        query = "select count(*) from (select 1 from products where pending and id not in (select product_id from plan) limit ?)"
        count: int = self.store.scalar(query, many)
        return count

    def every(self) -> Iterator[ProductState]:
        """Every product that is or was known, by id."""
        return (stored.read(self.store.packer) for chunk in self._walk("") for stored in chunk)

    def _walk(self, which: str) -> Iterator[list[StoredProduct]]:
        query = f"{_PRODUCTS} where {which} p.id > ? order by p.id limit ?"
        last = ""
        while rows := self.store.connection.execute(query, (last, _CHUNK)).fetchall():
            first, last = rows[0][0], rows[-1][0]
            yield self._with_members(rows, f"{which} p.id between ? and ?", first, last)

    def _with_members(self, rows: list[tuple[Any, ...]], which: str, *parameters: str) -> list[StoredProduct]:
        members: defaultdict[str, list[StoredMember]] = defaultdict(list)
        for row in self.store.connection.execute(f"{_MEMBERS} where {which}", parameters):
            members[row[0]].append(row[1:])
        return [StoredProduct(*(*row, members[row[0]])) for row in rows]

    def state(self, product_id: str) -> ProductState:
        """One product, which must be in the snapshot."""
        rows = list(self.store.rows(f"{_PRODUCTS} where p.id = ?", product_id))
        return self._with_members(rows, "p.id = ?", product_id)[0].read(self.store.packer)

    def doubt(self, ids: frozenset[str] | None, *, gone: bool) -> None:
        """Nobody knows whether the store still has these (None: all of them): they are sent again, after a look.

        ``gone``: what the store had once and must not have any more is deleted again.
        """
        again = "pending = 1, looked = 0, outcome = 'retryable', cause = 'operator'"
        if ids is None:
            self.store.execute(f"update products set {again} where sent_hash is not null")
        else:
            self.store.many(f"update products set {again} where id = ?", [(product_id,) for product_id in ids])
        if gone:
            self.store.execute(
                "update products set pending = 1, attempted = 1, cause = 'operator' "
                "where once_sent and sent_hash is null"
            )

    def looked_at(self, looked: Iterable[Looked]) -> None:
        """Note of products when time alone will change them, whether anything is left to do, and whether they are held."""
        self.store.many(
            "update products set pending = ?, held = ?, next_change_at = ? where id = ?",
            [(int(one.pending or one.held), int(one.held), one.next_change_at, one.id) for one in looked],
        )

    def add_changes(self, run: int, now: int, changes: list[tuple[Change, str]]) -> None:
        """Keep changes with what becomes of them (``send``, ``held by GATE``, …)."""
        self.store.many(
            "insert into changes (run, at, kind, subject, variant_id, field, before, after, cause, class, note, verdict) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(run, now, *msgspec.structs.astuple(change), verdict) for change, verdict in changes],
        )

    def owned(self) -> tuple[int, int]:
        """How many products and variants the store acknowledged."""
        row = self.store.one("select count(sent_hash), coalesce(sum(sent_variants), 0) from products")
        assert row is not None
        return row[0], row[1]

    def in_stock(self) -> int:
        """How many variants the store acknowledged with a quantity."""
        count: int = self.store.scalar("select coalesce(sum(sent_in_stock), 0) from products")
        return count

    def unseen_ids(self) -> int:
        """How many variants of products that the store has are not in the feeds any more, which nobody believes yet."""
        count: int = self.store.scalar(
            "select count(*) from variants v join products p on p.id = v.product_id "
            "where v.absent_since is not null and v.absent_believed is not v.absent_since and p.sent_hash is not null"
        )
        return count

    def believe_absence(self) -> None:
        """What is gone, and is not held as a removal, is gone: it does not speak for a new id scheme any more."""
        self.store.execute(
            "update variants set absent_believed = absent_since where absent_since is not null "
            "and absent_believed is not absent_since and product_id not in (select subject from held where class = 'removal')"
        )

    def known_variants(self, variant_ids: frozenset[str]) -> set[str]:
        """Those of the variants that a feed has or had, whatever their product is."""
        if not variant_ids:
            return set()
        query = "select id from variants where id in (select value from json_each(?))"
        return {row[0] for row in self.store.rows(query, msgspec.json.encode(sorted(variant_ids)).decode())}

    def restart_absence(self, now: int) -> None:
        """What lacks the products whose removal is held is no evidence: their absence is counted anew from now on."""
        self.store.execute(
            "update variants set absent_documents = 0, absent_counted = ? where absent_since is not null "
            "and product_id in (select subject from held where class = 'removal')",
            now,
        )
