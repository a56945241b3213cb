"""A WooCommerce product's or variation's fields as attributes in Google's vocabulary.

All money is text. What a variation does not say its product says for it. Fields are read in every type that was met:
booleans as text and numbers, lists as objects or as text joined by ``;``.
"""

from __future__ import annotations

import html
import re
from typing import Any

from feedsync.adapters.jsonfeed.decode import scalar
from feedsync.adapters.jsonfeed.products import flag
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

_AVAILABILITY = {"instock": "in_stock", "outofstock": "out_of_stock", "onbackorder": "backorder"}
_BETWEEN_ADDRESSES = re.compile(r"[;,]\s*(?=https?://)")
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")

Record = dict[str, Any]


def describe(product: Record | None, variation: Record | None) -> Attributes | Problem:
    """The attributes of a variation (of a product, where that is known), or of a product alone.

    FS-405, where it is not known whether it is offered.
    """
    own = variation if variation is not None else product
    assert own is not None
    parent = product if variation is not None and product is not None else {}
    for record in (own, parent):
        if (status := scalar(record.get("status"))).lower() not in ("publish", ""):
            return Problem("FS-405", {"field": "status", "value": status[:100]})
    shown = parent or own
    found: dict[str, Value] = {
        "id": scalar(own.get("id")),
        "item_group_id": "" if variation is None else scalar(parent.get("id")) or _id(own.get("parent_id")),
        "title": scalar(shown.get("name")) if variation is None or parent else _first(own, "parent_name", "name"),
        "description": _first(shown, "description", "short_description") or _first(own, "description"),
        "link": _first(own, "permalink") or _first(parent, "permalink"),
        "brand": next(iter(_names(shown.get("brands"))), ""),
        "product_type": list(_names(shown.get("categories"))),
        "tags": list(_names(shown.get("tags"))),
        "mpn": scalar(own.get("sku")),
        "gtin": scalar(own.get("global_unique_id")),
        "variant_option": [] if variation is None else list(_options(own.get("attributes"))),
    }
    pictures = list(dict.fromkeys([*_pictures(own), *_pictures(parent)]))
    found["image_link"], found["additional_image_link"] = next(iter(pictures), ""), list(pictures[1:])
    _add_price(found, own)  # a variation without a price is not for sale, whatever its siblings cost
    _add_stock(found, own, parent)
    return {name: value for name, value in found.items() if value}


def _first(record: Record, *names: str) -> str:
    return next((text for name in names if (text := scalar(record.get(name)))), "")


def _id(value: Any) -> str:
    return "" if scalar(value) == "0" else scalar(value)


def _names(value: Any) -> list[str]:
    """The names of categories, tags or brands: objects with a name, text, or text joined by ``;``.

    Names are HTML, so that ``&amp;`` is undone before its semicolon could part anything.
    """
    parts = html.unescape(value).split(";") if isinstance(value, str) else value if isinstance(value, list) else []
    names = (scalar(part.get("name")) if isinstance(part, dict) else scalar(part) for part in parts)
    return list(dict.fromkeys(name for name in names if name))


def _options(value: Any) -> list[dict[str, Value]]:
    """A variation's choices; one that is left open ("any size") is none."""
    pairs: list[tuple[str, str]] = []
    if isinstance(value, str):
        parts = (part.partition(":") for part in value.split(";"))
        pairs = [(name.strip(), choice.strip()) for name, _, choice in parts]
    elif isinstance(value, list):
        pairs = [(scalar(one.get("name")), scalar(one.get("option"))) for one in value if isinstance(one, dict)]
    return [{"name": name, "value": choice} for name, choice in pairs if name and choice]


def _pictures(record: Record) -> list[str]:
    """All pictures in their order. One with the id 0 is the shop's placeholder."""
    found: list[Any] = []
    for name in ("image", "main_image", "images", "all_images"):
        value = record.get(name)
        if isinstance(value, str):
            found += _BETWEEN_ADDRESSES.split(value)
        else:
            found += value if isinstance(value, list) else [value]
    sources = (
        scalar(one.get("src")) if isinstance(one, dict) and scalar(one.get("id")) != "0" else scalar(one)
        for one in found
    )
    return [source for source in sources if source]


def _add_price(found: dict[str, Value], record: Record) -> None:
    """``regular_price`` and ``sale_price`` with its window; ``price`` is what is asked at the moment of the export."""
    found["price"] = _first(record, "regular_price", "price")
    sale = scalar(record.get("sale_price"))
    if not sale:
        return
    found["sale_price"] = sale
    begin, end = _moment(record, "date_on_sale_from"), _moment(record, "date_on_sale_to")
    if begin or end:
        found["sale_price_effective_date"] = f"{begin}/{end}"


def _moment(record: Record, name: str) -> str:
    """A moment in UTC, which WooCommerce writes without an offset; else in the shop's time, which is the schedule's."""
    if gmt := scalar(record.get(f"{name}_gmt")):
        return gmt if _OFFSET.search(gmt) else f"{gmt}Z"
    return scalar(record.get(name))


def _add_stock(found: dict[str, Value], own: Record, parent: Record) -> None:
    """``manage_stock`` says whether the quantity counts; "parent" is that the variations share the product's."""
    status = (_first(own, "stock_status") or _first(parent, "stock_status")).lower()
    if not status and (in_stock := flag(own.get("in_stock"))) is not None:  # before version 3 of the API
        status = "instock" if in_stock else "outofstock"
    managed = scalar(own.get("manage_stock")).lower()
    stated = scalar(own.get("stock_quantity"))
    if managed == "parent":
        stated = stated or scalar(parent.get("stock_quantity"))
    elif flag(own.get("manage_stock")) is False:
        stated = ""
    word = _AVAILABILITY.get(status, status)
    late = flag(_first(own, "backorders_allowed") or None) or _first(own, "backorders") in ("yes", "notify")
    none_left = stated.startswith("-") or not stated.strip("0.")
    if word == "in_stock" and stated and none_left and late:
        word = "backorder"
    # a shop does not sell what has no price, unless it is somebody else's to sell
    if flag(own.get("purchasable")) is False and scalar(own.get("type")).lower() != "external":
        word = "out_of_stock"
    found["availability"] = word
    # what is sold although none is left has no quantity: 0 would make it unbuyable
    if stated and not (word == "backorder" and none_left):
        found["quantity"] = stated
