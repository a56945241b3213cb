"""The snapshot's side of pushing: what was tried, what was acknowledged, what somebody saw in the store.

Only :meth:`Deliveries.acknowledged` moves *sent*, and only with the payload of an acknowledged request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

import msgspec

from feedsync.model import Outcome, ProductPayload, Variant
from feedsync.snapshot.past import keep_past
from feedsync.snapshot.plans import Planned
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import count_spellings

_VARIANTS = msgspec.msgpack.Decoder(Variant)
_ENCODER = msgspec.msgpack.Encoder()


class Deliveries:
    """The products of one snapshot as they came, or did not come, to the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def attempt(self, steps: list[Planned]) -> None:
        """Before a request: what is tried, and that nobody knows yet how it ends."""
        self.store.many(
            "update products set attempted_hash = ?, attempted = 1, outcome = 'unknown', code = null, message = null "
            "where id = ?",
            [(step.hash, step.product_id) for step in steps],
        )

    def tried_before(self, steps: list[Planned]) -> set[str]:
        """Those of which the store may have something: a request for them was made and not surely refused."""
        marks = ", ".join("?" * len(steps))
        query = f"select id from products where attempted and id in ({marks})"
        return {row[0] for row in self.store.rows(query, *(step.product_id for step in steps))}

    def acknowledged(self, steps: Sequence[Planned], run: int, *, doubtful: Container[str] = ()) -> None:
        """Bik took them: what was sent is what the store has. ``doubtful``: unless an older request for these lands later."""
        keep_past(self.store, [step.product_id for step in steps], run)
        sent = []
        for step in steps:
            if step.payload is None:
                self.forget(step.product_id)
            else:
                sent.append((step, step.payload))
        self.store.many(
            "update products set sent_hash = ?1, code = null, message = null, sent_run = ?2, once_sent = 1, "
            "sent_variants = ?3, sent_in_stock = ?4, outcome = case when ?5 then outcome else 'acknowledged' end, "
            "pending = case when ?5 then pending else held end where id = ?6",
            [(s.hash, run, len(p.variants), _in_stock(p), s.product_id in doubtful, s.product_id) for s, p in sent],
        )
        self.store.many(
            "insert into sent values (?, ?) on conflict do update set payload = excluded.payload",
            [(step.product_id, step.stored(self.store.packer)) for step, _ in sent],
        )
        self.store.execute(
            "update variants set moved_from = null where moved_from is not null "
            "and product_id in (select value from json_each(?))",
            msgspec.json.encode([step.product_id for step, _ in sent]).decode(),
        )

    def found(self, payload: ProductPayload, hashed: bytes | None, *, exact: bool) -> None:
        """A reading proved that the store holds this; not ``exact``: more or less, so it is sent again in any case."""
        self.store.execute(
            "update products set sent_hash = ?, attempted = 1, once_sent = 1, outcome = ?, sent_variants = ?, "
            "sent_in_stock = ? where id = ?",
            hashed, "acknowledged" if exact else "retryable", len(payload.variants), _in_stock(payload), payload.id,
        )  # fmt: skip
        stored = self.store.packer.pack(_ENCODER.encode(payload))
        self.store.execute("insert or replace into sent values (?, ?)", payload.id, stored)

    def settled(self, product_ids: Iterable[str]) -> None:
        """Nothing is left to do about these products but what is held."""
        self.store.many(
            "update products set outcome = 'acknowledged', pending = held where id = ?",
            [(product_id,) for product_id in product_ids],
        )

    def failed(self, step: Planned, outcome: Outcome, code: str, message: str, *, untouched: bool = False) -> None:
        """Bik did not take it, or nobody knows; *sent* stays, and the product stays pending.

        ``untouched``: the store surely has nothing of it from us, so it is not ours to delete.
        """
        self.store.execute(
            "update products set outcome = ?, code = ?, message = ?, pending = 1, "
            "attempted = case when ? and sent_hash is null then 0 else attempted end where id = ?",
            outcome, code, message, untouched, step.product_id,
        )  # fmt: skip

    def waits(self, step: Planned, code: str, message: str) -> None:
        """It was not sent, for a reason of ours; how its last request ended stays as it was."""
        self.store.execute(
            "update products set code = ?, message = ?, pending = 1 where id = ?", code, message, step.product_id
        )

    def forget(self, product_id: str) -> None:
        """The store does not have the product: neither do we, but for having had it once, and variants still named."""
        gone = list(
            self.store.rows(
                "select unpacked(record) from variants where product_id = ? and absent_since is not null", product_id
            )
        )
        count_spellings(self.store, Counter({p: -n for p, n in _paths(gone).items()}))
        self.store.execute("delete from variants where product_id = ? and absent_since is not null", product_id)
        self.store.execute("delete from sent where product_id = ?", product_id)
        self.store.execute(
            "update products set sent_hash = null, attempted_hash = null, attempted = 0, outcome = null, code = null, "
            "message = null, "
            "sent_variants = 0, sent_in_stock = 0, pending = 0, held = 0, "
            "next_change_at = null, foreign_catalogs = null where id = ?",
            product_id,
        )

    def foreign_catalogs(self, product_ids: list[str]) -> dict[str, list[str]]:
        """The catalogs of products that somebody else put them into."""
        marks = ", ".join("?" * len(product_ids))
        query = f"select id, foreign_catalogs from products where foreign_catalogs is not null and id in ({marks})"
        return {row[0]: msgspec.json.decode(row[1]) for row in self.store.rows(query, *product_ids)}

    def unseen(self, product_ids: list[str]) -> list[str]:
        """Those of the products that were not looked for in the store before they were first sent."""
        marks = ", ".join("?" * len(product_ids))
        return [
            row[0]
            for row in self.store.rows(f"select id from products where not looked and id in ({marks})", *product_ids)
        ]

    def unseen_in_plan(self) -> int:
        """How many products of the plan were not looked for yet."""
        query = "select count(*) from plan join products on id = product_id where action = 'send' and not looked"
        count: int = self.store.scalar(query)
        return count

    def all_seen(self) -> None:
        """The whole store was read: what was not found there is not there."""
        self.store.execute("update products set looked = 1 where id in (select product_id from plan)")

    def in_doubt(self, steps: list[Planned]) -> set[str]:
        """Those whose last request may still land: nobody knows how it ended."""
        marks = ", ".join("?" * len(steps))
        query = f"select id from products where outcome = 'unknown' and id in ({marks})"
        return {row[0] for row in self.store.rows(query, *(step.product_id for step in steps))}

    def saw(self, found: dict[str, list[str]], product_ids: list[str]) -> None:
        """Remember that products were looked for, and the foreign catalogs of those that were there."""
        self.store.many(
            "update products set looked = 1, foreign_catalogs = ? where id = ?",
            [(msgspec.json.encode(found[p]).decode() if found.get(p) else None, p) for p in product_ids],
        )

    def look_again(self, product_id: str) -> None:
        """What somebody else did with the product in the store must be read again before it is next sent."""
        self.store.execute("update products set looked = 0, foreign_catalogs = null where id = ?", product_id)

    def rejected(self, *, but_planned: bool) -> Iterator[tuple[str, str, str]]:
        """(id, code, message) of products that did not go out: Bik refused or lost them, or a catalog of theirs is missing.

        ``but_planned``: leave out those that the plan sends.
        """
        planned = " and id not in (select product_id from plan)" if but_planned else ""
        yield from self.store.rows(
            "select id, code, coalesce(message, '') from products "
            f"where pending and code in ('FS-703', 'FS-707', 'FS-708'){planned} order by id"
        )

    def forget_target(self) -> None:
        """Another store: nothing was sent there yet."""
        self.store.execute("delete from sent")
        self.store.execute(
            "update products set pending = 1, sent_hash = null, attempted_hash = null, attempted = 0, outcome = null, "
            "code = null, message = null, sent_variants = 0, sent_in_stock = 0, once_sent = 0, looked = 0, "
            "foreign_catalogs = null"
        )
        self.store.execute(
            "update catalogs set sent_name = null, attempted_name = null, outcome = null, message = null"
        )


def _in_stock(payload: ProductPayload) -> int:
    return sum([bool(v.quantity) for v in payload.variants])


def _paths(rows: list[tuple[bytes]]) -> Counter[str]:
    paths: Counter[str] = Counter()
    for (record,) in rows:
        paths.update(_VARIANTS.decode(record).catalogs)
    return paths
