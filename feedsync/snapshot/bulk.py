"""The first document of a snapshot: every item is new, so it is written where it stays, and settled by a few statements.

It leaves what :meth:`feedsync.snapshot.items.Items.settle` and :class:`feedsync.snapshot.writer.VariantWriter` would leave.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from feedsync.errors import Problem
from feedsync.snapshot.findings import Finding, double
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import count_spellings

#: One item that was read, as a row of the table ``incoming``: position, id, hash, offset, record, problem, notes, excerpt,
#: part (what its feed says of the id, where the schedule has supplemental feeds), product id, whether it names a group,
#: catalogs. Records, problems, notes and catalogs are msgpack.
Incoming = tuple[
    int, str | None, bytes, int, bytes | None, bytes | None, bytes | None, bytes | None, bytes | None, str | None, int,
    bytes | None,
]  # fmt: skip

_CATALOGS = msgspec.msgpack.Decoder(tuple[str, ...])
_NOTES = msgspec.msgpack.Decoder(list[Problem])
_PROBLEM = msgspec.msgpack.Decoder(Problem)


class BulkLoad:
    """Takes the items of the first document, which is that of the feed ``feed``."""

    def __init__(self, store: Store, feed: int) -> None:
        self._store = store
        self._feed = feed

    def keep(self, rows: list[Incoming]) -> list[Incoming]:
        """Write the variants, of several with one id the first; what is left of the rows is their place and findings."""
        self._store.many(
            "insert or ignore into variants (id, product_id, feed, hash, record, grouped) values (?, ?, ?, ?, ?, ?)",
            [(row[1], row[9], self._feed, row[2], row[4], row[10]) for row in rows if row[4] is not None],
        )
        return [(*row[:4], None, *row[5:]) for row in rows]

    def settle(self) -> list[Finding]:
        """Decide the ids that several items claim, count what is used, and give the findings of the document."""
        store = self._store
        used: Counter[str] = Counter()
        for catalogs, count in store.rows(
            "select catalogs, count(*) from incoming where catalogs is not null group by 1"
        ):
            for path in _CATALOGS.decode(catalogs):
                used[path] += count
        losers = self._losers(used)
        findings = []
        query = (
            "select position, id, hash, offset, problem, notes from incoming "
            "where problem is not null or notes is not null order by position"
        )
        for position, item_id, item_hash, offset, problem, notes in store.rows(query):
            if position in losers:
                continue
            if problem is not None:
                refused = _PROBLEM.decode(problem)
                findings.append(Finding(item_hash, item_id, "rejected", refused, offset, position))
            findings += [
                Finding(item_hash, item_id, "note", note, offset) for note in (_NOTES.decode(notes) if notes else ())
            ]
        findings += losers.values()
        store.execute("insert into raws select feed, hash, id from variants where hash is not null order by rowid")
        store.execute("insert into touched select distinct product_id, 'feed' from variants")
        count_spellings(store, used)
        return findings

    def _losers(self, used: Counter[str]) -> dict[int, Finding]:
        """Of each id that several items claim, all but the first, by position; what they were counted for is taken back."""
        store = self._store
        losers: dict[int, Finding] = {}
        winner: tuple[str, bytes] | None = None
        query = (
            "select id, position, hash, offset, product_id is not null, catalogs from incoming "
            "where id in (select id from incoming group by id having count(*) > 1) order by id, position"
        )
        for item_id, position, item_hash, offset, valid, catalogs in list(store.rows(query)):
            if winner is None or winner[0] != item_id:
                winner = item_id, item_hash
                if not valid:  # an item that holds its id keeps the others from it, also where it cannot be read
                    store.execute("delete from variants where id = ?", item_id)
                continue
            losers[position] = double(item_hash, item_id, offset, position)
            if winner[1] != item_hash:
                store.execute("update variants set hash = null where id = ?", item_id)
            used.subtract(_CATALOGS.decode(catalogs) if catalogs else ())
        return losers
