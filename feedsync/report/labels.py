"""The changes of a run one by one with what a person knows a product by: its title, brand and catalog."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from feedsync.model import ProductPayload, Variant
from feedsync.snapshot.store import Store

_VARIANTS = msgspec.msgpack.Decoder(Variant)
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)


class Label(msgspec.Struct, frozen=True, gc=False):
    """How people call a product. None where the feeds and the store do not say it, or not any more."""

    title: str | None = None
    brand: str | None = None
    catalog: str | None = None


class LabelledChange(msgspec.Struct, frozen=True, gc=False):
    """One change of a run; ``at`` is Unix seconds. ``subject`` is a product's id, or a catalog's."""

    at: int
    subject: str
    variant_id: str | None
    kind: str
    field: str | None
    before: str | None
    after: str | None
    cause: str
    klass: str
    note: str | None
    verdict: str
    label: Label


UNKNOWN = Label()


def labels(store: Store, run: int) -> dict[str, Label]:
    """Product id -> label, of every product that the run changed: as its feed names it now, else as it was sent."""
    return _labels(store, "select distinct subject from changes where run = ?", run)


def labels_of(store: Store, product_ids: list[str]) -> dict[str, Label]:
    """The same of these products."""
    return _labels(store, "select value from json_each(?)", msgspec.json.encode(product_ids).decode())


def _labels(store: Store, subjects: str, parameter: object) -> dict[str, Label]:
    found = {}
    for (payload,) in store.rows(f"select unpacked(payload) from sent where product_id in ({subjects})", parameter):
        product = _PAYLOADS.decode(payload)
        found[product.id] = Label(product.title, dict(product.metafields).get("brand"))
    # min() takes the other columns from the row of the lowest id, which is the one that names a product
    query = f"select product_id, min(id), unpacked(record) from variants where product_id in ({subjects}) group by product_id"
    for product_id, _, record in store.rows(query, parameter):
        found[product_id] = _label(_VARIANTS.decode(record))
    return found


def labelled_changes(store: Store, run: int) -> Iterator[LabelledChange]:
    """Every change of a run, in the order of the plan."""
    known = labels(store, run)
    rows = store.rows(
        "select at, subject, variant_id, kind, field, before, after, cause, class, note, verdict from changes "
        "where run = ? order by rowid",
        run,
    )
    for row in rows:
        label = known.get(row[1]) or own_label(row[3], row[5], row[6])
        yield LabelledChange(*row, label)  # type: ignore[call-arg]  # a row of the table


def own_label(kind: str, before: str | None, after: str | None) -> Label:
    """What the change itself says of something that is gone, or of a catalog."""
    whole = kind.startswith(("product_", "catalog_"))
    return Label(after or before) if whole else UNKNOWN


def _label(variant: Variant) -> Label:
    catalog = variant.catalogs[0] if variant.catalogs else None
    return Label(variant.group_title or variant.title, dict(variant.metafields).get("brand"), catalog)
