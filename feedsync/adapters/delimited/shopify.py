"""Shopify's product export, in both generations of its headers (feed-formats, section 3.1).

A product is the run of rows of one handle; the first holds what all of them share, and a row may hold nothing but one
more image. The file knows no variant ids and no addresses: see :func:`variant_id` for the first, the schedule's
``site`` for the others. What is no more offered (draft, archived, not published) is left out, as the shop itself does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from feedsync.adapters.base import Parsed, RawItem
from feedsync.adapters.delimited.columns import normalized, places
from feedsync.adapters.delimited.groups import NO, YES, Group, groups, torn, unguarded, variant_id
from feedsync.adapters.delimited.header import Header
from feedsync.adapters.delimited.rows import Layout, Rows
from feedsync.adapters.delimited.table import ADDRESS, AMOUNT, COUNT, DelimitedAdapter, Shape, broken, required, whole
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

#: what a column holds -> its names, normalized: old, new, third parties'.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "handle": ("handle", "url_handle"),
    "title": ("title",),
    "description": ("body_(html)", "body_html", "description"),
    "brand": ("vendor",),
    "product_type": ("type", "custom_product_type", "standard_product_type"),
    "category": ("product_category",),
    "published": ("published", "published_on_online_store"),
    "status": ("status",),
    "sku": ("variant_sku", "sku"),
    "barcode": ("variant_barcode", "barcode"),
    "price": ("variant_price", "price"),
    "compare_at": ("variant_compare_at_price", "compare_at_price"),
    "tracker": ("variant_inventory_tracker", "inventory_tracker"),
    "quantity": ("variant_inventory_qty", "inventory_quantity"),
    "policy": ("variant_inventory_policy", "continue_selling_when_out_of_stock"),
    "image": ("image_src", "product_image_url"),
    "position": ("image_position",),
    "variant_image": ("variant_image", "variant_image_url"),
    "google_product_category": ("google_shopping_/_google_product_category",),
    "gender": ("google_shopping_/_gender",),
    "age_group": ("google_shopping_/_age_group",),
    "mpn": ("google_shopping_/_mpn", "google_shopping_/_manufacturer_part_number_(mpn)"),
    "condition": ("google_shopping_/_condition",),
    **{f"custom_label_{n}": (f"google_shopping_/_custom_label_{n}",) for n in range(5)},
    **{f"option{n}_{part}": (f"option{n}_{part}",) for n in (1, 2, 3) for part in ("name", "value")},
}
#: What is a variant's or an image's own; every other cell that a row leaves empty is its product's first row's.
_OWN = frozenset({"sku", "barcode", "price", "compare_at", "tracker", "quantity", "policy", "image", "position",
                  "variant_image", "option1_value", "option2_value", "option3_value"})  # fmt: skip
_OWN_NAMES = ("variant", "image", "price", "compare", "cost", "weight", "unit_price", "inventory")
#: A row with one of these is a variant, a row with none of them only an image.
_VARIANT = ("price", "option1_value", "option2_value", "option3_value", "sku")
_COPIED = ("google_product_category", "gender", "age_group", "condition", *(f"custom_label_{n}" for n in range(5)))
_SIGNS = {"price": AMOUNT, "compare_at": AMOUNT, "quantity": COUNT, "position": COUNT, "image": ADDRESS,
          "variant_image": ADDRESS, "policy": re.compile(r"(?i)deny|continue|true|false")}  # fmt: skip
_NOT_OFFERED = frozenset({"draft", "archived", "unlisted"})


class ShopifyCsv(DelimitedAdapter):
    """The adapter ``shopify-csv``."""

    name: ClassVar[str] = "shopify-csv"

    def fits(self, header: Header) -> bool:
        """A handle, and a column that no other format has."""
        names = {normalized(name) for name in header.names}
        return ("handle" in names and not names.isdisjoint({"body_(html)", "variant_price", "variant_sku"})) or (
            "url_handle" in names and not names.isdisjoint({"title", "option1_value", "sku"})
        )

    def shape(self, header: Header, location: str, site: str | None) -> Shape:
        """See :class:`DelimitedAdapter`."""
        return _ShopifyShape(header.names, location, site)


class _ShopifyShape(Shape):
    def __init__(self, header: Sequence[str], location: str, site: str | None) -> None:
        super().__init__(header, location, site)
        names = [normalized(name) for name in header]
        self._at = places(names, _COLUMNS)
        required(self._at, ["handle"], location)
        signs = {self._at[key]: sign for key, sign in _SIGNS.items() if key in self._at}
        self.layout = Layout(1 + max(self._at.values()), signs=signs)
        own = {self._at[key] for key in _OWN if key in self._at}
        self._shared = [
            place for place, name in enumerate(names) if place not in own and not name.startswith(_OWN_NAMES)
        ]

    def items(self, rows: Rows) -> Iterator[RawItem]:
        """A variant, an item: its own row, the product's first one, and the addresses of all its images."""
        for group in groups(rows, self._at["handle"], lambda cells: bool(self._cell(cells, "title"))):
            if isinstance(group, RawItem):
                yield group
            else:
                yield from self._variants(group)

    def _variants(self, group: Group) -> Iterator[RawItem]:
        first = group.rows[0]
        if not group.torn and self._not_offered(first):
            return
        variants = [n for n, cells in enumerate(group.rows) if any(self._cell(cells, key) for key in _VARIANT)] or [0]
        images = self._images(group.rows)
        for n in variants:
            cells = group.rows[n]
            if group.torn:
                yield torn(group.lines[n], self._id(cells))
            elif word := self._unknown_word(first):
                yield broken(group.lines[n], Problem("FS-405", word), self._id(cells), " ".join(first)[:500])
            else:
                yield whole(group.lines[n], [cells, first if n else [], images])

    def _not_offered(self, first: list[str]) -> bool:
        status, published = self._cell(first, "status").lower(), self._cell(first, "published").lower()
        return status in _NOT_OFFERED or published in NO

    def _unknown_word(self, first: list[str]) -> dict[str, str] | None:
        status, published = self._cell(first, "status"), self._cell(first, "published")
        if status and status.lower() != "active":
            return {"field": "Status", "value": status[:100]}
        if published and published.lower() not in YES:
            return {"field": "Published", "value": published[:100]}
        return None

    def _images(self, rows: list[list[str]]) -> list[str]:
        """The product's images by their positions; where one has none, as the rows stand."""
        found = [(self._cell(cells, "position"), image) for cells in rows if (image := self._cell(cells, "image"))]
        if all(position.isdecimal() and len(position) < 9 for position, _ in found):
            found.sort(key=lambda one: int(one[0]))
        return list(dict.fromkeys(image for _, image in found))

    def _choices(self, cells: Sequence[str]) -> list[str]:
        """The options' values, without empty ones at the end; none for a product that has only one variant."""
        values = [self._cell(cells, f"option{n}_value") for n in (1, 2, 3)]
        while values and not values[-1]:
            values.pop()
        return [] if [value.casefold() for value in values] == ["default title"] else values

    def _id(self, cells: Sequence[str]) -> str:
        return variant_id(self._cell(cells, "handle"), self._choices(cells))

    def read(self, rows: list[list[str]]) -> Parsed:
        """See :class:`Shape`."""
        own, first, images = rows[0], rows[1] or rows[0], rows[2]
        handle, choices = self._cell(own, "handle"), self._choices(own)
        found: dict[str, Value] = {
            "id": self._id(own),
            "title": self._cell(first, "title"),
            "description": self._cell(first, "description"),
            "brand": self._cell(first, "brand"),
            "product_type": self._cell(first, "product_type"),
            "gtin": unguarded(self._cell(own, "barcode")),
            "mpn": self._cell(own, "mpn") or unguarded(self._cell(own, "sku")),
            "link": f"{self.site}/products/{handle}" if self.site else "",
            "image_link": self._cell(own, "variant_image") or (images[0] if images else ""),
            "additional_image_link": list[Value](images),
        }
        if choices:
            found["item_group_id"] = handle
            found["item_group_title"] = found["title"]
            found["variant_option"] = [
                {"name": self._cell(first, f"option{n}_name") or f"Option {n}", "value": value}
                for n, value in enumerate(choices, 1)
                if value
            ]
        for key in _COPIED:
            found[key] = self._cell(own, key) or self._cell(first, key)
        found["google_product_category"] = found["google_product_category"] or self._cell(first, "category")
        found |= self._prices(own) | self._stock(own)
        attributes: Attributes = {name: value for name, value in found.items() if value}
        merged = list(own)
        for place in self._shared:
            merged[place] = own[place] if own[place].strip() else first[place]
        return Parsed(attributes, record=self.record(merged))

    def _prices(self, own: Sequence[str]) -> dict[str, Value]:
        """Compare-at is the old price, and only where it is the higher one."""
        price, old = self._cell(own, "price"), self._cell(own, "compare_at")
        try:
            reduced = bool(price and old) and Decimal(old) > Decimal(price)
        except InvalidOperation:
            reduced = False
        return {"price": old, "sale_price": price} if reduced else {"price": price}

    def _stock(self, own: Sequence[str]) -> dict[str, Value]:
        """What is not tracked, or sold on at 0, is in stock; an export without quantities tells no more than that."""
        if not self._cell(own, "tracker") or self._cell(own, "policy").lower() in ("continue", *YES):
            return {"availability": "in_stock"}
        if "quantity" not in self._at:
            return {"availability": "in_stock"}
        return {"quantity": self._cell(own, "quantity")}
