"""Reading back what was accepted: *accepted but not stored* is an outcome of its own, sent again by the next run.

Nobody knows how soon Bik shows a write (bik-api.md), so what is not there yet is looked for several times, longer each
time, before it is said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import stamina
import xxhash

from feedsync.bik import wire
from feedsync.bik.client import Bik
from feedsync.errors import SENTENCES, FeedsyncError
from feedsync.model import ProductPayload
from feedsync.plan import Pushed
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.plans import Planned
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store

#: One product in so many is read back, and one of each batch at least.
SAMPLE_OF = 20
_TRIES = 5
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 8.0
_URGENCY = 4
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class _NotYet(Exception):
    """Something is not as it was sent, which may be a matter of time."""


def verify(store: Store, schedule: Schedule, bik: Bik, run: int, pushed: Pushed) -> None:
    """Compare what this run sent and Bik accepted with what Bik stores; ``pushed`` counts it."""
    if schedule.bik.verify == "off":
        return
    products = Products(store)
    findings = bik_findings(store)
    pause = max(_FIRST_PAUSE_S, findings.read_delay_s or 0.0) if findings else _FIRST_PAUSE_S
    for batch in _batches(store, run, schedule.bik.batch_size):
        chosen = [step for step in batch if schedule.bik.verify == "all" or _is_sampled(step.product_id, run)] or batch[
            :1
        ]
        try:
            wrong = _wrong(schedule, products, bik, chosen, pause)
        except FeedsyncError:
            pushed.unread += len(chosen)
            continue
        pushed.verified += len(chosen)
        with store.transaction():
            for step, field in wrong:
                products.failed(step, "not_stored", "FS-707", SENTENCES["FS-707"].format(detail=field))


def _batches(store: Store, run: int, size: int) -> Iterator[list[Planned]]:
    """What this run sent and Bik acknowledged, by id."""
    last = ""
    query = (
        "select p.id, p.sent_hash, s.payload from products p join sent s on s.product_id = p.id "
        "where p.sent_run = ? and p.outcome = 'acknowledged' and p.id > ? order by p.id limit ?"
    )
    while rows := list(store.rows(query, run, last, size)):
        last = rows[-1][0]
        yield [Planned(row[0], "send", _PAYLOADS.decode(row[2]), row[1], _URGENCY) for row in rows]


def _is_sampled(product_id: str, run: int) -> bool:
    return xxhash.xxh3_64_intdigest(product_id.encode(), seed=run) % SAMPLE_OF == 0


def _wrong(
    schedule: Schedule, products: Products, bik: Bik, steps: list[Planned], first_pause_s: float
) -> list[tuple[Planned, str]]:
    """The products that are not as they were sent, each with the first field that differs."""
    found: list[tuple[Planned, str]] = []
    try:
        for attempt in stamina.retry_context(
            on=_NotYet,
            attempts=_TRIES,
            timeout=None,
            wait_initial=first_pause_s,
            wait_max=_LONGEST_PAUSE_S,
            wait_jitter=0,
        ):
            with attempt:
                found = _differing(schedule, products, bik, [step for step, _ in found] or steps)
                if found:
                    raise _NotYet
    except _NotYet:
        pass
    return found


def _differing(schedule: Schedule, products: Products, bik: Bik, steps: list[Planned]) -> list[tuple[Planned, str]]:
    ids = [step.product_id for step in steps]
    stored = {record["id"]: record for record in bik.get_products(ids, _URGENCY)}
    foreign = products.foreign_catalogs(ids) if schedule.bik.keep_foreign_catalogs else {}
    found = []
    for step in steps:
        assert step.payload is not None
        field = wire.same(wire.product(step.payload, foreign.get(step.product_id, [])), stored.get(step.product_id, {}))
        if field is not None:
            found.append((step, field))
    return found
