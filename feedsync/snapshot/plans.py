"""The plan as it stands in the snapshot: one step a product, in the order in which they are pushed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from feedsync.model import ProductPayload
from feedsync.snapshot.records import Packer
from feedsync.snapshot.store import Store

_CHUNK = 500
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
_ENCODER = msgspec.msgpack.Encoder()


class Planned(msgspec.Struct):
    """One step of the plan: send the payload, or delete the product."""

    product_id: str
    action: str  # send | delete
    payload: ProductPayload | None
    hash: bytes | None
    urgency: int
    #: The payload as the snapshot stores it, where it comes from there.
    packed: bytes | None = None

    def stored(self, packer: Packer) -> bytes | None:
        """The payload as the snapshot stores it."""
        if self.packed is None and self.payload is not None:
            return packer.pack(_ENCODER.encode(self.payload))
        return self.packed


class Step(NamedTuple):
    """A row of the plan: a lower ``urgency`` is pushed earlier, ``payload`` is packed."""

    product_id: str
    urgency: int
    action: str
    payload: bytes | None
    hash: bytes | None


class PlanTable:
    """The table of one snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def clear(self) -> None:
        """Forget the last run's plan."""
        self._store.execute("delete from plan")

    def put(self, step: Planned) -> None:
        """Add or replace a step."""
        payload = step.stored(self._store.packer)
        self.write({step.product_id: Step(step.product_id, step.urgency, step.action, payload, step.hash)})

    def drop(self, product_id: str) -> None:
        """Take a step out."""
        self.write({product_id: None})

    def write(self, steps: dict[str, Step | None]) -> None:
        """Add or replace many steps; None takes the product's step out."""
        gone = [(product_id,) for product_id, step in steps.items() if step is None]
        self._store.many("delete from plan where product_id = ?", gone)
        self._store.many(
            "insert or replace into plan values (?, ?, ?, ?, ?)", [step for step in steps.values() if step is not None]
        )

    def limit(self, most: int, run: int) -> int:
        """Keep the first ``most`` steps, in the order in which they are pushed; how many are left for later."""
        left = self._store.execute(
            "delete from plan where product_id not in (select product_id from plan order by urgency, product_id limit ?)",
            most,
        )
        self._store.execute(
            "update changes set verdict = 'left' where run = ? and verdict in ('send', 'allowed') "
            "and subject not in (select product_id from plan)",
            run,
        )
        return left

    def batches(self, action: str) -> Iterator[list[Planned]]:
        """The steps of that action in batches of up to 500, most urgent first."""
        place = (-1, "")
        while True:
            rows = self._store.connection.execute(
                "select urgency, product_id, action, payload, hash from plan "
                "where action = ? and (urgency, product_id) > (?, ?) order by urgency, product_id limit ?",
                (action, *place, _CHUNK),
            ).fetchall()
            if not rows:
                return
            place = rows[-1][0], rows[-1][1]
            yield [
                Planned(row[1], row[2], None if row[3] is None else self._read(row[3]), row[4], row[0], row[3])
                for row in rows
            ]

    def _read(self, stored: bytes) -> ProductPayload:
        return _PAYLOADS.decode(self._store.packer.unpack(stored))

    def size(self) -> tuple[int, int]:
        """How many products will be sent, and how many deleted."""
        counts = Counter(dict(self._store.rows("select action, count(*) from plan group by action")))
        return counts["send"], counts["delete"]
