"""Products put straight into the tables, as readings leave them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from feedsync.model import ProductPayload
from feedsync.snapshot.plans import Planned
from feedsync.snapshot.products import Products
from feedsync.snapshot.productstate import ProductState
from feedsync.snapshot.writer import count_spellings
from tests import records


def put(
    products: Products, product_id: str, *variant_ids: str,
    absent: dict[str, int] | None = None, moved: dict[str, str] | None = None, catalogs: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """A pending product and its variants; ``absent`` says how many documents lacked which, ``moved`` what came from where."""
    store = products.store
    store.execute("insert into products (id, pending, cause) values (?, 1, 'feed')", product_id)
    for variant_id in variant_ids:
        record = msgspec.structs.replace(
            records.variant(variant_id), group_id=product_id if variant_id != product_id else None, catalogs=catalogs
        )
        documents = (absent or {}).get(variant_id)
        store.execute(
            "insert into variants (id, product_id, feed, record, grouped, absent_since, absent_counted, absent_documents, "
            "moved_from) values (?1, ?2, 0, ?3, ?4, ?5, ?5, ?6, ?7)",
            variant_id, product_id, msgspec.msgpack.encode(record), int(record.group_id is not None),
            None if documents is None else 7, documents, (moved or {}).get(variant_id),
        )  # fmt: skip
        count_spellings(store, Counter(catalogs))


def states(products: Products) -> Iterator[ProductState]:
    """Every product that must be looked at."""
    return (stored.read(products.store.packer) for chunk in products.pending() for stored in chunk)


def payload(product_id: str, title: str = "Shirt") -> ProductPayload:
    return records.product(id=product_id, title=title)


def step(product_id: str, *, title: str = "Shirt", urgency: int = 0, action: str = "send") -> Planned:
    """A step of the plan; its hash is the product's id, and the title where that is not the usual one."""
    if action == "delete":
        return Planned(product_id, action, None, None, urgency)
    text = product_id if title == "Shirt" else f"{product_id}/{title}"
    return Planned(product_id, action, payload(product_id, title), text.encode(), urgency)
