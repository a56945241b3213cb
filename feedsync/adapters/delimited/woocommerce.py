"""WooCommerce's product export (feed-formats, section 4.2).

A variable product is a row of its own that is not sold; its variations name it as their parent, by ``id:`` or SKU, and
take from it what they lack. Parents are kept, and variations wait for a parent that comes later. Private, draft and
hidden products are not offered, and neither are the variations of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Parsed, RawItem
from feedsync.adapters.delimited import woo_columns
from feedsync.adapters.delimited.groups import unguarded
from feedsync.adapters.delimited.header import Header
from feedsync.adapters.delimited.rows import Layout, Rows
from feedsync.adapters.delimited.table import AMOUNT, DelimitedAdapter, Shape, broken, broken_row, required, whole
from feedsync.errors import Problem, Unsafe
from feedsync.model import Attributes, Value

#: What parents and waiting variations may take, all together.
MEMORY_BYTES = 256 * 1024 * 1024
_COMMA = re.compile(r"(?<!\\),")
_GUARDED = re.compile(r"'[=+@-]")
_VARIATIONS = frozenset({"variation", "subscription_variation"})
_CELLS = msgspec.json.Decoder(list[str])
#: Two of these, and so many names, are no coincidence.
_TELLING = frozenset({"published", "in_stock", "visibility", "short", "parent"})
_ENOUGH_NAMES = 10
_SIGNS = {"visibility": re.compile(r"visible|catalog|search|hidden"), "published": re.compile(r"[01]|-1"),
          "in_stock": re.compile(r"[01]|backorder"), "sale": AMOUNT, "price": AMOUNT,
          "parent": re.compile(r"id: ?\d+|[^,>]{1,80}"), "position": re.compile(r"-?\d+")}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class WooCommerceCsv(DelimitedAdapter):
    """The adapter ``woocommerce-csv``."""

    name: ClassVar[str] = "woocommerce-csv"

    def fits(self, header: Header) -> bool:
        """The export's columns by name or order, and a type that is one above the first name."""
        columns = _columns(header)
        if not {"type", "name", "price"} <= columns.keys() or len(columns.keys() & _TELLING) < 2:
            return False
        place = columns["type"]
        told = woo_columns.types(header.below[place]) if place < len(header.below) else set()
        return told <= woo_columns.TYPES or len(woo_columns.by_name(header.names)) >= _ENOUGH_NAMES

    def shape(self, header: Header, location: str, site: str | None) -> Shape:
        """See :class:`DelimitedAdapter`."""
        return _WooShape(header, location, site)


def _columns(header: Header) -> dict[str, int]:
    """Where each column is: by the names, or by the order where that tells more."""
    named, ordered = woo_columns.by_name(header.names), woo_columns.by_order(header.names)
    return named if len(named) >= len(ordered) else {**named, **ordered}


class _Kept(msgspec.Struct, gc=False):
    """A row that others need or that needs another: its line and its cells as JSON, which is compact."""

    line: int
    raw: bytes

    def cells(self) -> list[str]:
        return _CELLS.decode(self.raw)


class _WooShape(Shape):
    def __init__(self, header: Header, location: str, site: str | None) -> None:
        super().__init__(header.names, location, site)
        self._at = _columns(header)
        required(self._at, ["type", "name", "price"], location)
        self.layout = Layout(
            1 + max(place for name, place in self._at.items() if name not in ("brands", "gtin")),
            self._at.get("id", self._at.get("sku")),
            {self._at[name]: sign for name, sign in _SIGNS.items() if name in self._at},
        )
        self._attributes = woo_columns.attributes(header.names, self._at.get("position", 0))
        self._parents: dict[str, _Kept] = {}
        self._memory = 0

    def _cell(self, cells: Sequence[str], key: str) -> str:
        cell = super()._cell(cells, key)
        return cell[1:] if _GUARDED.match(cell) else cell

    def items(self, rows: Rows) -> Iterator[RawItem]:
        """What is sold, an item each: its own row and its parent's."""
        waiting: list[_Kept] = []
        for row in rows:
            if row.problem is not None:
                yield broken_row(row)
                continue
            kinds = woo_columns.types(self._cell(row.cells, "type"))
            if any(kind.startswith("variable") for kind in kinds):
                self._remember(self._kept(row.line, row.cells), row.cells)
            elif "grouped" in kinds:
                continue  # it is a page about other products
            elif not kinds & _VARIATIONS:
                yield from self._item(row.line, row.cells, None)
            elif (parent := self._parents.get(self._parent(row.cells))) is not None:
                yield from self._item(row.line, row.cells, parent)
            else:
                waiting.append(self._kept(row.line, row.cells))
        for one in waiting:
            cells = one.cells()
            name = self._parent(cells)
            if (parent := self._parents.get(name)) is not None:
                yield from self._item(one.line, cells, parent)
            else:
                yield self._broken(one.line, Problem("FS-419", {"parent": name.partition(":")[2] or "(none)"}), cells)

    def _remember(self, parent: _Kept, cells: list[str]) -> None:
        """A parent, under its id and its SKU; the first one of a name counts, as with items."""
        for key in ("id", "sku"):
            if name := self._cell(cells, key):
                self._parents.setdefault(f"{key}:{name}", parent)

    def _kept(self, line: int, cells: list[str]) -> _Kept:
        raw = msgspec.json.encode(cells)
        self._memory += len(raw) + 300
        if self._memory > MEMORY_BYTES:
            reason = f"its variable products take more than {MEMORY_BYTES} bytes of memory"
            raise Unsafe("FS-204", location=self.location, reason=reason)
        return _Kept(line, raw)

    def _parent(self, cells: list[str]) -> str:
        """How a variation names its parent: ``id:123`` or ``sku:ABC``."""
        name = self._cell(cells, "parent")
        before, colon, number = name.partition(":")
        return f"id:{number.strip()}" if colon and before.strip().lower() == "id" else f"sku:{name}"

    def _either(self, rows: list[list[str]], name: str) -> str:
        return self._cell(rows[0], name) or self._cell(rows[1], name)

    def _id(self, cells: Sequence[str]) -> str:
        return self._cell(cells, "id") or self._cell(cells, "sku")

    def _broken(self, line: int, problem: Problem, cells: list[str]) -> RawItem:
        found = self._id(cells)
        return broken(line, problem if found else Problem("FS-415"), found or None, " ".join(cells)[:500])

    def _item(self, line: int, cells: list[str], parent: _Kept | None) -> Iterator[RawItem]:
        """The item, unless it is not offered; refused where a word that decides it is not known."""
        shared = parent.cells() if parent else []
        for one in (cells, shared):
            published = self._cell(one, "published").removesuffix(".0")
            if published in ("0", "-1") or self._cell(one, "visibility").lower() == "hidden":
                return
            if published not in ("", "1"):
                problem = Problem("FS-405", {"field": self.header[self._at["published"]], "value": published[:100]})
                yield self._broken(line, problem, cells)
                return
        if parent and len(parent.raw) > ITEM_LIMIT_BYTES // 16:  # it goes into each of its variations
            problem = Problem("FS-307", {"limit": str(ITEM_LIMIT_BYTES // 16)})
            yield self._broken(line, problem, cells)
            return
        yield whole(line, [cells, shared])

    def read(self, rows: list[list[str]]) -> Parsed:
        """See :class:`Shape`."""
        own, parent = rows
        images = [part for cells in (own, parent) for part in _parts(self._cell(cells, "images"))]
        found: dict[str, Value] = {
            "id": self._id(own),
            "title": _plain(self._either(rows, "name")),
            "description": _unescaped(self._either(rows, "description") or self._either(rows, "short")),
            "gtin": unguarded(self._cell(own, "gtin")),
            "mpn": unguarded(self._cell(own, "sku")),
            "brand": next(iter(_parts(self._either(rows, "brands"))), ""),
            "product_type": list[Value](_parts(self._either(rows, "categories"))),
            "image_link": images[0] if images else "",
            "additional_image_link": list[Value](dict.fromkeys(images[1:])),
            "link": self._link(own, parent),
            "price": self._cell(own, "price"),
            "sale_price": self._cell(own, "sale"),
            "sale_price_effective_date": self._window(own),
        }
        if parent:
            found["item_group_id"] = self._id(parent)
            found["item_group_title"] = _plain(self._cell(parent, "name"))
            found["variant_option"] = self._options(own)
        found |= self._stock(own, parent)
        attributes: Attributes = {name: value for name, value in found.items() if value}
        record = self.record(own)
        if parent:
            record["parent"] = self.record(parent)
        return Parsed(attributes, record=record)

    def _link(self, own: list[str], parent: list[str]) -> str:
        """WordPress leads ``?p=`` to the product; a variation has no page of its own."""
        if external := self._cell(own, "external"):
            return external
        number = self._cell(parent or own, "id")
        return f"{self.site}/?p={number}" if self.site and number else ""

    def _window(self, own: list[str]) -> str:
        """Days are the shop's; the last one is wholly in the sale (WC_Product::set_date_on_sale_to)."""
        start, end = self._cell(own, "sale_from"), self._cell(own, "sale_to")
        if _DAY.fullmatch(end):
            end += "T23:59:59"
        return f"{start}/{end}" if start or end else ""

    def _options(self, own: list[str]) -> list[Value]:
        return [
            {"name": _plain(name), "value": _plain(value)}
            for name_at, value_at in self._attributes
            if (name := own[name_at].strip()) and (value := own[value_at].strip())
        ]

    def _stock(self, own: list[str], parent: list[str]) -> dict[str, Value]:
        """Availability and quantity. What may be ordered at 0 has no quantity that would make it unbuyable."""
        stock, backorders = self._cell(own, "stock"), self._cell(own, "backorders").lower()
        if stock.lower() == "parent":
            stock, backorders = self._cell(parent, "stock"), self._cell(parent, "backorders").lower()
        word = self._cell(own, "in_stock").lower().removesuffix(".0")
        if backorders in ("1", "notify", "yes") and word != "0":
            stock = "" if stock.startswith("-") or not stock.strip("0.") else stock
        word = {"1": "in_stock", "0": "out_of_stock"}.get(word, word)
        return {"availability": word, "quantity": stock}


def _parts(cell: str) -> list[str]:
    """The parts of a comma list; a comma within a part is written as ``\\,``."""
    return [part for raw in _COMMA.split(cell) if (part := _plain(raw))]


def _plain(text: str) -> str:
    return text.replace("\\,", ",").strip()


def _unescaped(text: str) -> str:
    """Line ends, which the exporter writes as a backslash and an n; an escaped backslash before an n is one."""
    return "\\n".join(part.replace("\\n", "\n") for part in text.split("\\\\n"))
