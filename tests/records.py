"""Plain records for tests: each has sensible values, and a test states only what it is about."""

from __future__ import annotations

from typing import Any

import msgspec

from feedsync.model import Absence, Member, ProductPayload, Variant, VariantPayload

#: 2026-01-01T00:00:00Z, the moment at which most tests look.
NOW = 1_767_225_600
HOUR = 3600
DAY = 24 * HOUR

_VARIANT = Variant(
    id="v1",
    group_id=None,
    title="Shirt",
    group_title=None,
    description="A shirt.",
    link="https://shop.example/shirt",
    image_link="https://cdn.example/shirt.jpg",
    additional_image_links=(),
    currency="INR",
    price_minor=100_00,
    sale_minor=None,
    sale_from=None,
    sale_to=None,
    availability="in_stock",
    available_at=None,
    expires_at=None,
    quantity=None,
    options=(),
    catalogs=(),
    tags=(),
    metafields=(),
)
_COMBINATION = VariantPayload(
    id="v1",
    title="Default Title",
    currency="INR",
    price_minor=100_00,
    selling_minor=100_00,
    quantity=100,
    image_link="https://cdn.example/shirt.jpg",
    link="https://shop.example/shirt",
    options=(("Title", "Default Title"),),
)
_PRODUCT = ProductPayload(
    id="p1",
    title="Shirt",
    description="A shirt.",
    link="https://shop.example/shirt",
    images=("https://cdn.example/shirt.jpg",),
    currency="INR",
    tags=(),
    metafields=(),
    catalog_ids=(),
    cart_disabled=False,
    variants=(_COMBINATION,),
)


def variant(item_id: str = "v1", **fields: Any) -> Variant:
    """A variant as its feed item says it."""
    return msgspec.structs.replace(_VARIANT, id=item_id, **fields)


def member(item_id: str = "v1", absence: Absence | None = None, **fields: Any) -> Member:
    """A variant as one of a product's."""
    return Member(variant(item_id, **fields), absence)


def missing(item_id: str = "v1", since: int = NOW, documents: int = 1, **fields: Any) -> Member:
    """A variant that its feed no longer names: by default since just now, in one document."""
    return member(item_id, Absence(since, documents, since), **fields)


def combination(item_id: str = "v1", **fields: Any) -> VariantPayload:
    """A variant as the store should hold it."""
    return msgspec.structs.replace(_COMBINATION, id=item_id, **fields)


def product(*variants: VariantPayload, **fields: Any) -> ProductPayload:
    """A product as the store should hold it; of one variant unless others are given."""
    return msgspec.structs.replace(_PRODUCT, variants=variants or _PRODUCT.variants, **fields)
