"""The snapshot's side of reading a document: incoming items, who wins an id, absence, and what is wrong with what.

Everything runs in the caller's transaction. ``raws`` holds the hashes that need not be read again; an id that is invalid
or contested (several different items claim it) has none there, so it is decided anew at each reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from feedsync.adapters.stretchrows import Indices, Places
from feedsync.errors import Problem
from feedsync.snapshot.bulk import BulkLoad
from feedsync.snapshot.drafts import Drafts
from feedsync.snapshot.findings import Finding, double, encode_details, findings_of
from feedsync.snapshot.incoming import Incoming
from feedsync.snapshot.known import NOTHING_KNOWN, KnownItems, known_items
from feedsync.snapshot.parts import PartWriter
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import OLD, Old, VariantWriter, read_again

_TABLES = """
create temp table if not exists incoming (
  position integer primary key, id text, hash blob, offset integer, record blob, problem blob, notes blob, excerpt blob,
  part blob, product_id text, grouped integer, catalogs blob);
create index if not exists temp.incoming_id on incoming (id);
create temp table if not exists missing (id text primary key) without rowid;
create temp table if not exists touched (product_id text primary key, cause text) without rowid;
delete from incoming;
delete from missing;
delete from touched;
"""


class Items:
    """The items of one run's documents."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._bulk: BulkLoad | None = None
        #: What of the products of the first document is derived while it is read.
        self.drafts = Drafts(store)
        store.script(_TABLES)

    # -- before and while a document is read

    def known(self, number: int, key: bytes) -> KnownItems:
        """The items that need not be read again; none when the settings or the document's head changed."""
        same = self.store.scalar("select key from feeds where feed = ?", number) == key
        self._all_read = not same
        self._bulk = None
        return known_items(self.store, number) if same else NOTHING_KNOWN

    def expect_all_new(self, number: int) -> bool:
        """Before a primary feed is read that nobody says more about: whether nothing is known yet, so that all is new."""
        if self.store.scalar("select 1 from variants limit 1") is None and self._all_read:
            self._bulk = BulkLoad(self.store, number)
        return self._bulk is not None

    def unreadable(self, number: int) -> set[bytes]:
        """Items of the last complete document whose id cannot be read."""
        return {row[0] for row in self.store.rows("select hash from unreadable where feed = ?", number)}

    def set_unreadable(self, number: int, hashes: Iterable[bytes]) -> None:
        """Remember those of a complete document."""
        self.store.execute("delete from unreadable where feed = ?", number)
        self.store.many("insert or ignore into unreadable values (?, ?)", [(number, h) for h in hashes])

    def add_incoming(self, rows: list[Incoming]) -> None:
        """Keep what was read until the whole document is known."""
        if self._bulk is not None:
            rows = self._bulk.keep(rows)
        self.store.many("insert into incoming values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    # -- after it

    def settle(
        self, number: int, rowids: Indices, first: Places, writer: VariantWriter | PartWriter, *,
        repeated: list[tuple[int, int]], offset_of: Callable[[int], int],
    ) -> list[Finding]:  # fmt: skip
        """Take the first item of every id that was read, and give the findings of the document.

        Args:
            number: the feed.
            rowids: the rows of ``raws`` that were offered as known.
            first: for each of them the position of its first copy in the document, -1 where there is none.
            writer: what takes the items.
            repeated: (row, position) of the further copies of skipped items.
            offset_of: from a position to its offset in the document.
        """
        store = self.store
        self._lost = set()
        if self._bulk is not None:
            return self._bulk.settle(offset_of)
        findings = []
        for row, position in repeated:
            found = store.one("select hash, id from raws where rowid = ?", row)
            assert found is not None
            findings.append(double(found[0], found[1], offset_of(position)))
        missing = ((int(row),) for row in np.sort(rowids[first < 0]))
        store.many("insert or ignore into missing select id from raws where rowid = ?", missing)
        skipped = self._skipped_rivals(number, rowids, first)
        losers, contested = self._losers(skipped)
        for item_id, (position, item_hash) in skipped.items():
            if not self._wins(item_id, position):
                self._lost.add(item_hash)
                findings.append(double(item_hash, item_id, offset_of(position)))
        if self._all_read:
            store.execute("delete from raws where feed = ?", number)

        query = (
            f"select position, i.id, i.hash, offset, i.record, problem, notes, part, {OLD} "
            "from incoming i left join variants v on v.id = i.id order by position"
        )
        for position, item_id, item_hash, offset, record, problem, notes, part, *old in store.rows(query):
            if position in losers:
                findings.append(double(item_hash, item_id, offset, position))
                continue
            findings += findings_of(item_hash, item_id, problem, notes, offset, position)
            if item_id is not None:
                skippable = problem is None and item_id not in contested
                known: Old | None = None if old[0] is None else tuple(old)
                if not writer.take(item_id, item_hash, record, known, skippable=skippable, part=part):
                    taken = Problem("FS-420", {"id": item_id})
                    findings.append(Finding(item_hash, item_id, "rejected", taken, offset, position))
        writer.finish()
        for item_id in skipped:
            writer.contest(item_id)
        if self._all_read:
            writer.reread_unread()
        return findings

    def _skipped_rivals(self, number: int, rowids: Indices, first: Places) -> dict[str, tuple[int, bytes]]:
        """id -> (position, hash) of each skipped item whose id was also read anew in this document."""
        # an id has one row at most, so where that one is missing there is no rival; the order of the tables is given, since
        # SQLite would go through all that is known
        query = (
            "select distinct r.rowid, r.id, r.hash from incoming i cross join raws r on r.id = i.id "
            "where r.feed = ? and i.id not in (select id from missing)"
        )
        rows = list(self.store.rows(query, number))
        if not rows:
            return {}
        here = np.flatnonzero(np.isin(rowids, [row[0] for row in rows]) & (first >= 0))
        position_of = {int(rowids[place]): int(first[place]) for place in here}
        return {item_id: (position_of[row], item_hash) for row, item_id, item_hash in rows if row in position_of}

    def _wins(self, item_id: str, position: int) -> bool:
        """Whether a skipped item stands before all that were read of its id."""
        return bool(position < self.store.scalar("select min(position) from incoming where id = ?", item_id))

    def _losers(self, skipped: dict[str, tuple[int, bytes]]) -> tuple[set[int], set[str]]:
        """The positions of items that lose their id to an earlier one, and the ids that different items claim."""
        losers: set[int] = set()
        contested: set[str] = set(skipped)
        winner: tuple[str, bytes] | None = None
        query = (
            "select id, position, hash from incoming "
            "where id in (select id from incoming group by id having count(*) > 1) order by id, position"
        )
        for item_id, position, item_hash in self.store.rows(query):
            if winner is None or winner[0] != item_id:
                winner = item_id, item_hash
                continue
            losers.add(position)
            if winner[1] != item_hash:
                contested.add(item_id)
        for item_id, (position, _) in skipped.items():
            if self._wins(item_id, position):
                losers |= {row[0] for row in self.store.rows("select position from incoming where id = ?", item_id)}
        return losers, contested

    def find_missing(self, table: str, which: tuple[str, ...], number: int) -> int:
        """Put all ids of a feed into ``missing`` that a complete document lacks; how many there are.

        Those that were offered as known are there already; ``which`` (conditions, any of them) of the rest in
        ``table`` (``variants`` or ``parts``) could be missing, too.
        """
        store = self.store
        for one in ("true",) if self._all_read else which:  # each has an index of its own, which an "or" would not use
            store.execute(f"insert or ignore into missing select id from {table} where feed = ? and {one}", number)
        store.execute("delete from missing where id in (select id from incoming where id is not null)")
        count: int = store.scalar("select count(*) from missing")
        return count

    def judge_absence(self, number: int, digest: str, now: int, *, gone: bool = False) -> None:
        """After a complete document: count what it lacks. ``now`` in Unix seconds; ``gone``: the feed itself is."""
        store = self.store
        self._all_read = gone or self._all_read
        if self._bulk is None:
            self.find_missing("variants", ("hash is null", "absent_since is not null"), number)
        unread = "not exists (select 1 from raws r where r.feed = parts.feed and r.id = parts.id)"
        self.find_missing("parts", (unread,), number)
        waiting = "code = 'FS-420' and last_run is null and item_id in (select id from missing)"
        read_again(store, {row[0] for row in store.rows(f"select distinct feed from problems where {waiting}")})
        store.execute(
            "insert into touched select product_id, 'feed' from variants where id in (select id from missing) "
            "on conflict do nothing"
        )
        store.execute(
            "update variants set absent_documents = "
            "case when absent_digest in (?1, '') then absent_documents else coalesce(absent_documents, 0) + 1 end, "
            "absent_since = coalesce(absent_since, ?2), absent_counted = coalesce(absent_counted, ?2), "
            "absent_digest = ?1, hash = null "
            "where id in (select id from missing)",
            digest,
            now,
        )
        for table in ("raws", "parts"):
            store.execute(f"delete from {table} where feed = ? and id in (select id from missing)", number)

    def leave_out(self, number: int, item_id: str, now: int) -> None:
        """A rule leaves out what is in the feed: it is absent as if the last document had lacked it."""
        store = self.store
        where = "id = ?1 and feed = ?2 and absent_since is null"
        store.execute(
            f"insert into touched select product_id, 'feed' from variants where {where} on conflict do nothing",
            item_id,
            number,
        )
        store.execute(
            "update variants set absent_documents = 1, absent_since = ?3, absent_counted = ?3, hash = null, "
            f"absent_digest = (select digest from feeds f where f.feed = ?2) where {where}",
            item_id,
            number,
            now,
        )
        store.execute("delete from raws where id = ? and feed = ?", item_id, number)

    def keep_findings(
        self, number: int, run: int, findings: list[Finding], kept: Callable[[bytes], bool], *, complete: bool
    ) -> None:
        """Open what is new, close what is over, and leave what still holds.

        Args:
            number, run: the feed and the run.
            findings: what this document showed.
            kept: whether the item with that hash was skipped, so that what was said of it still holds.
            complete: whether the document can show that an item is gone; else what it lacks stays as it was.
        """
        store = self.store
        fresh = {(f.hash, f.item_id, f.problem.code, encode_details(f.problem)): f for f in findings}
        here = "exists (select 1 from incoming i where i.id = item_id)"
        if self._bulk is not None:  # which keeps there what there is to report
            here += " or exists (select 1 from variants v where v.id = item_id)"
        current = (
            f"select rowid, hash, item_id, code, parts, {here} "
            "from problems where feed = ? and last_run is null and code <> 'FS-410'"
        )
        for rowid, item_hash, item_id, code, parts, read in list(store.rows(current, number)):
            if fresh.pop((item_hash, item_id, code, parts), None) is not None:
                continue
            skipped = kept(item_hash)
            holds = skipped and code != "FS-402" and item_hash not in self._lost
            if not holds and (complete or read or skipped):
                store.execute("update problems set last_run = ? where rowid = ?", run - 1, rowid)
        store.many(
            "insert into problems values (?, ?, ?, ?, ?, ?, ?, (select excerpt from incoming where position = ?), ?, null)",
            [
                (
                    number,
                    f.hash,
                    f.item_id,
                    f.severity,
                    f.problem.code,
                    encode_details(f.problem),
                    f.line,
                    f.position,
                    run,
                )
                for f in fresh.values()
            ],
        )

    def note_joined_groups(self, number: int, run: int) -> None:
        """Report (FS-410) items without a group whose id is the group of others; they joined it."""
        store = self.store
        others = "exists (select 1 from variants w where w.product_id = v.product_id and w.grouped)"
        joined = f"from variants v where not v.grouped and v.absent_since is null and {others}"
        open_now = "code = 'FS-410' and last_run is null"
        store.execute(
            f"update problems set last_run = ? where {open_now} and feed = ? "
            f"and not exists (select 1 {joined} and v.id = item_id)",
            run - 1,
            number,
        )
        store.execute(
            "insert into problems (feed, hash, item_id, severity, code, parts, first_run) "
            f"select ?, x'', v.id, 'note', 'FS-410', '{{}}', ? {joined} "
            "and v.product_id in (select product_id from touched) "
            f"and not exists (select 1 from problems where {open_now} and item_id = v.id)",
            number,
            run,
        )

    def mark_touched(self) -> None:
        """Every product that a variant of was touched must be looked at."""
        self.drafts.forget_touched()
        self.store.execute(
            "insert into products (id, pending, cause) select product_id, 1, cause from touched where true "
            "on conflict do update set pending = 1, cause = excluded.cause"
        )
