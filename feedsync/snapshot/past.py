"""What the store had before: one row for each time that a product's acknowledged payload was replaced, and pins to it.

The state as of a run is what the earliest later row says of a product, or what it was sent as where there is none. So a
first load writes nothing here, and a day costs what changed in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import zstandard

from feedsync.model import ProductPayload
from feedsync.snapshot.records import is_packed
from feedsync.snapshot.store import Store

_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class Pin(msgspec.Struct, frozen=True):
    """The run whose state the store is held at (0: nothing at all), and whether its quantities are, too."""

    run: int
    with_stock: bool
    who: str
    at: int


def keep_past(store: Store, product_ids: Iterable[str], run: int) -> None:
    """Before *sent* moves: what it was. Only the first of several moves in one run counts."""
    query = (
        "select i.value, s.payload, p.once_sent from json_each(?) i left join products p on p.id = i.value "
        "left join sent s on s.product_id = i.value"
    )
    rows = list(store.rows(query, msgspec.json.encode(list(product_ids)).decode()))
    first = [(run, product_id) for product_id, old, once_sent in rows if old is None and once_sent == 0]
    store.many("update products set first_run = ? where id = ?", first)
    before = [(product_id, run, old and _small(old)) for product_id, old, once in rows if old is not None or once != 0]
    store.many("insert or ignore into past values (?, ?, ?)", before)


def _small(stored: bytes) -> bytes:
    """A payload as it is stored; what a snapshot without a dictionary stores as it is becomes smaller, too."""
    return stored if is_packed(stored) else zstandard.compress(stored)


def forget_past(store: Store, before: int) -> int:
    """Drop what only the way back to runs before that time (Unix seconds) needs; how many rows that were."""
    last = store.scalar("select max(run) from runs where started_at < ?", before)
    if last is None or int(store.meta("past_from") or 0) >= last:
        return 0
    store.set_meta("past_from", str(last).encode())
    return store.execute("delete from past where run <= ?", last)


class Pins:
    """What every product must be while the schedule is pinned."""

    def __init__(self, store: Store) -> None:
        self._store = store
        text = store.meta("pin")
        #: None: the schedule follows its feeds.
        self.pin: Pin | None = msgspec.json.decode(text, type=Pin) if text else None

    def earliest(self) -> int:
        """The first run whose state is still known."""
        return int(self._store.meta("past_from") or 0)

    def set(self, pin: Pin) -> None:
        """Pin every product that the store has or had to what it was after that run."""
        store = self._store
        store.set_meta("pin", msgspec.json.encode(pin))
        store.execute("delete from pins")
        store.many("insert into pins values (?, ?)", self._as_of(pin.run))
        store.execute("update products set pending = 1, cause = 'operator'")
        self.pin = pin

    def _as_of(self, run: int) -> Iterator[tuple[str, bytes | None]]:
        query = (
            "select p.id, p.first_run, unpacked(s.payload), h.run, unpacked(h.payload) from products p "
            "left join sent s on s.product_id = p.id "
            "left join past h on h.product_id = p.id and h.run = "
            "(select min(run) from past where product_id = p.id and run > ?) order by p.id"
        )
        rows = self._store.connection.execute(query, (run,)).fetchall() if run else []
        for product_id, first_run, sent, past_run, past in rows:
            if first_run is not None and first_run > run:
                yield product_id, None
            elif past_run is not None:
                yield product_id, past
            else:
                yield product_id, sent

    def release(self) -> None:
        """Follow the feeds again."""
        self._store.execute("delete from meta where key = 'pin'")
        self._store.execute("delete from pins")
        self._store.execute("update products set pending = 1, cause = 'operator'")
        self.pin = None

    def of(self, product_id: str) -> ProductPayload | None:
        """What the product must be; None: it must not be in the store."""
        payload = self._store.scalar("select payload from pins where product_id = ?", product_id)
        return None if payload is None else _PAYLOADS.decode(payload)
