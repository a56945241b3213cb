"""Making a run mend what a comparison found: what the store holds counts as *sent* from then on, because it was read there.

So the repair is a change like any other, from what the store holds to what the feeds want, and the gates judge it by that:
a price that somebody changed there by half is a price that moves by half (docs/decisions/0006). Runs in the transaction in
which the repair is planned; what was acknowledged before stays known as the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from feedsync.bik import wire
from feedsync.effective import payload_hash
from feedsync.model import ProductPayload
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.past import keep_past
from feedsync.snapshot.store import Store

_CHUNK = 200
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class Mending:
    """The repair of one run, by the table ``found`` that a comparison left in the open snapshot."""

    def __init__(self, store: Store, schedule: Schedule, run: int) -> None:
        self._store, self._schedule, self._run = store, schedule, run
        self._deliveries = Deliveries(store)
        self._ours = CatalogTable(store).ours()
        findings = bik_findings(store)
        self._drops_omitted = findings is not None and findings.combinations_dropped is True

    def mend(self, catalogs: Iterable[str]) -> None:
        """Note what was found of ours, and these catalogs."""
        store = self._store
        store.many("update catalogs set outcome = 'retryable' where id = ?", [(c,) for c in catalogs])
        for product_id, _ in self._found("missing"):
            keep_past(store, [product_id], self._run)
            store.execute("delete from sent where product_id = ?", product_id)
            store.execute(
                "update products set sent_hash = null, sent_variants = 0, sent_in_stock = 0, attempted = 0, "
                "outcome = null, looked = 0, pending = 1, cause = 'operator' where id = ?",
                product_id,
            )
        for product_id, record in self._found("different"):
            if not self._take_over(product_id, record):  # it holds what no snapshot can: it is sent again as it was
                store.execute("update products set outcome = 'retryable' where id = ?", product_id)
        self.adopt("ours_once")

    def adopt(self, kind: str = "never_ours") -> None:
        """Take over what we did not send. A product that could not have been sent is deleted or sent whole."""
        for product_id, record in self._found(kind):
            if not self._take_over(product_id, record):
                self._store.execute("update products set attempted = 1, outcome = 'unknown' where id = ?", product_id)

    def _found(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        last = ""
        query = "select id, record from found where kind = ? and id > ? order by id limit ?"
        while rows := list(self._store.rows(query, kind, last, _CHUNK)):
            last = rows[-1][0]
            for product_id, record in rows:
                yield product_id, msgspec.json.decode(record) if record else {}

    def _take_over(self, product_id: str, record: dict[str, Any]) -> bool:
        """Note that the store holds this, as far as a snapshot can say it; whether it can."""
        self._store.execute(
            "insert into products (id, pending, cause) values (?, 1, 'operator') "
            "on conflict do update set pending = 1, cause = 'operator', looked = 0",
            product_id,
        )
        understood = wire.payload(record, self._ours)
        if understood is None:
            return False
        payload, exact = understood
        if self._drops_omitted and (
            sent := self._store.scalar("select unpacked(payload) from sent where product_id = ?", product_id)
        ):
            payload, exact = _of_ours(payload, _PAYLOADS.decode(sent)), False
        keep_past(self._store, [product_id], self._run)
        self._deliveries.found(payload, payload_hash(payload, self._schedule.ignored_query), exact=exact)
        return True


def _of_ours(stored: ProductPayload, sent: ProductPayload) -> ProductPayload:
    """Without the variants that somebody else added, where they go by being left out; elsewhere they are made unbuyable."""
    ours = {variant.id for variant in sent.variants}
    return msgspec.structs.replace(stored, variants=tuple(v for v in stored.variants if v.id in ours))
