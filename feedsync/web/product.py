"""One product's page: what the feeds say of it, what Bik holds, its changes, its price and stock over time."""

from __future__ import annotations

import msgspec

from feedsync.model import ProductPayload, Variant
from feedsync.report.charts import Point
from feedsync.report.labels import LabelledChange
from feedsync.snapshot.store import Store
from feedsync.web.reads import PAGE, labelled, money

_VARIANTS = msgspec.msgpack.Decoder(Variant)
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
#: How many variants get charts of their own.
CHARTS = 6
_WENT_OUT = "verdict not like 'held%' and verdict not in ('left', 'refused before', 'rejected', 'protected')"
_COLUMNS = "at, subject, variant_id, kind, field, before, after, cause, class, note, verdict"


class Said(msgspec.Struct, frozen=True):
    """A variant as its feed names it; ``absent_since`` is Unix seconds, None where the feed has it."""

    variant: Variant
    absent_since: int | None


class History(msgspec.Struct, frozen=True):
    """How the list price, the sale price and the quantity of a variant went, as steps."""

    variant_id: str
    price: list[Point]
    sale: list[Point]
    quantity: list[Point]


class Story(msgspec.Struct, frozen=True):
    """A product: None or empty where nothing is known. ``runs`` has the run of each change."""

    id: str
    title: str
    said: list[Said]
    sent: ProductPayload | None
    outcome: str | None
    message: str | None
    sent_run: int | None
    held: bool
    changes: list[tuple[int, LabelledChange]]
    histories: list[History]


def story(store: Store, product_id: str) -> Story | None:
    """Everything about one product; None when the snapshot never had it."""
    said = [
        Said(_VARIANTS.decode(record), since)
        for record, since in store.rows(
            "select record, absent_since from variants where product_id = ? order by id", product_id
        )
    ]
    row = store.one("select outcome, message, sent_run, held from products where id = ?", product_id)
    payload = store.scalar("select payload from sent where product_id = ?", product_id)
    sent = _PAYLOADS.decode(payload) if payload else None
    found = list(
        store.rows(
            f"select run, {_COLUMNS} from changes where subject = ? order by rowid desc limit ?", product_id, PAGE
        )
    )
    changes = labelled(store, [one[1:] for one in found])
    if row is None and not found:
        return None
    title = sent.title if sent else changes[0].label.title if changes else said[0].variant.title if said else None
    outcome, message, sent_run, held = row or (None, None, None, 0)
    return Story(
        product_id,
        title or product_id,
        said,
        sent,
        outcome,
        message,
        sent_run,
        bool(held),
        [(one[0], change) for one, change in zip(found, changes, strict=True)],
        _histories(store, product_id, sent),
    )


def _histories(store: Store, product_id: str, sent: ProductPayload | None) -> list[History]:
    if sent is None or not sent.variants:
        return []
    began = store.scalar(f"select coalesce(min(at), 0) from changes where subject = ? and {_WENT_OUT}", product_id)
    events: dict[tuple[str, str], list[tuple[int, str, str, str]]] = {}
    rows = store.rows(
        f"select variant_id, field, at, before, after, kind from changes where subject = ? and {_WENT_OUT} "
        "and variant_id is not null and field in ('price', 'sale_price', 'quantity') order by rowid",
        product_id,
    )
    for variant_id, field, at, before, after, kind in rows:
        events.setdefault((variant_id, field), []).append((at, before, after, kind))
    found = []
    for variant in sent.variants[:CHARTS]:
        price = money(variant.price_minor, variant.currency)
        found.append(
            History(
                variant.id,
                _steps(events.get((variant.id, "price"), []), began, price),
                _sales(events.get((variant.id, "sale_price"), [])),
                _steps(events.get((variant.id, "quantity"), []), began, str(variant.quantity)),
            )
        )
    return found


def _steps(events: list[tuple[int, str, str, str]], began: int, now: str) -> list[Point]:
    """A value that was there from the beginning: what stood before the first change, then each change."""
    first = events[0][1] if events else now
    return [_point(began, first), *(_point(at, after) for at, _, after, _ in events)]


def _sales(events: list[tuple[int, str, str, str]]) -> list[Point]:
    """A sale price is there while a sale goes on."""
    return [Point(at, None, "") if kind == "sale_ended" else _point(at, after) for at, _, after, kind in events]


def _point(at: int, text: str) -> Point:
    return Point(at, float(text.split(" ")[0]), text)
