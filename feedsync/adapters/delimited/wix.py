"""Wix's product export, in both generations: ``handleId`` for the older shops, ``handle`` for the newer ones.

A product's row is followed by one for each of its variants, and by rows of further media in newer files. A product
with variants is sold as these; one without is sold itself. Prices of older variants are a surcharge on their product's.
Pictures are named without their address. What is not visible is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import ClassVar

from feedsync.adapters.base import Parsed, RawItem
from feedsync.adapters.delimited.columns import normalized, places
from feedsync.adapters.delimited.groups import NO, YES, Group, groups, torn, unguarded, variant_id
from feedsync.adapters.delimited.header import Header
from feedsync.adapters.delimited.rows import Layout, Rows
from feedsync.adapters.delimited.table import AMOUNT, DelimitedAdapter, Shape, broken, required, whole
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

MEDIA = "https://static.wixstatic.com/media/"
#: what a column holds -> its names, normalized
_COLUMNS: dict[str, tuple[str, ...]] = {
    "handle": ("handleid", "handle"),
    "kind": ("fieldtype",),
    "title": ("name",),
    "description": ("description", "plaindescription"),
    "images": ("productimageurl", "media"),
    "collection": ("collection",),
    "sku": ("sku",),
    "barcode": ("barcode",),
    "brand": ("brand",),
    "price": ("price",),
    "old_price": ("strikethroughprice",),
    "surcharge": ("surcharge",),
    "visible": ("visible",),
    "discount_mode": ("discountmode",),
    "discount": ("discountvalue",),
    "inventory": ("inventory",),
    **{f"option{n}_name": (f"productoptionname{n}",) for n in range(1, 7)},
    **{f"option{n}_value": (f"productoptiondescription{n}", f"productoptionchoices{n}") for n in range(1, 7)},
}
_SIGNS = {"kind": re.compile(r"(?i)product|variant|media"), "price": AMOUNT, "old_price": AMOUNT, "surcharge": AMOUNT,
          "discount_mode": re.compile(r"(?i)percent|amount"), "discount": AMOUNT}  # fmt: skip
_CENT = Decimal("0.01")


class WixCsv(DelimitedAdapter):
    """The adapter ``wix-csv``."""

    name: ClassVar[str] = "wix-csv"

    def fits(self, header: Header) -> bool:
        """A handle and the type of the row, which no other format has."""
        names = {normalized(name) for name in header.names}
        return "fieldtype" in names and not names.isdisjoint(_COLUMNS["handle"])

    def shape(self, header: Header, location: str, site: str | None) -> Shape:
        """See :class:`DelimitedAdapter`."""
        return _WixShape(header.names, location, site)


class _WixShape(Shape):
    def __init__(self, header: Sequence[str], location: str, site: str | None) -> None:
        super().__init__(header, location, site)
        names = [normalized(name) for name in header]
        self._at = places(names, _COLUMNS)
        required(self._at, ["handle", "kind"], location)
        reach = 1 + max(place for key, place in self._at.items() if not key.startswith("option"))
        self.layout = Layout(reach, signs={self._at[key]: sign for key, sign in _SIGNS.items() if key in self._at})
        self._has_address = "handle" in names

    def _is(self, cells: Sequence[str], kind: str) -> bool:
        return self._cell(cells, "kind").lower() == kind

    def items(self, rows: Rows) -> Iterator[RawItem]:
        """A variant, an item: its own row, the product's one, and the names of all pictures."""
        for group in groups(rows, self._at["handle"], lambda cells: self._is(cells, "product")):
            if isinstance(group, RawItem):
                yield group
            else:
                yield from self._variants(group)

    def _variants(self, group: Group) -> Iterator[RawItem]:
        product = next((cells for cells in group.rows if self._is(cells, "product")), [])
        lost = group.torn or not product
        if not lost and self._cell(product, "visible").lower() in NO:
            return
        variants = [n for n, cells in enumerate(group.rows) if self._is(cells, "variant")]
        images = [
            image
            for cells in group.rows
            if not self._is(cells, "variant")
            for image in self._cell(cells, "images").split(";")
            if image.strip()
        ]
        for n in variants or [group.rows.index(product) if product else 0]:
            cells = group.rows[n]
            visible = self._cell(cells, "visible") or self._cell(product, "visible")
            if lost:
                yield torn(group.lines[n], self._id(cells))
            elif visible and visible.lower() not in YES | NO:
                problem = Problem("FS-405", {"field": "visible", "value": visible[:100]})
                yield broken(group.lines[n], problem, self._id(cells))
            elif visible.lower() not in NO:
                yield whole(group.lines[n], [cells, product if cells is not product else [], images])

    def _id(self, cells: Sequence[str]) -> str:
        values = [self._cell(cells, f"option{n}_value") for n in range(1, 7)] if self._is(cells, "variant") else []
        while values and not values[-1]:
            values.pop()
        return variant_id(self._cell(cells, "handle"), values)

    def read(self, rows: list[list[str]]) -> Parsed:
        """See :class:`Shape`."""
        own, product, names = rows[0], rows[1] or rows[0], rows[2]
        handle, images = self._cell(own, "handle"), [_address(name.strip()) for name in names]
        own_images = [_address(name.strip()) for name in self._cell(own, "images").split(";") if name.strip()]
        found: dict[str, Value] = {
            "id": self._id(own),
            "title": self._cell(product, "title"),
            "description": self._cell(product, "description"),
            "brand": self._cell(product, "brand"),
            "product_type": [part.strip() for part in self._cell(product, "collection").split(";") if part.strip()],
            "gtin": unguarded(self._cell(own, "barcode")),
            "mpn": unguarded(self._cell(own, "sku")),
            "link": f"{self.site}/product-page/{handle}" if self.site and self._has_address else "",
            "image_link": next(iter([*own_images, *images]), ""),
            "additional_image_link": list[Value](images),
        }
        if rows[1]:
            found["item_group_id"] = handle
            found["item_group_title"] = found["title"]
            found["variant_option"] = [
                {"name": name, "value": value}
                for n in range(1, 7)
                if (value := self._cell(own, f"option{n}_value")) and (name := self._cell(product, f"option{n}_name"))
            ]
        inventory = self._cell(own, "inventory") or self._cell(product, "inventory")
        found |= {"quantity": inventory} if inventory.lstrip("-").isdigit() else {"availability": inventory}
        found |= self._prices(own, product)
        attributes: Attributes = {name: value for name, value in found.items() if value}
        record = self.record(own)
        if rows[1]:
            record["parent"] = self.record(product)
        return Parsed(attributes, record=record)

    def _prices(self, own: Sequence[str], product: Sequence[str]) -> dict[str, Value]:
        """The list price and what a discount makes of it; what is no number is left to the reader of prices."""
        price = self._cell(own, "price") or self._cell(product, "price")
        old = self._cell(own, "old_price") or (self._cell(product, "old_price") if not self._cell(own, "price") else "")
        surcharge = self._cell(own, "surcharge") if own is not product else ""
        discount, mode = self._cell(product, "discount"), self._cell(product, "discount_mode").upper()
        try:
            amount = Decimal(price)
            if surcharge and not self._cell(own, "price"):
                amount += Decimal(surcharge)
                price = f"{amount:f}"
            if old and Decimal(old) > amount:
                return {"price": old, "sale_price": price}
            if discount and Decimal(discount) > 0:
                off = amount * Decimal(discount) / 100 if mode == "PERCENT" else Decimal(discount)
                return {"price": price, "sale_price": f"{(amount - off).quantize(_CENT, ROUND_HALF_UP):f}"}
        except InvalidOperation:
            pass
        return {"price": price}


def _address(image: str) -> str:
    return image if image.startswith(("http://", "https://")) else MEDIA + image
