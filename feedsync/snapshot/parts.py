"""What each feed says of an id, kept while a schedule has supplemental feeds.

A product's record is then put together from the parts: the primary feed's attributes with those of the supplemental feeds
over them, the later feed of the schedule last. A part that changes puts its id on the list of those that must be put
together again, also when the primary feed itself was not read. Everything runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from feedsync.model import Attributes
from feedsync.snapshot.store import Store

_ATTRIBUTES: msgspec.msgpack.Decoder[Attributes] = msgspec.msgpack.Decoder()


class Supplements:
    """What supplemental feeds say over a primary one; only read. ``supplemental`` are their places in the schedule."""

    def __init__(self, store: Store, supplemental: tuple[int, ...]) -> None:
        self._store = store
        self._supplemental = ", ".join(map(str, supplemental))

    def over(self, item_id: str) -> list[Attributes]:
        """What the supplemental feeds say of an id, the one that counts most last."""
        query = f"select attributes from parts where id = ? and feed in ({self._supplemental}) order by feed"
        return [_ATTRIBUTES.decode(row[0]) for row in self._store.rows(query, item_id)]


class Parts(Supplements):
    """The parts of one run; ``supplemental`` are the places of the supplemental feeds in the schedule."""

    def __init__(self, store: Store, supplemental: tuple[int, ...]) -> None:
        super().__init__(store, supplemental)
        store.execute("create temp table if not exists rejoin (id text primary key) without rowid")
        store.execute("create temp table if not exists excluded (id text primary key, hash blob, attributes blob)")
        store.execute("delete from rejoin")
        store.execute("delete from excluded")

    def count(self, feed: int) -> int:
        """Of how many ids a feed says something."""
        count: int = self._store.scalar("select count(*) from parts where feed = ?", feed)
        return count

    def keep(self, feed: int, rows: list[tuple[str, bytes, bytes]]) -> None:
        """What a primary feed says: (id, the item's hash, attributes)."""
        self._store.many("insert or replace into parts values (?, ?, ?, ?)", [(feed, *row) for row in rows])

    def exclude(self, item_id: str, item_hash: bytes, attributes: bytes) -> None:
        """What a primary feed says of an id that a rule leaves out; a supplemental feed may bring it back."""
        self._store.execute("insert or ignore into excluded values (?, ?, ?)", item_id, item_hash, attributes)

    def keep_excluded(self, feed: int) -> None:
        """After a document: what was left out of it is a part of this feed, unless another item has the id."""
        self._store.execute(
            "insert or replace into parts select ?, id, hash, attributes from excluded "
            "where id not in (select id from incoming where id is not null)",
            feed,
        )
        self._store.execute("delete from excluded")

    def forget_missing(self, feed: int) -> None:
        """A complete document of a supplemental feed lacks what is in ``missing`` now: those say nothing any more."""
        gone = "select id from missing"
        self._store.execute(f"insert or ignore into rejoin {gone}")
        self._store.execute(f"delete from parts where feed = ? and id in ({gone})", feed)
        self._store.execute(f"delete from raws where feed = ? and id in ({gone})", feed)

    def changed(self) -> Iterator[tuple[str, int, Attributes, bytes, bool]]:
        """(id, primary feed, its attributes, its item's hash, whether that may be skipped) to be put together."""
        query = (
            "select r.id, p.feed, p.attributes, p.hash, "
            "exists (select 1 from raws w where w.id = r.id and w.feed = p.feed) "
            f"from rejoin r join parts p on p.id = r.id where p.feed not in ({self._supplemental}) order by r.id, p.feed"
        )
        for item_id, feed, attributes, item_hash, known in self._store.rows(query):
            yield item_id, feed, _ATTRIBUTES.decode(attributes), item_hash, bool(known)


class PartWriter:
    """Takes one supplemental feed's items one by one, as :class:`feedsync.snapshot.writer.VariantWriter` does."""

    def __init__(self, store: Store, feed: int) -> None:
        self._store = store
        self._feed = feed

    def take(
        self, item_id: str, item_hash: bytes, record: bytes | None, old: object, *, skippable: bool, part: bytes | None
    ) -> bool:
        """One item that holds its id; an unreadable one leaves what was said of it."""
        store, feed = self._store, self._feed
        store.execute("delete from raws where id = ? and feed = ?", item_id, feed)
        if part is None:
            store.execute("update parts set hash = null where feed = ? and id = ?", feed, item_id)
            return True
        if store.scalar("select attributes from parts where feed = ? and id = ?", feed, item_id) != part:
            store.execute("insert or ignore into rejoin values (?)", item_id)
        store.execute(
            "insert into parts values (?, ?, ?, ?) "
            "on conflict do update set hash = excluded.hash, attributes = excluded.attributes",
            feed, item_id, item_hash if skippable else None, part,
        )  # fmt: skip
        if skippable:
            store.execute("insert into raws values (?, ?, ?)", feed, item_hash, item_id)
        return True

    def contest(self, item_id: str) -> None:
        """Different items claim this id: it is read each time."""
        self._store.execute("delete from raws where id = ? and feed = ?", item_id, self._feed)
        self._store.execute("update parts set hash = null where id = ? and feed = ?", item_id, self._feed)

    def reread_unread(self) -> None:
        """Everything was read anew, and what was not in the document must be when it comes back."""
        self._store.execute(
            "update parts set hash = null where feed = ? and id not in (select id from incoming where id is not null)",
            self._feed,
        )

    def finish(self) -> None:
        """Nothing is buffered."""
