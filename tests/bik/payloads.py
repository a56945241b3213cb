"""Sample payloads for the tests of the wire."""

from __future__ import annotations

from typing import Any

import msgspec

from feedsync.bik import wire
from feedsync.model import ProductPayload, VariantPayload


def variant(**fields: Any) -> VariantPayload:
    """A variant with every field filled."""
    return VariantPayload(**{
        "id": "A-1", "title": "Red", "currency": "INR", "price_minor": 129900, "selling_minor": 99950, "quantity": 7,
        "image_link": "https://shop.example/a-1.jpg", "link": "https://shop.example/a?c=red",
        "options": (("Color", "Red"),), **fields,
    })  # fmt: skip


def payload(**fields: Any) -> ProductPayload:
    """A product with every field filled, but in no catalog."""
    return ProductPayload(**{
        "id": "A", "title": "Mug", "description": "A mug.", "link": "https://shop.example/a",
        "images": ("https://shop.example/a.jpg", "https://shop.example/b.jpg"), "currency": "INR",
        "tags": ("Kettle", "Mugs"), "metafields": (("brand", "Kettle"), ("gtin", "2047100010117")), "catalog_ids": (),
        "cart_disabled": False, "variants": (variant(),), **fields,
    })  # fmt: skip


def product(sent: ProductPayload, *foreign: str) -> wire.BikProduct:
    """As it is sent."""
    return wire.product(sent, list(foreign))


def as_json(sent: ProductPayload, *foreign: str) -> dict[str, Any]:
    """As Bik reads it."""
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(product(sent, *foreign)))
    return decoded
