"""What a run is measured by before its products are looked at, and what a changed id scheme looks like.

Reads the snapshot, decides nothing: the verdicts are :mod:`feedsync.gates`'.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import xxhash

from feedsync.gates import WINDOW_S, GateResult, Measures, Removals
from feedsync.model import Variant
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.urls import without_volatile

#: Refusals that say nothing about the item itself: another one has its id.
_CONFLICTS = "('FS-402', 'FS-420')"
#: From this share on, products that look the same are taken for the same under new ids.
_ALIKE = 0.5
_VARIANTS = msgspec.msgpack.Decoder(Variant)


def measure(
    store: Store, products: Products, readings: list[Reading], primaries: Iterable[int], run: int, now: int
) -> Measures:
    """What can be told before any product is looked at; the run's *owned* is written on the way.

    Args:
        store: the snapshot, in an open transaction.
        products: its products.
        readings: what the documents were.
        primaries: the places of the primary feeds.
        run, now: the run's number and time.
    """
    whole = [r for r in readings if r.verdict == "complete" and r.feed in set(primaries)]
    feeds = ", ".join(str(reading.feed) for reading in whole) or "null"
    invalid = store.scalar(
        f"select count(*) from problems where severity = 'rejected' and last_run is null and feed in ({feeds}) "
        f"and code not in {_CONFLICTS}"
    )
    return Measures(
        removals=_recent(store, products, run, now),
        degraded=sum(reading.verdict == "degraded" for reading in readings),
        empty=sum(_emptied(store, reading) for reading in readings),
        invalid=invalid,
        items=sum(reading.items for reading in whole),
        unseen=products.unseen_ids(),
        in_stock=products.in_stock(),
    )


def _recent(store: Store, products: Products, run: int, now: int) -> Removals:
    """The removals that were sent without approval in the last 24 hours, and the most that was owned in that time."""
    owned_products, owned_variants = products.owned()
    store.execute("update runs set owned = ?, owned_variants = ? where run = ?", owned_products, owned_variants, run)
    since = now - WINDOW_S
    most = store.one("select max(owned), max(owned_variants) from runs where started_at > ? or run = ?", since, run)
    removals = Removals(owned_products=most[0] if most else 0, owned_variants=most[1] if most else 0)
    sent = "select kind, subject, variant_id from changes where class = 'removal' and at > ? and verdict = 'send'"
    for kind, subject, variant_id in store.rows(sent, since):
        removals.add(kind, subject, variant_id)
    return removals


def _emptied(store: Store, reading: Reading) -> bool:
    """Whether a feed has no items now and had some: variants of it are still in the snapshot."""
    had = store.scalar("select 1 from variants where feed = ? limit 1", reading.feed)
    return reading.items == 0 and not reading.failed and reading.verdict != "partial" and had is not None


def new_scheme(store: Store, result: GateResult) -> str | None:
    """What the gate ``identity`` adds where the ids that are gone came back under others: told by page or by picture.

    Runs only where the gate holds, since it reads all that is gone and all that is new.
    """
    if result.verdict not in ("held", "allowed"):
        return None
    store.execute("create temp table if not exists looks (look blob, id text, gone integer)")
    store.execute("delete from looks")
    query = (
        "select v.id, unpacked(v.record), v.absent_since is not null from variants v join products p on p.id = v.product_id "
        "where v.absent_since is not null or p.sent_hash is null"
    )
    rows = store.connection.execute(query)
    while chunk := rows.fetchmany(500):
        store.many(
            "insert into looks values (?, ?, ?)",
            [(look, row[0], row[2]) for row in chunk for look in _looks(_VARIANTS.decode(row[1]))],
        )
    store.execute("create index if not exists temp.looks_look on looks (look)")
    gone = store.scalar("select count(distinct id) from looks where gone")
    pairs = "from looks o join looks n on n.look = o.look where o.gone and not n.gone and n.id <> o.id"
    alike = store.scalar(f"select count(distinct o.id) {pairs}")
    example = store.one(f"select o.id, n.id {pairs} order by o.id, n.id limit 1")
    store.execute("delete from looks")
    if example is None or alike < _ALIKE * gone:
        return None
    return f"{alike} of the {gone} that are gone look like new ones: the ids have changed, {example[0]} is now {example[1]}"


def _looks(variant: Variant) -> Iterable[bytes]:
    """What tells a variant without its id: its own page, and its title with its picture."""
    options = [list(pair) for pair in variant.options]
    page = ["page", without_volatile(variant.link, frozenset()), options]
    picture = ["picture", variant.title, variant.image_link, options]
    for look in (page, picture):
        yield xxhash.xxh3_128_digest(msgspec.json.encode(look))
