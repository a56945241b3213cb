"""Shopify's products: the storefront's ``products.json`` and the Admin REST API (feed-formats, section 3.2).

Neither says the currency, so the schedule must. A product that is a draft, archived or not published is no item: the
Admin API lists what the shop does not offer, and what it stops to offer must leave the store as if it were gone.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, BinaryIO, ClassVar
from urllib.parse import quote, urlsplit

from feedsync.adapters.base import DETECTED, ReadOptions
from feedsync.adapters.jsonfeed.decode import scalar
from feedsync.adapters.jsonfeed.outline import Found
from feedsync.adapters.jsonfeed.products import Offers, ProductItems, flag, texts, without
from feedsync.adapters.jsonfeed.split import JsonSplit, begin, recognized
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

_PRODUCT_KEYS = frozenset(("handle", "body_html", "vendor", "product_type", "options"))
_NOT_KEPT = frozenset(("variants", "updated_at"))
_NOT_OFFERED = frozenset(("draft", "archived"))
#: What is unlisted is sold to whoever has its address.
_OFFERED = frozenset(("", "active", "unlisted"))
_UPDATED = frozenset(("updated_at",))


class ShopifyJson:
    """The adapter ``shopify-json``."""

    name: ClassVar[str] = "shopify-json"
    version: ClassVar[int] = 1

    def recognizes(self, head: bytes) -> bool:
        """Records with Shopify's keys."""
        return recognized(head, is_product)

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> JsonSplit:
        """Begin a pass; see :class:`feedsync.adapters.base.Adapter`. Raises also Fatal FS-314: there are no records."""
        records, encoding, where = begin(stream, location, charset, options, is_product)
        site = site_of(options, location)
        reader = ProductItems(offers, partial(describe, site), transcoded=encoding != "utf-8")
        return JsonSplit(records, reader, repr((encoding, site)).encode(), encoding, location, where)


def is_product(found: Found) -> bool:
    """Whether the keys are a Shopify product's; a description may be so long that its variants are not in sight."""
    names = found.keys.keys()
    if "variants" in names or found.whole:
        return found.keys.get("variants", b"").startswith(b"[") and len(names & _PRODUCT_KEYS) > 1
    return "body_html" in names and len(names & _PRODUCT_KEYS) > 1


def site_of(options: ReadOptions, location: str) -> str | None:
    """The shop's address: the schedule's word, else where the document came from over the web."""
    if options.site:
        return options.site.rstrip("/")
    parts = urlsplit(location)
    host = parts.netloc.rpartition("@")[2]  # never the credentials
    return f"{parts.scheme}://{host}" if parts.scheme in ("http", "https") and host else None


def offers(record: dict[str, Any]) -> Offers | None:
    """A product's variants; it always has one at least."""
    # not offered (see above); an absent key says nothing
    if scalar(record.get("status")).lower() in _NOT_OFFERED or record.get("published_at", "") is None:
        return Offers(None, [])
    variants = record.get("variants")
    if not isinstance(variants, list) or not variants or not all(isinstance(one, dict) for one in variants):
        return None
    product = without(record, _NOT_KEPT)
    for name in ("images", "options"):
        if isinstance(listed := product.get(name), list):
            product[name] = [without(one, _UPDATED) if isinstance(one, dict) else one for one in listed]
    if isinstance(image := product.get("image"), dict):
        product["image"] = without(image, _UPDATED)
    return Offers(product, [_variant(one) for one in variants])


def _variant(record: dict[str, Any]) -> dict[str, Any]:
    variant = without(record, _UPDATED)
    if isinstance(image := variant.get("featured_image"), dict):
        variant["featured_image"] = without(image, _UPDATED)
    return variant


def describe(site: str | None, product: dict[str, Any] | None, variant: dict[str, Any] | None) -> Attributes | Problem:
    """The attributes of a variant, in Google's vocabulary; FS-405 where it is not known whether it is offered."""
    assert product is not None
    assert variant is not None
    if (status := scalar(product.get("status"))).lower() not in _OFFERED:
        return Problem("FS-405", {"field": "status", "value": status[:100]})
    variant_id = scalar(variant.get("id"))
    found: dict[str, Value] = {
        "id": variant_id,
        "item_group_id": scalar(product.get("id")),
        "title": scalar(product.get("title")),
        "description": scalar(product.get("body_html")),
        "brand": scalar(product.get("vendor")),
        "product_type": scalar(product.get("product_type")),
        "mpn": scalar(variant.get("sku")),
        "gtin": scalar(variant.get("barcode")),
        "tags": list(texts(product.get("tags"))),
        "variant_option": list(_options(product, variant)),
    }
    handle = scalar(product.get("handle"))
    if site and handle:
        found["link"] = f"{site}/products/{quote(handle)}?variant={quote(variant_id)}"
    _add_pictures(found, product, variant)
    _add_price(found, variant)
    _add_stock(found, variant)
    return {name: value for name, value in found.items() if value}


def _options(product: dict[str, Any], variant: dict[str, Any]) -> list[dict[str, Value]]:
    """The variant's choices. A product without any has the one option ``Title`` with the value ``Default Title``."""
    listed = product.get("options")
    names = (
        [scalar(one.get("name") if isinstance(one, dict) else one) for one in listed]
        if isinstance(listed, list)
        else []
    )
    found: list[dict[str, Value]] = []
    for number in range(1, 4):
        value = scalar(variant.get(f"option{number}"))
        name = names[number - 1] if number <= len(names) else ""
        if value and value != "Default Title":
            found.append({"name": name or f"Option {number}", "value": value})
    return found


def _add_pictures(found: dict[str, Value], product: dict[str, Any], variant: dict[str, Any]) -> None:
    """The variant's own picture first, else the product's; then the product's others in their order."""
    listed = product.get("images")
    images = [*listed] if isinstance(listed, list) else []
    addresses = [address for image in images if (address := _source(image))]
    wanted = scalar(variant.get("image_id"))
    own = _source(variant.get("featured_image")) or next(
        (
            _source(image)
            for image in images
            if isinstance(image, dict) and wanted and scalar(image.get("id")) == wanted
        ),
        "",
    )
    main = own or _source(product.get("image")) or next(iter(addresses), "")
    found["image_link"] = main
    found["additional_image_link"] = [address for address in dict.fromkeys(addresses) if address != main]


def _source(image: Any) -> str:
    return scalar(image.get("src")) if isinstance(image, dict) else scalar(image)


def _add_price(found: dict[str, Value], variant: dict[str, Any]) -> None:
    """``compare_at_price`` is the old price, and counts only above the price: many shops repeat the price there, or 0."""
    price, old = scalar(variant.get("price")), scalar(variant.get("compare_at_price"))
    found["price"] = price
    try:
        reduced = bool(price and old) and Decimal(old) > Decimal(price)
    except InvalidOperation:
        reduced = False
    if reduced:
        found["price"], found["sale_price"] = old, price


def _add_stock(found: dict[str, Value], variant: dict[str, Any]) -> None:
    """The storefront tells ``available`` alone; the Admin API a quantity, who counts it, and whether it may fall below 0."""
    available = flag(variant.get("available"))
    stated = scalar(variant.get("inventory_quantity"))
    counted = bool(stated) and ("inventory_management" not in variant or bool(scalar(variant["inventory_management"])))
    none_left = stated.startswith("-") or not stated.strip("0")
    if available is None and counted:
        available = not none_left or scalar(variant.get("inventory_policy")).lower() == "continue"
    elif available is None and (stated or "inventory_management" in variant):
        available = True  # nobody counts it: it is always sold
    if available is not None:
        found["availability"] = "in_stock" if available else "out_of_stock"
    # what is sold on although none is left has no quantity: 0 would make it unbuyable
    if counted and not (available and none_left):
        found["quantity"] = stated
