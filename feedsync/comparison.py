"""What a store holds otherwise than we think: the whole of it is read, compared with *sent*, and looked at once more by id.

A list may change while it is walked, and a write may be shown late. So what seems to be otherwise is asked for by id, and
again after as long as a probe saw a write take, before it is said. What is found stands in the table ``found`` of the open
snapshot, with what the store holds. Nothing here changes what is known of *sent*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Literal

import msgspec

from feedsync.bik import wire
from feedsync.bik.client import Bik
from feedsync.effective import payload_hash
from feedsync.errors import Fatal, FeedsyncError
from feedsync.hold import NOTHING
from feedsync.lateness import NotYet, first_pause_s, rounds
from feedsync.model import ProductPayload
from feedsync.planner import Options, Planner
from feedsync.report.summary import Reason
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.store import Store
from feedsync.walking import Page, walk

Kind = Literal["missing", "different", "ours_once", "never_ours"]
Desired = Literal["sent", "stored", "other", "gone"]
#: How many findings of each kind are listed, and fields of each; all findings are counted.
LISTED = 1000
_URGENCY = 4
_CHUNK = 200
_TRIES = 3
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
#: What a write that is shown late explains.
_MAY_BE_LATE = "kind in ('missing', 'different', 'ours_once')"
#: ``there`` has every id of the list, with its record where that is not as it was sent. ``doubted`` is what to ask about.
_TABLES = """
create temp table if not exists there (id text primary key, record blob) without rowid;
create temp table if not exists doubted (id text primary key, kind text, listed integer, record blob) without rowid;
create temp table if not exists found (id text primary key, kind text, record blob) without rowid;
delete from there;
delete from doubted;
delete from found;
"""


class Finding(msgspec.Struct, frozen=True):
    """One product or catalog that is otherwise there than we think, with the fields that differ.

    ``pending``: a run has something left to do about it anyway. ``desired`` is what the feeds want now: what was ``sent``,
    what is ``stored`` there, something ``other``, or that it be ``gone``; null of a catalog.
    """

    kind: Kind
    what: Literal["product", "catalog"]
    id: str
    title: str
    pending: bool = False
    fields: list[wire.FieldDifference] = []
    desired: Desired | None = None


class Comparison:
    """One comparison. ``unknown`` says why it cannot know all of it; ``found`` is told by :meth:`listed`."""

    def __init__(
        self, store: Store, schedule: Schedule, bik: Bik, *, now: int, target: bytes, progress: Callable[[int], None]
    ) -> None:
        self._store, self._schedule, self._bik, self._progress = store, schedule, bik, progress
        self._now = now
        self._pause_s = first_pause_s(bik_findings(store, target))
        self._ours = CatalogTable(store).ours()
        self._catalogs: list[Finding] = []
        self._unlisted = 0
        self.unknown: Reason | None = None
        #: Products that the list has.
        self.stored = 0
        store.script(_TABLES)

    def compare(self) -> None:
        """Walk, compare, confirm. What fails on the way is no finding, but is ``unknown``."""
        try:
            self._walk(lambda after: self._bik.list_products(after, _URGENCY), self._take)
            self._store.many("insert into doubted values (?, ?, ?, null)", self._suspects())
            self._confirm()
            self._compare_catalogs()
        except FeedsyncError as error:
            self._doubt(error)

    def _doubt(self, error: FeedsyncError) -> None:
        self.unknown = self.unknown or Reason(error.code, error.message)

    def _walk(self, call: Callable[[str | None], Page], take: Callable[[Page], int]) -> None:
        if reason := walk(call, take):
            self._doubt(Fatal("FS-710", reason=reason))

    def _take(self, page: Page) -> int:
        rows = [(r["id"], None if self._is_as_sent(r) else msgspec.json.encode(r)) for r in page]
        shared = [
            (r["id"],) for r in page if wire.without_foreign(r, self._ours).get("catalogIds") != r.get("catalogIds")
        ]
        changes = self._store.connection.total_changes
        with self._store.transaction():
            self._store.many("insert or ignore into there values (?, ?)", rows)
            new = self._store.connection.total_changes - changes
            # somebody put these into catalogs of theirs: they are read again before they are next sent
            self._store.many("update products set looked = 0 where id = ? and sent_hash is not null", shared)
        self.stored += new
        self._progress(self.stored)
        return new

    def _is_as_sent(self, record: dict[str, Any]) -> bool:
        payload = self._sent(record["id"])
        return payload is not None and not self._differences(payload, record)

    def _sent(self, product_id: str) -> ProductPayload | None:
        payload = self._store.scalar("select unpacked(payload) from sent where product_id = ?", product_id)
        return _PAYLOADS.decode(payload) if payload else None

    def _differences(self, payload: ProductPayload, record: dict[str, Any]) -> list[wire.FieldDifference]:
        if self._schedule.bik.keep_foreign_catalogs:
            record = wire.without_foreign(record, self._ours)
        return wire.differences(wire.product(payload, []), record)

    def _suspects(self) -> Iterator[tuple[str, str, bool]]:
        """(id, kind, whether the list has it) of what is not as it was sent, as far as the list tells."""
        yield from self._rows(
            "select p.id, 'sent', t.id is not null from products p left join there t on t.id = p.id "
            "where p.sent_hash is not null and (t.id is null or t.record is not null) and p.id > ? order by p.id limit ?"
        )
        yield from self._rows(
            "select t.id, iif(coalesce(p.once_sent or p.attempted, 0), 'ours_once', 'never_ours'), 1 from there t "
            "left join products p on p.id = t.id where p.sent_hash is null and t.id > ? order by t.id limit ?"
        )

    def _rows(self, query: str) -> Iterator[Any]:
        last = ""
        while rows := list(self._store.rows(query, last, _CHUNK)):
            last = rows[-1][0]
            yield from rows

    def _confirm(self) -> None:
        """Ask about what is in doubt until it is dispelled, or is still so after as long as a write takes to be shown."""
        with suppress(NotYet):
            for attempt in rounds(self._pause_s, _TRIES):
                with attempt:
                    self._ask("1" if attempt.num == 1 else _MAY_BE_LATE)
                    if self._store.scalar(f"select exists (select 1 from doubted where {_MAY_BE_LATE})"):
                        raise NotYet
        if self._unlisted:
            self._doubt(Fatal("FS-711", count=self._unlisted))
        self._store.execute("insert into found select id, kind, record from doubted")

    def _ask(self, which: str) -> None:
        """Look at what is in doubt by id; what turns out well is so no more."""
        doubted = self._rows(f"select id, kind, listed from doubted where {which} and id > ? order by id limit ?")
        while batch := list(islice(doubted, self._schedule.bik.batch_size)):
            stored = {r["id"]: r for r in self._bik.get_products([row[0] for row in batch], _URGENCY)}
            for product_id, kind, listed in batch:
                record = stored.get(product_id)
                if kind == "sent" and record is not None and not listed:
                    self._unlisted += 1
                known = self._known(product_id, kind, record)
                if known is None:
                    self._store.execute("delete from doubted where id = ?", product_id)
                else:
                    encoded = None if record is None else msgspec.json.encode(record)
                    query = "update doubted set kind = ?, record = ? where id = ?"
                    self._store.execute(query, known, encoded, product_id)

    def _known(self, product_id: str, kind: str, record: dict[str, Any] | None) -> str | None:
        """What a product turns out to be; None: nothing to tell."""
        payload = self._sent(product_id)
        if payload is None:
            return None if record is None else kind
        if record is None:
            return "missing"
        return "different" if self._differences(payload, record) else None

    def listed(self) -> tuple[list[Finding], dict[str, int]]:
        """The findings, at most :data:`LISTED` of a kind, and how many there are of each kind."""
        counts = dict(self._store.rows("select kind, count(*) from found group by kind order by kind"))
        planner = Planner(self._store, self._schedule, 0, self._now, Options())
        findings = []
        for kind in counts:
            for product_id, record, pending in self._store.rows(
                "select f.id, f.record, coalesce(p.pending, 0) from found f left join products p on p.id = f.id "
                "where f.kind = ? order by f.id limit ?", kind, LISTED,
            ):  # fmt: skip
                findings.append(self._finding(planner, kind, product_id, record, pending=bool(pending)))
        for finding in self._catalogs:
            counts[finding.kind] = counts.get(finding.kind, 0) + 1
        return findings + self._catalogs, counts

    def _finding(
        self, planner: Planner, kind: Kind, product_id: str, record: bytes | None, *, pending: bool
    ) -> Finding:
        stored = msgspec.json.decode(record) if record else {}
        sent = self._sent(product_id)
        fields = self._differences(sent, stored) if kind == "different" and sent else []
        title = str(stored.get("name", "")) or (sent.title if sent else "")
        desired = self._desired(planner, product_id, stored if record else None)
        return Finding(kind, "product", product_id, title, pending, fields[:LISTED], desired)

    def _desired(self, planner: Planner, product_id: str, record: dict[str, Any] | None) -> Desired:
        """What the feeds want of a product now, whatever a gate holds of it."""
        if not self._store.scalar("select 1 from products where id = ?", product_id):
            return "gone"
        state = planner.products.state(product_id)
        payload = planner.derive(state, NOTHING)[0].payload
        if payload is None:
            return "gone"
        if payload_hash(payload, self._schedule.ignored_query) == state.sent_hash:
            return "sent"
        return "stored" if record is not None and not self._differences(payload, record) else "other"

    def _compare_catalogs(self) -> None:
        """Ours, as far as they are in use, that are gone or have another name. Bik has no call that deletes one."""
        stored: dict[str, str] = {}
        seen: set[str] = set()

        def take(page: Page) -> int:
            before = len(seen)
            stored.update({r["id"]: str(r.get("name", "")) for r in page if r["id"] in self._ours})
            seen.update(r["id"] for r in page)
            return len(seen) - before

        self._walk(lambda after: self._bik.list_catalogs(after, _URGENCY), take)
        known = dict(
            self._store.rows(
                "select id, sent_name from catalogs c where sent_name is not null "
                "and exists (select 1 from spellings where catalog_id = c.id) order by id"
            )
        )
        suspects = [catalog_id for catalog_id, name in known.items() if stored.get(catalog_id) != name]
        for ids in _chunks(suspects, self._schedule.bik.batch_size):
            by_id = {r["id"]: str(r.get("name", "")) for r in self._bik.get_catalogs(ids, _URGENCY)}
            for catalog_id in ids:
                name, there = known[catalog_id], by_id.get(catalog_id)
                if there != name:
                    kind: Kind = "missing" if there is None else "different"
                    fields = [] if there is None else [wire.FieldDifference("name", name, there)]
                    self._catalogs.append(Finding(kind, "catalog", catalog_id, name, fields=fields))

    def settle(self) -> None:
        """After a copy was put back nothing was taken for granted: what was seen to be as it was sent, is so again."""
        store = self._store
        if store.meta("restored_at") is None:
            return
        with store.transaction():
            store.execute(
                "update products set outcome = 'acknowledged' where outcome = 'unknown' and sent_hash is not null "
                "and id not in (select id from found)"
            )
            unknown = store.rows("select id from catalogs where outcome = 'unknown' and sent_name is not null")
            seen = {row[0] for row in unknown} - set(self.catalogs)
            store.many("update catalogs set outcome = 'acknowledged' where id = ?", [(one,) for one in sorted(seen)])
            store.execute("delete from meta where key = 'restored_at'")

    @property
    def catalogs(self) -> list[str]:
        """The ids of catalogs that are otherwise there."""
        return [finding.id for finding in self._catalogs]


def _chunks(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(ids)
    while chunk := list(islice(rest, size)):
        yield chunk
