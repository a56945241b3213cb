"""A product's price and stock over time, as the store had them: what was acknowledged, and what each run replaced."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from feedsync.exported import money
from feedsync.model import ProductPayload, VariantPayload
from feedsync.snapshot.past import Pins
from feedsync.snapshot.store import Store

_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class Moment(msgspec.Struct, frozen=True):
    """What the store had of a variant from a run on; ``at`` is when that run began (Unix seconds).

    ``price`` is the list price and ``selling_price`` what a buyer pays, exact text as ``1299.00 INR``; all null: the store did
    not have the variant any more.
    """

    run: int
    at: int
    variant_id: str
    price: str | None
    selling_price: str | None
    quantity: int | None


def timeline(store: Store, product_id: str, variant_id: str | None = None) -> Iterator[Moment]:
    """Every moment at which price or stock changed, newest first; ``variant_id``: of that variant alone.

    It goes back as far as the way back to earlier runs does ([history] keep); the oldest moments are then what was known.
    """
    after = _payload(store.scalar("select unpacked(payload) from sent where product_id = ?", product_id))
    rows = store.rows(
        "select run, coalesce(started_at, (select min(started_at) from runs)), unpacked(payload) from past "
        "left join runs using (run) where product_id = ? order by run desc",
        product_id,
    )
    for run, at, encoded in rows:
        before = _payload(encoded)
        yield from _between(before, after, run, at, variant_id)
        after = before
    first_run, sent_run = store.one("select first_run, sent_run from products where id = ?", product_id) or (None, None)
    # without a record of its beginning, it was there when the record began
    began = first_run or Pins(store).earliest() or sent_run or 0
    run, at = store.one("select run, started_at from runs where run >= ? order by run limit 1", began) or (began, 0)
    yield from _between({}, after, run, at, variant_id)


def _payload(encoded: bytes | None) -> dict[str, VariantPayload]:
    return {} if encoded is None else {variant.id: variant for variant in _PAYLOADS.decode(encoded).variants}


def _between(
    before: dict[str, VariantPayload], after: dict[str, VariantPayload], run: int, at: int, variant_id: str | None
) -> Iterator[Moment]:
    for key in sorted(before.keys() | after.keys()):
        if variant_id in (None, key) and _told(before.get(key)) != (told := _told(after.get(key))):
            yield Moment(run, at, key, *told)


def _told(variant: VariantPayload | None) -> tuple[str | None, str | None, int | None]:
    if variant is None:
        return None, None, None
    price, selling = (money(minor, variant.currency) for minor in (variant.price_minor, variant.selling_minor))
    return price, selling, variant.quantity
