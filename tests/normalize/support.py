"""An item that is whole, and what becomes of it with some attributes changed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from feedsync.model import Attributes, Normalized, Value, Variant
from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs, Products

WHOLE: Attributes = {
    "id": "sku-1",
    "title": "Shirt",
    "description": "A shirt.",
    "link": "https://shop.example/shirt",
    "image_link": "https://cdn.example/shirt.jpg",
    "price": "1299.00 INR",
    "availability": "in_stock",
}


def attributes(changed: Attributes | None = None, /, *, without: str = "", **more: Value) -> Attributes:
    """The whole item with some attributes changed, and those named in ``without`` (space separated) left out."""
    item = {**WHOLE, **(changed or {}), **more}
    return {name: value for name, value in item.items() if name not in without.split()}


def normalize(
    item: Attributes,
    *,
    products: Products | None = None,
    catalogs: Catalogs | None = None,
    zone: str = "UTC",
    id_prefix: str = "",
) -> Normalized:
    """What the item becomes, with default settings unless some are given."""
    return Normalizer(products or Products(), catalogs or Catalogs(), ZoneInfo(zone), id_prefix)(item)


def accepted(
    item: Attributes, *, products: Products | None = None, catalogs: Catalogs | None = None, zone: str = "UTC"
) -> Variant:
    """The variant that the item becomes, which must be one."""
    result = normalize(item, products=products, catalogs=catalogs, zone=zone)
    assert result.problem is None
    assert result.variant is not None
    return result.variant


def refused(item: Attributes, *, products: Products | None = None) -> str:
    """The reason why the item is none, as a sentence; its id must be known all the same."""
    result = normalize(item, products=products)
    assert result.variant is None
    assert result.problem is not None
    assert result.id == "sku-1"
    return f"{result.problem.code} {result.problem.message}"


def remarks(item: Attributes) -> list[str]:
    """What is said of an item that was accepted all the same."""
    result = normalize(item)
    assert result.variant is not None
    return [f"{note.code} {note.message}" for note in result.notes]
