"""What products of a snapshot's first document should be, as those who read it found: :mod:`feedsync.drafting`.

The plan takes over what is proven to be what it would derive itself; everything else it derives. Drafts are no part of the
snapshot: they live in temporary tables, within the transaction that reads and plans.
"""

from __future__ import annotations

from feedsync.model import Change
from feedsync.snapshot.incoming import Draft
from feedsync.snapshot.store import Store

# a draft stands at the first of its product's positions, which no other one can have
_TABLES = """
create temp table if not exists drafted (at integer, terms blob);
create temp table if not exists drafts (
  first integer primary key, last integer, members integer, next_change_at integer, product_id text, title text, hash blob,
  payload blob);
create temp table if not exists chosen (place integer primary key, first integer);
"""
#: A product as nobody has looked at it yet, and of which the store has nothing.
_UNTOUCHED = (
    "pending and cause = 'feed' and not held and next_change_at is null and not attempted and not once_sent "
    "and sent_hash is null and outcome is null"
)


class Drafts:
    """The drafts of one snapshot; the rows of its variants are those of their positions in the first document."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.script(_TABLES)

    def begin(self, at: int, terms: bytes) -> None:
        """Before a first document is read: drafts will be of the time ``at`` (Unix seconds), under these terms."""
        self.clear()
        self._store.execute("insert into drafted values (?, ?)", at, terms)

    def clear(self) -> None:
        """Forget all of them."""
        for table in ("drafted", "drafts", "chosen"):
            self._store.execute(f"delete from {table}")

    def add(self, drafts: list[Draft]) -> None:
        """Keep some."""
        self._store.many("insert into drafts values (?, ?, ?, ?, ?, ?, ?, ?)", drafts)

    def forget_touched(self) -> None:
        """What a document touches that is read after the drafts is derived from what both say."""
        self._store.execute(
            "delete from drafts where first + 1 in "
            "(select v.rowid from touched t cross join variants v on v.product_id = t.product_id)"
        )

    def choose(self, now: int, terms: bytes) -> int:
        """Choose the drafts that are proven to hold at ``now`` (Unix seconds) under these terms; how many they are.

        A draft is right if its product's variants are the items that it was made of. All items of the product that stood
        between the first and the last were in the same lot, so the first, the last and their number tell. It stays right
        until the moment at which time alone changes it.
        """
        store = self._store
        if not store.scalar("select 1 from drafted where at <= ? and terms = ?", now, terms) or store.scalar(
            f"select exists (select 1 from products where not ({_UNTOUCHED})) or exists (select 1 from sent)"
        ):
            self.clear()
            return 0
        return store.execute(
            "insert into chosen (first) select d.first from "
            "(select product_id, min(rowid) - 1 first, max(rowid) - 1 last, count(*) members from variants "
            "group by product_id order by product_id) v "
            "cross join drafts d on d.first = v.first and d.last = v.last and d.members = v.members "
            "and d.product_id = v.product_id where d.next_change_at is null or d.next_change_at > ?",
            now,
        )

    def take(self, run: int, now: int, urgency: int, change: Change, verdict: str) -> None:
        """Make the chosen ones steps of the plan, each with a change like this one, by product id; then forget all drafts."""
        store = self._store
        chosen = "from chosen c cross join drafts d on d.first = c.first order by c.place"
        store.execute(f"insert into plan select d.product_id, ?, 'send', d.payload, d.hash {chosen}", urgency)
        store.execute(
            "insert into changes (run, at, kind, subject, after, cause, class, verdict) "
            f"select ?, ?, ?, d.product_id, d.title, ?, ?, ? {chosen}",
            run, now, change.kind, change.cause, change.klass, verdict,
        )  # fmt: skip
        moments = (
            "select d.next_change_at, d.product_id from chosen c cross join drafts d on d.first = c.first "
            "where d.next_change_at is not null"
        )
        store.many("update products set next_change_at = ? where id = ?", store.rows(moments))
        self.clear()
