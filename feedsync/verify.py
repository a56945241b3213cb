"""Reading back what was accepted: *accepted but not stored* is an outcome of its own, sent again by the next run. A deletion
that was accepted and is not done is the same, and is asked for again.

Nobody knows how soon Bik shows a write (bik-api.md), so what is not there yet is looked for several times, longer each
time, before it is said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
import xxhash

from feedsync.bik import wire
from feedsync.bik.client import Bik
from feedsync.errors import SENTENCES, FeedsyncError
from feedsync.lateness import NotYet, first_pause_s, rounds
from feedsync.model import ProductPayload
from feedsync.plan import Pushed
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.plans import Planned
from feedsync.snapshot.store import Store

#: One product in so many is read back, and one of each batch at least.
SAMPLE_OF = 20
_TRIES = 5
_URGENCY = 4
STILL_THERE = "it was deleted, and is still there"
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


def verify(store: Store, schedule: Schedule, bik: Bik, run: int, pushed: Pushed) -> None:
    """Compare what this run sent and Bik accepted with what Bik stores; ``pushed`` counts it.

    Everything is read once; only then what differs is waited for, all of it together, so that a store which shows
    writes late costs the same few seconds however much was sent.
    """
    if schedule.bik.verify != "off":
        _Verification(store, schedule, bik, run, pushed).verify()


class _Verification:
    def __init__(self, store: Store, schedule: Schedule, bik: Bik, run: int, pushed: Pushed) -> None:
        self._store, self._schedule, self._bik, self._run, self._pushed = store, schedule, bik, run, pushed
        self._deliveries = Deliveries(store)
        self._pause_s = first_pause_s(bik_findings(store))
        store.execute("create temp table if not exists differing (id text primary key, field text) without rowid")
        store.execute("delete from differing")

    def verify(self) -> None:
        sent = self._sent("p.sent_run = ? and p.outcome = 'acknowledged'", self._run)
        for batch in chain(sent, self._deleted("1")):
            self._read(batch if self._schedule.bik.verify == "all" else _sample(batch, self._run))
        if not self._differing():
            return
        try:
            for attempt in rounds(self._pause_s, _TRIES):
                with attempt:
                    if attempt.num > 1:
                        self._read_again()
                    if self._differing():
                        raise NotYet
        except NotYet:
            with self._store.transaction():
                for step in (step for batch in self._doubted() for step in batch):
                    field = self._store.scalar("select field from differing where id = ?", step.product_id)
                    words = SENTENCES["FS-707"].format(detail=field)
                    if step.action == "delete":
                        self._deliveries.attempt([step])  # what is there is ours, so the next run deletes it
                    self._deliveries.failed(step, "not_stored", "FS-707", words)

    def _differing(self) -> bool:
        return bool(self._store.scalar("select exists (select 1 from differing)"))

    def _doubted(self) -> Iterator[list[Planned]]:
        doubted = "p.id in (select id from differing)"
        yield from self._sent(doubted)
        yield from self._deleted(doubted)

    def _read_again(self) -> None:
        for batch in self._doubted():
            self._pushed.verified -= len(batch)
            self._store.many("delete from differing where id = ?", [(step.product_id,) for step in batch])
            self._read(batch)

    def _read(self, steps: list[Planned]) -> None:
        """Note the products that are not as they were sent, each with the first field that differs."""
        ids = [step.product_id for step in steps]
        try:
            stored = {record["id"]: record for record in self._bik.get_products(ids, _URGENCY)}
        except FeedsyncError:
            self._pushed.unread += len(steps)
            return
        self._pushed.verified += len(steps)
        foreign = self._deliveries.foreign_catalogs(ids) if self._schedule.bik.keep_foreign_catalogs else {}
        for step in steps:
            record = stored.get(step.product_id)
            if step.payload is None:
                field = None if record is None else STILL_THERE
            else:
                field = wire.same(wire.product(step.payload, foreign.get(step.product_id, [])), record or {})
            if field is not None:
                self._store.execute("insert into differing values (?, ?)", step.product_id, field)

    def _sent(self, which: str, *parameters: int) -> Iterator[list[Planned]]:
        """The products that Bik acknowledged and that ``which`` chooses, by id."""
        query = (
            "select p.id, p.sent_hash, unpacked(s.payload) from products p join sent s on s.product_id = p.id "
            f"where {which} and p.id > ? order by p.id limit ?"
        )
        for rows in self._pages(query, *parameters):
            yield [Planned(row[0], "send", _PAYLOADS.decode(row[2]), row[1], _URGENCY) for row in rows]

    def _deleted(self, which: str) -> Iterator[list[Planned]]:
        """The products whose deletion in this run Bik acknowledged and that ``which`` chooses, by id."""
        query = (
            "select p.id from plan join products p on p.id = product_id where action = 'delete' and not attempted "
            f"and outcome is null and {which} and p.id > ? order by p.id limit ?"
        )
        for rows in self._pages(query):
            yield [Planned(row[0], "delete", None, None, _URGENCY) for row in rows]

    def _pages(self, query: str, *parameters: int) -> Iterator[list[tuple[Any, ...]]]:
        last = ""
        while rows := list(self._store.rows(query, *parameters, last, self._schedule.bik.batch_size)):
            last = rows[-1][0]
            yield rows


def _sample(batch: list[Planned], run: int) -> list[Planned]:
    """One in so many, others in every run, and at least one."""
    chosen = [s for s in batch if xxhash.xxh3_64_intdigest(s.product_id.encode(), seed=run) % SAMPLE_OF == 0]
    return chosen or batch[:1]
