"""WooCommerce's products: REST v3, with variations nested, as ids, or in a list of their own (feed-formats, section 4.1).

Only what is published is an item: the API lists private, draft and pending products too, and what a shop takes back must
leave the store as if it were gone. A grouped product is a page that shows others, which are items themselves. A variable
product is none beside its variations; where only their ids are given, each of them is refused by its id, so that nothing
is taken for missing because somebody did not fetch it.
"""

from __future__ import annotations

from typing import Any, BinaryIO, ClassVar

from feedsync.adapters.base import DETECTED, ReadOptions
from feedsync.adapters.jsonfeed.decode import scalar
from feedsync.adapters.jsonfeed.outline import Found
from feedsync.adapters.jsonfeed.products import Offers, ProductItems, without
from feedsync.adapters.jsonfeed.split import JsonSplit, begin, recognized
from feedsync.adapters.jsonfeed.woo_offer import describe

#: What no other vocabulary calls so; ``regular_price`` and one of these are WooCommerce's.
_KEYS = frozenset({
    "permalink", "stock_status", "manage_stock", "variations", "catalog_visibility", "date_on_sale_from",
    "date_on_sale_from_gmt", "date_created_gmt", "short_description", "backorders_allowed", "tax_class",
    "average_rating", "price_html", "regular_price",
})  # fmt: skip
_OWN = frozenset(("permalink", "stock_status", "manage_stock", "variations"))
#: WordPress' own statuses but ``publish``; one that a plugin made up leaves open whether the product is offered.
_NOT_OFFERED = frozenset(("draft", "pending", "private", "future", "trash", "auto-draft", "inherit"))
#: Types that have no variations, whatever stands there.
_WITHOUT = frozenset(("simple", "external", "subscription", "bundle", "composite", "booking"))
#: Change without meaning, or may hold what a plugin keeps to itself; links are not the shop's pages.
_NOT_KEPT = frozenset({
    "variations", "meta_data", "_links", "date_modified", "date_modified_gmt", "related_ids", "total_sales",
    "average_rating", "rating_count", "price_html", "yoast_head", "yoast_head_json",
})  # fmt: skip


class WooCommerceJson:
    """The adapter ``woocommerce-json``."""

    name: ClassVar[str] = "woocommerce-json"
    version: ClassVar[int] = 1

    def recognizes(self, head: bytes) -> bool:
        """Records with WooCommerce's keys."""
        return recognized(head, is_product)

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> JsonSplit:
        """Begin a pass; see :class:`feedsync.adapters.base.Adapter`. Raises also Fatal FS-314: there are no records."""
        records, encoding, where = begin(stream, location, charset, options, is_product)
        reader = ProductItems(offers, describe, transcoded=encoding != "utf-8")
        return JsonSplit(records, reader, repr((encoding,)).encode(), encoding, location, where)


def is_product(found: Found) -> bool:
    """Whether the keys are those of a product or variation; a description may be so long that not all are in sight."""
    names = found.keys.keys()
    return len(names & _KEYS) > (2 if found.whole else 1) or ("regular_price" in names and bool(names & _OWN))


def offers(record: dict[str, Any]) -> Offers | None:
    """A product's variations, or the product itself."""
    kind = scalar(record.get("type")).lower()
    if _taken_back(record) or kind == "grouped":
        return Offers(None, [])
    if _is_variation(record, kind):
        variation = without(record, _NOT_KEPT)
        if scalar(variation.get("parent_id")) in ("", "0"):
            variation["parent_id"] = _parent_of(record)
        return Offers(None, [variation])
    listed = record.get("variations")
    variations = [*listed.values()] if isinstance(listed, dict) else listed if isinstance(listed, list) else []
    product = without(record, _NOT_KEPT)
    # a variable product may have no variations (yet), but it lists them: where it does not, they are in doubt
    has_none = not variations and (isinstance(listed, list | dict) or not kind.startswith("variable"))
    if kind in _WITHOUT or has_none:
        return Offers(product, [None])
    if not variations or not all(isinstance(one, dict) or scalar(one) for one in variations):
        return None
    return Offers(
        product,
        [
            without(one, _NOT_KEPT) if isinstance(one, dict) else scalar(one)
            for one in variations
            if not isinstance(one, dict) or not _taken_back(one)
        ],
    )


def _taken_back(record: dict[str, Any]) -> bool:
    return scalar(record.get("status")).lower() in _NOT_OFFERED


def _is_variation(record: dict[str, Any], kind: str) -> bool:
    """Older versions give variations no type: then a parent tells, or the one picture that only variations have."""
    if kind:
        return kind.endswith("variation")
    if "variations" in record or "images" in record:
        return False
    return scalar(record.get("parent_id")) not in ("", "0") or "image" in record or bool(_parent_of(record))


def _parent_of(record: dict[str, Any]) -> str:
    """The parent's id from the link that a variation has to it: ``…/products/152``."""
    links = record.get("_links")
    ups = links.get("up") if isinstance(links, dict) else None
    up = ups[0] if isinstance(ups, list) and ups else None
    end = scalar(up.get("href")).rstrip("/").rpartition("/")[2] if isinstance(up, dict) else ""
    return end if end.isdigit() else ""
