"""Is the store what we think it is? The whole of it is read back and compared with what Bik acknowledged.

A list may change while it is walked, so what matters is asked for once more by id before it is said. Nothing here moves
*sent* to what nobody acknowledged: it is set only to what a reading proved that the store holds, and the repair is then an
ordinary run through the gates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from feedsync.bik import wire
from feedsync.bik.client import Bik
from feedsync.bik.opening import bik_credentials, opened
from feedsync.effective import payload_hash
from feedsync.errors import SENTENCES, FeedsyncError
from feedsync.model import ProductPayload
from feedsync.planning import Options
from feedsync.report.summary import Reason, RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import Drift, keep_drift
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.sync import Clock, run_schedule, same_store, snapshot_path

Kind = Literal["missing", "different", "ours_once", "never_ours"]
Progress = Callable[[int], None]
#: How many findings of each kind are listed; all are counted.
LISTED = 1000
_URGENCY = 4
_CHUNK = 200
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
_TABLES = """
create temp table if not exists there (id text primary key, record blob) without rowid;
create temp table if not exists found (id text primary key, kind text, record blob) without rowid;
delete from there;
delete from found;
"""


class Finding(msgspec.Struct, frozen=True):
    """One product or catalog that is otherwise there than we think, with the fields that differ.

    ``pending``: a run has something left to do about it anyway.
    """

    kind: Kind
    what: Literal["product", "catalog"]
    id: str
    title: str
    pending: bool = False
    fields: list[wire.FieldDifference] = []


class Reconciliation(msgspec.Struct):
    """What the comparison found. ``unknown`` says why it cannot know all of it; then only what was confirmed is listed.

    ``counts`` are all findings by kind, ``stored`` and ``sent`` the products there and those that Bik acknowledged.
    ``repair`` is the run that mended it, null where none was asked for or needed.
    """

    schedule: str
    stored: int
    sent: int
    counts: dict[str, int]
    findings: list[Finding]
    unknown: Reason | None = None
    adopted: int = 0
    requests: int = 0
    repair: RunSummary | None = None

    @property
    def ours(self) -> int:
        """How many findings are about what feedsync put there."""
        return sum(count for kind, count in self.counts.items() if kind != "never_ours")

    @property
    def exit_code(self) -> int:
        """0: equal, or mended; 1: it cannot know; 3: different; else what the repair came to."""
        if self.repair is not None:
            return self.repair.exit_code or (1 if self.unknown else 0)
        return 1 if self.unknown else 3 if self.ours else 0


def reconcile(
    schedule: Schedule, state: Path, *, fix: bool = False, adopt: bool = False, allow: frozenset[str] = frozenset(),
    progress: Progress = lambda done: None, clock: Clock = time.time,
) -> Reconciliation:  # fmt: skip
    """Read the store back and compare.

    Args:
        fix: mend what differs, by a run through the gates.
        adopt: take over what we never sent, too. What the feeds name is kept up from then on; what they do not name
            becomes a removal, which the gates judge.
        allow: gates that the repair may pass.
        progress: called with the number of products read.

    Raises:
        Locked: a run is going on.
        ConfigError: a secret is missing, or the snapshot belongs to another store.
    """
    credentials = bik_credentials(schedule)
    with (
        schedule_lock(state / f"{schedule.name}.lock", schedule.name),
        Store(snapshot_path(state, schedule.name)) as store,
        opened(schedule, credentials, state) as bik,
    ):
        same_store(store, schedule, credentials.key.get_secret_value())
        comparison = _Comparison(store, schedule, bik, progress)
        result = comparison.result()
        keep_drift(store, Drift(int(clock()), result.ours))
        if result.unknown is None:
            store.execute("delete from meta where key = 'restored_at'")  # the reconcile that a restore asks for
        if fix or adopt:
            with store.transaction():
                if fix:
                    comparison.mend()
                if adopt:
                    result.adopted = comparison.adopt()
        result.requests = bik.requests
    if (fix and result.ours) or result.adopted:
        result.repair = run_schedule(
            schedule, state, trigger="reconcile", clock=clock,
            prepare=lambda store, run, now: Options(allow=allow, who="reconcile --allow"),
        )  # fmt: skip
    return result


class _Comparison:
    def __init__(self, store: Store, schedule: Schedule, bik: Bik, progress: Progress) -> None:
        self._store, self._schedule, self._bik, self._progress = store, schedule, bik, progress
        self._products = Products(store)
        self._ours = CatalogTable(store).ours()
        self._unknown: Reason | None = None
        store.script(_TABLES)

    def result(self) -> Reconciliation:
        """Walk, compare, confirm."""
        try:
            self._walk(self._bik.list_products, self._take)
            self._confirm()
            findings, counts = self._listed()
            self._catalogs(findings, counts)
        except FeedsyncError as error:
            self._unknown = self._unknown or Reason(error.code, error.message)
            findings, counts = self._listed()
        return Reconciliation(
            schedule=self._schedule.name,
            stored=self._store.scalar("select count(*) from there"),
            sent=self._products.owned()[0],
            counts=counts,
            findings=findings,
            unknown=self._unknown,
        )

    def _walk(
        self, call: Callable[[str | None, int], list[dict[str, Any]]], take: Callable[[list[dict[str, Any]]], int]
    ) -> None:
        """All pages; one that brings nothing new is an end that nobody stated."""
        after = None
        while page := call(after, _URGENCY):
            last = page[-1]["id"]
            if not take(page) or last == after:
                self._unknown = Reason("FS-710", SENTENCES["FS-710"])
                return
            after = last

    def _take(self, page: list[dict[str, Any]]) -> int:
        before: int = self._store.scalar("select count(*) from there")
        self._store.many("insert or ignore into there values (?, ?)", [(r["id"], msgspec.json.encode(r)) for r in page])
        now: int = self._store.scalar("select count(*) from there")
        self._progress(now)
        return now - before

    def _confirm(self) -> None:
        """What seems to be otherwise is asked for once more by id: the list may have changed while it was read."""
        for rows in _chunks(self._suspects(), self._schedule.bik.batch_size):
            stored = {r["id"]: r for r in self._bik.get_products([row[0] for row in rows], _URGENCY)}
            for product_id, kind in rows:
                record = stored.get(product_id)
                if kind == "sent":
                    kind = "missing" if record is None else "different" if self._differences(product_id, record) else ""
                if kind and (record is not None or kind == "missing"):
                    self._store.execute(
                        "insert into found values (?, ?, ?)", product_id, kind, msgspec.json.encode(record)
                    )

    def _suspects(self) -> Iterator[tuple[str, str]]:
        for product_id, record in self._rows(
            "select p.id, t.record from products p left join there t on t.id = p.id "
            "where p.sent_hash is not null and p.id > ? order by p.id limit ?"
        ):
            if record is None or self._differences(product_id, msgspec.json.decode(record)):
                yield product_id, "sent"
        for product_id, once in self._rows(
            "select t.id, coalesce(p.once_sent or p.attempted, 0) from there t left join products p on p.id = t.id "
            "where p.sent_hash is null and t.id > ? order by t.id limit ?"
        ):
            yield product_id, "ours_once" if once else "never_ours"

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        last = ""
        while rows := list(self._store.rows(query, last, _CHUNK)):
            last = rows[-1][0]
            yield from rows

    def _differences(self, product_id: str, record: dict[str, Any]) -> list[wire.FieldDifference]:
        payload = self._store.scalar("select payload from sent where product_id = ?", product_id)
        if self._schedule.bik.keep_foreign_catalogs:
            record = wire.without_foreign(record, self._ours)
        return wire.differences(wire.product(_PAYLOADS.decode(payload), []), record)

    def _listed(self) -> tuple[list[Finding], dict[str, int]]:
        counts = dict(self._store.rows("select kind, count(*) from found group by kind order by kind"))
        findings = []
        for kind in counts:
            for product_id, record, pending in self._store.rows(
                "select f.id, f.record, coalesce(p.pending, 0) from found f left join products p on p.id = f.id "
                "where f.kind = ? order by f.id limit ?", kind, LISTED,
            ):  # fmt: skip
                stored = msgspec.json.decode(record) or {}
                fields = self._differences(product_id, stored) if kind == "different" else []
                title = str(stored.get("name", "")) or self._title(product_id)
                findings.append(Finding(kind, "product", product_id, title, bool(pending), fields))
        return findings, counts

    def _title(self, product_id: str) -> str:
        payload = self._store.scalar("select payload from sent where product_id = ?", product_id)
        return _PAYLOADS.decode(payload).title if payload else ""

    def _catalogs(self, findings: list[Finding], counts: dict[str, int]) -> None:
        """Ours that are gone or have another name. Those of others are theirs, and Bik has no call that deletes one."""
        stored: dict[str, str] = {}

        def take(page: list[dict[str, Any]]) -> int:
            before = len(seen)
            stored.update({r["id"]: str(r.get("name", "")) for r in page if r["id"] in self._ours})
            seen.update(r["id"] for r in page)
            return len(seen) - before

        seen: set[str] = set()
        self._walk(self._bik.list_catalogs, take)
        for catalog_id, name in self._store.rows("select id, sent_name from catalogs where sent_name is not null"):
            if stored.get(catalog_id) == name:
                continue
            kind: Kind = "different" if catalog_id in stored else "missing"
            fields = [wire.FieldDifference("name", name, stored[catalog_id])] if catalog_id in stored else []
            findings.append(Finding(kind, "catalog", catalog_id, name, fields=fields))
            counts[kind] = counts.get(kind, 0) + 1
            self._store.execute("insert or ignore into found values (?, 'catalog', null)", catalog_id)

    def mend(self) -> None:
        """Note what was found of ours, so that an ordinary run mends it."""
        store = self._store
        store.execute(
            "update catalogs set outcome = 'retryable' where id in (select id from found where kind = 'catalog')"
        )
        gone = "(select id from found where kind = 'missing')"
        store.execute(
            f"update products set sent_hash = null, sent_variants = 0, sent_in_stock = 0, attempted = 0, outcome = null, "
            f"looked = 0, pending = 1, cause = 'operator' where id in {gone}"
        )
        store.execute(f"delete from sent where product_id in {gone}")
        store.execute(
            "update products set pending = 1, looked = 0, outcome = 'retryable', cause = 'operator' "
            "where id in (select id from found where kind = 'different')"
        )
        self._take_over("ours_once")

    def adopt(self) -> int:
        """Take over what we never sent; how many products."""
        return self._take_over("never_ours")

    def _take_over(self, kind: Kind) -> int:
        taken = 0
        for product_id, record in self._rows(
            f"select id, record from found where kind = '{kind}' and id > ? order by id limit ?"
        ):
            self._adopt(product_id, msgspec.json.decode(record))
            taken += 1
        return taken

    def _adopt(self, product_id: str, record: dict[str, Any]) -> None:
        """What the store holds counts as sent: it was read. A product that could not have been sent is deleted or sent whole."""
        understood = wire.payload(record, self._ours)
        self._store.execute(
            "insert into products (id, pending, cause) values (?, 1, 'operator') "
            "on conflict do update set pending = 1, cause = 'operator', looked = 0",
            product_id,
        )
        if understood is None:
            self._store.execute("update products set attempted = 1, outcome = 'unknown' where id = ?", product_id)
            return
        payload, exact = understood
        self._products.found(payload, payload_hash(payload, self._schedule.ignored_query), exact=exact)


def _chunks(rows: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
